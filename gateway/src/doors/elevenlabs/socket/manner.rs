//! What the query of a socket says of all that is spoken on it.

use std::time::Duration;

use serde_json::Value;
use speech::{AudioFormat, Codec, Notation};
use wire::elevenlabs::socket::Dialect;
use wire::elevenlabs::upstream::OUTPUT_FORMATS;
use wire::elevenlabs::{DEFAULT_FORMAT, DIALOGUE_MODEL, SPEECH_MODEL, SpeechQuery, output_format};
use wire::soundboard::notation;
use wire::{Query, RequestError};

use crate::doors::elevenlabs::named::within_limit;

/// How everything on a socket is to be spoken.
pub(super) struct Manner {
    pub(super) model: String,
    pub(super) language: Option<String>,
    pub(super) format: AudioFormat,
    /// How long a client may send nothing.
    pub(super) idle: Duration,
    /// Times count from the start of the context, not of the message.
    pub(super) absolute_times: bool,
    /// How the texts are written.
    pub(super) notation: Notation,
    /// Every message is complete by itself: words are not cut in two, and sentences are not waited for.
    pub(super) auto_mode: bool,
    /// What means something to ElevenLabs only.
    pub(super) extras: Vec<(String, Value)>,
}

impl Manner {
    /// Reads it. What is not known is left alone.
    ///
    /// # Errors
    /// The first [`RequestError`].
    pub(super) fn read(query: Option<&str>, dialect: Dialect) -> Result<Self, RequestError> {
        let query = Query::parse(query);
        let idle = query.number("inactivity_timeout", 1..=180, "a whole number of seconds from 1 to 180")?;
        let auto_mode = query.flag("auto_mode")?;
        let SpeechQuery { output_format: format, ssml, extras } = SpeechQuery::read(&query)?;
        let mut extras: Vec<_> = extras.into_iter().collect();
        extras.extend(ssml.map(|ssml| ("enable_ssml_parsing".to_owned(), ssml.into())));
        extras.extend(auto_mode.map(|auto| ("auto_mode".to_owned(), auto.into())));
        let seed = query.number("seed", 0..=u32::MAX.into(), "a whole number from 0 to 4294967295")?;
        extras.extend(seed.map(|seed| ("seed".to_owned(), seed.into())));
        extras.extend(normalization(&query)?);
        let usual_model = if dialect == Dialect::Dialogue { DIALOGUE_MODEL } else { SPEECH_MODEL };
        Ok(Self {
            model: name(&query, "model_id")?.unwrap_or_else(|| usual_model.to_owned()),
            language: name(&query, "language_code")?,
            format: streamed(format.map_or_else(|| output_format(DEFAULT_FORMAT), Ok)?)?,
            idle: Duration::from_secs(idle.unwrap_or(20)),
            absolute_times: query.flag("sync_alignment")?.unwrap_or_default(),
            // The texts of a dialogue are as a writer makes them, word for word.
            notation: notation(ssml.unwrap_or_default()),
            auto_mode: auto_mode.unwrap_or_default() && dialect != Dialect::Dialogue,
            extras,
        })
    }
}

fn name(query: &Query, param: &'static str) -> Result<Option<String>, RequestError> {
    query.get(param).map(|name| within_limit(param, name.to_owned())).transpose()
}

fn normalization(query: &Query) -> Result<Option<(String, Value)>, RequestError> {
    const PARAM: &str = "apply_text_normalization";
    const ALLOWED: [&str; 3] = ["auto", "on", "off"];
    match query.get(PARAM) {
        None => Ok(None),
        Some(value) if ALLOWED.contains(&value) => Ok(Some((PARAM.to_owned(), value.into()))),
        Some(_) => Err(RequestError::NotAllowed { param: PARAM, allowed: ALLOWED.into() }),
    }
}

/// A WAV says its length in advance, which nobody knows here.
fn streamed(format: AudioFormat) -> Result<AudioFormat, RequestError> {
    if format.codec != Codec::Wav {
        return Ok(format);
    }
    let allowed = OUTPUT_FORMATS.iter().filter(|output| output.format.codec != Codec::Wav);
    let allowed = allowed.map(|output| output.name).collect();
    Err(RequestError::NotAllowed { param: "output_format", allowed })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manner(query: &str) -> Result<Manner, String> {
        Manner::read(Some(query), Dialect::Single).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_said_is_the_usual() {
        let Ok(manner) = manner("") else { panic!("is refused") };
        assert_eq!((manner.format.codec, manner.format.bit_rate), (Codec::Mp3, Some(128_000)));
        assert_eq!(
            (manner.idle, manner.absolute_times, manner.auto_mode),
            (Duration::from_secs(20), false, false)
        );
        assert!(manner.extras.is_empty() && manner.language.is_none());
        assert_eq!(manner.model, SPEECH_MODEL);
    }

    #[test]
    fn what_only_elevenlabs_knows_keeps_its_name_and_type() {
        let said = "enable_logging=false&auto_mode=true&seed=7&apply_text_normalization=off&enable_ssml_parsing=True";
        let Ok(manner) = manner(said) else { panic!("is refused") };
        insta::assert_snapshot!(Value::from_iter(manner.extras), @r#"{"apply_text_normalization":"off","auto_mode":true,"enable_logging":false,"enable_ssml_parsing":true,"seed":7}"#);
        assert!(manner.auto_mode);
    }

    #[test]
    fn what_cannot_be_is_refused_by_name() {
        let wrong = |query| manner(query).err().unwrap();
        insta::assert_snapshot!(wrong("inactivity_timeout=181"), @"inactivity_timeout must be a whole number of seconds from 1 to 180.");
        insta::assert_snapshot!(wrong("auto_mode=yes"), @"auto_mode must be true or false.");
        insta::assert_snapshot!(wrong("apply_text_normalization=secret"), @"apply_text_normalization is none of the allowed values.");
        assert!(wrong("output_format=wav_24000").starts_with("output_format is none of"));
        assert!(wrong("output_format=mp3").starts_with("output_format is none of"));
    }
}
