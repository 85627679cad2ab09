use super::*;

fn offer(kind: &str, model: &str) -> Offer {
    let model = Model {
        id: model.into(),
        name: model.into(),
        most_characters: None,
        languages: vec!["en".into(), "de".into()],
        deprecated_after: None,
    };
    Offer {
        kind: kind.into(),
        models: vec![model],
        capabilities: Arc::default(),
        price_per_1k: Some(Nanos::new(15_000_000)),
    }
}

fn voice(id: &str, languages: &[&str], labels: &[(&str, &str)]) -> Voice {
    let labels = labels.iter().map(|(label, value)| ((*label).to_owned(), (*value).to_owned()));
    let languages = languages.iter().map(|tag| (*tag).to_owned()).collect();
    Voice { languages, labels: labels.collect(), ..Voice::named("b", id) }
}

#[test]
fn what_elevenlabs_says_becomes_our_words_and_no_label_is_lost() {
    let labels = [
        ("accent", "British"),
        ("age", "middle_aged"),
        ("descriptive", "Warm, well_rounded"),
        ("use_case", "narrative_story"),
        ("category", "premade"),
        ("mood", "sunny"),
    ];
    let george = voice("JBF", &["en", "de"], &labels);
    let entry = Labels::builtin().unwrap().entry(george.clone(), &offer("elevenlabs", "eleven_v3"));
    assert_eq!(entry.accent.as_deref(), Some("british"));
    assert_eq!(entry.locale.as_deref(), Some("en-GB"));
    assert_eq!(entry.age, Some(Age::MiddleAged));
    assert_eq!(entry.styles, ["warm", "well-rounded"]);
    assert_eq!(entry.use_cases, ["narration"]);
    assert_eq!((entry.quality, entry.models), (76, vec!["eleven_v3".to_owned()]));
    assert_eq!(*entry.voice, george, "as its backend describes it, with all its labels");
}

#[test]
fn an_accent_of_another_language_is_no_place() {
    let labels = Labels::builtin().unwrap();
    let entry = labels.entry(voice("v", &["en"], &[("accent", "swedish")]), &offer("elevenlabs", "m"));
    assert_eq!((entry.accent.as_deref(), entry.locale), (Some("swedish"), None));
    let entry = labels.entry(voice("v", &["de"], &[("accent", "standard")]), &offer("elevenlabs", "m"));
    assert_eq!((entry.accent, entry.locale), (None, None), "standard names no accent");
    let entry = labels.entry(voice("v", &["pt-BR"], &[("age", "ancient")]), &offer("elevenlabs", "m"));
    assert_eq!((entry.accent.as_deref(), entry.locale.as_deref()), (Some("brazilian"), Some("pt-BR")));
    assert_eq!((entry.age, entry.voice.labels.len(), entry.quality), (None, 1, UNHEARD));
}

#[test]
fn labels_are_told_apart_by_their_letters() {
    let labels = [
        ("StyleList", "cheerful,customerservice"),
        ("Tailored Scenarios", "E-Learning"),
        ("locale", "en_nz"),
    ];
    let entry = Labels::builtin().unwrap().entry(voice("v", &["en-NZ"], &labels), &offer("azure", "neural"));
    assert_eq!(entry.styles, ["cheerful", "customer-service"]);
    assert_eq!(entry.use_cases, ["education"]);
    assert_eq!((entry.accent.as_deref(), entry.quality), (Some("new zealand"), 46));
}

#[test]
fn what_is_published_of_a_voice_comes_after_what_its_backend_says() {
    let labels = Labels::builtin().unwrap();
    let onyx = labels.entry(voice("onyx", &[], &[]), &offer("openai", "tts-1"));
    assert_eq!((onyx.voice.gender, onyx.voice.languages[0].as_str()), (Some(Gender::Male), "en"));
    assert_eq!((onyx.locale, onyx.accent, onyx.age), (None, None, None), "nobody publishes it");
    let other = Voice { gender: Some(Gender::Female), ..voice("onyx", &["fr"], &[]) };
    let other = labels.entry(other, &offer("openai", "tts-1"));
    assert_eq!(
        (other.voice.gender, other.voice.languages.clone()),
        (Some(Gender::Female), vec!["fr".to_owned()])
    );
    let thalia = labels.entry(voice("aura-2-thalia-en", &["en"], &[]), &offer("deepgram", "aura-2"));
    assert_eq!((thalia.locale.as_deref(), thalia.styles.len()), (Some("en-US"), 4));
    let unknown = labels.entry(voice("zed", &[], &[]), &offer("openai", "tts-1"));
    assert_eq!((unknown.voice.gender, unknown.voice.languages.len()), (None, 2), "what its model speaks");
}

#[test]
fn a_kind_of_which_nothing_is_known_is_read_by_the_common_names() {
    let labels = [("gender", "woman"), ("Use Case", "IVR"), ("style", "Calm")];
    let entry = Labels::builtin().unwrap().entry(voice("v", &["en"], &labels), &offer("tone", "sine-1"));
    assert_eq!(entry.voice.gender, Some(Gender::Female));
    assert_eq!((entry.use_cases[0].as_str(), entry.styles[0].as_str()), ("ivr", "calm"));
    assert_eq!((entry.quality, entry.price_per_1k), (UNHEARD, Some(Nanos::new(15_000_000))));
}

#[test]
fn every_mark_has_its_ground_and_every_fact_its_source() {
    for toml in BUILTIN {
        let kind: Kind = LabelsError::read("test", toml).unwrap();
        assert!(kind.quality.iter().all(|quality| quality.mark <= 100 && !quality.models.is_empty()));
        for facts in &kind.voices {
            let source = facts.source.as_ref().or(kind.source.as_ref());
            assert!(source.is_some_and(|source| source.len() > 10), "{:?}", facts.names);
            assert!(!facts.names.is_empty());
            for tag in facts.locale.iter().chain(&facts.languages) {
                assert_eq!(tags::canonical(tag).as_ref(), Some(tag));
            }
            for value in facts.styles.iter().chain(&facts.use_cases) {
                assert_eq!(plain(value), *value);
            }
            let accent = facts.accent.as_ref();
            assert!(accent.is_none_or(|accent| words().unwrap().accent(accent).as_ref() == Some(accent)));
        }
    }
    let error = LabelsError::read::<Kind>("x.toml", "kind = 3").unwrap_err();
    assert!(error.to_string().contains("x.toml"), "{error}");
}
