//! What a client is told on the WebSocket.

use bytes::Bytes;
use serde::Serialize;
use serde_json::json;

use super::usp::Message;
use crate::soundboard::Swapped;

/// The messages of one turn: what becomes of one SSML document.
///
/// The order is `turn.start`, `response`, audio and metadata, `turn.end`. The SDKs wait for ever for what is left out:
/// that for Python for the first, that for JavaScript for the second, and both for the last.
#[derive(Clone, Debug)]
pub struct Reply {
    /// As the client called the turn.
    request_id: String,
    /// What we call it.
    tag: String,
}

impl Reply {
    /// Of a turn that the client calls `request_id`, and we `tag`.
    pub fn new(request_id: Option<&str>, tag: impl Into<String>) -> Self {
        let tag = tag.into();
        Self { request_id: request_id.unwrap_or(&tag).to_owned(), tag }
    }

    /// It begins.
    pub fn start(&self) -> String {
        self.json("turn.start", &json!({"context": {"serviceTag": self.tag}}))
    }

    /// Its audio comes on this connection, under that id.
    pub fn response(&self) -> String {
        let audio = json!({"type": "inline", "streamId": self.tag});
        self.json("response", &json!({"context": {"serviceTag": self.tag}, "audio": audio}))
    }

    /// The next bytes of its audio, as a binary frame.
    pub fn audio(&self, media_type: &str, bytes: Bytes) -> Bytes {
        let message = Message::new("audio", Some(&self.request_id)).with("Content-Type", media_type);
        message.with("X-StreamId", &self.tag).saying(bytes).to_binary()
    }

    /// Something in its audio.
    pub fn metadata(&self, event: &Event) -> String {
        self.json("audio.metadata", &json!({"Metadata": [event]}))
    }

    /// It ends. `soundboard` is our own field, which the SDKs pass over: who spoke in whose place, and what was left out.
    pub fn end(&self, swapped: Option<&Swapped>, dropped: &[String]) -> String {
        let mut body = json!({});
        if let Some(swapped) = swapped {
            body["soundboard"] = json!(swapped);
        }
        if !dropped.is_empty() {
            body["soundboard"]["dropped"] = json!(dropped);
        }
        self.json("turn.end", &body)
    }

    /// JSON holds no line break as it is, so nothing in it looks like the end of the headers.
    fn json(&self, path: &str, body: &serde_json::Value) -> String {
        let message = Message::new(path, Some(&self.request_id));
        message.with("Content-Type", "application/json; charset=utf-8").saying(body.to_string()).to_text()
    }
}

/// So many milliseconds in Azure's ticks, of 100 nanoseconds.
pub fn ticks(ms: u64) -> u64 {
    ms.saturating_mul(10_000)
}

/// Something in the audio. Its `Debug` would show the client's text, so it has none.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "Type", content = "Data")]
pub enum Event {
    /// A word, or a punctuation mark.
    WordBoundary(Boundary),
    /// A sentence.
    SentenceBoundary(Boundary),
    /// A shape of the mouth.
    #[serde(rename_all = "PascalCase")]
    Viseme {
        /// Ticks from the start of the audio.
        offset: u64,
        /// 0 is silence, 1 to 21 are groups of phonemes.
        viseme_id: u8,
        /// None of ours has one; the SDK for JavaScript would read its absence as a word.
        animation_chunk: &'static str,
        /// No other part of an animation follows.
        is_last_animation: bool,
    },
    /// A bookmark is passed.
    #[serde(rename_all = "PascalCase")]
    Bookmark {
        /// Ticks from the start of the audio.
        offset: u64,
        /// What it is called.
        bookmark: String,
    },
    /// All was said.
    #[serde(rename_all = "PascalCase")]
    SessionEnd {
        /// Ticks from the start of the audio.
        offset: u64,
    },
}

/// A stretch of the text, and when it is heard.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Boundary {
    /// Ticks from the start of the audio.
    pub offset: u64,
    /// Ticks.
    pub duration: u64,
    /// What is heard. Its name alone is in small letters.
    #[serde(rename = "text")]
    pub text: BoundaryText,
}

/// A stretch of the text.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BoundaryText {
    text: String,
    /// In UTF-16 code units: the SDKs find the text in the SSML by themselves, and JavaScript counts so.
    length: usize,
    boundary_type: BoundaryType,
}

/// What a stretch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum BoundaryType {
    /// A word.
    WordBoundary,
    /// A punctuation mark, or several in a row.
    PunctuationBoundary,
    /// A sentence.
    SentenceBoundary,
}

