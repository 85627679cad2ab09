use std::sync::Arc;

use speech::{Gender, Voice, VoiceStatus};

use super::*;
use crate::{Labels, Offer};

fn voice(name: &str, language: &str, gender: Gender, labels: &[(&str, &str)]) -> Voice {
    let labels = labels.iter().map(|(label, value)| ((*label).to_owned(), (*value).to_owned())).collect();
    let gender = Some(gender);
    Voice { languages: vec![language.into()], gender, labels, ..Voice::named("b", name) }
}

fn index() -> Index {
    let mut resting = voice("resting", "en", Gender::Female, &[("accent", "scottish")]);
    resting.status = VoiceStatus::Unavailable { reason: "resting".into() };
    let voices = [
        voice("alice", "en", Gender::Female, &[("accent", "british"), ("style", "warm"), ("age", "young")]),
        voice("bruno", "en", Gender::Male, &[("accent", "british"), ("style", "warm"), ("age", "old")]),
        voice("carla", "de", Gender::Female, &[("style", "cold"), ("age", "middle_aged")]),
        voice("mei", "zh-CN", Gender::Female, &[("style", "warm")]),
        resting,
    ];
    let offer =
        Offer { kind: "tone".into(), models: Vec::new(), capabilities: Arc::default(), price_per_1k: None };
    let labels = Labels::builtin().unwrap();
    Index::new(voices.into_iter().map(|voice| labels.entry(voice, &offer)).collect())
}

#[track_caller]
fn found(description: &str) -> Vec<String> {
    let index = index();
    let found = index.described(description, 9).unwrap();
    found.iter().map(|entry| entry.voice.name.clone()).collect()
}

fn refused(description: &str) -> SpeechError {
    index().described(description, 9).unwrap_err()
}

#[test]
fn filters_describe_a_voice() {
    assert_eq!(found("?gender=female&language=en&style=warm"), ["alice"]);
    assert_eq!(found("gender=female&style=warm&language=zh%2Cen"), ["alice", "mei"]);
    assert_eq!(found("?accent=UK&limit=1&q=old"), ["bruno"]);
}

#[test]
fn plain_words_describe_a_voice() {
    assert_eq!(found("?a warm british woman"), ["alice"]);
    assert_eq!(found("?An elderly man, please"), ["bruno"]);
    assert_eq!(found("middle-aged german lady"), ["carla"]);
    assert_eq!(found("?somebody who speaks Mandarin"), ["mei"]);
    assert_eq!(found("?warm brittish man"), ["bruno"], "a typo, and no beginning of Mandarin");
}

#[test]
fn who_cannot_speak_is_not_meant_unless_asked_for() {
    let error = refused("?scottish");
    assert_eq!((error.kind(), error.param()), (ErrorKind::UnknownVoice, Some("voice")));
    assert_eq!(found("?accent=scottish&status=unavailable"), ["resting"]);
}

#[test]
fn who_leaves_nobody_is_told() {
    let error = refused("?gender=female&style=shrill");
    assert_eq!(error.message(), "No available voice is this: style=shrill.");
    assert_eq!(error.allowed(), ["cold", "warm"]);
    let error = refused("?gender=male&language=de");
    assert_eq!(error.message(), "No available voice is all of this together: gender=male, language=de.");
    let error = refused("?a purple woman");
    assert_eq!(error.message(), r#"No available voice is this: "purple"."#);
}

#[test]
fn what_is_no_description_is_refused_as_the_voice() {
    for description in ["?", "", "?gender=robot", "?colour=red", "?limit=3"] {
        let error = refused(description);
        assert_eq!(
            (error.kind(), error.param()),
            (ErrorKind::InvalidParameter, Some("voice")),
            "{description}"
        );
    }
}
