//! Voices that are made up: names of syllables, and languages, accents, ages and styles as vendors have them. Of equal random
//! numbers, the same ones every time.

use fastrand::Rng;
use speech::{Gender, Voice};

/// The voice of that number.
pub fn voice(backend: &str, number: usize, random: &mut Rng) -> Voice {
    const LANGUAGES: [(&str, &str); 16] = [
        ("en", "american"),
        ("en", "british"),
        ("en-US", "us-southern"),
        ("en-GB", "scottish"),
        ("en-AU", "australian"),
        ("en-IN", "indian"),
        ("de-DE", "standard"),
        ("fr-FR", "parisian"),
        ("fr-CA", "quebec"),
        ("es-ES", "peninsular"),
        ("es-MX", "mexican"),
        ("pt-BR", "brazilian"),
        ("it", "standard"),
        ("ja-JP", "kanto"),
        ("zh-CN", "beijing mandarin"),
        ("hi", "standard"),
    ];
    const AGES: [&str; 4] = ["young", "middle_aged", "old", "Young Adult"];
    const STYLES: [&str; 14] = [
        "warm",
        "calm",
        "conversational",
        "crisp",
        "deep",
        "raspy",
        "gentle",
        "upbeat",
        "professional",
        "classy",
        "hyped",
        "soothing",
        "formal",
        "sassy",
    ];
    const USES: [&str; 6] =
        ["narrative_story", "conversational", "advertisement", "characters_animation", "social_media", "IVR"];
    const GENDERS: [Option<Gender>; 4] =
        [Some(Gender::Female), Some(Gender::Male), Some(Gender::Neutral), None];
    let mut of = |all: &[&'static str]| all[random.usize(..all.len())];
    let (style, other_style, used_for, age) = (of(&STYLES), of(&STYLES), of(&USES), of(&AGES));
    let (language, accent) = LANGUAGES[random.usize(..LANGUAGES.len())];
    let (name, surname) = (made_up_name(random), made_up_name(random));
    let labels = [
        ("accent", accent.to_owned()),
        ("age", age.to_owned()),
        ("style", format!("{style}, {other_style}")),
        ("use_case", used_for.to_owned()),
        ("category", "professional".to_owned()),
    ];
    Voice {
        name: format!("{name} {surname}"),
        languages: vec![language.to_owned()],
        gender: GENDERS[random.usize(..GENDERS.len())],
        description: Some(format!("A {style} voice for {used_for}, by {surname}.")),
        labels: labels.into_iter().map(|(label, value)| (label.to_owned(), value)).collect(),
        ..Voice::named(backend, &format!("{name}{:020x}{number}", random.u64(..)))
    }
}

fn made_up_name(random: &mut Rng) -> String {
    const SYLLABLES: [&str; 24] = [
        "ma", "ri", "el", "an", "to", "ben", "lu", "ci", "da", "vid", "sa", "ra", "jo", "han", "na", "mi",
        "cha", "kel", "ro", "bin", "o", "li", "ver", "zo",
    ];
    let mut name: String =
        (0..random.usize(2..=4)).map(|_| SYLLABLES[random.usize(..SYLLABLES.len())]).collect();
    name[..1].make_ascii_uppercase();
    name
}
