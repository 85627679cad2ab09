//! What becomes of a text in SSML: of one voice and of several, for who reads it and for who does not.

use std::sync::Arc;

use speech::{
    Codec, Door, ErrorKind, Fallback, Notation, Reading, Routing, SpeechError, SpeechRequest, SpeechText,
    Terms,
};
use testing::MemoryLedger;

use crate::Spoken;
use crate::tests::{Actor, Deed, House, falling, house_with, listen, three};

impl House {
    async fn recite(&self, voice: &str, ssml: &str, routing: Routing) -> Result<Spoken, SpeechError> {
        let notation = Notation::Ssml { may_fetch: false };
        let reading = Reading { notation, ..Reading::default() };
        let plain = Terms::new("r1", "local".into(), Door::Cli);
        let terms = Terms { format: Codec::Pcm.into(), reading, routing, ..plain };
        let text = SpeechText::new(ssml, None).unwrap();
        self.engine.speak(SpeechRequest { text, voice: voice.into(), terms }).await
    }
}

fn house(actors: &[&Arc<Actor>]) -> House {
    house_with(actors, MemoryLedger::default(), |_| {})
}

/// Runs of silence and of sound, in hundredths of a second, and how loud each is.
fn heard(samples: &[i16]) -> Vec<(usize, bool)> {
    let mut runs: Vec<(usize, bool)> = Vec::new();
    for ten_ms in samples.chunks(80) {
        let is_loud = ten_ms.iter().any(|sample| sample.unsigned_abs() > 100);
        match runs.last_mut() {
            Some((length, loud)) if *loud == is_loud => *length += 1,
            _ => runs.push((1, is_loud)),
        }
    }
    runs
}

#[tokio::test(start_paused = true)]
async fn who_reads_no_ssml_says_its_passages_with_their_pauses() {
    let (dear, ..) = three();
    let house = house(&[&dear]);
    let ssml = "<speak><break time=\"200ms\"/>One. <break time=\"1s\"/><prosody volume=\"50\">Two.</prosody> \
                <emphasis>Three.</emphasis><audio src=\"x\"/><break time=\"300ms\"/></speak>";
    let spoken = house.recite("anna", ssml, Routing::default()).await.unwrap();
    assert_eq!(spoken.dropped, ["audio", "emphasis"]);
    let samples = listen(spoken).await.unwrap();
    assert_eq!(dear.said(), ["One.", "Two.", "Three."]);
    assert_eq!(
        heard(&samples),
        [(20, false), (40, true), (100, false), (40, true), (18, false), (60, true), (30, false)]
    );
    let peak =
        |from: usize| samples[from * 80..(from + 20) * 80].iter().map(|it| it.unsigned_abs()).max().unwrap();
    let (loud, soft) = (f32::from(peak(30)), f32::from(peak(170)));
    assert!((soft / loud - 0.5).abs() < 0.01, "{soft} of {loud}");
}

#[tokio::test(start_paused = true)]
async fn another_pitch_is_as_long_and_as_loud() {
    let (dear, ..) = three();
    let house = house(&[&dear]);
    let ssml = |pitch: &str| format!("<speak><prosody pitch=\"{pitch}\">Something.</prosody></speak>");
    let mut heard = Vec::new();
    for pitch in ["medium", "-20%"] {
        heard.push(
            listen(house.recite("anna", &ssml(pitch), Routing::default()).await.unwrap()).await.unwrap(),
        );
    }
    assert_eq!(heard[0].len(), heard[1].len());
    // The actors hum at 400 Hz.
    let rises = |samples: &[i16]| samples.windows(2).filter(|pair| pair[0] < 0 && pair[1] >= 0).count();
    let (as_it_is, lower) = (rises(&heard[0]) as f32, rises(&heard[1]) as f32);
    assert!((lower / as_it_is - 0.8).abs() < 0.03, "{lower} of {as_it_is}");
}

