//! What cannot be spoken is refused with Azure's status, and a sentence in plain text.

use billing::{Action, Budget, Measure, Window};
use speech::Door;

use super::{RAW, ssml};
use crate::client::Answer;
use crate::server::{ONE, Server, config};

async fn refusal(document: impl Into<Vec<u8>>) -> String {
    let answer = Server::start().await.ssml(RAW, document).send().await;
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    show(&answer)
}

fn show(answer: &Answer) -> String {
    format!("{} {}", answer.status.as_u16(), answer.text())
}

#[tokio::test]
async fn what_is_no_ssml() {
    insta::assert_snapshot!(refusal("").await, @"400 The text is empty; send at least one letter or digit.");
    insta::assert_snapshot!(refusal("Hello, world.").await, @"400 The SSML is no document: it has no speak element.");
    insta::assert_snapshot!(refusal("<speak>\n<voice name='tone'>Hello.</voice>").await, @"400 The SSML has an element that is not closed, at line 1, column 1.");
    insta::assert_snapshot!(refusal("<speak><voice name='tone'>\n  Hello.</v></speak>").await, @"400 The SSML has the end of another element than was begun last, at line 2, column 9.");
    insta::assert_snapshot!(refusal("<!DOCTYPE speak><speak><voice name='tone'>Hello.</voice></speak>").await, @"400 The SSML has a DOCTYPE, which is not allowed, at line 1, column 1.");
    insta::assert_snapshot!(refusal("<speak>Hello.</speak>").await, @"400 Ssml should contain at least one [voice] tag.");
    insta::assert_snapshot!(refusal("<voice name='tone'>Hello.</voice>").await, @"400 The SSML is no document: it has no speak element.");
    insta::assert_snapshot!(refusal(ssml("tone", "... !")).await, @"400 Nothing is left to say of the text without its markup.");
}

#[tokio::test]
async fn other_encodings() {
    let document = ssml("tone", "Hello.");
    let utf_16: Vec<u8> = document.encode_utf16().flat_map(u16::to_le_bytes).collect();
    insta::assert_snapshot!(refusal([&b"\xff\xfe"[..], &utf_16].concat()).await, @"400 The SSML is not in UTF-8.");
    insta::assert_snapshot!(refusal(utf_16).await, @"400 Character 1 of the text is the control character U+0000; of those only tab (U+0009), line feed (U+000A) and carriage return (U+000D) are allowed.");
    insta::assert_snapshot!(refusal(ssml("tone", "H\u{e9}llo.").replace('\u{e9}', "\u{1}")).await, @"400 Character 102 of the text is the control character U+0001; of those only tab (U+0009), line feed (U+000A) and carriage return (U+000D) are allowed.");
    let server = Server::start().await;
    let marked = [&b"\xef\xbb\xbf"[..], document.as_bytes()].concat();
    assert_eq!(server.ssml(RAW, marked).send().await.status, 200, "a mark of the byte order is no text");
}

#[tokio::test]
async fn more_than_64_kilobytes() {
    let long = ssml("tone", &"a ".repeat(32 << 10));
    insta::assert_snapshot!(refusal(long).await, @"400 The SSML has 65653 bytes; at most 65536 are allowed.");
}

