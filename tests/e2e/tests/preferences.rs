//! What clients of the database prefer, changed by the command line while two nodes serve them.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::federation::speeches;
use crate::harness::http::Answer;
use crate::harness::{Server, Stopwatch, Till, eventually};

/// Asks for a short text by that name, with that key.
fn asks(server: &Server, key: &str, voice: &str, headers: &[(&str, &str)]) -> Answer {
    let bearer = format!("Bearer {key}");
    let headers = [&[("authorization", bearer.as_str())], headers].concat();
    server.speak_with(&headers, &json!({ "voice": voice, "input": "Good morning." }))
}

/// Which voice was asked for, who spoke, and why.
fn told(answer: &Answer) -> [&str; 3] {
    assert_eq!(answer.status(), 200, "{}", String::from_utf8_lossy(&answer.body));
    ["requested-voice", "voice", "reason"].map(|name| answer.header(&format!("x-soundboard-{name}")))
}

/// Waits until every node answers so, which takes less than a second.
fn until_all(servers: &[Server], key: &str, status: u16) {
    let (watch, mut last) = (Stopwatch::start(), Duration::ZERO);
    eventually("other answer", || {
        let asked = watch.elapsed();
        let all = servers.iter().all(|server| asks(server, key, "host", &[]).status() == status);
        if !all {
            last = asked;
        }
        all.then_some(())
    });
    assert!(last < Duration::from_secs(1), "{last:?}");
}

/// The voices that the vendor was asked for, in order.
fn asked_of_vendor(till: &Till) -> Vec<Value> {
    let body = |body: &str| serde_json::from_str::<Value>(body).unwrap();
    speeches(&till.vendor).iter().map(|served| body(&served.body)["voice"].clone()).collect()
}

#[test]
fn one_name_is_two_voices_to_two_clients_and_a_policy_holds_on_every_node_within_a_second() {
    for till in Till::on_each() {
        let [ann, bob] = ["ann", "bob"].map(|name| till.client(name, 1_000_000_000));
        till.prints(&["clients", "alias", "ann", "host", "openai:alloy"]);
        till.prints(&["clients", "alias", "bob", "host", "openai:nova"]);
        let servers = [till.open(""), till.open("")];
        for server in &servers {
            assert_eq!(told(&asks(server, &ann, "host", &[])), ["host", "openai:alloy", "alias"]);
            assert_eq!(told(&asks(server, &bob, "host", &[])), ["host", "openai:nova", "alias"]);
        }
        assert_eq!(asked_of_vendor(&till), ["alloy", "nova", "alloy", "nova"]);

        till.prints(&["clients", "set", "ann", "--policy", "local-only"]);
        until_all(&servers, &ann, 422);
        let heard = asked_of_vendor(&till).len();
        for server in &servers {
            let loosened = asks(server, &ann, "host", &[("x-soundboard-policy", "cheapest")]);
            assert_eq!(loosened.status(), 400, "{}", String::from_utf8_lossy(&loosened.body));
            assert_eq!(loosened.error()["param"], "x-soundboard-policy");
        }
        assert_eq!(asked_of_vendor(&till).len(), heard, "nothing of hers has left this machine");
        assert_eq!(told(&asks(&servers[0], &bob, "host", &[])), ["host", "openai:nova", "alias"]);

        till.prints(&["clients", "set", "ann", "--policy", "unset"]);
        until_all(&servers, &ann, 200);
        till.prints(&["clients", "alias", "ann", "host", "--remove"]);
        until_all(&servers, &ann, 400);
    }
}
