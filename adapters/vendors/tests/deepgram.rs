//! Deepgram's adapter: what it sends, what it makes of what comes back, and the conformance suite.

use std::error::Error;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;

use adapters::{KINDS, Settings};
use outbound::{Deadlines, Outbound};
use secrecy::SecretString;
use speech::{AudioFormat, Backend, Codec, ErrorKind, Extras, Receipt, Sound, Speed, Usage, Utterance};
use testing::server::{Server, Step, answer, begin};
use testing::utterance;

const KEY: &str = "a-secret-0123456789";

const VOICE: &str = "aura-2-thalia-en";

/// Fails on any error, so that a test reads straight on.
type Tested = Result<(), Box<dyn Error>>;

fn open(base_url: &str, voices: &[&str]) -> Result<Arc<dyn Backend>, Box<dyn Error>> {
    let settings = Settings {
        name: "acme".to_owned(),
        base_url: Some(base_url.to_owned()),
        api_key: Some(SecretString::from(KEY)),
        concurrency: NonZeroUsize::new(4).ok_or("zero")?,
        models: Vec::new(),
        voices: voices.iter().map(|&voice| voice.to_owned()).collect(),
        deprecated_after: None,
        azure: Default::default(),
        clock: Arc::new(testing::Noon),
    };
    let kind = KINDS.iter().find(|kind| kind.name == "deepgram").ok_or("deepgram is not registered")?;
    Ok((kind.open)(settings, Outbound::new(Deadlines::default())?)?)
}

/// What Deepgram is sent for an utterance, with the key and the address replaced, and what it is said to give.
async fn sent(utterance: Utterance) -> Result<(String, AudioFormat), Box<dyn Error>> {
    let mut server = Server::answering([answer("200 OK", &[], &[1, 2])]).await?;
    let sound = open(&server.base_url(), &[VOICE])?.speak(utterance, Receipt::default()).await?;
    let Sound::Encoded(stream) = sound else { return Err("samples of a vendor".into()) };
    let request = server.request().await.ok_or("no request")?;
    let request = request.replace(KEY, "[key]").replace(&server.address.to_string(), "[address]");
    Ok((request.replace("\r\n", "\n"), stream.format))
}

