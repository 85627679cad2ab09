use std::collections::VecDeque;

use bytes::Bytes;
use outbound::{Remote, may_be_text};
use speech::{
    AudioFormat, EncodedChunk, SpeechError, SpeechGraph, TimingKind, Viseme, WordTiming, has_sound,
};
use wire::azure::upstream::Event;

use super::words::Words;
use crate::text::most_bytes;

/// So many bytes tell audio from a text.
const TELLING: usize = 64;

/// What may be told of each code point beside its sound, in bytes: mostly of the face, sixty times a second.
const MOST_TOLD: u64 = 32 << 10;

/// The sound of a turn so far, with the words that are told of it.
pub(super) struct Track {
    remote: Remote,
    words: Words,
    has_sound: bool,
    /// Bytes that may still come.
    left: u64,
    /// Bytes of audio.
    heard: u64,
    /// Words whose visemes may still come; none wait where no visemes are wanted.
    waiting: VecDeque<WordTiming>,
    /// Those that came since the last word that was told; none where they are not wanted.
    visemes: Option<Vec<Viseme>>,
}

impl Track {
    pub(super) fn new(remote: Remote, graph: &SpeechGraph, format: AudioFormat, visemes: bool) -> Self {
        let text = graph.text();
        Self {
            remote,
            words: Words::of(graph),
            has_sound: graph.plain().as_str().chars().any(has_sound),
            left: most_bytes(text, format) + text.characters() as u64 * MOST_TOLD,
            heard: 0,
            waiting: VecDeque::new(),
            visemes: visemes.then(Vec::new),
        }
    }

    /// Whether any audio has come.
    pub(super) fn has_begun(&self) -> bool {
        self.heard > 0
    }

    /// The next piece of audio.
    pub(super) fn hear(&mut self, bytes: Bytes) -> Result<EncodedChunk, SpeechError> {
        if !self.has_begun() && bytes.len() >= TELLING && may_be_text(&bytes) {
            return Err(self.remote.failed("sent a text in place of audio"));
        }
        self.heard += bytes.len() as u64;
        self.count(bytes.len())?;
        Ok(EncodedChunk { bytes, words: Vec::new() })
    }

    /// So many bytes have come.
    pub(super) fn count(&mut self, bytes: usize) -> Result<(), SpeechError> {
        let left = self.left.checked_sub(bytes as u64);
        self.left = left.ok_or_else(|| self.remote.failed("sent far more than was asked for"))?;
        Ok(())
    }

    /// What is told of the sound; the words that are whole now.
    pub(super) fn told(&mut self, events: Vec<Event>) -> Vec<WordTiming> {
        for event in events {
            match event {
                Event::Word { text, start_ms, end_ms } => self.word(&text, start_ms, end_ms),
                Event::Viseme { id, at_ms } => {
                    let viseme = Viseme { id, at_ms, kind: TimingKind::Measured };
                    self.visemes.iter_mut().for_each(|visemes| visemes.push(viseme));
                }
            }
        }
        let mut whole = Vec::new();
        while self.is_first_whole() {
            whole.extend(self.next_word());
        }
        whole
    }

    fn word(&mut self, told: &str, start_ms: u64, end_ms: u64) {
        let Some(place) = self.words.find(told) else { return };
        self.waiting.push_back(WordTiming {
            text: place.text,
            start_ms,
            end_ms: end_ms.max(start_ms),
            offset: place.span.offset,
            length: place.span.length,
            kind: TimingKind::Measured,
            letters: Vec::new(),
            visemes: Vec::new(),
        });
    }

    /// Whether all is known of the first word that waits: the mouth has come to the next.
    fn is_first_whole(&self) -> bool {
        let Some(visemes) = &self.visemes else { return !self.waiting.is_empty() };
        let next_ms = self.waiting.get(1).map(|next| next.start_ms);
        next_ms.is_some_and(|next_ms| visemes.last().is_some_and(|last| last.at_ms >= next_ms))
    }

    /// The first word that waits, with what the mouth does until the next.
    fn next_word(&mut self) -> Option<WordTiming> {
        let word = self.waiting.pop_front()?;
        let until_ms = self.waiting.front().map_or(u64::MAX, |next| next.start_ms);
        let visemes = self.visemes.as_mut().map(|visemes| {
            let later = visemes.iter().position(|viseme| viseme.at_ms >= until_ms).unwrap_or(visemes.len());
            visemes.drain(..later).collect()
        });
        Some(WordTiming { visemes: visemes.unwrap_or_default(), ..word })
    }

    /// The words that still wait, once the sound has ended; a text without any sound has failed.
    pub(super) fn finish(&mut self) -> Result<Option<EncodedChunk>, SpeechError> {
        if !self.has_begun() && self.has_sound {
            return Err(self.remote.failed("gave no audio"));
        }
        let words: Vec<WordTiming> = std::iter::from_fn(|| self.next_word()).collect();
        Ok((!words.is_empty()).then(|| EncodedChunk { words, ..EncodedChunk::default() }))
    }
}
