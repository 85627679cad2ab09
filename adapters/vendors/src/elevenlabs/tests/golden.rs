use insta::assert_snapshot;
use serde_json::json;
use speech::{AudioFormat, Codec, Receipt, Speed, Utterance};
use testing::server::{Server, answer};

use super::{KEY, RACHEL, eleven, heard, patient};

const AUDIO: &[&str] = &["content-type: audio/mpeg"];
const JSON: &[&str] = &["content-type: application/json"];
const TIMED: &[u8] = br#"{"audio_base64":"//MA","alignment":null,"normalized_alignment":null}"#;

/// The bytes that an utterance is asked for with.
async fn sent(utterance: Utterance, headers: &[&str], body: &[u8]) -> String {
    let mut server = Server::answering([answer("200 OK", headers, body)]).await.unwrap();
    let backend = eleven(&format!("http://{}", server.address), patient());
    let sound = backend.speak(utterance, Receipt::default()).await.unwrap();
    let audio = heard(sound).await.unwrap().audio;
    assert!(!audio.is_empty());
    masked(&server.request().await.unwrap(), &server)
}

fn masked(request: &str, server: &Server) -> String {
    request.replace(&server.address.to_string(), "HOST").replace(KEY, "KEY").replace("\r\n", "\n")
}

fn hello(format: AudioFormat) -> Utterance {
    testing::utterance("Héllo \"you\"\nthere.", RACHEL, format)
}

