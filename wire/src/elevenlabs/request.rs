use serde_json::{Map, Value};
use speech::Reading;

use super::settings::{VoiceSettings, voice_settings};
use super::shape::{EXTRAS, shaped};
use crate::fields::{Fields, RequestError, within};
use crate::soundboard;

/// The most code points of a model's and of a voice's name, which answers and logs repeat.
pub const MOST_NAME_CHARACTERS: usize = 512;

/// The most voices of a dialogue.
pub const MOST_VOICES: usize = 10;

/// Who speaks when a request for one voice names no model.
pub const SPEECH_MODEL: &str = "eleven_multilingual_v2";

/// Who speaks when a request for a dialogue names no model.
pub const DIALOGUE_MODEL: &str = "eleven_v3";

/// What the bodies look like.
const SPEECH_EXAMPLE: &str = r#"{"text":"Hello."}"#;
const DIALOGUE_EXAMPLE: &str = r#"{"inputs":[{"text":"Hello.","voice_id":"alloy"}]}"#;

/// The body of the calls that have one voice speak a text.
#[derive(Clone, PartialEq)]
pub struct CreateSpeech {
    /// What to say; of any length: how much is allowed depends on the model.
    pub text: String,
    /// How to say it.
    pub options: Options,
}

/// The body of the calls that have several voices speak in turn.
#[derive(Clone, PartialEq)]
pub struct CreateDialogue {
    /// At least one, by at most [`MOST_VOICES`] voices.
    pub inputs: Vec<DialogueInput>,
    /// How to say them.
    pub options: Options,
}

/// What one voice of a dialogue says before the next.
#[derive(Clone, PartialEq)]
pub struct DialogueInput {
    /// What to say.
    pub text: String,
    /// Who says it.
    pub voice_id: String,
}

/// What all bodies hold beside what is to be said.
#[derive(Clone, PartialEq)]
pub struct Options {
    /// At most [`MOST_NAME_CHARACTERS`] code points.
    pub model_id: Option<String>,
    /// As it came; ElevenLabs takes ISO 639-1.
    pub language_code: Option<String>,
    /// Some clients say it here and not in the query.
    pub output_format: Option<String>,
    /// How the voices are to sound.
    pub voice_settings: VoiceSettings,
    /// How to read the text: our own field `soundboard`.
    pub reading: Reading,
    /// The fields that mean something to ElevenLabs only, each of its shape; `voice_settings` is among them where
    /// there is more to them than a speed.
    pub extras: Map<String, Value>,
}

impl CreateSpeech {
    /// Reads a body. Fields that ElevenLabs does not know are ignored, and so is one that is null.
    ///
    /// # Errors
    /// The first [`RequestError`].
    pub fn from_json(body: &[u8]) -> Result<Self, RequestError> {
        let fields = Fields::from_json(body, SPEECH_EXAMPLE)?;
        let text = fields.required_text("text")?;
        Ok(Self { text, options: Options::read(&fields, "voice_settings")? })
    }
}

impl CreateDialogue {
    /// Reads a body, as [`CreateSpeech::from_json`] does. What ElevenLabs calls `settings` here are the settings of
    /// each voice.
    ///
    /// # Errors
    /// The first [`RequestError`].
    pub fn from_json(body: &[u8]) -> Result<Self, RequestError> {
        let fields = Fields::from_json(body, DIALOGUE_EXAMPLE)?;
        Ok(Self { inputs: inputs(&fields)?, options: Options::read(&fields, "settings")? })
    }
}

impl Options {
    fn read(fields: &Fields, settings: &'static str) -> Result<Self, RequestError> {
        let name = |param| match fields.text(param)? {
            None => Ok(None),
            Some(name) if name.is_empty() => Ok(None),
            Some(name) => within(MOST_NAME_CHARACTERS, param, name).map(Some),
        };
        let voice_settings = voice_settings(fields, settings)?;
        let mut extras = shaped(fields, EXTRAS)?;
        extras.extend(voice_settings.others.clone().map(|others| ("voice_settings".to_owned(), others)));
        Ok(Self {
            model_id: name("model_id")?,
            language_code: name("language_code")?,
            output_format: name("output_format")?,
            voice_settings,
            reading: soundboard::of_another_api(fields)?,
            extras,
        })
    }
}

