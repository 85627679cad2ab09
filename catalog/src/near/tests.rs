use std::sync::Arc;

use proptest::prelude::*;
use speech::{Voice, VoiceStatus};

use super::*;

fn entry(
    id: &str,
    languages: &[&str],
    gender: Option<Gender>,
    age: Option<Age>,
    accent: Option<&str>,
) -> Entry {
    let (backend, name) = id.split_once(':').unwrap();
    Entry {
        kind: backend.trim_end_matches(|c: char| c.is_ascii_digit()).into(),
        locale: None,
        accent: accent.map(str::to_owned),
        age,
        styles: vec!["warm".into()],
        use_cases: Vec::new(),
        models: Vec::new(),
        capabilities: Arc::default(),
        price_per_1k: None,
        quality: 50,
        voice: Arc::new(Voice {
            languages: languages.iter().map(|tag| (*tag).to_owned()).collect(),
            gender,
            ..Voice::named(backend, name)
        }),
    }
}

fn near(index: &Index, id: &str, backend: Option<&str>, most: usize) -> Vec<(String, f32, String)> {
    let entry = index.get(&speech::VoiceId::parse(id).unwrap()).unwrap();
    let near = index.nearest(entry, backend, most).into_iter();
    near.map(|near| {
        let reasons: Vec<_> = near.reasons.iter().map(|reason| reason.name()).collect();
        (near.entry.voice.id.to_string(), (near.score * 1000.0).round() / 1000.0, reasons.join(" "))
    })
    .collect()
}

const WOMAN: Option<Gender> = Some(Gender::Female);
const MAN: Option<Gender> = Some(Gender::Male);
const YOUNG: Option<Age> = Some(Age::Young);
const OLD: Option<Age> = Some(Age::Old);

#[test]
fn language_comes_first_then_gender_age_accent_and_style() {
    let mut cold = entry("b:cold", &["en"], WOMAN, YOUNG, Some("british"));
    cold.styles = vec!["cold".into()];
    let index = Index::new(vec![
        entry("a:emma", &["en-GB"], WOMAN, YOUNG, Some("british")),
        entry("b:all", &["en-US"], WOMAN, YOUNG, Some("british")),
        cold,
        entry("b:accent", &["en"], WOMAN, YOUNG, Some("irish")),
        entry("b:age", &["en"], WOMAN, OLD, Some("british")),
        entry("b:gender", &["en"], MAN, YOUNG, Some("british")),
        entry("b:guest", &["de", "en"], WOMAN, YOUNG, Some("british")),
        entry("b:other", &["de"], WOMAN, YOUNG, Some("british")),
        entry("b:unknown", &[], WOMAN, YOUNG, Some("british")),
        entry("a:own", &["en-GB"], WOMAN, YOUNG, Some("british")),
    ]);
    let expected = [
        ("b:all", 1.0, "language gender age accent style"),
        ("b:cold", 0.96, "language gender age accent"),
        ("b:accent", 0.94, "language gender age style"),
        ("b:age", 0.88, "language gender accent style"),
        ("b:gender", 0.76, "language age accent style"),
        ("b:guest", 0.73, "language gender age accent style"),
    ];
    let expected = expected.map(|(id, score, reasons)| (id.to_owned(), score, reasons.to_owned()));
    assert_eq!(near(&index, "a:emma", None, 10), expected);
    assert_eq!(near(&index, "a:emma", Some("b"), 2), expected[..2]);
    assert_eq!(near(&index, "a:emma", Some("a"), 2)[0].0, "a:own");
    assert!(near(&index, "b:unknown", None, 10).is_empty(), "nobody knows what it speaks");
}

#[test]
fn what_is_not_known_speaks_neither_for_nor_against() {
    let index = Index::new(vec![
        entry("a:emma", &["en"], WOMAN, None, None),
        entry("b:man", &["en"], MAN, None, None),
        entry("b:unknown", &["en"], None, None, None),
        entry("b:woman", &["en"], WOMAN, OLD, None),
    ]);
    let found: Vec<_> =
        near(&index, "a:emma", None, 9).into_iter().map(|(id, score, _)| (id, score)).collect();
    assert_eq!(found, [("b:woman".into(), 0.91), ("b:unknown".into(), 0.79), ("b:man".into(), 0.67)]);
}

#[test]
fn the_same_voice_at_another_backend_of_its_kind_comes_before_all_others() {
    let mut asleep = entry("eleven3:emma", &["en"], WOMAN, None, None);
    Arc::make_mut(&mut asleep.voice).status = VoiceStatus::Unavailable { reason: "asleep".into() };
    let index = Index::new(vec![
        entry("eleven1:emma", &[], None, None, None),
        entry("eleven2:emma", &[], None, None, None),
        asleep,
        entry("kokoro:emma", &["en"], None, None, None),
    ]);
    assert_eq!(near(&index, "eleven1:emma", None, 9), [("eleven2:emma".into(), 1.0, "voice".into())]);
    assert!(near(&index, "eleven1:emma", Some("kokoro"), 9).is_empty(), "a name alone is no voice");
}

