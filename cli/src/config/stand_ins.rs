use std::collections::BTreeMap;

const FILE: &str = include_str!("../../../config/stand-ins.toml");

/// Names that applications send because their vendor has them, and who answers to them here.
pub(crate) fn stand_ins() -> BTreeMap<String, Vec<String>> {
    // A test reads it, too.
    toml::from_str(FILE).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use speech::{Voice, VoiceStatus};

    use super::*;

    fn spoken_by_kokoro(name: &str) -> Option<Voice> {
        let voices = kokoro::voices("kokoro");
        voices.into_iter().find(|voice| voice.id.voice == name && voice.status == VoiceStatus::Available)
    }

    #[test]
    fn every_name_of_a_vendor_is_answered_by_kokoro_and_by_another_vendor() {
        let stand_ins = stand_ins();
        assert!(stand_ins.len() >= 40);
        for (name, answering) in &stand_ins {
            let [own, other] = answering.as_slice() else { panic!("{name}: {answering:?}") };
            assert!(spoken_by_kokoro(own).is_some(), "{name} = {own}");
            let [back, ..] = stand_ins[other].as_slice() else { panic!("{name} = {other}") };
            let gender = |voice: &str| spoken_by_kokoro(voice).and_then(|voice| voice.gender);
            assert_eq!(gender(own), gender(back), "{name} = {own} or {other}");
        }
    }

    #[test]
    fn who_stands_in_is_of_the_gender_that_the_catalogue_knows_of_the_voice() {
        let labels = catalog::Labels::builtin().unwrap();
        let gender = |kind: &str, voice: &str| {
            let offer = catalog::Offer {
                kind: kind.into(),
                models: Vec::new(),
                capabilities: Arc::default(),
                price_per_1k: None,
            };
            labels.entry(Voice::named(kind, voice), &offer).voice.gender
        };
        let mut compared = 0;
        for (name, answering) in stand_ins() {
            let known = ["openai", "elevenlabs"].into_iter().find_map(|kind| gender(kind, &name));
            for other in &answering {
                let others = spoken_by_kokoro(other).and_then(|voice| voice.gender);
                let others =
                    others.or_else(|| gender("openai", other)).or_else(|| gender("elevenlabs", other));
                if let (Some(known), Some(others)) = (known, others) {
                    assert_eq!(known, others, "{name} = {other}");
                    compared += 1;
                }
            }
        }
        assert!(compared >= 5, "{compared}");
    }
}
