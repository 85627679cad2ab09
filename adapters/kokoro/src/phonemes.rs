//! From what is said to phonemes.

use std::sync::Arc;

use inference::runtime::{OpenError, Runtime};
use language::{Class, English, Sentences, Token};
use pronunciation::{Accent, Guess, How, Pronouncer, Said, from_ipa};
use speech::{Boundary, ErrorKind, Saying, Span, SpeechError, SpeechGraph};

use crate::marks::marks;
use crate::neural::Neural;

/// No word has more phonemes than this; what is longer is several.
const MOST_IN_A_WORD: usize = 200;

/// One token of the text as the model gets it.
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
    /// It is the rest of the word before it.
    pub(crate) goes_on: bool,
}

impl Word {
    /// How many symbols the model gets for it.
    pub(crate) fn symbols(&self) -> usize {
        [&self.lead, &self.sound, &self.trail].into_iter().map(|part| part.chars().count()).sum()
    }
}

/// English as Kokoro hears it, in both accents. Needs ONNX Runtime, and no voice.
pub struct Phonemes {
    american: Phonemiser,
    british: Phonemiser,
}

impl Phonemes {
    /// Opens the network that guesses what no lexicon knows, in some milliseconds.
    ///
    /// # Errors
    /// [`OpenError::Refused`] when this ONNX Runtime cannot run it.
    pub fn open(runtime: &Runtime) -> Result<Self, OpenError> {
        Ok(Self::guessing(Arc::new(Neural::open(runtime)?)))
    }

    pub(crate) fn guessing(guess: Arc<dyn Guess>) -> Self {
        Self {
            american: Phonemiser::new(Accent::American, Arc::clone(&guess)),
            british: Phonemiser::new(Accent::British, guess),
        }
    }

    /// Who reads that English.
    pub(crate) fn reader(&self, english: English) -> &Phonemiser {
        match english {
            English::American => &self.american,
            English::British => &self.british,
        }
    }

    /// What is written and the phonemes that the model gets for it, token by token.
    pub fn of(&self, graph: &Arc<SpeechGraph>, english: English) -> Vec<(String, String)> {
        let sentences = Sentences::new(Arc::clone(graph), english);
        let words = sentences.flat_map(|sentence| self.reader(english).words(&sentence));
        words.map(|word| (word.text, word.sound)).filter(|(_, sound)| !sound.is_empty()).collect()
    }
}

/// Says English with one accent.
pub(crate) struct Phonemiser {
    pronouncer: Pronouncer,
    accent: Accent,
}

/// A word of a token.
struct Part {
    text: String,
    how: How,
    /// A comma inside the token: "five five five, one two".
    pause: Option<char>,
    /// The mark after the token, if this is its last word.
    mark: Option<char>,
}

impl Phonemiser {
    pub(crate) fn new(accent: Accent, guess: Arc<dyn Guess>) -> Self {
        Self { pronouncer: Pronouncer::new(accent, guess), accent }
    }

    /// Whether every entry of a lexicon can be said.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`] about `lexicon` for phonemes that are not English, and
    /// [`ErrorKind::InvalidText`] for such in SSML.
    pub(crate) fn check(&self, graph: &SpeechGraph) -> Result<(), SpeechError> {
        for (_, saying) in graph.score().map_or(&[][..], |score| &score.sayings) {
            from_ipa(saying.text(), self.accent).map_err(|error| {
                let message = format!("The SSML has a phoneme that cannot be said: {error}.");
                SpeechError::new(ErrorKind::InvalidText, message).about("input")
            })?;
        }
        for (_, saying) in graph.lexicon().entries() {
            let Saying::Ipa(ipa) = saying else { continue };
            from_ipa(ipa, self.accent).map_err(|error| {
                let message = format!("The lexicon has an entry whose phonemes cannot be said: {error}.");
                SpeechError::invalid_parameter("lexicon", message)
            })?;
        }
        Ok(())
    }

    /// The sounds of a sentence. Every token that says something has a sound.
    pub(crate) fn words(&self, sentence: &[Token]) -> Vec<Word> {
        let parts: Vec<Vec<Part>> = sentence.iter().map(|token| self.parts(token)).collect();
        let written: Vec<(String, How)> = parts.iter().flatten().map(Part::heard).collect();
        let said: Vec<Said<'_>> = written.iter().map(|(text, how)| Said { text, how: *how }).collect();
        let mut sounds = self.pronouncer.sounds(&said).into_iter();
        let mut words = Vec::with_capacity(sentence.len());
        for (token, parts) in sentence.iter().zip(&parts) {
            let mut sound = String::new();
            for (part, sounds) in parts.iter().zip(sounds.by_ref()) {
                if !sound.is_empty() {
                    sound.push(' ');
                }
                sound.push_str(&sounds);
                sound.extend(part.pause);
            }
            let mut word = word(token, sound);
            if token.class == Class::Emoji {
                set_apart(&mut word, words.last_mut());
            }
            words.extend(split(word));
        }
        words
    }

