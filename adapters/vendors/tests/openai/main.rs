//! OpenAI's adapter: what it sends, what it makes of what comes back, and what it does when the vendor fails.

mod conformance;
mod faults;
mod golden;
mod offer;
mod refusals;

use std::error::Error;
use std::num::NonZeroUsize;
use std::sync::Arc;

use adapters::{KINDS, Settings};
use futures::StreamExt;
use outbound::{Deadlines, Outbound};
use secrecy::SecretString;
use speech::{AudioFormat, Backend, Sound, SpeechError};

const KEY: &str = "sk-a-secret-0123456789";

/// Fails on any error, so that a test reads straight on.
type Tested = Result<(), Box<dyn Error>>;

fn settings(base_url: Option<&str>) -> Option<Settings> {
    Some(Settings {
        name: "acme".to_owned(),
        base_url: base_url.map(str::to_owned),
        api_key: Some(SecretString::from(KEY)),
        concurrency: NonZeroUsize::new(4)?,
        models: Vec::new(),
        voices: Vec::new(),
        deprecated_after: None,
        azure: Default::default(),
        clock: Arc::new(testing::Noon),
    })
}

fn open_with(settings: Settings, deadlines: Deadlines) -> Result<Arc<dyn Backend>, Box<dyn Error>> {
    let kind = KINDS.iter().find(|kind| kind.name == "openai").ok_or("openai is not registered")?;
    Ok((kind.open)(settings, Outbound::new(deadlines)?)?)
}

fn open(base_url: &str) -> Result<Arc<dyn Backend>, Box<dyn Error>> {
    open_with(settings(Some(base_url)).ok_or("no settings")?, Deadlines::default())
}

/// All of it, and what it is encoded as.
async fn heard(sound: Sound) -> Result<(AudioFormat, Vec<u8>), SpeechError> {
    let Sound::Encoded(mut stream) = sound else {
        return Err(SpeechError::internal("samples of a vendor"));
    };
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.chunks.next().await {
        bytes.extend_from_slice(&chunk?.bytes);
    }
    Ok((stream.format, bytes))
}

/// The error, where success would be a defect.
fn refused<T>(result: Result<T, SpeechError>) -> Result<SpeechError, &'static str> {
    result.err().ok_or("it succeeded")
}

/// Everything that an error can show, to anybody.
fn all_of(error: &SpeechError) -> String {
    let mut all = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(error) = source {
        all += &format!(" {error} {error:?}");
        source = error.source();
    }
    all
}
