//! Encodes one WAV file (mono, 16 bit, a plain 44-byte header) into every format, beside each other in a
//! folder: `cargo run --release -p audio --example encode -- speech.wav FOLDER`. Prints what each format
//! took: bits per second of audio, and processor seconds per second of audio.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use speech::{Codec, SampleRate};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [input, folder] = arguments.as_slice() else { return Err("give a WAV file and a folder".into()) };
    let wav = fs::read(input)?;
    let (header, data) = wav.split_at_checked(44).ok_or("not a WAV file")?;
    let rate: SampleRate = u32::from_le_bytes(header[24..28].try_into()?).try_into()?;
    let samples: Vec<f32> = data
        .chunks_exact(2)
        .map(|pair| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / 32768.0)
        .collect();
    let seconds = samples.len() as f64 / f64::from(rate.get());
    let stem = Path::new(input).file_stem().ok_or("not a file")?;
    for codec in Codec::ALL {
        let mut bytes = Vec::new();
        let start = tokio::time::Instant::now();
        let mut encoder = audio::encoder(codec.into(), rate)?;
        encoder.encode(&samples, &mut bytes)?;
        encoder.finish(&mut bytes)?;
        let took = start.elapsed().as_secs_f64();
        println!("{codec}\t{:.0} bit/s\t{:.5} s/s", bytes.len() as f64 * 8.0 / seconds, took / seconds);
        fs::write(Path::new(folder).join(stem).with_extension(codec.name()), bytes)?;
    }
    Ok(())
}
