//! Shows how words are said: our own phonemes, fitted to the times of each word.

use std::sync::Arc;
use std::task::{Context, Poll};

use futures::{StreamExt as _, TryStreamExt as _};
use speech::{
    Backend, BoxFuture, Delivery, EncodedChunk, EncodedStream, Mouth, PcmChunk, PcmStream, Sound,
    SpeechError, TimingKind, Viseme, WordTiming, has_sound, visemes,
};
use tower::Service;

use crate::route::Call;

/// Marks at which a reader closes the mouth.
const RESTS: [char; 14] = ['.', '!', '?', '…', ',', ';', ':', '–', '—', '。', '！', '？', '、', '，'];

/// Shows the words of the inner service's speech to who wants to see them.
#[derive(Clone)]
pub(crate) struct Show<S> {
    inner: S,
    mouth: Arc<dyn Mouth>,
}

impl<S> Show<S> {
    pub(crate) fn new(inner: S, mouth: Arc<dyn Mouth>) -> Self {
        Self { inner, mouth }
    }
}

impl<S> Service<Call> for Show<S>
where
    S: Service<Call, Response = Sound, Error = SpeechError>,
    S::Future: Send + 'static,
{
    type Response = Sound;
    type Error = SpeechError;
    type Future = BoxFuture<Result<Sound, SpeechError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), SpeechError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, call: Call) -> Self::Future {
        let face = Face::of(&self.mouth, &*call.backend, &call.utterance.delivery);
        let speaking = self.inner.call(call);
        Box::pin(async move { Ok(shown(speaking.await?, face)) })
    }
}

/// The face of one voice.
pub(crate) struct Face {
    mouth: Arc<dyn Mouth>,
    /// What it speaks.
    language: Option<String>,
}

impl Face {
    /// The face of who speaks so; none where nobody looks.
    pub(crate) fn of(mouth: &Arc<dyn Mouth>, backend: &dyn Backend, delivery: &Delivery) -> Option<Self> {
        let own = || backend.voice(&delivery.voice).ok()?.languages.into_iter().next();
        delivery
            .visemes
            .then(|| Self { mouth: Arc::clone(mouth), language: delivery.language.clone().or_else(own) })
    }

    /// Gives the words their shapes, but for those that have them from whoever said them.
    fn shows(&self, mut words: Vec<WordTiming>) -> Vec<WordTiming> {
        for word in words.iter_mut().filter(|word| word.visemes.is_empty()) {
            let shapes = self.mouth.shapes(&word.text, self.language.as_deref());
            let time = Time::of(word);
            word.visemes = visemes(&shapes, TimingKind::Estimated, |share| time.at(share));
            word.visemes.extend(time.closes.map(|at_ms| Viseme {
                id: 0,
                at_ms,
                kind: TimingKind::Estimated,
            }));
        }
        words
    }
}

/// The same sound; each word of it has its shapes.
pub(crate) fn shown(sound: Sound, face: Option<Face>) -> Sound {
    let Some(face) = face else { return sound };
    match sound {
        Sound::Samples(PcmStream { sample_rate, chunks }) => {
            let chunks = chunks.map_ok(move |chunk| PcmChunk { words: face.shows(chunk.words), ..chunk });
            Sound::Samples(PcmStream { sample_rate, chunks: chunks.boxed() })
        }
        Sound::Encoded(EncodedStream { format, chunks }) => {
            let chunks = chunks.map_ok(move |chunk| EncodedChunk { words: face.shows(chunk.words), ..chunk });
            Sound::Encoded(EncodedStream { format, chunks: chunks.boxed() })
        }
    }
}

/// The time in which a word is said.
struct Time {
    /// When each of its letters begins, and when the last one ends. Where nobody knows its letters, it is as one.
    letters: Vec<u64>,
    /// When the mouth closes, where the word ends in a mark.
    closes: Option<u64>,
}

impl Time {
    fn of(word: &WordTiming) -> Self {
        let written: Vec<char> = word.text.chars().collect();
        let is_said = |letter: &char| has_sound(*letter) && !RESTS.contains(letter);
        let first = written.iter().position(is_said).unwrap_or(0);
        let behind = written.iter().rposition(is_said).map_or(0, |last| last + 1);
        let letters = if word.letters.len() == written.len() { word.letters.as_slice() } else { &[] };
        let begun = letters.get(first..behind).unwrap_or(std::slice::from_ref(&word.start_ms));
        let over = letters.get(behind).unwrap_or(&word.end_ms);
        let mut latest = word.start_ms;
        let letters = begun.iter().chain([over]).map(|at| {
            latest = (*at).min(word.end_ms).max(latest);
            latest
        });
        let letters = letters.collect();
        let rests = written.iter().skip(behind).any(|mark| RESTS.contains(mark));
        Self { letters, closes: rests.then_some(latest) }
    }

    /// When so much of it is over, of 0 to 1: letters share it evenly, whatever they last.
    fn at(&self, share: f64) -> u64 {
        let place = share * (self.letters.len() - 1) as f64;
        let letter = (place as usize).min(self.letters.len() - 1);
        let begins = self.letters[letter];
        let ends = self.letters.get(letter + 1).copied().unwrap_or(begins);
        begins + (ends.saturating_sub(begins) as f64 * (place - letter as f64)) as u64
    }
}

#[cfg(test)]
#[path = "visemes/tests.rs"]
mod tests;
