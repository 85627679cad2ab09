//! What is spoken becomes the client's format.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::task::{Context, Poll};

use audio::Encoder;
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt};
use speech::{
    AudioChunk, AudioFormat, AudioStream, BoxFuture, EncodedStream, PcmChunk, PcmStream, SampleRate, Sound,
    SpeechError, Volume,
};
use tower::Service;

use crate::decode;
use crate::plan::unmade;
use crate::route::{Call, Encoded};

/// How many slices a second of audio is encoded in: each is a few milliseconds of work, after which the
/// executor may turn to somebody else.
const SLICES_PER_SECOND: u32 = 5;

/// The unit of a file's length whose rate nobody has to know.
const MILLISECONDS: SampleRate = NonZeroU32::new(1000).expect("is not zero");

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
    S: Service<Call, Response = Sound, Error = SpeechError>,
    S::Future: Send + 'static,
{
    type Response = Encoded;
    type Error = SpeechError;
    type Future = BoxFuture<Result<Encoded, SpeechError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), SpeechError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, call: Call) -> Self::Future {
        let (format, volume) = (call.format, call.volume);
        let speaking = self.inner.call(call);
        Box::pin(async move { encode(speaking.await?, format, volume).await })
    }
}

/// The sound in that format: handed on as it is where it has it, made anew where it has not.
pub(crate) async fn encode(
    sound: Sound,
    format: AudioFormat,
    volume: Volume,
) -> Result<Encoded, SpeechError> {
    match sound {
        // The header of a foreign WAV may say anything about its length.
        Sound::Encoded(file)
            if format.is_met_by(file.format) && volume == Volume::NORMAL && !format.codec.is_wav() =>
        {
            Ok(handed_on(file))
        }
        _ if format.codec.is_foreign() => Err(unmade(format.codec)),
        sound => {
            let PcmStream { sample_rate, chunks } = decode::samples(sound).await?;
            let encoder = audio::encoder(format, sample_rate).map_err(SpeechError::internal)?;
            Ok(Encoded { sample_rate, audio: encoded(chunks, encoder, sample_rate, volume), cache: None })
        }
    }
}

/// The file as it is, counted but not decoded.
fn handed_on(EncodedStream { format, chunks }: EncodedStream) -> Encoded {
    let sample_rate = format.rate.unwrap_or(MILLISECONDS);
    let mut counter = audio::counter(format);
    let mut counted = 0;
    let chunks = chunks.map(move |chunk| {
        let chunk = chunk?;
        counter.count(&chunk.bytes);
        let before = counted;
        // A foreign file's own figures may run back.
        let samples = counter.milliseconds().saturating_mul(u64::from(sample_rate.get())) / 1000;
        counted = before.max(samples as usize);
        let samples = counted - before;
        Ok(AudioChunk { bytes: chunk.bytes, words: chunk.words, samples, last: false })
    });
    let end = stream::once(async { Ok(AudioChunk { last: true, ..AudioChunk::default() }) });
    Encoded { sample_rate, audio: until_error(chunks.chain(end)).boxed(), cache: None }
}

/// After an error nothing follows that could pass for an end.
fn until_error<T: Send + 'static>(
    items: impl futures::Stream<Item = Result<T, SpeechError>> + Send + 'static,
) -> impl futures::Stream<Item = Result<T, SpeechError>> + Send + 'static {
    items.scan(false, |failed, item| {
        let over = std::mem::replace(failed, item.is_err());
        futures::future::ready((!over).then_some(item))
    })
}

/// One encoder at work on one stream.
struct Encoding {
    chunks: BoxStream<'static, Result<PcmChunk, SpeechError>>,
    /// None once the tail is out, or after an error.
    encoder: Option<Box<dyn Encoder>>,
    slice: usize,
    volume: f32,
    waiting: VecDeque<PcmChunk>,
}

fn encoded(
    chunks: BoxStream<'static, Result<PcmChunk, SpeechError>>,
    encoder: Box<dyn Encoder>,
    rate: SampleRate,
    volume: Volume,
) -> AudioStream {
    let slice = (rate.get() / SLICES_PER_SECOND).max(1) as usize;
    let (encoder, waiting) = (Some(encoder), VecDeque::new());
    let encoding = Encoding { chunks, encoder, slice, volume: volume.times(), waiting };
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
        let PcmChunk { mut samples, words } = self.waiting.pop_front()?;
        if self.volume != 1.0 {
            samples.iter_mut().for_each(|sample| *sample *= self.volume);
        }
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
#[path = "encode/tests.rs"]
mod tests;
