//! Costs, usage, and what a vendor says of them, from the command line.

use std::fs;
use std::sync::Arc;

use billing::{
    Accounts, Attempt, Basis, Charge, Client, Ledger, Nanos, Outcome, Payer, Preferences, RequestRow,
    Settlement,
};
use speech::{Door, Usage};
use store::{Database, Location};
use tempfile::TempDir;

use crate::accounts::{said, told};
use crate::program::{complains, ran, world};

/// 2026-10-01T12:00Z.
const AT: i64 = 1_790_856_000_000;
const DAY_MS: i64 = 86_400_000;

/// A month of Ann's: a request on the first, one on the second, and one on the third that failed.
fn october(world: &TempDir) {
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    runtime.block_on(async {
        let database = Database::open(&Location::sqlite(world.path().join("data"))).await.expect("it opens");
        let (name, preferences) = (Some("Ann".into()), Preferences::default());
        let ann = Client { id: "cl_ann".into(), name, created_unix_ms: AT, preferences };
        assert!(database.create(ann, Vec::new()).await.expect("it is written"));
        database.close().await;
    });
    write(world, [spoken(0, 1000), spoken(1, 4000), failed(2)]);
}

fn write(world: &TempDir, settlements: impl IntoIterator<Item = Settlement>) {
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    runtime.block_on(async {
        let database = Database::open(&Location::sqlite(world.path().join("data"))).await.expect("it opens");
        for settlement in settlements {
            database.settle(settlement).await.expect("it is written");
        }
        database.close().await;
    });
}

/// A call of Ann's, at the same rate, whose cost nobody but us has counted.
fn estimated(world: &TempDir) {
    let mut settlement = spoken(4, 20);
    settlement.attempts[0].basis = Basis::Estimated;
    settlement.charge.basis = Basis::Estimated;
    write(world, [settlement]);
}

/// At USD 15 a million characters.
fn spoken(day: i64, characters: u64) -> Settlement {
    let nanos = Nanos::new(i64::try_from(characters).expect("few") * 15_000);
    let attempt = Attempt {
        number: 1,
        backend: "openai".into(),
        model: "tts-1".into(),
        rate: "openai/tts-1@2023-11-06".into(),
        vendor_request: Some(format!("req_{day}")),
        characters,
        cost: nanos,
        basis: Basis::Reported,
    };
    let charge = Charge { nanos, basis: Basis::Reported };
    Settlement { row: row(day, characters, Outcome::Completed), attempts: vec![attempt], charge }
}

fn failed(day: i64) -> Settlement {
    let outcome = Outcome::Failed(speech::ErrorKind::UnknownVoice);
    let mut row = row(day, 7, outcome);
    (row.backend, row.voice, row.audio_ms) = (None, None, 0);
    Settlement { row, attempts: Vec::new(), charge: Charge { nanos: Nanos::ZERO, basis: Basis::Reported } }
}

fn row(day: i64, characters: u64, outcome: Outcome) -> RequestRow {
    RequestRow {
        id: format!("r{day}"),
        at_unix_ms: AT + day * DAY_MS,
        payer: Payer { client: "cl_ann".into(), key: None },
        door: Door::OpenAi,
        backend: Some("openai".into()),
        voice: Some("alloy".into()),
        language: Some("en".into()),
        model: Some("tts-1".into()),
        tags: Arc::default(),
        characters: Some(characters),
        usage: Usage::default(),
        audio_ms: 60_000,
        first_audio_ms: Some(20),
        total_ms: 90,
        cache_hit: false,
        outcome,
    }
}

/// The cells of a table's line.
fn cells(line: &str) -> Vec<&str> {
    line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect()
}

