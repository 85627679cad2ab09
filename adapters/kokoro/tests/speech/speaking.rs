//! A text becomes speech, or an error that says why not.

use speech::{Backend, ErrorKind, VoiceStatus};

use crate::heard::{KOKORO, speak};

#[tokio::test]
async fn every_voice_speaks_or_says_why_it_cannot() {
    for voice in KOKORO.voices() {
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
async fn what_cannot_be_spoken_is_refused_before_any_audio() {
    let late = format!("{} And now 日本語.", "This is plain English. ".repeat(40));
    let error = speak(&late, "af_heart", 1.0).await.err().unwrap();
    assert_eq!((error.kind(), error.param()), (ErrorKind::InvalidText, Some("input")));
    assert!(error.message().contains("Character 929 "), "{error}");
    let error = speak("\u{FE56}", "af_heart", 1.0).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::InvalidText, "a small question mark has no sound");
    let error = speak("Hello", "af_nobody", 1.0).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::UnknownVoice);
    assert_eq!(error.allowed().len(), 28);
}