#[tokio::test]
async fn a_plain_request() -> Tested {
    let (request, _) = sent(utterance("Grüße, \"Welt\"!", VOICE, Codec::Mp3.into())).await?;
    insta::assert_snapshot!(request, @r##"
    POST /v1/speak?model=aura-2-thalia-en&encoding=mp3 HTTP/1.1
    accept-encoding: identity
    authorization: Token [key]
    content-type: application/json
    accept: */*
    user-agent: voice-soundboard/0.1.0
    host: [address]
    content-length: 29

    {"text":"Grüße, \"Welt\"!"}
    "##);
    Ok(())
}

#[tokio::test]
async fn a_request_of_a_telephone() -> Tested {
    let (request, _) = sent(utterance("Hello.", "aura-2-zeus-en", Codec::Ulaw.into())).await?;
    insta::assert_snapshot!(request, @r##"
    POST /v1/speak?model=aura-2-zeus-en&encoding=mulaw&sample_rate=8000&container=none HTTP/1.1
    accept-encoding: identity
    authorization: Token [key]
    content-type: application/json
    accept: */*
    user-agent: voice-soundboard/0.1.0
    host: [address]
    content-length: 17

    {"text":"Hello."}
    "##);
    Ok(())
}

#[tokio::test]
async fn each_format_is_asked_for_in_deepgram_s_words() -> Tested {
    let asked = |codec: Codec, rate| match NonZeroU32::new(rate) {
        Some(rate) => AudioFormat::from(codec).at(rate),
        None => codec.into(),
    };
    let linear = |rate| format!("encoding=linear16&sample_rate={rate}&container=none");
    for (wanted, query, codec, rate) in [
        (asked(Codec::Pcm, 0), linear(24_000), Codec::Pcm, 24_000),
        (asked(Codec::Pcm, 48_000), linear(48_000), Codec::Pcm, 48_000),
        (asked(Codec::Pcm, 22_050), linear(24_000), Codec::Pcm, 24_000),
        (
            asked(Codec::Ulaw, 16_000),
            "encoding=mulaw&sample_rate=16000&container=none".into(),
            Codec::Ulaw,
            16_000,
        ),
        (asked(Codec::Alaw, 0), "encoding=alaw&sample_rate=8000&container=none".into(), Codec::Alaw, 8_000),
        (asked(Codec::Alaw, 24_000), linear(24_000), Codec::Pcm, 24_000),
        (asked(Codec::Mp3, 22_050), "encoding=mp3".into(), Codec::Mp3, 22_050),
        (asked(Codec::Mp3, 44_100), linear(24_000), Codec::Pcm, 24_000),
        (asked(Codec::Mp3, 0).with_bit_rate(64_000), linear(24_000), Codec::Pcm, 24_000),
        (asked(Codec::Opus, 0), linear(24_000), Codec::Pcm, 24_000),
        (asked(Codec::Wav, 24_000), linear(24_000), Codec::Pcm, 24_000),
    ] {
        let (request, given) = sent(utterance("Hello.", VOICE, wanted)).await?;
        let line = format!("POST /v1/speak?model={VOICE}&{query} HTTP/1.1\n");
        assert!(request.starts_with(&line), "{wanted:?}: {request}");
        assert_eq!(given, asked(codec, rate), "{wanted:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_receipt_is_read_under_either_name() -> Tested {
    for [id, count] in
        [["dg-request-id: 7", "dg-char-count: 6"], ["x-dg-request-id: 7", "x-dg-characters: 6"]]
    {
        let server = Server::answering([answer("200 OK", &[id, count], &[1, 2])]).await?;
        let receipt = Receipt::default();
        let said = utterance("Hello.", VOICE, Codec::Mp3.into());
        open(&server.base_url(), &[VOICE])?.speak(said, receipt.clone()).await?;
        let usage = Usage { request_id: Some("7".to_owned()), characters: Some(6), ..Usage::default() };
        assert_eq!((receipt.is_taken(), receipt.read()), (true, usage));
    }
    Ok(())
}

#[tokio::test]
async fn what_it_cannot_do_is_named() -> Tested {
    let backend = open("http://127.0.0.1:1", &[VOICE])?;
    let mut utterance = utterance("Hello.", VOICE, Codec::Mp3.into());
    assert!(backend.leaves_out(&utterance).is_empty());
    utterance.delivery.speed = Speed::new(1.5)?;
    utterance.delivery.instructions = Some("Calmly.".to_owned());
    utterance.delivery.language = Some("en".to_owned());
    utterance.delivery.extras = Extras::from_iter([("style".to_owned(), "sad".into())]);
    assert_eq!(backend.leaves_out(&utterance), ["speed", "instructions", "language", "style"]);
    Ok(())
}

#[tokio::test]
async fn its_voices_are_described_by_their_names() -> Tested {
    let thalia = open("http://127.0.0.1:1", &[VOICE])?.voice(VOICE)?;
    assert_eq!((thalia.name.as_str(), thalia.languages), ("Thalia", vec!["en".to_owned()]));
    let set = open("http://127.0.0.1:1", &["aura-2-celeste-es", "my own"])?;
    let names: Vec<_> =
        set.voices().iter().map(|voice| (voice.name.clone(), voice.languages.clone())).collect();
    assert_eq!(names, [("Celeste".to_owned(), vec!["es".to_owned()]), ("My own".to_owned(), Vec::new())]);
    assert_eq!(set.voice(VOICE).err().map(|error| error.kind()), Some(ErrorKind::UnknownVoice));
    Ok(())
}

#[tokio::test]
async fn its_refusals_are_read_and_not_repeated() -> Tested {
    for (status, body, kind) in [
        (
            "401 Unauthorized",
            r#"{"err_code":"INVALID_AUTH","err_msg":"Invalid credentials."}"#,
            ErrorKind::BackendFailed,
        ),
        (
            "402 Payment Required",
            r#"{"err_code":"ASR_PAYMENT_REQUIRED","err_msg":"Hello."}"#,
            ErrorKind::QuotaExceeded,
        ),
        ("413 Too Large", r#"{"err_code":"PAYLOAD_TOO_LARGE","err_msg":"Hello."}"#, ErrorKind::InvalidText),
        (
            "400 Bad Request",
            r#"{"err_code":"Bad Request","err_msg":"Unknown model."}"#,
            ErrorKind::UnknownVoice,
        ),
        ("400 Bad Request", r#"{"category":"INVALID_JSON","message":"Hello."}"#, ErrorKind::BackendFailed),
        ("429 Too Many", r#"{"err_code":"TOO_MANY_REQUESTS"}"#, ErrorKind::RateLimited),
        ("503 Unavailable", "Hello.", ErrorKind::BackendFailed),
    ] {
        let server = Server::answering([answer(status, &[], body.as_bytes())]).await?;
        let error = testing::refuses(&*open(&server.base_url(), &[VOICE])?, VOICE).await;
        assert_eq!(error.kind(), kind, "{status} {body}");
        let all = format!("{error:?}");
        assert!(!all.contains("Hello") && !all.contains("fox") && !all.contains(KEY), "{all}");
    }
    Ok(())
}

/// As much audio as the text is worth: 65 ms a character.
fn audio(request: &str) -> Vec<Step> {
    let characters =
        request.split_once("\r\n\r\n").map_or(0, |(_, body)| body.len() - r#"{"text":""}"#.len());
    let (content_type, bytes_per_ms) = [
        ("encoding=mp3", "content-type: audio/mpeg", 4),
        ("encoding=mulaw", "content-type: audio/basic", 8),
        ("encoding=alaw", "content-type: audio/pcma", 8),
    ]
    .into_iter()
    .find(|(encoding, ..)| request.contains(encoding))
    .map_or(("content-type: audio/l16", 48), |(_, content_type, bytes)| (content_type, bytes));
    answer("200 OK", &[content_type], &vec![0; characters * 65 * bytes_per_ms])
}

#[tokio::test]
async fn it_conforms() -> Tested {
    let server = Server::answering_by(audio).await?;
    testing::conforms(open(&server.base_url(), &[VOICE])?, VOICE, || server.running()).await;
    let cut = Server::answering([vec![begin(&["content-type: audio/l16"], &[1; 5000]), Step::Close]]).await?;
    testing::does_not_end_well(&*open(&cut.base_url(), &[VOICE])?, VOICE).await;
    Ok(())
}
