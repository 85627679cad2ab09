//! When each character is heard, from the times of words, and the other way round.

use crate::{TimingKind, WordTiming};

/// When one character is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The character as the client wrote it.
    pub character: char,
    /// Milliseconds from the start of the audio.
    pub start_ms: u64,
    /// Milliseconds from the start of the audio.
    pub end_ms: u64,
}

/// Spells words that are told as they are spoken: every character of the text gets its time, in order, once.
///
/// A word's characters share its time evenly, unless they have times of their own. What stands between two words
/// (spaces, punctuation, markup) lasts from the end of the one to the start of the next.
#[derive(Clone, Default)]
pub struct Spelling {
    text: Vec<char>,
    /// Characters already told.
    told: usize,
    /// When the last of them ended.
    until_ms: u64,
}

impl Spelling {
    /// The text goes on.
    pub fn write(&mut self, text: &str) {
        self.text.extend(text.chars());
    }

    /// The characters up to the end of the last of these words. A word that overlaps what was told is left out.
    pub fn tell(&mut self, words: &[WordTiming]) -> Vec<Letter> {
        let mut letters = Vec::new();
        for word in words {
            let end = word.offset.saturating_add(word.length);
            if word.offset < self.told || end > self.text.len() {
                continue;
            }
            let start_ms = word.start_ms.max(self.until_ms);
            letters.extend(self.spread(word.offset, start_ms));
            // Nothing may stand between it and the word before.
            self.until_ms = start_ms;
            if word.letters.len() == word.length {
                letters.extend(self.follow(&word.letters, word.end_ms));
            } else {
                letters.extend(self.spread(end, word.end_ms));
            }
        }
        letters
    }

    /// The characters that no word has told, until the end of the audio.
    pub fn finish(&mut self, end_ms: u64) -> Vec<Letter> {
        self.spread(self.text.len(), end_ms)
    }

    /// The characters up to `end` share the time until then.
    fn spread(&mut self, end: usize, until_ms: u64) -> Vec<Letter> {
        let (from, until) = (self.until_ms, until_ms.max(self.until_ms));
        let count = (end - self.told) as u64;
        let at =
            |number: u64| from + (u128::from(until - from) * u128::from(number) / u128::from(count)) as u64;
        let letters = self.text[self.told..end].iter().zip(0..).map(|(&character, number)| Letter {
            character,
            start_ms: at(number),
            end_ms: at(number + 1),
        });
        let letters = letters.collect();
        if count > 0 {
            (self.told, self.until_ms) = (end, until);
        }
        letters
    }

    /// The next characters begin at these times.
    fn follow(&mut self, starts_ms: &[u64], until_ms: u64) -> Vec<Letter> {
        let ends = starts_ms.iter().skip(1).copied().chain([until_ms]);
        let mut letters = Vec::with_capacity(starts_ms.len());
        for (&start, end) in starts_ms.iter().zip(ends) {
            let start_ms = start.max(self.until_ms);
            let end_ms = end.max(start_ms);
            letters.push(Letter { character: self.text[self.told], start_ms, end_ms });
            (self.told, self.until_ms) = (self.told + 1, end_ms);
        }
        letters
    }
}

/// Joins characters, told as they are spoken, into words: the runs without white space.
#[derive(Clone, Default)]
pub struct Joining {
    /// Characters of the text so far.
    offset: usize,
    begun: Option<WordTiming>,
}

impl Joining {
    /// The words that end among these characters, which continue those told before.
    pub fn tell(&mut self, letters: impl IntoIterator<Item = Letter>) -> Vec<WordTiming> {
        let mut words = Vec::new();
        for Letter { character, start_ms, end_ms } in letters {
            if character.is_whitespace() {
                words.extend(self.begun.take());
            } else {
                let offset = self.offset;
                let word = self.begun.get_or_insert_with(|| WordTiming {
                    text: String::new(),
                    start_ms,
                    end_ms,
                    offset,
                    length: 0,
                    kind: TimingKind::Measured,
                    letters: Vec::new(),
                    visemes: Vec::new(),
                });
                word.text.push(character);
                word.length += 1;
                word.end_ms = end_ms.max(word.end_ms);
                word.letters.push(start_ms);
            }
            self.offset += 1;
        }
        words
    }

    /// The word that the text ends with.
    pub fn finish(&mut self) -> Option<WordTiming> {
        self.begun.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str, offset: usize, start_ms: u64, end_ms: u64) -> WordTiming {
        WordTiming {
            text: text.into(),
            start_ms,
            end_ms,
            offset,
            length: text.chars().count(),
            kind: TimingKind::Measured,
            letters: Vec::new(),
            visemes: Vec::new(),
        }
    }

    fn shape(letters: &[Letter]) -> Vec<(char, u64, u64)> {
        letters.iter().map(|letter| (letter.character, letter.start_ms, letter.end_ms)).collect()
    }

    #[test]
    fn every_character_is_told_once_and_time_never_runs_back() {
        let mut spelling = Spelling::default();
        spelling.write("\"Oh, yé");
        spelling.write("s!\"");
        let first = spelling.tell(&[word("Oh", 1, 100, 300)]);
        assert_eq!(shape(&first), [('"', 0, 100), ('O', 100, 200), ('h', 200, 300)]);
        let second = spelling.tell(&[word("yés", 5, 400, 700), word("Oh", 1, 0, 1), word("beyond", 8, 1, 2)]);
        assert_eq!(
            shape(&second),
            [(',', 300, 350), (' ', 350, 400), ('y', 400, 500), ('é', 500, 600), ('s', 600, 700)]
        );
        assert_eq!(shape(&spelling.finish(900)), [('!', 700, 800), ('"', 800, 900)]);
        assert_eq!(shape(&spelling.finish(900)), []);
    }

    #[test]
    fn a_rest_before_a_word_is_no_part_of_it() {
        let mut spelling = Spelling::default();
        spelling.write("ab");
        assert_eq!(shape(&spelling.tell(&[word("ab", 0, 100, 200)])), [('a', 100, 150), ('b', 150, 200)]);
    }

    #[test]
    fn a_text_without_one_known_word_is_spread_over_the_audio() {
        let mut spelling = Spelling::default();
        spelling.write("ab");
        assert_eq!(shape(&spelling.finish(10)), [('a', 0, 5), ('b', 5, 10)]);
    }

    #[test]
    fn joined_and_spelled_again_characters_keep_their_times() {
        let text = "Oh, yes! ";
        let told: Vec<Letter> = text
            .chars()
            .zip(0..)
            .map(|(character, number): (char, u64)| Letter {
                character,
                start_ms: number * number,
                end_ms: (number + 1) * (number + 1),
            })
            .collect();
        let mut joining = Joining::default();
        // Cut in the middle of a word.
        let mut words = joining.tell(told[..5].iter().copied());
        words.extend(joining.tell(told[5..].iter().copied()));
        assert!(joining.finish().is_none());
        let names: Vec<_> = words.iter().map(|word| (word.text.as_str(), word.offset, word.length)).collect();
        assert_eq!(names, [("Oh,", 0, 3), ("yes!", 4, 4)]);

        let mut spelling = Spelling::default();
        spelling.write(text);
        let mut spelled = spelling.tell(&words);
        spelled.extend(spelling.finish(81));
        assert_eq!(spelled, told);
    }
}
