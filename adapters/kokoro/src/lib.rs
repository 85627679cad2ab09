//! Kokoro-82M, spoken in this process.
//!
//! A text goes through here lazily, a piece at a time, so that memory does not grow with it: tokens are turned into
//! `phonemes`, cut into `pieces`, synthesised on the sessions of `inference`, and `sound` cuts, levels
//! and times what comes back, of which `timings` are told. `stream` drives all of that at the listener's pace.

mod config;
mod marks;
mod mix;
mod neural;
mod pauses;
mod phonemes;
mod pieces;
mod sound;
mod stream;
mod synthesis;
mod timings;
mod tokens;
mod vocabulary;
mod voices;

use std::sync::Arc;

use inference::models::{ModelStore, StoreError};
use language::English;
use speech::{
    Backend, BoxFuture, Capabilities, ErrorKind, Gender, Model, Receipt, Sound, SpeechError, Utterance, Voice,
};

pub use config::Config;
pub use phonemes::Phonemes;
pub use voices::voices;

use crate::mix::{Mix, Styles};
use crate::synthesis::Synthesis;

/// What `x-soundboard-model` says.
pub const MODEL: &str = "kokoro-82m-v1.0";

/// The model, loaded.
pub struct Kokoro {
    name: String,
    voices: Arc<[Voice]>,
    speaker: Arc<Speaker>,
}

/// What all requests share.
pub(crate) struct Speaker {
    phonemes: Phonemes,
    styles: Styles,
    synthesis: Synthesis,
}

impl Kokoro {
    /// Loads the model from the store, under the name that it is configured by. Blocks for about a second; the
    /// first time on a machine, when the graph is made ready for it, for some seconds more.
    ///
    /// # Errors
    /// [`ErrorKind::ModelMissing`] when a file has yet to be fetched or is damaged, [`ErrorKind::BackendFailed`] when
    /// ONNX Runtime refuses it.
    pub fn open(name: &str, config: &Config, store: &ModelStore) -> Result<Self, SpeechError> {
        let synthesis = Synthesis::open(config, store)?;
        let styles = Styles::new(store.clone());
        let speaker = Arc::new(Speaker { phonemes: synthesis.phonemes()?, styles, synthesis });
        Ok(Self { name: name.to_owned(), voices: voices(name).into(), speaker })
    }

    /// Pieces of texts that are being synthesised, or wait for it.
    pub fn jobs(&self) -> usize {
        self.speaker.synthesis.jobs()
    }
}

impl Backend for Kokoro {
    fn name(&self) -> &str {
        &self.name
    }

    fn kind(&self) -> &str {
        "kokoro"
    }

    fn capabilities(&self) -> Capabilities {
        capabilities()
    }

    fn models(&self) -> Arc<[Model]> {
        models()
    }

    fn voices(&self) -> Arc<[Voice]> {
        Arc::clone(&self.voices)
    }

    fn voice(&self, name: &str) -> Result<Voice, SpeechError> {
        voice(&self.name, name)
    }

    fn leaves_out(&self, utterance: &Utterance) -> Vec<String> {
        leaves_out(utterance)
    }

    fn times_words(&self) -> bool {
        true
    }

    fn ready(&self) -> Result<(), SpeechError> {
        if self.speaker.synthesis.is_open() {
            return Ok(());
        }
        Err(SpeechError::new(ErrorKind::BackendFailed, "Kokoro has no session left; restart the gateway."))
    }

    fn is_local(&self) -> bool {
        true
    }

    fn check(&self, Utterance { graph, delivery }: &Utterance) -> Result<(), SpeechError> {
        let mix = Mix::parse(&delivery.voice)?;
        self.speaker.phonemes.reader(stream::english(&mix, delivery.language.as_deref())).check(graph)
    }

    fn speak(&self, utterance: Utterance, receipt: Receipt) -> BoxFuture<Result<Sound, SpeechError>> {
        let speaking = stream::speak(Arc::clone(&self.speaker), utterance);
        Box::pin(async move {
            let sound = speaking.await?;
            receipt.take();
            Ok(sound.into())
        })
    }
}

/// What it can do beside speaking plain text. Needs no model.
pub fn capabilities() -> Capabilities {
    Capabilities {
        timings: true,
        visemes: true,
        streaming: true,
        sample_rates: vec![sound::RATE],
        ..Capabilities::default()
    }
}

/// The one model there is. Needs no file.
pub fn models() -> Arc<[Model]> {
    Arc::new([Model {
        id: MODEL.to_owned(),
        name: "Kokoro-82M".to_owned(),
        most_characters: None,
        languages: vec!["en".to_owned()],
        deprecated_after: None,
    }])
}

/// What of an utterance it cannot do or say. Needs no model.
pub fn leaves_out(Utterance { graph, delivery }: &Utterance) -> Vec<String> {
    let unreadable =
        language::left_out(graph, English::American).into_iter().map(|unreadable| unreadable.name);
    let instructions = delivery.instructions.is_some().then(|| "instructions".to_owned());
    let other_language = delivery.language.as_deref().is_some_and(|tag| !is_english(tag));
    let language = other_language.then(|| "language".to_owned());
    unreadable.chain(instructions).chain(language).chain(delivery.extras.beside(&[])).collect()
}

fn is_english(tag: &str) -> bool {
    tag.get(..2).is_some_and(|language| language.eq_ignore_ascii_case("en"))
}

/// The voice of that name, or of that mix of names: `af_bella(2)+af_sky(1)`. A mix speaks the language of its first
/// voice. Needs no model.
///
/// # Errors
/// [`ErrorKind::UnknownVoice`] with the names that are allowed, [`ErrorKind::VoiceUnavailable`] with the reason,
/// [`ErrorKind::InvalidParameter`] for a weight that is no positive number.
pub fn voice(backend: &str, name: &str) -> Result<Voice, SpeechError> {
    let mix = Mix::parse(name)?;
    let canonical = mix.to_string();
    if let Some(name) = voices::NAMES.iter().find(|name| **name == canonical) {
        return Ok(voices::describe(backend, name));
    }
    let mut genders = mix.names().map(voices::gender);
    let first = genders.next().flatten();
    let gender = if genders.all(|gender| gender == first) { first } else { Some(Gender::Neutral) };
    Ok(Voice {
        languages: vec![mix.language().tag().to_owned()],
        gender,
        description: Some("A mix of voices.".to_owned()),
        ..Voice::named(backend, &canonical)
    })
}

/// A file of the model cannot be used.
fn unusable(error: StoreError) -> SpeechError {
    if error.is_missing_model() {
        SpeechError::new(ErrorKind::ModelMissing, error.to_string()).caused_by(error)
    } else {
        SpeechError::internal(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mix_is_a_voice_of_its_own() {
        let mix = voice("kokoro", "af_bella( 2 ) + am_adam").unwrap();
        assert_eq!(mix.id.to_string(), "kokoro:af_bella(2)+am_adam(1)");
        assert_eq!((mix.gender, mix.languages[0].as_str()), (Some(Gender::Neutral), "en-US"));
        assert_eq!(voice("kokoro", "bf_emma(3)").unwrap(), voices::describe("kokoro", "bf_emma"));
        assert_eq!(voice("kokoro", "bf_emma+bf_lily").unwrap().gender, Some(Gender::Female));
    }
}
