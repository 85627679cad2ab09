//! What Azure is asked to speak, and where.

use super::connection::Headers;

/// Where over HTTP.
pub(crate) const SPEECH: &str = "/cognitiveservices/v1";

/// Where on a WebSocket.
pub(crate) const SOCKET: &str = "/cognitiveservices/websocket/v1";

/// What a request says of its body, and of the audio.
pub(crate) const HEADERS: Headers =
    &[("content-type", "application/ssml+xml"), ("x-microsoft-outputformat", FORMAT)];

/// Who speaks: a voice of Azure's list.
pub(super) const VOICE: &str = "en-US-JennyNeural";

/// As what: samples without a head.
pub(super) const FORMAT: &str = "raw-24khz-16bit-mono-pcm";

/// The document of Azure's SDKs around a text, which has nothing in it that would be markup.
pub(crate) fn document(text: &str) -> String {
    format!(
        "<speak version='1.0' xmlns='http://www.w3.org/2001/10/synthesis' \
         xmlns:mstts='http://www.w3.org/2001/mstts' xml:lang='en-US'><voice name='{VOICE}'>{text}</voice></speak>"
    )
}
