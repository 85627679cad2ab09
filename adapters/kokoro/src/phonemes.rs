//! From written words to phonemes.

use misaki_rs::{G2P, Language, MToken};
use speech::{Boundary, ErrorKind, Span, SpeechError};

use crate::guess::guess;
use crate::reading::{Said, say};
use crate::signs::{Reading, read};
use crate::vocabulary::{id, is_phoneme};
use crate::words::Written;

/// No word has more phonemes than this; what is longer is several.
const MOST_IN_A_WORD: usize = 200;

/// One word as the model gets it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Word {
    /// Punctuation before it.
    pub(crate) lead: String,
    /// Its sound: symbols of the vocabulary, spaces where it is read as several words. Empty for punctuation
    /// that stands alone.
    pub(crate) sound: String,
    /// Punctuation after it.
    pub(crate) trail: String,
    /// Where it stands in the client's text.
    pub(crate) span: Option<Span>,
    /// As the client wrote it.
    pub(crate) text: String,
    /// What ends with it.
    pub(crate) ends: Option<Boundary>,
    /// A reader could take breath before it.
    pub(crate) breath: bool,
}

impl Word {
    /// How many symbols the model gets for it.
    pub(crate) fn symbols(&self) -> usize {
        [&self.lead, &self.sound, &self.trail].into_iter().map(|part| part.chars().count()).sum()
    }
}

/// English, from letters to phonemes. Large (the lexicons) and slow to load; share it.
pub(crate) struct Phonemiser {
    g2p: G2P,
    british: bool,
}

impl Phonemiser {
    /// Loads the lexicons: up to a second.
    pub(crate) fn load(british: bool) -> Self {
        let language = if british { Language::EnglishGB } else { Language::EnglishUS };
        Self { g2p: G2P::new(language), british }
    }

    /// The sounds of a sentence, or of a part of one. Every word with a letter, a digit or a sign has a sound.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidText`] for a character that English has no sound for.
    pub(crate) fn words(&self, sentence: &[Written]) -> Result<Vec<Word>, SpeechError> {
        let mut line = String::new();
        let mut ranges = Vec::with_capacity(sentence.len());
        let mut afterwards: Option<&'static str> = None;
        for (at, written) in sentence.iter().enumerate() {
            let next = sentence.get(at + 1).map_or("", |next| next.core.as_str());
            let said = say(&written.core, next).map_err(|place| unreadable(written.span.offset + place))?;
            let Said { mut words, afterwards: pending } = said;
            if let Some(unit) = afterwards.take() {
                words.push(' ');
                words.push_str(unit);
            }
            afterwards = pending;
            let from = line.len();
            line.push_str(&written.lead);
            line.push_str(&words);
            line.push_str(&written.trail);
            ranges.push(from..line.len());
            line.push(' ');
        }
        let mut words: Vec<Word> = sentence.iter().map(unsounded).collect();
        let mut at = 0;
        let mut range = 0;
        for token in self.tokens(&line) {
            let found = line.get(at..).and_then(|rest| rest.find(token.text.as_str()));
            let Some(found) = found else { continue };
            let start = at + found;
            at = start + token.text.len();
            while ranges.get(range).is_some_and(|range| range.end <= start) {
                range += 1;
            }
            if let Some(word) = words.get_mut(range) {
                self.add(word, &token);
            }
        }
        let mut complete = Vec::with_capacity(words.len());
        for (word, written) in words.into_iter().zip(sentence) {
            complete.extend(self.complete(word, written));
        }
        Ok(complete)
    }

    fn add(&self, word: &mut Word, token: &MToken) {
        let sound = if token.text.contains(|c: char| c.is_ascii_alphanumeric()) {
            self.sound(token)
        } else {
            let marks = token.phonemes.as_deref().unwrap_or_default();
            let marks: String =
                marks.chars().filter(|c| id(*c).is_some() && !is_phoneme(*c) && *c != ' ').collect();
            if word.sound.is_empty() {
                word.lead.push_str(&marks);
            } else {
                word.trail.push_str(&marks);
            }
            return;
        };
        // Punctuation inside a word ("https, example") stays where it is.
        let inside = std::mem::take(&mut word.trail);
        word.sound.push_str(&inside);
        if !word.sound.is_empty() {
            word.sound.push(' ');
        }
        word.sound.push_str(&sound);
    }

