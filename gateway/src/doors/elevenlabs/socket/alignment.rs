//! When the characters of each message are heard.

use speech::{Letter, Spelling, WordTiming};
use wire::elevenlabs::socket::Characters;

/// The characters of one context, told message by message, each once.
///
/// A message's characters end with a space: clients join what they get and look for words. Where the text has none
/// there, one is put in.
#[derive(Default)]
pub(super) struct Alignment {
    spelling: Spelling,
    text: Vec<char>,
    /// Characters that went into a message, or wait for the next.
    told: usize,
    /// Those of them that have no time yet: they were told with the word before them.
    ahead: usize,
    /// For the next message.
    letters: Vec<Letter>,
}

impl Alignment {
    /// The text goes on.
    pub(super) fn write(&mut self, text: &str) {
        self.spelling.write(text);
        self.text.extend(text.chars());
    }

    /// These words are heard in the next message.
    pub(super) fn tell(&mut self, words: &[WordTiming]) {
        let letters = self.spelling.tell(words);
        self.add(letters);
    }

    /// Nothing comes after the next message.
    pub(super) fn finish(&mut self, end_ms: u64) {
        let letters = self.spelling.finish(end_ms);
        self.add(letters);
    }

    fn add(&mut self, letters: Vec<Letter>) {
        let again = self.ahead.min(letters.len());
        self.ahead -= again;
        self.told += letters.len() - again;
        self.letters.extend(letters.into_iter().skip(again));
    }

    /// The characters of the message that is about to leave, in milliseconds from `origin_ms`; none where it has none.
    pub(super) fn take(&mut self, origin_ms: u64) -> Option<Characters> {
        let last = *self.letters.last()?;
        self.add_behind(last);
        if self.letters.last().is_some_and(|letter| letter.character != ' ') {
            self.letters.push(silent(' ', last));
        }
        let after = |at_ms: u64| at_ms.saturating_sub(origin_ms);
        let mut characters = Characters::default();
        for Letter { character, start_ms, end_ms } in self.letters.drain(..) {
            characters.chars.push(character);
            characters.starts_ms.push(after(start_ms));
            characters.durations_ms.push(after(end_ms) - after(start_ms));
        }
        Some(characters)
    }

    /// The punctuation behind the last word, and the space after it.
    fn add_behind(&mut self, last: Letter) {
        let rest = self.text.get(self.told..).unwrap_or_default();
        let marks = rest.iter().take_while(|c| !c.is_alphanumeric() && !c.is_whitespace()).count();
        let behind = marks + usize::from(rest.get(marks) == Some(&' '));
        self.letters.extend(rest[..behind].iter().map(|&character| silent(character, last)));
        self.told += behind;
        self.ahead += behind;
    }
}

fn silent(character: char, after: Letter) -> Letter {
    Letter { character, start_ms: after.end_ms, end_ms: after.end_ms }
}

#[cfg(test)]
mod tests {
    use speech::TimingKind;

    use super::*;

    fn word(offset: usize, length: usize, start_ms: u64, end_ms: u64) -> WordTiming {
        let letters = Vec::new();
        WordTiming {
            text: String::new(),
            start_ms,
            end_ms,
            offset,
            length,
            kind: TimingKind::Measured,
            letters,
        }
    }

    fn show(characters: Option<Characters>) -> String {
        let Some(Characters { chars, starts_ms, durations_ms }) = characters else { return "none".into() };
        format!("{:?} {starts_ms:?} {durations_ms:?}", chars.into_iter().collect::<String>())
    }

    #[test]
    fn each_message_ends_with_the_space_after_its_last_word() {
        let mut alignment = Alignment::default();
        alignment.write("Oh, I");
        alignment.write(" do.\nYes");
        alignment.tell(&[word(0, 2, 10, 30)]);
        assert_eq!(show(alignment.take(0)), r#""Oh, " [0, 15, 30, 30] [15, 15, 0, 0]"#);
        assert_eq!(show(alignment.take(100)), "none");
        alignment.tell(&[word(4, 1, 140, 150), word(6, 2, 150, 170)]);
        assert_eq!(show(alignment.take(100)), r#""I do. " [40, 50, 50, 60, 70, 70] [10, 0, 10, 10, 0, 0]"#);
        alignment.tell(&[word(10, 3, 300, 330)]);
        assert_eq!(show(alignment.take(200)), r#""\nYes " [35, 100, 110, 120, 130] [65, 10, 10, 10, 0]"#);
        alignment.finish(500);
        assert_eq!(show(alignment.take(400)), "none", "everything was told");
    }

    #[test]
    fn what_no_word_has_told_is_told_at_the_end() {
        let mut alignment = Alignment::default();
        alignment.write("a b");
        alignment.tell(&[word(0, 1, 0, 10)]);
        assert_eq!(show(alignment.take(0)), r#""a " [0, 10] [10, 0]"#);
        alignment.finish(50);
        assert_eq!(show(alignment.take(0)), r#""b " [30, 50] [20, 0]"#);
    }

    #[test]
    fn what_began_before_its_message_begins_with_it() {
        let mut alignment = Alignment::default();
        alignment.write("ab");
        alignment.tell(&[word(0, 2, 90, 130)]);
        assert_eq!(show(alignment.take(100)), r#""ab " [0, 0, 30] [0, 30, 0]"#);
    }
}
