//! `POST /api/v1/speech` and `POST /api/v1/estimate`, and the tags of every door.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gateway::Config;
use serde_json::{Value, json};
use speech::Door;

use crate::backend::{CHUNK, CHUNKS};
use crate::client::Ask;
use crate::server::{Server, config, say};

fn speech(server: &Server, body: &str) -> Ask {
    server.post("/api/v1/speech").header("content-type", "application/json").body(body)
}

fn estimate(server: &Server, body: &str) -> Ask {
    server.post("/api/v1/estimate").header("content-type", "application/json").body(body)
}

async fn refused(body: &str) -> String {
    let server = Server::start().await;
    let (speech, estimate) =
        (speech(&server, body).send().await.show(), estimate(&server, body).send().await.show());
    assert_eq!(speech.replace("req-1", "req-2"), estimate, "both take the same");
    speech
}

#[tokio::test]
async fn a_text_is_spoken_as_asked() {
    let server = Server::start().await;
    let body = r#"{"text":"Hello, world.","voice":"tone","model":"sine-1","format":"pcm","sample_rate":48000,
        "speed":1.5,"instructions":"Softly.","language":"en-GB","lexicon":[{"word":"world","alias":"moon"}]}"#;
    let answer = speech(&server, body).send().await;
    assert_eq!(answer.body.len(), CHUNKS * CHUNK * 2 * 2);
    insta::assert_snapshot!(answer.show_headers(), @"
    cache-control: no-cache
    content-type: audio/pcm
    transfer-encoding: chunked
    x-request-id: req-1
    x-soundboard-backend: tone
    x-soundboard-characters: 13
    x-soundboard-dropped: instructions
    x-soundboard-model: sine-1
    x-soundboard-reason: exact
    x-soundboard-request-id: req-1
    x-soundboard-requested-voice: tone
    x-soundboard-voice: tone:tone
    ");
    let utterance = server.work.utterances.lock().unwrap()[0].clone();
    let delivery = utterance.delivery;
    assert_eq!((delivery.speed.times(), delivery.language.as_deref()), (1.5, Some("en-GB")));
    assert_eq!(delivery.instructions.as_deref(), Some("Softly."));
    let rows = server.rows.clone();
    server.ended().await;
    assert_eq!(rows.doors(), [Door::Native]);
}

