use ::speech::WordTiming;
use serde::Serialize;

use crate::openai::in_base64;

/// A piece of speech and the words in it: the answer of `POST /api/v1/speech` where timings are asked for, or one line of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TimedSpeech<'a> {
    /// Encoded audio; base64 on the wire.
    #[serde(serialize_with = "in_base64")]
    pub audio: &'a [u8],
    /// As what it is encoded.
    pub format: &'static str,
    /// Its words.
    pub timings: &'a [WordTiming],
}

impl TimedSpeech<'_> {
    /// The object as it goes over the wire, on a line of its own.
    pub fn to_line(&self) -> Vec<u8> {
        // Serialising these types to memory has no way to fail.
        let mut line = serde_json::to_vec(self).unwrap_or_default();
        line.push(b'\n');
        line
    }
}

#[cfg(test)]
mod tests {
    use ::speech::{TimingKind, Viseme};

    use super::*;

    #[test]
    fn a_line_says_when_its_words_are_heard_and_how_they_look() {
        let plain = WordTiming {
            text: "Ma".into(),
            start_ms: 25,
            end_ms: 300,
            offset: 0,
            length: 2,
            kind: TimingKind::Measured,
            letters: vec![25, 100],
            visemes: Vec::new(),
        };
        let shape = |id, at_ms| Viseme { id, at_ms, kind: TimingKind::Estimated };
        let seen = WordTiming { visemes: vec![shape(21, 25), shape(2, 90)], ..plain.clone() };
        let line = TimedSpeech { audio: b"\xff\xf3", format: "mp3", timings: &[plain, seen] }.to_line();
        insta::assert_snapshot!(String::from_utf8(line).unwrap().trim_end(), @r#"{"audio":"//M=","format":"mp3","timings":[{"text":"Ma","start_ms":25,"end_ms":300,"offset":0,"length":2,"kind":"measured"},{"text":"Ma","start_ms":25,"end_ms":300,"offset":0,"length":2,"kind":"measured","visemes":[{"id":21,"at_ms":25,"kind":"estimated"},{"id":2,"at_ms":90,"kind":"estimated"}]}]}"#);
    }
}