    /// The words of a token.
    fn parts(&self, token: &Token) -> Vec<Part> {
        let how = match token.class {
            Class::Word => |_: &str| How::Word,
            Class::Ipa | Class::Respelling => return vec![self.given(token)],
            _ => |word: &str| if is_letter(word) { How::Letters } else { How::Word },
        };
        let mut parts: Vec<Part> = Vec::new();
        for word in token.said.split(' ').filter(|word| !word.is_empty()) {
            let (word, pause) = match word.strip_suffix(',') {
                Some(word) => (word, Some(',')),
                None => (word, None),
            };
            let how = how(word);
            match parts.last_mut() {
                // "G P U's" is said in one breath.
                Some(last) if how == How::Letters && last.goes_on() => {
                    last.text.push_str(word);
                    last.pause = pause;
                }
                _ => parts.push(Part { text: word.to_owned(), how, pause, mark: None }),
            }
        }
        if let Some(last) = parts.last_mut() {
            last.mark = marks(&token.trail, false).chars().next();
        }
        parts
    }

    /// What the client gave, in the model's phonemes.
    fn given(&self, token: &Token) -> Part {
        let (given, is_owner) = match token.said.strip_suffix("'s") {
            Some(owner) => (owner, true),
            None => (token.said.as_str(), false),
        };
        let sound = match token.class {
            // It was checked before anything was read.
            Class::Ipa => from_ipa(given, self.accent).unwrap_or_default(),
            _ => self.pronouncer.respelled(given),
        };
        let text = if is_owner { pronunciation::with_s(&sound, self.accent) } else { sound };
        Part { text, how: How::Phonemes, pause: None, mark: None }
    }
}

impl Part {
    /// Whether a further letter belongs to it.
    fn goes_on(&self) -> bool {
        self.how == How::Letters && self.pause.is_none() && !self.text.ends_with("'s")
    }

    /// As the pronouncer hears it: a mark makes "in" strong.
    fn heard(&self) -> (String, How) {
        let mut text = self.text.clone();
        if self.how != How::Phonemes {
            text.extend(self.pause.or(self.mark));
        }
        (text, self.how)
    }
}

/// "U" or "U's": the name of a letter.
fn is_letter(word: &str) -> bool {
    let letter = word.strip_suffix("'s").unwrap_or(word);
    letter.len() == 1 && letter.bytes().all(|c| c.is_ascii_uppercase())
}

/// "Good job 👍 everyone" has a short rest around what is no part of the sentence.
fn set_apart(word: &mut Word, before: Option<&mut Word>) {
    if let Some(before) = before.filter(|before| before.trail.is_empty() && before.ends.is_none()) {
        before.trail.push(',');
    }
    if word.trail.is_empty() && word.ends.is_none() {
        word.trail.push(',');
    }
}

fn word(token: &Token, sound: String) -> Word {
    Word {
        lead: marks(&token.lead, true),
        trail: marks(&token.trail, false),
        span: (!sound.is_empty()).then_some(token.span),
        sound,
        text: token.text.clone(),
        ends: token.ends,
        breath: opens_phrase(&token.text) || !token.lead.is_empty(),
        goes_on: false,
    }
}

/// Cuts what has too many phonemes, between its words where it can; the parts keep its place in the text.
fn split(word: Word) -> Vec<Word> {
    let mut parts: Vec<Word> = Vec::new();
    let mut rest = word.sound.as_str();
    while let Some((longest, _)) = rest.char_indices().nth(MOST_IN_A_WORD) {
        let at = rest[..longest].rfind(' ').filter(|at| *at > 0).unwrap_or(longest);
        let (part, after) = rest.split_at(at);
        parts.push(Word { sound: part.to_owned(), ..part_of(&word) });
        rest = after.trim_start();
    }
    if parts.is_empty() {
        return vec![word];
    }
    parts.push(Word { sound: rest.to_owned(), trail: word.trail.clone(), ends: word.ends, ..part_of(&word) });
    if let Some(first) = parts.first_mut() {
        first.lead.clone_from(&word.lead);
        first.breath = word.breath;
        first.goes_on = false;
    }
    parts
}

