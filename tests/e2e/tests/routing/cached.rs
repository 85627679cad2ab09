//! What is being spoken is joined, and what was spoken is given again: the vendor speaks once, each who hears it pays the
//! price of the rate card, and nobody hears a part for the whole.

use std::collections::BTreeMap;
use std::thread;

use serde_json::{Value, json};
use services::Postgres;

use crate::harness::federation::speeches;
use crate::harness::http::Coming;
use crate::harness::server::request;
use crate::harness::till::{Books, PRICE};
use crate::harness::{Server, Till, pcm_seconds};

const CARD: &str = r#"
    [[rate]]
    backend = "openai"
    models = ["tts-1"]
    from = "2026-01-01"
    usd_per_million_characters = "15"
    usd_per_cache_hit = "0.000002"
    usd_per_joined = "0.000003"
"#;

/// What the card says, in nano-dollars.
const HIT: i64 = 2_000;
const JOINED: i64 = 3_000;

/// More than anybody spends here.
const DOLLAR: u64 = 1_000_000_000;

/// What is heard of a speech that is held back, in bytes; of half a second.
const BEGUN: u64 = 20_000;

/// What the fakes speak a character in.
const SECONDS_PER_CHARACTER: f64 = 0.065;

const TALE: &str = "Behind the mill, two children were building a boat out of driftwood.";

/// What a text costs that is spoken.
fn full(text: &str) -> i64 {
    (text.len() as u64 * PRICE) as i64
}

/// A test of the cache of these settings, on both kinds of database.
fn on_each(settings: &str, test: impl Fn(&Till) + Sync) {
    let databases = [Books::Sqlite, Books::Postgres(Postgres::shared().url_of_new_database())];
    thread::scope(|scope| {
        let test = &test;
        for database in databases {
            scope.spawn(move || {
                test(&Till::beside(database, CARD, |_| {
                    format!("[routing]\npolicy = \"exact\"\n[cache]\n{settings}\n")
                }));
            });
        }
    });
}

/// Asks for that text, with a key where there is one: an answer of which the first audio is there.
fn ask(server: &Server, key: Option<&str>, headers: &[(&str, &str)], text: &str) -> Coming {
    let authorization = key.map(|key| format!("Bearer {key}"));
    let mut all = headers.to_vec();
    all.extend(authorization.iter().map(|key| ("authorization", key.as_str())));
    let coming =
        server.ask_with("/v1/audio/speech", &all, &request(&json!({ "voice": "alloy", "input": text })));
    assert_eq!(coming.head.status(), 200);
    coming
}

/// What the cache had to do with an answer, and the whole audio.
fn heard(coming: Coming, text: &str) -> (String, Vec<u8>) {
    let used = coming.head.header("x-soundboard-cache").to_owned();
    let audio = coming.rest();
    let (seconds, whole) = (pcm_seconds(audio.len()), text.len() as f64 * SECONDS_PER_CHARACTER);
    assert!((seconds - whole).abs() < 0.01, "{used}: {seconds} s of {whole}");
    (used, audio)
}

/// As many as there are keys ask at once, all of whom have heard the beginning before anybody hears more: what the cache
/// had to do with how many, and the audio that all have heard.
fn all_ask_at_once(
    till: &Till,
    server: &Server,
    keys: &[&str],
    text: &str,
) -> (BTreeMap<String, usize>, Vec<u8>) {
    till.vendor.hold(BEGUN);
    let coming = all_begin(server, keys.iter().map(|key| Some(*key)), text);
    till.vendor.let_go();
    let mut audios = Vec::new();
    let mut uses = BTreeMap::new();
    for coming in coming {
        let (used, audio) = heard(coming, text);
        *uses.entry(used).or_default() += 1;
        audios.push(audio);
    }
    audios.dedup();
    let [audio] = <[_; 1]>::try_from(audios).expect("all hear the same");
    (uses, audio)
}

fn all_begin<'k>(server: &Server, keys: impl Iterator<Item = Option<&'k str>>, text: &str) -> Vec<Coming> {
    thread::scope(|scope| {
        let asking: Vec<_> = keys.map(|key| scope.spawn(move || ask(server, key, &[], text))).collect();
        asking.into_iter().map(|asking| asking.join().unwrap()).collect()
    })
}