#[test]
fn equals_stand_by_their_ids_and_strangers_are_compared_too() {
    let voices = ["b:c", "b:a", "c:a", "b:b"];
    let index = Index::new(voices.map(|id| entry(id, &["en"], WOMAN, None, None)).into());
    let stranger = entry("z:z", &["en"], WOMAN, None, Some("unheard of"));
    let found: Vec<_> =
        index.nearest(&stranger, None, 3).iter().map(|near| near.entry.voice.id.to_string()).collect();
    assert_eq!(found, ["b:a", "b:b", "b:c"]);
    assert!(index.nearest(&stranger, None, 0).is_empty());
    assert!(index.nearest(&stranger, Some("nobody"), 3).is_empty());
}

#[test]
fn each_likeness_weighs_more_than_all_that_come_after_it() {
    let weights = [LANGUAGE, GENDER, AGE, ACCENT, STYLE];
    assert_eq!(weights.iter().sum::<u32>(), ALL);
    for (place, weight) in weights.iter().enumerate() {
        assert!(*weight > weights[place + 1..].iter().sum());
    }
}

proptest! {
    /// Whatever is known of two voices, they are as like one way as the other, and within the range.
    #[test]
    fn likeness_is_mutual(
        genders in proptest::array::uniform2(0..3_usize),
        ages in proptest::array::uniform2(0..3_usize),
        accents in proptest::array::uniform2(0..3_usize),
    ) {
        let of = |id, place: usize| {
            let accent = [None, Some("british"), Some("irish")][accents[place]];
            entry(id, &["en"], [None, WOMAN, MAN][genders[place]], [None, YOUNG, OLD][ages[place]], accent)
        };
        let index = Index::new(vec![of("a:a", 0), of("b:b", 1)]);
        let (there, back) = (near(&index, "a:a", None, 1), near(&index, "b:b", None, 1));
        prop_assert_eq!((there[0].1, &there[0].2), (back[0].1, &back[0].2));
        prop_assert!((0.0..=1.0).contains(&there[0].1));
    }

    /// Whoever is passed over without a look would not have been nearer.
    #[test]
    fn the_nearest_are_those_that_a_comparison_with_everybody_finds(
        voices in proptest::collection::vec(proptest::array::uniform6(0..4_usize), 1..60),
        most in 0..5_usize,
    ) {
        let made = voices.iter().enumerate().map(|(number, [backend, language, gender, age, accent, style])| {
            let id = format!("{}:{number}", ["a", "a1", "b", "c"][*backend]);
            let mut entry = entry(
                &id,
                [&["en"][..], &["en-GB"], &["de", "en"], &["de"]][*language],
                [None, WOMAN, MAN, MAN][*gender],
                [None, YOUNG, OLD, OLD][*age],
                [None, Some("british"), Some("irish"), Some("irish")][*accent],
            );
            entry.styles = [&[][..], &["warm"], &["cold"], &["warm", "cold"]][*style].iter().map(|style| (*style).to_owned()).collect();
            if *backend == 3 && *style == 3 {
                Arc::make_mut(&mut entry.voice).status = VoiceStatus::Unavailable { reason: "asleep".into() };
            }
            entry
        });
        let index = Index::new(made.collect());
        for entry in index.entries() {
            for backend in [None, Some("a"), Some("b")] {
                let found = index.nearest(entry, backend, most);
                let found: Vec<_> = found.iter().map(|near| (near.score, &near.entry.voice.id)).collect();
                prop_assert_eq!(found, compared_with_everybody(&index, entry, backend, most));
            }
        }
    }
}

/// No two of these are the same voice.
fn compared_with_everybody<'i>(
    index: &'i Index,
    entry: &Entry,
    backend: Option<&str>,
    most: usize,
) -> Vec<(f32, &'i speech::VoiceId)> {
    let (id, like) = (&entry.voice.id, index.traits.of(entry));
    let own = tags::language(&entry.voice.languages[0]);
    let is_asked = |other: &&Entry| {
        let of = &other.voice.id.backend;
        backend.map_or(*of != id.backend, |backend| of == backend)
            && other.voice.id != *id
            && other.voice.status == VoiceStatus::Available
            && other.voice.languages.iter().any(|tag| tags::language(tag) == own)
    };
    let score = |other: &Entry| {
        let other = index.traits.of(other);
        like.likeness.score(&other.likeness) + like.styles_like(&other)
    };
    let mut all: Vec<_> =
        index.entries().iter().filter(is_asked).map(|other| (ALL - score(other), other)).collect();
    all.sort_by_key(|(distance, _)| *distance);
    all.truncate(most);
    all.into_iter().map(|(distance, other)| ((ALL - distance) as f32 / ALL as f32, &other.voice.id)).collect()
}
