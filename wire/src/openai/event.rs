use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::{Caption, ErrorBody};

/// One server-sent event of `stream_format: "sse"`. The type stands inside the JSON; there is no `event:` line.
#[derive(Clone, Debug, PartialEq)]
pub enum SpeechEvent<'a> {
    /// A piece of audio in the requested format.
    Delta {
        /// Encoded audio; base64 on the wire.
        audio: &'a [u8],
        /// When the words that begin in it are heard. OpenAI has no such field: it is left out where nobody asked.
        timestamps: Option<Vec<Caption>>,
    },
    /// All audio was sent.
    Done {
        /// What it cost.
        usage: SpeechUsage,
    },
    /// The audio broke off. Both official clients raise what lies under `error`.
    Error {
        /// Why.
        error: ErrorBody,
    },
}

/// Tokens, in OpenAI's unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SpeechUsage {
    /// Tokens of the text.
    pub input_tokens: u64,
    /// Tokens of the audio.
    pub output_tokens: u64,
    /// Their sum.
    pub total_tokens: u64,
}

impl SpeechUsage {
    /// OpenAI's own equivalence: 12 dollars for a million audio tokens, 1.5 cents for a minute.
    const AUDIO_TOKENS_PER_MINUTE: u64 = 1250;
    /// OpenAI's rule of thumb for English text.
    const CHARACTERS_PER_TOKEN: u64 = 4;

    /// What a speech would count, estimated: a quarter of the text's characters, and 1,250 tokens for a
    /// minute of audio, each rounded up. A local model has no tokens of its own to count.
    pub fn estimate(characters: u64, audio_ms: u64) -> Self {
        let input_tokens = characters.div_ceil(Self::CHARACTERS_PER_TOKEN);
        let output_tokens = (audio_ms * Self::AUDIO_TOKENS_PER_MINUTE).div_ceil(60_000);
        Self { input_tokens, output_tokens, total_tokens: input_tokens + output_tokens }
    }
}

impl SpeechEvent<'_> {
    /// The event as it goes over the wire: `data: ` with its space, one line of JSON, one blank line.
    pub fn to_frame(&self) -> String {
        // Serialising these types to memory has no way to fail: no map keys, no foreign `Serialize`.
        format!("data: {}\n\n", serde_json::to_string(self).unwrap_or_default())
    }
}

impl Serialize for SpeechEvent<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut event = serializer.serialize_struct("SpeechEvent", 2)?;
        match self {
            Self::Delta { audio, timestamps } => {
                event.serialize_field("type", "speech.audio.delta")?;
                event.serialize_field("audio", &STANDARD.encode(audio))?;
                match timestamps {
                    Some(timestamps) => event.serialize_field("timestamps", timestamps)?,
                    None => event.skip_field("timestamps")?,
                }
            }
            Self::Done { usage } => {
                event.serialize_field("type", "speech.audio.done")?;
                event.serialize_field("usage", usage)?;
            }
            Self::Error { error } => {
                event.serialize_field("type", "error")?;
                event.serialize_field("error", error)?;
            }
        }
        event.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_read_as_openai_sends_them() {
        insta::assert_snapshot!(SpeechEvent::Delta { timestamps: None, audio: &[0xFF, 0xF3, 0x00] }.to_frame(), @r#"data: {"type":"speech.audio.delta","audio":"//MA"}"#);
        insta::assert_snapshot!(SpeechEvent::Done { usage: SpeechUsage::estimate(14, 2_000) }.to_frame(), @r#"data: {"type":"speech.audio.done","usage":{"input_tokens":4,"output_tokens":42,"total_tokens":46}}"#);
        let error = ErrorBody {
            message: "The backend broke.".into(),
            kind: "server_error",
            param: None,
            code: Some("backend_failed"),
        };
        insta::assert_snapshot!(SpeechEvent::Error { error }.to_frame(), @r#"data: {"type":"error","error":{"message":"The backend broke.","type":"server_error","param":null,"code":"backend_failed"}}"#);
    }

    #[test]
    fn a_frame_ends_with_a_blank_line() {
        assert!(SpeechEvent::Delta { timestamps: None, audio: &[] }.to_frame().ends_with("}\n\n"));
    }

    #[test]
    fn nothing_spoken_costs_nothing_and_a_minute_costs_1250() {
        assert_eq!(SpeechUsage::estimate(0, 0).total_tokens, 0);
        assert_eq!(
            SpeechUsage::estimate(1, 60_000),
            SpeechUsage { input_tokens: 1, output_tokens: 1250, total_tokens: 1251 }
        );
    }
}
