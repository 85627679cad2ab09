use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use speech::Extras;

use super::{Alignment, Malformed, if_it_fits};

/// A message to `stream-input`.
#[derive(Serialize)]
pub struct Message<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    voice_settings: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    generation_config: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pronunciation_dictionary_locators: Option<&'a Value>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    flush: bool,
}

impl<'a> Message<'a> {
    /// What keeps the socket from being closed for silence: one space.
    pub const KEEP_ALIVE: Message<'static> = Message::words(" ", false);

    /// The last message: no further words come.
    pub const END: Message<'static> = Message::words("", false);

    /// The first message: how all that follows is to be said. Its text is one space.
    pub fn opening(voice_settings: Option<Value>, extras: &'a Extras) -> Self {
        let sent = |field| extras.get(field).filter(|value| !value.is_null());
        Self {
            voice_settings,
            generation_config: sent("generation_config"),
            pronunciation_dictionary_locators: sent("pronunciation_dictionary_locators"),
            ..Message::words(" ", false)
        }
    }

    /// The next words, which must not be empty: an empty text is the end. `flush` has everything so far spoken now.
    pub const fn words(text: &'a str, flush: bool) -> Self {
        Self {
            text,
            voice_settings: None,
            generation_config: None,
            pronunciation_dictionary_locators: None,
            flush,
        }
    }

    /// The text of the frame.
    pub fn to_json(&self) -> String {
        // Serialising this type to memory has no way to fail: no map keys but strings, no foreign `Serialize`.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// A message from `stream-input`.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// The next bytes of the file and when their characters are heard; both may be absent.
    Audio {
        /// The next bytes; may be empty.
        audio: Vec<u8>,
        /// The characters of the text as it was sent.
        alignment: Option<Alignment>,
        /// Nothing comes after it.
        last: bool,
    },
    /// Why there will be no more.
    Error {
        /// `quota_exceeded`, `input_timeout_exceeded`, ...
        code: String,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    #[serde(borrow)]
    audio: Option<Cow<'a, str>>,
    #[serde(alias = "is_final")]
    is_final: Option<bool>,
    #[serde(default, deserialize_with = "if_it_fits")]
    alignment: Option<Alignment>,
    error: Option<String>,
    message: Option<String>,
}

impl Heard {
    /// Reads one message.
    ///
    /// # Errors
    /// When it is not JSON, its audio is not base64, or it says nothing that a message can say.
    pub fn from_json(json: &[u8]) -> Result<Self, Malformed> {
        let Told { audio, is_final, alignment, error, message } = serde_json::from_slice(json)?;
        if audio.is_none() && is_final.is_none() && alignment.is_none() {
            return match error.is_some() || message.is_some() {
                true => Ok(Self::Error { code: error.unwrap_or_default() }),
                false => Err(Malformed("neither audio nor its end nor an error".into())),
            };
        }
        let audio = STANDARD.decode(&*audio.unwrap_or_default())?;
        Ok(Self::Audio { audio, alignment, last: is_final == Some(true) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_read_as_elevenlabs_own_client_sends_them() {
        let config = serde_json::json!({"chunk_length_schedule": [50]});
        let extras: Extras = [("generation_config".to_owned(), config)].into_iter().collect();
        insta::assert_snapshot!(Message::opening(None, &extras).to_json(), @r#"{"text":" ","generation_config":{"chunk_length_schedule":[50]}}"#);
        insta::assert_snapshot!(Message::words("Hel", false).to_json(), @r#"{"text":"Hel"}"#);
        insta::assert_snapshot!(Message::words("lo ", true).to_json(), @r#"{"text":"lo ","flush":true}"#);
        insta::assert_snapshot!(Message::KEEP_ALIVE.to_json(), @r#"{"text":" "}"#);
        insta::assert_snapshot!(Message::END.to_json(), @r#"{"text":""}"#);
    }

    #[test]
    fn audio_its_end_and_an_error_are_told_apart() {
        let audio = |json: &str| match Heard::from_json(json.as_bytes()).unwrap() {
            Heard::Audio { audio, last, alignment } => (audio, last, alignment.is_some()),
            Heard::Error { code } => panic!("{code}"),
        };
        assert_eq!(
            audio(r#"{"audio":"//MA","isFinal":null,"alignment":null}"#),
            (vec![0xFF, 0xF3, 0], false, false)
        );
        let timed =
            r#"{"audio":"//MA","alignment":{"chars":["H"],"charStartTimesMs":[0],"charDurationsMs":[9]}}"#;
        assert_eq!(audio(timed), (vec![0xFF, 0xF3, 0], false, true));
        assert_eq!(audio(r#"{"audio":null,"isFinal":true,"message":"done"}"#), (vec![], true, false));
        assert_eq!(audio(r#"{"is_final":true}"#), (vec![], true, false));
        let error = r#"{"message":"secret","error":"input_timeout_exceeded","code":1008}"#;
        let code = "input_timeout_exceeded".to_owned();
        assert_eq!(Heard::from_json(error.as_bytes()), Ok(Heard::Error { code }));
        for other in ["not JSON", r#"{"detail":{"code":"quota_exceeded"}}"#, r#"{"audio":"?"}"#] {
            assert!(Heard::from_json(other.as_bytes()).is_err(), "{other}");
        }
    }
}
