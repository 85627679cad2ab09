//! The WebSocket, where words and shapes of the mouth are told.

use std::time::Duration;

use adapters::AzureSettings;
use outbound::Deadlines;
use speech::ErrorKind::{
    BackendFailed, DeadlineExceeded, InvalidParameter, InvalidText, RateLimited, UnknownVoice,
};
use speech::{Codec, Receipt, TimingKind, Utterance, WordTiming};
use testing::server::{Server, answer};
use testing::utterance;

use crate::usp::{Say, begin, serve, viseme, word};
use crate::{AVA, Heard, KEY, Tested, all_of, document, heard, open, open_with, refused, settings};

fn timed(text: &str) -> Utterance {
    let mut utterance = utterance(text, AVA, Codec::Pcm.into());
    utterance.delivery.timed = true;
    utterance
}

fn end() -> Vec<Say> {
    let offset = r#"{"Metadata":[{"Type":"SessionEnd","Data":{"Offset":9000000}}]}"#;
    vec![Say::Text("audio.metadata", offset.to_owned()), Say::Text("turn.end", "{}".to_owned())]
}

fn script(parts: [Vec<Say>; 3]) -> Vec<Say> {
    parts.into_iter().flatten().collect()
}

fn shape(words: &[WordTiming]) -> Vec<(&str, usize, u64, u64)> {
    words.iter().map(|word| (word.text.as_str(), word.offset, word.start_ms, word.end_ms)).collect()
}

