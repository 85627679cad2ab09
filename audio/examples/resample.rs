//! What resampling costs: nanoseconds a sample that comes in, for the rates that doors ask for, and the time
//! that a resampler takes to make. `cargo run --release -p audio --example resample`.

use std::error::Error;

use audio::Resampler;
use speech::SampleRate;
use tokio::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    const SECONDS: u32 = 60;
    for (from, to) in [
        (24_000, 8_000),
        (24_000, 16_000),
        (24_000, 22_050),
        (24_000, 32_000),
        (24_000, 44_100),
        (24_000, 48_000),
        (44_100, 24_000),
        (48_000, 8_000),
    ] {
        let samples: Vec<f32> = (0..from * SECONDS).map(|index| (index as f32 * 0.1).sin()).collect();
        let start = Instant::now();
        let mut resampler = Resampler::new(SampleRate::try_from(from)?, SampleRate::try_from(to)?)?;
        let made = start.elapsed();
        let mut resampled = Vec::new();
        for piece in samples.chunks(2_400) {
            resampler.resample(piece, &mut resampled);
        }
        resampler.finish(&mut resampled);
        let nanoseconds = (start.elapsed() - made).as_nanos() as f64 / samples.len() as f64;
        println!("{from} to {to}\t{nanoseconds:.1} ns a sample\tmade in {} µs", made.as_micros());
    }
    Ok(())
}
