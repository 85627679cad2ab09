//! The account's models, most of which cannot speak.

use axum::Json;
use serde_json::{Value, json};

pub(crate) const SPEECH_MODELS: [&str; 5] =
    ["tts-1", "tts-1-hd", "gpt-4o-mini-tts", "gpt-4o-mini-tts-2025-03-20", "gpt-4o-mini-tts-2025-12-15"];

#[rustfmt::skip]
const OTHERS: [&str; 43] = [
    "babbage-002", "chatgpt-image-latest", "codex-mini-latest", "dall-e-2", "dall-e-3", "davinci-002",
    "gpt-3.5-turbo", "gpt-3.5-turbo-0125", "gpt-3.5-turbo-16k", "gpt-3.5-turbo-instruct", "gpt-4", "gpt-4-0613",
    "gpt-4-turbo", "gpt-4-turbo-2024-04-09", "gpt-4.1", "gpt-4.1-mini", "gpt-4.1-nano", "gpt-4o",
    "gpt-4o-2024-08-06", "gpt-4o-2024-11-20", "gpt-4o-mini", "gpt-4o-mini-transcribe", "gpt-4o-realtime-preview",
    "gpt-4o-transcribe", "gpt-5", "gpt-5-mini", "gpt-5-nano", "gpt-5-pro", "gpt-audio", "gpt-audio-mini",
    "gpt-image-1", "gpt-realtime", "gpt-realtime-mini", "o1", "o1-pro", "o3", "o3-mini", "o4-mini",
    "omni-moderation-latest", "text-embedding-3-large", "text-embedding-3-small", "text-embedding-ada-002",
    "whisper-1",
];

pub(crate) async fn all() -> Json<Value> {
    let data: Vec<Value> = (1_690_000_000u64..)
        .step_by(2_000_000)
        .zip(OTHERS.iter().chain(&SPEECH_MODELS))
        .map(|(created, id)| json!({"id": id, "object": "model", "created": created, "owned_by": "system"}))
        .collect();
    Json(json!({"object": "list", "data": data}))
}
