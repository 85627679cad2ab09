//! What happens when in a recital: words, punctuation, sentences, the shapes of the mouth, bookmarks.

use std::ops::Range;

use serde_json::{Value, json};

use super::count::is_han;
use super::recital::{Recital, Sound};

/// Frames of a face in a second.
const FRAMES_A_SECOND: f64 = 60.0;

/// Muscles of a face, each between 0 and 1.
const BLEND_SHAPES: usize = 55;

/// What a client wants to be told: its `metadataOptions`, where some write their booleans as strings.
#[derive(Clone, Copy, Default)]
pub(super) struct Wanted {
    words: bool,
    punctuation: bool,
    sentences: bool,
    visemes: bool,
    bookmarks: bool,
    pub(super) session_end: bool,
}

impl Wanted {
    pub(super) fn by(options: &Value) -> Self {
        let is_set = |name: &str| options[name] == true || options[name] == "true";
        Self {
            words: is_set("wordBoundaryEnabled"),
            punctuation: is_set("punctuationBoundaryEnabled"),
            sentences: is_set("sentenceBoundaryEnabled"),
            visemes: is_set("visemeEnabled"),
            bookmarks: is_set("bookmarkEnabled"),
            session_end: is_set("sessionEndEnabled"),
        }
    }
}

/// One element of `Metadata`, and when it happens, in seconds.
pub(super) struct Mark {
    pub(super) at: f64,
    pub(super) json: Value,
}

/// Ticks of 100 ns.
pub(super) fn ticks(seconds: f64) -> u64 {
    (seconds * 1e7).round() as u64
}

/// All that is wanted, in the order of time.
pub(super) fn marks(recital: &Recital, wanted: Wanted) -> Vec<Mark> {
    let score = Score { recital, starts: recital.starts(), classes: classes(recital) };
    let mut marks = Vec::new();
    if wanted.sentences {
        marks.extend(
            score.sentences().map(|range| score.boundary("SentenceBoundary", "SentenceBoundary", range)),
        );
    }
    for range in score.words() {
        match score.classes[range.start] {
            Class::Gap => {}
            Class::Punctuation if wanted.punctuation => {
                marks.push(score.boundary("WordBoundary", "PunctuationBoundary", range));
            }
            Class::Letter | Class::Han if wanted.words => {
                marks.push(score.boundary("WordBoundary", "WordBoundary", range));
            }
            _ => {}
        }
    }
    if wanted.visemes {
        marks.extend(score.visemes());
    }
    if wanted.bookmarks {
        marks.extend(recital.bookmarks.iter().map(|(beat, mark)| {
            let at = score.starts[(*beat).min(recital.beats.len())];
            let data = json!({"Offset": ticks(at), "Bookmark": mark});
            Mark { at, json: json!({"Type": "Bookmark", "Data": data}) }
        }));
    }
    marks.sort_by(|a, b| a.at.total_cmp(&b.at));
    marks
}

/// What a beat is to a reader.
#[derive(Clone, Copy, PartialEq)]
enum Class {
    Letter,
    /// A word by itself.
    Han,
    Punctuation,
    Gap,
}

/// The class of each beat. An apostrophe or a hyphen between two letters is one.
fn classes(recital: &Recital) -> Vec<Class> {
    let alone: Vec<Class> = recital.beats.iter().map(|beat| class(beat.sound)).collect();
    let is_joint = |at: usize| {
        matches!(recital.beats[at].sound, Sound::Character('\'' | '\u{2019}' | '-'))
            && at > 0
            && alone[at - 1] == Class::Letter
            && alone.get(at + 1) == Some(&Class::Letter)
    };
    (0..alone.len()).map(|at| if is_joint(at) { Class::Letter } else { alone[at] }).collect()
}

fn class(sound: Sound) -> Class {
    match sound {
        Sound::Silence | Sound::Edge | Sound::Character(' ') => Class::Gap,
        Sound::Character(character) if is_han(character) => Class::Han,
        Sound::Character(character) if is_punctuation(character) => Class::Punctuation,
        Sound::Character(_) => Class::Letter,
    }
}

fn is_punctuation(character: char) -> bool {
    character.is_ascii_punctuation()
        || matches!(character, '¡' | '«' | '»' | '¿' | '،' | '؛' | '؟' | '।')
        || matches!(character, '\u{2010}'..='\u{205E}' | '\u{3001}'..='\u{303F}')
        || matches!(character, '\u{FF01}'..='\u{FF0F}' | '\u{FF1A}'..='\u{FF20}')
}

