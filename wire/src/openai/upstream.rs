//! OpenAI's API as we call it: what goes out, and what comes back from OpenAI and from the many servers that follow it.
//! Strict in what is sent, liberal in what is read.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The most bytes of one event. OpenAI's are a few kilobytes.
const MOST_EVENT_BYTES: usize = 8 << 20;

/// The body of `POST {base}/audio/speech`. What is none is not sent.
#[derive(Clone, Copy, Serialize)]
pub struct SpeechCall<'a> {
    /// The model by its name.
    pub model: &'a str,
    /// What to say.
    pub input: &'a str,
    /// The voice by its name.
    pub voice: &'a str,
    /// How to say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instructions: Option<&'a str>,
    /// `mp3`, `opus`, `aac`, `flac`, `wav` or `pcm`, which is 24 kHz.
    pub response_format: &'a str,
    /// 0.25 to 4.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speed: Option<f32>,
    /// `sse` for events, which say at their end what was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_format: Option<&'a str>,
}

impl SpeechCall<'_> {
    /// The body as it goes over the wire.
    pub fn to_json(&self) -> Vec<u8> {
        // Serialising these types to memory has no way to fail.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// The body of a refusal, or of an error amid a stream: `{"error":{...}}`, or `{"detail":{...}}` of servers that are
/// made with FastAPI. What is no text in it is passed over: some followers' codes are numbers.
#[derive(Clone, Default)]
pub struct Refused {
    /// For programs: `insufficient_quota`.
    pub code: Option<String>,
    /// The class of it: `invalid_request_error`.
    pub kind: Option<String>,
    /// The field at fault.
    pub param: Option<String>,
    /// For people. May quote the request, so it is looked into and never repeated.
    pub message: Option<String>,
}

impl Refused {
    /// Reads the body; all empty where it is of another shape.
    pub fn from_json(body: &[u8]) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let error = body.get("error").or(body.get("detail")).unwrap_or(&Value::Null);
        let text = |field| Some(error.get(field)?.as_str()?.to_owned());
        Self { code: text("code"), kind: text("type"), param: text("param"), message: text("message") }
    }
}

/// The body of `GET {base}/models`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ModelList {
    /// Every model.
    pub data: Vec<Listed>,
}

/// The body of `GET {base}/audio/voices`, which OpenAI does not have and Kokoro-FastAPI does.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct VoiceList {
    /// Every voice.
    pub voices: Vec<Listed>,
}

/// An entry of a list: a bare name, or an object with one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Listed {
    /// The name that a request uses.
    Name(String),
    /// The name that a request uses, and one for people.
    Entry {
        /// The name that a request uses.
        id: String,
        /// For people.
        name: Option<String>,
    },
    /// An object that has a name and no id.
    Named {
        /// The name that a request uses.
        name: String,
    },
}

impl Listed {
    /// The name that a request uses.
    pub fn id(&self) -> &str {
        match self {
            Self::Name(id) | Self::Entry { id, .. } | Self::Named { name: id } => id,
        }
    }

    /// The name for people.
    pub fn name(&self) -> &str {
        match self {
            Self::Entry { name: Some(name), .. } => name,
            _ => self.id(),
        }
    }
}

/// An event of an answer with `stream_format: "sse"`.
#[derive(Clone, PartialEq, Eq)]
pub enum UpstreamEvent {
    /// The next bytes of the audio.
    Audio(Vec<u8>),
    /// All audio was sent.
    Done {
        /// Tokens of the text, where they are told.
        input_tokens: Option<u64>,
        /// Tokens of the audio, where they are told.
        output_tokens: Option<u64>,
    },
    /// The audio breaks off here.
    Failed {
        /// The body of the error, as [`Refused::from_json`] and an adapter's reader of refusals take it.
        body: Vec<u8>,
    },
}

/// Why a stream of events cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// An event without an end.
    #[error("an event is longer than {MOST_EVENT_BYTES} bytes")]
    TooLong,
    /// The data of an event is not JSON.
    #[error("the data of an event is not JSON")]
    NotJson,
    /// The audio of an event is not base64.
    #[error("the audio of an event is not base64")]
    NotBase64,
}

/// Reads events from bytes that are cut anywhere: lines end with LF, CR or both, comments and unknown fields and events
/// are passed over.
#[derive(Default)]
pub struct EventReader {
    line: Vec<u8>,
    data: Vec<u8>,
    /// The last byte was a CR: an LF after it belongs to it.
    after_cr: bool,
}

