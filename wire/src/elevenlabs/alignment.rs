use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Serialize, Serializer};
use speech::Letter;

use super::VoiceSegment;

/// When each character of a text is heard, in seconds from the start of the audio.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Alignment {
    characters: Vec<char>,
    character_start_times_seconds: Vec<Seconds>,
    character_end_times_seconds: Vec<Seconds>,
}

/// Milliseconds, as a number of seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Seconds(pub(super) u64);

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0 as f64 / 1000.0)
    }
}

impl Alignment {
    /// Of those characters; none where there are none.
    pub fn of(letters: &[Letter]) -> Option<Self> {
        let of = |time: fn(&Letter) -> u64| letters.iter().map(|letter| Seconds(time(letter))).collect();
        (!letters.is_empty()).then(|| Self {
            characters: letters.iter().map(|letter| letter.character).collect(),
            character_start_times_seconds: of(|letter| letter.start_ms),
            character_end_times_seconds: of(|letter| letter.end_ms),
        })
    }
}

/// Audio and when its characters are heard: the whole answer of `/with-timestamps`, or a line of the answer of
/// `/stream/with-timestamps`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TimedAudio {
    audio_base64: String,
    alignment: Option<Alignment>,
    /// Of the text as it was said. Nobody tells it, so it is that of the client's own text: clients read the one or
    /// the other.
    normalized_alignment: Option<Alignment>,
    /// Of a dialogue only.
    #[serde(skip_serializing_if = "Option::is_none")]
    voice_segments: Option<Vec<VoiceSegment>>,
}

impl TimedAudio {
    /// The next bytes of the file, and the characters whose times are known with them; both may be none.
    pub fn new(audio: &[u8], letters: &[Letter], voice_segments: Option<Vec<VoiceSegment>>) -> Self {
        let alignment = Alignment::of(letters);
        let normalized_alignment = alignment.clone();
        Self { audio_base64: STANDARD.encode(audio), alignment, normalized_alignment, voice_segments }
    }

    /// The object as it goes over the wire.
    pub fn to_json(&self) -> Vec<u8> {
        // Serialising these types to memory has no way to fail.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_and_characters_are_strings() {
        let letter = |character, start_ms, end_ms| Letter { character, start_ms, end_ms };
        let timed = TimedAudio::new(&[0xFF, 0xF3, 0], &[letter('é', 0, 70), letter('"', 70, 1234)], None);
        insta::assert_snapshot!(String::from_utf8(timed.to_json()).unwrap(), @r#"{"audio_base64":"//MA","alignment":{"characters":["é","\""],"character_start_times_seconds":[0.0,0.07],"character_end_times_seconds":[0.07,1.234]},"normalized_alignment":{"characters":["é","\""],"character_start_times_seconds":[0.0,0.07],"character_end_times_seconds":[0.07,1.234]}}"#);
        insta::assert_snapshot!(String::from_utf8(TimedAudio::new(&[], &[], Some(Vec::new())).to_json()).unwrap(), @r#"{"audio_base64":"","alignment":null,"normalized_alignment":null,"voice_segments":[]}"#);
    }
}
