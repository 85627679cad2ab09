//! ElevenLabs' adapter on real sockets: byte for byte, against a server that does as it is told, and against the fake
//! vendor.

mod faults;
mod following;
mod golden;
mod listing;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use outbound::{Deadlines, Outbound};
use speech::{AudioFormat, Backend, Codec, Receipt, Sound, SpeechError, WordTiming};
use testing::server::{Server, Step, begin, chunk};
use vendors::{Fault, Kind, Script, Vendor};

use crate::Settings;

const TEXT: &str = "It was the best of times, it was the worst of times.";
const KEY: &str = "a-key-for-tests";
const RACHEL: &str = "21m00Tcm4TlvDq8ikWAM";

fn settings(base_url: &str) -> Settings {
    Settings {
        name: "eleven".into(),
        base_url: Some(base_url.into()),
        api_key: Some(KEY.into()),
        concurrency: NonZeroUsize::new(4).unwrap(),
        models: Vec::new(),
        voices: Vec::new(),
        deprecated_after: None,
        azure: Default::default(),
        clock: Arc::new(testing::Noon),
    }
}

fn patient() -> Deadlines {
    let long = Duration::from_secs(60);
    Deadlines { connect: long, first_byte: long, idle: long, total: long, slot: long }
}

fn eleven(base_url: &str, deadlines: Deadlines) -> Arc<dyn Backend> {
    super::open(settings(base_url), Outbound::new(deadlines).unwrap()).unwrap()
}

/// What was heard.
struct Heard {
    format: AudioFormat,
    audio: Vec<u8>,
    words: Vec<WordTiming>,
}

async fn heard(sound: Sound) -> Result<Heard, SpeechError> {
    let Sound::Encoded(mut sound) = sound else { panic!("samples of a vendor") };
    let mut heard = Heard { format: sound.format, audio: Vec::new(), words: Vec::new() };
    while let Some(chunk) = sound.chunks.next().await {
        let chunk = chunk?;
        heard.audio.extend_from_slice(&chunk.bytes);
        heard.words.extend(chunk.words);
    }
    Ok(heard)
}

fn texts(words: &[WordTiming]) -> Vec<&str> {
    words.iter().map(|word| word.text.as_str()).collect()
}

#[tokio::test]
async fn it_conforms() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    let backend = eleven(&vendor.base_url(), patient());
    backend.refresh().await.unwrap();
    let running = || {
        let truth = vendor.truth();
        truth.iter().filter(|served| served.path.contains("text-to-speech") && !served.ended).count()
    };
    testing::conforms(Arc::clone(&backend), RACHEL, running).await;
    vendor.script(Script::once(Fault::Cut).after_bytes(30_000));
    testing::does_not_end_well(&*backend, RACHEL).await;
}

#[tokio::test]
async fn each_call_gives_what_is_wanted_and_says_what_it_cost() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    let backend = eleven(&vendor.base_url(), patient());
    let calls = [
        (true, false, RACHEL.to_owned()),
        (false, false, format!("{RACHEL}/stream")),
        (true, true, format!("{RACHEL}/with-timestamps")),
        (false, true, format!("{RACHEL}/stream/with-timestamps")),
    ];
    for (whole, timed, path) in calls {
        let mut utterance = testing::utterance(TEXT, RACHEL, Codec::Wav.into());
        (utterance.delivery.whole, utterance.delivery.timed) = (whole, timed);
        let receipt = Receipt::default();
        let sound = backend.speak(utterance, receipt.clone()).await.unwrap();
        let usage = receipt.read();
        let Heard { format, audio, words } = heard(sound).await.unwrap();
        let served = vendor.truth().pop().unwrap();
        assert_eq!(served.path, format!("/v1/text-to-speech/{path}"));
        assert_eq!(usage.characters, Some(TEXT.len() as u64), "{path}");
        assert!(usage.request_id.is_some(), "{path}");
        // Only the call that neither streams nor tells times knows WAV.
        assert_eq!(format.codec, if whole && !timed { Codec::Wav } else { Codec::Pcm }, "{path}");
        assert_eq!(audio.starts_with(b"RIFF"), whole && !timed, "{path}");
        let milliseconds = audio.len() as u64 / 2 * 1000 / u64::from(format.rate.unwrap().get());
        assert!(milliseconds.abs_diff(served.audio_ms_served) < 20, "{path}: {milliseconds} ms");
        if timed {
            assert_eq!(texts(&words), TEXT.split_whitespace().collect::<Vec<_>>(), "{path}");
            assert!(words.iter().all(|word| word.letters.len() == word.length), "{path}");
        } else {
            assert_eq!(words, [], "{path}");
        }
    }
}

#[tokio::test]
async fn of_a_long_text_the_first_byte_is_not_waited_for_until_the_last() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    let backend = eleven(&vendor.base_url(), patient());
    for (length, path) in [
        (1_000, format!("/v1/text-to-speech/{RACHEL}")),
        (1_001, format!("/v1/text-to-speech/{RACHEL}/stream")),
    ] {
        let mut utterance = testing::utterance(&"a".repeat(length), RACHEL, Codec::Mp3.into());
        utterance.delivery.whole = true;
        heard(backend.speak(utterance, Receipt::default()).await.unwrap()).await.unwrap();
        assert_eq!(vendor.truth().pop().unwrap().path, path);
    }
}

#[tokio::test]
async fn however_lines_are_cut_they_are_the_same_sound_and_words() {
    let lines = concat!(
        r#"{"audio_base64":"AAEC","alignment":{"characters":["O","h"," ","y"],"#,
        r#""character_start_times_seconds":[0,0.1,0.2,0.3],"character_end_times_seconds":[0.1,0.2,0.3,0.4]}}"#,
        "\n\n",
        r#"{"audio_base64":"AwQF","alignment":null,"normalized_alignment":null}"#,
        "\r\n",
        r#"{"audio_base64":"","alignment":{"characters":["é","s"],"#,
        r#""character_start_times_seconds":[0.4,0.5],"character_end_times_seconds":[0.5,0.625]}}"#,
    );
    for length in [1, 7, 64, 1_000] {
        let mut steps = vec![begin(&["content-type: application/json"], b"")];
        steps.extend(lines.as_bytes().chunks(length).map(|piece| Step::Send(chunk(piece))));
        steps.push(Step::Send(b"0\r\n\r\n".to_vec()));
        let server = Server::answering([steps]).await.unwrap();
        let backend = eleven(&format!("http://{}", server.address), patient());
        let mut utterance = testing::utterance("Oh yés", RACHEL, Codec::Pcm.into());
        utterance.delivery.timed = true;
        let Heard { audio, words, .. } =
            heard(backend.speak(utterance, Receipt::default()).await.unwrap()).await.unwrap();
        assert_eq!(audio, [0, 1, 2, 3, 4, 5]);
        let times: Vec<_> =
            words.iter().map(|word| (word.text.as_str(), word.start_ms, word.end_ms)).collect();
        assert_eq!(times, [("Oh", 0, 200), ("yés", 300, 625)]);
    }
}
