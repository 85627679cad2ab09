//! What no rule knows: read as it comes, part by part.

use super::cardinals::cardinal;
use super::writing::{Kind, between_words, emoji, fragment, kind, letters, name, transliterated};
use crate::Class;
use crate::sentence::{Match, Sentence};
use speech::is_combining_mark;

/// Plain words stay as they are; anything else is cut into letters, figures and signs, and each is read.
pub(super) fn read(sentence: &Sentence<'_>, at: usize) -> Match {
    let core = sentence.core(at);
    if is_plain(core) {
        return Match::one(Class::Word, plain(core));
    }
    // The flag of England ends with invisible letters.
    let trail = sentence.chunk(at).map_or("", |chunk| chunk.trail);
    let tags = trail.len() - trail.trim_start_matches(|c| matches!(c, '\u{E0020}'..='\u{E007F}')).len();
    let with_tags = format!("{core}{}", trail.get(..tags).unwrap_or_default());
    let mut reader = Reader { rest: &with_tags, said: String::new(), class: None, lost: false, pause: false };
    while let Some(first) = reader.rest.chars().next() {
        reader.part(first);
    }
    let Reader { said, class, lost, .. } = reader;
    let class = match (said.is_empty(), lost) {
        (true, true) => Class::Unreadable,
        (true, false) => Class::Pause,
        (false, _) => class.unwrap_or(Class::Code),
    };
    Match::one(class, said).closing(tags)
}

/// A word as English writes it: Latin letters, with apostrophes and hyphens between them.
pub(super) fn is_plain(core: &str) -> bool {
    core.chars().all(|c| kind(c) == Kind::Latin || is_combining_mark(c) || is_apostrophe(c) || is_hyphen(c))
}

/// The same with the apostrophes and hyphens of a typewriter.
pub(super) fn plain(core: &str) -> String {
    core.chars()
        .map(|c| {
            if is_apostrophe(c) {
                '\''
            } else if is_hyphen(c) {
                '-'
            } else {
                c
            }
        })
        .collect()
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘')
}

fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '‐' | '‑')
}

/// Takes a chunk apart from left to right.
struct Reader<'t> {
    rest: &'t str,
    said: String,
    /// What all parts so far are.
    class: Option<Class>,
    /// Something could not be read.
    lost: bool,
    /// A reader pauses before the next part.
    pause: bool,
}

impl<'t> Reader<'t> {
    fn part(&mut self, first: char) {
        let pictured = self.rest.chars().nth(1) == Some('\u{FE0F}');
        if let Some(said) = name(first).filter(|_| !first.is_ascii() && !first.is_alphabetic() && !pictured) {
            self.skip(first);
            return self.say(Class::Sign, said);
        }
        if let Some((length, said)) = emoji(self.rest) {
            return self.emoji(length, &said);
        }
        match kind(first) {
            Kind::Figure => {
                let figures = self.run(|c| c.is_ascii_digit());
                self.say(Class::Code, &cardinal(figures));
            }
            Kind::Latin => {
                let word = self.run(|c| kind(c) == Kind::Latin || is_combining_mark(c) || is_apostrophe(c));
                self.word(word);
            }
            Kind::Sure => self.foreign(),
            Kind::Unsure => {
                // Kana between Chinese characters are of no use without them.
                self.run(is_word_of_unsure_script);
                self.lost = true;
                self.pause = true;
            }
            Kind::Named => {
                self.skip(first);
                match name(first) {
                    Some(said) => self.say(Class::Sign, said),
                    None => self.lettered(first),
                }
            }
            Kind::Unknown => {
                self.skip(first);
                self.lost = true;
            }
            Kind::Silent => {
                self.skip(first);
                self.mark(first);
            }
        }
    }

