//! How a client wants words to be said.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::{BoxFuture, ErrorKind, SpeechError};

/// Words of one entry: a phrase, no sentence.
const MOST_WORDS: usize = 8;

/// Code points of a word or phrase, and of what is said for it.
const MOST_CHARACTERS: usize = 200;

/// How one word or phrase is to be said. Vendor-neutral: a backend that knows phonemes gets them, one that does not
/// gets the nearest it can say.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Saying {
    /// Other words, read as any text: "W3C" is "World Wide Web Consortium".
    Alias(String),
    /// English syllables as a newspaper writes them, the stressed one in capitals: "koo-ber-NET-eez".
    Respelling(String),
    /// The International Phonetic Alphabet: "ˌkubɚˈnɛtiz".
    Ipa(String),
}

impl Saying {
    /// The stable name of its kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Alias(_) => "alias",
            Self::Respelling(_) => "respelling",
            Self::Ipa(_) => "ipa",
        }
    }

    /// What it says.
    pub fn text(&self) -> &str {
        match self {
            Self::Alias(text) | Self::Respelling(text) | Self::Ipa(text) => text,
        }
    }
}

/// Nobody's words belong in a log.
impl fmt::Debug for Saying {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Saying({})", self.kind())
    }
}

/// Where the lexicons of clients are kept.
pub trait Lexicons: Send + Sync + 'static {
    /// The lexicon that holds for all requests of a client: its own over everyone's.
    ///
    /// # Errors
    /// [`ErrorKind::LedgerUnavailable`] when the database cannot be read.
    fn of(&self, client: &str) -> BoxFuture<Result<Lexicon, SpeechError>>;
}

/// Words and phrases with their sayings. Cheap to clone. A phrase written exactly like an entry gets that entry;
/// otherwise upper and lower case make no difference.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Lexicon(Arc<Entries>);

#[derive(Clone, Default, PartialEq, Eq)]
struct Entries {
    /// By the word in small letters.
    by_word: BTreeMap<String, Vec<Entry>>,
    /// The words of the longest one.
    longest: usize,
}

/// A word or phrase and how it is said.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    word: String,
    /// Without what is around its words: "Dr", "St Louis".
    bare: String,
    lead: String,
    trail: String,
    saying: Saying,
}

impl Entry {
    fn new(word: String, saying: Saying) -> Self {
        let lead = word.find(crate::has_sound).and_then(|at| word.get(..at)).unwrap_or_default();
        let trail = word.rfind(crate::has_sound).and_then(|at| word.get(at..)).unwrap_or_default();
        let trail = trail.get(trail.chars().next().map_or(0, char::len_utf8)..).unwrap_or_default();
        let trail = trail.trim_start_matches(crate::is_combining_mark);
        let silent = |c: char| !crate::has_sound(c) && !crate::is_combining_mark(c);
        let bare: Vec<&str> = word.split(' ').map(|word| word.trim_matches(silent)).collect();
        Self { bare: folded(&bare.join(" ")), lead: lead.to_owned(), trail: trail.to_owned(), word, saying }
    }

    /// Signs before its first letter: "." of ".NET". They must stand in the text, too.
    pub fn lead(&self) -> &str {
        &self.lead
    }

    /// Signs after its last letter: "." of "Dr.". Where they stand in the text, they belong to it.
    pub fn trail(&self) -> &str {
        &self.trail
    }

    /// How it is said.
    pub fn saying(&self) -> &Saying {
        &self.saying
    }
}

/// Composed letters and straight apostrophes: however it was typed, it is the same word.
fn folded(text: &str) -> String {
    text.nfc().map(|c| if matches!(c, '’' | 'ʼ') { '\'' } else { c }).collect()
}

impl Lexicon {
    /// Checks every entry and puts them together; of two for the same word the later one holds.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`] about `lexicon` for an entry without a letter or digit, of more than 8 words
    /// or 200 characters, or without a saying. It is named by its number, from 1: nobody's words are in an error.
    pub fn new(entries: impl IntoIterator<Item = (String, Saying)>) -> Result<Self, SpeechError> {
        let mut lexicon = Entries::default();
        for (number, (word, saying)) in (1..).zip(entries) {
            let word = words(&word);
            check(&word, &saying).map_err(|fault| {
                SpeechError::new(
                    ErrorKind::InvalidParameter,
                    format!("Entry {number} of the lexicon {fault}."),
                )
                .about("lexicon")
            })?;
            lexicon.insert(Entry::new(word, saying));
        }
        Ok(Self(Arc::new(lexicon)))
    }

    /// Both together; where they differ, `self` holds.
    #[must_use]
    pub fn over(&self, other: &Lexicon) -> Lexicon {
        if self.is_empty() || other.is_empty() {
            return if self.is_empty() { other.clone() } else { self.clone() };
        }
        let mut both = (*other.0).clone();
        for entry in self.0.by_word.values().flatten() {
            // "Nguyen" here outweighs "nguyen" there, too.
            both.by_word.entry(entry.bare.to_lowercase()).or_default().clear();
        }
        for entry in self.0.by_word.values().flatten() {
            both.insert(entry.clone());
        }
        Lexicon(Arc::new(both))
    }

