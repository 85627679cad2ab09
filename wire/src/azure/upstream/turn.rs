//! What a client sends on the WebSocket: once who it is, and for each turn how it wants to hear what.

use serde_json::json;

use crate::azure::usp::Message;

/// Who speaks to Azure: the first message on a connection.
pub fn speech_config(request_id: &str, sent: &str, program: &str, version: &str) -> Message {
    let body = json!({ "context": { "system": { "name": program, "version": version } } });
    message("speech.config", request_id, sent, "application/json").saying(body.to_string())
}

/// In which format a turn is to be heard, and what is to be told of it: always its words, and the shapes of the mouth
/// where they are wanted.
pub fn synthesis_context(request_id: &str, sent: &str, output_format: &str, visemes: bool) -> Message {
    let body = json!({
        "synthesis": {
            "audio": {
                "metadataOptions": {
                    "bookmarkEnabled": false,
                    "punctuationBoundaryEnabled": false,
                    "sentenceBoundaryEnabled": false,
                    "sessionEndEnabled": true,
                    "visemeEnabled": visemes,
                    "wordBoundaryEnabled": true,
                },
                "outputFormat": output_format,
            },
            "language": { "autoDetection": false },
        },
    });
    message("synthesis.context", request_id, sent, "application/json").saying(body.to_string())
}

/// What a turn says.
pub fn ssml(request_id: &str, sent: &str, document: String) -> Message {
    message("ssml", request_id, sent, "application/ssml+xml").saying(document)
}

fn message(path: &str, request_id: &str, sent: &str, media_type: &str) -> Message {
    Message::new(path, Some(request_id)).with("X-Timestamp", sent).with("Content-Type", media_type)
}
