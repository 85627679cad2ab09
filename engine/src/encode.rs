//! Samples become the client's format.

use std::collections::VecDeque;
use std::task::{Context, Poll};

use audio::Encoder;
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt};
use speech::{AudioChunk, AudioStream, BoxFuture, PcmChunk, PcmStream, SampleRate, SpeechError};
use tower::Service;

use crate::route::{Call, Encoded};

/// How many slices a second of audio is encoded in: each is a few milliseconds of work, after which the
/// executor may turn to somebody else.
const SLICES_PER_SECOND: u32 = 5;

/// Encodes what the inner service speaks.
#[derive(Clone)]
pub(crate) struct Encode<S> {
    inner: S,
}

impl<S> Encode<S> {
    pub(crate) fn new(inner: S) -> Self {
        Self { inner }
    }
}

impl<S> Service<Call> for Encode<S>
where
    S: Service<Call, Response = PcmStream, Error = SpeechError>,
    S::Future: Send + 'static,
{
    type Response = Encoded;
    type Error = SpeechError;
    type Future = BoxFuture<Result<Encoded, SpeechError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), SpeechError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, call: Call) -> Self::Future {
        let format = call.format;
        let speaking = self.inner.call(call);
        Box::pin(async move {
            let PcmStream { sample_rate, chunks } = speaking.await?;
            let encoder = audio::encoder(format, sample_rate).map_err(SpeechError::internal)?;
            Ok(Encoded { sample_rate, audio: encoded(chunks, encoder, sample_rate) })
        })
    }
}

/// One encoder at work on one stream.
struct Encoding {
    chunks: BoxStream<'static, Result<PcmChunk, SpeechError>>,
    /// None once the tail is out, or after an error.
    encoder: Option<Box<dyn Encoder>>,
    slice: usize,
    waiting: VecDeque<PcmChunk>,
}

fn encoded(
    chunks: BoxStream<'static, Result<PcmChunk, SpeechError>>,
    encoder: Box<dyn Encoder>,
    rate: SampleRate,
) -> AudioStream {
    let slice = (rate.get() / SLICES_PER_SECOND).max(1) as usize;
    let encoding = Encoding { chunks, encoder: Some(encoder), slice, waiting: VecDeque::new() };
    stream::unfold(encoding, |mut encoding| async move { Some((encoding.next().await?, encoding)) }).boxed()
}

impl Encoding {
    /// The next encoded slice; the tail after the last; then none.
    async fn next(&mut self) -> Option<Result<AudioChunk, SpeechError>> {
        self.encoder.as_ref()?;
        if self.waiting.is_empty() {
            match self.chunks.next().await {
                Some(Ok(chunk)) => self.waiting = slices(chunk, self.slice),
                Some(Err(error)) => {
                    self.encoder = None;
                    return Some(Err(error));
                }
                None => return self.finish(),
            }
        }
        let PcmChunk { samples, words } = self.waiting.pop_front()?;
        let mut bytes = Vec::new();
        if let Err(error) = self.encoder.as_mut()?.encode(&samples, &mut bytes) {
            self.encoder = None;
            return Some(Err(SpeechError::internal(error)));
        }
        Some(Ok(AudioChunk { bytes: bytes.into(), words, samples: samples.len(), last: false }))
    }

    fn finish(&mut self) -> Option<Result<AudioChunk, SpeechError>> {
        let mut tail = Vec::new();
        match self.encoder.take()?.finish(&mut tail) {
            Ok(()) => Some(Ok(AudioChunk { bytes: Bytes::from(tail), last: true, ..AudioChunk::default() })),
            Err(error) => Some(Err(SpeechError::internal(error))),
        }
    }
}

/// Cuts a chunk; its words travel with the first slice.
fn slices(chunk: PcmChunk, length: usize) -> VecDeque<PcmChunk> {
    let PcmChunk { samples, mut words } = chunk;
    if samples.len() <= length {
        return VecDeque::from([PcmChunk { samples, words }]);
    }
    samples
        .chunks(length)
        .map(|samples| PcmChunk { samples: samples.to_vec(), words: std::mem::take(&mut words) })
        .collect()
}

#[cfg(test)]
mod tests {
    use speech::{ErrorKind, TimingKind, WordTiming};
    use tower::{ServiceExt, service_fn};

    use super::*;
    use crate::route::tests::call;

    /// What comes out as PCM when these chunks go in, at 1000 samples a second.
    async fn encode(chunks: Vec<Result<PcmChunk, SpeechError>>) -> Vec<Result<AudioChunk, ErrorKind>> {
        let chunks = std::sync::Mutex::new(Some(chunks));
        let speaking = service_fn(move |_: Call| {
            let chunks = stream::iter(chunks.lock().unwrap().take().unwrap()).boxed();
            async { Ok(PcmStream { sample_rate: SampleRate::new(1000).unwrap(), chunks }) }
        });
        let encoded = Encode::new(speaking).oneshot(call()).await.unwrap();
        encoded.audio.map(|chunk| chunk.map_err(|error| error.kind())).collect().await
    }

    #[tokio::test]
    async fn a_long_chunk_leaves_in_slices_and_its_words_with_the_first() {
        let word = WordTiming {
            text: "a".into(),
            start_ms: 0,
            end_ms: 9,
            offset: 0,
            length: 1,
            kind: TimingKind::Measured,
        };
        let chunk = PcmChunk { samples: vec![0.5; 450], words: vec![word.clone()] };
        let leaving: Vec<_> = encode(vec![Ok(chunk)]).await.into_iter().map(Result::unwrap).collect();
        let shape: Vec<_> =
            leaving.iter().map(|chunk| (chunk.samples, chunk.bytes.len(), chunk.words.len())).collect();
        assert_eq!(shape, [(200, 400, 1), (200, 400, 0), (50, 100, 0), (0, 0, 0)]);
        assert_eq!(leaving.iter().map(|chunk| chunk.last).collect::<Vec<_>>(), [false, false, false, true]);
        assert_eq!(leaving[0].words, [word]);
    }

    #[tokio::test]
    async fn after_an_error_nothing_follows_that_could_pass_for_an_end() {
        let chunk = PcmChunk { samples: vec![0.0; 10], words: Vec::new() };
        let broken = SpeechError::new(ErrorKind::BackendFailed, "broken");
        let leaving = encode(vec![Ok(chunk.clone()), Err(broken), Ok(chunk)]).await;
        assert_eq!(leaving.len(), 2);
        assert_eq!(leaving[1], Err(ErrorKind::BackendFailed));
    }
}
