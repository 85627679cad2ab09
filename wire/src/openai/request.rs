use serde_json::Value;
use speech::{Codec, Reading};

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
    /// Required: at most [`MOST_NAME_CHARACTERS`] code points.
    pub model: String,
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
    /// How to read `input`: our own field `soundboard`, which OpenAI's clients send by `extra_body`.
    pub reading: Reading,
}

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
    /// Reads a body. Fields that OpenAI does not know are ignored, and so is an optional one that is null.
    ///
    /// # Errors
    /// The first [`RequestError`], in the order of the fields above.
    pub fn from_json(body: &[u8]) -> Result<Self, RequestError> {
        let fields = Fields::from_json(body, EXAMPLE)?;
        Ok(Self {
            model: within(MOST_NAME_CHARACTERS, "model", fields.required_text("model")?)?,
            input: within(MOST_CHARACTERS, "input", fields.required_text("input")?)?,
            voice: within(MOST_NAME_CHARACTERS, "voice", fields.voice()?)?,
            instructions: fields
                .text("instructions")?
                .map(|instructions| within(MOST_CHARACTERS, "instructions", instructions))
                .transpose()?,
            response_format: fields.response_format()?,
            speed: fields.speed()?,
            stream_format: fields.stream_format()?,
            reading: soundboard::of_another_api(&fields)?,
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

    fn speed(&self) -> Result<Option<f64>, RequestError> {
        match self.get("speed") {
            None => Ok(None),
            Some(speed) => speed
                .as_f64()
                .map(Some)
                .ok_or_else(|| wrong_type("speed", "a number from 0.25 to 4.0", speed)),
        }
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
        assert_eq!(request.model, "tts-1");
        assert_eq!(request.input, "Hi.");
        assert_eq!(request.voice, "alloy");
        assert_eq!(request.instructions, None);
        assert_eq!(request.response_format, Codec::Mp3);
        assert_eq!(request.speed, None);
        assert_eq!(request.stream_format, StreamFormat::Audio);
    }

    #[test]
    fn a_full_request_keeps_everything_and_ignores_what_openai_does_not_know() {
        let request = read(
            r#"{"model":"m","input":"Hi.","voice":{"id":"v"},"instructions":"Softly.","response_format":"opus",
                "speed":2,"stream_format":"sse","lang_code":"a","normalization_options":{"normalize":true}}"#,
        )
        .unwrap();
        assert_eq!(request.voice, "v");
        assert_eq!(request.instructions.as_deref(), Some("Softly."));
        assert_eq!(request.response_format, Codec::Opus);
        assert_eq!(request.speed, Some(2.0));
        assert_eq!(request.stream_format, StreamFormat::Sse);
        assert_eq!(request.reading, Reading::default());
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
