//! A backend's own encoding becomes samples.

use audio::Decoder;
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt};
use speech::{EncodedChunk, EncodedStream, ErrorKind, PcmChunk, PcmStream, Sound, SpeechError, WordTiming};

/// The samples of a sound. Resolves once its rate is known.
pub(crate) async fn samples(sound: Sound) -> Result<PcmStream, SpeechError> {
    match sound {
        Sound::Samples(samples) => Ok(samples),
        Sound::Encoded(EncodedStream { format, chunks }) => {
            let decoder = audio::decoder(format).map_err(SpeechError::internal)?;
            Decoding { chunks, decoder: Some(decoder), words: Vec::new() }.begin().await
        }
    }
}

/// One decoder at work on one stream.
struct Decoding {
    chunks: BoxStream<'static, Result<EncodedChunk, SpeechError>>,
    /// None once the tail is out, or after an error.
    decoder: Option<Box<dyn Decoder>>,
    /// Words that came with bytes which have not become samples yet.
    words: Vec<WordTiming>,
}

impl Decoding {
    async fn begin(mut self) -> Result<PcmStream, SpeechError> {
        let mut first = PcmChunk::default();
        loop {
            if let Some(sample_rate) = self.decoder.as_ref().and_then(|decoder| decoder.rate()) {
                let rest = stream::unfold(self, |mut this| async move { Some((this.next().await?, this)) });
                return Ok(PcmStream { sample_rate, chunks: stream::iter([Ok(first)]).chain(rest).boxed() });
            }
            let chunk = self.next().await.ok_or_else(|| unsound("ended before its header did"))??;
            first.samples.extend(chunk.samples);
            first.words.extend(chunk.words);
        }
    }

    /// What the next bytes hold; the tail after the last; then none.
    async fn next(&mut self) -> Option<Result<PcmChunk, SpeechError>> {
        self.decoder.as_ref()?;
        let result = match self.chunks.next().await {
            Some(Ok(EncodedChunk { bytes, words })) => {
                self.words.extend(words);
                self.decode(&bytes)
            }
            Some(Err(error)) => Err(error),
            None => return self.finish(),
        };
        if result.is_err() {
            self.decoder = None;
        }
        Some(result)
    }

    fn decode(&mut self, bytes: &Bytes) -> Result<PcmChunk, SpeechError> {
        let mut samples = Vec::new();
        if let Some(decoder) = &mut self.decoder {
            decoder.decode(bytes, &mut samples).map_err(undecodable)?;
        }
        Ok(PcmChunk { samples, words: std::mem::take(&mut self.words) })
    }

    fn finish(&mut self) -> Option<Result<PcmChunk, SpeechError>> {
        let mut samples = Vec::new();
        let finished = self.decoder.take()?.finish(&mut samples);
        let words = std::mem::take(&mut self.words);
        Some(finished.map(|()| PcmChunk { samples, words }).map_err(undecodable))
    }
}

fn undecodable(error: impl std::error::Error + Send + Sync + 'static) -> SpeechError {
    unsound("cannot be decoded").caused_by(error)
}

fn unsound(what: &str) -> SpeechError {
    SpeechError::new(
        ErrorKind::BackendFailed,
        format!("The backend's audio {what}; the request may be tried again."),
    )
}
