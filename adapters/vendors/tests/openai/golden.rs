//! One request, and the exact bytes that are sent for it; and what is made of the answer.

use std::num::NonZeroU32;

use speech::{
    AudioFormat, Codec, Extras, Lexicon, Manner, Markup, Reading, Receipt, Saying, Speed, Usage, Utterance,
};
use testing::server::{Server, Step, answer, begin, chunk};
use testing::utterance;

use crate::{KEY, Tested, all_of, heard, open, refused};

/// What OpenAI is sent for an utterance, with the key and the address replaced.
async fn sent(utterance: Utterance) -> Result<String, Box<dyn std::error::Error>> {
    let mut server = Server::answering([answer("200 OK", &["content-type: audio/mpeg"], b"ID3")]).await?;
    drop(open(&server.base_url())?.speak(utterance, Receipt::default()).await);
    let request = server.request().await.ok_or("no request")?;
    Ok(request.replace(KEY, "[key]").replace(&server.address.to_string(), "[address]").replace("\r\n", "\n"))
}

#[tokio::test]
async fn a_plain_request() -> Tested {
    let mut utterance = utterance("Grüße, *Welt*!", "alloy", Codec::Mp3.into());
    utterance.delivery.model = Some("tts-1".to_owned());
    insta::assert_snapshot!(sent(utterance).await?, @r##"
    POST /v1/audio/speech HTTP/1.1
    accept-encoding: identity
    authorization: Bearer [key]
    content-type: application/json
    accept: */*
    user-agent: voice-soundboard/0.1.0
    host: [address]
    content-length: 84

    {"model":"tts-1","input":"Grüße, *Welt*!","voice":"alloy","response_format":"mp3"}
    "##);
    Ok(())
}

#[tokio::test]
async fn a_request_with_all_that_can_be_said() -> Tested {
    let mut utterance = utterance("Hello.", "nova", Codec::Opus.into());
    utterance.delivery.model = Some("their-own-model".to_owned());
    utterance.delivery.speed = Speed::new(1.25)?;
    utterance.delivery.instructions = Some("Like a \"pirate\".".to_owned());
    insta::assert_snapshot!(sent(utterance).await?, @r##"
    POST /v1/audio/speech HTTP/1.1
    accept-encoding: identity
    authorization: Bearer [key]
    content-type: application/json
    accept: */*
    user-agent: voice-soundboard/0.1.0
    host: [address]
    content-length: 133

    {"model":"their-own-model","input":"Hello.","voice":"nova","instructions":"Like a \"pirate\".","response_format":"opus","speed":1.25}
    "##);
    Ok(())
}

#[tokio::test]
async fn a_request_for_events() -> Tested {
    let mut utterance = utterance("Hello.", "marin", Codec::Flac.into());
    utterance.delivery.model = Some("gpt-4o-mini-tts-2025-12-15".to_owned());
    utterance.delivery.instructions = Some("Calmly.".to_owned());
    insta::assert_snapshot!(sent(utterance).await?, @r##"
    POST /v1/audio/speech HTTP/1.1
    accept-encoding: identity
    authorization: Bearer [key]
    content-type: application/json
    accept: */*
    user-agent: voice-soundboard/0.1.0
    host: [address]
    content-length: 142

    {"model":"gpt-4o-mini-tts-2025-12-15","input":"Hello.","voice":"marin","instructions":"Calmly.","response_format":"pcm","stream_format":"sse"}
    "##);
    Ok(())
}

#[tokio::test]
async fn an_old_model_gets_no_instructions_and_the_listener_is_told() -> Tested {
    let mut utterance = utterance("Hello.", "alloy", Codec::Mp3.into());
    let graph = speech::SpeechGraph::new(
        utterance.graph.text().clone(),
        utterance.graph.plain().clone(),
        utterance.graph.clauses().to_vec(),
        Reading {
            lexicon: Lexicon::new([("Hello".to_owned(), Saying::Alias("goodbye".to_owned()))])?,
            markup: Markup { code: Manner::Skip, ..Markup::default() },
            ..Reading::default()
        },
    );
    utterance.graph = graph.into();
    utterance.delivery.model = Some("tts-1-hd".to_owned());
    utterance.delivery.instructions = Some("Calmly.".to_owned());
    utterance.delivery.language = Some("de".to_owned());
    utterance.delivery.extras = Extras::from_iter([("style".to_owned(), "sad".into())]);
    let backend = open("http://127.0.0.1:1/v1")?;
    assert_eq!(backend.leaves_out(&utterance), ["lexicon", "markup", "instructions", "language", "style"]);
    let body = sent(utterance.clone()).await?;
    assert!(!body.contains("Calmly") && !body.contains("sad") && !body.contains("goodbye"), "{body}");
    utterance.delivery.model = Some("gpt-4o-mini-tts".to_owned());
    assert_eq!(backend.leaves_out(&utterance), ["lexicon", "markup", "language", "style"]);
    Ok(())
}

#[tokio::test]
async fn what_openai_encodes_in_just_that_way_is_passed_through_and_the_rest_is_made_of_samples() -> Tested {
    let rate = |rate| NonZeroU32::new(rate).ok_or("zero");
    let pcm = AudioFormat::from(Codec::Pcm).at(rate(24_000)?);
    for codec in Codec::ALL {
        let wanted = AudioFormat::from(codec);
        let passes = matches!(codec, Codec::Mp3 | Codec::Opus | Codec::Aac | Codec::Wav);
        let own_rate = wanted.at(rate(24_000)?);
        for (wanted, given) in [
            (wanted, if passes { wanted } else { pcm }),
            (own_rate, if passes { own_rate } else { pcm }),
            (wanted.at(rate(8_000)?), pcm),
            (wanted.with_bit_rate(64_000), pcm),
        ] {
            let content_type = format!("content-type: {}", given.codec.content_type());
            let mut server = Server::answering([answer("200 OK", &[&content_type], &[1, 2, 3, 4])]).await?;
            let said = utterance("Hello.", "alloy", wanted);
            let sound = open(&server.base_url())?.speak(said, Receipt::default()).await?;
            assert_eq!(heard(sound).await?, (given, vec![1, 2, 3, 4]), "{wanted:?}");
            let asked = format!(r#""response_format":"{}""#, given.codec.name());
            assert!(server.request().await.is_some_and(|request| request.contains(&asked)), "{wanted:?}");
        }
    }
    Ok(())
}

const EVENTS: [&str; 3] = [
    r#"data: {"type":"speech.audio.delta","audio":"AQID"}"#,
    r#"data: {"type":"speech.audio.delta","audio":"BAUG"}"#,
    r#"data: {"type":"speech.audio.done","usage":{"input_tokens":14,"output_tokens":101,"total_tokens":115}}"#,
];

/// An answer of those events, cut into chunks of so many bytes.
fn events(events: &[&str], ending: &str, size: usize) -> Vec<Step> {
    let text: String = events.iter().map(|event| format!("{event}{ending}{ending}")).collect();
    let mut steps = vec![begin(&["content-type: text/event-stream", "x-request-id: req_1"], b"")];
    steps.extend(text.as_bytes().chunks(size).map(|bytes| Step::Send(chunk(bytes))));
    steps.push(Step::Send(b"0\r\n\r\n".to_vec()));
    steps
}

fn with_events() -> Utterance {
    let mut utterance = utterance("Hello.", "alloy", Codec::Mp3.into());
    utterance.delivery.model = Some("gpt-4o-mini-tts".to_owned());
    utterance
}

#[tokio::test]
async fn events_become_audio_and_a_receipt() -> Tested {
    let mut done = EVENTS.to_vec();
    done.push("data: [DONE]");
    for (events, ending, size) in [
        (events(&EVENTS, "\n", 1000), "\n", 1000),
        (events(&EVENTS, "\r\n", 7), "\r\n", 7),
        (events(&done, "\n", 50), "\n", 50),
    ] {
        let server = Server::answering([events]).await?;
        let receipt = Receipt::default();
        let sound = open(&server.base_url())?.speak(with_events(), receipt.clone()).await?;
        assert_eq!(heard(sound).await?.1, [1, 2, 3, 4, 5, 6], "{ending:?} {size}");
        let usage = Usage {
            request_id: Some("req_1".to_owned()),
            input_tokens: Some(14),
            output_tokens: Some(101),
            characters: None,
        };
        assert_eq!(receipt.read(), usage);
    }
    Ok(())
}

#[tokio::test]
async fn a_server_without_events_may_answer_with_the_audio_itself() -> Tested {
    let server =
        Server::answering([answer("200 OK", &["content-type: audio/mpeg", "x-request-id: 7"], b"\xFF\xF3")])
            .await?;
    let receipt = Receipt::default();
    let sound = open(&server.base_url())?.speak(with_events(), receipt.clone()).await?;
    assert_eq!(receipt.read().request_id.as_deref(), Some("7"));
    assert_eq!(heard(sound).await?.1, b"\xFF\xF3");
    Ok(())
}

#[tokio::test]
async fn events_that_end_badly_are_errors() -> Tested {
    let error = r#"data: {"type":"error","error":{"message":"Hello. was bad","code":"insufficient_quota"}}"#;
    for (ends, message) in [
        (None, "The backend acme broke off."),
        (Some("data: {"), "The backend acme sent events that cannot be read."),
        (
            Some(r#"data: {"type":"speech.audio.delta","audio":"?"}"#),
            "The backend acme sent events that cannot be read.",
        ),
        (Some(error), "The backend acme has no quota left."),
        (Some(r#"data: {"error":{"message":"x"}}"#), "The backend acme failed."),
    ] {
        let all: Vec<&str> = EVENTS.iter().take(1).copied().chain(ends).collect();
        let server = Server::answering([events(&all, "\n", 1000)]).await?;
        let backend = open(&server.base_url())?;
        let receipt = Receipt::default();
        let said = async { heard(backend.speak(with_events(), receipt.clone()).await?).await };
        let error = refused(said.await)?;
        assert_eq!((error.message(), receipt.is_taken()), (message, true));
        assert!(!all_of(&error).contains("Hello"), "{}", all_of(&error));
    }
    // Before any audio, it is an ordinary error.
    for (all, message) in [
        (vec![error], "The backend acme has no quota left."),
        (EVENTS.iter().skip(2).copied().collect(), "The backend acme gave no audio."),
        (vec!["data: [DONE]"], "The backend acme gave no audio."),
    ] {
        let server = Server::answering([events(&all, "\n", 1000)]).await?;
        let receipt = Receipt::default();
        let error = refused(open(&server.base_url())?.speak(with_events(), receipt.clone()).await)?;
        assert_eq!((error.message(), receipt.is_taken()), (message, true));
        assert_eq!(receipt.read().request_id.as_deref(), Some("req_1"));
    }
    Ok(())
}
