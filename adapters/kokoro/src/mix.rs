//! One voice, or several mixed: `af_bella(2)+af_sky(1)`.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use inference::models::{ModelStore, StoreError};
use speech::{ErrorKind, SpeechError, VoiceStatus};

use crate::vocabulary::MOST_PHONEMES;
use crate::voices::{Language, NAMES};

/// Numbers in one row of a style.
pub(crate) const STYLE: usize = 256;

/// Voices and their weights, as the client named them; at least one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mix(Vec<(&'static str, f32)>);

impl Mix {
    /// Reads `name`, or `name(weight)+name(weight)...`; a weight that is left out is 1. White space is allowed
    /// everywhere but inside a name or a number.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownVoice`], [`ErrorKind::VoiceUnavailable`], or [`ErrorKind::InvalidParameter`] for a weight.
    pub(crate) fn parse(mix: &str) -> Result<Self, SpeechError> {
        let parts: Vec<&str> = mix.split('+').collect();
        if parts.len() > NAMES.len() {
            return Err(invalid(format!("A mix has at most {} voices.", NAMES.len())));
        }
        parts.into_iter().map(part).collect::<Result<_, _>>().map(Self)
    }

    /// The language that it speaks: that of its first voice.
    pub(crate) fn language(&self) -> Language {
        self.0.first().map_or(Language::American, |(name, _)| Language::of(name))
    }

    /// Its voices by name, the first one first.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(name, _)| *name)
    }
}

/// The one way to write it: a bare name, or each name with its weight.
impl fmt::Display for Mix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [(name, _)] = self.0.as_slice() {
            return f.write_str(name);
        }
        for (at, (name, weight)) in self.0.iter().enumerate() {
            let plus = if at > 0 { "+" } else { "" };
            write!(f, "{plus}{name}({weight})")?;
        }
        Ok(())
    }
}

fn part(part: &str) -> Result<(&'static str, f32), SpeechError> {
    let part = part.trim();
    let (name, weight) = match part.split_once('(') {
        Some((name, weight)) => {
            let weight = weight.trim_end().strip_suffix(')').map(str::trim);
            let weight = weight.and_then(|weight| weight.parse::<f32>().ok());
            let in_range = weight.filter(|weight| (0.001..=1000.0).contains(weight));
            (
                name.trim_end(),
                in_range.ok_or_else(|| {
                    invalid(
                        "A voice's weight is a number from 0.001 to 1000 in brackets: af_bella(2)+af_sky(1).",
                    )
                })?,
            )
        }
        None => (part, 1.0),
    };
    let Some(name) = NAMES.into_iter().find(|known| *known == name) else {
        return Err(SpeechError::new(ErrorKind::UnknownVoice, "There is no Kokoro voice of that name.")
            .about("voice")
            .allowing(
                NAMES.into_iter().filter(|name| Language::of(name).status() == VoiceStatus::Available),
            ));
    };
    match Language::of(name).status() {
        VoiceStatus::Available => Ok((name, weight)),
        VoiceStatus::Unavailable { reason } => Err(SpeechError::new(
            ErrorKind::VoiceUnavailable,
            format!("The voice {name} cannot speak: {reason}"),
        )
        .about("voice")),
    }
}

fn invalid(message: impl Into<String>) -> SpeechError {
    SpeechError::invalid_parameter("voice", message)
}

/// The style tables of the voices: for each length of a text, what the voice sounds like.
pub(crate) struct Styles {
    store: ModelStore,
    loaded: Mutex<HashMap<&'static str, Arc<[f32]>>>,
}

impl Styles {
    pub(crate) fn new(store: ModelStore) -> Self {
        Self { store, loaded: Mutex::new(HashMap::new()) }
    }

    /// The style of a mix for `phonemes` phonemes, 1 to 510. Reads each voice once: half a megabyte.
    ///
    /// # Errors
    /// When a voice's file is missing or is not what the manifest says.
    pub(crate) fn style(&self, mix: &Mix, phonemes: usize) -> Result<Vec<f32>, StoreError> {
        let total: f32 = mix.0.iter().map(|(_, weight)| weight).sum();
        let row = phonemes.clamp(1, MOST_PHONEMES) - 1;
        let mut style = vec![0.0; STYLE];
        for (name, weight) in &mix.0 {
            let table = self.table(name)?;
            let share = weight / total;
            for (sum, value) in style.iter_mut().zip(table.iter().skip(row * STYLE)) {
                *sum += share * value;
            }
        }
        Ok(style)
    }

    fn table(&self, name: &'static str) -> Result<Arc<[f32]>, StoreError> {
        let known = self.loaded.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        if let Some(table) = known {
            return Ok(table);
        }
        let bytes = self.store.bytes(&file(name))?;
        let table: Arc<[f32]> =
            bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner).insert(name, Arc::clone(&table));
        Ok(table)
    }
}

/// Where the manifest keeps a voice: f32 little-endian, [510, 1, 256].
fn file(name: &str) -> String {
    format!("kokoro/voices/{name}.bin")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mix_is_read_as_kokoros_users_write_it() {
        let mix = Mix::parse(" af_bella (2) + af_sky( 1 )").unwrap();
        assert_eq!(mix.0, [("af_bella", 2.0), ("af_sky", 1.0)]);
        assert_eq!(mix.to_string(), "af_bella(2)+af_sky(1)");
        assert_eq!(Mix::parse(&mix.to_string()).unwrap(), mix);
        assert_eq!(Mix::parse("bf_emma+af_sky(0.5)").unwrap().to_string(), "bf_emma(1)+af_sky(0.5)");
        assert_eq!(Mix::parse("af_heart").unwrap().to_string(), "af_heart");
        assert_eq!(Mix::parse("bf_emma+af_sky").unwrap().language(), Language::British);
    }

    #[test]
    fn a_mix_that_cannot_be_is_refused_with_the_reason() {
        let kind = |mix: &str| Mix::parse(mix).map_err(|error| error.kind());
        assert_eq!(kind("af_nobody"), Err(ErrorKind::UnknownVoice));
        assert_eq!(kind(""), Err(ErrorKind::UnknownVoice));
        assert_eq!(kind("af_sky+"), Err(ErrorKind::UnknownVoice));
        assert_eq!(kind("jf_alpha"), Err(ErrorKind::VoiceUnavailable));
        assert_eq!(kind("af_sky+jf_alpha"), Err(ErrorKind::VoiceUnavailable));
        for weight in ["0", "-1", "NaN", "inf", "", "1e9", "two"] {
            assert_eq!(kind(&format!("af_sky({weight})")), Err(ErrorKind::InvalidParameter), "{weight}");
        }
        assert_eq!(kind("af_sky(1"), Err(ErrorKind::InvalidParameter));
        assert_eq!(kind(&vec!["af_sky"; 55].join("+")), Err(ErrorKind::InvalidParameter));
    }
}
