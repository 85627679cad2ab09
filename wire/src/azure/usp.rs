//! Messages of the Universal Speech Protocol: headers and a body, in a text or a binary frame.

use std::borrow::Cow;

use bytes::Bytes;

/// Bytes of headers that a message may have; the SDKs send a few hundred.
const MOST_HEADER_BYTES: usize = 8 << 10;

/// One message, in either kind of frame.
///
/// A text frame is lines of `Name: value`, an empty line, and the body. A binary frame is the length of the lines in two
/// bytes, the greater first, the lines, and the body.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    headers: Vec<(String, String)>,
    /// What follows the headers: JSON, SSML, or audio.
    pub body: Bytes,
}

/// Why a frame is no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// A header line without a colon.
    #[error("a header line has no colon")]
    Header,
    /// More headers than any client sends.
    #[error("the headers are longer than {MOST_HEADER_BYTES} bytes")]
    TooLong,
    /// A binary frame that is shorter than it says.
    #[error("the frame ends before its headers do")]
    Cut,
    /// Headers that are not UTF-8.
    #[error("the headers are not UTF-8")]
    NoText,
    /// No header says what the message is.
    #[error("the message has no Path")]
    NoPath,
}

impl Message {
    /// One of that path, of a turn if there is one yet. Further headers are added by [`with`](Self::with).
    pub fn new(path: &str, request_id: Option<&str>) -> Self {
        let message = Self { headers: Vec::new(), body: Bytes::new() };
        let message = request_id.into_iter().fold(message, |message, id| message.with("X-RequestId", id));
        message.with("Path", path)
    }

    /// The same with one more header. A line break in its value becomes a space.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.replace(['\r', '\n'], " ")));
        self
    }

    /// The same with that body.
    #[must_use]
    pub fn saying(self, body: impl Into<Bytes>) -> Self {
        Self { body: body.into(), ..self }
    }

    /// What a text frame holds. A frame without an empty line is all headers.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn from_text(frame: &str) -> Result<Self, Malformed> {
        let (headers, body) = frame.split_once("\r\n\r\n").unwrap_or((frame, ""));
        Self::read(headers, Bytes::copy_from_slice(body.as_bytes()))
    }

    /// What a binary frame holds; the body is a part of it, not a copy.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn from_binary(frame: &Bytes) -> Result<Self, Malformed> {
        let (length, rest) = frame.split_first_chunk::<2>().ok_or(Malformed::Cut)?;
        let (headers, body) =
            rest.split_at_checked(u16::from_be_bytes(*length).into()).ok_or(Malformed::Cut)?;
        let headers = std::str::from_utf8(headers).map_err(|_| Malformed::NoText)?;
        Self::read(headers, frame.slice_ref(body))
    }

    fn read(lines: &str, body: Bytes) -> Result<Self, Malformed> {
        if lines.len() > MOST_HEADER_BYTES {
            return Err(Malformed::TooLong);
        }
        let lines = lines.split("\r\n").filter(|line| !line.is_empty());
        let header = |line: &str| {
            let (name, value) = line.split_once(':').ok_or(Malformed::Header)?;
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        };
        let message = Self { headers: lines.map(header).collect::<Result<_, _>>()?, body };
        message.header("Path").ok_or(Malformed::NoPath)?;
        Ok(message)
    }

    /// As a text frame. What of the body is not UTF-8 is replaced.
    pub fn to_text(&self) -> String {
        [&self.lines(), "\r\n", &self.text()].concat()
    }

    /// As a binary frame.
    pub fn to_binary(&self) -> Bytes {
        let lines = self.lines();
        // Ours are some two hundred bytes.
        let length = u16::try_from(lines.len()).unwrap_or(u16::MAX).to_be_bytes();
        [&length, lines.as_bytes(), &self.body].concat().into()
    }

    fn lines(&self) -> String {
        self.headers.iter().map(|(name, value)| [name, ": ", value, "\r\n"].concat()).collect()
    }

    /// The first header of that name, in whichever case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// What the message is, in small letters: `ssml`, `turn.start`.
    pub fn path(&self) -> String {
        self.header("Path").unwrap_or_default().to_ascii_lowercase()
    }

    /// The turn that it belongs to.
    pub fn request_id(&self) -> Option<&str> {
        self.header("X-RequestId")
    }

    /// The body as text.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }
}

/// Nobody's text belongs in a log.
impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Message({}, {} bytes)", self.path(), self.body.len())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_sdks_spell_their_headers() {
        for frame in
            ["Path: ssml\r\nX-RequestId: AB\r\n\r\n<speak/>", "Path:ssml\r\nx-requestid:AB\r\n\r\n<speak/>"]
        {
            let message = Message::from_text(frame).unwrap();
            assert_eq!(
                (message.path().as_str(), message.request_id(), &*message.text()),
                ("ssml", Some("AB"), "<speak/>")
            );
        }
    }

    #[test]
    fn what_is_no_message_is_told_why() {
        let binary = |bytes: &'static [u8]| Message::from_binary(&Bytes::from_static(bytes));
        assert_eq!(Message::from_text("no colon\r\n\r\n"), Err(Malformed::Header));
        assert_eq!(Message::from_text("A: b\r\n\r\n"), Err(Malformed::NoPath));
        assert_eq!(Message::from_text(&format!("Path: {}", "a".repeat(9000))), Err(Malformed::TooLong));
        assert_eq!(binary(b"\0"), Err(Malformed::Cut));
        assert_eq!(binary(b"\0\x09Path:a"), Err(Malformed::Cut));
        assert_eq!(binary(b"\0\x01\xff"), Err(Malformed::NoText));
    }

    #[test]
    fn a_value_cannot_begin_another_header() {
        let message = Message::new("response", Some("a\r\nPath: audio"));
        assert_eq!(Message::from_text(&message.to_text()).unwrap().path(), "response");
    }

    proptest! {
        #[test]
        fn a_message_survives_both_frames(id in "[0-9A-F]{32}", text in "[^\r]{0,40}", bytes: Vec<u8>) {
            let text = Message::new("audio.metadata", Some(&id)).saying(text.into_bytes());
            prop_assert_eq!(Message::from_text(&text.to_text()).unwrap(), text);
            let audio = Message::new("audio", Some(&id)).with("X-StreamId", "1").saying(bytes);
            prop_assert_eq!(Message::from_binary(&audio.to_binary()).unwrap(), audio);
        }

        #[test]
        fn no_frame_makes_it_panic(text: String, bytes: Vec<u8>) {
            let _ = Message::from_text(&text);
            let _ = Message::from_binary(&bytes.into());
        }
    }
}
