//! The same with everything at random: texts, faults, hang-ups, and several clients at once.

use std::env;
use std::thread;
use std::time::Duration;

use fastrand::Rng;
use vendors::{Fault, Script};

use super::calls::{Call, HangUp};
use super::market::Market;

/// How many seeds are tried unless `LEDGER_SEEDS` says otherwise, as `cargo xtask soak ledger` does.
const SEEDS: u64 = 20;

/// Seeds that are tried at the same time, each at a stall of its own.
const AT_ONCE: u64 = 20;

/// Clients of each, and requests of each of those.
const CLIENTS: u64 = 2;
const REQUESTS: u64 = 6;

/// How long a client waits for the end.
const PATIENCE: Duration = Duration::from_secs(4);

#[test]
fn whatever_happens_at_random_the_ledger_is_the_truth() {
    let asked = env::var("LEDGER_SEEDS").ok().map(|seeds| seeds.parse().unwrap());
    let seeds: Vec<u64> = (0..asked.unwrap_or(SEEDS)).collect();
    for seeds in seeds.chunks(AT_ONCE as usize) {
        let market = Market::of(seeds.iter().map(|seed| format!("seed-{seed}")));
        thread::scope(|scope| {
            for seed in seeds {
                for client in 0..CLIENTS {
                    let market = &market;
                    scope.spawn(move || haunt(market, *seed, client));
                }
            }
        });
        let books = market.close();
        books.are_the_truth();
        books.are_sound();
        let (_, paid) = books.calls_charged_and_paid();
        assert!(paid >= 3 * seeds.len(), "{paid} calls were taken");
    }
}

fn haunt(market: &Market, seed: u64, client: u64) {
    let mut random = Rng::with_seed(seed * CLIENTS + client);
    let stall = format!("seed-{seed}");
    for _ in 0..REQUESTS {
        market.stall(&stall).script(script(&mut random));
        let call = Call::ALL[random.usize(..Call::ALL.len())];
        let text = text(&mut random);
        let hang_up = match random.u8(..6) {
            0 => HangUp::BeforeHead,
            1 => HangUp::After(1),
            2 => HangUp::After(random.usize(1..100)),
            3 => HangUp::After(random.usize(1..1_000_000)),
            _ => HangUp::Never,
        };
        call.make(market, &stall, &text, hang_up, PATIENCE);
    }
}

fn script(random: &mut Rng) -> Script {
    const FAULTS: [Fault; 20] = [
        Fault::None,
        Fault::None,
        Fault::None,
        Fault::None,
        Fault::RateLimited,
        Fault::Quota,
        Fault::ServerError,
        Fault::Unavailable,
        Fault::BadKey,
        Fault::SlowFirstByte,
        Fault::OneByteASecond,
        Fault::Cut,
        Fault::Cut,
        Fault::Stall,
        Fault::WrongContentType,
        Fault::JsonError,
        Fault::JsonAsAudio,
        Fault::GzipBomb,
        Fault::ZeroAudio,
        Fault::TooShort,
    ];
    let fault = FAULTS[random.usize(..FAULTS.len())];
    let after_bytes = if random.bool() { 0 } else { random.u64(..200_000) };
    Script::once(fault).after_bytes(after_bytes).seconds(random.u64(..3)).times(random.u32(1..3))
}

/// Words of one to four bytes a character; one text in ten is a long one.
fn text(random: &mut Rng) -> String {
    const WORDS: [&str; 8] = ["boat ", "Grüße ", "naïve, ", "the ", "漢字 ", "train. ", "🚂 ", "Was it? "];
    let words = if random.u8(..10) == 0 { random.usize(300..700) } else { random.usize(1..120) };
    (0..words).map(|_| WORDS[random.usize(..WORDS.len())]).collect()
}
