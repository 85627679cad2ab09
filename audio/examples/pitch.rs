//! Shifts the pitch of one WAV file: `cargo run --release -p audio --example pitch -- speech.wav 1.25 higher.wav`.
//! Prints what it took: processor seconds per second of audio.

use std::error::Error;
use std::{env, fs};

use audio::{Pitch, decoder, encoder, set_exact_sizes};
use speech::Codec;
use tokio::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [input, ratio, output] = arguments.as_slice() else {
        return Err("give a WAV file, a ratio and the name of a new file".into());
    };
    let (mut samples, mut shifted, mut wav) = (Vec::new(), Vec::new(), Vec::new());
    let mut decoder = decoder(Codec::Wav.into())?;
    decoder.decode(&fs::read(input)?, &mut samples)?;
    let rate = decoder.rate().ok_or("not a WAV file")?;
    let start = Instant::now();
    let mut pitch = Pitch::new(rate, ratio.parse()?);
    for piece in samples.chunks(rate.get() as usize / 50) {
        pitch.push(piece, &mut shifted);
    }
    pitch.finish(&mut shifted);
    let took = start.elapsed().as_secs_f64();
    println!("{:.5} s/s", took * f64::from(rate.get()) / samples.len() as f64);
    let mut encoder = encoder(Codec::Wav.into(), rate)?;
    encoder.encode(&shifted, &mut wav)?;
    encoder.finish(&mut wav)?;
    set_exact_sizes(&mut wav);
    Ok(fs::write(output, wav)?)
}