#[test]
fn a_months_costs_are_a_table_a_spreadsheet_a_body_and_a_chart() {
    let world = world();
    october(&world);
    let table = said(&world, &["costs", "--month", "2026-10"]);
    let lines: Vec<Vec<&str>> = table.lines().map(cells).collect();
    let nothing = "0.00 USD";
    assert_eq!(
        lines[1],
        ["month", "2026-10", "3", "5007", "0:02:00", "1", "0", "0.075 USD", nothing, "0.075 USD", nothing]
    );
    assert_eq!(lines[2][..3], ["client", "Ann (cl_ann)", "3"]);
    assert!(lines.iter().any(|line| line[..2] == ["backend", "-"]), "{table}");

    let csv = said(&world, &["costs", "--month", "2026-10", "--csv"]);
    assert!(csv.contains("\r\nclient,cl_ann,3,5007,120000,1,0,0.075,0.075,0.00,0.00,Ann\r\n"), "{csv}");
    assert!(csv.contains("\r\nday,2026-10-02,1,4000,60000,0,0,0.06,0.06,0.00,0.00,\r\n"), "{csv}");

    let body = told(&world, &["costs", "--month", "2026-10"]);
    assert_eq!((&body["month"], &body["charge_nanos"]), (&"2026-10".into(), &75_000_000.into()));
    let of_ann = &body["by_client"]["cl_ann"];
    assert_eq!((&of_ann["name"], &of_ann["charge_usd"]), (&"Ann".into(), &"0.075".into()));
    assert_eq!(of_ann["charge_estimated_usd"], "0.00");

    let chart = said(&world, &["costs", "--month", "2026-10", "--chart"]);
    let bars: Vec<(usize, &str)> = chart.lines().map(|line| (line.matches('█').count(), line)).collect();
    assert!(bars[0].0 == 10 && bars[0].1.ends_with(" 0.015 USD"), "{chart}");
    assert!(bars[1].0 == 40 && bars[1].1.starts_with("2026-10-02  "), "{chart}");
    assert_eq!(bars[2], (0, "2026-10-03  0.00 USD"));

    let empty = told(&world, &["costs", "--month", "2026-09"]);
    assert_eq!((&empty["requests"], &empty["by_day"]), (&0.into(), &serde_json::json!({})));
    complains(&ran(&world, &["costs", "--month", "October"]), 2, &["October", "2026-10"]);

    estimated(&world);
    let body = told(&world, &["costs", "--month", "2026-10"]);
    let told = |name: &str| (body[name].clone(), body["by_backend"]["openai"][name].clone());
    assert_eq!(told("charge_nanos").0, 75_300_000);
    assert_eq!(told("charge_estimated_nanos"), (300_000.into(), 300_000.into()));
    assert_eq!(told("vendor_cost_estimated_usd"), ("0.0003".into(), "0.0003".into()));
}

