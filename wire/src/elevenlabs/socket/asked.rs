use std::fmt;

use serde_json::Value;

use crate::RequestError;
use crate::elevenlabs::request::MOST_NAME_CHARACTERS;
use crate::elevenlabs::settings::{VoiceSettings, voice_settings};
use crate::fields::{Fields, within, wrong_type};

/// Code points of a context's id, which every answer repeats.
const LONGEST_ID: usize = 256;

/// Code points of each field that says how a context is to be spoken, as JSON: they are kept until its first word.
const LONGEST_OPENING: usize = 20_000;

/// Where a key stands that was not in the request's head.
const KEY_FIELDS: [&str; 3] = ["xi_api_key", "xi-api-key", "authorization"];

/// A message of a client. What it does not know of is left alone: clients send more than they need.
#[derive(Clone, Default, PartialEq)]
pub struct Asked {
    /// Which text it is about; none is the one without a name.
    pub context_id: Option<String>,
    /// The next words. An empty text is there, too: it ends `stream-input`.
    pub text: Option<String>,
    /// The next words of a dialogue.
    pub inputs: Vec<Input>,
    /// Everything so far is to be spoken now.
    pub flush: bool,
    /// No more words come in this context.
    pub close_context: bool,
    /// No more words come at all.
    pub close_socket: bool,
    /// What the first message says of how the context is to be spoken, and only ElevenLabs understands: the settings
    /// without the speed, the schedule, the dictionaries.
    pub opening: Vec<(&'static str, Value)>,
    /// Times the voice's own pace: 0.7 to 1.2.
    pub speed: Option<f64>,
    /// The API key.
    pub key: Option<String>,
}

/// What one voice of a dialogue says next.
#[derive(Clone, PartialEq, Eq)]
pub struct Input {
    /// The words.
    pub text: String,
    /// Who says them.
    pub voice_id: String,
    /// They continue nothing, though the same voice may have spoken before.
    pub new_turn: bool,
}

/// A message that cannot be taken, and which context it was for, where that can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    /// Its context.
    pub context_id: Option<String>,
    /// Why it cannot be taken.
    pub error: RequestError,
}

impl Asked {
    /// Reads one message.
    ///
    /// # Errors
    /// When it is no JSON object, or a field that is known has the wrong type.
    pub fn from_json(json: &[u8]) -> Result<Self, Misread> {
        let unknown = |error| Misread { context_id: None, error };
        let fields = Fields::from_json(json, r#"{"text": "Hello "}"#).map_err(unknown)?;
        let id = fields.text("context_id").map_err(unknown)?;
        let id = id.map(|id| within(LONGEST_ID, "context_id", id)).transpose().map_err(unknown)?;
        Self::read(&fields, id.clone()).map_err(|error| Misread { context_id: id, error })
    }

    fn read(fields: &Fields, context_id: Option<String>) -> Result<Self, RequestError> {
        let key = KEY_FIELDS.into_iter().find_map(|field| fields.get(field)?.as_str());
        let VoiceSettings { speed, others } = voice_settings(fields, "voice_settings")?;
        let config = fields.object("generation_config")?.is_some();
        let locators = fields.list("pronunciation_dictionary_locators")?.is_some();
        let sent = |is_there: bool, field| is_there.then(|| fields.get(field).cloned()).flatten();
        let opening = [
            ("voice_settings", others),
            ("generation_config", sent(config, "generation_config")),
            ("pronunciation_dictionary_locators", sent(locators, "pronunciation_dictionary_locators")),
        ];
        Ok(Self {
            context_id,
            text: fields.text("text")?,
            inputs: inputs(fields)?,
            flush: flag(fields, "flush")?,
            close_context: flag(fields, "close_context")?,
            close_socket: flag(fields, "close_socket")?,
            key: key.map(|key| key.strip_prefix("Bearer ").unwrap_or(key).to_owned()),
            opening: opening
                .into_iter()
                .filter_map(|(field, value)| Some((field, value?)))
                .map(|(field, value)| {
                    within(LONGEST_OPENING, field, value.to_string()).map(|_| (field, value))
                })
                .collect::<Result<_, _>>()?,
            speed,
        })
    }
}

fn flag(fields: &Fields, param: &'static str) -> Result<bool, RequestError> {
    match fields.get(param) {
        None => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(other) => Err(wrong_type(param, "true or false", other)),
    }
}

fn inputs(fields: &Fields) -> Result<Vec<Input>, RequestError> {
    const PARAM: &str = "inputs";
    let Some(inputs) = fields.list(PARAM)? else { return Ok(Vec::new()) };
    let input = |(input, number): (&Value, usize)| {
        let text = |field: &str| input.get(field)?.as_str().map(str::to_owned);
        let read = || {
            let new_turn = input.get("new_turn").and_then(Value::as_bool).unwrap_or_default();
            let voice_id = text("voice_id").filter(|voice| voice.chars().count() <= MOST_NAME_CHARACTERS)?;
            Some(Input { text: text("text")?, voice_id, new_turn })
        };
        let expected = r#"an object such as {"text": "Hello.", "voice_id": "VOICE"}"#;
        read().ok_or(RequestError::WrongEntry { param: PARAM, number, expected })
    };
    inputs.iter().zip(1..).map(input).collect()
}

/// Nobody's text or key belongs in a log.
impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.text.as_ref().map_or(0, String::len);
        write!(f, "Asked({bytes} bytes, {} inputs, flush: {})", self.inputs.len(), self.flush)
    }
}

