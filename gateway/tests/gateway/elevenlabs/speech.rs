//! `POST /v1/text-to-speech/{voice_id}` and `/stream`, as they should go.

use http_body_util::BodyExt as _;
use speech::Door;

use crate::backend::{CHUNK, CHUNKS, reaches};
use crate::client::Answer;
use crate::server::Server;

/// Bytes of what `tone` says, as samples.
const WHOLE: usize = CHUNKS * CHUNK * 2;

#[tokio::test]
async fn a_voice_speaks_and_the_headers_say_who_and_what_it_costs() {
    let server = Server::start().await;
    let answer = server.hello("tone").await;
    assert_eq!((answer.status.as_u16(), answer.whole), (200, true));
    assert_eq!(answer.body[..2], [0xFF, 0xFB]);
    insta::assert_snapshot!(answer.show_headers(), @r#"
    cache-control: no-cache
    character-cost: 13
    content-type: audio/mpeg
    request-id: req-1
    transfer-encoding: chunked
    x-character-count: 13
    x-request-id: req-1
    x-soundboard-backend: tone
    x-soundboard-characters: 13
    x-soundboard-model: sine-1
    x-soundboard-reason: exact
    x-soundboard-request-id: req-1
    x-soundboard-requested-voice: tone
    x-soundboard-voice: tone:tone
    "#);
    let rows = server.rows.clone();
    server.ended().await;
    assert_eq!(rows.doors(), [Door::ElevenLabs]);
    insta::assert_snapshot!(rows.show(), @"req-1 local tone completed Some(13)");
}

#[tokio::test]
async fn a_stream_is_the_same_audio() {
    let server = Server::start().await;
    let convert = server.hello("tone?output_format=pcm_24000").await;
    let stream = server.hello("tone/stream?output_format=pcm_24000").await;
    assert_eq!(convert.body.len(), WHOLE);
    assert_eq!(convert.body, stream.body);
}

#[tokio::test]
async fn the_vendors_own_id_and_price_are_told() {
    let answer = Server::start().await.hello("vendor/stream").await;
    assert_eq!(answer.header("request-id"), "vendors-own-id");
    assert_eq!((answer.header("character-cost"), answer.header("x-character-count")), ("7", "7"));
    assert_eq!(answer.header("x-soundboard-request-id"), "req-1");
}

#[tokio::test]
async fn every_format_has_its_media_type_and_is_not_compressed() {
    let server = Server::start().await;
    let mut types = Vec::new();
    for format in wire::elevenlabs::OUTPUT_FORMATS {
        let path = format!("/v1/text-to-speech/tone/stream?output_format={}", format.name);
        let ask = server.asks(&path, r#"{"text":"Hello, world."}"#);
        let answer = ask.header("accept-encoding", "gzip, deflate, br").send().await;
        assert_eq!(
            (answer.status.as_u16(), answer.whole, answer.header("content-encoding")),
            (200, true, "-")
        );
        types.push(format!("{} {} {}", format.name, answer.header("content-type"), answer.body.len()));
    }
    insta::assert_snapshot!(types.join("\n"), @r#"
    mp3_22050_32 audio/mpeg 1456
    mp3_24000_48 audio/mpeg 2160
    mp3_44100_32 audio/mpeg 1352
    mp3_44100_64 audio/mpeg 2704
    mp3_44100_96 audio/mpeg 4069
    mp3_44100_128 audio/mpeg 5421
    mp3_44100_192 audio/mpeg 8138
    pcm_8000 audio/pcm 4800
    pcm_16000 audio/pcm 9600
    pcm_22050 audio/pcm 13230
    pcm_24000 audio/pcm 14400
    pcm_32000 audio/pcm 19200
    pcm_44100 audio/pcm 26460
    pcm_48000 audio/pcm 28800
    wav_8000 audio/wav 4844
    wav_16000 audio/wav 9644
    wav_22050 audio/wav 13274
    wav_24000 audio/wav 14444
    wav_32000 audio/wav 19244
    wav_44100 audio/wav 26504
    wav_48000 audio/wav 28844
    ulaw_8000 audio/basic 2400
    alaw_8000 audio/x-alaw-basic 2400
    opus_48000_32 audio/opus 1315
    opus_48000_64 audio/opus 2967
    opus_48000_96 audio/opus 4331
    opus_48000_128 audio/opus 5704
    opus_48000_192 audio/opus 8425
    "#);
}

#[tokio::test]
async fn a_format_may_stand_in_the_body_too() {
    let server = Server::start().await;
    let body = r#"{"text":"Hello, world.","output_format":"pcm_24000"}"#;
    let answer = server.asks("/v1/text-to-speech/tone", body).send().await;
    assert_eq!((answer.header("content-type"), answer.body.len()), ("audio/pcm", WHOLE));
    let answer = server.asks("/v1/text-to-speech/tone?output_format=ulaw_8000", body).send().await;
    assert_eq!(answer.header("content-type"), "audio/basic");
}

#[tokio::test]
async fn a_voice_may_be_named_in_full_by_its_alias_or_by_who_it_stands_in_for() {
    let server = Server::start().await;
    for (name, reason) in [
        ("tone%3Atone", "exact"),
        ("tone:tone", "exact"),
        ("alloy", "alias"),
        ("21m00Tcm4TlvDq8ikWAM", "alias"),
    ] {
        let answer = server.hello(&format!("{name}/stream")).await;
        assert_eq!(answer.header("x-soundboard-voice"), "tone:tone", "{name}");
        assert_eq!(answer.header("x-soundboard-reason"), reason, "{name}");
    }
}

#[tokio::test]
async fn what_only_elevenlabs_understands_reaches_the_backend_and_the_rest_is_ignored() {
    let server = Server::start().await;
    let ask = |body: &str| {
        server.asks("/v1/text-to-speech/tone?optimize_streaming_latency=3&enable_logging=true", body)
    };
    let body = r#"{"text":"Hi.","model_id":"eleven_flash_v2_5","language_code":"en","seed":7,"previous_text":"Oh.",
        "voice_settings":{"stability":0.5,"speed":0.8},"colour":"blue"}"#;
    let answer = ask(body).send().await;
    assert_eq!(
        answer.header("x-soundboard-dropped"),
        "enable_logging, optimize_streaming_latency, previous_text, seed, voice_settings"
    );
    for settings in ["null", "{}", r#"{"speed":1.2}"#, r#"{"speed":1,"style":null}"#] {
        let answer = server
            .asks("/v1/text-to-speech/tone", format!(r#"{{"text":"Hi.","voice_settings":{settings}}}"#));
        assert_eq!(answer.send().await.header("x-soundboard-dropped"), "-", "{settings}");
    }
}

#[tokio::test]
async fn the_first_audio_leaves_before_the_second_is_made() {
    for call in ["gated?output_format=pcm_24000", "gated/stream?output_format=pcm_24000"] {
        let server = Server::start().await;
        let ask = server.asks(&format!("/v1/text-to-speech/{call}"), r#"{"text":"Hello, world."}"#);
        let mut response = ask.begin().await;
        let first = response.body_mut().frame().await.unwrap().unwrap();
        assert!(first.data_ref().is_some_and(|audio| !audio.is_empty()));
        server.work.gate.send_replace(1);
        reaches(&server.work.made, 2).await;
        server.work.gate.send_replace(usize::MAX);
        assert!(Answer::read(response).await.whole);
    }
}

#[tokio::test]
async fn a_break_breaks_the_body() {
    let server = Server::start().await;
    let answer = server.hello("breaks?output_format=pcm_24000").await;
    assert_eq!((answer.status.as_u16(), answer.whole), (200, false));
}
