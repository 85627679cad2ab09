use speech::{Joining, Letter, WordTiming, has_sound};

/// Makes words of the text out of the characters whose times are told.
///
/// The characters must be those of the text, in order; white space may be missing, doubled or another. Once they are
/// not, no further word is told: absent is better than wrong.
///
/// Whether times count from the start of the sound or from that of each message is not sure. They are taken to count
/// from the start until a message begins before the one before it had: from then on, each message follows what was
/// told before it.
#[derive(Default)]
pub(super) struct Words {
    text: Vec<char>,
    /// Characters of the text already told.
    told: usize,
    joining: Joining,
    /// The last character that was told.
    last: Option<Letter>,
    by_message: bool,
    lost: bool,
}

impl Words {
    /// The text goes on.
    pub(super) fn write(&mut self, text: &str) {
        self.text.extend(text.chars());
    }

    /// How long the text is so far.
    pub(super) fn characters(&self) -> usize {
        self.text.len()
    }

    /// Whether any of the text is to be heard.
    pub(super) fn have_sound(&self) -> bool {
        self.text.iter().any(|&c| has_sound(c))
    }

    /// The words that end among these characters.
    pub(super) fn tell(&mut self, letters: &[Letter]) -> Vec<WordTiming> {
        let Some(first) = letters.first().filter(|_| !self.lost) else { return Vec::new() };
        let until_ms = self.last.map_or(0, |last| last.end_ms);
        self.by_message |=
            self.last.is_some_and(|last| first.start_ms < last.end_ms && first.start_ms <= last.start_ms);
        let from_ms = if self.by_message { until_ms } else { 0 };
        let Some(letters) = self.place(letters, from_ms) else {
            self.lost = true;
            return Vec::new();
        };
        self.told += letters.len();
        self.last = letters.last().copied().or(self.last);
        self.joining.tell(letters)
    }

    /// The word that the text ends with, when all of it was told.
    pub(super) fn finish(&mut self) -> Option<WordTiming> {
        let told_all = self.text.iter().skip(self.told).all(|c| c.is_whitespace());
        self.joining.finish().filter(|_| told_all && !self.lost)
    }

    /// The next characters of the text at the times of these; none where they are others.
    fn place(&self, letters: &[Letter], from_ms: u64) -> Option<Vec<Letter>> {
        let mut text = self.text.iter().skip(self.told).copied().peekable();
        let mut placed = Vec::with_capacity(letters.len());
        for letter in letters {
            let at = |time: u64| from_ms.saturating_add(time);
            let (start_ms, end_ms) = (at(letter.start_ms), at(letter.end_ms));
            if letter.character.is_whitespace() {
                let space = text.next_if(|c| c.is_whitespace());
                placed.extend(space.map(|character| Letter { character, start_ms, end_ms }));
                continue;
            }
            while let Some(character) = text.next_if(|c| c.is_whitespace()) {
                placed.push(Letter { character, start_ms, end_ms: start_ms });
            }
            let character = text.next_if_eq(&letter.character)?;
            placed.push(Letter { character, start_ms, end_ms });
        }
        Some(placed)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every character takes 10 ms.
    fn letters(text: &str, mut at: u64) -> Vec<Letter> {
        let mut next = || {
            at += 10;
            (at - 10, at)
        };
        text.chars()
            .map(|character| {
                let (start_ms, end_ms) = next();
                Letter { character, start_ms, end_ms }
            })
            .collect()
    }

    fn shape(words: &[WordTiming]) -> Vec<(&str, usize, u64, u64)> {
        words.iter().map(|word| (word.text.as_str(), word.offset, word.start_ms, word.end_ms)).collect()
    }

    fn of(text: &str) -> Words {
        let mut words = Words::default();
        words.write(text);
        words
    }

    proptest! {
        #[test]
        fn however_a_text_is_cut_its_words_are_the_same(
            text in "([a-zé]{1,5}[ \n]{1,3}){0,6}[a-z]{1,4}[.!]?",
            cuts in prop::collection::vec(1_usize..7, 0..40),
            by_message: bool,
        ) {
            let mut words = of(&text);
            let characters: Vec<char> = text.chars().collect();
            let (mut told, mut at) = (Vec::new(), 0);
            for cut in cuts.into_iter().chain([usize::MAX]) {
                let end = characters.len().min(at + cut.min(characters.len()));
                let piece: String = characters[at..end].iter().collect();
                told.extend(words.tell(&letters(&piece, if by_message { 0 } else { at as u64 * 10 })));
                at = end;
            }
            told.extend(words.finish());
            let expected: Vec<&str> = text.split_whitespace().collect();
            prop_assert_eq!(told.iter().map(|word| word.text.as_str()).collect::<Vec<_>>(), expected);
            for word in told {
                prop_assert_eq!(word.start_ms, word.offset as u64 * 10);
                prop_assert_eq!(word.end_ms, (word.offset + word.length) as u64 * 10);
            }
        }
    }

    #[test]
    fn white_space_may_be_missing_doubled_or_another() {
        let mut words = of("\nOh,  yes\tindeed ");
        let mut told = words.tell(&letters("  Oh, ", 0));
        told.extend(words.tell(&letters("yes indeed", 60)));
        told.extend(words.finish());
        assert_eq!(shape(&told), [("Oh,", 1, 20, 50), ("yes", 6, 60, 90), ("indeed", 10, 100, 160)]);
    }

    #[test]
    fn after_other_characters_nothing_more_is_told() {
        let mut words = of("It is 5 pm now");
        let mut told = words.tell(&letters("It is ", 0));
        told.extend(words.tell(&letters("five pm ", 60)));
        told.extend(words.tell(&letters("now", 200)));
        told.extend(words.finish());
        assert_eq!(shape(&told), [("It", 0, 0, 20), ("is", 3, 30, 50)]);
    }

    #[test]
    fn a_word_that_is_not_told_to_its_end_is_not_told() {
        let mut words = of("Hello there");
        assert_eq!(shape(&words.tell(&letters("Hello th", 0))), [("Hello", 0, 0, 50)]);
        assert_eq!(words.finish(), None);
    }

    #[test]
    fn a_text_that_is_still_being_written_is_told_as_far_as_it_goes() {
        let mut words = of("Hel");
        assert_eq!(words.tell(&letters("Hel", 0)), []);
        words.write("lo ");
        assert_eq!(shape(&words.tell(&letters("lo ", 30))), [("Hello", 0, 0, 50)]);
    }
}