fn uses<const N: usize>(uses: [(&str, usize); N]) -> BTreeMap<String, usize> {
    uses.map(|(used, times)| (used.to_owned(), times)).into()
}

/// What the requests of each client were charged, in order.
fn charges(till: &Till) -> Vec<Value> {
    till.rows(
        "SELECT clients.name, charge_nanos AS nanos, CAST(count(*) AS BIGINT) AS requests FROM requests
         JOIN clients ON clients.id = requests.client WHERE outcome = 'completed'
         GROUP BY clients.name, charge_nanos ORDER BY clients.name, charge_nanos",
    )
}

/// Checks that the vendor has spoken so often, and that the ledger knows it to the nano-dollar.
fn are_true(till: &Till, calls: usize) {
    till.check();
    assert_eq!(speeches(&till.vendor).len(), calls);
    assert_eq!(till.vendor_cost(), till.billed());
}

#[test]
fn a_hundred_who_ask_for_the_same_at_once_are_spoken_to_once() {
    on_each("memory_bytes = 16777216", |till| {
        let (anna, bert) = (till.client("anna", DOLLAR), till.client("bert", DOLLAR));
        let server = till.open("");
        let (used, audio) = all_ask_at_once(till, &server, &[anna.as_str(); 100], TALE);
        assert_eq!(used, uses([("joined", 99), ("miss", 1)]));
        assert_eq!(speeches(&till.vendor).len(), 1);

        let again = |key: &str, headers: &[_]| {
            let (used, again) = heard(ask(&server, Some(key), headers, TALE), TALE);
            assert!(again == audio, "{used}: other bytes");
            used
        };
        assert_eq!(again(&anna, &[]), "hit");
        assert_eq!(again(&bert, &[]), "miss", "what was spoken for another");
        assert_eq!(again(&bert, &[]), "hit");
        assert_eq!(again(&anna, &[("x-soundboard-cache", "bypass")]), "bypass");
        are_true(till, 3);
        let row = |name: &str, nanos: i64, requests: u64| json!({ "name": name, "nanos": nanos, "requests": requests });
        let full = full(TALE);
        assert_eq!(
            charges(till),
            [
                row("anna", HIT, 1),
                row("anna", JOINED, 99),
                row("anna", full, 2),
                row("bert", HIT, 1),
                row("bert", full, 1),
            ]
        );
    });
}

#[test]
fn clients_who_share_are_spoken_to_once_together() {
    on_each("memory_bytes = 16777216\nshared = true", |till| {
        let (anna, bert) = (till.client("anna", DOLLAR), till.client("bert", DOLLAR));
        let server = till.open("");
        let keys = [[anna.as_str(); 50], [bert.as_str(); 50]].concat();
        let (used, audio) = all_ask_at_once(till, &server, &keys, TALE);
        assert_eq!(used, uses([("joined", 99), ("miss", 1)]));
        for key in [&anna, &bert] {
            assert_eq!(heard(ask(&server, Some(key), &[], TALE), TALE), ("hit".to_owned(), audio.clone()));
        }
        are_true(till, 1);
        let mut charged = BTreeMap::new();
        for row in charges(till) {
            *charged.entry(row["nanos"].as_i64().unwrap()).or_default() += row["requests"].as_u64().unwrap();
        }
        assert_eq!(charged, BTreeMap::from([(HIT, 2), (JOINED, 99), (full(TALE), 1)]));
    });
}

/// Memory for a second of speech or two, so that most is on the disk alone.
const ON_DISK: &str = "memory_bytes = 65536\ndisk_bytes = 16777216";

