//! Speech over REST.

use gateway::Config;
use speech::Door;

use super::client::talk;
use super::{RAW, ssml};
use crate::backend::{CHUNK, CHUNKS};
use crate::client::Answer;
use crate::server::{Server, clients, config};

#[tokio::test]
async fn a_document_is_spoken_at_both_paths() {
    let server = Server::start().await;
    let answer = server.hello_from_azure("tone").await;
    insta::assert_snapshot!(answer.show_headers(), @"
    content-type: audio/pcm
    transfer-encoding: chunked
    x-request-id: req-1
    x-requestid: req-1
    x-soundboard-backend: tone
    x-soundboard-characters: 130
    x-soundboard-model: sine-1
    x-soundboard-reason: exact
    x-soundboard-request-id: req-1
    x-soundboard-requested-voice: tone
    x-soundboard-voice: tone:tone
    ");
    assert_eq!((answer.status.as_u16(), answer.body.len()), (200, CHUNKS * CHUNK * 2));
    let below = server.post("/tts/cognitiveservices/v1").header("content-type", "application/ssml+xml");
    let below = below.header("x-microsoft-outputformat", RAW).body(ssml("tone", "Hello, world."));
    assert_eq!(below.send().await.body, answer.body);
    let rows = server.rows.clone();
    server.ended().await;
    assert_eq!(rows.doors(), [Door::Azure, Door::Azure]);
}

#[tokio::test]
async fn the_first_voice_speaks_by_any_of_its_names() {
    let server = Server::start().await;
    for name in ["tone", "tone:tone", "alloy"] {
        let answer = server.hello_from_azure(name).await;
        assert_eq!((answer.status.as_u16(), answer.header("x-soundboard-voice")), (200, "tone:tone"));
        assert_eq!(answer.header("x-soundboard-requested-voice"), name);
    }
}

#[tokio::test]
async fn all_voices_of_a_document_are_named() {
    let server = Server::start().await;
    let two = ssml("alloy", "Hello.").replace("</speak>", "<voice name='words'>Oh yes.</voice></speak>");
    let answer = server.ssml(RAW, two).send().await;
    assert_eq!(answer.header("x-soundboard-voice"), "tone:tone, tone:words");
    assert_eq!(answer.header("x-soundboard-requested-voice"), "alloy, words");
    assert!(answer.body.len() > (CHUNKS + 2) * CHUNK * 2, "{}", answer.body.len());
}

#[tokio::test]
async fn a_request_is_called_as_its_client_calls_it() {
    let server = Server::start().await;
    let ask = || server.ssml(RAW, ssml("tone", "Hello."));
    assert_eq!(ask().header("x-requestid", "4A1C").send().await.header("x-requestid"), "4A1C");
    let answer = ask().send().await;
    assert_eq!(answer.header("x-requestid"), answer.header("x-soundboard-request-id"));
}

#[tokio::test]
async fn raw_samples_have_no_head_and_riff_says_its_true_length() {
    let server = Server::start().await;
    let length = |answer: &Answer| answer.body.len();
    let raw = server.hello_from_azure("tone").await;
    let riff = server.ssml("riff-24khz-16bit-mono-pcm", ssml("tone", "Hello.")).send().await;
    assert_eq!(riff.header("content-type"), "audio/wav");
    assert_eq!((&riff.body[..4], length(&riff)), (&b"RIFF"[..], length(&raw) + 44));
    let declared = u32::from_le_bytes(riff.body[40..44].try_into().unwrap());
    assert_eq!(declared as usize, length(&raw));
    let alaw = server.ssml("raw-8khz-8bit-mono-alaw", ssml("tone", "Hello.")).send().await;
    assert_eq!(length(&alaw), length(&raw) / 6);
    let exact = server.ssml(RAW, ssml("tone", "Hello.")).header("x-soundboard-content-length", "exact");
    assert_eq!(exact.send().await.header("content-length"), length(&raw).to_string());
}

#[tokio::test]
async fn whoever_knows_a_deployment_is_told_and_whoever_does_not_says_so() {
    let server = Server::start().await;
    let ask = server.post("/cognitiveservices/v1?deploymentId=9f3c").header("x-microsoft-outputformat", RAW);
    let answer = ask.header("content-type", "application/ssml+xml").body(ssml("tone", "Hello.")).send().await;
    assert_eq!(answer.header("x-soundboard-dropped"), "deploymentId");
    let utterances = server.work.utterances.lock().unwrap();
    assert_eq!(utterances[0].delivery.extras.get("deploymentId").unwrap(), "9f3c");
}

#[tokio::test]
async fn nothing_is_fetched_unless_the_operator_allows_it() {
    for ssml_fetch in [false, true] {
        let server = Server::configured(Config { ssml_fetch, ..config() }).await;
        let said = "Hello. <audio src='https://evil.example/a.wav'>Yes.</audio>";
        let answer = server.ssml(RAW, ssml("tone", said)).send().await;
        assert_eq!(answer.status, 200);
        let mut talk = talk(&server).await;
        talk.ask("1", &ssml("tone", said)).await;
        assert_eq!(talk.turn().await.close, None);
        let utterances = server.work.utterances.lock().unwrap();
        let graphs = utterances.iter().map(|utterance| &utterance.graph);
        let fetches = graphs.filter_map(|graph| graph.score()).map(|score| score.removed.is_empty());
        let fetches: Vec<_> = fetches.collect();
        assert_eq!(fetches, vec![ssml_fetch; fetches.len()]);
        assert!(answer.header("x-soundboard-dropped").contains("audio"), "the double fetches nothing");
    }
}

#[tokio::test]
async fn our_own_headers_hold_here_too() {
    let server = Server::start().await;
    let ask = server.ssml(RAW, ssml("tone", "Hello.")).header("x-soundboard-policy", "nearest");
    let answer = ask.send().await;
    assert_eq!(answer.status, 400);
    assert!(answer.text().starts_with("There is no policy \"nearest\". Allowed: "), "{}", answer.text());
}

#[tokio::test]
async fn who_breaks_off_breaks_the_body() {
    let server = Server::start().await;
    let answer = server.hello_from_azure("breaks").await;
    assert_eq!((answer.status.as_u16(), answer.whole), (200, false));
    assert_eq!(answer.body.len(), CHUNK * 2);
}

#[tokio::test]
async fn the_same_request_in_another_format_is_another() {
    let server = Server::of(clients(&[("ann", "secret-of-ann")])).await;
    let ask = |format| {
        let ask = server.ssml(format, ssml("tone", "Hello.")).header("idempotency-key", "once");
        ask.header("ocp-apim-subscription-key", "secret-of-ann")
    };
    let first = ask(RAW).send().await;
    assert_eq!(ask(RAW).send().await.header("x-soundboard-cache"), "hit");
    assert_eq!(
        (first.status.as_u16(), ask("raw-8khz-16bit-mono-pcm").send().await.status.as_u16()),
        (200, 422)
    );
}
