use std::collections::BTreeMap;

const FILE: &str = include_str!("../../../config/stand-ins.toml");

/// Names that applications send because their vendor has them, and who answers to them here.
pub(crate) fn stand_ins() -> BTreeMap<String, Vec<String>> {
    // A test reads it, too.
    toml::from_str(FILE).unwrap_or_default()
}

#[cfg(test)]
mod tests {
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
}
