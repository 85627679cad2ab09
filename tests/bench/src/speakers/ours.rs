//! voice-soundboard's Kokoro, in this process.

use std::num::NonZeroUsize;
use std::sync::Arc;

use futures::{StreamExt, TryStreamExt, stream};
use inference::models::ModelStore;
use kokoro::{Config, Kokoro};
use speech::{Backend, Delivery, PcmStream, Reading, Receipt, Sound, SpeechText, Utterance};
use tokio::runtime::Runtime;
use tokio::time::Instant;

use super::Heard;
use crate::Result;
use crate::stand::{THREADS, VOICE};

/// The backend as the program composes it, with one session for each thread.
pub struct Ours {
    kokoro: Arc<Kokoro>,
    runtime: Runtime,
}

impl Ours {
    /// Loads the model.
    ///
    /// # Errors
    /// Whatever the backend says.
    pub fn open(store: &ModelStore) -> Result<Self> {
        let config = Config { sessions: NonZeroUsize::new(THREADS), ..Config::default() };
        let kokoro = Kokoro::open("kokoro", &config, store)?;
        Ok(Self { kokoro: Arc::new(kokoro), runtime: Runtime::new()? })
    }

    /// One text, in the chunks that the backend gives.
    ///
    /// # Errors
    /// Whatever the backend says.
    pub fn stream(&self, text: &str) -> Result<Heard> {
        self.requests(&[text])
    }

    /// Several requests, as many at a time as there are sessions.
    ///
    /// # Errors
    /// Whatever the backend says.
    pub fn requests(&self, texts: &[&str]) -> Result<Heard> {
        let start = Instant::now();
        let spoken = stream::iter(texts).map(|text| self.speak(text, start)).buffer_unordered(THREADS);
        let heard: Vec<(f64, u64)> = self.runtime.block_on(spoken.try_collect())?;
        Ok(Heard {
            first_audio: heard.iter().map(|(first, _)| *first).fold(f64::INFINITY, f64::min),
            seconds: start.elapsed().as_secs_f64(),
            samples: heard.iter().map(|(_, samples)| samples).sum(),
        })
    }

    /// Seconds from `start` to the first audio of the text, and how many samples it has in all.
    async fn speak(&self, text: &str, start: Instant) -> Result<(f64, u64)> {
        let graph = Arc::new(language::compile(SpeechText::new(text, None)?, &Reading::default())?);
        let utterance = Utterance { graph, delivery: Delivery::plain(VOICE) };
        let sound = self.kokoro.speak(utterance, Receipt::default()).await?;
        let Sound::Samples(PcmStream { mut chunks, .. }) = sound else {
            return Err("it gives no samples".into());
        };
        let (mut first, mut samples) = (None, 0);
        while let Some(chunk) = chunks.try_next().await? {
            if !chunk.samples.is_empty() {
                first.get_or_insert_with(|| start.elapsed().as_secs_f64());
                samples += u64::try_from(chunk.samples.len())?;
            }
        }
        Ok((first.ok_or("no audio came")?, samples))
    }
}
