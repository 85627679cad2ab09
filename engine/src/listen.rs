//! Hears how much sound passes: what is no speech, or never comes to an end, is a failure, and words without times get
//! theirs.

use std::task::{Context, Poll};
use std::time::Duration;

use futures::stream::{self, BoxStream, StreamExt};
use speech::{
    BoxFuture, EncodedChunk, EncodedStream, ErrorKind, PcmChunk, PcmStream, Sound, SpeechError, Speed,
    Utterance, WordTiming,
};
use tokio::time::Instant;
use tower::Service;

use crate::pace::Pace;
use crate::route::Call;

/// More letters a second than anybody speaks, four times as fast as an auctioneer.
const MOST_LETTERS_PER_SECOND: f32 = 60.0;

/// A text of fewer letters may be over in no time.
const FEWEST_LETTERS: usize = 8;

/// How long a speech may be waited for, beside [`SLOWEST`] times as long as what came of it lasts. Only waits count in which
/// somebody was ready to hear more.
const PATIENCE: Duration = Duration::from_secs(60);

/// Nobody listens to a voice that takes four seconds for one, though a file may be worth it. Whoever is slower still, for
/// longer than a vendor takes a break, trickles: a byte now and then, and no end.
const SLOWEST: u32 = 4;

/// Listens to what the inner service speaks.
#[derive(Clone)]
pub(crate) struct Listen<S> {
    inner: S,
}

impl<S> Listen<S> {
    pub(crate) fn new(inner: S) -> Self {
        Self { inner }
    }
}

impl<S> Service<Call> for Listen<S>
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
        let delivery = &call.utterance.delivery;
        let pace = (delivery.timed && !call.backend.times_words())
            .then(|| Pace::of(&call.utterance.graph, delivery));
        let least_ms = least_ms(&call.utterance);
        let speaking = self.inner.call(call);
        Box::pin(async move { begun(heard(speaking.await?, move || least_ms, || true, pace)).await })
    }
}

/// The least that a speech of this text can last.
fn least_ms(utterance: &Utterance) -> u64 {
    let letters = utterance.graph.plain().as_str().chars().filter(|c| c.is_alphanumeric()).count();
    least_ms_of(letters, utterance.delivery.speed)
}

/// The least that a speech of so many letters can last.
pub(crate) fn least_ms_of(letters: usize, speed: Speed) -> u64 {
    if letters < FEWEST_LETTERS {
        return 0;
    }
    (letters as f32 * 1000.0 / MOST_LETTERS_PER_SECOND / speed.times()) as u64
}

/// The same sound; a vendor's that ends before it could have said its text, or is not heard for far too long, ends in an
/// error. What the least is for that is asked at the end, and whether the vendor owes sound before each piece.
pub(crate) fn heard(
    sound: Sound,
    least_ms: impl Fn() -> u64 + Send + 'static,
    is_owed: impl Fn() -> bool + Send + 'static,
    pace: Option<Pace>,
) -> Sound {
    match sound {
        Sound::Samples(PcmStream { sample_rate, chunks }) => {
            let mut samples = 0;
            let length = move |chunk: &PcmChunk| {
                samples += chunk.samples.len() as u64;
                samples * 1000 / u64::from(sample_rate.get())
            };
            // A model in this process leaves out what it cannot read, and says so; it does not lose its way. Where it is slow,
            // this machine is.
            Sound::Samples(PcmStream { sample_rate, chunks: watched(chunks, length, || 0, || false, pace) })
        }
        Sound::Encoded(EncodedStream { format, chunks }) => {
            let mut counter = audio::counter(format);
            let length = move |chunk: &EncodedChunk| {
                counter.count(&chunk.bytes);
                counter.milliseconds()
            };
            Sound::Encoded(EncodedStream { format, chunks: watched(chunks, length, least_ms, is_owed, pace) })
        }
    }
}

/// A piece of either kind of sound.
trait Piece: Default + Send + 'static {
    fn words(&mut self) -> &mut Vec<WordTiming>;
    fn is_silent(&self) -> bool;
}

impl Piece for PcmChunk {
    fn words(&mut self) -> &mut Vec<WordTiming> {
        &mut self.words
    }
    fn is_silent(&self) -> bool {
        self.samples.is_empty()
    }
}