/// The same of what a voice says.
impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Input({} bytes by {})", self.text.len(), self.voice_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(json: &str) -> Asked {
        Asked::from_json(json.as_bytes()).unwrap()
    }

    #[test]
    fn the_first_message_of_elevenlabs_own_client_reads_as_it_is_meant() {
        let first = asked(
            r#"{"text":" ","try_trigger_generation":true,"voice_settings":null,"generation_config":{"chunk_length_schedule":[50]}}"#,
        );
        assert_eq!(first.text.as_deref(), Some(" "));
        assert_eq!(first.opening.len(), 1, "null is nothing");
        assert_eq!(first.opening[0].0, "generation_config");
        assert_eq!(asked(r#"{"text":""}"#), Asked { text: Some(String::new()), ..Asked::default() });
    }

    #[test]
    fn how_to_speak_is_said_in_so_many_words() {
        let first = |length: usize| {
            let config = serde_json::json!({"chunk_length_schedule": vec![7; length / 2]});
            let first = serde_json::json!({"generation_config": config});
            Asked::from_json(first.to_string().as_bytes()).map_err(|misread| misread.error.to_string())
        };
        assert!(first(LONGEST_OPENING - 100).is_ok());
        let error = first(LONGEST_OPENING).unwrap_err();
        assert!(error.starts_with("generation_config "), "{error}");
    }

    #[test]
    fn a_flush_needs_no_text_and_a_context_is_named() {
        let flush = asked(r#"{"context_id":"a","flush":true}"#);
        assert_eq!((flush.context_id.as_deref(), flush.text, flush.flush), (Some("a"), None, true));
        assert!(asked(r#"{"context_id":"a","close_context":true}"#).close_context);
        assert!(asked(r#"{"close_socket":true}"#).close_socket);
    }

    #[test]
    fn a_key_may_stand_in_three_places() {
        for json in [
            r#"{"xi_api_key":"Zz"}"#,
            r#"{"xi-api-key":"Zz"}"#,
            r#"{"authorization":"Bearer Zz","text":" "}"#,
        ] {
            assert_eq!(asked(json).key.as_deref(), Some("Zz"));
            assert!(!format!("{:?}", asked(json)).contains("Zz"), "{:?}", asked(json));
        }
    }

    #[test]
    fn a_dialogue_names_the_voice_of_every_input() {
        let dialogue = asked(
            r#"{"inputs":[{"text":"Hi.","voice_id":"a"},{"text":"Ho.","voice_id":"b","new_turn":true}]}"#,
        );
        let read: Vec<_> = dialogue
            .inputs
            .iter()
            .map(|input| (input.text.as_str(), input.voice_id.as_str(), input.new_turn))
            .collect();
        assert_eq!(read, [("Hi.", "a", false), ("Ho.", "b", true)]);
    }

    #[test]
    fn what_is_wrong_is_named_and_not_quoted() {
        let wrong = |json: &str| Asked::from_json(json.as_bytes()).unwrap_err().error.to_string();
        insta::assert_snapshot!(wrong(r#"{"text":7}"#), @"text is a number; it must be a string.");
        insta::assert_snapshot!(wrong(r#"{"text":"secret","flush":"yes"}"#), @"flush is a string; it must be true or false.");
        insta::assert_snapshot!(wrong(r#"{"inputs":[{"text":"secret"}]}"#), @r#"Entry 1 of inputs must be an object such as {"text": "Hello.", "voice_id": "VOICE"}."#);
        insta::assert_snapshot!(wrong(r#"["secret"]"#), @r#"The body is an array; send a JSON object such as {"text": "Hello "}."#);
        insta::assert_snapshot!(wrong(r#"{"voice_settings":{"speed":9}}"#), @"voice_settings.speed must be a number from 0.7 to 1.2.");
        let misread = Asked::from_json(br#"{"context_id":"a","text":7}"#).unwrap_err();
        assert_eq!(misread.context_id.as_deref(), Some("a"));
        let id = "x".repeat(LONGEST_ID + 1);
        assert!(!wrong(&format!(r#"{{"context_id":"{id}"}}"#)).contains("xx"));
    }
}
