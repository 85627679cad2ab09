use futures::stream::{self, BoxStream};
use futures::{SinkExt, StreamExt};
use serde_json::json;
use speech::{Codec, Delivery, ErrorKind, Piece, Receipt, Sound, Speed};
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};
use vendors::{Kind, Vendor};

use super::{Heard, RACHEL, TEXT, eleven, heard, patient, texts};

fn delivery(voice: &str) -> Delivery {
    let mut delivery = testing::utterance(TEXT, voice, Codec::Pcm.into()).delivery;
    delivery.timed = true;
    delivery
}

fn pieces(of: &[(&str, bool)]) -> BoxStream<'static, Piece> {
    let pieces: Vec<Piece> = of.iter().map(|&(text, flush)| Piece { text: text.into(), flush }).collect();
    stream::iter(pieces).boxed()
}

#[tokio::test]
async fn the_socket_is_told_the_words_as_they_came() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    let backend = eleven(&vendor.base_url(), patient());
    let mut delivery = delivery(RACHEL);
    delivery.model = Some("eleven_flash_v2_5".into());
    delivery.language = Some("en-GB".into());
    delivery.speed = Speed::new(4.0).unwrap();
    let extras = json!({
        "voice_settings": {"stability": 0.3},
        "generation_config": {"chunk_length_schedule": [50, 90]},
        "auto_mode": true,
        "seed": 7,
    });
    delivery.extras = extras.as_object().unwrap().clone().into_iter().collect();
    let written = pieces(&[
        ("It was the be", false),
        ("st of", false),
        (" times,", true),
        (" it was the worst.", false),
    ]);
    let sound = backend.follow(&delivery).unwrap()(written, Receipt::default()).await.unwrap();
    let Heard { audio, words, .. } = heard(sound).await.unwrap();
    assert!(audio.len() > 10_000);
    assert_eq!(texts(&words), ["It", "was", "the", "best", "of", "times,", "it", "was", "the", "worst."]);
    let served = vendor.truth().pop().unwrap();
    insta::assert_snapshot!(format!("{}?{}\n{}", served.path, served.query, served.body), @r#"
    /v1/text-to-speech/21m00Tcm4TlvDq8ikWAM/stream-input?model_id=eleven_flash_v2_5&output_format=pcm_24000&language_code=en&sync_alignment=true&inactivity_timeout=180&auto_mode=true&seed=7
    {"text":" ","voice_settings":{"speed":1.2,"stability":0.3},"generation_config":{"chunk_length_schedule":[50,90]}}
    {"text":"It was the be"}
    {"text":"st of"}
    {"text":" times,","flush":true}
    {"text":" it was the worst."}
    {"text":""}
    "#);
}

#[tokio::test]
async fn sound_leaves_before_the_text_has_ended() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    let backend = eleven(&vendor.base_url(), patient());
    let (write, written) = futures::channel::mpsc::unbounded();
    let receipt = Receipt::default();
    let sound = backend.follow(&delivery(RACHEL)).unwrap()(written.boxed(), receipt.clone()).await.unwrap();
    let Sound::Encoded(mut sound) = sound else { panic!("samples of a vendor") };
    assert!(!receipt.is_taken(), "nothing was written yet");
    write.unbounded_send(Piece { text: TEXT.into(), flush: true }).unwrap();
    assert!(!sound.chunks.next().await.unwrap().unwrap().bytes.is_empty());
    assert!(receipt.is_taken());
    // Whoever hangs up now stops the vendor's work.
    drop(sound);
    while !vendor.truth().iter().all(|served| served.ended) {
        tokio::task::yield_now().await;
    }
    assert!(!vendor.truth()[0].complete);
}

#[tokio::test]
async fn a_voice_that_is_not_there_is_the_clients_fault() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    let backend = eleven(&vendor.base_url(), patient());
    let receipt = Receipt::default();
    let follow = backend.follow(&delivery("abcdefghij0123456789")).unwrap();
    let error = match follow(pieces(&[(TEXT, false)]), receipt.clone()).await {
        Ok(sound) => heard(sound).await.err().unwrap(),
        Err(error) => error,
    };
    assert!(!receipt.is_taken());
    assert_eq!((error.kind(), error.param()), (ErrorKind::UnknownVoice, Some("voice")));
}

