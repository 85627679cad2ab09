//! The address of whoever runs the gateway.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use billing::{Dimension, Nanos, Report, Standing, Sums};
use gateway::AdminParts;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::accounts::{Memory, pepper};
use crate::backend::Work;
use crate::client::{Answer, Ask};
use crate::ledger::Rows;
use crate::server::{Counted, House, Noon, clients, config, engine};

const NOON: i64 = 43_200_000;
const DAY: i64 = 86_400_000;

pub(crate) struct Admin {
    pub(crate) address: SocketAddr,
    memory: Memory,
    /// Dropped with the test, which ends the server.
    _stop: oneshot::Sender<()>,
}

impl Admin {
    pub(crate) async fn start() -> Self {
        Self::with(&[], "127.0.0.1:0").await
    }

    pub(crate) async fn with(keys: &[(&str, &str)], listen: &str) -> Self {
        let memory = Memory::default();
        let accounts = Arc::new(memory.clone());
        let parts = AdminParts {
            engine: engine(&Work::new(), &Arc::new(Rows::default()), House::default()),
            admins: clients(keys),
            accounts: accounts.clone(),
            pepper: pepper(),
            reports: accounts,
            metrics: Arc::new(|| "soundboard_up 1\n".to_owned()),
            ids: Arc::new(Counted::default()),
            clock: Arc::new(Noon),
            config: config(),
            tls: None,
        };
        let listener = TcpListener::bind(listen).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (stop, stopped) = oneshot::channel();
        let shutdown = async {
            let _ = stopped.await;
        };
        tokio::spawn(gateway::serve_admin(listener, parts, shutdown, std::future::pending()));
        Self { address: SocketAddr::from(([127, 0, 0, 1], port)), memory, _stop: stop }
    }

    fn ask(&self, method: &str, path: &str) -> Ask {
        Ask::new(self.address, method, path)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path).send().await
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: Value) -> Answer {
        let ask = self.ask(method, path).header("content-type", "application/json");
        ask.body(body.to_string()).send().await
    }

    /// What every report says.
    pub(crate) fn has_used(&self, report: Report) {
        self.memory.kept().report = report;
    }

    /// A new client's id.
    pub(crate) async fn client(&self, body: Value) -> String {
        let answer = self.send("POST", "/api/v1/clients", body).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        read(&answer)["id"].as_str().unwrap().to_owned()
    }
}

fn read(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_else(|_| panic!("{}", answer.text()))
}

