//! Clients, keys and reports of a running server, by HTTP and by the command line beside it.

use std::net::TcpListener;
use std::time::Duration;

use serde_json::{Value, json};
use ureq::Agent;

use crate::harness::http::{self, Answer};
use crate::harness::till::{Books, PRICE};
use crate::harness::{Server, Stopwatch, Till, eventually};

/// The admin's address.
struct Admin {
    listen: String,
    agent: Agent,
}

impl Admin {
    /// On a port that nobody has just now.
    fn new() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        Self { listen: free.to_string(), agent: http::agent(None) }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.listen)
    }

    fn get(&self, path: &str) -> Answer {
        http::read(self.agent.get(self.url(path)).call().unwrap())
    }

    fn post(&self, path: &str, body: &Value) -> Answer {
        let post = self.agent.post(self.url(path)).header("content-type", "application/json");
        http::read(post.send(body.to_string().as_bytes()).unwrap())
    }

    fn delete(&self, path: &str) -> Answer {
        http::read(self.agent.delete(self.url(path)).call().unwrap())
    }

    /// A new client's id, and its key.
    fn client(&self, name: &str, limit_usd: &str) -> (String, Value) {
        let budget = json!({ "limit_usd": limit_usd, "window": "month", "action": "refuse" });
        let client = self.post("/api/v1/clients", &json!({ "name": name, "budget": budget }));
        assert_eq!(client.status(), 201, "{}", String::from_utf8_lossy(&client.body));
        let id = client.json()["id"].as_str().unwrap().to_owned();
        let key = self.post(&format!("/api/v1/clients/{id}/keys"), &json!({}));
        assert_eq!((key.status(), key.header("cache-control")), (201, "no-store"));
        (id, key.json())
    }
}

fn status(server: &Server, key: &str, characters: usize) -> u16 {
    server.tries(Some(key), characters).expect("an answer").0
}

/// Waits until a key is answered so. Says when it was last asked and answered otherwise.
fn until(server: &Server, key: &str, wanted: u16) -> Duration {
    let (watch, mut last) = (Stopwatch::start(), Duration::ZERO);
    eventually("other answer", || {
        let asked = watch.elapsed();
        if status(server, key, 1) == wanted {
            return Some(());
        }
        last = asked;
        None
    });
    last
}

#[test]
fn clients_and_keys_are_made_by_http_and_by_the_command_line_and_hold_within_a_second() {
    let (till, admin) = (Till::on(Books::Sqlite), Admin::new());
    let server = till.open_with_admin(&admin.listen);
    assert_eq!(server.tries(None, 1).unwrap().0, 200, "nobody has a key yet");
    let by_command = till.client("by-command", 1_000_000_000);
    assert!(until(&server, &by_command, 200) < Duration::from_secs(1));
    let (id, key) = admin.client("by-http", "1");
    let (prefix, by_http) = (key["id"].as_str().unwrap(), key["key"].as_str().unwrap());
    assert!(until(&server, by_http, 200) < Duration::from_secs(1));
    assert_eq!(server.tries(None, 1).unwrap().0, 401, "somebody has a key now");

    let path = format!("/api/v1/clients/{id}/keys/{prefix}");
    let rotated = admin.post(&format!("{path}/rotate"), &json!({ "grace_seconds": 3600 })).json();
    let new = rotated["key"].as_str().unwrap();
    assert_eq!(
        (status(&server, by_http, 1), status(&server, new, 1)),
        (200, 200),
        "both, while there is grace"
    );
    assert_eq!(admin.delete(&path).status(), 204);
    assert!(until(&server, by_http, 401) < Duration::from_secs(1));
    assert_eq!(status(&server, new, 1), 200);
    assert_eq!(admin.delete(&format!("/api/v1/clients/{id}")).status(), 204);
    assert!(until(&server, new, 401) < Duration::from_secs(1));
}

#[test]
fn costs_and_usage_are_what_was_spoken() {
    let (till, admin) = (Till::on(Books::Sqlite), Admin::new());
    let server = till.open_with_admin(&admin.listen);
    let (ann, of_ann) = admin.client("ann", "0.03");
    let (bob, of_bob) = admin.client("bob", "10");
    let (of_ann, of_bob) = (of_ann["key"].as_str().unwrap(), of_bob["key"].as_str().unwrap());
    for characters in [100, 20] {
        assert_eq!(status(&server, of_ann, characters), 200);
    }
    assert_eq!(status(&server, of_bob, 7), 200);
    // 2000 characters are three cents, of which some are spent.
    assert_eq!(status(&server, of_ann, 2000), 429);
    till.check();

    let charge = |characters: u64| json!(characters * PRICE);
    let costs = admin.get("/api/v1/costs").json();
    assert_eq!((&costs["currency"], &costs["charge_nanos"]), (&json!("USD"), &charge(127)), "{costs}");
    assert_eq!(costs["vendor_cost_nanos"], json!(till.billed()));
    let of_ann = &costs["by_client"][&ann];
    assert_eq!((&of_ann["name"], &of_ann["charge_nanos"]), (&json!("ann"), &charge(120)));
    assert_eq!(costs["by_client"][&bob]["charge_usd"], json!("0.000105"));
    assert_eq!(costs["by_voice"]["openai:alloy"]["requests"], json!(3));

    let usage = admin.get("/api/v1/usage?timeframe=24h&group_by=voice&client=ann").json();
    let spoken = usage["rows"].as_array().unwrap().iter().find(|row| row["group"]["voice"] == "openai:alloy");
    let spoken = spoken.unwrap_or_else(|| panic!("{usage}"));
    assert_eq!((&spoken["requests"], &spoken["charge_nanos"]), (&json!(2), &charge(120)));

    let csv = admin.get("/api/v1/costs?format=csv");
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    let csv = String::from_utf8(csv.body).unwrap();
    let line = csv
        .lines()
        .find(|line| line.starts_with(&format!("client,{bob},")))
        .unwrap_or_else(|| panic!("{csv}"));
    assert!(line.ends_with(",0.000105,0.000105,0.00,0.00,bob"), "{line}");

    let standing = admin.get(&format!("/api/v1/clients/{ann}")).json();
    let budget = &standing["budgets"][0];
    assert_eq!((&budget["spent"], &budget["held"]), (&charge(120), &json!(0)), "{standing}");
}
