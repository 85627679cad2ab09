//! misaki's gold lexicon and a few words of our own: about ninety thousand, looked up in the text that `build.rs` laid
//! out.

use crate::Accent;
use crate::tags::Tag;

/// A lexicon. A copy costs nothing.
#[derive(Clone, Copy)]
pub(crate) struct Lexicon {
    lines: &'static str,
}

/// What the lexicon says of a word.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    default: &'static str,
    /// `TAG=sound`, each after a tab.
    tagged: &'static str,
}

impl Lexicon {
    pub(crate) fn new(accent: Accent) -> Self {
        let lines = match accent {
            Accent::American => include_str!(concat!(env!("OUT_DIR"), "/american.txt")),
            Accent::British => include_str!(concat!(env!("OUT_DIR"), "/british.txt")),
        };
        Self { lines }
    }

    /// A word in that very letter case: a binary search for its line.
    pub(crate) fn get(&self, word: &str) -> Option<Entry> {
        let text = self.lines.as_bytes();
        let (mut low, mut high) = (0, text.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let start =
                text[low..middle].iter().rposition(|byte| *byte == b'\n').map_or(low, |at| low + at + 1);
            let end =
                text[middle..].iter().position(|byte| *byte == b'\n').map_or(text.len(), |at| middle + at);
            let tab = text[start..end].iter().position(|byte| *byte == b'\t').map_or(end, |at| start + at);
            match text[start..tab].cmp(word.as_bytes()) {
                std::cmp::Ordering::Less => low = end + 1,
                std::cmp::Ordering::Greater => high = start,
                std::cmp::Ordering::Equal => return self.lines.get(tab + 1..end).map(Entry::new),
            }
        }
        None
    }

    /// A word; one in small letters also finds its capitalised form, and the reverse.
    pub(crate) fn find(&self, word: &str) -> Option<Entry> {
        self.get(word).or_else(|| {
            let mut letters = word.chars();
            let first = letters.next().filter(|_| word.len() > 1)?;
            let rest = letters.as_str();
            if rest.bytes().any(|byte| byte.is_ascii_uppercase()) {
                return None;
            }
            let mut other = String::with_capacity(word.len());
            match first {
                'a'..='z' => other.push(first.to_ascii_uppercase()),
                'A'..='Z' => other.push(first.to_ascii_lowercase()),
                _ => return None,
            }
            other.push_str(rest);
            self.get(&other)
        })
    }

    pub(crate) fn knows(&self, word: &str) -> bool {
        self.find(word).is_some()
    }
}

impl Entry {
    fn new(line: &'static str) -> Self {
        let (default, tagged) = line.split_at(line.find('\t').unwrap_or(line.len()));
        Self { default, tagged }
    }

    /// The sound of the word as that part of speech; `None` if it is spelled then ("IT" as a name).
    pub(crate) fn said(self, tag: Tag) -> Option<&'static str> {
        if self.tagged.is_empty() {
            return Some(self.default);
        }
        let (own, parent) = names(tag);
        let sound = self.tagged_with(own).or_else(|| self.tagged_with(parent)).unwrap_or(self.default);
        Some(sound).filter(|sound| !sound.is_empty())
    }

    /// The sound before a pause, of a word that has one of its own there ("to whom I am talking to").
    pub(crate) fn before_pause(self) -> Option<&'static str> {
        self.tagged_with("None")
    }

    fn tagged_with(self, name: &str) -> Option<&'static str> {
        let mut sounds = self.tagged.split('\t');
        sounds.find_map(|sound| sound.strip_prefix(name)?.strip_prefix('='))
    }
}

/// The lexicon's names for a part of speech: its own, and that of its family.
fn names(tag: Tag) -> (&'static str, &'static str) {
    match tag {
        Tag::Noun | Tag::Name => ("NOUN", "NOUN"),
        Tag::Adjective => ("ADJ", "ADJ"),
        Tag::Adverb => ("ADV", "ADV"),
        Tag::Past => ("VBD", "VERB"),
        Tag::Participle => ("VBN", "VERB"),
        Tag::Present => ("VBP", "VERB"),
        Tag::Verb | Tag::Gerund | Tag::ThirdPerson => ("VERB", "VERB"),
        Tag::Determiner => ("DT", "DT"),
        _ => ("DEFAULT", "DEFAULT"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_both_cases() {
        let lexicon = Lexicon::new(Accent::American);
        assert_eq!(lexicon.find("hello").and_then(|e| e.said(Tag::Noun)), Some("həlˈO"));
        assert_eq!(lexicon.find("Hello").and_then(|e| e.said(Tag::Noun)), Some("həlˈO"));
        assert_eq!(lexicon.find("Polish").and_then(|e| e.said(Tag::Noun)), Some("pˈOlɪʃ"));
        assert_eq!(lexicon.find("polish").and_then(|e| e.said(Tag::Noun)), Some("pˈɑlɪʃ"));
        assert!(!lexicon.knows("hELLO") && !lexicon.knows("xqzt") && !lexicon.knows(""));
    }

    #[test]
    fn every_line_is_found_and_the_first_and_last_too() {
        for accent in [Accent::American, Accent::British] {
            let lexicon = Lexicon::new(accent);
            let words = lexicon.lines.lines().filter_map(|line| line.split('\t').next());
            assert!(words.clone().count() > 87_000);
            assert_eq!(words.filter(|word| lexicon.get(word).is_none()).count(), 0);
        }
    }

    #[test]
    fn our_own_words_are_in_the_models_symbols() {
        let words = include_str!("../lexicon.tsv").lines().filter(|line| !line.starts_with('#'));
        for line in words {
            let columns: Vec<&str> = line.split('\t').collect();
            assert_eq!(columns.len(), 3, "{line}");
            assert!(columns[0].bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'\''), "{line}");
            for sound in &columns[1..] {
                assert_eq!(crate::symbols::spoken(sound), *sound, "{line}");
                assert_eq!(sound.matches('ˈ').count(), sound.split(' ').count(), "{line}");
            }
            for accent in [Accent::American, Accent::British] {
                assert!(Lexicon::new(accent).knows(columns[0]), "{line}");
            }
        }
    }

    #[test]
    fn the_part_of_speech_decides() {
        let entry = |word| Lexicon::new(Accent::American).find(word).unwrap();
        assert_eq!(entry("record").said(Tag::Noun), Some("ɹˈɛkəɹd"));
        assert_eq!(entry("record").said(Tag::Verb), Some("ɹəkˈɔɹd"));
        assert_eq!(entry("record").said(Tag::Gerund), Some("ɹəkˈɔɹd"));
        assert_eq!(entry("read").said(Tag::Verb), Some("ɹˈid"));
        assert_eq!(entry("read").said(Tag::Past), Some("ɹˈɛd"));
        assert_eq!(entry("IT").said(Tag::Name), None);
        assert_eq!(entry("these").before_pause(), Some("ðˈiz"));
    }
}