#[tokio::test(start_paused = true)]
async fn a_pace_that_the_voice_does_not_have_is_made_of_its_samples() {
    let actor = || Actor::new("dear", "dear", &[("anna", speech::Gender::Female)]);
    let steady = Arc::new(actor().keeping_pace());
    let house = house(&[&steady]);
    let ssml = |rate: &str| format!("<speak>Some. <prosody rate=\"{rate}\">Something.</prosody></speak>");
    let mut heard = Vec::new();
    for (rate, dropped) in [("+25%", vec![]), ("50%", vec![]), ("3", vec!["speed"])] {
        let spoken = house.recite("anna", &ssml(rate), Routing::default()).await.unwrap();
        assert_eq!(spoken.dropped, dropped, "{rate}");
        heard.push(listen(spoken).await.unwrap());
    }
    let rises = |samples: &[i16]| samples.windows(2).filter(|pair| pair[0] < 0 && pair[1] >= 0).count();
    // Five letters, a rest, and ten letters of 100 ms at 400 Hz each.
    let changed = |samples: &[i16], seconds: f64| {
        let expected = 8000.0 * (0.5 + seconds) + 180.0 * 8.0;
        assert!((samples.len() as f64 - expected).abs() < 2.0, "{} samples of {expected}", samples.len());
        let hertz = rises(samples) as f64 / (0.5 + seconds);
        assert!((hertz / 400.0 - 1.0).abs() < 0.02, "{hertz} Hz");
    };
    changed(&heard[0], 0.8);
    changed(&heard[1], 2.0);
    // Nothing is made faster than that.
    changed(&heard[2], 0.5);
}

#[tokio::test(start_paused = true)]
async fn who_reads_ssml_gets_all_of_it_at_once() {
    let reader = Arc::new(Actor::new("dear", "dear", &[("anna", speech::Gender::Female)]).reading_ssml());
    let house = house(&[&reader]);
    let ssml = "<speak>One. <break time=\"1s\"/><emphasis>Two.</emphasis></speak>";
    let spoken = house.recite("anna", ssml, Routing::default()).await.unwrap();
    assert_eq!(spoken.dropped, [""; 0]);
    listen(spoken).await.unwrap();
    assert_eq!(reader.said(), [ssml]);
}

#[tokio::test(start_paused = true)]
async fn a_document_that_takes_too_long_is_read_as_several() {
    let actor = Actor::new("dear", "dear", &[("anna", speech::Gender::Female)]);
    let reader = Arc::new(actor.reading_ssml().taking(14));
    let house = house(&[&reader]);
    let ssml =
        "<speak><p>One is short. Two is as short.</p><prosody rate=\"50%\">Three is slow.</prosody></speak>";
    let spoken = house.recite("anna", ssml, Routing::default()).await.unwrap();
    assert_eq!(spoken.dropped, [""; 0]);
    listen(spoken).await.unwrap();
    assert_eq!(
        reader.said(),
        [
            "<speak><p>One is short. Two is as short.</p></speak>",
            "<speak><prosody rate=\"50%\">Three is slow.</prosody></speak>",
        ]
    );
}

const TWO_VOICES: &str = "<speak><voice name=\"bert\">One.</voice><voice name=\"dora\">Two.</voice></speak>";

#[tokio::test(start_paused = true)]
async fn each_voice_of_a_document_says_its_own_words() {
    let (dear, _, own) = three();
    let house = house(&[&dear, &own]);
    let spoken = house.recite("anna", TWO_VOICES, Routing::default()).await.unwrap();
    assert_eq!(
        (spoken.voice.id.to_string().as_str(), spoken.requested_voice.as_str()),
        ("dear:bert", "bert")
    );
    let tally = spoken.tally.clone();
    assert_eq!(listen(spoken).await.unwrap().len(), 8 * 800 + 180 * 8);
    assert_eq!((dear.said(), own.said()), (vec!["One.".to_owned()], vec!["Two.".to_owned()]));
    let cast: Vec<String> = tally.cast().iter().map(|(name, id)| format!("{name}={id}")).collect();
    assert_eq!(cast, ["bert=dear:bert", "dora=own:dora"]);
}

