//! A speech request, and all that the vendor finds wrong with one.

use serde::Deserialize;

use super::errors::Mistake;
use super::models::SPEECH_MODELS;
use crate::formats::Format;
use crate::roster::Roster;
use crate::truth::Bill;

/// The longest input, and the longest instructions, in characters.
const LONGEST: usize = 4096;

/// What a minute of audio costs.
const TOKENS_A_MINUTE: f64 = 1250.0;

/// The voices that `tts-1` and `tts-1-hd` lack.
const LATER_VOICES: [&str; 4] = ["ballad", "verse", "marin", "cedar"];

/// The body of `POST /v1/audio/speech`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    model: String,
    input: String,
    voice: Voice,
    instructions: Option<String>,
    response_format: Option<String>,
    speed: Option<f64>,
    stream_format: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Voice {
    Name(String),
    Custom { id: String },
}

/// What is left of a request once everything about it has been found right.
pub(crate) struct Order {
    pub(crate) text: String,
    pub(crate) speed: f64,
    pub(crate) format: Format,
    /// Whether the answer is server-sent events.
    pub(crate) events: bool,
    pub(crate) bill: Bill,
}

impl Asked {
    pub(crate) fn order(self, roster: &Roster) -> Result<Order, Mistake> {
        if !SPEECH_MODELS.contains(&self.model.as_str()) {
            let message =
                format!("The model `{}` does not exist or you do not have access to it.", self.model);
            return Err(Mistake::unknown(message, Some("model_not_found")));
        }
        if !self.voice_is_known(roster) {
            let voices = roster.now();
            let names: Vec<_> = voices.iter().take(13).map(|voice| format!("'{}'", voice.id)).collect();
            return Err(Mistake::unfit("voice", "enum", &format!("Input should be {}", names.join(", "))));
        }
        let length = self.input.chars().count();
        if length == 0 {
            let message = "String should have at least 1 character";
            return Err(Mistake::unfit("input", "string_too_short", message));
        }
        let instructions = self.instructions.as_deref().unwrap_or_default().chars().count();
        for (field, length) in [("input", length), ("instructions", instructions)] {
            if length > LONGEST {
                let message = format!(
                    "Invalid '{field}': string too long. Expected a string with maximum length {LONGEST}, but \
                     got a string with length {length} instead."
                );
                return Err(Mistake::invalid(message, Some(field), Some("string_above_max_length")));
            }
        }
        let speed = self.speed.unwrap_or(1.0);
        if !(0.25..=4.0).contains(&speed) {
            let message = "Input should be greater than or equal to 0.25 and less than or equal to 4";
            return Err(Mistake::unfit("speed", "range", message));
        }
        let Some(format) = Format::openai(self.response_format.as_deref().unwrap_or("mp3")) else {
            let message = "Input should be 'mp3', 'opus', 'aac', 'flac', 'wav' or 'pcm'";
            return Err(Mistake::unfit("response_format", "enum", message));
        };
        let events = self.wants_events()?;
        let bill = self.bill(length, instructions);
        Ok(Order { text: self.input, speed, format, events, bill })
    }

    /// The first models are billed by characters, the others by tokens.
    fn bill(&self, characters: usize, instructions: usize) -> Bill {
        let by_tokens = Bill {
            characters,
            input_tokens: (characters + instructions).div_ceil(4),
            output_tokens: TOKENS_A_MINUTE / 60.0,
            ..Bill::default()
        };
        if self.is_for_first_models() { Bill { characters, ..Bill::default() } } else { by_tokens }
    }

    fn is_for_first_models(&self) -> bool {
        self.model.starts_with("tts-1")
    }

    fn voice_is_known(&self, roster: &Roster) -> bool {
        match &self.voice {
            Voice::Name(name) => {
                let is_later = LATER_VOICES.contains(&name.as_str());
                roster.has(name) && !(is_later && self.is_for_first_models())
            }
            Voice::Custom { id } => id.starts_with("voice_") && !self.is_for_first_models(),
        }
    }

    fn wants_events(&self) -> Result<bool, Mistake> {
        match self.stream_format.as_deref() {
            None | Some("audio") => Ok(false),
            Some("sse") if self.is_for_first_models() => {
                let message = format!("'sse' is not supported for the model {}.", self.model);
                Err(Mistake::invalid(message, Some("stream_format"), Some("unsupported_value")))
            }
            Some("sse") => Ok(true),
            Some(_) => Err(Mistake::unfit("stream_format", "enum", "Input should be 'sse' or 'audio'")),
        }
    }
}
