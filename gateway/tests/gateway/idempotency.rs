//! `Idempotency-Key`.

use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use futures::future::join_all;
use gateway::Config;
use http_body_util::BodyExt as _;

use crate::backend::{CHUNK, CHUNKS, reaches};
use crate::client::{Answer, Ask};
use crate::server::{ONE, Server, config, say};

/// Bytes of what `tone` says, as 16-bit samples.
const TONE: usize = CHUNKS * CHUNK * 2;

fn keyed(server: &Server, key: &str, voice: &str) -> Ask {
    server.speech(say(voice)).header("idempotency-key", key)
}

fn begun(server: &Server) -> usize {
    *server.work.begun.borrow()
}

/// Status, and what we say of it.
fn show(answer: &Answer) -> String {
    let error = answer.status.is_client_error() || answer.status.is_server_error();
    let retry = (answer.header("retry-after"), answer.header("x-should-retry"));
    let said = if error { answer.text().to_owned() } else { format!("{} bytes", answer.body.len()) };
    format!("{} {} {retry:?}\n{said}", answer.status, answer.header("x-soundboard-cache"))
}

#[tokio::test]
async fn the_same_request_gets_the_same_answer_for_nothing() {
    let server = Server::start().await;
    let first = keyed(&server, "k", "tone").send().await;
    let again = keyed(&server, "k", "tone").send().await;
    assert_eq!((first.body.len(), first.header("x-soundboard-cache")), (TONE, "-"));
    assert_eq!((again.body.clone(), again.header("x-soundboard-cache")), (first.body.clone(), "hit"));
    for name in ["content-type", "x-soundboard-voice", "x-soundboard-model", "x-soundboard-characters"] {
        assert_eq!(again.header(name), first.header(name), "{name}");
    }
    assert_eq!(again.header("x-soundboard-request-id"), "req-2", "it is a request of its own");
    assert_eq!(begun(&server), 1);
    let rows = server.rows.clone();
    server.ended().await;
    let charges: Vec<i64> = rows.charges().iter().map(|charge| charge.get()).collect();
    assert_eq!(charges, [130_000, 0]);
    let hits: Vec<_> =
        rows.rows().into_iter().map(|row| (row.cache_hit, row.voice, row.characters)).collect();
    assert_eq!(hits, [(false, Some("tone".into()), Some(13)), (true, Some("tone".into()), Some(13))]);
}

#[tokio::test]
async fn without_a_key_or_under_another_it_is_spoken_anew() {
    let server = Server::start().await;
    server.say("tone").await;
    server.say("tone").await;
    keyed(&server, "one", "tone").send().await;
    keyed(&server, "two", "tone").send().await;
    assert_eq!(begun(&server), 4);
}

#[tokio::test]
async fn a_key_belongs_to_its_client() {
    let server = Server::with(config(), &[("ann", "secret-of-ann"), ("bob", "secret-of-bob")]).await;
    let ann = keyed(&server, "k", "tone").key("secret-of-ann").send().await;
    let bob = keyed(&server, "k", "words").key("secret-of-bob").send().await;
    assert_eq!((ann.status.as_u16(), bob.status.as_u16()), (200, 200));
    assert_eq!((bob.header("x-soundboard-cache"), begun(&server)), ("-", 2));
}