    /// The sound of one token; what the lexicon does not know is taken apart, and its parts are guessed.
    fn sound(&self, token: &MToken) -> String {
        if is_plural_number(&token.text) {
            return self.unknown(&token.text);
        }
        if let Some(known) = known(token) {
            return known;
        }
        let mut parts: Vec<String> = Vec::new();
        let (text, possessive) = match token.text.strip_suffix("'s").or_else(|| token.text.strip_suffix("'S"))
        {
            Some(owner) if owner.ends_with(|c: char| c.is_ascii_alphabetic()) => (owner, true),
            _ => (token.text.as_str(), false),
        };
        for part in text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()) {
            let whole = part.len() == token.text.len();
            parts.push(if whole {
                self.unknown(part)
            } else {
                self.look_up(part).unwrap_or_else(|| self.unknown(part))
            });
        }
        // "O'Neill" is one word, "Foo-Bar" two.
        let mut sound = parts.join(if text.contains('\'') { "" } else { " " });
        if possessive {
            sound.push_str(possessive_ending(&sound));
        }
        sound
    }

    /// A run of letters and digits that the lexicon does not know.
    fn unknown(&self, run: &str) -> String {
        if let Some(number) =
            run.strip_suffix('s').filter(|number| number.ends_with(|c: char| c.is_ascii_digit()))
        {
            return format!("{}z", self.look_up(number).unwrap_or_else(|| self.digits(number)));
        }
        let letters = run.chars().filter(char::is_ascii_alphabetic).count();
        match letters {
            0 => self.digits(run),
            _ if letters == run.len() => guess(run, self.british),
            _ => {
                let split =
                    run.find(|c: char| c.is_ascii_digit() != run.starts_with(|c: char| c.is_ascii_digit()));
                let (first, rest) = run.split_at(split.unwrap_or(run.len()));
                let sound = |run: &str| self.look_up(run).unwrap_or_else(|| self.unknown(run));
                format!("{} {}", sound(first), sound(rest))
            }
        }
    }

    /// Digit by digit.
    fn digits(&self, number: &str) -> String {
        let digits = number.chars().filter_map(|digit| self.look_up(digit.encode_utf8(&mut [0; 4])));
        digits.collect::<Vec<_>>().join(" ")
    }

    /// A word by itself, if the lexicon knows it.
    fn look_up(&self, word: &str) -> Option<String> {
        let sounds: Option<Vec<String>> = self.tokens(word).iter().map(known).collect();
        sounds.map(|sounds| sounds.join(" ")).filter(|sound| !sound.is_empty())
    }

    fn tokens(&self, line: &str) -> Vec<MToken> {
        // Without a fallback it has no error to give.
        self.g2p.g2p(line).map(|(_, tokens)| tokens).unwrap_or_default()
    }

    /// Whatever was lost on the way is guessed; whatever is too long is several words.
    fn complete(&self, mut word: Word, written: &Written) -> Vec<Word> {
        if !written.core.is_empty() && !word.sound.contains(is_phoneme) {
            let said = say(&written.core, "").map(|said| said.words).unwrap_or_default();
            let runs = said.split(|c: char| !c.is_ascii_alphanumeric()).filter(|run| !run.is_empty());
            let sounds = runs.map(|run| self.look_up(run).unwrap_or_else(|| self.unknown(run)));
            word.sound = sounds.collect::<Vec<_>>().join(" ");
        }
        split(word)
    }
}

/// "1990s", which the lexicon would end in the name of the letter.
fn is_plural_number(word: &str) -> bool {
    word.strip_suffix('s')
        .is_some_and(|number| number.bytes().all(|c| c.is_ascii_digit()) && !number.is_empty())
}

/// How "'s" is said after that sound.
fn possessive_ending(sound: &str) -> &'static str {
    match sound.chars().next_back() {
        Some('s' | 'z' | 'ʃ' | 'ʒ' | 'ʧ' | 'ʤ') => "ᵻz",
        Some('p' | 't' | 'k' | 'f' | 'θ') => "s",
        _ => "z",
    }
}

