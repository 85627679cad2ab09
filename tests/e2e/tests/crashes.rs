//! The gateway dies, anywhere: nothing is lost, nothing counts twice.

use std::collections::BTreeMap;
use std::thread;

use crate::harness::till::PRICE;
use crate::harness::{Stopwatch, Till, eventually};

/// Where the process ends, with what the vendor bills for the request by then, and what the books say of it.
///
/// A request whose vendor was about to be called is settled as if it had been: nobody can know any more.
const ENDS: [(&str, bool, bool); 10] = [
    ("hold=return", false, false),
    ("commit=return", false, false),
    ("committed=return", false, true),
    ("held=return", false, true),
    ("called=return", false, true),
    ("answered=return", true, true),
    ("settle=return", true, true),
    // The first is the hold's.
    ("commit=1*off->return", true, true),
    ("committed=1*off->return", true, true),
    ("settled=return", true, true),
];

#[test]
fn a_gateway_that_dies_anywhere_loses_nothing_and_counts_nothing_twice() {
    for till in Till::on_each() {
        let mut due = BTreeMap::new();
        let mut served = 0;
        for (at, (place, is_billed, is_booked)) in ENDS.into_iter().enumerate() {
            let characters = 100 + at;
            let mut server = till.open(place);
            assert!(server.tries(None, characters).is_none(), "{place}: the gateway answered to the end");
            server.wait();
            served += if is_billed { characters as u64 } else { 0 };
            let billed: u64 = till.vendor.truth().iter().map(|served| served.billed_characters).sum();
            assert_eq!(billed, served, "{place}: what the vendor bills");
            if is_booked {
                due.insert(characters as i64, characters as i64 * PRICE as i64);
            }
        }
        let restarted = Stopwatch::start();
        let server = till.open("");
        till.check();
        assert!(restarted.seconds() < 60.0, "a hold was older than a minute");
        let booked = till.rows("SELECT characters, nanos FROM ledger WHERE attempt = 1 AND kind = 'settle'");
        let booked: BTreeMap<i64, i64> = booked
            .iter()
            .map(|row| (row["characters"].as_i64().unwrap(), row["nanos"].as_i64().unwrap()))
            .collect();
        assert_eq!(booked, due);
        assert!(till.vendor_cost() >= till.billed());
        assert_eq!(server.tries(None, 50).map(|(status, _)| status), Some(200), "it serves again");
    }
}

/// Kills the gateway again and again while many ask, and compares at the end.
#[test]
fn a_gateway_that_is_killed_at_random_loses_nothing_and_counts_nothing_twice() {
    const LIVES: u64 = 6;
    for till in Till::on_each() {
        let mut seed = std::process::id().wrapping_mul(2_654_435_761);
        eprintln!("seed {seed}");
        for _ in 0..LIVES {
            let server = till.open("");
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let least = u64::from(seed >> 16) % 40;
            let before = till.vendor.truth().len() as u64;
            thread::scope(|scope| {
                for asking in 0..12 {
                    let server = &server;
                    scope.spawn(move || while server.tries(None, 60 + asking).is_some() {});
                }
                eventually("request", || (till.vendor.truth().len() as u64 >= before + least).then_some(()));
                server.kill_now();
            });
            drop(server.kill());
        }
        let _server = till.open("");
        till.check();
        let lost = till.number("SELECT count(*) AS lost FROM requests WHERE outcome = 'lost'");
        let (billed, booked) = (till.billed(), till.vendor_cost());
        assert!(billed > 0 && lost > 0, "nothing was spoken, or nothing was lost: {billed}, {lost}");
        // Of each request that was running, nobody can know whether the vendor heard of it.
        assert!(booked >= billed, "{booked} < {billed}: something is lost");
        assert!(booked - billed <= lost * 71 * PRICE as i64, "{booked} > {billed}, {lost} lost");
        let each = till.number("SELECT CAST(max(calls) AS BIGINT) AS calls FROM (SELECT count(*) AS calls FROM ledger WHERE attempt > 0 GROUP BY request) AS counted");
        assert_eq!(each, 1, "one call for each request");
    }
}
