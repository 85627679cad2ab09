//! `POST /api/v1/speech` and `POST /api/v1/estimate`, and the tags of every door.

use std::collections::BTreeMap;

use gateway::Config;
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
    {"error":{"code":"invalid_parameter","message":"The body has no field \"respone_format\".","param":null,"allowed":["text","voice","model","format","sample_rate","speed","instructions","language","ssml","markup","lexicon","policy","fallback"],"request_id":"req-1"}}
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