fn unsounded(written: &Written) -> Word {
    Word {
        span: (!written.core.is_empty()).then_some(written.span),
        text: written.core.clone(),
        ends: written.ends,
        breath: opens_phrase(&written.core) || !written.lead.is_empty(),
        ..Word::default()
    }
}

/// The token's sound in the vocabulary's symbols, unless it is unknown or holds something unknown.
fn known(token: &MToken) -> Option<String> {
    let phonemes = token.phonemes.as_deref()?.trim();
    let known = phonemes.contains(is_phoneme) && phonemes.chars().all(|c| id(c).is_some());
    known.then(|| phonemes.to_owned())
}

/// Cuts a word of too many phonemes; the parts keep its place in the text.
fn split(word: Word) -> Vec<Word> {
    let sound: Vec<char> = word.sound.chars().collect();
    if sound.len() <= MOST_IN_A_WORD {
        return vec![word];
    }
    let mut parts: Vec<Word> = sound
        .chunks(MOST_IN_A_WORD)
        .map(|part| Word {
            sound: part.iter().collect(),
            span: word.span,
            text: word.text.clone(),
            breath: true,
            ..Word::default()
        })
        .collect();
    if let Some(first) = parts.first_mut() {
        first.lead = word.lead;
        first.breath = word.breath;
    }
    if let Some(last) = parts.last_mut() {
        last.trail = word.trail;
        last.ends = word.ends;
    }
    parts
}

/// Words that a phrase begins with: conjunctions, relatives and prepositions.
fn opens_phrase(word: &str) -> bool {
    matches!(
        word.to_ascii_lowercase().as_str(),
        "and"
            | "but"
            | "or"
            | "nor"
            | "so"
            | "yet"
            | "because"
            | "although"
            | "though"
            | "while"
            | "when"
            | "where"
            | "which"
            | "who"
            | "whom"
            | "whose"
            | "that"
            | "if"
            | "unless"
            | "until"
            | "since"
            | "before"
            | "after"
            | "as"
            | "than"
            | "with"
            | "without"
            | "within"
            | "into"
            | "from"
            | "for"
            | "through"
            | "between"
            | "among"
            | "during"
            | "about"
            | "against"
            | "across"
            | "over"
            | "under"
            | "by"
            | "at"
            | "on"
            | "in"
            | "to"
    )
}

/// Whether every character of a text has a sound or is silent.
///
/// # Errors
/// [`ErrorKind::InvalidText`] for the first one that English has no sound for: its place, and not the text.
pub(crate) fn check(text: &str) -> Result<(), SpeechError> {
    let mut readings = Vec::new();
    for (offset, c) in text.chars().enumerate() {
        readings.clear();
        read(c, &mut readings);
        if readings.contains(&Reading::Unknown) {
            return Err(unreadable(offset));
        }
    }
    Ok(())
}

/// A text in which nothing has a sound.
pub(crate) fn silent() -> SpeechError {
    SpeechError::new(ErrorKind::InvalidText, "The text has no letter, digit or sign that could be spoken.")
        .about("input")
}

