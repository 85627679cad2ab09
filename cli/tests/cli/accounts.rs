//! Clients and their keys, from the command line.

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{complains, names_in, ran, world};

/// What it printed; it went well.
pub(crate) fn said(world: &TempDir, arguments: &[&str]) -> String {
    let ended = ran(world, arguments);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    ended.stdout
}

/// The same as JSON.
pub(crate) fn told(world: &TempDir, arguments: &[&str]) -> Value {
    let arguments: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
    serde_json::from_str(&said(world, &arguments)).expect("JSON")
}

fn names(world: &TempDir) -> Vec<Value> {
    let clients = told(world, &["clients", "list"])["clients"].clone();
    clients.as_array().expect("a list").iter().map(|client| client["name"].clone()).collect()
}

#[test]
fn a_client_is_made_limited_shown_and_forgotten() {
    let world = world();
    let line =
        ["clients", "create", "newsroom", "--budget-usd", "0.03", "--window", "month", "--data", "elsewhere"];
    let shown = said(&world, &line);
    assert!(shown.starts_with("newsroom: client cl_"), "{shown}");
    assert!(shown.contains("0.03 USD, month, refuse  0.00 USD  0.00 USD  0.03 USD"), "{shown}");
    assert_eq!(names_in(world.path()), ["elsewhere"], "that is where it is");

    let line = ["clients", "create", "newsroom", "--budget-characters", "5", "--action", "throttle"];
    let client = told(&world, &line);
    let id = client["id"].as_str().expect("an id");
    assert!(id.starts_with("cl_") && client["created_unix_ms"].is_i64(), "{client}");
    assert_eq!(client["budgets"][0]["measure"], "characters");
    assert_eq!((&client["budgets"][0]["limit"], &client["budgets"][0]["spent"]), (&5.into(), &0.into()));

    said(
        &world,
        &[
            "clients",
            "budget",
            "newsroom",
            "--budget-usd",
            "1",
            "--budget-audio-seconds",
            "60",
            "--window",
            "rolling_24h",
        ],
    );
    let list = said(&world, &["clients", "list"]);
    assert!(list.contains("1.00 USD, rolling_1d, refuse; 60.000 s, rolling_1d, refuse"), "{list}");
    assert!(!list.contains("5 characters"), "{list}");
    for nothing in [["--window", "day"], ["--action", "warn"]] {
        let create = [&["clients", "create", "endless"][..], &nothing].concat();
        complains(&ran(&world, &create), 2, &["--budget-usd"]);
    }
    assert!(!names(&world).contains(&"endless".into()));
    said(&world, &["clients", "budget", id, "--none"]);
    assert!(said(&world, &["clients", "show", "newsroom"]).contains("no limit"));

    assert!(said(&world, &["clients", "forget", "newsroom"]).contains(id));
    assert!(!names(&world).contains(&"newsroom".into()));
    assert_eq!(told(&world, &["clients", "show", id])["name"], Value::Null);
    complains(&ran(&world, &["keys", "create", "--client", id]), 3, &[id, "forgotten"]);
    complains(&ran(&world, &["clients", "budget", id, "--none"]), 3, &[id, "forgotten"]);
}

#[test]
fn a_client_says_how_its_requests_are_routed() {
    let world = world();
    let made = ["clients", "create", "newsroom", "--policy", "local-first", "--fallback", "none"];
    assert!(said(&world, &made).contains("\nprefers policy local-first, fallback none\n"));
    said(&world, &["clients", "set", "newsroom", "--policy", "local-only", "--fallback", "unset"]);
    let client = told(&world, &["clients", "show", "newsroom"]);
    assert_eq!((&client["policy"], &client["fallback"]), (&"local-only".into(), &Value::Null));
    said(&world, &["clients", "alias", "newsroom", "host", "kokoro:af_sky"]);
    said(&world, &["clients", "alias", "newsroom", "narrator", "kokoro:bm_george"]);
    said(&world, &["clients", "alias", "newsroom", "host", "kokoro:bf_emma"]);
    let prefers = "policy local-only, host = kokoro:bf_emma, narrator = kokoro:bm_george";
    for listing in [&["clients", "show", "newsroom"][..], &["clients", "list"]] {
        assert!(said(&world, listing).contains(prefers), "{listing:?}");
    }
    let client = told(&world, &["clients", "alias", "newsroom", "narrator", "--remove"]);
    assert_eq!(client["aliases"], serde_json::json!({ "host": "kokoro:bf_emma" }));

    let set = |more: &[&str]| ran(&world, &[&["clients", "set", "newsroom"], more].concat());
    complains(&set(&["--policy", "nearest"]), 2, &["nearest", "exact, equivalent", "'unset'"]);
    complains(&set(&["--fallback", "perhaps"]), 2, &["none, before-audio, resume", "'unset'"]);
    complains(&set(&[]), 2, &["--policy", "--fallback"]);
    let alias = |more: &[&str]| ran(&world, &[&["clients", "alias", "newsroom"], more].concat());
    complains(&alias(&["narrator"]), 2, &["<VOICE>"]);
    complains(&alias(&["narrator", "--remove"]), 3, &["newsroom", "no alias \"narrator\""]);
    complains(&alias(&["?warm", "kokoro:af_sky"]), 3, &["aliases"]);
    let unknown = ["clients", "set", "nobody", "--policy", "best"];
    complains(&ran(&world, &unknown), 3, &["\"nobody\"", "clients list"]);
    assert_eq!(told(&world, &["clients", "show", "newsroom"]), client, "nothing of that was done");
}

