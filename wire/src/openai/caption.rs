use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Serialize, Serializer};
use speech::WordTiming;

/// A piece of audio and when its words are heard: the answer of Kokoro-FastAPI's `POST /dev/captioned_speech`, or one
/// line of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CaptionedAudio<'a> {
    /// Encoded audio; base64 on the wire.
    #[serde(serialize_with = "in_base64")]
    pub audio: &'a [u8],
    /// Its media type.
    pub audio_format: &'static str,
    /// Its words, where their times were asked for.
    pub timestamps: Option<Vec<Caption>>,
}

/// When one word is heard.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Caption {
    /// The word as the client wrote it.
    pub word: String,
    /// Seconds from the start of the audio.
    pub start_time: f64,
    /// Seconds from the start of the audio.
    pub end_time: f64,
}

impl From<WordTiming> for Caption {
    fn from(word: WordTiming) -> Self {
        let seconds = |ms: u64| ms as f64 / 1000.0;
        Self { word: word.text, start_time: seconds(word.start_ms), end_time: seconds(word.end_ms) }
    }
}

impl CaptionedAudio<'_> {
    /// The object as it goes over the wire, on a line of its own.
    pub fn to_line(&self) -> Vec<u8> {
        // Serialising these types to memory has no way to fail.
        let mut line = serde_json::to_vec(self).unwrap_or_default();
        line.push(b'\n');
        line
    }
}

pub(crate) fn in_base64<S: Serializer>(bytes: &&[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use speech::TimingKind;

    use super::*;

    #[test]
    fn a_line_says_when_its_words_are_heard() {
        let word = WordTiming {
            text: "Hi.".into(),
            start_ms: 25,
            end_ms: 1300,
            offset: 0,
            length: 3,
            kind: TimingKind::Measured,
            letters: Vec::new(),
            visemes: Vec::new(),
        };
        let timestamps = Some(vec![word.into()]);
        let line = CaptionedAudio { audio: b"\xff\xf3", audio_format: "audio/mpeg", timestamps }.to_line();
        assert_eq!(
            String::from_utf8(line).unwrap(),
            "{\"audio\":\"//M=\",\"audio_format\":\"audio/mpeg\",\"timestamps\":[{\"word\":\"Hi.\",\"start_time\":0.025,\"end_time\":1.3}]}\n"
        );
    }
}