impl EventReader {
    /// The events that end in the next bytes.
    ///
    /// # Errors
    /// The first [`EventError`]; the rest of the stream means nothing then.
    pub fn read(&mut self, bytes: &[u8]) -> Result<Vec<UpstreamEvent>, EventError> {
        let mut events = Vec::new();
        let mut rest = bytes;
        if std::mem::take(&mut self.after_cr) {
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        }
        while let Some(end) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            let (line, after) = rest.split_at(end);
            self.line.extend_from_slice(line);
            events.extend(self.end_line()?);
            self.after_cr = after == b"\r";
            rest = after.strip_prefix(b"\r\n").unwrap_or(after.get(1..).unwrap_or_default());
        }
        self.line.extend_from_slice(rest);
        match self.line.len() + self.data.len() > MOST_EVENT_BYTES {
            true => Err(EventError::TooLong),
            false => Ok(events),
        }
    }

    /// The last event, of a server that leaves out the blank line after it.
    ///
    /// # Errors
    /// [`EventError`] when the stream ended within an event.
    pub fn finish(mut self) -> Result<Option<UpstreamEvent>, EventError> {
        self.end_line()?;
        self.end_event()
    }

    fn end_line(&mut self) -> Result<Option<UpstreamEvent>, EventError> {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            return self.end_event();
        }
        if let Some(data) = line.strip_prefix(b"data:") {
            if !self.data.is_empty() {
                self.data.push(b'\n');
            }
            self.data.extend_from_slice(data.strip_prefix(b" ").unwrap_or(data));
        }
        Ok(None)
    }

    fn end_event(&mut self) -> Result<Option<UpstreamEvent>, EventError> {
        let data = std::mem::take(&mut self.data);
        match data.as_slice() {
            b"" => Ok(None),
            // The end of OpenAI's chats, which some send here, too.
            b"[DONE]" => Ok(Some(UpstreamEvent::Done { input_tokens: None, output_tokens: None })),
            _ => event(data),
        }
    }
}

