//! Many speeches become one sound.

use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures::stream::{self, BoxStream, StreamExt};
use futures::{FutureExt, future};
use speech::{BoxFuture, ErrorKind, PcmChunk, PcmStream, SampleRate, SpeechError, WordTiming};

use crate::part::Place;

/// How often a link is begun anew that found its backend busy, once those before it were heard. Each try may wait for
/// as long as the backend lets it.
const MOST_TRIES: u32 = 6;

/// Silence that is made at a time.
const SLICE: Duration = Duration::from_secs(1);

/// One link of a chain.
pub(crate) struct Link {
    /// Where it stands in the whole text.
    pub(crate) place: Place,
    /// The silence before it.
    pub(crate) rest: Duration,
    /// Its own sound.
    pub(crate) sound: PcmStream,
}

/// Begins a link; more than once where the backend was busy.
pub(crate) type Begin = Box<dyn Fn() -> BoxFuture<Result<Link, SpeechError>> + Send>;

/// Begins each link while the one before it is heard, and joins what they speak at the rate of the first. Resolves when
/// that is begun; none when there is none.
pub(crate) async fn chain(mut links: BoxStream<'static, Begin>) -> Option<Result<PcmStream, SpeechError>> {
    let first = match links.next().await?().await {
        Ok(link) => link,
        Err(error) => return Some(Err(error)),
    };
    let sample_rate = first.sound.sample_rate;
    let mut chain = Chain { links, next: Next::Unasked, current: None, heard: 0, rate: sample_rate };
    if !first.rest.is_zero() {
        chain.next = Next::Begun(first);
    } else if let Err(error) = chain.take(first) {
        return Some(Err(error));
    }
    let mut over = false;
    let chunks = stream::poll_fn(move |context| {
        if over {
            return Poll::Ready(None);
        }
        let chunk = ready!(chain.poll_next(context));
        over = !matches!(chunk, Some(Ok(_)));
        Poll::Ready(chunk)
    });
    Some(Ok(PcmStream { sample_rate, chunks: chunks.boxed() }))
}

struct Chain {
    links: BoxStream<'static, Begin>,
    next: Next,
    current: Option<Current>,
    /// Samples so far.
    heard: u64,
    rate: SampleRate,
}

/// The link after the current one.
enum Next {
    Unasked,
    Beginning {
        begin: Begin,
        tries: u32,
        beginning: BoxFuture<Result<Link, SpeechError>>,
    },
    /// It found its backend busy, perhaps with the current link: it waits for its turn.
    Waiting {
        begin: Begin,
        tries: u32,
    },
    Begun(Link),
    Failed(SpeechError),
    /// There is none.
    None,
}

struct Current {
    chunks: BoxStream<'static, Result<PcmChunk, SpeechError>>,
    place: Place,
    /// Where it begins in the whole.
    begins_ms: u64,
}

