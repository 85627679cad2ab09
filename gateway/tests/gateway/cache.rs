//! `x-soundboard-cache`, and what who is given what was spoken before is charged.

use engine::CacheSettings;
use serde_json::json;

use crate::backend::reaches;
use crate::client::{Answer, Ask};
use crate::server::{House, Server};

/// A cent for a thousand characters; what was spoken before, or for another, costs these many nano-dollars.
const RATES: &str = r#"
[[rate]]
backend = "tone"
models = ["*"]
from = "1970-01-01"
usd_per_million_characters = "10"
usd_per_cache_hit = "0.000000002"
usd_per_joined = "0.000000003"
"#;
const SPOKEN: i64 = 130_000;
const HIT: i64 = 2;
const JOINED: i64 = 3;

async fn server() -> Server {
    let cache = CacheSettings { memory_bytes: 1 << 24, ..CacheSettings::default() };
    Server::of_house(House { rates: RATES, cache, ..House::default() }).await
}

/// Every door, as it is made and once it is whole, with a voice of that name.
fn asks(server: &Server, voice: &str) -> Vec<Ask> {
    let body = |text: &str| json!({"model": "sine-1", "voice": voice, text: "Hello, world."}).to_string();
    let ask = |path: &str, text: &str| {
        server.post(path).header("content-type", "application/json").body(body(text))
    };
    let exact = |ask: Ask| ask.header("x-soundboard-content-length", "exact");
    let elevenlabs = |call: &str| ask(&format!("/v1/text-to-speech/{voice}{call}"), "text");
    vec![
        ask("/v1/audio/speech", "input"),
        exact(ask("/v1/audio/speech", "input")),
        ask("/api/v1/speech", "text"),
        exact(ask("/api/v1/speech", "text")),
        elevenlabs("/stream"),
        elevenlabs("/with-timestamps"),
    ]
}

/// How it is called, and whether it came to its end.
fn told(answer: &Answer) -> (&str, bool) {
    (answer.header("x-soundboard-cache"), answer.whole)
}

/// What each request was charged, in the order in which they ended.
async fn charges(server: Server) -> Vec<i64> {
    let rows = server.rows.clone();
    server.ended().await;
    rows.charges().into_iter().map(|charge| charge.get()).collect()
}

#[tokio::test]
async fn what_was_spoken_before_is_a_hit_at_every_door() {
    for at in 0..6 {
        let server = server().await;
        let ask = || asks(&server, "tone").remove(at).send();
        let (first, again) = (ask().await, ask().await);
        assert_eq!((told(&first), told(&again)), (("miss", true), ("hit", true)), "{at}");
        assert_eq!(first.body, again.body, "{at}");
        assert_eq!(first.header("x-soundboard-voice"), again.header("x-soundboard-voice"), "{at}");
        assert_eq!(*server.work.begun.borrow(), 1, "{at}");
        let rows = server.rows.clone();
        assert_eq!(charges(server).await, [SPOKEN, HIT], "{at}");
        assert_eq!(rows.rows().iter().map(|row| row.cache_hit).collect::<Vec<_>>(), [false, true], "{at}");
    }
}

#[tokio::test]
async fn what_is_just_being_spoken_is_joined_at_every_door() {
    for at in 0..6 {
        let server = server().await;
        let ask = || tokio::spawn(asks(&server, "gated").remove(at).send());
        let first = ask();
        reaches(&server.work.made, 1).await;
        let second = ask();
        // From its hold to its place among the listeners a request does not pause.
        reaches(&server.rows.held, 2).await;
        server.work.gate.send_replace(usize::MAX);
        let (first, second) = (first.await.unwrap(), second.await.unwrap());
        assert_eq!((told(&first), told(&second)), (("miss", true), ("joined", true)), "{at}");
        assert_eq!(first.body, second.body, "{at}");
        assert_eq!(*server.work.begun.borrow(), 1, "{at}");
        let mut charges = charges(server).await;
        charges.sort_unstable();
        assert_eq!(charges, [JOINED, SPOKEN], "{at}");
    }
}

#[tokio::test]
async fn who_wants_it_spoken_anew_is_given_nothing_and_leaves_nothing() {
    for at in 0..6 {
        let server = server().await;
        let ask = || asks(&server, "tone").remove(at);
        let anew = || ask().header("x-soundboard-cache", "bypass").send();
        let answers = [anew().await, anew().await, ask().send().await, anew().await];
        let told = answers.each_ref().map(told);
        assert_eq!(told, ["bypass", "bypass", "miss", "bypass"].map(|told| (told, true)), "{at}");
        assert_eq!(*server.work.begun.borrow(), 4, "{at}");
        assert_eq!(charges(server).await, [SPOKEN; 4], "{at}");
    }
}

#[tokio::test]
async fn without_a_cache_nothing_is_said_of_one() {
    let server = Server::start().await;
    for ask in asks(&server, "tone") {
        assert_eq!(told(&ask.send().await), ("-", true));
    }
}

#[tokio::test]
async fn a_preview_is_spoken_once_and_charged_so() {
    let server = server().await;
    let ask = || server.get("/api/v1/voices/alloy/preview").send();
    let (first, again) = (ask().await, ask().await);
    assert_eq!((told(&first), told(&again)), (("miss", true), ("hit", true)));
    assert_eq!((&first.body, again.header("x-soundboard-voice")), (&again.body, "tone:tone"));
    assert_eq!(*server.work.begun.borrow(), 1);
    let rows = server.rows.clone();
    let charges = charges(server).await;
    let characters = rows.rows()[0].characters.unwrap() as i64;
    assert_eq!(charges, [characters * 10_000, HIT]);
}