#[test]
fn usage_is_told_apart_as_asked() {
    let world = world();
    october(&world);
    let frame = ["usage", "--timeframe", "2026-10-01,2026-11-01"];
    let with = |more: &[&'static str]| [&frame[..], more].concat();
    let table = said(&world, &with(&["--group-by", "voice,day"]));
    let lines: Vec<Vec<&str>> = table.lines().map(cells).collect();
    assert_eq!(lines[0][..3], ["VOICE", "DAY", "REQUESTS"]);
    assert_eq!(lines.len(), 4, "{table}");
    assert!(lines.iter().any(|line| line[..4] == ["openai:alloy", "2026-10-02", "1", "4000"]), "{table}");
    assert!(lines.iter().any(|line| line[..3] == ["-", "2026-10-03", "1"]), "{table}");

    let body = told(&world, &with(&["--client", "Ann"]));
    assert_eq!((&body["rows"][0]["group"], &body["rows"][0]["errors"]), (&serde_json::json!({}), &1.into()));
    assert!(said(&world, &with(&["--group-by", "day", "--csv"])).starts_with("day,requests,"));
    let by_client = said(&world, &with(&["--group-by", "client"]));
    assert!(by_client.lines().any(|line| cells(line)[..2] == ["Ann (cl_ann)", "3"]), "{by_client}");
    let body = told(&world, &with(&["--group-by", "client"]));
    assert_eq!(body["rows"][0]["client_name"], "Ann");
    complains(&ran(&world, &with(&["--group-by", "mood"])), 2, &["mood", "voice"]);
    complains(&ran(&world, &with(&["--client", "Bob"])), 3, &["Bob"]);
    complains(&ran(&world, &["usage", "--timeframe", "1w"]), 2, &["7d"]);
}

#[test]
fn the_ledger_is_held_against_an_export() {
    let world = world();
    october(&world);
    fs::write(world.path().join("c.toml"), "[backends.openai]\nkind = \"openai\"\n").expect("it is written");
    let line = [
        "--config",
        "c.toml",
        "reconcile",
        "--backend",
        "openai",
        "--month",
        "2026-10",
        "--export",
        "export",
    ];
    let export = |text: &str| fs::write(world.path().join("export"), text).expect("it is written");

    // As OpenAI exports it: by day and model, the day after left out.
    export(
        "start_time,model,num_model_requests,characters\n1790812800,tts-1,1,1000\n1790899200,tts-1,1,4000\n1793491200,tts-1,9,9\n",
    );
    assert!(said(&world, &line).contains("2 calls here, 2 records there, 0 differences"));

    export(
        r#"{"request_id":"req_0","billed_characters":1000}
{"request_id":"req_1","billed_characters":4001}
{"request_id":"req_9","billed_characters":5}"#,
    );
    let ended = ran(&world, &line);
    assert_eq!(ended.code, Some(4), "{}", ended.stderr);
    let lines: Vec<&str> = ended.stdout.lines().collect();
    assert_eq!(
        lines,
        [
            "request req_1: 4000 characters here, 4001 there",
            "request req_9: not in the ledger; the vendor has 1 calls, 5 characters",
            "2026-10, openai: 2 calls here, 3 records there, 2 differences",
        ]
    );
    let ended = ran(&world, &[&line[..], &["--json"]].concat());
    let body: serde_json::Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!((ended.code, &body["differences"][0]["quantity"]), (Some(4), &"characters".into()));

    // Told on either side, a guess is no difference.
    export(
        r#"{"request_id":"req_0","billed_characters":1000}
{"request_id":"req_1","billed_characters":4000}"#,
    );
    estimated(&world);
    let ended = ran(&world, &line);
    assert!(ended.stdout.contains("\nopenai: 1 calls, 0.0003 USD, estimated\n"), "{}", ended.stdout);
    let ended = ran(&world, &[&line[..], &["--json"]].concat());
    let body: serde_json::Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!(
        body["estimated"],
        serde_json::json!({ "calls": 1, "cost_nanos": 300_000, "cost_usd": "0.0003" })
    );

    for nothing in ["", "start_time,model,num_model_requests,characters\n", r#"{"data":[{"results":[]}]}"#] {
        export(nothing);
        complains(&ran(&world, &line), 2, &["export", "no record"]);
    }
    export("model,characters\ntts-1,many\n");
    complains(&ran(&world, &line), 2, &["export", "record 1", "many"]);
    let nobody = ["reconcile", "--backend", "nobody", "--export", "export"];
    complains(&ran(&world, &nobody), 2, &["nobody", "kokoro"]);
}

#[test]
fn a_copy_is_put_back_and_a_month_that_is_over_moved_out() {
    let world = world();
    october(&world);
    let costs = ["costs", "--month", "2026-10"];
    let before = told(&world, &costs);
    said(&world, &["backup", "copy.db"]);
    complains(&ran(&world, &["backup", "copy.db"]), 2, &["copy.db"]);

    let archived = told(&world, &["archive", "--month", "2026-10", "--to", "."]);
    assert_eq!((&archived["requests"], &archived["month"]), (&3.into(), &"2026-10".into()));
    assert!(world.path().join("soundboard-2026-10.ndjson.gz").exists());
    assert_eq!(told(&world, &costs), before, "what it came to stays");
    complains(&ran(&world, &["archive", "--month", "2999-01", "--to", "."]), 2, &["2999-01"]);

    said(&world, &["clients", "create", "late"]);
    said(&world, &["restore", "copy.db"]);
    let clients = said(&world, &["clients", "list"]);
    assert!(clients.contains("Ann") && !clients.contains("late"), "{clients}");
    assert_eq!(told(&world, &costs), before);
    complains(&ran(&world, &["restore", "absent.db"]), 2, &["absent.db"]);
}

#[test]
fn a_copy_without_the_pepper_of_its_keys_is_told_of() {
    let here = world();
    said(&here, &["clients", "create", "newsroom"]);
    let key = said(&here, &["keys", "create", "--client", "newsroom"]);
    said(&here, &["backup", "copy.db"]);

    let there = world();
    fs::copy(here.path().join("copy.db"), there.path().join("copy.db")).expect("it is copied");
    let words = ["1 API keys", "another pepper", "put theirs in its place", "revoke"];
    let restored = ran(&there, &["restore", "copy.db"]);
    assert_eq!((restored.code, restored.stdout.as_str()), (Some(2), "restored from copy.db\n"));
    assert!(words.iter().all(|word| restored.stderr.contains(word)), "{}", restored.stderr);
    complains(&ran(&there, &["serve", "--listen", "127.0.0.1:0"]), 2, &words);
    complains(&ran(&there, &["keys", "create", "--client", "newsroom"]), 2, &words);
    let pepper = |world: &TempDir| world.path().join("data/pepper");
    fs::copy(pepper(&here), pepper(&there)).expect("it is copied");
    said(&there, &["restore", "copy.db"]);

    // Or they are given up.
    fs::remove_file(pepper(&there)).expect("it is removed");
    said(&there, &["keys", "revoke", key.trim()]);
    said(&there, &["keys", "create", "--client", "newsroom"]);
}
