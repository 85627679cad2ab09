//! Times of words that nobody measured.

use std::vec;

use speech::{Delivery, SpeechGraph, TimingKind, WordTiming};

/// How long a letter lasts in speech of a usual pace: 150 words a minute.
const LETTER_MS: f32 = 72.0;

/// A reader's rests, in letters.
const REST_AFTER_WORD: f32 = 0.5;
const REST_AFTER_CLAUSE: f32 = 3.0;
const REST_AFTER_SENTENCE: f32 = 5.0;

/// The words of a text, and when each would be heard at a steady pace. Words are the runs without white space.
pub(crate) struct Pace {
    words: vec::IntoIter<Word>,
    letter_ms: f32,
    /// Nothing is told before the end, where the true length is known.
    whole: bool,
    /// When the words told so far have ended.
    told_ms: f32,
}

struct Word {
    text: String,
    offset: usize,
    letters: f32,
    rest: f32,
}

impl Pace {
    pub(crate) fn of(graph: &SpeechGraph, delivery: &Delivery) -> Self {
        let letter_ms = LETTER_MS / delivery.speed.times();
        Self {
            words: words(graph.text().as_str()).into_iter(),
            letter_ms,
            whole: delivery.whole,
            told_ms: 0.0,
        }
    }

    /// The words that begin before so much of the audio is over.
    pub(crate) fn until(&mut self, heard_ms: u64) -> Vec<WordTiming> {
        let mut told = Vec::new();
        while !self.whole && !self.words.as_slice().is_empty() {
            let Word { letters, .. } = &self.words.as_slice()[0];
            // A word that is still being heard can turn out to be longer than the audio.
            if self.told_ms + letters * self.letter_ms > heard_ms as f32 {
                break;
            }
            told.extend(self.words.next().map(|word| self.tell(word, self.letter_ms)));
        }
        told
    }

    /// The other words, spread over the rest of the audio.
    pub(crate) fn finish(mut self, heard_ms: u64) -> Vec<WordTiming> {
        let left: f32 = self.words.as_slice().iter().map(|word| word.letters + word.rest).sum();
        let last_rest = self.words.as_slice().last().map_or(0.0, |word| word.rest);
        let letter_ms = (heard_ms as f32 - self.told_ms).max(0.0) / (left - last_rest).max(1.0);
        // The rest after the last word told may already lie beyond the end.
        self.told_ms = self.told_ms.min(heard_ms as f32);
        let words: Vec<_> = self.words.by_ref().collect();
        words.into_iter().map(|word| self.tell(word, letter_ms)).collect()
    }

    fn tell(&mut self, word: Word, letter_ms: f32) -> WordTiming {
        let start = self.told_ms;
        let end = start + word.letters * letter_ms;
        self.told_ms = end + word.rest * letter_ms;
        WordTiming {
            length: word.text.chars().count(),
            text: word.text,
            start_ms: start as u64,
            end_ms: end as u64,
            offset: word.offset,
            kind: TimingKind::Estimated,
            letters: Vec::new(),
            visemes: Vec::new(),
        }
    }
}

fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut inside = false;
    for (offset, c) in text.chars().enumerate() {
        if c.is_whitespace() {
            inside = false;
            continue;
        }
        if !inside {
            words.push(Word { text: String::new(), offset, letters: 0.0, rest: REST_AFTER_WORD });
            inside = true;
        }
        if let Some(word) = words.last_mut() {
            word.text.push(c);
            match c {
                '.' | '!' | '?' | '…' | '。' | '！' | '？' => word.rest = REST_AFTER_SENTENCE,
                ',' | ';' | ':' | '–' | '—' | '、' | '，' => word.rest = REST_AFTER_CLAUSE,
                c if c.is_ascii_digit() => word.letters += 4.0,
                c if c.is_alphanumeric() => {
                    word.letters += 1.0;
                    word.rest = REST_AFTER_WORD;
                }
                _ => {}
            }
        }
    }
    words
}