#[tokio::test]
async fn who_is_nobody_and_who_cannot_speak() {
    insta::assert_snapshot!(refusal(ssml("nobody", "Hello.")).await, @r#"400 There is no voice "nobody". Allowed: alloy, tone, endless, gated, breaks, busy, mute, panics, words, vendor."#);
    insta::assert_snapshot!(refusal(ssml("foreign", "Hello.")).await, @"400 Its language is not spoken yet.");
    insta::assert_snapshot!(refusal(ssml("busy", "Hello.")).await, @"503 Every worker is taken.");
}

#[tokio::test]
async fn formats_that_nobody_here_makes() {
    let server = Server::start().await;
    for format in ["mp3", "audio-16khz-16kbps-mono-siren", ""] {
        let answer = server.ssml(format, ssml("tone", "Hello.")).send().await;
        assert_eq!(answer.status, 400, "{format}");
        let text = answer.text();
        let (why, allowed) = text.split_once(" Allowed: ").unwrap_or_default();
        let what = match format.ends_with("siren") {
            true => "audio-16khz-16kbps-mono-siren can only be handed on as its vendor makes it",
            false => "X-Microsoft-OutputFormat names no output format that can be made here.",
        };
        assert!(why.starts_with(what), "{text}");
        assert!(allowed.contains(RAW) && !allowed.contains("siren"), "{text}");
    }
}

#[tokio::test]
async fn what_is_not_declared_to_be_ssml() {
    let server = Server::start().await;
    let ask = || {
        let ask = server.post("/cognitiveservices/v1").header("x-microsoft-outputformat", RAW);
        ask.body(ssml("tone", "Hello."))
    };
    insta::assert_snapshot!(show(&ask().send().await), @"415 The body must be SSML: send the header Content-Type: application/ssml+xml, and no Content-Encoding.");
    for media_type in ["text/plain", "application/xml", "application/json"] {
        assert_eq!(ask().header("content-type", media_type).send().await.status, 415, "{media_type}");
    }
    let squeezed = ask().header("content-type", "application/ssml+xml").header("content-encoding", "gzip");
    assert_eq!(squeezed.send().await.status, 415);
    let with_charset = ask().header("content-type", "Application/SSML+XML; charset=utf-8");
    assert_eq!(with_charset.send().await.status, 200);
}

#[tokio::test]
async fn paths_and_methods_that_there_are_not() {
    let server = Server::start().await;
    insta::assert_snapshot!(show(&server.get("/cognitiveservices/v1").send().await), @"405 This path does not take that method. Allowed: POST.");
    insta::assert_snapshot!(show(&server.post("/cognitiveservices/v2").send().await), @"404 There is nothing under this path.");
    insta::assert_snapshot!(show(&server.get("/sts/v1.0/issueToken").send().await), @"405 This path does not take that method. Allowed: POST.");
    assert_eq!(
        server.get("/ttscognitiveservices/voices/list").send().await.header("content-type"),
        "application/json"
    );
    let redirect = "/tts/cognitiveservices/websocket/v1?GenerateRedirectResponse=true";
    insta::assert_snapshot!(show(&server.get(redirect).send().await), @"426 Only WebSockets are served under this path.");
}

#[tokio::test]
async fn a_busy_gateway_says_when_to_come_back() {
    let server = Server::configured(gateway::Config { max_in_flight: ONE, ..config() }).await;
    let held = server.ssml(RAW, ssml("gated", "Hello.")).begin().await;
    let answer = server.hello_from_azure("tone").await;
    assert_eq!(answer.header("retry-after"), "1");
    insta::assert_snapshot!(show(&answer), @"503 The gateway is busy; try again in a moment.");
    drop(held);
}

#[tokio::test]
async fn a_budget_that_is_used_up() {
    let server = Server::start().await;
    let (measure, window) = (Measure::Money, Window::Month);
    server.rows.limit([Budget { key: None, measure, limit: 0, window, action: Action::Refuse }]);
    insta::assert_snapshot!(show(&server.hello_from_azure("tone").await), @"429 The budget of this client (0.00 US dollars, window month) has no room left for this request.");
}

#[tokio::test]
async fn every_refusal_is_journaled_under_this_door() {
    let server = Server::start().await;
    server.ssml(RAW, "<speak>Hello.</speak>").send().await;
    server.ssml("mp3", ssml("tone", "Hello.")).send().await;
    server.post("/tts/cognitiveservices/v1").body(ssml("tone", "Hello.")).send().await;
    server.hello_from_azure("nobody").await;
    let rows = server.rows.clone();
    server.ended().await;
    assert_eq!(rows.doors(), [Door::Azure; 4]);
    insta::assert_snapshot!(rows.show(), @"
    req-1 local - invalid_text None
    req-2 local - invalid_parameter None
    req-3 local - invalid_parameter None
    req-4 local - unknown_voice Some(132)
    ");
}
