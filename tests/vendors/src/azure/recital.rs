//! What a document comes to when it is read aloud, beat by beat, and its sound.

use std::io;

use crate::delivery::{Job, Piece, Pieces, TOO_SHORT};
use crate::formats::Format;
use crate::script::Fault;
use crate::speaker::Speaker;
use crate::speech::SECONDS_PER_CHARACTER;

/// Silence is cut into beats of at most so many milliseconds.
const SILENT_BEAT: u64 = 100;

/// Seconds after which Azure ends a sound, without a word.
const LONGEST: f64 = 600.0;

/// Seconds of sound in a stretch, at least.
const STRETCH: f64 = 0.2;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Sound {
    Character(char),
    Silence,
    /// Here a voice, a paragraph or a sentence begins; it takes no time.
    Edge,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Beat {
    pub(super) sound: Sound,
    pub(super) seconds: f64,
}

/// Characters and silence in the order in which they are heard.
#[derive(Default)]
pub(super) struct Recital {
    pub(super) beats: Vec<Beat>,
    /// Bookmarks, each with the number of beats before it.
    pub(super) bookmarks: Vec<(usize, String)>,
    /// Whether the document asks for faces with the visemes.
    pub(super) is_animated: bool,
}

impl Recital {
    /// Reads a text, in which any white space is one space, and none where there already is one.
    pub(super) fn say(&mut self, text: &str, rate: f64) {
        for character in text.chars() {
            let character = if character.is_whitespace() { ' ' } else { character };
            if character != ' ' || self.ends_in_a_word() {
                self.beats
                    .push(Beat { sound: Sound::Character(character), seconds: SECONDS_PER_CHARACTER / rate });
            }
        }
    }

    pub(super) fn pause(&mut self, milliseconds: u64) {
        let mut left = milliseconds;
        while left > 0 {
            let beat = left.min(SILENT_BEAT);
            self.beats.push(Beat { sound: Sound::Silence, seconds: beat as f64 / 1000.0 });
            left -= beat;
        }
    }

    /// Ends the sentence.
    pub(super) fn edge(&mut self) {
        self.trim();
        self.beats.push(Beat { sound: Sound::Edge, seconds: 0.0 });
    }

    /// Drops the white space that it ends with.
    pub(super) fn trim(&mut self) {
        self.beats.pop_if(|beat| beat.sound == Sound::Character(' '));
    }

    pub(super) fn bookmark(&mut self, mark: &str) {
        self.bookmarks.push((self.beats.len(), mark.to_owned()));
    }

    fn ends_in_a_word(&self) -> bool {
        self.beats.last().is_some_and(|beat| !matches!(beat.sound, Sound::Character(' ') | Sound::Edge))
    }

    /// As much of it as Azure speaks at a time, or as little as the script wants to be heard.
    pub(super) fn suited_to(mut self, job: &Job) -> Self {
        let heard = self.starts().partition_point(|start| *start <= LONGEST) - 1;
        self.beats.truncate(heard);
        self.bookmarks.retain(|(before, _)| *before <= heard);
        match job.fault() {
            Fault::ZeroAudio => self = Self::default(),
            Fault::TooShort => {
                let scale = TOO_SHORT / self.seconds().max(1e-9);
                self.beats.iter_mut().for_each(|beat| beat.seconds *= scale);
            }
            _ => {}
        }
        let characters = self.beats.iter().filter(|beat| matches!(beat.sound, Sound::Character(_)));
        job.entry.promise(characters.count(), self.seconds());
        self
    }

    pub(super) fn seconds(&self) -> f64 {
        self.beats.iter().map(|beat| beat.seconds).sum()
    }

    /// When each beat starts, in seconds, and when the last one ends.
    pub(super) fn starts(&self) -> Vec<f64> {
        let ends = self.beats.iter().scan(0.0, |now, beat| {
            *now += beat.seconds;
            Some(*now)
        });
        [0.0].into_iter().chain(ends).collect()
    }
}

/// A recital as bytes, stretch by stretch.
pub(super) struct Performance {
    sounds: Vec<Sound>,
    starts: Vec<f64>,
    rate: f64,
    /// Gone once everything has been said.
    speaker: Option<Speaker>,
    /// The next beat.
    at: usize,
}

/// Some bytes of sound, and the time in seconds that the recital has come to with them.
pub(super) struct Stretch {
    pub(super) piece: Piece,
    pub(super) end: f64,
}

impl Performance {
    pub(super) fn new(recital: &Recital, format: Format) -> io::Result<Self> {
        let rate = f64::from(format.rate);
        let samples = (recital.seconds() * rate).round() as usize;
        let speaker = (samples > 0).then(|| Speaker::new(format, Some(samples))).transpose()?;
        let sounds = recital.beats.iter().map(|beat| beat.sound).collect();
        Ok(Self { sounds, starts: recital.starts(), rate, speaker, at: 0 })
    }

    /// The bytes alone, as the body of an answer.
    pub(super) fn into_pieces(self) -> Pieces {
        Box::new(self.map(|stretch| stretch.map(|stretch| stretch.piece)))
    }

    fn sample(&self, beat: usize) -> usize {
        (self.starts[beat] * self.rate).round() as usize
    }

    /// Goes on until there are bytes and enough of them; no bytes are the end.
    fn speak(&mut self) -> io::Result<Option<Stretch>> {
        let start = self.starts[self.at];
        let mut bytes = Vec::new();
        while let Some(mut speaker) = self.speaker.take() {
            let Some(sound) = self.sounds.get(self.at) else {
                speaker.finish(&mut bytes)?;
                break;
            };
            let samples = self.sample(self.at + 1) - self.sample(self.at);
            match sound {
                Sound::Character(_) => speaker.say(samples, &mut bytes)?,
                Sound::Silence | Sound::Edge => speaker.pause(samples, &mut bytes)?,
            }
            self.speaker = Some(speaker);
            self.at += 1;
            if !bytes.is_empty() && self.starts[self.at] - start >= STRETCH {
                break;
            }
        }
        let end = self.starts[self.at];
        let piece = Piece { bytes: bytes.into(), seconds: end - start };
        Ok((!piece.bytes.is_empty()).then_some(Stretch { piece, end }))
    }
}

impl Iterator for Performance {
    type Item = io::Result<Stretch>;

    fn next(&mut self) -> Option<Self::Item> {
        self.speak().transpose()
    }
}