#[test]
fn what_the_configuration_says_of_a_client_is_shown_and_said_there_alone() {
    let world = world();
    let config = "[clients.kiosk]\nkeys = [{ env = \"KIOSK\" }]\npolicy = \"local-only\"\nvoices = { host = \"kokoro:af_sky\" }\n";
    std::fs::write(world.path().join("c.toml"), config).expect("it is written");
    let shown = said(&world, &["--config", "c.toml", "clients", "show", "kiosk"]);
    assert!(shown.contains("prefers policy local-only, host = kokoro:af_sky\n"), "{shown}");
    for name in ["kiosk", "local"] {
        let set = ran(&world, &["--config", "c.toml", "clients", "set", name, "--policy", "best"]);
        complains(&set, 3, &[name, "configuration"]);
    }
}

#[test]
fn what_cannot_be_a_client_is_refused() {
    let world = world();
    said(&world, &["clients", "create", "ann"]);
    complains(&ran(&world, &["clients", "create", "ann"]), 3, &["\"ann\"", "already"]);
    complains(&ran(&world, &["clients", "create", "local"]), 3, &["\"local\"", "already"]);
    complains(&ran(&world, &["clients", "create", " "]), 3, &["name"]);
    complains(&ran(&world, &["clients", "create", "bob", "--budget-usd", "1.0000000001"]), 2, &["nine"]);
    complains(&ran(&world, &["clients", "show", "bob"]), 3, &["\"bob\"", "clients list"]);
    complains(&ran(&world, &["clients", "budget", "ann"]), 2, &["--budget-usd", "--none"]);
    let of_another = ["clients", "budget", "ann", "--key", "vs_aaaaaaaaaa", "--budget-usd", "1"];
    complains(&ran(&world, &of_another), 3, &["vs_aaaaaaaaaa"]);
}

#[test]
fn a_key_is_printed_alone_and_once() {
    let world = world();
    said(&world, &["clients", "create", "newsroom"]);
    let printed = said(&world, &["keys", "create", "--client", "newsroom"]);
    let key = printed.trim_end();
    assert!(printed == format!("{key}\n") && key.starts_with("vs_") && key.len() == 57, "{printed}");

    let list = said(&world, &["keys", "list", "--client", "newsroom"]);
    assert!(list.contains(&key[..13]) && list.contains("newsroom"), "{list}");
    let keys = told(&world, &["keys", "list"]);
    assert_eq!(
        (&keys["keys"][0]["prefix"], &keys["keys"][0]["expires_unix_ms"]),
        (&key[..13].into(), &Value::Null)
    );
    let everything: Vec<u8> = names_in(&world.path().join("data"))
        .iter()
        .flat_map(|name| std::fs::read(world.path().join("data").join(name)).expect("it is read"))
        .collect();
    let secret = &key.as_bytes()[14..];
    assert!(!everything.windows(secret.len()).any(|window| window == secret), "it is kept nowhere");
    complains(&ran(&world, &["keys", "create", "--client", "nobody"]), 3, &["nobody"]);
    complains(&ran(&world, &["keys", "create", "--client", "newsroom", "--expires-in", "soon"]), 2, &["90d"]);
}

#[test]
fn a_key_is_replaced_with_its_budgets_and_revoked() {
    let world = world();
    said(&world, &["clients", "create", "newsroom"]);
    let old = told(&world, &["keys", "create", "--client", "newsroom", "--expires-in", "90d"]);
    let lasts = |key: &Value| Some(key["expires_unix_ms"].as_i64()? - key["created_unix_ms"].as_i64()?);
    const NINETY_DAYS: i64 = 90 * 86_400_000;
    assert_eq!(lasts(&old), Some(NINETY_DAYS));
    let old = old["prefix"].as_str().expect("a prefix");
    said(&world, &["clients", "budget", "newsroom", "--budget-usd", "5"]);
    said(&world, &["clients", "budget", "newsroom", "--key", old, "--budget-usd", "1"]);

    let new = told(&world, &["keys", "rotate", old, "--grace", "24h"]);
    assert_eq!(lasts(&new), Some(NINETY_DAYS), "as long as the old one was made for");
    let budgets = told(&world, &["clients", "show", "newsroom"])["budgets"].clone();
    let keys: Vec<&Value> = budgets.as_array().expect("a list").iter().map(|budget| &budget["key"]).collect();
    assert_eq!(keys, [&Value::Null, &old.into(), &new["prefix"]]);
    let keys = told(&world, &["keys", "list", "--client", "newsroom"])["keys"].clone();
    assert_eq!(
        keys[0]["expires_unix_ms"].as_i64().zip(new["created_unix_ms"].as_i64()).map(|(end, now)| end - now),
        Some(86_400_000),
        "the old one has a day left"
    );

    // Whoever has the key at hand need not cut it.
    let whole = new["key"].as_str().expect("the key");
    assert!(said(&world, &["keys", "revoke", whole]).contains(&whole[..13]));
    let list = said(&world, &["keys", "list"]);
    let revoked = list.lines().find(|line| line.starts_with(&whole[..13])).expect("it is listed");
    assert!(revoked.ends_with("(ended)"), "{list}");
    let unknown = ran(&world, &["keys", "revoke", "vs_aaaaaaaaaa"]);
    complains(&unknown, 3, &["no key", "keys list"]);
}

#[test]
fn clients_of_the_configuration_have_keys_of_the_database_too() {
    let world = world();
    std::fs::write(world.path().join("c.toml"), "[clients.kiosk]\nkeys = [{ env = \"KIOSK\" }]\n")
        .expect("it is written");
    let key = said(&world, &["--config", "c.toml", "keys", "create", "--client", "kiosk"]);
    assert!(key.starts_with("vs_"));
    assert_eq!(told(&world, &["clients", "show", "kiosk"])["id"], "kiosk");
}