#[test]
fn what_a_gateway_that_died_had_not_heard_to_its_end_is_spoken_anew() {
    const BROKEN_OFF: &str = "She closed the window, put the letter down, and listened to the rain.";
    const LISTENERS: usize = 20;
    on_each(ON_DISK, |till| {
        let server = till.open("");
        let (_, tale) = heard(ask(&server, None, &[], TALE), TALE);
        drop(server);
        let server = till.open("");
        assert_eq!(heard(ask(&server, None, &[], TALE), TALE), ("hit".to_owned(), tale.clone()));
        till.vendor.hold(BEGUN);
        let coming = all_begin(&server, [None; LISTENERS].into_iter(), BROKEN_OFF);
        assert_eq!(speeches(&till.vendor).len(), 2);
        drop(server.kill());
        for coming in coming {
            assert!(coming.end().1.is_err(), "a part is given for the whole");
        }
        till.vendor.let_go();

        let server = till.open("");
        let (used, audio) = heard(ask(&server, None, &[], BROKEN_OFF), BROKEN_OFF);
        assert_eq!(used, "miss");
        assert_eq!(heard(ask(&server, None, &[], BROKEN_OFF), BROKEN_OFF), ("hit".to_owned(), audio));
        assert_eq!(heard(ask(&server, None, &[], TALE), TALE), ("hit".to_owned(), tale));
        are_true(till, 3);
        // Whoever had joined has caused no call; what was lost is charged as it was last known.
        let lost = till.rows(
            "SELECT vendor_cost_nanos AS cost, CAST(count(*) AS BIGINT) AS requests, CAST(max(charge_nanos) AS BIGINT) AS most
             FROM requests WHERE outcome = 'lost' GROUP BY vendor_cost_nanos ORDER BY vendor_cost_nanos",
        );
        let [joined, led] = lost.as_slice() else { panic!("{lost:?}") };
        assert_eq!((&joined["cost"], &joined["requests"]), (&json!(0), &json!(LISTENERS - 1)));
        assert!(joined["most"].as_i64().unwrap() <= JOINED, "{joined}");
        assert_eq!(led, &json!({ "cost": full(BROKEN_OFF), "requests": 1, "most": full(BROKEN_OFF) }));
    });
}

#[test]
fn however_often_a_gateway_dies_nobody_hears_a_part_for_the_whole() {
    const LIVES: usize = 4;
    const LISTENERS: usize = 12;
    const MOST_ANSWERS: usize = 40;
    on_each(ON_DISK, |till| {
        let mut random = fastrand::Rng::new();
        eprintln!("seed {}", random.get_seed());
        let texts: Vec<String> = (0..MOST_ANSWERS).map(|number| format!("Number {number}: {TALE}")).collect();
        let mut first: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
        for _ in 0..LIVES {
            let server = till.open("");
            let least = random.usize(1..MOST_ANSWERS);
            let (heard, told) = std::sync::mpsc::channel();
            let answers = thread::scope(|scope| {
                for _ in 0..LISTENERS {
                    let (server, texts, heard, mut random) = (&server, &texts, heard.clone(), random.fork());
                    scope.spawn(move || {
                        loop {
                            let text = &texts[random.usize(..texts.len())];
                            let body = request(&json!({ "voice": "alloy", "input": text }));
                            match server.tries_to_post("/v1/audio/speech", None, &body) {
                                Ok((status, audio)) => heard.send((text.as_str(), status, audio)).unwrap(),
                                Err(_) => break,
                            }
                        }
                    });
                }
                drop(heard);
                let mut answers: Vec<_> = told.iter().take(least).collect();
                server.kill_now();
                answers.extend(told);
                answers
            });
            drop(server.kill());
            for (text, status, audio) in answers {
                assert_eq!(status, 200);
                let whole = text.len() as f64 * SECONDS_PER_CHARACTER;
                assert!((pcm_seconds(audio.len()) - whole).abs() < 0.01, "{} bytes", audio.len());
                assert!(
                    *first.entry(text).or_insert_with(|| audio.clone()) == audio,
                    "{text:?} is heard otherwise"
                );
            }
        }
        let server = till.open("");
        for (text, audio) in first {
            let (used, again) = heard(ask(&server, None, &[], text), text);
            assert!(again == audio, "{used}: {text:?} is heard otherwise");
        }
        till.check();
        let lost = "SELECT CAST(count(*) AS BIGINT) AS lost FROM requests WHERE outcome = 'lost'";
        let (lost, billed, booked) = (till.number(lost), till.billed(), till.vendor_cost());
        // Of each request that was running, nobody can know whether the vendor heard of it.
        let longest = texts.iter().map(|text| full(text)).max().unwrap();
        assert!(billed <= booked && booked - billed <= lost * longest, "{booked} for {billed}, {lost} lost");
    });
}
