use serde::Serialize;
use speech::Letter;

use super::DialogueInput;
use super::alignment::Seconds;

/// Which characters of a dialogue a voice says, and when.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VoiceSegment {
    voice_id: String,
    start_time_seconds: Seconds,
    end_time_seconds: Seconds,
    /// Among the characters of the same object.
    character_start_index: usize,
    /// One beyond the last.
    character_end_index: usize,
    /// From 0.
    dialogue_input_index: usize,
}

/// Bytes of a segment without its voice as JSON: the fields' names, and numbers of up to ten digits.
const SEGMENT_BESIDE_VOICE: usize = 200;

/// Follows a dialogue, character by character: who says them.
#[derive(Clone)]
pub struct Script {
    /// Each voice, and how many characters it has to say.
    inputs: Vec<(String, usize)>,
    /// Bytes of the longest of them, as JSON.
    longest_voice: usize,
    /// Whose turn it is.
    index: usize,
    /// How many characters of it were told.
    told: usize,
}

impl Script {
    /// Of those inputs, from the first.
    pub fn new(inputs: &[DialogueInput]) -> Self {
        let json = |input: &DialogueInput| serde_json::Value::from(input.voice_id.as_str()).to_string().len();
        let longest_voice = inputs.iter().map(json).max().unwrap_or_default();
        let inputs = inputs.iter().map(|input| (input.voice_id.clone(), input.text.chars().count()));
        Self { inputs: inputs.collect(), longest_voice, index: 0, told: 0 }
    }

    /// How many of the next characters come in so many segments at most.
    pub fn characters_in(&self, segments: usize) -> usize {
        let next = self.inputs.iter().skip(self.index).filter(|(_, length)| *length > 0).take(segments);
        next.map(|(_, length)| length).sum::<usize>() - self.told
    }

    /// Bytes of a segment at most, as JSON.
    pub fn longest_segment(&self) -> usize {
        SEGMENT_BESIDE_VOICE + self.longest_voice
    }

    /// Who says the next characters.
    pub fn tell(&mut self, letters: &[Letter]) -> Vec<VoiceSegment> {
        let mut segments = Vec::new();
        let mut from = 0;
        while let Some((voice, length)) = self.inputs.get(self.index) {
            let until = letters.len().min(from + (length - self.told));
            if let (Some(first), Some(last)) = (letters.get(from), letters[from..until].last()) {
                segments.push(VoiceSegment {
                    voice_id: voice.clone(),
                    start_time_seconds: Seconds(first.start_ms),
                    end_time_seconds: Seconds(last.end_ms),
                    character_start_index: from,
                    character_end_index: until,
                    dialogue_input_index: self.index,
                });
            }
            self.told += until - from;
            from = until;
            if self.told < *length {
                break;
            }
            (self.index, self.told) = (self.index + 1, 0);
        }
        segments
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_of_one_input_however_they_are_cut() {
        let inputs = [("a", "Hi."), ("b", "Ho!"), ("c", ""), ("a", "x")]
            .map(|(voice_id, text)| DialogueInput { text: text.into(), voice_id: voice_id.into() });
        let letters: Vec<Letter> = "Hi.Ho!x"
            .chars()
            .zip(0..)
            .map(|(character, number)| Letter { character, start_ms: number, end_ms: number + 1 })
            .collect();
        for length in 1..=letters.len() {
            let mut script = Script::new(&inputs);
            let mut said = [0; 4];
            for piece in letters.chunks(length) {
                let segments = script.tell(piece);
                let mut next = 0;
                for segment in &segments {
                    assert_eq!(segment.character_start_index, next);
                    next = segment.character_end_index;
                    said[segment.dialogue_input_index] += next - segment.character_start_index;
                    assert_eq!(segment.voice_id, inputs[segment.dialogue_input_index].voice_id);
                }
                assert_eq!(next, piece.len());
            }
            assert_eq!(said, [3, 3, 0, 1], "in pieces of {length}");
        }
    }

    #[test]
    fn a_segment_reads_as_elevenlabs_sends_it() {
        let inputs = [DialogueInput { text: "H".into(), voice_id: "a".into() }];
        let segments = Script::new(&inputs).tell(&[Letter { character: 'H', start_ms: 20, end_ms: 1500 }]);
        insta::assert_snapshot!(serde_json::to_string(&segments).unwrap(), @r#"[{"voice_id":"a","start_time_seconds":0.02,"end_time_seconds":1.5,"character_start_index":0,"character_end_index":1,"dialogue_input_index":0}]"#);
    }
}
