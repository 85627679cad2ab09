//! What holds for any frame on Azure's WebSocket.

use bytes::Bytes;
use wire::azure::usp::Message;

/// Reads the bytes as either kind of frame, and says which promise is broken.
///
/// # Errors
/// The broken promise.
pub(crate) fn check(frame: &[u8]) -> Result<(), String> {
    let frame = Bytes::copy_from_slice(frame);
    if let Ok(message) = Message::from_binary(&frame) {
        let again = Message::from_binary(&message.to_binary()).map_err(|error| error.to_string())?;
        if again != message || message.path().is_empty() != message.header("path").is_none_or(str::is_empty) {
            return Err("a binary frame that is written as another".into());
        }
    }
    let text = String::from_utf8_lossy(&frame);
    if let Ok(message) = Message::from_text(&text) {
        let again = Message::from_text(&message.to_text()).map_err(|error| error.to_string())?;
        if again != message {
            return Err("a text frame that is written as another".into());
        }
    }
    Ok(())
}
