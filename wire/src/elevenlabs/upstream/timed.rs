use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::{Alignment, Malformed, if_it_fits};

/// Audio and when its characters are heard: the whole answer of `/with-timestamps`, or a line of the answer of
/// `/stream/with-timestamps`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TimedAudio {
    /// The next bytes of the file; may be empty.
    pub audio: Vec<u8>,
    /// The characters of the text as it was sent. Those of the text as it was normalised are not read.
    pub alignment: Option<Alignment>,
}

#[derive(Deserialize)]
struct Told<'a> {
    #[serde(borrow)]
    audio_base64: Option<Cow<'a, str>>,
    #[serde(default, deserialize_with = "if_it_fits")]
    alignment: Option<Alignment>,
}

impl TimedAudio {
    /// Reads one object.
    ///
    /// # Errors
    /// When it is not JSON, or has neither audio nor an alignment.
    pub fn from_json(json: &[u8]) -> Result<Self, Malformed> {
        let Told { audio_base64, alignment } = serde_json::from_slice(json)?;
        match (audio_base64, alignment) {
            (None, None) => Err(Malformed("neither audio nor an alignment".into())),
            (audio, alignment) => {
                Ok(Self { audio: STANDARD.decode(&*audio.unwrap_or_default())?, alignment })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alignment_of_null_or_of_another_shape_is_none() {
        for alignment in ["null", "[]", r#"{"characters":"Hi"}"#] {
            let json =
                format!(r#"{{"audio_base64":"//MA","alignment":{alignment},"normalized_alignment":null}}"#);
            let told = TimedAudio::from_json(json.as_bytes()).unwrap();
            assert_eq!(told, TimedAudio { audio: vec![0xFF, 0xF3, 0], alignment: None });
        }
    }

    #[test]
    fn what_is_no_timed_audio_is_refused_and_not_quoted() {
        for json in
            [r#"{"detail":"secret"}"#, "secret", r#"{"audio_base64":"secret!"}"#, r#"{"audio_base64":17}"#]
        {
            let error = TimedAudio::from_json(json.as_bytes()).unwrap_err();
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }
}
