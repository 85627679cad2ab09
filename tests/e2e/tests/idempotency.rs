//! `Idempotency-Key`: who asks again has the answer again, and pays once.

use std::thread;

use serde_json::{Value, json};
use services::Postgres;
use vendors::{Fault, Script};

use crate::harness::federation::speeches;
use crate::harness::http::Answer;
use crate::harness::server::request;
use crate::harness::till::{Books, PRICE, line};
use crate::harness::tools::Sdk;
use crate::harness::{Server, Till};

/// Characters of what is said.
const SAID: usize = 40;

fn ask(server: &Server, key: &str, characters: usize) -> Answer {
    server.speak_with(&[("idempotency-key", key)], &line(characters))
}

/// Checks that one request was spoken and paid, and that so many rows say that theirs was given again.
fn is_paid_once(till: &Till, given_again: usize) {
    till.check();
    let once = SAID as i64 * PRICE as i64;
    assert_eq!((speeches(&till.vendor).len(), till.billed(), till.vendor_cost()), (1, once, once));
    let charged = "SELECT CAST(coalesce(sum(charge_nanos), 0) AS BIGINT) AS nanos FROM requests";
    assert_eq!(till.number(charged), once);
    let again = "SELECT charge_nanos, outcome FROM requests WHERE CAST(cache_hit AS INTEGER) = 1";
    let nothing = json!({ "charge_nanos": 0, "outcome": "completed" });
    assert_eq!(till.rows(again), vec![nothing; given_again]);
}

#[test]
fn the_same_request_is_answered_again_byte_for_byte_by_any_node() {
    let shared = Till::on(Books::Postgres(Postgres::shared().url_of_new_database()));
    for (till, nodes) in [(Till::on(Books::Sqlite), 1), (shared, 2)] {
        let bearer = format!("Bearer {}", till.client("thrifty", SAID as u64 * PRICE));
        let gateways: Vec<Server> = (0..nodes).map(|_| till.open("")).collect();
        let (one, other) = (&gateways[0], &gateways[nodes - 1]);
        let ask = |server: &Server, characters| {
            let headers = [("authorization", bearer.as_str()), ("idempotency-key", "k")];
            server.speak_with(&headers, &line(characters))
        };
        // The first uses the budget up; what is stored needs none.
        let first = ask(one, SAID);
        let again = ask(other, SAID);
        assert_eq!((first.header("x-soundboard-cache"), again.header("x-soundboard-cache")), ("", "hit"));
        assert_eq!(again.header("content-type"), first.header("content-type"));
        assert_eq!(again.audio(), first.audio());
        let another = ask(other, SAID + 1);
        assert_eq!(
            (another.status(), another.error()["code"].as_str()),
            (422, Some("idempotency_key_reused"))
        );
        is_paid_once(&till, 1);
    }
}

#[test]
fn of_twenty_at_once_one_is_spoken_whichever_node_they_ask() {
    let till = Till::on(Books::Postgres(Postgres::shared().url_of_new_database()));
    let nodes = [till.open(""), till.open("")];
    till.vendor.script(Script::once(Fault::SlowFirstByte).seconds(1));
    let answers: Vec<Answer> = thread::scope(|scope| {
        let asking: Vec<_> = (0..20)
            .map(|at| {
                let node = &nodes[at % 2];
                scope.spawn(move || ask(node, "k", SAID))
            })
            .collect();
        asking.into_iter().map(|asking| asking.join().unwrap()).collect()
    });
    let (spoken, others): (Vec<Answer>, Vec<Answer>) = answers
        .into_iter()
        .partition(|answer| answer.status() == 200 && answer.header("x-soundboard-cache").is_empty());
    assert_eq!(spoken.len(), 1);
    let (given, running): (Vec<&Answer>, Vec<&Answer>) =
        others.iter().partition(|answer| answer.status() == 200);
    assert!(!running.is_empty(), "nobody came while it was spoken");
    for answer in running {
        let told = (answer.status(), answer.header("retry-after"), answer.error()["code"].take());
        assert_eq!(told, (409, "1", json!("idempotency_key_in_use")));
    }
    for answer in &given {
        assert_eq!(answer.body, spoken[0].body);
    }
    is_paid_once(&till, given.len());
}

#[test]
fn an_sdk_that_asks_twenty_times_or_hangs_up_and_asks_again_is_charged_once() {
    let once = |scenario: &str| -> Value {
        let till = Till::on(Books::Sqlite);
        let server = till.open("");
        let seen = Sdk::OpenAiPython.play(&[scenario, &server.base_url(), "any"], None)[scenario].take();
        let given_again = seen["given_again"].as_u64().unwrap_or(1);
        is_paid_once(&till, given_again as usize);
        seen
    };
    let seen = once("together");
    assert_eq!((seen["answers"].as_array().unwrap().len(), &seen["given_again"]), (1, &json!(19)), "{seen}");
    let seen = once("hung_up");
    assert_eq!((&seen["begins_alike"], &seen["cache"]), (&json!(true), &json!("hit")), "{seen}");
    assert!(seen["bytes"].as_u64().unwrap() > 100_000, "the whole of it: {seen}");
}

/// Nobody knows how much was paid for what died with its gateway. So its key stays taken until its claim ends, a quarter
/// of an hour after it was made; who cannot wait, and may pay twice, sends another key.
#[test]
fn the_key_of_a_request_whose_gateway_died_stays_taken() {
    let till = Till::on(Books::Sqlite);
    let server = till.open("");
    till.vendor.script(Script::once(Fault::Stall).after_bytes(10_000));
    let body = request(&line(SAID));
    server.ask_with("/v1/audio/speech", &[("idempotency-key", "k")], &body).read(1000);
    server.kill();
    let server = till.open("");
    let again = ask(&server, "k", SAID);
    assert_eq!((again.status(), again.error()["code"].as_str()), (409, Some("idempotency_key_in_use")));
    assert_eq!(speeches(&till.vendor).len(), 1);
    assert_eq!(ask(&server, "another", SAID).status(), 200);
}