#[tokio::test]
async fn it_is_mp3_unless_asked_otherwise_and_of_a_known_length_where_asked() {
    let server = Server::start().await;
    let answer = speech(&server, r#"{"text":"Hello.","voice":"tone:tone"}"#).send().await;
    assert_eq!((answer.header("content-type"), answer.header("content-length")), ("audio/mpeg", "-"));
    let exact = speech(&server, r#"{"text":"Hello.","voice":"tone","format":"wav"}"#);
    let exact = exact.header("x-soundboard-content-length", "exact").send().await;
    assert_eq!(exact.header("content-length"), exact.body.len().to_string());
}

/// Lines of an answer, and their audio.
fn timed(body: &str) -> (Vec<Value>, Vec<u8>) {
    let lines: Vec<Value> = body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().all(|line| line["format"] == "pcm"));
    let audio =
        lines.iter().flat_map(|line| STANDARD.decode(line["audio"].as_str().unwrap()).unwrap()).collect();
    (lines.into_iter().flat_map(|line| line["timings"].as_array().unwrap().clone()).collect(), audio)
}

#[tokio::test]
async fn who_asks_for_times_gets_them_with_the_audio() {
    let server = Server::start().await;
    let plain = speech(&server, r#"{"text":"Hi you.","voice":"words","format":"pcm"}"#).send().await;
    let body = r#"{"text":"Hi you.","voice":"words","format":"pcm","timings":true}"#;
    let streamed = speech(&server, body).send().await;
    assert_eq!(streamed.header("content-type"), "application/x-ndjson");
    assert_eq!(streamed.header("x-soundboard-voice"), "tone:words");
    assert!(streamed.text().lines().count() >= 2);
    let (words, audio) = timed(streamed.text());
    assert_eq!(audio, plain.body);
    let word = |text: &str, start_ms: u64, offset: usize| {
        json!({
            "text": text, "start_ms": start_ms, "end_ms": start_ms + 70, "offset": offset,
            "length": text.len(), "kind": "measured",
        })
    };
    assert_eq!(words, [word("Hi", 10, 0), word("you.", 110, 3)]);

    let exact = speech(&server, body).header("x-soundboard-content-length", "exact").send().await;
    assert_eq!(exact.header("content-type"), "application/json");
    assert_eq!(exact.header("content-length"), exact.body.len().to_string());
    assert_eq!(exact.text().lines().count(), 1);
    assert_eq!(timed(exact.text()), (words, audio));
    let refused = speech(&server, r#"{"text":"Hi.","voice":"words","timings":1}"#).send().await;
    assert_eq!(refused.status.as_u16(), 400);
}

#[tokio::test]
async fn who_asks_for_visemes_sees_the_words_of_a_backend_that_shows_none() {
    let server = Server::start().await;
    let body = r#"{"text":"Hi you.","voice":"tone:other","format":"pcm","visemes":true}"#;
    let (words, _) = timed(speech(&server, body).send().await.text());
    let visemes = |shapes: &[(u8, u64)]| -> Value {
        shapes.iter().map(|(id, at_ms)| json!({ "id": id, "at_ms": at_ms, "kind": "estimated" })).collect()
    };
    assert_eq!(words[0]["visemes"], visemes(&[(21, 10), (2, 27), (21, 45), (2, 62)]));
    assert_eq!(
        words[1]["visemes"],
        visemes(&[(21, 110), (2, 121), (21, 133), (2, 145), (21, 156), (2, 168), (0, 180)])
    );
    assert!(
        words.iter().all(|word| word["kind"] == "measured"),
        "that the shapes are estimated says nothing of the word"
    );
    let delivery = server.work.utterances.lock().unwrap()[0].delivery.clone();
    assert!(delivery.timed && delivery.visemes);
    let times = r#"{"text":"Hi you.","voice":"words","format":"pcm","timings":true,"visemes":false}"#;
    let (words, _) = timed(speech(&server, times).send().await.text());
    assert!(words.iter().all(|word| word.get("visemes").is_none()));
}

#[tokio::test]
async fn what_it_would_cost_is_told_without_a_row() {
    let server = Server::start().await;
    let answer = estimate(&server, r#"{"text":"Hello, world.","voice":"alloy"}"#).send().await;
    insta::assert_snapshot!(answer.show(), @r#"
    200 OK
    {"voice":"tone:tone","backend":"tone","model":"sine-1","characters":13,"estimate_nanos":130000,"estimate_usd":"0.00013","most_nanos":130000,"most_usd":"0.00013","rate":"tone/*@1970-01-01","basis":"estimated"}
    "#);
    assert_eq!(*server.work.begun.borrow(), 0);
    let rows = server.rows.clone();
    server.ended().await;
    assert_eq!(rows.show(), "");
}

#[tokio::test]
async fn what_would_not_be_spoken_has_no_price() {
    let server = Server::unpriced().await;
    let answer = estimate(&server, r#"{"text":"Hello.","voice":"tone"}"#).send().await;
    assert_eq!(answer.status.as_u16(), 503);
    assert!(answer.text().contains("unknown_price"));
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    insta::assert_snapshot!(refused(r#"{"text":"Hi.","voice":"tone","respone_format":"x"}"#).await, @r#"
    400 Bad Request
    {"error":{"code":"invalid_parameter","message":"The body has no field \"respone_format\".","param":null,"allowed":["text","voice","model","format","sample_rate","speed","instructions","language","ssml","markup","lexicon","timings","visemes","policy","fallback"],"request_id":"req-1"}}
    "#);
    insta::assert_snapshot!(refused(r#"{"text":" ","voice":"tone"}"#).await, @r#"
    400 Bad Request
    {"error":{"code":"invalid_text","message":"The text is empty; send at least one letter or digit.","param":"text","allowed":[],"request_id":"req-1"}}
    "#);
    insta::assert_snapshot!(refused(r#"{"text":"Hi."}"#).await, @r#"
    400 Bad Request
    {"error":{"code":"invalid_parameter","message":"The required field voice is missing.","param":"voice","allowed":[],"request_id":"req-1"}}
    "#);
    insta::assert_snapshot!(refused(r#"{"text":"Hi.","voice":"nobody"}"#).await, @r#"
    400 Bad Request
    {"error":{"code":"unknown_voice","message":"There is no voice \"nobody\".","param":"voice","allowed":["alloy","tone","endless","gated","breaks","busy","mute","panics","words","vendor"],"request_id":"req-1"}}
    "#);
    insta::assert_snapshot!(refused(r#"{"text":"Hi.","voice":"tone","speed":9}"#).await, @r#"
    400 Bad Request
    {"error":{"code":"invalid_parameter","message":"speed is 9; it must be a number from 0.25 to 4.0.","param":"speed","allowed":[],"request_id":"req-1"}}
    "#);
    let rate = r#"{"text":"Hi.","voice":"tone","format":"opus","sample_rate":44100}"#;
    insta::assert_snapshot!(refused(rate).await, @r#"
    400 Bad Request
    {"error":{"code":"invalid_parameter","message":"The format opus cannot have that sample_rate; it has 8000, 12000, 16000, 24000 or 48000 Hz.","param":"sample_rate","allowed":[],"request_id":"req-1"}}
    "#);
}

#[tokio::test]
async fn tags_of_every_door_stand_in_the_row() {
    let tags = ["team", "project"].map(|name| name.to_owned().try_into().unwrap());
    let server = Server::configured(Config { tags: tags.into(), ..config() }).await;
    let tagged = |ask: Ask| ask.header("x-soundboard-tag", "team=search, project=atlas");
    tagged(server.speech(say("tone"))).send().await;
    tagged(speech(&server, r#"{"text":"Hello.","voice":"tone"}"#)).send().await;
    for path in ["/v1/text-to-speech/tone", "/v1/text-to-dialogue"] {
        let body = r#"{"text":"Hello.","inputs":[{"text":"Hello.","voice_id":"tone"}]}"#;
        let ask = server.post(path).header("content-type", "application/json").body(body);
        assert_eq!(tagged(ask).send().await.status.as_u16(), 200, "{path}");
    }
    let refused = server.speech(say("tone")).header("x-soundboard-tag", "colour=red").send().await;
    insta::assert_snapshot!(refused.show(), @r#"
    400 Bad Request
    {"error":{"message":"The header x-soundboard-tag has a name that is not configured under http.tags. Allowed: team, project.","type":"invalid_request_error","param":"x-soundboard-tag","code":"invalid_value"}}
    "#);
    let rows = server.rows.clone();
    server.ended().await;
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let both = BTreeMap::from([pair("team", "search"), pair("project", "atlas")]);
    let tags: Vec<_> = rows.rows().iter().map(|row| (*row.tags).clone()).collect();
    assert_eq!(tags, [both.clone(), both.clone(), both.clone(), both, BTreeMap::new()]);
}