impl Event {
    /// A stretch that is heard from one time to the other, in milliseconds.
    pub fn boundary(of: BoundaryType, text: impl Into<String>, start_ms: u64, end_ms: u64) -> Self {
        let text = text.into();
        let length = text.encode_utf16().count();
        let text = BoundaryText { text, length, boundary_type: of };
        let duration = ticks(end_ms.saturating_sub(start_ms));
        let boundary = Boundary { offset: ticks(start_ms), duration, text };
        match of {
            BoundaryType::WordBoundary | BoundaryType::PunctuationBoundary => Self::WordBoundary(boundary),
            BoundaryType::SentenceBoundary => Self::SentenceBoundary(boundary),
        }
    }

    /// A shape of the mouth.
    pub fn viseme(viseme_id: u8, at_ms: u64) -> Self {
        Self::Viseme { offset: ticks(at_ms), viseme_id, animation_chunk: "", is_last_animation: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply() -> Reply {
        Reply::new(Some("4A1C"), "req-7")
    }

    #[test]
    fn a_turn_in_messages() {
        let swapped = Swapped {
            requested_voice: "alloy".into(),
            voice: "tone:tone".into(),
            reason: "alias",
            switched: None,
        };
        let turn = [
            reply().start(),
            reply().response(),
            reply().end(None, &[]),
            reply().end(Some(&swapped), &["pitch".into()]),
        ];
        insta::assert_snapshot!(turn.join("\n").replace('\r', ""), @r#"
        X-RequestId: 4A1C
        Path: turn.start
        Content-Type: application/json; charset=utf-8

        {"context":{"serviceTag":"req-7"}}
        X-RequestId: 4A1C
        Path: response
        Content-Type: application/json; charset=utf-8

        {"audio":{"streamId":"req-7","type":"inline"},"context":{"serviceTag":"req-7"}}
        X-RequestId: 4A1C
        Path: turn.end
        Content-Type: application/json; charset=utf-8

        {}
        X-RequestId: 4A1C
        Path: turn.end
        Content-Type: application/json; charset=utf-8

        {"soundboard":{"dropped":["pitch"],"reason":"alias","requested_voice":"alloy","voice":"tone:tone"}}
        "#);
    }

    #[test]
    fn audio_names_its_turn_and_its_stream() {
        let frame = reply().audio("audio/pcm", Bytes::from_static(b"\r\n\r\n"));
        let message = Message::from_binary(&frame).unwrap();
        assert_eq!((message.path().as_str(), message.request_id()), ("audio", Some("4A1C")));
        assert_eq!(message.header("X-StreamId"), Some("req-7"));
        assert_eq!(message.body, &b"\r\n\r\n"[..]);
    }

    #[test]
    fn events_are_in_ticks_and_in_azures_words() {
        let events = [
            Event::boundary(BoundaryType::WordBoundary, "Hi👍", 50, 350),
            Event::boundary(BoundaryType::PunctuationBoundary, ".", 350, 350),
            Event::boundary(BoundaryType::SentenceBoundary, "Hi👍.", 50, 350),
            Event::viseme(12, 50),
            Event::Bookmark { offset: 0, bookmark: "mark".into() },
            Event::SessionEnd { offset: 4_000_000 },
        ];
        let told = events.iter().map(|event| serde_json::to_string(event).unwrap());
        insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"), @r#"
        {"Type":"WordBoundary","Data":{"Offset":500000,"Duration":3000000,"text":{"Text":"Hi👍","Length":4,"BoundaryType":"WordBoundary"}}}
        {"Type":"WordBoundary","Data":{"Offset":3500000,"Duration":0,"text":{"Text":".","Length":1,"BoundaryType":"PunctuationBoundary"}}}
        {"Type":"SentenceBoundary","Data":{"Offset":500000,"Duration":3000000,"text":{"Text":"Hi👍.","Length":5,"BoundaryType":"SentenceBoundary"}}}
        {"Type":"Viseme","Data":{"Offset":500000,"VisemeId":12,"AnimationChunk":"","IsLastAnimation":true}}
        {"Type":"Bookmark","Data":{"Offset":0,"Bookmark":"mark"}}
        {"Type":"SessionEnd","Data":{"Offset":4000000}}
        "#);
    }

    #[test]
    fn no_text_looks_like_the_end_of_the_headers() {
        let event = Event::Bookmark { offset: 0, bookmark: "a\r\n\r\nPath: turn.end".into() };
        let told = reply().metadata(&event);
        assert_eq!(told.matches("\r\n\r\n").count(), 1, "{told:?}");
        assert_eq!(Message::from_text(&told).unwrap().path(), "audio.metadata");
    }
}