fn inputs(fields: &Fields) -> Result<Vec<DialogueInput>, RequestError> {
    const PARAM: &str = "inputs";
    const EXPECTED: &str = "an object with the strings text and voice_id";
    let Some(inputs) = fields.list(PARAM)? else { return Err(RequestError::Missing(PARAM)) };
    if inputs.is_empty() {
        return Err(RequestError::WrongShape { param: PARAM, expected: "a list with at least one entry" });
    }
    let mut voices: Vec<&str> = Vec::new();
    let mut read = Vec::with_capacity(inputs.len());
    for (input, number) in inputs.iter().zip(1..) {
        let wrong = RequestError::WrongEntry { param: PARAM, number, expected: EXPECTED };
        let text_of = |field| input.get(field).and_then(Value::as_str);
        let (Some(text), Some(voice_id)) = (text_of("text"), text_of("voice_id")) else { return Err(wrong) };
        if voice_id.chars().count() > MOST_NAME_CHARACTERS {
            return Err(wrong);
        }
        if !voices.contains(&voice_id) {
            voices.push(voice_id);
        }
        if voices.len() > MOST_VOICES {
            return Err(RequestError::WrongShape {
                param: PARAM,
                expected: "of at most 10 different voices",
            });
        }
        read.push(DialogueInput { text: text.to_owned(), voice_id: voice_id.to_owned() });
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn speech(body: Value) -> Result<CreateSpeech, String> {
        CreateSpeech::from_json(body.to_string().as_bytes()).map_err(|error| error.to_string())
    }

    fn dialogue(body: Value) -> Result<CreateDialogue, String> {
        CreateDialogue::from_json(body.to_string().as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn the_least_request_is_a_text() {
        let Ok(CreateSpeech { text, options }) = speech(json!({"text": "Hi."})) else { panic!("is refused") };
        assert_eq!(text, "Hi.");
        assert_eq!((options.model_id, options.language_code, options.output_format), (None, None, None));
        assert_eq!(options.voice_settings, VoiceSettings::default());
        assert!(options.extras.is_empty());
    }

    #[test]
    fn a_full_request_keeps_everything_and_ignores_what_elevenlabs_does_not_know() {
        let body = json!({
            "text": "Hi.", "model_id": "eleven_flash_v2_5", "language_code": "fr", "output_format": "pcm_8000",
            "voice_settings": {"stability": 0.5, "similarity_boost": 1, "style": null, "speed": 1.1, "new": [1]},
            "pronunciation_dictionary_locators": [{"pronunciation_dictionary_id": "d"}],
            "seed": 4294967295_u64, "previous_text": "a", "next_text": "b", "previous_request_ids": ["r"],
            "next_request_ids": [], "use_pvc_as_ivc": false, "apply_text_normalization": "off",
            "apply_language_text_normalization": true, "audio_effects": {"pan": 0.5}, "unknown": {"a": 1},
        });
        let Ok(CreateSpeech { options, .. }) = speech(body) else { panic!("is refused") };
        assert_eq!(options.model_id.as_deref(), Some("eleven_flash_v2_5"));
        assert_eq!(options.language_code.as_deref(), Some("fr"));
        assert_eq!(options.output_format.as_deref(), Some("pcm_8000"));
        assert_eq!(options.voice_settings.speed, Some(1.1));
        insta::assert_snapshot!(Value::Object(options.extras), @r#"{"apply_language_text_normalization":true,"apply_text_normalization":"off","audio_effects":{"pan":0.5},"next_request_ids":[],"next_text":"b","previous_request_ids":["r"],"previous_text":"a","pronunciation_dictionary_locators":[{"pronunciation_dictionary_id":"d"}],"seed":4294967295,"use_pvc_as_ivc":false,"voice_settings":{"new":[1],"similarity_boost":1,"stability":0.5}}"#);
    }

    #[test]
    fn null_is_nothing() {
        let Ok(CreateSpeech { options, .. }) =
            speech(json!({"text": "Hi.", "model_id": null, "voice_settings": null, "seed": null}))
        else {
            panic!("is refused")
        };
        assert_eq!(options.model_id, None);
        assert!(options.extras.is_empty());
    }

    #[test]
    fn what_has_the_wrong_shape_is_named_and_not_quoted() {
        let refusals = [
            json!({}),
            json!({"text": 7}),
            json!({"text": "Hi.", "model_id": "m".repeat(513)}),
            json!({"text": "Hi.", "voice_settings": "secret"}),
            json!({"text": "Hi.", "voice_settings": {"speed": 0.69}}),
            json!({"text": "Hi.", "voice_settings": {"stability": 1.01}}),
            json!({"text": "Hi.", "voice_settings": {"use_speaker_boost": "secret"}}),
            json!({"text": "Hi.", "seed": 4294967296_u64}),
            json!({"text": "Hi.", "seed": "secret"}),
            json!({"text": "Hi.", "previous_request_ids": ["a", "b", "c", "secret"]}),
            json!({"text": "Hi.", "next_request_ids": ["a", 7]}),
            json!({"text": "Hi.", "pronunciation_dictionary_locators": ["secret"]}),
            json!({"text": "Hi.", "apply_text_normalization": "secret"}),
            json!({"text": "Hi.", "audio_effects": []}),
        ]
        .map(|body| speech(body).err().unwrap_or_default());
        insta::assert_snapshot!(refusals.join("\n"), @r#"
        The required field text is missing.
        text is a number; it must be a string.
        model_id has 513 characters; at most 512 are allowed.
        voice_settings is a string; it must be an object.
        voice_settings.speed must be a number from 0.7 to 1.2.
        voice_settings.stability must be a number from 0 to 1.
        voice_settings.use_speaker_boost must be true or false.
        seed must be a whole number from 0 to 4294967295.
        seed must be a whole number from 0 to 4294967295.
        previous_request_ids has 4 entries; at most 3 are allowed.
        Entry 2 of next_request_ids must be a string.
        Entry 1 of pronunciation_dictionary_locators must be an object.
        apply_text_normalization is none of the allowed values.
        audio_effects must be an object.
        "#);
    }

    #[test]
    fn a_dialogue_has_its_inputs_in_order() {
        let body = json!({
            "inputs": [{"text": "Hi.", "voice_id": "a"}, {"text": "Ho.", "voice_id": "b:c"}],
            "settings": {"stability": 0.5},
        });
        let Ok(CreateDialogue { inputs, options }) = dialogue(body) else { panic!("is refused") };
        let said: Vec<_> =
            inputs.iter().map(|input| (input.voice_id.as_str(), input.text.as_str())).collect();
        assert_eq!(said, [("a", "Hi."), ("b:c", "Ho.")]);
        assert_eq!(options.extras["voice_settings"], json!({"stability": 0.5}));
    }

    #[test]
    fn a_dialogue_without_inputs_or_with_too_many_voices_is_refused() {
        let voices = |count| (0..count).map(|n| json!({"text": "Hi.", "voice_id": format!("v{n}")}));
        assert!(dialogue(json!({"inputs": voices(10).collect::<Vec<_>>()})).is_ok());
        let refusals = [
            json!({}),
            json!({"inputs": {}}),
            json!({"inputs": []}),
            json!({"inputs": [{"text": "Hi.", "voice_id": "a"}, {"text": "secret"}]}),
            json!({"inputs": voices(11).collect::<Vec<_>>()}),
        ]
        .map(|body| dialogue(body).err().unwrap_or_default());
        insta::assert_snapshot!(refusals.join("\n"), @r#"
        The required field inputs is missing.
        inputs is an object; it must be a list.
        inputs must be a list with at least one entry.
        Entry 2 of inputs must be an object with the strings text and voice_id.
        inputs must be of at most 10 different voices.
        "#);
    }
}
