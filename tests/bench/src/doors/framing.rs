//! How audio lies in the body of an answer.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use crate::Result;

/// Bytes of 24 kHz, 16 bit, mono in a millisecond: all that the doors are asked for.
const BYTES_IN_MILLISECOND: usize = 48;

/// Milliseconds of audio in so many bytes of it.
pub(super) fn audio_ms(bytes: usize) -> usize {
    bytes / BYTES_IN_MILLISECOND
}

/// The form of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// Nothing but audio.
    Bare,
    /// OpenAI's server-sent events.
    Events,
    /// ElevenLabs' JSON, an object a line.
    Lines,
}

impl Framing {
    /// Whether a client that has this much of the body has audio: any, or the first whole event or line.
    pub(super) fn has_audio(self, body: &[u8]) -> bool {
        match self {
            Self::Bare => !body.is_empty(),
            Self::Events => body.windows(2).any(|end| end == b"\n\n"),
            Self::Lines => body.contains(&b'\n'),
        }
    }

    /// Milliseconds of audio in a body, of which the end may be missing.
    pub(super) fn audio_ms(self, body: &[u8]) -> Result<usize> {
        let bytes = match self {
            Self::Bare => body.len(),
            Self::Events | Self::Lines => {
                let whole = body.split_inclusive(|&byte| byte == b'\n').filter(|line| line.ends_with(b"\n"));
                whole.map(|line| self.audio_bytes(line)).sum::<Result<usize>>()?
            }
        };
        Ok(audio_ms(bytes))
    }

    fn audio_bytes(self, line: &[u8]) -> Result<usize> {
        let (prefix, field): (&[u8], _) = match self {
            Self::Events => (b"data:", "audio"),
            _ => (b"", "audio_base64"),
        };
        match line.trim_ascii().strip_prefix(prefix) {
            None | Some([]) => Ok(0),
            Some(json) => {
                let message: Value = serde_json::from_slice(json)?;
                Ok(BASE64_STANDARD.decode(message[field].as_str().unwrap_or_default())?.len())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 96 bytes: two milliseconds.
    fn audio() -> String {
        BASE64_STANDARD.encode([1; 96])
    }

    #[test]
    fn audio_is_there_with_the_first_whole_event_or_line() {
        assert!(!Framing::Bare.has_audio(b""));
        assert!(Framing::Bare.has_audio(b"x"));
        assert!(!Framing::Events.has_audio(b"data: {}\n"));
        assert!(Framing::Events.has_audio(b"data: {}\n\nda"));
        assert!(!Framing::Lines.has_audio(b"{\"audio_base64\""));
        assert!(Framing::Lines.has_audio(b"{}\n"));
    }

    #[test]
    fn audio_is_counted_without_what_is_cut_off() {
        let event = format!("data: {{\"type\":\"speech.audio.delta\",\"audio\":\"{}\"}}\n\n", audio());
        let body = format!("{event}{event}{}", &event[..40]);
        assert_eq!(Framing::Events.audio_ms(body.as_bytes()).unwrap(), 4);
        let line = format!("{{\"audio_base64\":\"{}\",\"alignment\":null}}\n", audio());
        assert_eq!(Framing::Lines.audio_ms(format!("{line}\n{line}").as_bytes()).unwrap(), 4);
        assert_eq!(Framing::Bare.audio_ms(&[0; 480]).unwrap(), 10);
        assert!(Framing::Lines.audio_ms(b"<html>\n").is_err());
    }
}