impl Piece for EncodedChunk {
    fn words(&mut self) -> &mut Vec<WordTiming> {
        &mut self.words
    }
    fn is_silent(&self) -> bool {
        self.bytes.is_empty()
    }
}

fn watched<P: Piece>(
    chunks: BoxStream<'static, Result<P, SpeechError>>,
    length: impl FnMut(&P) -> u64 + Send + 'static,
    least_ms: impl Fn() -> u64 + Send + 'static,
    is_owed: impl Fn() -> bool + Send + 'static,
    pace: Option<Pace>,
) -> BoxStream<'static, Result<P, SpeechError>> {
    let (heard_ms, waited) = (0, Duration::ZERO);
    let watch = Watch { chunks, length, least_ms, is_owed, pace, heard_ms, waited, over: false };
    stream::unfold(watch, |mut watch| async move { Some((watch.next().await?, watch)) }).boxed()
}

struct Watch<P, L, M, O> {
    chunks: BoxStream<'static, Result<P, SpeechError>>,
    length: L,
    least_ms: M,
    is_owed: O,
    pace: Option<Pace>,
    heard_ms: u64,
    /// For what was owed, in all.
    waited: Duration,
    over: bool,
}

impl<P: Piece, L: FnMut(&P) -> u64, M: Fn() -> u64, O: Fn() -> bool> Watch<P, L, M, O> {
    async fn next(&mut self) -> Option<Result<P, SpeechError>> {
        if self.over {
            return None;
        }
        let asked = (self.is_owed)().then(Instant::now);
        let chunk = self.chunks.next().await;
        self.waited += asked.map(|asked| asked.elapsed()).unwrap_or_default();
        match chunk {
            Some(Ok(mut chunk)) => {
                self.heard_ms = self.heard_ms.max((self.length)(&chunk));
                if self.waited > PATIENCE + SLOWEST * Duration::from_millis(self.heard_ms) {
                    self.over = true;
                    return Some(Err(too_slow()));
                }
                if let Some(pace) = &mut self.pace {
                    chunk.words().extend(pace.until(self.heard_ms));
                }
                Some(Ok(chunk))
            }
            Some(Err(error)) => {
                self.over = true;
                Some(Err(error))
            }
            None => {
                self.over = true;
                self.end()
            }
        }
    }

    /// What comes after the last chunk: words that are still to be told, or what was wrong with it all.
    fn end(&mut self) -> Option<Result<P, SpeechError>> {
        if self.heard_ms == 0 {
            return Some(Err(failure("gave no audio")));
        }
        if self.heard_ms < (self.least_ms)() {
            return Some(Err(failure("stopped long before the end of the text")));
        }
        let words = self.pace.take()?.finish(self.heard_ms);
        let mut last = P::default();
        last.words().extend(words);
        Some(Ok(last))
    }
}

/// The same sound once its first piece is there, so that what gives none is still an ordinary error.
pub(crate) async fn begun(sound: Sound) -> Result<Sound, SpeechError> {
    Ok(match sound {
        Sound::Samples(PcmStream { sample_rate, chunks }) => {
            Sound::Samples(PcmStream { sample_rate, chunks: first_heard(chunks).await? })
        }
        Sound::Encoded(EncodedStream { format, chunks }) => {
            Sound::Encoded(EncodedStream { format, chunks: first_heard(chunks).await? })
        }
    })
}

async fn first_heard<P: Piece>(
    mut chunks: BoxStream<'static, Result<P, SpeechError>>,
) -> Result<BoxStream<'static, Result<P, SpeechError>>, SpeechError> {
    let mut first = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk?;
        let is_silent = chunk.is_silent();
        first.push(Ok(chunk));
        if !is_silent {
            return Ok(stream::iter(first).chain(chunks).boxed());
        }
    }
    Err(failure("gave no audio"))
}

fn failure(what: &str) -> SpeechError {
    SpeechError::new(ErrorKind::BackendFailed, format!("The backend {what}; the request may be tried again."))
}

fn too_slow() -> SpeechError {
    let message = "The backend spoke too slowly for anybody to listen to it; the request may be tried again.";
    SpeechError::new(ErrorKind::DeadlineExceeded, message)
}

#[cfg(test)]
#[path = "listen/tests.rs"]
mod tests;
