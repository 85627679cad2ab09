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
        Some(Ok(AudioChunk { bytes: bytes.into(), words, samples: samples.len() }))
    }

    fn finish(&mut self) -> Option<Result<AudioChunk, SpeechError>> {
        let mut tail = Vec::new();
        match self.encoder.take()?.finish(&mut tail) {
            Ok(()) => Some(Ok(AudioChunk { bytes: Bytes::from(tail), ..AudioChunk::default() })),
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
