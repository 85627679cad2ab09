use bytes::{Bytes, BytesMut};
use speech::{Codec, SpeechError};

use crate::Remote;
use crate::body::Body;

/// A text is known as one by so many bytes.
const TELLING: usize = 64;

/// The media types that each codec goes by, as servers in the field send them; the first is the usual one. Several codecs
/// may go by one.
const MEDIA_TYPES: &[(Codec, &[&str])] = &[
    (Codec::Mp3, &["audio/mpeg", "audio/mp3", "audio/x-mp3", "audio/x-mpeg", "audio/mpeg3"]),
    (Codec::Opus, &["audio/opus", "audio/ogg", "application/ogg", "audio/x-opus"]),
    (Codec::Webm, &["audio/webm"]),
    (Codec::OpusPackets, &["audio/opus", "audio/x-opus"]),
    (Codec::Aac, &["audio/aac", "audio/x-aac", "audio/aacp"]),
    (Codec::Flac, &["audio/flac", "audio/x-flac"]),
    (Codec::Wav, &["audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"]),
    (Codec::WavUlaw, &["audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"]),
    (Codec::WavAlaw, &["audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"]),
    (Codec::Pcm, &["audio/pcm", "audio/x-pcm", "audio/l16", "audio/raw", "audio/x-raw"]),
    (Codec::Ulaw, &["audio/basic", "audio/pcmu", "audio/mulaw", "audio/x-mulaw", "audio/ulaw"]),
    (Codec::Alaw, &["audio/pcma", "audio/alaw", "audio/x-alaw", "audio/x-alaw-basic"]),
];

/// A content type without its parameters, in small letters.
pub(crate) fn media_type(content_type: Option<&str>) -> String {
    content_type.and_then(|value| value.split(';').next()).unwrap_or_default().trim().to_ascii_lowercase()
}

/// Refuses what says of itself that it is not what was asked for. What says nothing (no type,
/// `application/octet-stream`, a name of audio that nobody knows) passes.
pub(crate) fn check_content_type(
    remote: &Remote,
    content_type: Option<&str>,
    codec: Codec,
) -> Result<(), SpeechError> {
    let found = media_type(content_type);
    if found.is_empty() || matches!(found.as_str(), "application/octet-stream" | "binary/octet-stream") {
        return Ok(());
    }
    let meant: Vec<Codec> = MEDIA_TYPES
        .iter()
        .filter(|(_, names)| names.contains(&found.as_str()))
        .map(|(codec, _)| *codec)
        .collect();
    match meant.first() {
        Some(_) if meant.contains(&codec) => Ok(()),
        Some(other) => Err(remote.failed(&format!("sent {other} where {codec} was asked for"))),
        None if found.starts_with("audio/") => Ok(()),
        None => Err(remote.failed("sent something that is not audio")),
    }
}

/// Refuses what says of itself that it is no audio at all.
pub(crate) fn check_is_audio(remote: &Remote, content_type: Option<&str>) -> Result<(), SpeechError> {
    let found = media_type(content_type);
    let says_nothing = matches!(found.as_str(), "" | "application/octet-stream" | "binary/octet-stream");
    match says_nothing || found.starts_with("audio/") || found == "application/ogg" {
        true => Ok(()),
        false => Err(remote.failed("sent something that is not audio")),
    }
}

/// The first bytes of a body, once they are known not to be a text: an error page with the status and the content type
/// of success.
pub(crate) async fn begin(remote: &Remote, body: &mut Body) -> Result<Bytes, SpeechError> {
    let first = body.next().await.ok_or_else(|| remote.failed("gave no audio"))??;
    if !may_be_text(&first) {
        return Ok(first);
    }
    let mut so_far = BytesMut::from(first.as_ref());
    while so_far.len() < TELLING && may_be_text(&so_far) {
        match body.next().await {
            Some(bytes) => so_far.extend_from_slice(&bytes?),
            None => break,
        }
    }
    match may_be_text(&so_far) {
        true => Err(remote.failed("sent a text in place of audio")),
        false => Ok(so_far.freeze()),
    }
}

/// Whether audio begins as JSON, HTML or XML does, and goes on as text: an error in place of audio. Of fewer than 64
/// bytes that is not sure.
pub fn may_be_text(bytes: &[u8]) -> bool {
    let begin = bytes.trim_ascii_start();
    let begin = begin.get(..begin.len().min(TELLING)).unwrap_or_default();
    let text = match str::from_utf8(begin) {
        Ok(text) => text,
        // Cut within a letter.
        Err(error) if error.error_len().is_none() => {
            str::from_utf8(begin.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let is_control = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    text.is_empty() || (text.starts_with(['{', '[', '<']) && !text.contains(is_control))
}