#[tokio::test]
async fn convert() {
    let mut utterance = hello(Codec::Mp3.into());
    utterance.delivery.whole = true;
    assert_snapshot!(sent(utterance, AUDIO, &[0xFF, 0xF3]).await, @r#"
    POST /v1/text-to-speech/21m00Tcm4TlvDq8ikWAM?output_format=mp3_44100_128 HTTP/1.1
    accept-encoding: identity
    xi-api-key: KEY
    content-type: application/json
    accept: */*
    user-agent: voice-soundboard/0.1.0
    host: HOST
    content-length: 69

    {"text":"Héllo \"you\"\nthere.","model_id":"eleven_multilingual_v2"}
    "#);
}

#[tokio::test]
async fn stream() {
    assert_snapshot!(sent(hello(Codec::Mp3.into()), AUDIO, &[0xFF, 0xF3]).await, @r#"
    POST /v1/text-to-speech/21m00Tcm4TlvDq8ikWAM/stream?output_format=mp3_44100_128 HTTP/1.1
    accept-encoding: identity
    xi-api-key: KEY
    content-type: application/json
    accept: */*
    user-agent: voice-soundboard/0.1.0
    host: HOST
    content-length: 69

    {"text":"Héllo \"you\"\nthere.","model_id":"eleven_multilingual_v2"}
    "#);
}

#[tokio::test]
async fn stream_with_all_there_is() {
    let mut utterance = hello(AudioFormat::from(Codec::Mp3).with_bit_rate(192_000));
    let delivery = &mut utterance.delivery;
    delivery.model = Some("eleven_flash_v2_5".into());
    delivery.language = Some("fr-CA".into());
    delivery.speed = Speed::new(0.9).unwrap();
    delivery.instructions = Some("Whisper.".into());
    let extras = json!({
        "voice_settings": {"stability": 0.3, "similarity_boost": 1, "speed": 1.1, "use_speaker_boost": false},
        "pronunciation_dictionary_locators": [{"pronunciation_dictionary_id": "d", "version_id": "v"}],
        "seed": 4294967295_u32,
        "previous_text": "Before.",
        "next_text": "After.",
        "previous_request_ids": ["r1"],
        "next_request_ids": ["r2", "r3"],
        "use_pvc_as_ivc": true,
        "apply_text_normalization": "off",
        "apply_language_text_normalization": false,
        "audio_effects": {"filter_preset_id": "phone"},
        "enable_logging": false,
        "optimize_streaming_latency": 3,
        "generation_config": {"chunk_length_schedule": [50]},
        "styledegree": 2,
    });
    delivery.extras = extras.as_object().unwrap().clone().into_iter().collect();
    let backend = eleven("http://127.0.0.1:9", patient());
    assert_eq!(backend.leaves_out(&utterance), ["styledegree", "instructions"]);
    assert_snapshot!(sent(utterance, AUDIO, &[0xFF, 0xF3]).await, @r#"
    POST /v1/text-to-speech/21m00Tcm4TlvDq8ikWAM/stream?output_format=mp3_44100_192&enable_logging=false&optimize_streaming_latency=3 HTTP/1.1
    accept-encoding: identity
    xi-api-key: KEY
    content-type: application/json
    accept: */*
    user-agent: voice-soundboard/0.1.0
    host: HOST
    content-length: 538

    {"text":"Héllo \"you\"\nthere.","model_id":"eleven_flash_v2_5","language_code":"fr","voice_settings":{"similarity_boost":1,"speed":0.9,"stability":0.3,"use_speaker_boost":false},"pronunciation_dictionary_locators":[{"pronunciation_dictionary_id":"d","version_id":"v"}],"seed":4294967295,"previous_text":"Before.","next_text":"After.","previous_request_ids":["r1"],"next_request_ids":["r2","r3"],"use_pvc_as_ivc":true,"apply_text_normalization":"off","apply_language_text_normalization":false,"audio_effects":{"filter_preset_id":"phone"}}
    "#);
}

#[tokio::test]
async fn words_with_their_sounds() {
    let notation = speech::Notation::Ssml { may_fetch: false };
    let reading = speech::Reading { notation, ..Default::default() };
    let source = "<speak>You &amp; <b>I</b> say <phoneme alphabet=\"ipa\" ph=\"təˈmɑːtəʊ&quot;&lt;\">tomato</phoneme>, \
                  not <phoneme ph=\"x\">A&amp;B</phoneme>.</speak>";
    let text = speech::SpeechText::new(source, None).unwrap();
    let graph = language::compile(text, &reading).unwrap();
    let excerpt = language::ssml::excerpt(&graph, 0..graph.plain().as_str().len()).unwrap();
    let mut utterance = Utterance { graph: excerpt.into(), ..hello(Codec::Mp3.into()) };
    let backend = eleven("http://127.0.0.1:9", patient());
    assert_eq!(backend.leaves_out(&utterance), ["phoneme"]);
    assert!(backend.billed(&utterance).is_none());
    utterance.delivery.model = Some("eleven_flash_v2".into());
    assert_eq!(backend.leaves_out(&utterance), [""; 0]);
    let billed = backend.billed(&utterance).unwrap();
    let sent = sent(utterance.clone(), AUDIO, &[0xFF, 0xF3]).await;
    let body: serde_json::Value = serde_json::from_str(sent.lines().last().unwrap()).unwrap();
    let tomato = "<phoneme alphabet=\"ipa\" ph=\"təˈmɑːtəʊ&quot;&lt;\">tomato</phoneme>";
    let a_and_b = "<phoneme alphabet=\"ipa\" ph=\"x\">A&amp;B</phoneme>";
    assert_eq!(body["text"], format!("You & I say {tomato}, not {a_and_b}."));
    assert_eq!(body["text"], billed);
    // Whose characters are timed would be anybody's guess.
    utterance.delivery.timed = true;
    assert_eq!(backend.leaves_out(&utterance), ["phoneme"]);
}

#[tokio::test]
async fn with_timestamps() {
    let mut utterance = hello(AudioFormat::from(Codec::Ulaw));
    (utterance.delivery.whole, utterance.delivery.timed) = (true, true);
    assert_snapshot!(sent(utterance, JSON, TIMED).await, @r#"
    POST /v1/text-to-speech/21m00Tcm4TlvDq8ikWAM/with-timestamps?output_format=ulaw_8000 HTTP/1.1
    accept-encoding: identity
    xi-api-key: KEY
    content-type: application/json
    accept: */*
    user-agent: voice-soundboard/0.1.0
    host: HOST
    content-length: 69

    {"text":"Héllo \"you\"\nthere.","model_id":"eleven_multilingual_v2"}
    "#);
}

#[tokio::test]
async fn stream_with_timestamps() {
    let mut utterance = hello(AudioFormat::from(Codec::Opus));
    utterance.delivery.timed = true;
    assert_snapshot!(sent(utterance, JSON, TIMED).await, @r#"
    POST /v1/text-to-speech/21m00Tcm4TlvDq8ikWAM/stream/with-timestamps?output_format=opus_48000_128 HTTP/1.1
    accept-encoding: identity
    xi-api-key: KEY
    content-type: application/json
    accept: */*
    user-agent: voice-soundboard/0.1.0
    host: HOST
    content-length: 69

    {"text":"Héllo \"you\"\nthere.","model_id":"eleven_multilingual_v2"}
    "#);
}

#[tokio::test]
async fn lists() {
    let page =
        |token: &str| answer("200 OK", JSON, format!(r#"{{"voices":[],"has_more":true{token}}}"#).as_bytes());
    let models = answer("200 OK", JSON, br#"[{"model_id":"m"}]"#);
    let answers = [models, page(r#","next_page_token":"t/2""#), page("")];
    let mut server = Server::answering(answers).await.unwrap();
    eleven(&format!("http://{}", server.address), patient()).refresh().await.unwrap();
    let mut requests = Vec::new();
    for _ in 0..3 {
        requests.push(masked(&server.request().await.unwrap(), &server));
    }
    assert_snapshot!(requests.join(""), @r#"
    GET /v1/models HTTP/1.1
    accept-encoding: identity
    xi-api-key: KEY
    accept: */*
    user-agent: voice-soundboard/0.1.0
    host: HOST

    GET /v2/voices?page_size=100&include_total_count=true HTTP/1.1
    accept-encoding: identity
    xi-api-key: KEY
    accept: */*
    user-agent: voice-soundboard/0.1.0
    host: HOST

    GET /v2/voices?page_size=100&include_total_count=true&next_page_token=t%2F2 HTTP/1.1
    accept-encoding: identity
    xi-api-key: KEY
    accept: */*
    user-agent: voice-soundboard/0.1.0
    host: HOST
    "#);
}

#[test]
fn what_it_cannot_do_it_says() {
    let backend = eleven("http://127.0.0.1:9", patient());
    let mut utterance = hello(Codec::Mp3.into());
    assert_eq!(backend.leaves_out(&utterance), [""; 0]);
    utterance.delivery.speed = Speed::new(2.0).unwrap();
    utterance.delivery.language = Some("fr".into());
    assert_eq!(backend.leaves_out(&utterance), ["language", "speed"]);
    utterance.delivery.model = Some("eleven_flash_v2_5".into());
    assert_eq!(backend.leaves_out(&utterance), ["speed"]);
}
