//! The doors that are measured, and what each is asked.

use bytes::Bytes;
use serde_json::{Value, json};

use super::connection::{Headers, JSON};
use super::framing::Framing;
use super::ssml;

/// Whose door it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Vendor {
    OpenAi,
    ElevenLabs,
    Azure,
}

/// How a door is spoken through.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    /// A request for each text.
    Http(Post),
    /// ElevenLabs' `stream-input`, a flush for each text.
    StreamInput,
    /// Azure's WebSocket, a turn for each text.
    Usp {
        /// Whether it is to tell when each word is spoken.
        words: bool,
    },
}

/// What is posted for a text, and as what the audio comes back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Post {
    pub(super) headers: Headers,
    pub(super) body: fn(&str) -> Bytes,
    pub(super) framing: Framing,
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
        way: Way::Http(Post {
            headers: JSON,
            body: |text| {
                bytes(&json!({"model": "tts-1", "voice": "alloy", "response_format": "pcm", "input": text}))
            },
            framing: Framing::Bare,
        }),
        lengths: LENGTHS,
    },
    Door {
        name: "openai-events",
        vendor: Vendor::OpenAi,
        path: "/v1/audio/speech",
        way: Way::Http(Post {
            headers: JSON,
            body: |text| {
                bytes(&json!({
                    "model": "gpt-4o-mini-tts", "voice": "alloy", "response_format": "pcm",
                    "stream_format": "sse", "input": text,
                }))
            },
            framing: Framing::Events,
        }),
        lengths: LENGTHS,
    },
    Door {
        name: "elevenlabs-stream",
        vendor: Vendor::ElevenLabs,
        path: "/v1/text-to-speech/JBFqnCBsd6RMkjVDRZzb/stream?output_format=pcm_24000",
        way: Way::Http(Post { headers: JSON, body: flash, framing: Framing::Bare }),
        lengths: LENGTHS,
    },
    Door {
        name: "elevenlabs-timestamps",
        vendor: Vendor::ElevenLabs,
        path: "/v1/text-to-speech/JBFqnCBsd6RMkjVDRZzb/stream/with-timestamps?output_format=pcm_24000",
        way: Way::Http(Post { headers: JSON, body: flash, framing: Framing::Lines }),
        lengths: LENGTHS,
    },
    Door {
        name: "elevenlabs-socket",
        vendor: Vendor::ElevenLabs,
        path: "/v1/text-to-speech/JBFqnCBsd6RMkjVDRZzb/stream-input\
               ?model_id=eleven_flash_v2_5&output_format=pcm_24000&inactivity_timeout=180",
        way: Way::StreamInput,
        lengths: &[60],
    },
    Door {
        name: "azure-rest",
        vendor: Vendor::Azure,
        path: ssml::SPEECH,
        way: Way::Http(Post {
            headers: ssml::HEADERS,
            body: |text| ssml::document(text).into(),
            framing: Framing::Bare,
        }),
        lengths: LENGTHS,
    },
    Door {
        name: "azure-socket",
        vendor: Vendor::Azure,
        path: ssml::SOCKET,
        way: Way::Usp { words: true },
        lengths: LENGTHS,
    },
    Door {
        name: "azure-socket-audio",
        vendor: Vendor::Azure,
        path: ssml::SOCKET,
        way: Way::Usp { words: false },
        lengths: LENGTHS,
    },
];

fn flash(text: &str) -> Bytes {
    bytes(&json!({"model_id": "eleven_flash_v2_5", "text": text}))
}

/// JSON as it is sent.
pub(super) fn bytes(body: &Value) -> Bytes {
    body.to_string().into()
}
