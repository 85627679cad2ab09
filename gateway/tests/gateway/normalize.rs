//! `POST /api/v1/normalize`, and our own envelope.

use gateway::Config;
use serde_json::Value;

use crate::client::{Answer, Ask};
use crate::server::{ONE, Server, config, say};

fn ask(server: &Server, body: impl Into<Vec<u8>>) -> Ask {
    server.post("/api/v1/normalize").header("content-type", "application/json").body(body)
}

async fn answer(body: &str) -> Answer {
    ask(&Server::start().await, body).send().await
}

fn json(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

#[tokio::test]
async fn every_word_is_shown_with_its_place_in_both_texts() {
    let body = r#"{"text":"Zoë met the *W3C* 👍.","lexicon":[{"word":"W3C","alias":"web council"}]}"#;
    let answer = answer(body).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/json"));
    let answer = json(&answer);
    let text: Vec<char> = "Zoë met the *W3C* 👍.".chars().collect();
    let normalised: Vec<char> = answer["text"].as_str().unwrap().chars().collect();
    let tokens = answer["tokens"].as_array().unwrap();
    for token in tokens {
        let part = |of: &[char], offset: &str, length: &str| -> String {
            let (offset, length) = (token[offset].as_u64().unwrap(), token[length].as_u64().unwrap());
            of.iter().skip(offset as usize).take(length as usize).collect()
        };
        assert_eq!(part(&text, "offset", "length"), token["text"], "{token}");
        assert_eq!(part(&normalised, "said_offset", "said_length"), token["said"], "{token}");
    }
    let council = tokens.iter().find(|token| token["text"] == "W3C").unwrap();
    assert_eq!((&council["class"], &council["said"]), (&"alias".into(), &"web council".into()));
    assert_eq!(answer["dropped"], serde_json::json!([]));
}

#[tokio::test]
async fn words_that_are_words_are_shown_as_they_are() {
    insta::assert_snapshot!(answer(r#"{"text":"Hello, world.","language":"en-GB"}"#).await.show(), @r#"
    200 OK
    {"text":"Hello, world.","tokens":[{"text":"Hello","class":"word","said":"Hello","offset":0,"length":5,"said_offset":0,"said_length":5},{"text":"world","class":"word","said":"world","offset":7,"length":5,"said_offset":7,"said_length":5}],"dropped":[]}
    "#);
}

#[tokio::test]
async fn what_no_rule_can_read_is_named() {
    let answer = json(&answer(r#"{"text":"Hello, 漢字."}"#).await);
    assert_eq!(answer["dropped"], serde_json::json!(["script:han"]));
}

#[tokio::test]
async fn markup_is_read_as_asked() {
    let body = |code: &str| format!(r#"{{"text":"Run `make all` now.","markup":{{"code":"{code}"}}}}"#);
    let said = async |code| json(&answer(&body(code)).await)["text"].as_str().unwrap().to_owned();
    assert!(said("keep").await.contains("make all"));
    assert!(!said("skip").await.contains("make all"));
}

#[tokio::test]
async fn a_clients_lexicon_lies_under_the_requests_and_is_nobody_elses() {
    let keys = [("ann", "secret-of-ann"), ("bob", "secret-of-bob")];
    let server = Server::with(config(), &keys).await;
    let said = async |key: &str, body: &str| {
        let answer = json(&ask(&server, body).key(key).send().await);
        answer["tokens"][0]["said"].as_str().unwrap().to_owned()
    };
    let plain = r#"{"text":"W3C"}"#;
    assert_eq!(said("secret-of-ann", plain).await, "the web's own council");
    assert_ne!(said("secret-of-bob", plain).await, "the web's own council");
    let own = r#"{"text":"W3C","lexicon":[{"word":"w3c","alias":"that council"}]}"#;
    assert_eq!(said("secret-of-ann", own).await, "that council");
}

#[tokio::test]
async fn it_leaves_no_row() {
    let server = Server::start().await;
    ask(&server, r#"{"text":"Hello."}"#).send().await;
    ask(&server, "{").send().await;
    let rows = server.rows.clone();
    server.ended().await;
    assert_eq!(rows.show(), "");
}

#[tokio::test]
async fn what_is_wrong_with_a_text() {
    insta::assert_snapshot!(answer(r#"{"text":" "}"#).await.show(), @r#"
    400 Bad Request
    {"error":{"code":"invalid_text","message":"The text is empty; send at least one letter or digit.","param":"text","allowed":[],"request_id":"req-1"}}
    "#);
    insta::assert_snapshot!(answer(r#"{"text":"Hi\u0000"}"#).await.show(), @r#"
    400 Bad Request
    {"error":{"code":"invalid_text","message":"Character 2 of the text is the control character U+0000; of those only tab (U+0009), line feed (U+000A) and carriage return (U+000D) are allowed.","param":"text","allowed":[],"request_id":"req-1"}}
    "#);
    let only_code = r#"{"text":"`x`","markup":{"code":"skip"}}"#;
    insta::assert_snapshot!(answer(only_code).await.show(), @r#"
    400 Bad Request
    {"error":{"code":"invalid_text","message":"Nothing is left to say of the text without its markup.","param":"text","allowed":[],"request_id":"req-1"}}
    "#);
    let long = format!(r#"{{"text":"{}"}}"#, "a ".repeat(50_001));
    insta::assert_snapshot!(answer(&long).await.show(), @r#"
    400 Bad Request
    {"error":{"code":"invalid_text","message":"text has 100002 characters; at most 100000 are allowed.","param":"text","allowed":[],"request_id":"req-1"}}
    "#);
}

#[tokio::test]
async fn what_is_wrong_with_a_body() {
    insta::assert_snapshot!(answer("{").await.show(), @r#"
    400 Bad Request
    {"error":{"code":"invalid_parameter","message":"The body is not valid JSON: EOF while parsing an object at line 1 column 1. Send one JSON object in UTF-8, without NaN and lone surrogates.","param":null,"allowed":[],"request_id":"req-1"}}
    "#);
    insta::assert_snapshot!(answer("[]").await.show(), @r#"
    400 Bad Request
    {"error":{"code":"invalid_parameter","message":"The body is an array; send a JSON object such as {\"text\":\"Dr. Ng paid $5.\"}.","param":null,"allowed":[],"request_id":"req-1"}}
    "#);
    insta::assert_snapshot!(answer("{}").await.show(), @r#"
    400 Bad Request
    {"error":{"code":"invalid_text","message":"The required field text is missing.","param":"text","allowed":[],"request_id":"req-1"}}
    "#);
    insta::assert_snapshot!(answer(r#"{"text":"Hi.","voice":"secret"}"#).await.show(), @r#"
    400 Bad Request
    {"error":{"code":"invalid_parameter","message":"The body has a field that is none of the allowed ones.","param":null,"allowed":["text","language","ssml","markup","lexicon"],"request_id":"req-1"}}
    "#);
    insta::assert_snapshot!(answer(r#"{"text":"Hi.","language":"secret"}"#).await.show(), @r#"
    400 Bad Request
    {"error":{"code":"invalid_parameter","message":"language is none of the allowed values.","param":"language","allowed":["en-US","en-GB"],"request_id":"req-1"}}
    "#);
    insta::assert_snapshot!(answer(r#"{"text":"Hi.","markup":{"code":"secret"}}"#).await.show(), @r#"
    400 Bad Request
    {"error":{"code":"invalid_parameter","message":"markup must be an object in which headings, lists, emphasis, links, code and tables, where they are given, are each one of \"keep\", \"skip\" and \"announce\".","param":"markup","allowed":[],"request_id":"req-1"}}
    "#);
    insta::assert_snapshot!(answer(r#"{"text":"Hi.","lexicon":[{"word":"secret"}]}"#).await.show(), @r#"
    400 Bad Request
    {"error":{"code":"invalid_parameter","message":"Entry 1 of lexicon must be an object of a \"word\" and one of \"alias\", \"respelling\" and \"ipa\", all of them strings, such as {\"word\":\"W3C\",\"alias\":\"World Wide Web Consortium\"}.","param":"lexicon","allowed":[],"request_id":"req-1"}}
    "#);
    insta::assert_snapshot!(answer(r#"{"text":"Hi.","lexicon":[{"word":"!","alias":"secret"}]}"#).await.show(), @r#"
    400 Bad Request
    {"error":{"code":"invalid_parameter","message":"Entry 1 of the lexicon has a word without a letter, digit or sign.","param":"lexicon","allowed":[],"request_id":"req-1"}}
    "#);
}

#[tokio::test]
async fn every_fault_under_this_door_is_in_its_own_words() {
    let server = Server::with(Config { max_body_bytes: 100, ..config() }, &[("ann", "secret-of-ann")]).await;
    let refused = async |ask: Ask| ask.send().await.show();
    insta::assert_snapshot!(refused(ask(&server, r#"{"text":"Hi."}"#)).await, @r#"
    401 Unauthorized
    {"error":{"code":"unauthenticated","message":"You didn't provide an API key. Send it in the Authorization header, as \"Bearer YOUR_KEY\".","param":null,"allowed":[],"request_id":"req-1"}}
    "#);
    insta::assert_snapshot!(refused(ask(&server, "").key("wrong")).await, @r#"
    401 Unauthorized
    {"error":{"code":"unauthenticated","message":"Incorrect API key provided. Use one that this gateway's operator has configured.","param":null,"allowed":[],"request_id":"req-2"}}
    "#);
    insta::assert_snapshot!(refused(server.get("/api/v1/normalize").key("secret-of-ann")).await, @r#"
    405 Method Not Allowed
    {"error":{"code":"method_not_allowed","message":"This path does not take that method. Allowed: POST.","param":null,"allowed":[],"request_id":"req-3"}}
    "#);
    insta::assert_snapshot!(refused(server.get("/api/v1/sing").key("secret-of-ann")).await, @r#"
    404 Not Found
    {"error":{"code":"unknown_route","message":"There is nothing under this path. Speech is asked for with POST /v1/audio/speech.","param":null,"allowed":[],"request_id":"req-4"}}
    "#);
    insta::assert_snapshot!(refused(server.post("/api/v1/normalize").key("secret-of-ann")).await, @r#"
    415 Unsupported Media Type
    {"error":{"code":"unsupported_media_type","message":"The body must be plain JSON: send the header Content-Type: application/json, and no Content-Encoding.","param":null,"allowed":[],"request_id":"req-5"}}
    "#);
    insta::assert_snapshot!(refused(ask(&server, vec![b' '; 101]).key("secret-of-ann")).await, @r#"
    413 Payload Too Large
    {"error":{"code":"body_too_large","message":"The body is too large; at most 100 bytes are read.","param":null,"allowed":[],"request_id":"req-6"}}
    "#);
}

#[tokio::test]
async fn it_takes_a_place_like_any_request() {
    let server = Server::configured(Config { max_in_flight: ONE, ..config() }).await;
    let holder = server.speech(say("gated")).begin().await;
    insta::assert_snapshot!(ask(&server, r#"{"text":"Hi."}"#).send().await.show(), @r#"
    503 Service Unavailable
    {"error":{"code":"overloaded","message":"The gateway is busy; try again in a moment.","param":null,"allowed":[],"request_id":"req-2"}}
    "#);
    drop(holder);
}
