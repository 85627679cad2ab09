//! What cannot be spoken is refused in OpenAI's envelope, with what is wrong and what is allowed.

use crate::client::Answer;
use crate::server::{ONE, Server, config};

/// What the server says to that body.
async fn refusal(body: impl Into<Vec<u8>>) -> String {
    Server::start().await.speech(body).send().await.show()
}

/// What it says to a request that is right but for these fields.
async fn refusal_of(fields: &str) -> String {
    refusal(format!(r#"{{"model":"sine-1","input":"Hello.","voice":"tone",{fields}}}"#)).await
}

/// What it says to that text, given as it stands in JSON.
async fn refusal_of_text(input: &str) -> String {
    refusal_of(&format!(r#""input":"{input}""#)).await
}

#[tokio::test]
async fn empty_text() {
    insta::assert_snapshot!(refusal_of_text("").await, @r#"
    400 Bad Request
    {"error":{"message":"The text is empty; send at least one letter or digit.","type":"invalid_request_error","param":"input","code":"invalid_text"}}
    "#);
}

#[tokio::test]
async fn white_space() {
    insta::assert_snapshot!(refusal_of_text(r" \n\t\u00a0 ").await, @r#"
    400 Bad Request
    {"error":{"message":"The text is empty; send at least one letter or digit.","type":"invalid_request_error","param":"input","code":"invalid_text"}}
    "#);
}

#[tokio::test]
async fn punctuation_only() {
    insta::assert_snapshot!(refusal_of_text("... !").await, @r#"
    400 Bad Request
    {"error":{"message":"The text has no letter, digit or symbol that could be spoken.","type":"invalid_request_error","param":"input","code":"invalid_text"}}
    "#);
}

#[tokio::test]
async fn four_thousand_and_ninety_seven_characters() {
    insta::assert_snapshot!(refusal_of_text(&"é".repeat(4097)).await, @r#"
    400 Bad Request
    {"error":{"message":"input has 4097 characters; at most 4096 are allowed.","type":"invalid_request_error","param":"input","code":"string_above_max_length"}}
    "#);
}

#[tokio::test]
async fn a_lone_surrogate() {
    insta::assert_snapshot!(refusal_of_text(r"a \ud800 b").await, @r#"
    400 Bad Request
    {"error":{"message":"The body is not valid JSON: unexpected end of hex escape at line 1 column 68. Send one JSON object in UTF-8, without NaN and lone surrogates.","type":"invalid_request_error","param":null,"code":null}}
    "#);
    insta::assert_snapshot!(refusal_of_text(r"a \udc00 b").await, @r#"
    400 Bad Request
    {"error":{"message":"The body is not valid JSON: lone leading surrogate in hex escape at line 1 column 67. Send one JSON object in UTF-8, without NaN and lone surrogates.","type":"invalid_request_error","param":null,"code":null}}
    "#);
}

#[tokio::test]
async fn bytes_that_are_not_utf_8() {
    let body = b"{\"model\":\"sine-1\",\"voice\":\"tone\",\"input\":\"\xED\xA0\x80\"}";
    insta::assert_snapshot!(refusal(body).await, @r#"
    400 Bad Request
    {"error":{"message":"The body is not valid JSON: invalid unicode code point at line 1 column 43. Send one JSON object in UTF-8, without NaN and lone surrogates.","type":"invalid_request_error","param":null,"code":null}}
    "#);
}

#[tokio::test]
async fn nul() {
    insta::assert_snapshot!(refusal_of_text(r"Hello\u0000").await, @r#"
    400 Bad Request
    {"error":{"message":"Character 5 of the text is the control character U+0000; of those only tab (U+0009), line feed (U+000A) and carriage return (U+000D) are allowed.","type":"invalid_request_error","param":"input","code":"invalid_text"}}
    "#);
}

#[tokio::test]
async fn a_control_character() {
    insta::assert_snapshot!(refusal_of_text(r"Bell \u0007").await, @r#"
    400 Bad Request
    {"error":{"message":"Character 5 of the text is the control character U+0007; of those only tab (U+0009), line feed (U+000A) and carriage return (U+000D) are allowed.","type":"invalid_request_error","param":"input","code":"invalid_text"}}
    "#);
    insta::assert_snapshot!(refusal_of_text("Bare \u{7} bell").await, @r#"
    400 Bad Request
    {"error":{"message":"The body is not valid JSON: control character (\\u0000-\\u001F) found while parsing a string at line 1 column 65. Send one JSON object in UTF-8, without NaN and lone surrogates.","type":"invalid_request_error","param":null,"code":null}}
    "#);
}

#[tokio::test]
async fn a_right_to_left_mark() {
    insta::assert_snapshot!(refusal_of_text("Hello \u{202E}dlrow").await, @r#"
    400 Bad Request
    {"error":{"message":"Character 6 of the text is the direction mark U+202E, which cannot be spoken; remove it.","type":"invalid_request_error","param":"input","code":"invalid_text"}}
    "#);
}

#[tokio::test]
async fn ten_thousand_combining_marks() {
    insta::assert_snapshot!(refusal_of_text(&format!("a{}", "\u{301}".repeat(10_000))).await, @r#"
    400 Bad Request
    {"error":{"message":"input has 10001 characters; at most 4096 are allowed.","type":"invalid_request_error","param":"input","code":"string_above_max_length"}}
    "#);
    insta::assert_snapshot!(refusal_of_text(&format!("a{}", "\u{301}".repeat(4000))).await, @r#"
    400 Bad Request
    {"error":{"message":"More than 16 combining marks follow each other at character 17 of the text; at most 16 are allowed.","type":"invalid_request_error","param":"input","code":"invalid_text"}}
    "#);
}

#[tokio::test]
async fn invalid_json() {
    insta::assert_snapshot!(refusal("{\"input\": \"my secret").await, @r#"
    400 Bad Request
    {"error":{"message":"The body is not valid JSON: EOF while parsing a string at line 1 column 20. Send one JSON object in UTF-8, without NaN and lone surrogates.","type":"invalid_request_error","param":null,"code":null}}
    "#);
    insta::assert_snapshot!(refusal("").await, @r#"
    400 Bad Request
    {"error":{"message":"The body is not valid JSON: EOF while parsing a value at line 1 column 0. Send one JSON object in UTF-8, without NaN and lone surrogates.","type":"invalid_request_error","param":null,"code":null}}
    "#);
    insta::assert_snapshot!(refusal("[]").await, @r#"
    400 Bad Request
    {"error":{"message":"The body is an array; send a JSON object such as {\"model\":\"kokoro\",\"voice\":\"alloy\",\"input\":\"Hello.\"}.","type":"invalid_request_error","param":null,"code":null}}
    "#);
    insta::assert_snapshot!(refusal("[".repeat(1000)).await, @r#"
    400 Bad Request
    {"error":{"message":"The body is not valid JSON: recursion limit exceeded at line 1 column 128. Send one JSON object in UTF-8, without NaN and lone surrogates.","type":"invalid_request_error","param":null,"code":null}}
    "#);
}

#[tokio::test]
async fn missing_fields() {
    insta::assert_snapshot!(refusal("{}").await, @r#"
    400 Bad Request
    {"error":{"message":"The required field model is missing.","type":"invalid_request_error","param":"model","code":"missing_required_parameter"}}
    "#);
    insta::assert_snapshot!(refusal(r#"{"model":"sine-1"}"#).await, @r#"
    400 Bad Request
    {"error":{"message":"The required field input is missing.","type":"invalid_request_error","param":"input","code":"missing_required_parameter"}}
    "#);
    insta::assert_snapshot!(refusal(r#"{"model":"sine-1","input":"Hello.","voice":null}"#).await, @r#"
    400 Bad Request
    {"error":{"message":"The required field voice is missing.","type":"invalid_request_error","param":"voice","code":"missing_required_parameter"}}
    "#);
}

#[tokio::test]
async fn wrong_types() {
    insta::assert_snapshot!(refusal_of(r#""input":5"#).await, @r#"
    400 Bad Request
    {"error":{"message":"input is a number; it must be a string.","type":"invalid_request_error","param":"input","code":"invalid_type"}}
    "#);
    insta::assert_snapshot!(refusal_of(r#""voice":{"name":"tone"}"#).await, @r#"
    400 Bad Request
    {"error":{"message":"voice is an object; it must be a name, or an object with a name under \"id\".","type":"invalid_request_error","param":"voice","code":"invalid_type"}}
    "#);
    insta::assert_snapshot!(refusal_of(r#""speed":"fast""#).await, @r#"
    400 Bad Request
    {"error":{"message":"speed is a string; it must be a number from 0.25 to 4.0.","type":"invalid_request_error","param":"speed","code":"invalid_type"}}
    "#);
}

#[tokio::test]
async fn an_unknown_voice() {
    insta::assert_snapshot!(refusal_of(r#""voice":"nobody""#).await, @r#"
    400 Bad Request
    {"error":{"message":"There is no voice \"nobody\". Allowed: alloy, tone, endless, gated, breaks, busy, mute, panics, words, vendor.","type":"invalid_request_error","param":"voice","code":"unknown_voice"}}
    "#);
}

#[tokio::test]
async fn a_voice_that_cannot_speak_here() {
    insta::assert_snapshot!(refusal_of(r#""voice":"foreign""#).await, @r#"
    400 Bad Request
    {"error":{"message":"Its language is not spoken yet.","type":"invalid_request_error","param":"voice","code":"voice_unavailable"}}
    "#);
}

#[tokio::test]
async fn an_unknown_model() {
    insta::assert_snapshot!(refusal_of(r#""model":"gpt-9""#).await, @r#"
    404 Not Found
    {"error":{"message":"There is no model \"gpt-9\". Allowed: tone, sine-1, tts-1, tts-1-hd, gpt-4o-mini-tts, gpt-4o-mini-tts-2025-03-20, gpt-4o-mini-tts-2025-12-15.","type":"invalid_request_error","param":"model","code":"model_not_found"}}
    "#);
}

#[tokio::test]
async fn a_speed_out_of_range() {
    insta::assert_snapshot!(refusal_of(r#""speed":0"#).await, @r#"
    400 Bad Request
    {"error":{"message":"speed is 0; it must be a number from 0.25 to 4.0.","type":"invalid_request_error","param":"speed","code":"invalid_value"}}
    "#);
    insta::assert_snapshot!(refusal_of(r#""speed":-1"#).await, @r#"
    400 Bad Request
    {"error":{"message":"speed is -1; it must be a number from 0.25 to 4.0.","type":"invalid_request_error","param":"speed","code":"invalid_value"}}
    "#);
    insta::assert_snapshot!(refusal_of(r#""speed":4.01"#).await, @r#"
    400 Bad Request
    {"error":{"message":"speed is 4.01; it must be a number from 0.25 to 4.0.","type":"invalid_request_error","param":"speed","code":"invalid_value"}}
    "#);
    insta::assert_snapshot!(refusal_of(r#""speed":NaN"#).await, @r#"
    400 Bad Request
    {"error":{"message":"The body is not valid JSON: expected value at line 1 column 59. Send one JSON object in UTF-8, without NaN and lone surrogates.","type":"invalid_request_error","param":null,"code":null}}
    "#);
    insta::assert_snapshot!(refusal_of(r#""speed":1e999"#).await, @r#"
    400 Bad Request
    {"error":{"message":"The body is not valid JSON: number out of range at line 1 column 63. Send one JSON object in UTF-8, without NaN and lone surrogates.","type":"invalid_request_error","param":null,"code":null}}
    "#);
}

#[tokio::test]
async fn unknown_choices() {
    insta::assert_snapshot!(refusal_of(r#""response_format":"ogg""#).await, @r#"
    400 Bad Request
    {"error":{"message":"response_format is none of the allowed values. Allowed: mp3, opus, aac, flac, wav, pcm.","type":"invalid_request_error","param":"response_format","code":"invalid_value"}}
    "#);
    insta::assert_snapshot!(refusal_of(r#""stream_format":"websocket""#).await, @r#"
    400 Bad Request
    {"error":{"message":"stream_format is none of the allowed values. Allowed: audio, sse.","type":"invalid_request_error","param":"stream_format","code":"invalid_value"}}
    "#);
}

#[tokio::test]
async fn long_instructions() {
    insta::assert_snapshot!(refusal_of(&format!(r#""instructions":"{}""#, "a".repeat(4097))).await, @r#"
    400 Bad Request
    {"error":{"message":"instructions has 4097 characters; at most 4096 are allowed.","type":"invalid_request_error","param":"instructions","code":"string_above_max_length"}}
    "#);
}

#[tokio::test]
async fn events_of_an_exact_length() {
    let server = Server::start().await;
    let ask = |body: &str, length: &str| server.speech(body).header("x-soundboard-content-length", length);
    let events = r#"{"model":"sine-1","input":"Hi.","voice":"tone","stream_format":"sse"}"#;
    insta::assert_snapshot!(ask(events, "exact").send().await.show(), @r#"
    400 Bad Request
    {"error":{"message":"Events have no length in advance: leave out the header x-soundboard-content-length, or ask for audio.","type":"invalid_request_error","param":"stream_format","code":"invalid_value"}}
    "#);
    insta::assert_snapshot!(ask(events, "about").send().await.show(), @r#"
    400 Bad Request
    {"error":{"message":"The header x-soundboard-content-length has an unknown value. Allowed: exact.","type":"invalid_request_error","param":"x-soundboard-content-length","code":"invalid_value"}}
    "#);
}

#[tokio::test]
async fn a_wrong_content_type() {
    let server = Server::start().await;
    let ask = || server.post("/v1/audio/speech").body(crate::server::say("tone"));
    let expected = ask().header("content-type", "text/plain").send().await.show();
    insta::assert_snapshot!(expected, @r#"
    415 Unsupported Media Type
    {"error":{"message":"The body must be plain JSON: send the header Content-Type: application/json, and no Content-Encoding.","type":"invalid_request_error","param":null,"code":"unsupported_media_type"}}
    "#);
    assert_eq!(ask().send().await.show(), expected, "none at all");
    let squeezed = ask().header("content-type", "application/json").header("content-encoding", "gzip");
    assert_eq!(squeezed.send().await.show(), expected, "a compressed body");
    let with_charset = ask().header("content-type", "Application/JSON; charset=utf-8");
    assert_eq!(with_charset.send().await.status, 200);
}

#[tokio::test]
async fn a_body_beyond_the_limit() {
    let server = Server::start().await;
    let answer = server.speech(vec![b' '; 2 * 1024 * 1024]).send().await;
    insta::assert_snapshot!(answer.show(), @r#"
    413 Payload Too Large
    {"error":{"message":"The body is too large; at most 1048576 bytes are read.","type":"invalid_request_error","param":null,"code":"request_too_large"}}
    "#);
}

#[tokio::test]
async fn a_body_far_beyond_the_limit_from_a_client_that_reads_only_when_all_is_written() {
    let server = Server::start().await;
    let ask = server.speech(vec![b' '; 8 * 1024 * 1024]).header("content-length", "8388608");
    assert!(ask.send_raw().await.starts_with("HTTP/1.1 413 "));
}

#[tokio::test]
async fn a_body_beyond_the_limit_that_does_not_say_so() {
    let server = Server::configured(gateway::Config { max_body_bytes: 1000, ..config() }).await;
    let answer = server.speech(vec![b' '; 2000]).chunked().send().await;
    insta::assert_snapshot!(answer.show(), @r#"
    413 Payload Too Large
    {"error":{"message":"The body is too large; at most 1000 bytes are read.","type":"invalid_request_error","param":null,"code":"request_too_large"}}
    "#);
}

#[tokio::test]
async fn a_body_that_never_comes() {
    let server = Server::configured(gateway::Config { body_timeout_seconds: ONE, ..config() }).await;
    let answer = server.speech("{}").header("content-length", "3").send_raw().await;
    insta::assert_snapshot!(answer, @r#"
    HTTP/1.1 408 Request Timeout
    {"error":{"message":"The body did not arrive in time.","type":"invalid_request_error","param":null,"code":"request_timeout"}}
    "#);
}

#[tokio::test]
async fn an_unknown_route() {
    let server = Server::start().await;
    insta::assert_snapshot!(server.get("/v1/audio/sing").send().await.show(), @r#"
    404 Not Found
    {"error":{"message":"There is nothing under this path. Speech is asked for with POST /v1/audio/speech.","type":"invalid_request_error","param":null,"code":"unknown_url"}}
    "#);
}

#[tokio::test]
async fn a_wrong_method() {
    let server = Server::start().await;
    let answer = server.get("/v1/audio/speech").send().await;
    assert_eq!(answer.header("allow"), "POST");
    insta::assert_snapshot!(answer.show(), @r#"
    405 Method Not Allowed
    {"error":{"message":"This path does not take that method. Allowed: POST.","type":"invalid_request_error","param":null,"code":"method_not_allowed"}}
    "#);
}

#[tokio::test]
async fn a_busy_backend() {
    let server = Server::start().await;
    let answer = server.say("busy").await;
    assert_eq!(answer.header("retry-after"), "1");
    insta::assert_snapshot!(answer.show(), @r#"
    503 Service Unavailable
    {"error":{"message":"Every worker is taken.","type":"server_error","param":null,"code":"overloaded"}}
    "#);
}

#[tokio::test]
async fn a_backend_that_never_answers() {
    let server = Server::configured(gateway::Config { deadline_seconds: ONE, ..config() }).await;
    insta::assert_snapshot!(server.say("mute").await.show(), @r#"
    504 Gateway Timeout
    {"error":{"message":"No audio was ready within 1 s; try again, or send less.","type":"server_error","param":null,"code":"deadline_exceeded"}}
    "#);
}

#[tokio::test]
async fn a_defect_of_ours() {
    let server = Server::start().await;
    let answer: Answer = server.say("panics").await;
    assert_eq!(answer.header("x-request-id"), "req-1");
    insta::assert_snapshot!(answer.show(), @r#"
    500 Internal Server Error
    {"error":{"message":"The gateway failed; the request may be tried again.","type":"server_error","param":null,"code":"internal_error"}}
    "#);
    assert_eq!(server.say("tone").await.status, 200, "and it costs one answer only");
}

#[tokio::test]
async fn our_own_field_is_refused_without_a_word_of_it() {
    insta::assert_snapshot!(refusal_of(r#""soundboard":{"secret":1}"#).await, @r#"
    400 Bad Request
    {"error":{"message":"soundboard has a field that is none of the allowed ones. Allowed: ssml, markup, lexicon.","type":"invalid_request_error","param":"soundboard","code":"unknown_parameter"}}
    "#);
    insta::assert_snapshot!(refusal_of(r#""soundboard":{"markup":{"code":"secret"}}"#).await, @r#"
    400 Bad Request
    {"error":{"message":"soundboard.markup must be an object in which headings, lists, emphasis, links, code and tables, where they are given, are each one of \"keep\", \"skip\" and \"announce\".","type":"invalid_request_error","param":"soundboard.markup","code":"invalid_value"}}
    "#);
    insta::assert_snapshot!(refusal_of(r#""soundboard":{"lexicon":[{"secret":"x"}]}"#).await, @r#"
    400 Bad Request
    {"error":{"message":"Entry 1 of soundboard.lexicon must be an object of a \"word\" and one of \"alias\", \"respelling\" and \"ipa\", all of them strings, such as {\"word\":\"W3C\",\"alias\":\"World Wide Web Consortium\"}.","type":"invalid_request_error","param":"soundboard.lexicon","code":"invalid_value"}}
    "#);
    insta::assert_snapshot!(refusal_of(r#""soundboard":{"lexicon":[{"word":"a","alias":"?!"}]}"#).await, @r#"
    400 Bad Request
    {"error":{"message":"Entry 1 of the lexicon has nothing to say: its alias has no letter or digit.","type":"invalid_request_error","param":"soundboard.lexicon","code":"invalid_value"}}
    "#);
}