    fn word(&mut self, word: &str) {
        let word = plain(word);
        let trimmed = word.trim_end_matches('\'');
        let (base, suffix) = trimmed.strip_suffix("'s").map_or((trimmed, ""), |base| (base, "'s"));
        if base.contains('\'') || !base.is_ascii() {
            self.say(Class::Word, trimmed);
        } else {
            let small = base.chars().skip(1).all(char::is_lowercase) && base.chars().count() > 1;
            let said = if small { base.to_owned() } else { fragment(base) };
            self.say(if small { Class::Word } else { Class::Code }, &(said + suffix));
        }
    }

    /// A word of another script, unless Chinese characters are in it.
    fn foreign(&mut self) {
        let run = self.run(|c| kind(c) == Kind::Sure || is_combining_mark(c) || is_word_of_unsure_script(c));
        if run.chars().any(|c| kind(c) == Kind::Unsure) {
            self.lost = true;
            self.pause = true;
            return;
        }
        let mut chars = run.chars();
        let alone = chars.next().filter(|_| chars.next().is_none());
        if let Some(said) = alone.and_then(name) {
            return self.say(Class::Sign, said);
        }
        let latin = transliterated(run);
        if latin.is_empty() {
            return;
        }
        let said = if latin.len() == 1 { letters(&latin) } else { super::said(&latin) };
        self.say(Class::Foreign, &said);
    }

    /// One emoji, however often it follows itself.
    fn emoji(&mut self, length: usize, said: &str) {
        let (emoji, mut rest) = self.rest.split_at(length);
        let mut times = 1_usize;
        while let Some(after) = rest.strip_prefix(emoji) {
            (times, rest) = (times + 1, after);
        }
        self.rest = rest;
        self.pause |= !self.said.is_empty();
        self.say(Class::Emoji, said);
        if times > 1 {
            self.pause = true;
            let times = if times == 2 { "twice".to_owned() } else { cardinal(&times.to_string()) + " times" };
            self.say(Class::Emoji, &times);
        }
        self.pause = true;
    }

    /// A sign that is a letter or a figure in disguise: a regional indicator, "²".
    fn lettered(&mut self, sign: char) {
        let indicator =
            u32::from(sign).checked_sub(0x1F1E6).and_then(|at| char::from_u32(at + u32::from('A')));
        if let Some(letter) = indicator.filter(char::is_ascii_uppercase) {
            return self.say(Class::Initials, &letter.to_string());
        }
        let plain = any_ascii::any_ascii_char(sign).replace(['(', ')', '/'], " ");
        let said = super::said(&plain);
        if said.is_empty() {
            self.lost = true;
        } else {
            self.say(Class::Code, &said);
        }
    }

    /// Punctuation inside a chunk.
    fn mark(&mut self, mark: char) {
        match between_words(mark) {
            "" => {}
            "," => self.pause |= !self.said.is_empty(),
            said => self.say(Class::Code, said),
        }
    }

    fn say(&mut self, class: Class, words: &str) {
        if words.is_empty() {
            return;
        }
        if !self.said.is_empty() {
            self.said.push_str(if self.pause { ", " } else { " " });
        }
        self.pause = false;
        self.said.push_str(words);
        self.class = Some(match self.class {
            None => class,
            Some(before) if before == class || class == Class::Word => before,
            Some(Class::Word) => class,
            Some(_) => Class::Code,
        });
    }

    fn skip(&mut self, c: char) {
        self.rest = self.rest.get(c.len_utf8()..).unwrap_or_default();
    }

    /// Takes at least one character.
    fn run(&mut self, holds: impl Fn(char) -> bool) -> &'t str {
        let first = self.rest.chars().next().map_or(0, char::len_utf8);
        let after = self.rest.get(first..).unwrap_or_default();
        let length = first + after.find(|c| !holds(c)).unwrap_or(after.len());
        let (run, rest) = self.rest.split_at(length);
        self.rest = rest;
        run
    }
}

/// Chinese, Japanese, Arabic and the like, with the marks between their letters.
fn is_word_of_unsure_script(c: char) -> bool {
    matches!(kind(c), Kind::Unsure) || matches!(c, '\u{3040}'..='\u{30FF}')
}
