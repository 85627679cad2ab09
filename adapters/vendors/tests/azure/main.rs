//! Azure's adapter: what it sends, what it makes of what comes back, and what it does when the vendor fails.

mod conformance;
mod faults;
mod golden;
mod lists;
mod refusals;
mod socket;
mod tokens;
mod usp;

use std::error::Error;
use std::num::NonZeroUsize;
use std::sync::Arc;

use adapters::{AzureSettings, KINDS, Settings};
use futures::StreamExt;
use outbound::{Deadlines, Outbound};
use secrecy::SecretString;
use speech::{
    AudioFormat, Backend, Notation, Reading, Sound, SpeechError, SpeechText, Utterance, WordTiming,
};

const KEY: &str = "a-secret-0123456789";

const AVA: &str = "en-US-AvaNeural";

/// Fails on any error, so that a test reads straight on.
type Tested = Result<(), Box<dyn Error>>;

fn settings(base_url: &str, azure: AzureSettings) -> Result<Settings, &'static str> {
    Ok(Settings {
        name: "acme".to_owned(),
        base_url: Some(base_url.to_owned()),
        api_key: Some(SecretString::from(KEY)),
        concurrency: NonZeroUsize::new(4).ok_or("zero")?,
        models: Vec::new(),
        voices: Vec::new(),
        deprecated_after: None,
        azure,
        clock: Arc::new(testing::Noon),
    })
}

fn open_with(settings: Settings, deadlines: Deadlines) -> Result<Arc<dyn Backend>, Box<dyn Error>> {
    let kind = KINDS.iter().find(|kind| kind.name == "azure").ok_or("azure is not registered")?;
    Ok((kind.open)(settings, Outbound::new(deadlines)?)?)
}

fn open(base_url: &str) -> Result<Arc<dyn Backend>, Box<dyn Error>> {
    open_with(settings(base_url, AzureSettings::default())?, Deadlines::default())
}

/// A text in SSML.
fn document(source: &str, voice: &str, format: AudioFormat) -> Result<Utterance, Box<dyn Error>> {
    let reading = Reading { notation: Notation::Ssml { may_fetch: false }, ..Reading::default() };
    let graph = language::compile(SpeechText::new(source, None)?, &reading)?;
    let plain = testing::utterance("Hello.", voice, format);
    Ok(Utterance { graph: Arc::new(graph), ..plain })
}

/// What was heard.
struct Heard {
    format: AudioFormat,
    audio: Vec<u8>,
    words: Vec<WordTiming>,
}

async fn heard(sound: Sound) -> Result<Heard, SpeechError> {
    let Sound::Encoded(mut stream) = sound else {
        return Err(SpeechError::internal("samples of a vendor"));
    };
    let mut heard = Heard { format: stream.format, audio: Vec::new(), words: Vec::new() };
    while let Some(chunk) = stream.chunks.next().await {
        let chunk = chunk?;
        heard.audio.extend_from_slice(&chunk.bytes);
        heard.words.extend(chunk.words);
    }
    Ok(heard)
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
