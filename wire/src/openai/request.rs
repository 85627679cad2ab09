use serde_json::Value;
use speech::{Codec, Extras, Reading};

use crate::fields::{Fields, RequestError, within, wrong_type};
use crate::soundboard;

/// The most code points of `input` and of `instructions`.
pub const MOST_CHARACTERS: usize = 4096;

/// The most code points of `model` and of a voice's name, which answers and logs repeat.
pub const MOST_NAME_CHARACTERS: usize = 512;

/// What `response_format` can be, in OpenAI's order.
pub const CODECS: [Codec; 6] = [Codec::Mp3, Codec::Opus, Codec::Aac, Codec::Flac, Codec::Wav, Codec::Pcm];

/// What a body looks like.
const EXAMPLE: &str = r#"{"model":"kokoro","voice":"alloy","input":"Hello."}"#;

/// The body of `POST /v1/audio/speech`, within OpenAI's own limits.
#[derive(Clone, PartialEq)]
pub struct CreateSpeech {
    /// At most [`MOST_NAME_CHARACTERS`] code points; OpenAI requires it, Kokoro-FastAPI does not.
    pub model: Option<String>,
    /// What to say: required, at most [`MOST_CHARACTERS`] code points, possibly empty.
    pub input: String,
    /// Required: a name, or the `id` of `{"id": name}`; at most [`MOST_NAME_CHARACTERS`] code points.
    pub voice: String,
    /// How to say it: at most [`MOST_CHARACTERS`] code points.
    pub instructions: Option<String>,
    /// How to encode it: one of [`CODECS`]; mp3 unless asked otherwise.
    pub response_format: Codec,
    /// A finite number, its range unchecked.
    pub speed: Option<f64>,
    /// How to frame the answer.
    pub stream_format: StreamFormat,
    /// How to read `input`: our own field `soundboard`, which OpenAI's clients send by `extra_body`, and Kokoro-FastAPI's
    /// `ssml`.
    pub reading: Reading,
    /// Kokoro-FastAPI's `volume_multiplier`: a finite number, its range unchecked.
    pub volume: Option<f64>,
    /// Kokoro-FastAPI's `lang_code`, a letter, or LiteLLM's `lang`, a BCP 47 tag: always as a tag.
    pub language: Option<String>,
    /// Kokoro-FastAPI's `return_timing`: whether the times of the words are wanted where the framing has room for
    /// them.
    pub return_timing: bool,
    /// Every other field, for the vendor that knows it. `stream`, which asks for what is done anyway, is none.
    pub extras: Extras,
}

/// The body of Kokoro-FastAPI's `POST /dev/captioned_speech`: the same, but for the model, which may be left out.
#[derive(Clone, PartialEq)]
pub struct CaptionedSpeech {
    /// What is to be spoken, and how.
    pub speech: CreateSpeech,
    /// One JSON object for each piece as it is made, instead of one for all. Unless asked otherwise, yes.
    pub stream: bool,
    /// Whether the times of the words are wanted. Unless asked otherwise, yes.
    pub return_timestamps: bool,
}

/// The fields that [`CreateSpeech`] and [`CaptionedSpeech`] read themselves, and `stream`.
const KNOWN: [&str; 15] = [
    "model",
    "input",
    "voice",
    "instructions",
    "response_format",
    "speed",
    "stream_format",
    "soundboard",
    "ssml",
    "volume_multiplier",
    "lang_code",
    "lang",
    "return_timing",
    "return_timestamps",
    "stream",
];

/// The most fields that may be left over, and the most characters of such a field's name.
const MOST_EXTRAS: usize = 32;
const MOST_EXTRA_NAME: usize = 64;

/// Kokoro's own letters for its languages.
const LETTERS: [(&str, &str); 9] = [
    ("a", "en-US"),
    ("b", "en-GB"),
    ("e", "es"),
    ("f", "fr-FR"),
    ("h", "hi"),
    ("i", "it"),
    ("j", "ja"),
    ("p", "pt-BR"),
    ("z", "zh"),
];

/// How the answer is framed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StreamFormat {
    /// The audio itself.
    #[default]
    Audio,
    /// Server-sent events that carry it in base64.
    Sse,
}