impl Chain {
    fn take(&mut self, Link { place, sound, .. }: Link) -> Result<(), SpeechError> {
        let begins_ms = self.heard * 1000 / u64::from(self.rate.get());
        self.current = Some(Current { chunks: at_rate(sound, self.rate)?, place, begins_ms });
        Ok(())
    }

    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<PcmChunk, SpeechError>>> {
        self.look_ahead(context);
        if let Some(current) = &mut self.current {
            match ready!(current.chunks.poll_next_unpin(context)) {
                Some(Ok(mut chunk)) => {
                    chunk.words.iter_mut().for_each(|word| current.place(word));
                    self.heard += chunk.samples.len() as u64;
                    return Poll::Ready(Some(Ok(chunk)));
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                // With it goes its place at the backend.
                None => self.current = None,
            }
            self.look_ahead(context);
        }
        match std::mem::replace(&mut self.next, Next::Unasked) {
            Next::Begun(link) if link.rest > SLICE => {
                let rest = self.rest(SLICE);
                self.next = Next::Begun(Link { rest: link.rest - SLICE, ..link });
                Poll::Ready(Some(Ok(rest)))
            }
            Next::Begun(link) => {
                let rest = self.rest(link.rest);
                Poll::Ready(Some(self.take(link).map(|()| rest)))
            }
            Next::Failed(error) => Poll::Ready(Some(Err(error))),
            Next::None => Poll::Ready(None),
            unfinished => {
                self.next = unfinished;
                Poll::Pending
            }
        }
    }

    /// Begins the next link as far as can be. What is left pending wakes the context.
    fn look_ahead(&mut self, context: &mut Context<'_>) {
        loop {
            self.next = match std::mem::replace(&mut self.next, Next::Unasked) {
                Next::Unasked => match self.links.poll_next_unpin(context) {
                    Poll::Ready(Some(begin)) => Next::Beginning { beginning: begin(), begin, tries: 1 },
                    Poll::Ready(None) => Next::None,
                    Poll::Pending => return,
                },
                Next::Beginning { begin, tries, mut beginning } => match beginning.poll_unpin(context) {
                    Poll::Ready(Ok(link)) => Next::Begun(link),
                    Poll::Ready(Err(error))
                        if error.kind() == ErrorKind::Overloaded && tries < MOST_TRIES =>
                    {
                        Next::Waiting { begin, tries }
                    }
                    Poll::Ready(Err(error)) => Next::Failed(error),
                    Poll::Pending => {
                        self.next = Next::Beginning { begin, tries, beginning };
                        return;
                    }
                },
                Next::Waiting { begin, tries } if self.current.is_none() => {
                    Next::Beginning { beginning: begin(), begin, tries: tries + 1 }
                }
                settled => {
                    self.next = settled;
                    return;
                }
            };
        }
    }

    fn rest(&mut self, rest: Duration) -> PcmChunk {
        let samples = (rest.as_millis() as u64 * u64::from(self.rate.get()) / 1000) as usize;
        self.heard += samples as u64;
        PcmChunk { samples: vec![0.0; samples], words: Vec::new() }
    }
}

impl Current {
    /// Puts a word of this link to its place in the whole.
    fn place(&self, word: &mut WordTiming) {
        let place = |time: &mut u64| *time = time.saturating_add(self.begins_ms);
        self.place.put(word);
        place(&mut word.start_ms);
        place(&mut word.end_ms);
        word.letters.iter_mut().for_each(place);
        word.visemes.iter_mut().for_each(|viseme| place(&mut viseme.at_ms));
    }
}

/// One that cannot even be begun.
pub(crate) fn failing(error: SpeechError) -> Begin {
    let error = std::sync::Mutex::new(Some(error));
    Box::new(move || {
        let error = error.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        let error = error.unwrap_or_else(|| SpeechError::internal("a link that failed was begun again"));
        Box::pin(future::ready(Err(error)))
    })
}

/// The same sound at that rate.
fn at_rate(
    PcmStream { sample_rate, mut chunks }: PcmStream,
    rate: SampleRate,
) -> Result<BoxStream<'static, Result<PcmChunk, SpeechError>>, SpeechError> {
    if sample_rate == rate {
        return Ok(chunks);
    }
    let mut resampler = Some(audio::Resampler::new(sample_rate, rate).map_err(SpeechError::internal)?);
    let resampled = stream::poll_fn(move |context| {
        let Some(running) = &mut resampler else { return Poll::Ready(None) };
        let mut samples = Vec::new();
        let words = match ready!(chunks.poll_next_unpin(context)) {
            Some(Ok(chunk)) => {
                running.resample(&chunk.samples, &mut samples);
                chunk.words
            }
            Some(Err(error)) => {
                resampler = None;
                return Poll::Ready(Some(Err(error)));
            }
            None => {
                running.finish(&mut samples);
                resampler = None;
                Vec::new()
            }
        };
        Poll::Ready(Some(Ok(PcmChunk { samples, words })))
    });
    Ok(resampled.boxed())
}

#[cfg(test)]
#[path = "chain/tests.rs"]
mod tests;
