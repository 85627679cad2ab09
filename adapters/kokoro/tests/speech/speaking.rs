//! A text becomes speech, or an error that says why not.

use speech::{Backend, ErrorKind, Saying, VoiceStatus};

use crate::heard::{KOKORO, speak, speak_with, utterance};

#[tokio::test]
async fn every_voice_speaks_or_says_why_it_cannot() {
    for voice in KOKORO.voices().iter() {
        let name = voice.id.voice.as_str();
        match (&voice.status, speak("Yes.", name, 1.0).await) {
            (VoiceStatus::Available, Ok(heard)) => assert!(heard.seconds() > 0.2, "{name}"),
            (VoiceStatus::Unavailable { reason }, Err(error)) => {
                assert_eq!(error.kind(), ErrorKind::VoiceUnavailable);
                assert!(error.message().contains(reason.as_str()), "{error}");
            }
            (status, heard) => panic!("{name} is {status:?}, and {:?}", heard.map(|heard| heard.seconds())),
        }
    }
}

#[tokio::test]
async fn a_mix_sounds_like_neither_of_its_voices() {
    let text = "A mix of two.";
    let bella = speak(text, "af_bella", 1.0).await.unwrap().samples();
    let sky = speak(text, "af_sky", 1.0).await.unwrap().samples();
    let mix = speak(text, "af_bella(2)+af_sky(1)", 1.0).await.unwrap().samples();
    assert!(mix != bella && mix != sky);
    assert_eq!(
        speak(text, " af_bella(4) + af_sky(2)", 1.0).await.unwrap().samples(),
        mix,
        "only the ratio counts"
    );
    assert_eq!(speak(text, "af_bella(7)", 1.0).await.unwrap().samples(), bella);
}

#[tokio::test]
async fn speed_is_obeyed_from_a_quarter_to_four_times() {
    let text = "The train leaves in a quarter of an hour.";
    let mut seconds = Vec::new();
    for speed in [0.25, 0.5, 1.0, 2.0, 4.0] {
        let heard = speak(text, "am_michael", speed).await.unwrap();
        assert_eq!(heard.words().len(), 9);
        seconds.push(heard.seconds());
    }
    for (slow, fast) in seconds.iter().zip(&seconds[1..]) {
        // Durations are whole units of 25 ms, so that very fast speech cannot be quite as fast.
        assert!((1.3..2.7).contains(&(slow / fast)), "{seconds:?}");
    }
}

#[tokio::test]
async fn what_no_english_voice_reads_is_left_out_of_what_it_says() {
    let heard = speak("Hello 日本語 world 👍.", "af_heart", 1.0).await.unwrap();
    let words: Vec<String> = heard.words().into_iter().map(|word| word.text).collect();
    assert_eq!(words, ["Hello", "world", "👍"]);
    let mut utterance = utterance("Hello 日本語 мир", "af_heart", 1.0);
    assert_eq!(KOKORO.leaves_out(&utterance), ["script:han"]);
    utterance.delivery.instructions = Some("Whisper.".into());
    utterance.delivery.language = Some("de".into());
    utterance.delivery.extras = [("seed".to_owned(), 1.into())].into_iter().collect();
    assert_eq!(KOKORO.leaves_out(&utterance), ["script:han", "instructions", "language", "seed"]);
}

#[tokio::test]
async fn what_cannot_be_spoken_is_refused_before_any_audio() {
    for text in ["日本語", "\u{FE56}", "שלום"] {
        let error = speak(text, "af_heart", 1.0).await.err().unwrap();
        assert_eq!((error.kind(), error.param()), (ErrorKind::InvalidText, Some("input")), "{text}");
        assert!(!error.message().contains(text), "{error}");
    }
    let error = speak_with(&[("x", Saying::Ipa("ǃ".into()))], "Hello", "af_heart").await.err().unwrap();
    assert_eq!((error.kind(), error.param()), (ErrorKind::InvalidParameter, Some("lexicon")));
    let error = speak("Hello", "af_nobody", 1.0).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::UnknownVoice);
    assert_eq!(error.allowed().len(), 28);
}
