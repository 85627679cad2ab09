//! Lots are drawn as the weights say.

use std::ops::RangeInclusive;
use std::thread;

use super::house::House;

const REQUESTS: usize = 400;
const AT_ONCE: usize = 8;

/// Lots of OpenAI, and of all.
const LOTS: usize = 3;
const ALL_LOTS: usize = 4;

/// How many of so many draws hit, each with that probability: what lies outside happens once in a billion times.
fn likely(draws: usize, probability: f64) -> RangeInclusive<usize> {
    let odds = probability / (1.0 - probability);
    let mut exactly = (1.0 - probability).powf(draws as f64);
    let mut at_most = 0.0;
    let (mut least, mut most) = (0, draws);
    for hits in 0..=draws {
        if at_most < 0.5e-9 {
            least = hits;
        }
        at_most += exactly;
        if at_most > 1.0 - 0.5e-9 {
            most = most.min(hits);
        }
        exactly *= odds * (draws - hits) as f64 / (hits + 1) as f64;
    }
    least..=most
}

#[test]
fn each_backend_speaks_as_often_as_its_weight_says() {
    // Fewer than 20 heads of a hundred tosses come once in 7.4 billion times, and so do fewer than 20 tails.
    assert_eq!(likely(100, 0.5), 20..=80);
    let house = House::beside(&format!(
        "[routing]\npolicy = \"weighted\"\n[routing.weights]\nopenai = {LOTS}\nelevenlabs = {}\n",
        ALL_LOTS - LOTS
    ));
    let ask = || {
        let answer = house.asks("alloy", &[], "All is well.");
        assert_eq!(answer.status(), 200, "{}", String::from_utf8_lossy(&answer.body));
        let backend = answer.header("x-soundboard-backend");
        let reason = if backend == "openai" { "exact" } else { "weighted" };
        assert_eq!(answer.header("x-soundboard-reason"), reason);
        usize::from(backend == "openai")
    };
    let hits: usize = thread::scope(|scope| {
        let asking: Vec<_> = (0..AT_ONCE)
            .map(|_| scope.spawn(|| (0..REQUESTS / AT_ONCE).map(|_| ask()).sum::<usize>()))
            .collect();
        asking.into_iter().map(|asking| asking.join().unwrap()).sum()
    });
    let likely = likely(REQUESTS, LOTS as f64 / ALL_LOTS as f64);
    assert!(likely.contains(&hits), "{hits} of {REQUESTS}, not in {likely:?}");
    house.closes_with_true_books();
}