/// A recital with its times and classes.
struct Score<'a> {
    recital: &'a Recital,
    starts: Vec<f64>,
    classes: Vec<Class>,
}

impl Score<'_> {
    /// Runs of letters; everything else alone.
    fn words(&self) -> impl Iterator<Item = Range<usize>> {
        let both_letters = |a: &Class, b: &Class| (a, b) == (&Class::Letter, &Class::Letter);
        self.classes.chunk_by(both_letters).scan(0, |end, chunk| {
            let start = *end;
            *end += chunk.len();
            Some(start..*end)
        })
    }

    /// From the first word to a full stop before a gap, or to an edge.
    fn sentences(&self) -> impl Iterator<Item = Range<usize>> {
        let mut from = 0;
        std::iter::from_fn(move || {
            let length = self.classes.len();
            let start = (from..length).find(|&at| self.classes[at] != Class::Gap)?;
            let end = (start..length).find(|&at| self.ends_sentence(at)).map_or(length, |at| at + 1);
            from = end;
            Some(start..self.last_sound(start..end) + 1)
        })
    }

    fn ends_sentence(&self, at: usize) -> bool {
        match self.recital.beats[at].sound {
            Sound::Edge | Sound::Character('。' | '！' | '？' | '।' | '؟') => true,
            Sound::Character('.' | '!' | '?' | '…') => {
                self.classes.get(at + 1).is_none_or(|next| *next == Class::Gap)
            }
            _ => false,
        }
    }

    fn last_sound(&self, range: Range<usize>) -> usize {
        let start = range.start;
        range.rev().find(|&at| self.classes[at] != Class::Gap).unwrap_or(start)
    }

    fn boundary(&self, kind: &str, boundary: &str, range: Range<usize>) -> Mark {
        let at = self.starts[range.start];
        let start = ticks(at);
        let duration = ticks(self.starts[range.end]) - start;
        let text: String = self.recital.beats[range]
            .iter()
            .filter_map(|beat| match beat.sound {
                Sound::Character(character) => Some(character),
                Sound::Silence | Sound::Edge => None,
            })
            .collect();
        let length = text.encode_utf16().count();
        let text = json!({"Text": text, "Length": length, "BoundaryType": boundary});
        let data = json!({"Offset": start, "Duration": duration, "text": text});
        Mark { at, json: json!({"Type": kind, "Data": data}) }
    }

    /// A shape for each letter that differs from the one before. A face comes in two parts.
    fn visemes(&self) -> Vec<Mark> {
        let mut marks = Vec::new();
        let mut last = None;
        for (beat, &at) in self.recital.beats.iter().zip(&self.starts) {
            let id = viseme(beat.sound);
            if beat.sound == Sound::Edge || last.replace(id) == Some(id) {
                continue;
            }
            let mut tell = |mut data: Value| {
                data["Offset"] = ticks(at).into();
                data["VisemeId"] = id.into();
                marks.push(Mark { at, json: json!({"Type": "Viseme", "Data": data}) });
            };
            if self.recital.is_animated {
                let frame = (at * FRAMES_A_SECOND) as u64;
                let face = vec![f64::from(id) / 100.0; BLEND_SHAPES];
                let face = json!({"FrameIndex": frame, "BlendShapes": [face]}).to_string();
                let (first, rest) = face.split_at(face.len() / 2);
                tell(json!({"AnimationChunk": first, "IsLastAnimation": false}));
                tell(json!({"AnimationChunk": rest, "IsLastAnimation": true}));
            } else {
                tell(json!({"IsLastAnimation": true}));
            }
        }
        marks
    }
}

/// The mouth for a sound, going by its letter.
fn viseme(sound: Sound) -> u8 {
    let Sound::Character(letter) = sound else { return 0 };
    match letter.to_ascii_lowercase() {
        'o' => 8,
        'e' => 4,
        'i' | 'j' | 'y' => 6,
        'u' | 'w' => 7,
        'h' => 12,
        'r' => 13,
        'l' => 14,
        's' | 'x' | 'z' => 15,
        'f' | 'v' => 18,
        'd' | 'n' | 't' => 19,
        'c' | 'g' | 'k' | 'q' => 20,
        'b' | 'm' | 'p' => 21,
        letter if letter.is_alphanumeric() => 1,
        _ => 0,
    }
}
