//! A budget is never passed, however many ask at once.

use std::thread;

use crate::harness::till::{Books, PRICE};
use crate::harness::{Server, Till, eventually};
use services::Postgres;

/// Characters of each request.
const LENGTH: usize = 100;
/// Requests that the budget is for, and that are made.
const AFFORDABLE: u64 = 100;
const ASKED: usize = 500;

/// All ask at once, half of them each gateway; how many are served.
fn served(gateways: &[&Server], key: &str) -> usize {
    thread::scope(|scope| {
        let asking: Vec<_> = (0..ASKED)
            .map(|at| {
                let gateway = gateways[at % gateways.len()];
                thread::Builder::new()
                    .stack_size(256 * 1024)
                    .spawn_scoped(scope, move || until_decided(gateway, key))
                    .unwrap()
            })
            .collect();
        let answers: Vec<(u16, Vec<u8>)> = asking.into_iter().map(|asking| asking.join().unwrap()).collect();
        for (status, body) in &answers {
            assert!([200, 429].contains(status), "{status}: {}", String::from_utf8_lossy(body));
        }
        answers.iter().filter(|(status, _)| *status == 200).count()
    })
}

/// The answer to one request. On a machine too busy to write its books in time it is tried again, as the SDKs do.
fn until_decided(gateway: &Server, key: &str) -> (u16, Vec<u8>) {
    eventually("answer of a ledger that can be written", || {
        let (status, body) = gateway.tries(Some(key), LENGTH).expect("an answer");
        (status != 503).then_some((status, body))
    })
}

#[test]
fn of_five_hundred_on_a_budget_for_a_hundred_a_hundred_are_served() {
    let budget = AFFORDABLE * LENGTH as u64 * PRICE;
    let shared = || Books::Postgres(Postgres::shared().url_of_new_database());
    for (till, nodes) in [(Till::on(Books::Sqlite), 1), (Till::on(shared()), 1), (Till::on(shared()), 2)] {
        let gateways: Vec<Server> = (0..nodes).map(|_| till.open("")).collect();
        let key = till.client("busy", budget);
        // One character more than the budget has room for is too much, one request's worth is not.
        let gateways: Vec<&Server> = gateways.iter().collect();
        assert_eq!(served(&gateways, &key), AFFORDABLE as usize, "{nodes} nodes");
        let heard = || till.vendor.truth().iter().filter(|served| served.status == 200).count();
        assert_eq!(heard(), AFFORDABLE as usize, "what is refused is not called");
        till.check();
        assert_eq!((till.billed() as u64, till.vendor_cost() as u64), (budget, budget));
        let (status, _) = gateways[0].tries(Some(&key), 1).unwrap();
        assert_eq!(status, 429, "not one character more");
    }
}

#[test]
fn a_budget_that_is_raised_holds_on_every_node_within_a_second() {
    let till = Till::on(Books::Postgres(Postgres::shared().url_of_new_database()));
    let (one, two) = (till.open(""), till.open(""));
    let key = till.client("thrifty", LENGTH as u64 * PRICE);
    for gateway in [&one, &two] {
        let (status, _) = eventually("key that is known", || {
            gateway.tries(Some(&key), LENGTH).ok().filter(|(status, _)| *status != 401)
        });
        assert_eq!(status, if std::ptr::eq(gateway, &one) { 200 } else { 429 });
    }
    till.prints(&["clients", "budget", "thrifty", "--budget-usd", "1", "--window", "month"]);
    let (status, body) = two.tries(Some(&key), LENGTH).unwrap();
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
}