    /// The entry for a word, or for words with single spaces between them, without the signs around them.
    pub fn find(&self, phrase: &str) -> Option<&Entry> {
        if self.is_empty() {
            return None;
        }
        let phrase = folded(phrase);
        let entries = self.0.by_word.get(&phrase.to_lowercase())?;
        let exact = entries.iter().find(|entry| entry.bare == phrase);
        exact.or(entries.last())
    }

    /// How a word or phrase is to be said.
    pub fn get(&self, phrase: &str) -> Option<&Saying> {
        self.find(&Entry::new(words(phrase), Saying::Alias(String::new())).bare).map(Entry::saying)
    }

    /// Every entry, by word.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Saying)> {
        self.0.by_word.values().flatten().map(|entry| (entry.word.as_str(), &entry.saying))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.by_word.is_empty()
    }

    /// The words of its longest entry; 0 without entries.
    pub fn longest(&self) -> usize {
        self.0.longest
    }
}

impl fmt::Debug for Lexicon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lexicon({} entries)", self.entries().count())
    }
}

impl Entries {
    fn insert(&mut self, entry: Entry) {
        self.longest = self.longest.max(entry.bare.split(' ').count());
        let same = self.by_word.entry(entry.bare.to_lowercase()).or_default();
        same.retain(|known| known.bare != entry.bare);
        same.push(entry);
    }
}

/// The words of a phrase with single spaces between them.
fn words(phrase: &str) -> String {
    phrase.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn check(word: &str, saying: &Saying) -> Result<(), String> {
    let sounds = |text: &str| text.chars().any(char::is_alphanumeric);
    let control = |text: &str| text.chars().any(char::is_control);
    if word.is_empty() || word.split(' ').any(|word| !word.contains(crate::has_sound)) {
        return Err("has a word without a letter, digit or sign".to_owned());
    }
    if word.split(' ').count() > MOST_WORDS {
        return Err(format!("has more than {MOST_WORDS} words"));
    }
    if word.chars().count() > MOST_CHARACTERS || saying.text().chars().count() > MOST_CHARACTERS {
        return Err(format!("has more than {MOST_CHARACTERS} characters"));
    }
    if control(word) || control(saying.text()) {
        return Err("has a control character".to_owned());
    }
    if !sounds(saying.text()) {
        return Err(format!("has nothing to say: its {} has no letter or digit", saying.kind()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alias(word: &str, text: &str) -> (String, Saying) {
        (word.to_owned(), Saying::Alias(text.to_owned()))
    }

    fn said<'l>(lexicon: &'l Lexicon, phrase: &str) -> Option<&'l str> {
        lexicon.get(phrase).map(Saying::text)
    }

    #[test]
    fn case_matters_only_where_entries_differ_in_it() {
        let lexicon = Lexicon::new([alias("polish", "rub"), alias("Polish", "from Poland")]).unwrap();
        assert_eq!(said(&lexicon, "polish"), Some("rub"));
        assert_eq!(said(&lexicon, "Polish"), Some("from Poland"));
        let lexicon = Lexicon::new([alias("New  York", "the city")]).unwrap();
        assert_eq!(said(&lexicon, "NEW YORK"), Some("the city"));
        assert_eq!((said(&lexicon, "York"), lexicon.longest()), (None, 2));
    }

    #[test]
    fn signs_and_ways_of_typing_make_no_difference() {
        let lexicon = Lexicon::new([
            alias("Dr.", "doctor"),
            alias("St. Louis", "the city"),
            alias(".NET", "dot net"),
            alias("Siobh\u{e1}n", "shivawn"),
            alias("O’Neill", "oh neal"),
        ])
        .unwrap();
        assert_eq!((said(&lexicon, "Dr"), said(&lexicon, "dr.")), (Some("doctor"), Some("doctor")));
        assert_eq!(said(&lexicon, "St Louis"), Some("the city"));
        assert_eq!(said(&lexicon, "Siobha\u{301}n"), Some("shivawn"));
        assert_eq!(said(&lexicon, "o'neill"), Some("oh neal"));
        let net = lexicon.find("NET").unwrap();
        assert_eq!((net.lead(), net.trail(), lexicon.longest()), (".", "", 2));
        assert_eq!(lexicon.find("Dr").unwrap().trail(), ".");
    }

    #[test]
    fn the_later_and_the_nearer_entry_holds() {
        let far = Lexicon::new([alias("a", "one"), alias("a", "two"), alias("b", "three")]).unwrap();
        assert_eq!(said(&far, "a"), Some("two"));
        let near = Lexicon::new([alias("A", "four")]).unwrap();
        let both = near.over(&far);
        assert_eq!((said(&both, "a"), said(&both, "b")), (Some("four"), Some("three")));
        assert_eq!(both.entries().count(), 2);
    }

    #[test]
    fn what_says_nothing_is_refused_by_its_number() {
        for (word, text) in [("...", "a"), ("a", "!"), ("a b c d e f g h i", "x"), ("a", &"b".repeat(201))] {
            let error = Lexicon::new([alias("fine", "fine"), alias(word, text)]).unwrap_err();
            assert!(error.message().starts_with("Entry 2 of the lexicon"), "{error}");
        }
    }
}