fn unreadable(offset: usize) -> SpeechError {
    SpeechError::new(
        ErrorKind::InvalidText,
        format!("Character {offset} of the text cannot be spoken by an English voice; English voices read the Latin alphabet, digits and common signs. Remove it or replace it by words."),
    )
    .about("input")
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, LazyLock};

    use proptest::prelude::*;
    use speech::SpeechText;

    use super::*;
    use crate::words::Words;

    static AMERICAN: LazyLock<Phonemiser> = LazyLock::new(|| Phonemiser::load(false));
    static BRITISH: LazyLock<Phonemiser> = LazyLock::new(|| Phonemiser::load(true));

    fn try_words(phonemiser: &Phonemiser, text: &str) -> Result<Vec<Word>, SpeechError> {
        let graph = language::compile(SpeechText::new(text, None)?);
        let written: Vec<Written> = Words::new(Arc::new(graph)).collect();
        phonemiser.words(&written)
    }

    fn line(text: &str) -> String {
        let words = try_words(&AMERICAN, text).unwrap();
        words.iter().map(|w| format!("{}{}{}", w.lead, w.sound, w.trail)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn plain_english_is_what_the_lexicon_says() {
        assert_eq!(line("Hello, world."), "həlˈO, wˈɜɹld.");
        assert_eq!(
            line("Please read the report I read yesterday."),
            "plˈiz ɹˈid ðə ɹəpˈɔɹt ˌI ɹˈɛd jˈɛstəɹdˌA."
        );
        assert_eq!(line("Dr. Smith said “no” (twice)... why?"), "dˈɑktəɹ smˈɪθ sˈɛd “nˈO” (twˈIs)… wˌI?");
    }

    #[test]
    fn no_word_vanishes() {
        for word in [
            "Kubernetes",
            "Nguyen",
            "café",
            "Schroedinger",
            "O'Neill",
            "GHz",
            "https://example.com/a?b=1",
            "Kokoro",
            "me@example.org",
            "50%",
            "$1.5",
            "€3",
            "20°C",
            "1990s",
            "3:30",
            "3/4",
            "2024-05-17",
            "VIII",
            "x86_64",
            "v1.2.3",
            "they'd've",
            "12345678901234567890123",
            "naïve",
            "R&D",
            "#1",
            "@",
            "=",
            "%",
            "+",
            "St.",
            "C++",
            "[bracket",
            "~10",
            "a|b",
            "§3",
            "½",
            "Coca-Kubernetes's",
            "007",
            "iPhones",
            "hmmm",
            "I/O",
            "\\d+",
        ] {
            for phonemiser in [&*AMERICAN, &*BRITISH] {
                let words = try_words(phonemiser, &format!("so {word} it is")).unwrap();
                assert_eq!(words.len(), 4, "{word}");
                assert!(words.iter().all(|w| w.sound.contains(is_phoneme)), "{word}: {words:?}");
                assert!(words.iter().all(|w| w.sound.chars().all(|c| id(c).is_some())), "{word}: {words:?}");
            }
        }
    }

    #[test]
    fn unknown_words_keep_their_endings() {
        assert_eq!(line("Schroedinger's"), "ʃɹˈOdɪŋɡəɹz");
        assert_eq!(line("Kubernetes's 1990s"), "kubəɹnˈɛtizᵻz nˌIntˈin nˈIndiz");
    }

    #[test]
    fn the_british_speak_british() {
        let words = try_words(&BRITISH, "The schedule").unwrap();
        assert!(words[1].sound.contains('ʃ'), "{words:?}");
    }

    #[test]
    fn what_english_has_no_sound_for_is_refused_by_its_place_and_not_shown() {
        for (text, place) in
            [("こんにちは", 0), ("Say 日本語 now", 4), ("Great 👍", 6), ("Ура", 0), ("ok ☃", 3)]
        {
            let error = try_words(&AMERICAN, text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidText);
            assert!(error.message().starts_with(&format!("Character {place} ")), "{error}");
            assert!(text.chars().filter(|c| !c.is_ascii()).all(|c| !error.message().contains(c)));
        }
    }

    #[test]
    fn links_of_the_lexicon_s_own_markup_are_just_text() {
        let words = try_words(&AMERICAN, "[hello](/wɜɹld/) there").map_err(|error| error.kind());
        assert_eq!(words, Err(ErrorKind::InvalidText));
        let words = try_words(&AMERICAN, "[hello](+2) there").unwrap();
        assert!(words[0].sound.contains("plˈʌs"), "{words:?}");
    }

    #[test]
    fn an_endless_word_is_several_that_the_model_can_take() {
        let words = try_words(&AMERICAN, &"W7".repeat(100)).unwrap();
        assert!(words.len() > 2);
        assert!(words.iter().all(|word| word.symbols() <= MOST_IN_A_WORD + 8));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

        #[test]
        fn any_latin_text_is_sounded_or_refused(text in "([ -~éüßñ’“”—…€]{1,12} ?){1,6}") {
            let Ok(words) = try_words(&AMERICAN, &text) else { return Ok(()) };
            for word in &words {
                let all = [&word.lead, &word.sound, &word.trail];
                prop_assert!(all.iter().all(|part| part.chars().all(|c| id(c).is_some())), "{word:?}");
                prop_assert!(word.span.is_none() || word.sound.contains(is_phoneme), "{word:?}");
            }
        }
    }
}
