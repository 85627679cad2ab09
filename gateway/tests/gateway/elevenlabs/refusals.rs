//! What cannot be spoken is refused in ElevenLabs' envelope, with ElevenLabs' status.

use speech::Door;

use crate::server::{ONE, Server, config};

/// What the server says to a text in that body, given but for its end.
async fn refusal_of(fields: &str) -> String {
    let server = Server::start().await;
    let body = format!(r#"{{"text":"Hello.",{fields}}}"#);
    server.asks("/v1/text-to-speech/tone", body).send().await.show()
}

async fn refusal(body: &str) -> String {
    Server::start().await.asks("/v1/text-to-speech/tone", body).send().await.show()
}

#[tokio::test]
async fn an_unknown_voice() {
    insta::assert_snapshot!(Server::start().await.hello("nobody").await.show(), @r#"
    404 Not Found
    {"detail":{"type":"not_found","code":"voice_not_found","message":"There is no voice \"nobody\". Allowed: alloy, tone, endless, gated, breaks, busy, mute, panics, words, vendor.","status":"voice_not_found","request_id":"req-1","param":"voice_id"}}
    "#);
    insta::assert_snapshot!(Server::start().await.hello("%FF").await.show(), @r#"
    404 Not Found
    {"detail":{"type":"not_found","code":"voice_not_found","message":"The path names no voice in UTF-8.","status":"voice_not_found","request_id":"req-1","param":"voice_id"}}
    "#);
    insta::assert_snapshot!(Server::start().await.hello("foreign").await.show(), @r#"
    400 Bad Request
    {"detail":{"type":"validation_error","code":"voice_unavailable","message":"Its language is not spoken yet.","status":"voice_unavailable","request_id":"req-1","param":"voice_id"}}
    "#);
}

#[tokio::test]
async fn an_unknown_model() {
    insta::assert_snapshot!(refusal_of(r#""model_id":"sine-9""#).await, @r#"
    400 Bad Request
    {"detail":{"type":"validation_error","code":"model_not_found","message":"There is no model \"sine-9\". Allowed: tone, sine-1, tts-1, tts-1-hd, gpt-4o-mini-tts, gpt-4o-mini-tts-2025-03-20, gpt-4o-mini-tts-2025-12-15.","status":"model_not_found","request_id":"req-1","param":"model_id"}}
    "#);
}

#[tokio::test]
async fn a_text_beyond_its_models_limit() {
    let text = "é".repeat(10_001);
    insta::assert_snapshot!(refusal(&format!(r#"{{"text":"{text}"}}"#)).await, @r#"
    400 Bad Request
    {"detail":{"type":"validation_error","code":"max_character_limit_exceeded","message":"text has 10001 characters; at most 10000 are allowed.","status":"max_character_limit_exceeded","request_id":"req-1","param":"text"}}
    "#);
    let server = Server::start().await;
    let flash = format!(r#"{{"text":"{text}","model_id":"eleven_flash_v2_5"}}"#);
    assert_eq!(server.asks("/v1/text-to-speech/tone", flash).send().await.status, 200);
}

#[tokio::test]
async fn a_text_without_a_word() {
    insta::assert_snapshot!(refusal(r#"{"text":""}"#).await, @r#"
    400 Bad Request
    {"detail":{"type":"validation_error","code":"invalid_text","message":"The text is empty; send at least one letter or digit.","status":"invalid_text","request_id":"req-1","param":"text"}}
    "#);
    insta::assert_snapshot!(refusal(r#"{"text":"... !"}"#).await, @r#"
    400 Bad Request
    {"detail":{"type":"validation_error","code":"invalid_text","message":"The text has no letter, digit or symbol that could be spoken.","status":"invalid_text","request_id":"req-1","param":"text"}}
    "#);
    insta::assert_snapshot!(refusal(r#"{"text":"Hi\u0000"}"#).await, @r#"
    400 Bad Request
    {"detail":{"type":"validation_error","code":"invalid_text","message":"Character 2 of the text is the control character U+0000; of those only tab (U+0009), line feed (U+000A) and carriage return (U+000D) are allowed.","status":"invalid_text","request_id":"req-1","param":"text"}}
    "#);
}

#[tokio::test]
async fn wrong_shapes() {
    insta::assert_snapshot!(refusal("{}").await, @r#"
    422 Unprocessable Entity
    {"detail":{"type":"validation_error","code":"invalid_parameters","message":"The required field text is missing.","status":"invalid_parameters","request_id":"req-1","param":"text"}}
    "#);
    insta::assert_snapshot!(refusal("[]").await, @r#"
    422 Unprocessable Entity
    {"detail":{"type":"validation_error","code":"invalid_parameters","message":"The body is an array; send a JSON object such as {\"text\":\"Hello.\"}.","status":"invalid_parameters","request_id":"req-1","param":null}}
    "#);
    insta::assert_snapshot!(refusal("{\"text\": \"my secret").await, @r#"
    422 Unprocessable Entity
    {"detail":{"type":"validation_error","code":"invalid_parameters","message":"The body is not valid JSON: EOF while parsing a string at line 1 column 19. Send one JSON object in UTF-8, without NaN and lone surrogates.","status":"invalid_parameters","request_id":"req-1","param":null}}
    "#);
    insta::assert_snapshot!(refusal_of(r#""voice_settings":{"speed":2}"#).await, @r#"
    422 Unprocessable Entity
    {"detail":{"type":"validation_error","code":"invalid_parameters","message":"voice_settings.speed must be a number from 0.7 to 1.2.","status":"invalid_parameters","request_id":"req-1","param":"voice_settings.speed"}}
    "#);
    insta::assert_snapshot!(refusal_of(r#""output_format":"mp3_1_1""#).await, @r#"
    422 Unprocessable Entity
    {"detail":{"type":"validation_error","code":"invalid_parameters","message":"output_format is none of the allowed values. Allowed: mp3_22050_32, mp3_24000_48, mp3_44100_32, mp3_44100_64, mp3_44100_96, mp3_44100_128, mp3_44100_192, pcm_8000, pcm_16000, pcm_22050, pcm_24000, pcm_32000, pcm_44100, pcm_48000, wav_8000, wav_16000, wav_22050, wav_24000, wav_32000, wav_44100, wav_48000, ulaw_8000, alaw_8000, opus_48000_32, opus_48000_64, opus_48000_96, opus_48000_128, opus_48000_192.","status":"invalid_parameters","request_id":"req-1","param":"output_format"}}
    "#);
    let server = Server::start().await;
    insta::assert_snapshot!(server.hello("tone?optimize_streaming_latency=9").await.show(), @r#"
    422 Unprocessable Entity
    {"detail":{"type":"validation_error","code":"invalid_parameters","message":"optimize_streaming_latency must be a whole number from 0 to 4.","status":"invalid_parameters","request_id":"req-1","param":"optimize_streaming_latency"}}
    "#);
    insta::assert_snapshot!(server.post("/v1/text-to-speech/tone").body("text=Hi").send().await.show(), @r#"
    415 Unsupported Media Type
    {"detail":{"type":"validation_error","code":"unsupported_media_type","message":"The body must be plain JSON: send the header Content-Type: application/json, and no Content-Encoding.","status":"unsupported_media_type","request_id":"req-2","param":null}}
    "#);
}

#[tokio::test]
async fn a_wrong_method_and_nothing_there() {
    let server = Server::start().await;
    insta::assert_snapshot!(server.get("/v1/text-to-speech/tone").send().await.show(), @r#"
    405 Method Not Allowed
    {"detail":{"type":"validation_error","code":"method_not_allowed","message":"This path does not take that method. Allowed: POST.","status":"method_not_allowed","request_id":"req-1","param":null}}
    "#);
    insta::assert_snapshot!(server.get("/v1/voices/tone/samples").send().await.show(), @r#"
    404 Not Found
    {"detail":{"type":"not_found","code":"not_found","message":"There is nothing under this path.","status":"not_found","request_id":"req-2","param":null}}
    "#);
    let elsewhere = server.get("/v1/history").header("xi-api-key", "any").send().await;
    insta::assert_snapshot!(elsewhere.show(), @r#"
    404 Not Found
    {"detail":{"type":"not_found","code":"not_found","message":"There is nothing under this path.","status":"not_found","request_id":"req-3","param":null}}
    "#);
    let openais = server.get("/v1/audio/sing").header("xi-api-key", "any").send().await;
    assert!(openais.text().starts_with(r#"{"error":"#));
}

#[tokio::test]
async fn a_busy_backend() {
    let answer = Server::start().await.hello("busy").await;
    assert_eq!(answer.header("retry-after"), "1");
    insta::assert_snapshot!(answer.show(), @r#"
    503 Service Unavailable
    {"detail":{"type":"rate_limit_error","code":"system_busy","message":"Every worker is taken.","status":"system_busy","request_id":"req-1","param":null}}
    "#);
}

#[tokio::test]
async fn a_backend_that_never_answers() {
    let server = Server::configured(gateway::Config { deadline_seconds: ONE, ..config() }).await;
    insta::assert_snapshot!(server.hello("mute").await.show(), @r#"
    504 Gateway Timeout
    {"detail":{"type":"internal_error","code":"deadline_exceeded","message":"No audio was ready within 1 s; try again, or send less.","status":"deadline_exceeded","request_id":"req-1","param":null}}
    "#);
}

#[tokio::test]
async fn a_defect_of_ours() {
    insta::assert_snapshot!(Server::start().await.hello("panics").await.show(), @r#"
    500 Internal Server Error
    {"detail":{"type":"internal_error","code":"internal_server_error","message":"The gateway failed; the request may be tried again.","status":"internal_server_error","request_id":"req-1","param":null}}
    "#);
}

#[tokio::test]
async fn a_body_that_is_too_large() {
    let server = Server::configured(gateway::Config { max_body_bytes: 20, ..config() }).await;
    insta::assert_snapshot!(server.hello("tone").await.show(), @r#"
    413 Payload Too Large
    {"detail":{"type":"validation_error","code":"request_too_large","message":"The body is too large; at most 20 bytes are read.","status":"request_too_large","request_id":"req-1","param":null}}
    "#);
}

#[tokio::test]
async fn each_refusal_leaves_its_row() {
    let server = Server::start().await;
    server.asks("/v1/text-to-speech/tone", "{}").send().await;
    server.asks("/v1/text-to-dialogue/stream", "{}").send().await;
    server.hello("nobody/with-timestamps").await;
    server.hello("busy").await;
    server.get("/v1/voices/nobody").send().await;
    let rows = server.rows.clone();
    server.ended().await;
    assert_eq!(rows.doors(), [Door::ElevenLabs; 4]);
    insta::assert_snapshot!(rows.show(), @r#"
    req-1 local - invalid_text None
    req-2 local - invalid_parameter None
    req-3 local - unknown_voice Some(13)
    req-4 local busy overloaded Some(13)
    "#);
}