impl CreateSpeech {
    /// Reads a body. An optional field that is null counts as absent.
    ///
    /// # Errors
    /// The first [`RequestError`], in the order of the fields above.
    pub fn from_json(body: &[u8]) -> Result<Self, RequestError> {
        let fields = Fields::from_json(body, EXAMPLE)?;
        fields.required_text("model")?;
        Self::from_fields(&fields)
    }

    fn from_fields(fields: &Fields) -> Result<Self, RequestError> {
        Ok(Self {
            model: fields
                .text("model")?
                .map(|model| within(MOST_NAME_CHARACTERS, "model", model))
                .transpose()?,
            input: within(MOST_CHARACTERS, "input", fields.required_text("input")?)?,
            voice: within(MOST_NAME_CHARACTERS, "voice", fields.voice()?)?,
            instructions: fields
                .text("instructions")?
                .map(|instructions| within(MOST_CHARACTERS, "instructions", instructions))
                .transpose()?,
            response_format: fields.response_format()?,
            speed: fields.number("speed", "a number from 0.25 to 4.0")?,
            stream_format: fields.stream_format()?,
            reading: reading(fields)?,
            volume: fields.number("volume_multiplier", "a number from 0 to 4")?,
            language: fields.language()?,
            return_timing: fields.flag("return_timing")?.unwrap_or(false),
            extras: fields.extras(&KNOWN, MOST_EXTRAS, MOST_EXTRA_NAME),
        })
    }
}

/// Our own field `soundboard`, and Kokoro-FastAPI's `ssml`.
fn reading(fields: &Fields) -> Result<Reading, RequestError> {
    let reading = soundboard::of_another_api(fields)?;
    match fields.flag("ssml")? {
        Some(is_ssml) => Ok(Reading { notation: soundboard::notation(is_ssml), ..reading }),
        None => Ok(reading),
    }
}

impl CaptionedSpeech {
    /// Reads a body, as [`CreateSpeech::from_json`] does.
    ///
    /// # Errors
    /// The same.
    pub fn from_json(body: &[u8]) -> Result<Self, RequestError> {
        let fields = Fields::from_json(body, EXAMPLE)?;
        Ok(Self {
            speech: CreateSpeech::from_fields(&fields)?,
            stream: fields.flag("stream")?.unwrap_or(true),
            return_timestamps: fields.flag("return_timestamps")?.unwrap_or(true),
        })
    }
}

impl Fields {
    fn voice(&self) -> Result<String, RequestError> {
        match self.get("voice") {
            None => Err(RequestError::Missing("voice")),
            Some(Value::String(name)) => Ok(name.clone()),
            Some(voice) => match voice.get("id") {
                Some(Value::String(id)) => Ok(id.clone()),
                _ => Err(wrong_type("voice", "a name, or an object with a name under \"id\"", voice)),
            },
        }
    }

    fn response_format(&self) -> Result<Codec, RequestError> {
        let Some(name) = self.text("response_format")? else { return Ok(Codec::default()) };
        CODECS.into_iter().find(|codec| codec.name() == name).ok_or_else(|| RequestError::NotAllowed {
            param: "response_format",
            allowed: CODECS.map(Codec::name).to_vec(),
        })
    }

    fn language(&self) -> Result<Option<String>, RequestError> {
        let tag = self.text("lang")?;
        let letter = self.text("lang_code")?.map(|code| {
            let known = LETTERS.iter().find(|(letter, _)| *letter == code);
            known.map_or(code, |(_, tag)| (*tag).to_owned())
        });
        letter.or(tag).map(|tag| within(MOST_NAME_CHARACTERS, "lang_code", tag)).transpose()
    }

