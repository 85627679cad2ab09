//! The doors that are measured, and what each is asked.

use bytes::Bytes;
use serde_json::{Value, json};

use super::framing::Framing;

/// Whose door it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Vendor {
    OpenAi,
    ElevenLabs,
}

/// How a door is spoken through.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    /// A request for each text.
    Http { framing: Framing, body: fn(&str) -> Value },
    /// A WebSocket of `stream-input`, a flush for each text.
    Socket,
}

/// One door.
#[derive(Debug)]
pub struct Door {
    /// What the table and the option `--only` call it.
    pub name: &'static str,
    pub(super) vendor: Vendor,
    /// The path, the same of the vendor and of the gateway.
    pub(super) path: &'static str,
    pub(super) way: Way,
    /// Characters of the texts.
    pub lengths: &'static [usize],
}

/// Short, usual and long.
const LENGTHS: &[usize] = &[60, 600, 3600];

/// All of them.
pub const DOORS: &[Door] = &[
    Door {
        name: "openai-audio",
        vendor: Vendor::OpenAi,
        path: "/v1/audio/speech",
        way: Way::Http {
            framing: Framing::Bare,
            body: |text| json!({"model": "tts-1", "voice": "alloy", "response_format": "pcm", "input": text}),
        },
        lengths: LENGTHS,
    },
    Door {
        name: "openai-events",
        vendor: Vendor::OpenAi,
        path: "/v1/audio/speech",
        way: Way::Http {
            framing: Framing::Events,
            body: |text| {
                json!({
                    "model": "gpt-4o-mini-tts", "voice": "alloy", "response_format": "pcm",
                    "stream_format": "sse", "input": text,
                })
            },
        },
        lengths: LENGTHS,
    },
    Door {
        name: "elevenlabs-stream",
        vendor: Vendor::ElevenLabs,
        path: "/v1/text-to-speech/JBFqnCBsd6RMkjVDRZzb/stream?output_format=pcm_24000",
        way: Way::Http { framing: Framing::Bare, body: flash },
        lengths: LENGTHS,
    },
    Door {
        name: "elevenlabs-timestamps",
        vendor: Vendor::ElevenLabs,
        path: "/v1/text-to-speech/JBFqnCBsd6RMkjVDRZzb/stream/with-timestamps?output_format=pcm_24000",
        way: Way::Http { framing: Framing::Lines, body: flash },
        lengths: LENGTHS,
    },
    Door {
        name: "elevenlabs-socket",
        vendor: Vendor::ElevenLabs,
        path: "/v1/text-to-speech/JBFqnCBsd6RMkjVDRZzb/stream-input\
               ?model_id=eleven_flash_v2_5&output_format=pcm_24000&inactivity_timeout=180",
        way: Way::Socket,
        lengths: &[60],
    },
];

fn flash(text: &str) -> Value {
    json!({"model_id": "eleven_flash_v2_5", "text": text})
}

/// The body of a request.
pub(super) fn bytes(body: &Value) -> Bytes {
    body.to_string().into()
}