#[tokio::test(start_paused = true)]
async fn one_who_has_all_the_voices_and_reads_ssml_says_them_and_where_it_fails_others_do() {
    let female = speech::Gender::Female;
    let reader = Arc::new(Actor::new("dear", "dear", &[("bert", female), ("dora", female)]).reading_ssml());
    let (_, cheap, _) = three();
    let house = house(&[&reader, &cheap]);
    let spoken = house.recite("bert", TWO_VOICES, falling(Fallback::BeforeAudio)).await.unwrap();
    let cast: Vec<String> = spoken.tally.cast().iter().map(|(_, id)| id.to_string()).collect();
    assert_eq!(cast, ["dear:bert", "dear:dora"]);
    listen(spoken).await.unwrap();
    assert_eq!(reader.said(), [TWO_VOICES]);

    reader.will([Deed::Refuses(ErrorKind::BackendFailed); 3]);
    let spoken = house.recite("bert", TWO_VOICES, falling(Fallback::BeforeAudio)).await.unwrap();
    listen(spoken).await.unwrap();
    assert_eq!(cheap.said(), ["One.", "Two."]);
}

#[tokio::test(start_paused = true)]
async fn voices_that_no_one_call_may_have_speak_by_one_each() {
    let female = speech::Gender::Female;
    let actor = Actor::new("dear", "dear", &[("bert", female), ("dora", female)]);
    let reader = Arc::new(actor.reading_ssml().keeping_apart());
    let house = house(&[&reader]);
    listen(house.recite("bert", TWO_VOICES, Routing::default()).await.unwrap()).await.unwrap();
    assert_eq!(reader.said(), ["One.", "Two."]);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_said_is_refused_before_anything_is() {
    let (dear, _, own) = three();
    let house = house(&[&dear, &own]);
    let bad = "<phoneme alphabet=\"ipa\" ph=\"x\">two</phoneme>";
    let one = format!("<speak>One. <break/> And {bad}.</speak>");
    let two = format!(
        "<speak><voice name=\"bert\">One. <break/> And {bad}.</voice><voice name=\"dora\">Three.</voice></speak>"
    );
    for (ssml, fallback) in
        [(&one, Fallback::BeforeAudio), (&one, Fallback::Resume), (&two, Fallback::BeforeAudio)]
    {
        let error = house.recite("anna", ssml, falling(fallback)).await.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::InvalidText);
    }
    assert_eq!((dear.said().len(), own.said().len()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn words_outside_every_voice_are_of_the_voice_that_was_asked_for() {
    let female = speech::Gender::Female;
    let reader = Arc::new(Actor::new("dear", "dear", &[("bert", female), ("dora", female)]).reading_ssml());
    let house = house(&[&reader]);
    let ssml = "<speak>Mine. <voice name=\"dora\">Hers.</voice></speak>";
    let spoken = house.recite("bert", ssml, Routing::default()).await.unwrap();
    let cast: Vec<String> = spoken.tally.cast().iter().map(|(name, id)| format!("{name}={id}")).collect();
    listen(spoken).await.unwrap();
    assert_eq!(cast, ["bert=dear:bert", "dora=dear:dora"]);
    assert_eq!(reader.said(), ["Mine.", "Hers."]);
}

#[tokio::test(start_paused = true)]
async fn a_backend_that_is_busy_with_the_first_passage_is_not_waited_for() {
    let (dear, cheap, _) = three();
    let house = house(&[&dear, &cheap]);
    dear.will([Deed::Refuses(ErrorKind::Overloaded)]);
    let ssml = "<speak><prosody rate=\"slow\">One.</prosody> Two.</speak>";
    listen(house.recite("anna", ssml, falling(Fallback::Resume)).await.unwrap()).await.unwrap();
    assert_eq!(cheap.said(), ["One.", "Two."]);
}

#[tokio::test(start_paused = true)]
async fn a_voice_that_breaks_off_in_ssml_is_gone_on_for_from_the_next_sentence() {
    let (dear, cheap, _) = three();
    let house = house(&[&dear, &cheap]);
    dear.will([Deed::Speaks, Deed::BreaksOffInTheMiddle]);
    let ssml = "<speak><p>One. Two.</p> <sub alias=\"Three.\">3</sub></speak>";
    listen(house.recite("anna", ssml, falling(Fallback::Resume)).await.unwrap()).await.unwrap();
    assert_eq!(
        (dear.said(), cheap.said()),
        (vec!["One.".into(), "Two.".into()], vec!["Two.".into(), "Three.".into()])
    );
}