    fn stream_format(&self) -> Result<StreamFormat, RequestError> {
        match self.text("stream_format")?.as_deref() {
            None | Some("audio") => Ok(StreamFormat::Audio),
            Some("sse") => Ok(StreamFormat::Sse),
            Some(_) => {
                Err(RequestError::NotAllowed { param: "stream_format", allowed: vec!["audio", "sse"] })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<CreateSpeech, RequestError> {
        CreateSpeech::from_json(body.as_bytes())
    }

    #[test]
    fn the_least_request_has_openais_defaults() {
        let request = read(r#"{"model":"tts-1","input":"Hi.","voice":"alloy"}"#).unwrap();
        assert_eq!(request.model.as_deref(), Some("tts-1"));
        assert_eq!(request.input, "Hi.");
        assert_eq!(request.voice, "alloy");
        assert_eq!(request.instructions, None);
        assert_eq!(request.response_format, Codec::Mp3);
        assert_eq!(request.speed, None);
        assert_eq!(request.stream_format, StreamFormat::Audio);
    }

    #[test]
    fn a_full_request_keeps_everything_and_what_openai_does_not_know_for_others() {
        let request = read(
            r#"{"model":"m","input":"Hi.","voice":{"id":"v"},"instructions":"Softly.","response_format":"opus",
                "speed":2,"stream_format":"sse","lang_code":"b","volume_multiplier":0.5,"return_timing":true,
                "normalization_options":{"normalize":true},"stream":true,"style":null,"not a name":1}"#,
        )
        .unwrap();
        assert_eq!(request.voice, "v");
        assert_eq!(request.instructions.as_deref(), Some("Softly."));
        assert_eq!(request.response_format, Codec::Opus);
        assert_eq!(request.speed, Some(2.0));
        assert_eq!(request.stream_format, StreamFormat::Sse);
        assert_eq!(request.reading, Reading::default());
        assert_eq!((request.language.as_deref(), request.volume), (Some("en-GB"), Some(0.5)));
        assert!(request.return_timing);
        assert_eq!(request.extras.beside(&[]), ["normalization_options"]);
    }

    #[test]
    fn captions_need_no_model_and_stream_unless_told_otherwise() {
        let read = |body: &str| CaptionedSpeech::from_json(body.as_bytes()).unwrap();
        let captioned = read(r#"{"input":"Hi.","voice":"af_heart","lang":"en-US"}"#);
        assert_eq!((captioned.speech.model.clone(), captioned.stream), (None, true));
        assert!(captioned.return_timestamps && captioned.speech.language.as_deref() == Some("en-US"));
        let captioned = read(r#"{"input":"Hi.","voice":"v","stream":false,"return_timestamps":false}"#);
        assert!(!captioned.stream && !captioned.return_timestamps);
        let without_model = CreateSpeech::from_json(br#"{"input":"Hi.","voice":"v"}"#);
        assert_eq!(without_model.err(), Some(RequestError::Missing("model")));
    }

    #[test]
    fn our_own_field_says_how_to_read() {
        let request = read(
            r#"{"model":"m","input":"Hi.","voice":"v","soundboard":{"lexicon":[{"word":"Hi","alias":"Hello"}]}}"#,
        )
        .unwrap();
        assert!(request.reading.lexicon.get("hi").is_some());
    }

    #[test]
    fn null_leaves_an_optional_field_to_its_default() {
        let request = read(
            r#"{"model":"m","input":"Hi.","voice":"v","instructions":null,"response_format":null,"speed":null,
                "stream_format":null}"#,
        )
        .unwrap();
        assert_eq!(request.response_format, Codec::Mp3);
        assert_eq!(request.speed, None);
    }

    #[test]
    fn limits_count_code_points_and_include_their_bound() {
        let request = |input: &str| read(&format!(r#"{{"model":"m","input":"{input}","voice":"v"}}"#));
        assert!(request(&"é".repeat(4096)).is_ok());
        assert_eq!(
            request(&"é".repeat(4097)).err(),
            Some(RequestError::TooLong { param: "input", characters: 4097, limit: 4096 })
        );
    }

    #[test]
    fn names_have_a_limit_too() {
        let name = |length| "é".repeat(length);
        let request = |model: &str, voice: &str| {
            read(&format!(r#"{{"model":"{model}","input":"Hi.","voice":{voice}}}"#)).err()
        };
        let too_long = |param| Some(RequestError::TooLong { param, characters: 513, limit: 512 });
        assert_eq!(request(&name(512), &format!(r#""{}""#, name(512))), None);
        assert_eq!(request(&name(513), r#""v""#), too_long("model"));
        assert_eq!(request("m", &format!(r#""{}""#, name(513))), too_long("voice"));
        assert_eq!(request("m", &format!(r#"{{"id":"{}"}}"#, name(513))), too_long("voice"));
    }
}