fn event(data: Vec<u8>) -> Result<Option<UpstreamEvent>, EventError> {
    #[derive(Deserialize)]
    struct Event {
        r#type: Option<String>,
        audio: Option<String>,
        usage: Option<Usage>,
        error: Option<Value>,
    }
    #[derive(Deserialize)]
    struct Usage {
        input_tokens: Option<u64>,
        output_tokens: Option<u64>,
    }
    let Event { r#type, audio, usage, error } =
        serde_json::from_slice(&data).map_err(|_| EventError::NotJson)?;
    Ok(match r#type.as_deref() {
        Some("speech.audio.delta") => {
            let audio = STANDARD.decode(audio.unwrap_or_default()).map_err(|_| EventError::NotBase64)?;
            Some(UpstreamEvent::Audio(audio))
        }
        Some("speech.audio.done") => Some(UpstreamEvent::Done {
            input_tokens: usage.as_ref().and_then(|usage| usage.input_tokens),
            output_tokens: usage.as_ref().and_then(|usage| usage.output_tokens),
        }),
        Some("error") => Some(UpstreamEvent::Failed { body: data }),
        _ => error.map(|_| UpstreamEvent::Failed { body: data }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nobody's audio fills a test's failure.
    fn shape(events: &[UpstreamEvent]) -> Vec<String> {
        let shape = |event: &UpstreamEvent| match event {
            UpstreamEvent::Audio(audio) => format!("{audio:?}"),
            UpstreamEvent::Done { input_tokens, output_tokens } => {
                format!("done {input_tokens:?} {output_tokens:?}")
            }
            UpstreamEvent::Failed { body } => format!("failed {:?}", Refused::from_json(body).code),
        };
        events.iter().map(shape).collect()
    }

    const PLAIN: &str = r#"data: {"type":"speech.audio.delta","audio":"AQID"}

data: {"type":"speech.audio.done","usage":{"input_tokens":14,"output_tokens":101,"total_tokens":115}}

"#;

    #[test]
    fn what_is_unset_is_not_sent() {
        let call = SpeechCall {
            model: "tts-1",
            input: "Hello.",
            voice: "alloy",
            instructions: None,
            response_format: "mp3",
            speed: None,
            stream_format: None,
        };
        insta::assert_snapshot!(String::from_utf8_lossy(&call.to_json()), @r#"{"model":"tts-1","input":"Hello.","voice":"alloy","response_format":"mp3"}"#);
        let call = SpeechCall {
            instructions: Some("Whisper."),
            speed: Some(1.1),
            stream_format: Some("sse"),
            ..call
        };
        insta::assert_snapshot!(String::from_utf8_lossy(&call.to_json()), @r#"{"model":"tts-1","input":"Hello.","voice":"alloy","instructions":"Whisper.","response_format":"mp3","speed":1.1,"stream_format":"sse"}"#);
    }

    #[test]
    fn events_are_read_wherever_the_bytes_are_cut_and_however_lines_end() {
        for ending in ["\n", "\r\n", "\r"] {
            let stream = PLAIN.replace('\n', ending);
            for cut in 0..stream.len() {
                let (head, tail) = stream.as_bytes().split_at(cut);
                let mut reader = EventReader::default();
                let mut events = reader.read(head).unwrap();
                events.extend(reader.read(tail).unwrap());
                assert_eq!(
                    shape(&events),
                    ["[1, 2, 3]", "done Some(14) Some(101)"],
                    "{ending:?}, cut at {cut}"
                );
                assert!(reader.finish().unwrap().is_none());
            }
        }
    }

    #[test]
    fn comments_and_strangers_are_passed_over() {
        let stream = ": hello\nevent: x\nid: 7\n\ndata:{\"type\":\"speech.audio.delta\",\ndata:\"audio\":\"AQ==\"}\n\ndata: {\"type\":\"new\"}\n\ndata: [DONE]\n\n";
        assert_eq!(
            shape(&EventReader::default().read(stream.as_bytes()).unwrap()),
            ["[1]", "done None None"]
        );
    }

    #[test]
    fn the_last_event_may_lack_its_blank_line() {
        let mut reader = EventReader::default();
        assert!(reader.read(br#"data: {"type":"speech.audio.done"}"#).unwrap().is_empty());
        assert_eq!(shape(&[reader.finish().unwrap().unwrap()]), ["done None None"]);
        let mut reader = EventReader::default();
        assert!(reader.read(br#"data: {"type":"speech.audio.d"#).unwrap().is_empty());
        assert_eq!(reader.finish().err(), Some(EventError::NotJson));
    }

    #[test]
    fn errors_come_with_and_without_a_type() {
        for data in [
            r#"data: {"type":"error","error":{"code":"server_error","message":"x"}}"#,
            r#"data: {"error":{"code":"server_error"}}"#,
        ] {
            let events = EventReader::default().read(format!("{data}\n\n").as_bytes()).unwrap();
            assert_eq!(shape(&events), [r#"failed Some("server_error")"#]);
        }
    }

    #[test]
    fn refusals_come_in_several_shapes() {
        let read = |body: &str| {
            let Refused { code, kind, param, message } = Refused::from_json(body.as_bytes());
            [code, kind, param, message].map(Option::unwrap_or_default)
        };
        assert_eq!(
            read(r#"{"error":{"message":"m","type":"t","param":"voice","code":"c"}}"#),
            ["c", "t", "voice", "m"]
        );
        assert_eq!(
            read(r#"{"error":{"message":"m","type":"t","param":null,"code":400}}"#),
            ["", "t", "", "m"]
        );
        assert_eq!(read(r#"{"detail":{"error":"e","message":"m","type":"t"}}"#), ["", "t", "", "m"]);
        for other in ["", "<html>", "[]", r#"{"error":"m"}"#, r#"{"detail":[{"msg":"m"}]}"#] {
            assert_eq!(read(other), [""; 4], "{other}");
        }
    }

    #[test]
    fn nonsense_is_an_error() {
        let fault = |data: &str| EventReader::default().read(format!("data: {data}\n\n").as_bytes()).err();
        assert_eq!(fault("<html>"), Some(EventError::NotJson));
        assert_eq!(fault(r#"{"type":"speech.audio.delta","audio":"?"}"#), Some(EventError::NotBase64));
        let endless = vec![b'x'; MOST_EVENT_BYTES + 1];
        assert_eq!(EventReader::default().read(&endless).err(), Some(EventError::TooLong));
    }

    #[test]
    fn lists_come_in_several_shapes() {
        let models: ModelList =
            serde_json::from_str(r#"{"object":"list","data":[{"id":"tts-1","object":"model"}]}"#).unwrap();
        assert_eq!(models.data[0].id(), "tts-1");
        let voices: VoiceList = serde_json::from_str(
            r#"{"voices":["af_sky",{"id":"af_bella","name":"Bella"},{"name":"am_adam"},{"id":"x","name":null}]}"#,
        )
        .unwrap();
        let read: Vec<_> = voices.voices.iter().map(|voice| (voice.id(), voice.name())).collect();
        assert_eq!(read, [("af_sky", "af_sky"), ("af_bella", "Bella"), ("am_adam", "am_adam"), ("x", "x")]);
    }
}
