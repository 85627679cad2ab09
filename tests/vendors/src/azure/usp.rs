//! USP's frames: headers, an empty line, a body; or, binary, the length of the headers, the headers, and audio.

use axum::extract::ws::Message as Frame;
use serde_json::Value;

/// A text frame from the client.
pub(super) struct Message<'a> {
    headers: Vec<(&'a str, &'a str)>,
    pub(super) body: &'a str,
}

impl<'a> Message<'a> {
    /// A frame's headers, with or without a space behind the colon, and its body. None where it has no such shape.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let (head, body) = text.split_once("\r\n\r\n")?;
        let header = |line: &'a str| line.split_once(':').map(|(name, value)| (name.trim(), value.trim()));
        Some(Self { headers: head.split("\r\n").map(header).collect::<Option<_>>()?, body })
    }

    /// The value of a header in whatever case, empty where there is none.
    pub(super) fn header(&self, name: &str) -> &'a str {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }

    pub(super) fn is(&self, path: &str) -> bool {
        self.header("Path").eq_ignore_ascii_case(path)
    }

    /// The turn's id: a UUID without its hyphens.
    pub(super) fn request_id(&self) -> Option<&'a str> {
        let id = self.header("X-RequestId");
        (id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(id)
    }
}

/// A text frame to the client.
pub(super) fn text(path: &str, request_id: &str, body: &Value) -> Frame {
    let head =
        format!("X-RequestId:{request_id}\r\nContent-Type:application/json; charset=utf-8\r\nPath:{path}");
    Frame::Text(format!("{head}\r\n\r\n{body}").into())
}

/// A binary frame to the client.
pub(super) fn audio(request_id: &str, stream_id: &str, content_type: &str, payload: &[u8]) -> Frame {
    let head = format!(
        "X-RequestId:{request_id}\r\nContent-Type:{content_type}\r\nX-StreamId:{stream_id}\r\nPath:audio\r\n"
    );
    let length = (head.len() as u16).to_be_bytes();
    Frame::Binary([&length, head.as_bytes(), payload].concat().into())
}
