//! Kokoro while it is still being opened: its voices are known, its model is not there yet.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures::{StreamExt, stream};
use inference::models::ModelStore;
use kokoro::Kokoro;
use speech::{
    Backend, BoxFuture, ErrorKind, Model, PcmStream, Receipt, Sound, SpeechError, Utterance, Voice,
};
use tokio_util::sync::CancellationToken;

use crate::compose::KOKORO_FILES;

/// How soon a client may ask again while the model loads: about as long as loading takes when nothing is fetched.
const SOON: Duration = Duration::from_secs(3);

/// A backend that can be listed at once, and speaks from the moment it is open.
pub(crate) struct Loading {
    name: String,
    config: kokoro::Config,
    voices: Arc<[Voice]>,
    opened: OnceLock<Kokoro>,
    /// Which files it was opened from.
    version: OnceLock<String>,
    silenced: CancellationToken,
}

impl Loading {
    /// Nothing is opened yet.
    pub(crate) fn new(name: &str, config: kokoro::Config) -> Arc<Self> {
        Arc::new(Self {
            name: name.to_owned(),
            config,
            voices: kokoro::voices(name).into(),
            opened: OnceLock::new(),
            version: OnceLock::new(),
            silenced: CancellationToken::new(),
        })
    }

    /// Opens it; takes a second or two, in which the thread is blocked.
    pub(crate) fn open(&self, models: &ModelStore) -> Result<(), SpeechError> {
        let version = models.digest(&KOKORO_FILES).map_err(SpeechError::internal)?;
        let opened = Kokoro::open(&self.name, &self.config, models)?;
        // Before it can speak.
        let _ = self.version.set(version.to_string());
        // It is opened once; were it opened twice, the first would do as well.
        let _ = self.opened.set(opened);
        Ok(())
    }

    /// Breaks off whatever is being spoken, for ever.
    pub(crate) fn silence(&self) {
        self.silenced.cancel();
    }

    fn opened(&self) -> Result<&Kokoro, SpeechError> {
        self.opened.get().ok_or_else(|| {
            let message = "The model is still being loaded; try again in a moment.";
            SpeechError::new(ErrorKind::Overloaded, message).retry_after(SOON)
        })
    }
}

impl Backend for Loading {
    fn name(&self) -> &str {
        &self.name
    }

    fn version(&self) -> String {
        self.version.get().cloned().unwrap_or_default()
    }

    fn kind(&self) -> &str {
        "kokoro"
    }

    fn models(&self) -> Arc<[Model]> {
        kokoro::models()
    }

    fn voices(&self) -> Arc<[Voice]> {
        Arc::clone(&self.voices)
    }

    fn voice(&self, name: &str) -> Result<Voice, SpeechError> {
        kokoro::voice(&self.name, name)
    }

    fn leaves_out(&self, utterance: &Utterance) -> Vec<String> {
        kokoro::leaves_out(utterance)
    }

    fn times_words(&self) -> bool {
        true
    }

    fn ready(&self) -> Result<(), SpeechError> {
        self.opened()?.ready()
    }

    fn check(&self, utterance: &Utterance) -> Result<(), SpeechError> {
        // What is not opened yet says so when it is to speak, and others may.
        self.opened.get().map_or(Ok(()), |kokoro| kokoro.check(utterance))
    }

    fn is_local(&self) -> bool {
        true
    }

    fn speak(&self, utterance: Utterance, receipt: Receipt) -> BoxFuture<Result<Sound, SpeechError>> {
        match self.opened() {
            Ok(kokoro) => Box::pin(unless(self.silenced.clone(), kokoro.speak(utterance, receipt))),
            Err(error) => Box::pin(async { Err(error) }),
        }
    }
}

/// The same speech, until it is silenced.
async fn unless(
    silenced: CancellationToken,
    speech: impl Future<Output = Result<Sound, SpeechError>>,
) -> Result<Sound, SpeechError> {
    let speech = silenced.run_until_cancelled(speech).await.ok_or_else(broken_off)??;
    let Sound::Samples(PcmStream { sample_rate, chunks }) = speech else {
        return Ok(speech);
    };
    let chunks = stream::unfold(Some((chunks, silenced)), |speaking| async {
        let (mut chunks, silenced) = speaking?;
        match silenced.run_until_cancelled(chunks.next()).await {
            Some(chunk) => Some((chunk?, Some((chunks, silenced)))),
            None => Some((Err(broken_off()), None)),
        }
    });
    Ok(PcmStream { sample_rate, chunks: chunks.boxed() }.into())
}

fn broken_off() -> SpeechError {
    SpeechError::new(ErrorKind::Overloaded, "The server is being stopped; ask another.")
}