#[tokio::test]
async fn a_client_is_made_with_budgets_and_read_with_what_is_spent() {
    let admin = Admin::start().await;
    let body = json!({"name": "Ann", "budget": {"limit_usd": 0.03, "window": "month", "action": "refuse"}});
    let answer = admin.send("POST", "/api/v1/clients", body.clone()).await;
    assert_eq!(answer.status, 201);
    let made = read(&answer);
    let id = made["id"].as_str().unwrap();
    assert!(id.starts_with("cl_") && !id.contains("Ann"), "{id}");
    let budget = json!({"measure": "money", "limit": 30_000_000, "limit_usd": "0.03", "window": "month", "action": "refuse"});
    assert_eq!(
        made,
        json!({"id": id, "name": "Ann", "created_unix_ms": NOON, "aliases": {}, "budgets": [budget]})
    );
    assert_eq!(read(&admin.get("/api/v1/clients").await), json!({"clients": [made]}));

    let kept = admin.memory.kept().budgets[0].1.clone();
    admin.memory.kept().standings = vec![Standing { budget: kept, spent: 10_000_000, held: 5_000_000 }];
    for name in [id, "Ann"] {
        let one = read(&admin.get(&format!("/api/v1/clients/{name}")).await);
        let budget = &one["budgets"][0];
        assert_eq!((&budget["spent_usd"], &budget["held"]), (&json!("0.01"), &json!(5_000_000)), "{one}");
    }

    let again = admin.send("POST", "/api/v1/clients", body).await;
    insta::assert_snapshot!(again.show(), @r#"
    409 Conflict
    {"error":{"code":"name_taken","message":"Another client has that name.","param":"name","allowed":[],"request_id":"req-5"}}
    "#);
}

#[tokio::test]
async fn what_a_client_prefers_is_said_when_it_is_made_and_changed_piece_by_piece() {
    let admin = Admin::start().await;
    let body = json!({"name": "Ann", "policy": "local-only", "fallback": "none", "aliases": {"host": "kokoro:af_sky"}});
    let id = admin.client(body).await;
    let path = format!("/api/v1/clients/{id}");
    let preferred = async || {
        let one = read(&admin.get(&path).await);
        json!([one["policy"], one["fallback"], one["aliases"]])
    };
    assert_eq!(preferred().await, json!(["local-only", "none", {"host": "kokoro:af_sky"}]));
    for (change, then) in [
        (json!({}), json!(["local-only", "none", {"host": "kokoro:af_sky"}])),
        (json!({"policy": "best"}), json!(["best", "none", {"host": "kokoro:af_sky"}])),
        (
            json!({"fallback": null, "aliases": {"alloy": "tone", "nobody": null}}),
            json!(["best", null, {"alloy": "tone", "host": "kokoro:af_sky"}]),
        ),
        (
            json!({"policy": null, "aliases": {"host": null, "alloy": "words"}}),
            json!([null, null, {"alloy": "words"}]),
        ),
    ] {
        let patched = admin.send("PATCH", &path, change.clone()).await;
        assert_eq!(patched.status, 200, "{change}: {}", patched.text());
        let patched = read(&patched);
        assert_eq!(json!([patched["policy"], patched["fallback"], patched["aliases"]]), then, "{change}");
        assert_eq!(preferred().await, then, "{change}");
    }
    assert_eq!(read(&admin.get("/api/v1/clients").await)["clients"][0]["aliases"], json!({"alloy": "words"}));

    let wrong = admin.send("PATCH", &path, json!({"policy": "nearest"})).await;
    insta::assert_snapshot!(wrong.show(), @r#"
    400 Bad Request
    {"error":{"code":"invalid_parameter","message":"policy is none of the allowed values.","param":"policy","allowed":["exact","equivalent","cheapest","fastest","best","local-first","local-only","weighted"],"request_id":"req-12"}}
    "#);
    let wrong = admin.send("PATCH", &path, json!({"aliases": {"?warm": "tone"}})).await;
    assert_eq!((wrong.status.as_u16(), &read(&wrong)["error"]["param"]), (400, &json!("aliases")));
    assert_eq!(admin.send("PATCH", "/api/v1/clients/nobody", json!({})).await.status, 404);
    admin.memory.client("kiosk");
    let configured = admin.send("PATCH", "/api/v1/clients/kiosk", json!({"policy": "best"})).await;
    insta::assert_snapshot!(configured.show(), @r#"
    400 Bad Request
    {"error":{"code":"invalid_parameter","message":"The configuration names the client, and says what it prefers: change it there.","param":"client","allowed":[],"request_id":"req-15"}}
    "#);
}

#[tokio::test]
async fn budgets_are_replaced() {
    let admin = Admin::start().await;
    let id =
        admin.client(json!({"name": "Ann", "budgets": [{"limit_usd": "1"}, {"limit_characters": 5}]})).await;
    let path = format!("/api/v1/clients/{id}/budgets");
    let put =
        admin.send("PUT", &path, json!({"budgets": [{"limit_audio_seconds": 60, "window": "day"}]})).await;
    assert_eq!(put.status, 200);
    assert_eq!(read(&put)["budgets"].as_array().unwrap().len(), 1);
    assert_eq!(admin.memory.kept().budgets[0].1.limit, 60_000);
    let (_, theirs) = admin.memory.mint(&id, None);
    let (_, anothers) = admin.memory.mint("cl_other", None);
    let with_key = |key: &str| json!({"budgets": [{"limit_characters": 1, "key": key}]});
    assert_eq!(admin.send("PUT", &path, with_key(&theirs)).await.status, 200);
    let refused = admin.send("PUT", &path, with_key(&anothers)).await;
    assert_eq!((refused.status.as_u16(), &read(&refused)["error"]["param"]), (400, &json!("budgets[].key")));
    assert_eq!(admin.send("PUT", &path, json!({"budgets": []})).await.status, 200);
    assert!(admin.memory.kept().budgets.is_empty());
}

#[tokio::test]
async fn what_is_wrong_is_named_in_our_own_words() {
    let admin = Admin::start().await;
    for (body, param) in [
        (json!({}), json!("name")),
        (json!({"name": "a", "budgets": [{"limit_usd": -1}]}), json!("budgets[].limit_usd")),
        (json!({"name": "a", "budget": {"limit_usd": 1, "window": "week"}}), json!("budget.window")),
        (json!({"name": "a", "nmae": "b"}), json!(null)),
    ] {
        let answer = admin.send("POST", "/api/v1/clients", body.clone()).await;
        let error = &read(&answer)["error"];
        assert_eq!((answer.status.as_u16(), &error["param"]), (400, &param), "{body}: {error}");
        assert_eq!(error["request_id"], answer.header("x-soundboard-request-id"));
    }
    for (path, code) in [
        ("/api/v1/clients/nobody", "unknown_client"),
        ("/api/v1/clients/%ff", "unknown_client"),
        ("/v1/models", "unknown_route"),
    ] {
        let answer = admin.get(path).await;
        assert_eq!((answer.status.as_u16(), &read(&answer)["error"]["code"]), (404, &json!(code)), "{path}");
    }
    assert_eq!(admin.send("PATCH", "/api/v1/clients", json!({})).await.status, 405);
    admin.memory.kept().is_broken = true;
    let broken = admin.get("/api/v1/clients").await;
    assert_eq!(
        (broken.status.as_u16(), &read(&broken)["error"]["code"]),
        (503, &json!("ledger_unavailable"))
    );
}

#[tokio::test]
async fn a_key_is_shown_once_rotated_and_revoked() {
    let admin = Admin::start().await;
    let id = admin.client(json!({"name": "Ann"})).await;
    let path = format!("/api/v1/clients/{id}/keys");
    let made = admin.send("POST", &path, json!({"expires_in_days": 90})).await;
    assert_eq!((made.status.as_u16(), made.header("cache-control")), (201, "no-store"));
    let made = read(&made);
    let (prefix, key) = (made["prefix"].as_str().unwrap(), made["key"].as_str().unwrap());
    assert_eq!(security::prefix_of(key.as_bytes()), Some(prefix));
    assert_eq!((&made["id"], &made["expires_unix_ms"]), (&made["prefix"], &json!(NOON + 90 * DAY)));
    let stored = admin.memory.kept().keys[0].clone();
    assert!(security::verify(&pepper(), key.as_bytes(), &stored.digest));

    let budget = json!({"budgets": [{"limit_characters": 9, "key": prefix}]});
    assert_eq!(admin.send("PUT", &format!("/api/v1/clients/{id}/budgets"), budget).await.status, 200);
    let rotated = admin.send("POST", &format!("{path}/{prefix}/rotate"), json!({"grace_seconds": 60})).await;
    assert_eq!((rotated.status.as_u16(), rotated.header("cache-control")), (201, "no-store"));
    let rotated = read(&rotated);
    let new = rotated["id"].as_str().unwrap();
    assert_ne!(new, prefix);
    assert_eq!(
        rotated["expires_unix_ms"],
        json!(NOON + 90 * DAY),
        "it lasts as long as the old one was made for"
    );
    assert!(admin.memory.kept().budgets.iter().any(|(_, budget)| budget.key.as_deref() == Some(new)));

    // No body at all.
    assert_eq!(admin.ask("POST", &path).send().await.status, 201);
    assert_eq!(admin.ask("DELETE", &format!("{path}/{new}")).send().await.status, 204);
    let listed = admin.get(&path).await;
    assert!(!listed.text().contains(key) && !listed.text().contains("digest"), "{}", listed.text());
    let ends: Vec<_> =
        read(&listed)["keys"].as_array().unwrap().iter().map(|key| key["expires_unix_ms"].clone()).collect();
    assert_eq!(ends, [json!(NOON + 60_000), json!(NOON), json!(null)]);

    let other = admin.client(json!({"name": "Bob"})).await;
    for path in [format!("/api/v1/clients/{other}/keys/{prefix}"), format!("{path}/vs_aaaaaaaaaa")] {
        let answer = admin.ask("DELETE", &path).send().await;
        assert_eq!((answer.status.as_u16(), &read(&answer)["error"]["code"]), (404, &json!("unknown_key")));
    }
}

#[tokio::test]
async fn a_client_that_was_forgotten_gets_nothing_any_more() {
    let admin = Admin::start().await;
    let id = admin.client(json!({"name": "Ann"})).await;
    let path = format!("/api/v1/clients/{id}");
    assert_eq!(admin.ask("DELETE", &path).send().await.status, 204);
    assert_eq!(admin.ask("DELETE", &path).send().await.status, 204, "it may have been interrupted");
    assert_eq!(read(&admin.get(&path).await)["name"], json!(null));
    assert_eq!(admin.ask("POST", &format!("{path}/keys")).send().await.status, 404);
    assert_eq!(admin.send("PATCH", &path, json!({"policy": "best"})).await.status, 404);
    assert_eq!(admin.send("PUT", &format!("{path}/budgets"), json!({"budgets": []})).await.status, 404);
    assert_eq!(admin.get("/api/v1/clients/Ann").await.status, 404);
}

#[tokio::test]
async fn costs_are_json_or_a_table() {
    let admin = Admin::start().await;
    admin.memory.client("cl_a");
    admin.memory.kept().clients[0].name = Some("Ann".into());
    let group = BTreeMap::from([
        (Dimension::Client, Some("cl_a".to_owned())),
        (Dimension::Backend, Some("openai".to_owned())),
        (Dimension::Voice, Some("openai:alloy".to_owned())),
        (Dimension::Day, Some("2026-10-31".to_owned())),
    ]);
    let (vendor_cost, charge) = (Nanos::new(30_000_000), Nanos::new(15_000_000));
    let sums = Sums { requests: 2, characters: 2000, vendor_cost, charge, ..Sums::default() };
    admin.memory.kept().report = vec![(group, sums)];
    let body = read(&admin.get("/api/v1/costs?month=2026-10").await);
    assert_eq!(
        (&body["month"], &body["currency"], &body["charge_nanos"]),
        (&json!("2026-10"), &json!("USD"), &json!(15_000_000))
    );
    assert_eq!(body["by_voice"]["openai:alloy"]["vendor_cost_usd"], json!("0.03"));
    assert_eq!(body["by_client"]["cl_a"]["name"], json!("Ann"));
    let (scope, by) = admin.memory.kept().asked[0].clone();
    assert_eq!((scope.to_unix_ms - scope.from_unix_ms, by.len()), (31 * DAY, 4));

    let asked =
        admin.ask("GET", "/api/v1/costs?month=2026-10").header("accept", "application/json, text/csv;q=0.9");
    for csv in [asked.send().await, admin.get("/api/v1/costs?month=2026-10&format=csv").await] {
        assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
        assert!(
            csv.text().contains("\r\nclient,cl_a,2,2000,0,0,0,0.03,0.015,0.00,0.00,Ann\r\n"),
            "{}",
            csv.text()
        );
    }
    for wrong in ["month=10", "mnoth=2026-10", "format=xml"] {
        assert_eq!(admin.get(&format!("/api/v1/costs?{wrong}")).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn usage_is_told_apart_as_asked() {
    let admin = Admin::start().await;
    admin.memory.client("cl_a");
    admin.memory.kept().clients[0].name = Some("Ann".into());
    let group = BTreeMap::from([(Dimension::Tag("team".into()), None)]);
    admin.memory.kept().report = vec![(group, Sums { requests: 1, ..Sums::default() })];
    let body = read(&admin.get("/api/v1/usage?timeframe=24h&group_by=tag:team,voice&client=Ann").await);
    assert_eq!(
        (&body["rows"][0]["group"], &body["rows"][0]["requests"]),
        (&json!({"tag:team": null}), &json!(1))
    );
    let (scope, by) = admin.memory.kept().asked[0].clone();
    assert_eq!(by, [Dimension::Voice, Dimension::Tag("team".into())]);
    assert_eq!((scope.to_unix_ms, scope.client.as_deref()), (NOON + 3_600_000, Some("cl_a")));
    let group = BTreeMap::from([(Dimension::Client, Some("cl_a".to_owned()))]);
    admin.memory.kept().report = vec![(group, Sums::default())];
    let body = read(&admin.get("/api/v1/usage?group_by=client").await);
    assert_eq!(body["rows"][0]["client_name"], json!("Ann"));
    let refused = admin.get("/api/v1/usage?group_by=colour").await;
    assert_eq!((refused.status.as_u16(), &read(&refused)["error"]["param"]), (400, &json!("group_by")));
}

#[tokio::test]
async fn probes_need_no_key_and_all_else_does() {
    let admin = Admin::with(&[("admin", "key-of-admin")], "0.0.0.0:0").await;
    assert_eq!(admin.get("/healthz").await.status, 200);
    assert_eq!(admin.get("/readyz").await.status, 200);
    for path in ["/metrics", "/api/v1/clients", "/api/v1/costs", "/anything"] {
        let answer = admin.get(path).await;
        assert_eq!((answer.status.as_u16(), answer.header("www-authenticate")), (401, "Bearer"), "{path}");
    }
    let metrics = admin.ask("GET", "/metrics").key("key-of-admin").send().await;
    assert_eq!(metrics.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    assert_eq!((metrics.status.as_u16(), metrics.text()), (200, "soundboard_up 1\n"));
    // A client's key is no admin's.
    let (key, _) = admin.memory.mint("cl_a", None);
    assert_eq!(admin.ask("GET", "/metrics").key(&key).send().await.status, 401);
}

#[tokio::test]
async fn without_keys_no_page_and_no_other_machine_is_let_in() {
    let admin = Admin::start().await;
    let rebound = admin.ask("GET", "/api/v1/clients").header("host", "evil.example").send().await;
    assert_eq!(
        (rebound.status.as_u16(), &read(&rebound)["error"]["code"]),
        (403, &json!("host_not_allowed"))
    );
    let blind =
        admin.ask("POST", "/api/v1/clients/a/keys").header("origin", "https://evil.example").send().await;
    assert_eq!((blind.status.as_u16(), &read(&blind)["error"]["code"]), (403, &json!("origin_not_allowed")));
    let everywhere = Admin::with(&[], "0.0.0.0:0").await;
    assert_eq!(everywhere.get("/api/v1/clients").await.status, 401);
}
