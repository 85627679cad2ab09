//! What a reader passes in a text that is still being written.

use ::speech::{Reading, SpeechText, WordTiming};

use super::{Landmark, What, clause_ends};

/// Bytes of a sentence that is told of as a whole. What has no end is read again and again otherwise.
const LONGEST_SENTENCE: usize = 4096;

/// The part of a text that was written and is not spoken yet, from the start of its sentence on.
#[derive(Default)]
pub(in crate::doors::azure) struct Written {
    text: String,
    /// Code points of the text before it.
    offset: usize,
    /// How far its clauses were told.
    told: usize,
}

impl Written {
    /// The text goes on.
    pub(in crate::doors::azure) fn write(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// What ends before that word, which is heard next, and was not told.
    pub(super) fn before(&mut self, word: &WordTiming) -> Vec<Landmark> {
        // With the word itself: what follows shows what has ended.
        let read = self.bytes_before(word.offset + word.length);
        self.ends_within(read, word.offset)
    }

    /// What ends in the rest of the text.
    pub(super) fn rest(&mut self) -> Vec<Landmark> {
        self.ends_within(self.text.len(), usize::MAX)
    }

    /// What ends until there, as far as that can be told of so many bytes.
    fn ends_within(&mut self, bytes: usize, until: usize) -> Vec<Landmark> {
        let text = SpeechText::new(&self.text[..bytes], None).map_err(Into::into);
        let Ok(graph) = text.and_then(|text| language::compile(text, &Reading::default())) else {
            // Nothing but marks, or nothing that could be spoken.
            return Vec::new();
        };
        let mut ends = clause_ends(&graph);
        for end in &mut ends {
            end.offset += self.offset;
        }
        ends.retain(|end| self.told < end.offset && end.offset <= until);
        if let Some(last) = ends.last() {
            self.told = last.offset;
        }
        let sentence = ends.iter().rfind(|end| matches!(end.what, What::Sentence(_)));
        let is_endless = bytes > LONGEST_SENTENCE;
        if let Some(said) = sentence.map(|end| end.offset).or(is_endless.then_some(until)) {
            let bytes = self.bytes_before(said);
            self.offset += self.text[..bytes].chars().count();
            self.text.drain(..bytes);
        }
        ends
    }

    fn bytes_before(&self, offset: usize) -> usize {
        let characters = offset.saturating_sub(self.offset);
        self.text.char_indices().nth(characters).map_or(self.text.len(), |(byte, _)| byte)
    }
}