#[tokio::test]
async fn another_request_under_the_same_key_is_refused() {
    let server = Server::start().await;
    keyed(&server, "k", "tone").send().await;
    insta::assert_snapshot!(show(&keyed(&server, "k", "words").send().await), @r#"
    422 Unprocessable Entity - ("-", "-")
    {"error":{"message":"This Idempotency-Key was sent with another request; send every request that differs under a key of its own.","type":"invalid_request_error","param":null,"code":"idempotency_key_reused"}}
    "#);
    let exact = keyed(&server, "k", "tone").header("x-soundboard-content-length", "exact").send().await;
    assert_eq!(exact.status.as_u16(), 422, "a header that changes the answer is part of the request");
    let query = server.post("/v1/audio/speech?a=1").header("content-type", "application/json");
    let query = query.header("idempotency-key", "k").body(say("tone")).send().await;
    assert_eq!(query.status.as_u16(), 422);
    assert_eq!(begun(&server), 1);
}

#[tokio::test]
async fn while_the_first_is_running_the_second_is_told_to_wait() {
    let server = Server::start().await;
    let first = keyed(&server, "k", "gated").begin().await;
    insta::assert_snapshot!(show(&keyed(&server, "k", "gated").send().await), @r#"
    409 Conflict - ("1", "-")
    {"error":{"message":"The first request with this Idempotency-Key is still being answered; try again in a moment.","type":"invalid_request_error","param":null,"code":"idempotency_key_in_use"}}
    "#);
    server.work.gate.send_replace(usize::MAX);
    assert_eq!(Answer::read(first).await.body.len(), TONE);
    let again = keyed(&server, "k", "gated").send().await;
    assert_eq!((again.body.len(), again.header("x-soundboard-cache")), (TONE, "hit"));
    assert_eq!(begun(&server), 1);
}

#[tokio::test]
async fn a_claim_of_which_nothing_is_heard_ends_and_what_comes_late_of_it_changes_nothing() {
    let server = Server::start().await;
    let first = keyed(&server, "k", "gated").begin().await;
    server.clock.turn(Duration::from_secs(2 * 60 - 1));
    assert_eq!(keyed(&server, "k", "gated").send().await.status.as_u16(), 409);
    server.clock.turn(Duration::from_secs(1));
    let second = keyed(&server, "k", "gated").begin().await;
    assert_eq!((second.status().as_u16(), begun(&server)), (200, 2));
    server.work.gate.send_replace(usize::MAX);
    for answer in [first, second] {
        assert_eq!(Answer::read(answer).await.body.len(), TONE);
    }
    let again = keyed(&server, "k", "gated").send().await;
    assert_eq!(again.header("x-soundboard-cache"), "hit");
    assert_eq!(server.answers.of("k"), Some("req-3".into()), "that of the claim that holds");
}

#[tokio::test]
async fn an_answer_is_kept_though_the_database_fails_for_a_moment() {
    let server = Server::start().await;
    server.answers.failing.store(3, Relaxed);
    assert_eq!(keyed(&server, "k", "tone").send().await.body.len(), TONE);
    let again = keyed(&server, "k", "tone").send().await;
    assert_eq!((again.header("x-soundboard-cache"), begun(&server)), ("hit", 1));
}

#[tokio::test]
async fn a_key_is_given_free_though_the_database_fails_for_a_moment() {
    let server = Server::start().await;
    server.answers.failing.store(3, Relaxed);
    assert!(!keyed(&server, "k", "busy").send().await.status.is_success());
    assert_eq!(keyed(&server, "k", "tone").send().await.status.as_u16(), 200);
}

#[tokio::test]
async fn a_claim_that_nobody_heard_of_is_given_free() {
    let server = Server::start().await;
    server.answers.unheard.store(1, Relaxed);
    let unheard = keyed(&server, "k", "tone").send().await;
    assert_eq!((unheard.status.as_u16(), unheard.header("retry-after"), begun(&server)), (503, "2", 0));
    reaches(&server.answers.ended, 1).await;
    assert_eq!(keyed(&server, "k", "tone").send().await.status.as_u16(), 200);
}

#[tokio::test]
async fn of_many_at_once_one_is_spoken() {
    let server = Server::start().await;
    let answers = join_all((0..20).map(|_| keyed(&server, "k", "tone").send())).await;
    let spoken = answers.iter().filter(|answer| answer.header("x-soundboard-cache") == "-");
    assert_eq!(spoken.filter(|answer| answer.status.is_success()).count(), 1);
    assert!(answers.iter().all(|answer| matches!(answer.status.as_u16(), 200 | 409)));
    assert_eq!(begun(&server), 1);
}

#[tokio::test]
async fn what_a_hang_up_left_is_finished_and_waits() {
    let server = Server::start().await;
    let mut first = keyed(&server, "k", "gated").begin().await;
    first.body_mut().frame().await.unwrap().unwrap();
    drop(first);
    assert_eq!(keyed(&server, "k", "gated").send().await.status.as_u16(), 409, "it goes on");
    server.work.gate.send_replace(usize::MAX);
    reaches(&server.answers.ended, 1).await;
    let again = keyed(&server, "k", "gated").send().await;
    assert_eq!((again.body.len(), again.header("x-soundboard-cache")), (TONE, "hit"));
    let rows = server.rows.clone();
    server.ended().await;
    let charges: Vec<i64> = rows.charges().iter().map(|charge| charge.get()).collect();
    assert_eq!(charges.iter().sum::<i64>(), 130_000, "{charges:?}");
}

#[tokio::test]
async fn a_hang_up_before_the_first_audio_is_no_end_either() {
    let server = Server::start().await;
    let first = tokio::spawn(keyed(&server, "k", "gated").send());
    reaches(&server.work.begun, 1).await;
    first.abort();
    assert!(first.await.is_err(), "its client has gone");
    server.work.gate.send_replace(usize::MAX);
    reaches(&server.answers.ended, 1).await;
    let again = keyed(&server, "k", "gated").send().await;
    assert_eq!((again.body.len(), again.header("x-soundboard-cache"), begun(&server)), (TONE, "hit", 1));
}

#[tokio::test]
async fn what_fails_gives_its_key_free() {
    let server = Server::start().await;
    for voice in ["busy", "nobody", "breaks", "panics"] {
        let first = keyed(&server, voice, voice).send().await;
        assert!(!first.status.is_success() || !first.whole, "{voice}");
        let again = keyed(&server, voice, "tone").send().await;
        assert_eq!((again.status.as_u16(), again.header("x-soundboard-cache")), (200, "-"), "{voice}");
    }
}

#[tokio::test]
async fn events_that_end_with_an_error_are_no_answer() {
    let server = Server::start().await;
    let ask = |voice: &str| {
        let body = say(voice).replace("\"pcm\"", "\"pcm\",\"stream_format\":\"sse\"");
        server.speech(body).header("idempotency-key", "k").send()
    };
    assert!(ask("breaks").await.text().contains("backend_failed"));
    let again = ask("tone").await;
    assert_eq!((again.status.as_u16(), again.header("x-soundboard-cache")), (200, "-"));
    let hit = ask("tone").await;
    assert_eq!((hit.header("x-soundboard-cache"), hit.header("content-type")), ("hit", "text/event-stream"));
    assert_eq!(hit.body, again.body);
}

#[tokio::test]
async fn what_is_too_long_is_not_kept_and_not_spoken_again_in_silence() {
    let server = Server::configured(Config { replay_max_bytes: TONE - 1, ..config() }).await;
    assert_eq!(keyed(&server, "k", "tone").send().await.body.len(), TONE);
    insta::assert_snapshot!(show(&keyed(&server, "k", "tone").send().await), @r#"
    409 Conflict - ("-", "false")
    {"error":{"message":"The request with this Idempotency-Key was answered before, and its answer was too long to be kept (http.replay_max_bytes). To have it spoken and charged again, send another key.","type":"invalid_request_error","param":null,"code":"idempotency_answer_not_kept"}}
    "#);
    assert_eq!(begun(&server), 1);
}

#[tokio::test]
async fn a_hang_up_on_what_will_not_be_kept_ends_it() {
    let server = Server::configured(Config { replay_max_bytes: CHUNK * 2, ..config() }).await;
    let mut first = keyed(&server, "k", "endless").begin().await;
    first.body_mut().frame().await.unwrap().unwrap();
    drop(first);
    reaches(&server.work.ended, 1).await;
    reaches(&server.answers.ended, 1).await;
    assert_eq!(keyed(&server, "k", "endless").send().await.status.as_u16(), 409);
    assert_eq!(begun(&server), 1);
}

#[tokio::test]
async fn every_door_that_speaks_at_once_has_it() {
    let server = Server::start().await;
    let text = r#"{"text":"Hello, world.","voice":"tone"}"#;
    let inputs = r#"{"inputs":[{"text":"Hello,","voice_id":"tone"},{"text":"world.","voice_id":"words"}]}"#;
    let captions = r#"{"input":"Hello, world.","voice":"tone"}"#;
    for (path, body) in [
        ("/v1/text-to-speech/tone", r#"{"text":"Hello, world."}"#),
        ("/v1/text-to-speech/tone/stream", r#"{"text":"Hello, world."}"#),
        ("/v1/text-to-speech/tone/with-timestamps", r#"{"text":"Hello, world."}"#),
        ("/v1/text-to-speech/tone/stream/with-timestamps", r#"{"text":"Hello, world."}"#),
        ("/v1/text-to-dialogue", inputs),
        ("/v1/text-to-dialogue/stream/with-timestamps", inputs),
        ("/dev/captioned_speech", captions),
        ("/api/v1/speech", text),
    ] {
        let ask = async || {
            let ask = server.post(path).header("content-type", "application/json");
            ask.header("idempotency-key", path).body(body).send().await
        };
        let (first, again) = (ask().await, ask().await);
        assert_eq!((first.status.as_u16(), first.header("x-soundboard-cache")), (200, "-"), "{path}");
        assert_eq!((again.status.as_u16(), again.header("x-soundboard-cache")), (200, "hit"), "{path}");
        assert_eq!(again.body, first.body, "{path}");
        if first.header("character-cost") != "-" {
            assert_eq!(again.header("character-cost"), "0", "{path}: it costs nothing");
            assert_eq!(again.header("request-id"), first.header("request-id"), "{path}");
        }
    }
    let rows = server.rows.clone();
    server.ended().await;
    let hits = rows.rows().iter().filter(|row| row.cache_hit && row.voice.as_deref() == Some("tone")).count();
    assert_eq!(hits, 8);
}

#[tokio::test]
async fn an_exact_length_is_exact_again() {
    let server = Server::start().await;
    let ask =
        async || keyed(&server, "k", "tone").header("x-soundboard-content-length", "exact").send().await;
    let (first, again) = (ask().await, ask().await);
    for answer in [&first, &again] {
        assert_eq!(answer.header("content-length"), TONE.to_string());
        assert_eq!(answer.body.len(), TONE);
    }
    assert_eq!(again.header("x-soundboard-cache"), "hit");
}

#[tokio::test]
async fn a_stored_answer_takes_no_place() {
    let server = Server::configured(Config { max_in_flight: ONE, ..config() }).await;
    keyed(&server, "k", "tone").send().await;
    let holder = server.speech(say("gated")).begin().await;
    assert_eq!(keyed(&server, "other", "tone").send().await.status.as_u16(), 503);
    assert_eq!(keyed(&server, "k", "tone").send().await.header("x-soundboard-cache"), "hit");
    drop(holder);
}

#[tokio::test]
async fn a_server_that_stops_waits_for_what_a_hang_up_left() {
    let mut server = Server::start().await;
    let mut first = keyed(&server, "k", "gated").begin().await;
    first.body_mut().frame().await.unwrap().unwrap();
    drop(first);
    server.stop();
    server.work.gate.send_replace(usize::MAX);
    let (rows, answers) = (server.rows.clone(), server.answers.clone());
    assert_eq!(server.ended().await, gateway::Ended::Drained);
    assert_eq!((rows.rows().len(), *answers.ended.borrow(), answers.keys()), (1, 1, 1));
}

#[tokio::test]
async fn odd_keys_are_refused() {
    let server = Server::start().await;
    for odd in ["", "a\u{e9}", &"k".repeat(256)] {
        assert_eq!(keyed(&server, odd, "tone").send().await.status.as_u16(), 400, "{odd:?}");
    }
    let two = keyed(&server, "a", "tone").header("idempotency-key", "b").send().await;
    insta::assert_snapshot!(show(&two), @r#"
    400 Bad Request - ("-", "-")
    {"error":{"message":"The header Idempotency-Key must be one, of 1 to 255 printable ASCII characters.","type":"invalid_request_error","param":"idempotency-key","code":"invalid_value"}}
    "#);
    assert_eq!(keyed(&server, &"k".repeat(255), "tone").send().await.status.as_u16(), 200);
    let models = server.get("/v1/models").header("idempotency-key", "").send().await;
    assert_eq!(models.status.as_u16(), 200, "only speech has keys");
}
