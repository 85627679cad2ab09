use serde_json::{Map, Value};
use speech::{AudioFormat, ErrorKind, SpeechError};

/// The most code points of `input` and of `instructions`.
pub const MOST_CHARACTERS: usize = 4096;

/// The most code points of `model` and of a voice's name, which answers and logs repeat.
pub const MOST_NAME_CHARACTERS: usize = 512;

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
    /// How to encode it; mp3 unless asked otherwise.
    pub response_format: AudioFormat,
    /// A finite number, its range unchecked.
    pub speed: Option<f64>,
    /// How to frame the answer.
    pub stream_format: StreamFormat,
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

/// Why a body is not a [`CreateSpeech`]. Never quotes the text that was to be spoken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Not JSON; says where it stops being so.
    #[error(
        "The body is not valid JSON: {0}. Send one JSON object in UTF-8, without NaN and lone surrogates."
    )]
    NotJson(String),
    /// JSON, but not an object.
    #[error(
        "The body is {0}; send a JSON object such as {{\"model\":\"kokoro\",\"voice\":\"alloy\",\"input\":\"Hello.\"}}."
    )]
    NotAnObject(&'static str),
    /// A required field is absent or null.
    #[error("The required field {0} is missing.")]
    Missing(&'static str),
    /// A field of the wrong type.
    #[error("{param} is {found}; it must be {expected}.")]
    WrongType {
        /// The field.
        param: &'static str,
        /// What it must be.
        expected: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// A word that is none of those allowed.
    #[error("{param} is none of the allowed values.")]
    NotAllowed {
        /// The field.
        param: &'static str,
        /// What would have been accepted.
        allowed: Vec<&'static str>,
    },
    /// A text beyond its limit.
    #[error("{param} has {characters} characters; at most {limit} are allowed.")]
    TooLong {
        /// The field.
        param: &'static str,
        /// Code points in it.
        characters: usize,
        /// Code points allowed.
        limit: usize,
    },
}

impl RequestError {
    /// OpenAI's code for it; none where OpenAI has none.
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::NotJson(_) | Self::NotAnObject(_) => None,
            Self::Missing(_) => Some("missing_required_parameter"),
            Self::WrongType { .. } => Some("invalid_type"),
            Self::NotAllowed { .. } => Some("invalid_value"),
            Self::TooLong { .. } => Some("string_above_max_length"),
        }
    }

    fn param(&self) -> Option<&'static str> {
        match self {
            Self::NotJson(_) | Self::NotAnObject(_) => None,
            Self::Missing(param)
            | Self::WrongType { param, .. }
            | Self::NotAllowed { param, .. }
            | Self::TooLong { param, .. } => Some(param),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self.param() {
            Some("input") => ErrorKind::InvalidText,
            _ => ErrorKind::InvalidParameter,
        }
    }
}

/// Keeps itself as the source, so that a door can still ask for [`RequestError::code`].
impl From<RequestError> for SpeechError {
    fn from(error: RequestError) -> Self {
        let mut speech = SpeechError::new(error.kind(), error.to_string());
        if let Some(param) = error.param() {
            speech = speech.about(param);
        }
        if let RequestError::NotAllowed { allowed, .. } = &error {
            speech = speech.allowing(allowed.iter().copied());
        }
        speech.caused_by(error)
    }
}

impl CreateSpeech {
    /// Reads a body. Fields that OpenAI does not know are ignored, and so is an optional one that is null.
    ///
    /// # Errors
    /// The first [`RequestError`], in the order of the fields above.
    pub fn from_json(body: &[u8]) -> Result<Self, RequestError> {
        let fields = match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => Fields(fields),
            Ok(other) => return Err(RequestError::NotAnObject(kind_of(&other))),
            Err(error) => return Err(RequestError::NotJson(error.to_string())),
        };
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
        })
    }
}

struct Fields(Map<String, Value>);

impl Fields {
    fn get(&self, param: &str) -> Option<&Value> {
        self.0.get(param).filter(|value| !value.is_null())
    }

    fn text(&self, param: &'static str) -> Result<Option<String>, RequestError> {
        match self.get(param) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(other) => Err(wrong_type(param, "a string", other)),
        }
    }

    fn required_text(&self, param: &'static str) -> Result<String, RequestError> {
        self.text(param)?.ok_or(RequestError::Missing(param))
    }

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

    fn response_format(&self) -> Result<AudioFormat, RequestError> {
        let Some(name) = self.text("response_format")? else { return Ok(AudioFormat::default()) };
        name.parse().map_err(|_| RequestError::NotAllowed {
            param: "response_format",
            allowed: AudioFormat::ALL.map(AudioFormat::name).to_vec(),
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

fn within(limit: usize, param: &'static str, text: String) -> Result<String, RequestError> {
    let characters = text.chars().count();
    if characters > limit {
        return Err(RequestError::TooLong { param, characters, limit });
    }
    Ok(text)
}

fn wrong_type(param: &'static str, expected: &'static str, found: &Value) -> RequestError {
    RequestError::WrongType { param, expected, found: kind_of(found) }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
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
        assert_eq!(request.response_format, AudioFormat::Mp3);
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
        assert_eq!(request.response_format, AudioFormat::Opus);
        assert_eq!(request.speed, Some(2.0));
        assert_eq!(request.stream_format, StreamFormat::Sse);
    }

    #[test]
    fn null_leaves_an_optional_field_to_its_default() {
        let request = read(
            r#"{"model":"m","input":"Hi.","voice":"v","instructions":null,"response_format":null,"speed":null,
                "stream_format":null}"#,
        )
        .unwrap();
        assert_eq!(request.response_format, AudioFormat::Mp3);
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
