//! The 54 voices of Kokoro-82M v1.0.

use speech::{Gender, Voice, VoiceStatus};

/// Each voice by its own name: the first letter is its language, the second the speaker's gender.
#[rustfmt::skip]
pub(crate) const NAMES: [&str; 54] = [
    "af_alloy", "af_aoede", "af_bella", "af_heart", "af_jessica", "af_kore", "af_nicole", "af_nova", "af_river",
    "af_sarah", "af_sky", "am_adam", "am_echo", "am_eric", "am_fenrir", "am_liam", "am_michael", "am_onyx", "am_puck",
    "am_santa", "bf_alice", "bf_emma", "bf_isabella", "bf_lily", "bm_daniel", "bm_fable", "bm_george", "bm_lewis",
    "ef_dora", "em_alex", "em_santa", "ff_siwis", "hf_alpha", "hf_beta", "hm_omega", "hm_psi", "if_sara", "im_nicola",
    "jf_alpha", "jf_gongitsune", "jf_nezumi", "jf_tebukuro", "jm_kumo", "pf_dora", "pm_alex", "pm_santa", "zf_xiaobei",
    "zf_xiaoni", "zf_xiaoxiao", "zf_xiaoyi", "zm_yunjian", "zm_yunxi", "zm_yunxia", "zm_yunyang",
];

/// What a voice speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    /// English as in the United States.
    American,
    /// English as in Great Britain.
    British,
    /// One that we cannot turn into phonemes: its BCP 47 tag and its English name.
    Other(&'static str, &'static str),
}

impl Language {
    /// The language of the voice with that name.
    pub(crate) fn of(name: &str) -> Self {
        match name.as_bytes().first() {
            Some(b'b') => Self::British,
            Some(b'e') => Self::Other("es", "Spanish"),
            Some(b'f') => Self::Other("fr-FR", "French"),
            Some(b'h') => Self::Other("hi", "Hindi"),
            Some(b'i') => Self::Other("it", "Italian"),
            Some(b'j') => Self::Other("ja", "Japanese"),
            Some(b'p') => Self::Other("pt-BR", "Brazilian Portuguese"),
            Some(b'z') => Self::Other("zh-CN", "Mandarin Chinese"),
            _ => Self::American,
        }
    }

    /// Its BCP 47 tag.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::American => "en-US",
            Self::British => "en-GB",
            Self::Other(tag, _) => tag,
        }
    }

    /// Whether a voice of it can speak, and why not.
    pub(crate) fn status(self) -> VoiceStatus {
        match self {
            Self::American | Self::British => VoiceStatus::Available,
            Self::Other(_, name) => VoiceStatus::Unavailable {
                reason: format!(
                    "{name} cannot be turned into phonemes here yet, and would be mispronounced."
                ),
            },
        }
    }
}

/// Every voice, also those that cannot speak yet, under that backend's name. Needs no model.
pub fn voices(backend: &str) -> Vec<Voice> {
    NAMES.into_iter().map(|name| describe(backend, name)).collect()
}

/// A voice of the list.
pub(crate) fn describe(backend: &str, name: &str) -> Voice {
    let language = Language::of(name);
    let short = name.split_once('_').map_or(name, |(_, short)| short);
    let mut letters = short.chars();
    let capitalised =
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect();
    Voice {
        name: capitalised,
        languages: vec![language.tag().to_owned()],
        gender: gender(name),
        status: language.status(),
        ..Voice::named(backend, name)
    }
}

/// The gender that the name says.
pub(crate) fn gender(name: &str) -> Option<Gender> {
    match name.as_bytes().get(1) {
        Some(b'f') => Some(Gender::Female),
        Some(b'm') => Some(Gender::Male),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_listed_and_english_ones_speak() {
        let voices = voices("kokoro");
        assert_eq!(voices.len(), 54);
        let speaking: Vec<&Voice> = voices.iter().filter(|v| v.status == VoiceStatus::Available).collect();
        assert_eq!(speaking.len(), 28);
        assert!(speaking.iter().all(|v| v.languages[0].starts_with("en-")));
        assert_eq!(voices.iter().filter(|v| v.gender == Some(Gender::Female)).count(), 29);
        assert!(NAMES.is_sorted(), "lists are looked up by people");
    }

    #[test]
    fn a_voice_says_who_it_is() {
        let emma = describe("local", "bf_emma");
        assert_eq!(emma.id.to_string(), "local:bf_emma");
        assert_eq!((emma.name.as_str(), emma.languages[0].as_str()), ("Emma", "en-GB"));
        assert!(
            matches!(describe("local", "jm_kumo").status, VoiceStatus::Unavailable { reason } if reason.contains("Japanese"))
        );
    }
}
