//! Many speeches become one sound.

use std::task::{Context, Poll};
use std::time::Duration;

use futures::stream::{self, BoxStream, StreamExt};
use speech::{BoxFuture, PcmChunk, PcmStream, SampleRate, SpeechError, WordTiming};

/// The silence between two speeches, which each are as long as their words.
const REST: Duration = Duration::from_millis(180);

/// How many are begun at a time: the one that is heard, and the next.
const BEGUN_AT_ONCE: usize = 2;

/// One link of a chain.
pub(crate) struct Link {
    /// Code points of the whole text before it.
    pub(crate) offset: usize,
    /// Its own sound.
    pub(crate) sound: PcmStream,
}

/// Begins links one ahead of the listener and joins what they speak at the rate of the first. Resolves when that is
/// begun; none when there is none.
pub(crate) async fn chain(
    links: BoxStream<'static, BoxFuture<Result<Link, SpeechError>>>,
) -> Option<Result<PcmStream, SpeechError>> {
    let mut begun = links.buffered(BEGUN_AT_ONCE).boxed();
    let first = match begun.next().await? {
        Ok(link) => link,
        Err(error) => return Some(Err(error)),
    };
    let sample_rate = first.sound.sample_rate;
    let mut chain = Chain { begun, waiting: None, heard: 0, rate: sample_rate, current: None };
    if let Err(error) = chain.take(first) {
        return Some(Err(error));
    }
    let mut over = false;
    let chunks = stream::poll_fn(move |context| {
        if over {
            return Poll::Ready(None);
        }
        let chunk = std::task::ready!(chain.poll_next(context));
        over = !matches!(chunk, Some(Ok(_)));
        Poll::Ready(chunk)
    });
    Some(Ok(PcmStream { sample_rate, chunks: chunks.boxed() }))
}

struct Chain {
    begun: BoxStream<'static, Result<Link, SpeechError>>,
    /// The next link, begun while the current one is heard; or that there is none.
    waiting: Option<Option<Result<Link, SpeechError>>>,
    current: Option<Current>,
    /// Samples so far.
    heard: u64,
    rate: SampleRate,
}

struct Current {
    chunks: BoxStream<'static, Result<PcmChunk, SpeechError>>,
    offset: usize,
    /// Where it begins in the whole.
    begins_ms: u64,
}

impl Chain {
    fn take(&mut self, Link { offset, sound }: Link) -> Result<(), SpeechError> {
        let begins_ms = self.heard * 1000 / u64::from(self.rate.get());
        self.current = Some(Current { chunks: at_rate(sound, self.rate)?, offset, begins_ms });
        Ok(())
    }

    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<PcmChunk, SpeechError>>> {
        if self.waiting.is_none()
            && let Poll::Ready(next) = self.begun.poll_next_unpin(context)
        {
            self.waiting = Some(next);
        }
        if let Some(current) = &mut self.current {
            match std::task::ready!(current.chunks.poll_next_unpin(context)) {
                Some(Ok(mut chunk)) => {
                    chunk.words.iter_mut().for_each(|word| current.place(word));
                    self.heard += chunk.samples.len() as u64;
                    return Poll::Ready(Some(Ok(chunk)));
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => self.current = None,
            }
        }
        let next = match self.waiting.take() {
            Some(next) => next,
            None => std::task::ready!(self.begun.poll_next_unpin(context)),
        };
        let Some(link) = next else { return Poll::Ready(None) };
        let rest = self.rest();
        Poll::Ready(Some(link.and_then(|link| self.take(link)).map(|()| rest)))
    }

    fn rest(&mut self) -> PcmChunk {
        let samples = (REST.as_millis() as u64 * u64::from(self.rate.get()) / 1000) as usize;
        self.heard += samples as u64;
        PcmChunk { samples: vec![0.0; samples], words: Vec::new() }
    }
}

impl Current {
    /// Puts a word of this link to its place in the whole.
    fn place(&self, word: &mut WordTiming) {
        word.offset += self.offset;
        word.start_ms += self.begins_ms;
        word.end_ms += self.begins_ms;
        word.letters.iter_mut().for_each(|start| *start += self.begins_ms);
    }
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
        let words = match std::task::ready!(chunks.poll_next_unpin(context)) {
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