#[test]
fn a_model_without_a_socket_does_not_follow() {
    let backend = eleven("http://127.0.0.1:9", patient());
    let mut delivery = delivery(RACHEL);
    delivery.model = Some("eleven_v3".into());
    assert!(backend.follow(&delivery).is_none());
}

/// What is heard of a server that sends these messages, closes in the ordinary way once the text has ended or, if
/// `early`, after the first words, and is then gone.
async fn heard_of(messages: &[serde_json::Value], early: bool) -> Result<Heard, speech::SpeechError> {
    listening_to(messages, early, Receipt::default()).await
}

async fn listening_to(
    messages: &[serde_json::Value],
    early: bool,
    receipt: Receipt,
) -> Result<Heard, speech::SpeechError> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let backend = eleven(&format!("http://{}", listener.local_addr().unwrap()), patient());
    let messages: Vec<String> = messages.iter().map(ToString::to_string).collect();
    let serve = async {
        let (stream, _) = listener.accept().await.unwrap();
        let mut socket = tokio_tungstenite::accept_async(stream).await.unwrap();
        while let Some(Ok(message)) = socket.next().await {
            let Message::Text(text) = message else { break };
            if text.contains(r#""text":"""#) || (early && text.contains("Oh")) {
                for message in messages {
                    socket.send(Message::text(message)).await.unwrap();
                }
                let close = CloseFrame { code: CloseCode::Normal, reason: Utf8Bytes::default() };
                socket.send(Message::Close(Some(close))).await.unwrap();
                break;
            }
        }
    };
    let ends = if early { stream::pending().boxed() } else { stream::empty().boxed() };
    let written = pieces(&[("Oh ", false), ("yes ", false), ("indeed", false)]).chain(ends).boxed();
    let follow = backend.follow(&delivery(RACHEL)).unwrap();
    let listen = async { heard(follow(written, receipt).await?).await };
    futures::join!(serve, listen).1
}

fn said(text: &str, start: u64, last: bool) -> serde_json::Value {
    let chars: Vec<String> = text.chars().map(String::from).collect();
    let starts: Vec<u64> = (0..chars.len() as u64).map(|at| start + at * 10).collect();
    let durations = vec![10; chars.len()];
    json!({
        "audio": "AAAA",
        "isFinal": last.then_some(true),
        "alignment": {"chars": chars, "charStartTimesMs": starts, "charsDurationsMs": durations},
    })
}

#[tokio::test]
async fn times_of_each_message_are_times_of_the_whole_in_the_end() {
    let by_message = [said("Oh yes ", 0, false), said("indeed", 0, true)];
    let by_sound =
        [said("Oh ", 0, false), said("yes ", 30, false), said("indeed", 70, false), json!({"isFinal": true})];
    for messages in [&by_message[..], &by_sound] {
        let Heard { words, audio, .. } = heard_of(messages, false).await.unwrap();
        let times: Vec<_> =
            words.iter().map(|word| (word.text.as_str(), word.offset, word.start_ms, word.end_ms)).collect();
        assert_eq!(times, [("Oh", 0, 0, 20), ("yes", 3, 30, 60), ("indeed", 7, 70, 130)]);
        assert!(!audio.is_empty());
    }
}

#[tokio::test]
async fn who_closes_before_the_text_has_ended_has_failed() {
    let error = heard_of(&[said("Oh ", 0, true)], true).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::BackendFailed);
}

#[tokio::test]
async fn words_without_sound_have_failed() {
    let error = heard_of(&[json!({"audio": null, "isFinal": true})], false).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::BackendFailed);
}

#[tokio::test]
async fn an_error_is_told_by_its_code_and_not_in_its_words() {
    let quota =
        json!({"message": "This request exceeds your quota", "error": "quota_exceeded", "code": 1008});
    for (messages, is_taken) in [(vec![quota.clone()], false), (vec![said("Oh ", 0, false), quota], true)] {
        let receipt = Receipt::default();
        let error = listening_to(&messages, true, receipt.clone()).await.err().unwrap();
        assert_eq!((error.kind(), receipt.is_taken()), (ErrorKind::QuotaExceeded, is_taken));
    }
    let page = json!({"message": "secret", "error": "somebody's secret", "code": 1008});
    let error = heard_of(&[page], true).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::BackendFailed);
    assert!(!format!("{error:?}").contains("secret"));
}
