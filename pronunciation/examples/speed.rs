//! What a hundred words cost: `cargo run --release -p pronunciation --example speed`.

use std::sync::Arc;
use std::time::Duration;

use pronunciation::{Accent, Guess, How, Pronouncer, Said};

struct Constant;

impl Guess for Constant {
    fn guess(&self, words: &[&str], _: Accent) -> Vec<String> {
        words.iter().map(|_| "ɡˈɛs".to_owned()).collect()
    }
}

const TEXT: &str = "\
The committee will present its estimate of the damage on Thursday, but nobody who read the first draft expects a surprise. \
Engineers used to close the valves by hand; now a small computer does it, and they watch the pressure fall. \
\"I don't know what they're waiting for,\" said Mrs. Holloway, whose garden runs down to the river. \
If the wind turns, the fishing boats won't leave the harbour before noon. \
Kubernetes schedules containers onto machines, restarting those that fail and balancing the well-known trade-offs between cost and speed. \
Is there anything left in the refrigerator, or shall we order something from that little place around the corner?";

fn main() {
    let mut loads = Vec::new();
    for _ in 0..100 {
        loads.push(timed(|| {
            drop(std::hint::black_box(Pronouncer::new(Accent::American, Arc::new(Constant))))
        }));
    }
    let pronouncer = Pronouncer::new(Accent::American, Arc::new(Constant));
    let sentences: Vec<Vec<Said<'_>>> = TEXT
        .split_inclusive(['.', '?'])
        .map(|sentence| sentence.split_whitespace().map(|text| Said { text, how: How::Word }).collect())
        .collect();
    let words: usize = sentences.iter().map(Vec::len).sum();
    let first = timed(|| drop(pronouncer.sounds(&sentences[0])));
    let mut rounds: Vec<Duration> = (0..500)
        .map(|_| {
            timed(|| {
                for sentence in &sentences {
                    std::hint::black_box(pronouncer.sounds(sentence));
                }
            })
        })
        .collect();
    rounds.sort_unstable();
    loads.sort_unstable();
    let per_hundred = |round: Duration| round.as_secs_f64() * 1e6 * 100.0 / words as f64;
    println!("load: {:?} (median of {})", loads[loads.len() / 2], loads.len());
    println!("first sentence of {} words: {first:?}", sentences[0].len());
    println!(
        "100 words: {:.0} µs (median), {:.0} µs (slowest in twenty)",
        per_hundred(rounds[rounds.len() / 2]),
        per_hundred(rounds[rounds.len() * 19 / 20])
    );
}

#[expect(clippy::disallowed_methods, reason = "wall time is what is measured")]
fn timed(work: impl FnOnce()) -> Duration {
    let start = std::time::Instant::now();
    work();
    start.elapsed()
}
