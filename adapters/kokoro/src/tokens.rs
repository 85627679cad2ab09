//! What the model reads for a piece.

use std::ops::Range;

use crate::pieces::Piece;
use crate::vocabulary::{PADDING, id};

/// A piece in the model's own numbers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tokens {
    /// Padding, the symbols, padding.
    pub(crate) ids: Vec<i64>,
    /// For each word of the piece, its sound among the ids; empty where it has none.
    pub(crate) sounds: Vec<Range<usize>>,
}

impl Tokens {
    /// Words are apart by one space, punctuation is attached.
    pub(crate) fn of(piece: &Piece) -> Self {
        let mut ids = vec![PADDING];
        let mut sounds = Vec::with_capacity(piece.words.len());
        for (at, word) in piece.words.iter().enumerate() {
            if at > 0 {
                ids.extend(id(' '));
            }
            ids.extend(word.lead.chars().filter_map(id));
            let from = ids.len();
            ids.extend(word.sound.chars().filter_map(id));
            sounds.push(from..ids.len());
            ids.extend(word.trail.chars().filter_map(id));
        }
        ids.push(PADDING);
        Self { ids, sounds }
    }

    /// Symbols without the padding.
    pub(crate) fn phonemes(&self) -> usize {
        self.ids.len() - 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phonemes::Word;

    #[test]
    fn words_are_found_again_among_the_ids() {
        let word = |lead: &str, sound: &str, trail: &str| Word {
            lead: lead.to_owned(),
            sound: sound.to_owned(),
            trail: trail.to_owned(),
            ..Word::default()
        };
        let piece = Piece {
            words: vec![word("“", "nˈO", "”"), word("—", "", ""), word("", "jˈɛs", ".")],
            ends: None,
        };
        let tokens = Tokens::of(&piece);
        assert_eq!(tokens.ids, [0, 14, 56, 156, 31, 15, 16, 9, 16, 52, 156, 86, 61, 4, 0]);
        assert_eq!(tokens.sounds, [2..5, 8..8, 9..13]);
        assert_eq!(tokens.phonemes(), 13);
    }
}