#[tokio::test]
async fn a_turn_is_asked_for_and_heard() -> Tested {
    let told = vec![
        word("Hello", 50, 350),
        Say::Audio(vec![1, 2, 3]),
        word("there", 400, 800),
        Say::Audio(vec![4, 5]),
        Say::Audio(Vec::new()),
    ];
    let (base_url, server) = serve(script([begin(), told, end()])).await?;
    let receipt = Receipt::default();
    let sound = open(&base_url)?.speak(timed("Hello, there!"), receipt.clone()).await?;
    assert!(receipt.is_taken());
    let Heard { format, audio, words } = heard(sound).await?;
    assert_eq!((format.codec, audio), (Codec::Pcm, vec![1, 2, 3, 4, 5]));
    assert_eq!(shape(&words), [("Hello,", 0, 50, 350), ("there!", 7, 400, 800)]);
    assert!(words.iter().all(|word| word.kind == TimingKind::Measured && word.visemes.is_empty()));
    let said = server.await?.ok_or("no turn")?;
    let (id, opened) = (receipt.read().request_id.ok_or("no id")?, said[0].clone());
    assert_eq!((id.len(), id.bytes().all(|byte| byte.is_ascii_hexdigit())), (32, true));
    let connection = opened.split(['=', ' ']).nth(1).ok_or("no connection id")?;
    assert!(connection.len() == 32 && connection != id, "{opened}");
    let shown = said.join("\n---\n").replace("\r\n", "\n").replace(&id, "[id]");
    insta::assert_snapshot!(shown.replace(connection, "[connection]").replace(KEY, "[key]"), @r#"
    /cognitiveservices/websocket/v1?X-ConnectionId=[connection] [key]
    ---
    X-RequestId: [id]
    Path: speech.config
    X-Timestamp: 2026-11-22T12:00:00Z
    Content-Type: application/json

    {"context":{"system":{"name":"voice-soundboard","version":"0.1.0"}}}
    ---
    X-RequestId: [id]
    Path: synthesis.context
    X-Timestamp: 2026-11-22T12:00:00Z
    Content-Type: application/json

    {"synthesis":{"audio":{"metadataOptions":{"bookmarkEnabled":false,"punctuationBoundaryEnabled":false,"sentenceBoundaryEnabled":false,"sessionEndEnabled":true,"visemeEnabled":false,"wordBoundaryEnabled":true},"outputFormat":"raw-24khz-16bit-mono-pcm"},"language":{"autoDetection":false}}}
    ---
    X-RequestId: [id]
    Path: ssml
    X-Timestamp: 2026-11-22T12:00:00Z
    Content-Type: application/ssml+xml

    <speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="en-US"><voice name="en-US-AvaNeural">Hello, there!</voice></speak>
    "#);
    Ok(())
}

#[tokio::test]
async fn shapes_of_the_mouth_go_with_the_word_that_they_make() -> Tested {
    let in_time = vec![
        viseme(0, 0),
        word("Hi", 50, 200),
        viseme(12, 50),
        viseme(6, 120),
        Say::Audio(vec![1]),
        word("you", 250, 500),
        viseme(6, 250),
        Say::Audio(vec![2]),
        viseme(7, 300),
        viseme(0, 520),
    ];
    let in_lots = vec![
        word("Hi", 50, 200),
        word("you", 250, 500),
        Say::Audio(vec![1]),
        viseme(0, 0),
        viseme(12, 50),
        viseme(6, 120),
        viseme(6, 250),
        Say::Audio(vec![2]),
        viseme(7, 300),
        viseme(0, 520),
    ];
    for told in [in_time, in_lots] {
        let (base_url, server) = serve(script([begin(), told, end()])).await?;
        let mut utterance = timed("Hi you");
        utterance.delivery.visemes = true;
        let sound = open(&base_url)?.speak(utterance, Receipt::default()).await?;
        let Heard { words, .. } = heard(sound).await?;
        let visemes: Vec<Vec<(u8, u64)>> = words
            .iter()
            .map(|word| word.visemes.iter().map(|viseme| (viseme.id, viseme.at_ms)).collect())
            .collect();
        assert_eq!(visemes, [vec![(0, 0), (12, 50), (6, 120)], vec![(6, 250), (7, 300), (0, 520)]]);
        let said = server.await?.ok_or("no turn")?;
        assert!(said[2].contains(r#""visemeEnabled":true"#), "{}", said[2]);
    }
    Ok(())
}

#[tokio::test]
async fn a_document_with_a_bookmark_is_spoken_there_and_its_words_are_found_in_it() -> Tested {
    let source = r#"<speak version="1.0" xml:lang="en-US"><voice name="x">A<bookmark mark="m"/> B &amp; C</voice></speak>"#;
    let told = vec![word("A", 0, 90), Say::Audio(vec![1]), word("B", 100, 200), word("C", 300, 400)];
    let (base_url, server) = serve(script([begin(), told, end()])).await?;
    let sound = open(&base_url)?.speak(document(source, AVA, Codec::Mp3.into())?, Receipt::default()).await?;
    let Heard { words, format, .. } = heard(sound).await?;
    assert_eq!(format.codec, Codec::Mp3);
    let at = |word: &str| source.find(word).map(|at| source[..at].chars().count());
    let places: Vec<Option<usize>> = words.iter().map(|word| Some(word.offset)).collect();
    assert_eq!(places, [at(">A<").map(|at| at + 1), at(" B ").map(|at| at + 1), at(" C<").map(|at| at + 1)]);
    let said = server.await?.ok_or("no turn")?;
    assert!(said[3].contains(r#"A<bookmark mark="m"/> B &amp; C</voice>"#), "{}", said[3]);
    Ok(())
}

#[tokio::test]
async fn what_the_socket_is_closed_with_is_what_went_wrong() -> Tested {
    let table = [
        (1007, "Unsupported voice Hello.", UnknownVoice, false),
        (1007, "SSML is invalid: Hello", InvalidText, false),
        (1007, "Unsupported output format Hello", InvalidParameter, false),
        (1007, "Hello", InvalidText, false),
        (1008, "", BackendFailed, false),
        (1011, "Hello", BackendFailed, true),
        (1013, "", BackendFailed, true),
        (4429, "", RateLimited, true),
        (1000, "", BackendFailed, true),
    ];
    for (code, reason, kind, retry) in table {
        let (base_url, _server) = serve(vec![Say::Close(code, reason)]).await?;
        let receipt = Receipt::default();
        let error = refused(open(&base_url)?.speak(timed("Hello there."), receipt.clone()).await)?;
        assert_eq!((error.kind(), error.may_succeed_later()), (kind, retry), "{code} {reason}");
        assert_eq!(error.wait().is_some(), kind == RateLimited, "{code}");
        assert!(!receipt.is_taken() && !all_of(&error).contains("Hello"), "{code} {}", all_of(&error));
    }
    Ok(())
}

#[tokio::test]
async fn what_begins_and_does_not_end_is_an_error_and_charged_for() -> Tested {
    let endings = [
        vec![Say::Close(1011, "")],
        vec![Say::Close(1000, "")],
        vec![Say::Drop],
        vec![Say::Text("audio.metadata", "no json".to_owned())],
    ];
    for ending in endings {
        let (base_url, _server) = serve(script([begin(), vec![Say::Audio(vec![1, 2])], ending])).await?;
        let receipt = Receipt::default();
        let sound = open(&base_url)?.speak(timed("Hello there."), receipt.clone()).await?;
        assert_eq!(refused(heard(sound).await)?.kind(), BackendFailed);
        assert!(receipt.is_taken());
    }
    Ok(())
}

#[tokio::test]
async fn a_turn_without_sound_is_an_error_and_one_that_never_comes_is_given_up() -> Tested {
    let (base_url, _server) = serve(script([begin(), Vec::new(), end()])).await?;
    let error = refused(open(&base_url)?.speak(timed("Hello."), Receipt::default()).await)?;
    assert_eq!(error.message(), "The backend acme gave no audio.");

    let short = Duration::from_millis(200);
    let deadlines = Deadlines { first_byte: short, idle: short, ..Deadlines::default() };
    for begun in [Vec::new(), vec![Say::Audio(vec![1])]] {
        let (base_url, _server) = serve(script([begin(), begun, Vec::new()])).await?;
        let backend = open_with(settings(&base_url, AzureSettings::default())?, deadlines)?;
        let outcome = match backend.speak(timed("Hello."), Receipt::default()).await {
            Ok(sound) => heard(sound).await.map(drop),
            Err(error) => Err(error),
        };
        assert_eq!(refused(outcome)?.kind(), DeadlineExceeded);
    }
    Ok(())
}

#[tokio::test]
async fn a_text_in_place_of_audio_and_a_flood_are_errors() -> Tested {
    let page = vec![Say::Audio(format!("<html>{}", "Hello ".repeat(20)).into_bytes())];
    let flood = (0..80).map(|_| Say::Audio(vec![1; 1 << 20])).collect();
    for told in [page, flood] {
        let (base_url, _server) = serve(script([begin(), told, end()])).await?;
        let outcome = match open(&base_url)?.speak(timed("Hello."), Receipt::default()).await {
            Ok(sound) => heard(sound).await.map(drop),
            Err(error) => Err(error),
        };
        assert_eq!(refused(outcome)?.kind(), BackendFailed);
    }
    Ok(())
}

#[tokio::test]
async fn a_refused_upgrade_means_what_its_status_means() -> Tested {
    for (status, kind, retry) in
        [("401 Unauthorized", BackendFailed, false), ("429 Too Many", RateLimited, true)]
    {
        let server = Server::answering([answer(status, &["retry-after: 2"], b"")]).await?;
        let backend = open(&format!("http://{}", server.address))?;
        let error = refused(backend.speak(timed("Hello."), Receipt::default()).await)?;
        assert_eq!((error.kind(), error.may_succeed_later()), (kind, retry), "{status}");
    }
    Ok(())
}
