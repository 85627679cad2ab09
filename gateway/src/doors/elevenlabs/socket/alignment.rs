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
    /// Where the characters of the last message end.
    until_ms: u64,
    /// Where the audio ends, once that is known.
    end_ms: u64,
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
        self.end_ms = end_ms;
    }

    fn add(&mut self, letters: Vec<Letter>) {
        let again = self.ahead.min(letters.len());
        self.ahead -= again;
        self.told += letters.len() - again;
        self.letters.extend(letters.into_iter().skip(again));
    }

    /// The characters of the message that is about to leave; none where it has none.
    ///
    /// Milliseconds, from the start of the audio where they are `absolute`. Otherwise from where the characters told
    /// before ended, whichever audio came with them: clients add up the ends of messages.
    pub(super) fn take(&mut self, absolute: bool) -> Option<Characters> {
        let last = *self.letters.last()?;
        self.add_behind(last);
        if self.letters.last().is_some_and(|letter| letter.character != ' ') {
            self.letters.push(silent(' ', last));
        }
        let origin_ms = if absolute { 0 } else { self.until_ms };
        if let Some(closing) = self.letters.last_mut() {
            closing.end_ms = closing.end_ms.max(self.end_ms);
            self.until_ms = closing.end_ms;
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
            visemes: Vec::new(),
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
        assert_eq!(show(alignment.take(true)), r#""Oh, " [10, 20, 30, 30] [10, 10, 0, 0]"#);
        assert_eq!(show(alignment.take(true)), "none");
        alignment.tell(&[word(4, 1, 140, 150), word(6, 2, 150, 170)]);
        assert_eq!(
            show(alignment.take(true)),
            r#""I do. " [140, 150, 150, 160, 170, 170] [10, 0, 10, 10, 0, 0]"#
        );
        alignment.tell(&[word(10, 3, 300, 330)]);
        assert_eq!(show(alignment.take(true)), r#""\nYes " [235, 300, 310, 320, 330] [65, 10, 10, 10, 0]"#);
        alignment.finish(500);
        assert_eq!(show(alignment.take(true)), "none", "everything was told");
    }

    #[test]
    fn what_no_word_has_told_is_told_at_the_end() {
        let mut alignment = Alignment::default();
        alignment.write("a b");
        alignment.tell(&[word(0, 1, 0, 10)]);
        assert_eq!(show(alignment.take(true)), r#""a " [0, 10] [10, 0]"#);
        alignment.finish(50);
        assert_eq!(show(alignment.take(true)), r#""b " [30, 50] [20, 0]"#);
    }

    #[test]
    fn a_message_goes_on_where_the_one_before_it_ended() {
        let mut alignment = Alignment::default();
        alignment.write("ab cd");
        alignment.tell(&[word(0, 2, 0, 100)]);
        assert_eq!(show(alignment.take(false)), r#""ab " [0, 50, 100] [50, 50, 0]"#);
        alignment.tell(&[word(3, 2, 120, 160)]);
        alignment.finish(200);
        assert_eq!(show(alignment.take(false)), r#""cd " [20, 40, 60] [20, 20, 40]"#);
    }
}