fn part_of(word: &Word) -> Word {
    Word { span: word.span, text: word.text.clone(), breath: true, goes_on: true, ..Word::default() }
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

/// A text in which nothing has a sound that an English voice could make.
pub(crate) fn silent() -> SpeechError {
    SpeechError::new(
        ErrorKind::InvalidText,
        "Nothing in the text can be read by an English voice; it reads the Latin, Greek and Cyrillic alphabets, kana, Hangul, digits, signs and emoji.",
    )
    .about("input")
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;
    use speech::{Lexicon, Notation, Reading, SpeechText};

    use super::*;
    use crate::vocabulary::{id, is_phoneme};

    /// Guesses by the names of letters: these tests are about everything else.
    pub(crate) struct Spelled;

    impl Guess for Spelled {
        fn guess(&self, words: &[&str], _: Accent) -> Vec<String> {
            words.iter().map(|word| format!("ˈ{}", word.replace('\'', ""))).collect()
        }
    }

    fn read(text: &str, accent: Accent, lexicon: Lexicon) -> Vec<Word> {
        let english = match accent {
            Accent::American => language::English::American,
            Accent::British => language::English::British,
        };
        let text = SpeechText::new(text, None).unwrap();
        let reading = Reading { lexicon, ..Reading::default() };
        let graph = Arc::new(language::compile(text, &reading).unwrap());
        let phonemiser = Phonemiser::new(accent, Arc::new(Spelled));
        language::Sentences::new(graph, english).flat_map(|sentence| phonemiser.words(&sentence)).collect()
    }

    fn line(text: &str) -> String {
        let words = read(text, Accent::American, Lexicon::default());
        words.iter().map(|w| format!("{}{}{}", w.lead, w.sound, w.trail)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn plain_english_is_what_the_lexicon_says() {
        assert_eq!(line("Hello, world."), "həlˈO, wˈɜɹld.");
        assert_eq!(
            line("Please read the report I read yesterday."),
            "plˈiz ɹˈid ðə ɹəpˈɔɹt ˌI ɹˈɛd jˈɛstəɹdˌA."
        );
    }

    #[test]
    fn the_british_speak_british() {
        let words = read("The schedule", Accent::British, Lexicon::default());
        assert!(words[1].sound.contains('ʃ'), "{words:?}");
    }

    #[test]
    fn an_emoji_is_set_apart() {
        assert_eq!(line("Well done 👍 all"), "wˈɛl dˈʌn, θˈʌmz ˌʌp, ˈɔl");
    }

    #[test]
    fn letters_are_said_in_one_breath() {
        assert_eq!(line("GPUs"), "ʤˌipˌijˈuz");
        assert_eq!(line("FBI's"), "ˌɛfbˌiˈIz");
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
            for accent in [Accent::American, Accent::British] {
                let words = read(&format!("so {word} it is"), accent, Lexicon::default());
                let mut spans: Vec<_> = words.iter().map(|word| word.span.map(|span| span.offset)).collect();
                spans.dedup();
                assert_eq!(spans.len(), 4, "{word}: {words:?}");
                assert!(words.iter().all(|w| w.sound.contains(is_phoneme)), "{word}: {words:?}");
                assert!(words.iter().all(|w| w.sound.chars().all(|c| id(c).is_some())), "{word}: {words:?}");
            }
        }
    }

    #[test]
    fn the_client_s_own_sayings_are_said() {
        let lexicon = |saying| Lexicon::new([("Nguyen".to_owned(), saying)]).unwrap();
        let said = |saying| {
            read("Nguyen Nguyen's", Accent::American, lexicon(saying))
                .into_iter()
                .map(|w| w.sound)
                .collect::<Vec<_>>()
        };
        assert_eq!(said(Saying::Ipa("wɪn".into())), ["wɪn", "wɪnz"]);
        assert_eq!(said(Saying::Alias("Win".into())), ["wˈɪn", "wˈɪnz"]);
        assert_eq!(said(Saying::Respelling("nuh-WEN".into())), ["nəwˈɛn", "nəwˈɛnz"]);
    }

    #[test]
    fn phonemes_that_are_not_english_are_refused() {
        let lexicon = Lexicon::new([("x".to_owned(), Saying::Ipa("ǃa".into()))]).unwrap();
        let phonemiser = Phonemiser::new(Accent::American, Arc::new(Spelled));
        let fault = |text: &str, reading: Reading| {
            let text = SpeechText::new(text, None).unwrap();
            let error = phonemiser.check(&language::compile(text, &reading).unwrap()).unwrap_err();
            (error.kind(), error.param().map(str::to_owned))
        };
        let in_lexicon = fault("y", Reading { lexicon, ..Reading::default() });
        assert_eq!(in_lexicon, (ErrorKind::InvalidParameter, Some("lexicon".to_owned())));
        let notation = Notation::Ssml { may_fetch: false };
        let in_ssml = fault("<phoneme ph='ǃa'>y</phoneme>", Reading { notation, ..Reading::default() });
        assert_eq!(in_ssml, (ErrorKind::InvalidText, Some("input".to_owned())));
    }

    #[test]
    fn an_endless_word_is_several_that_the_model_can_take() {
        let words = read(&"W7".repeat(100), Accent::American, Lexicon::default());
        assert!(words.len() > 2);
        assert!(words.iter().all(|word| word.symbols() <= MOST_IN_A_WORD + 8));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_sounded(text in "([ -~éüßñ’“”—…€日👍Ω]{1,12} ?){1,6}") {
            let Ok(speakable) = SpeechText::new(text.as_str(), None) else { return Ok(()) };
            if language::compile(speakable, &Reading::default()).is_err() { return Ok(()) }
            for word in read(&text, Accent::American, Lexicon::default()) {
                let all = [&word.lead, &word.sound, &word.trail];
                prop_assert!(all.iter().all(|part| part.chars().all(|c| id(c).is_some())), "{word:?}");
                prop_assert!(word.span.is_none() || word.sound.contains(is_phoneme), "{word:?}");
            }
        }
    }
}
