//! Speaks a text: to a file, to standard output, or aloud.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;

use billing::Payer;
use engine::{Engine, Refusal, Spoken};
use futures::{FutureExt, StreamExt};
use serde_json::json;
use speech::{Backend as _, Codec, Door, Ids, SpeechError, SpeechRequest, SpeechText, Speed, Terms, VoiceId};

use super::{LOCAL, block_on, left_out, print_json};
use crate::args::{Global, Speak};
use crate::compose;
use crate::config::Config;
use crate::environment::RandomIds;
use crate::failure::Failure;
use crate::input;
use crate::loading::Loading;
use crate::output::{Output, Timings};
use crate::progress::Speaking;
use crate::signals::Signals;

/// Speaks it.
pub(crate) fn run(speak: &Speak, config: &Config, global: &Global) -> Result<(), Failure> {
    let summary = with_lexicon_of(LOCAL, speak, config, global)?;
    if global.json && !is_stdout(&speak.output) && !is_stdout(&speak.timings) {
        print_json(&summary)?;
    }
    Ok(())
}

/// Speaks it with that client's lexicon, and says what came of it. Whoever runs the command has asked for it.
pub(super) fn with_lexicon_of(
    client: &str,
    speak: &Speak,
    config: &Config,
    global: &Global,
) -> Result<serde_json::Value, Failure> {
    let format = format(speak)?;
    let text = text(speak)?;
    let models = Arc::new(compose::models(config, global.cache.clone())?);
    let backends = compose::backends(config)?;
    let id = RandomIds.request_id();
    let request = request(&id, speak, text, format);
    block_on(async {
        // Before the first file is made: a signal must not leave one behind.
        let mut signals = Signals::listen()?;
        let output = output(speak)?;
        let timings = speak.timings.as_deref().map(Timings::to).transpose()?;
        let engine = signals.or(compose::engine_reading_for(client, config, &backends)).await?;
        // What a vendor offers is known only once it was asked; nobody is asked for what is spoken here.
        let speaks_here = |id: VoiceId| backends.local.iter().any(|local| local.name() == id.backend);
        let speaker = || {
            let request = request.as_ref().ok()?;
            engine.resolve(&request.terms.aliases, request.terms.model.as_deref(), &request.voice).ok()
        };
        if request.is_ok() && !speaker().is_some_and(speaks_here) {
            signals.or(engine.refresh().map(Ok)).await?;
        }
        // Nothing is fetched or loaded for what will be refused.
        let speaker = speaker();
        let speaks = |local: &&Arc<Loading>| speaker.as_ref().is_some_and(|id| local.name() == id.backend);
        let local: Vec<_> = backends.local.iter().filter(speaks).cloned().collect();
        let loading = compose::load(&local, &models);
        let loaded = signals.or(loading.map(Ok)).await?;
        let spoken = match request.and_then(|request| loaded.map(|()| request)) {
            Ok(request) => {
                let speaking = async {
                    tokio::select! {
                        spoken = speak_to(&engine, request, output, timings) => spoken,
                        never = engine.keep_books() => match never {},
                    }
                };
                signals.or(speaking).await
            }
            Err(error) => {
                let kind = error.kind();
                engine
                    .refused(Refusal {
                        id: id.clone(),
                        payer: Payer { client: LOCAL.into(), key: None },
                        door: Door::Cli,
                        kind,
                    })
                    .await;
                Err(Failure::of_request(&error, &id))
            }
        };
        // The row of what was broken off, too. A second signal does not wait for it.
        signals.or(engine.settled().then(|()| backends.close()).map(Ok)).await?;
        spoken
    })
}

/// Speaks the request as it is made: no more of its sound is held than the chunk at hand.
async fn speak_to(
    engine: &Engine,
    request: SpeechRequest,
    mut output: Output,
    mut timings: Option<Timings>,
) -> Result<serde_json::Value, Failure> {
    let (id, format) = (request.terms.id.clone(), request.terms.format.codec);
    let failed = |error| Failure::of_request(&error, &id);
    let characters = request.text.characters();
    let Spoken { voice, model, dropped, sample_rate, mut audio, .. } =
        engine.speak(request).await.map_err(failed)?;
    warn_of(&dropped);
    let progress = Speaking::new(characters);
    let mut samples = 0;
    while let Some(chunk) = audio.next().await {
        let chunk = chunk.map_err(failed)?;
        output.write(&chunk.bytes).await?;
        samples += chunk.samples as u64;
        if let Some(word) = chunk.words.last() {
            progress.reached(word.offset + word.length);
        }
        if let Some(timings) = &mut timings {
            timings.add(&chunk.words).await?;
        }
    }
    drop(progress);
    if let Some(timings) = timings {
        timings.finish().await?;
    }
    output.finish(Some(format)).await?;
    Ok(json!({
        "request_id": id,
        "voice": voice.id,
        "model": model,
        "characters": characters,
        "audio_ms": samples * 1000 / u64::from(sample_rate.get()),
        "format": format.name(),
        "dropped": dropped,
    }))
}

/// Says what of the text will not be heard, on standard error: the sound may go to standard output.
fn warn_of(dropped: &[String]) {
    if !dropped.is_empty() {
        // The speech does not end because nobody reads the warning.
        let _ = writeln!(io::stderr(), "{}", left_out(dropped));
    }
}

/// The request that the command line spells.
fn request(id: &str, speak: &Speak, text: String, format: Codec) -> Result<SpeechRequest, SpeechError> {
    let terms = Terms {
        reading: speak.markup.reading(),
        model: speak.model.clone(),
        speed: Speed::new(speak.speed)?,
        format: format.into(),
        timed: speak.timings.is_some(),
        visemes: speak.visemes,
        ..Terms::new(id, LOCAL.into(), Door::Cli)
    };
    Ok(SpeechRequest { text: SpeechText::new(text, None)?, voice: speak.voice.clone(), terms })
}

/// What to say: the argument, a file, or standard input.
fn text(speak: &Speak) -> Result<String, Failure> {
    match (&speak.file, speak.text.as_deref()) {
        (Some(file), _) => input::read(file),
        (None, Some("-")) => input::read(Path::new("-")),
        (None, Some(text)) => Ok(text.to_owned()),
        (None, None) => Err(Failure::usage(
            "there is no <TEXT> to speak; write it after 'speak', give --file FILE, or '-' to read standard input",
        )),
    }
}

/// The format that is asked for by `--format`, by the output's name, or by what a sound card takes.
fn format(speak: &Speak) -> Result<Codec, Failure> {
    let Some(output) = speak.output.as_deref().filter(|output| *output != Path::new("-")) else {
        return Ok(speak.format.unwrap_or(Codec::Wav));
    };
    match (speak.format, format_named_by(output)) {
        (Some(asked), Some(named)) if asked != named => Err(Failure::usage(format_args!(
            "the name {} says {named}, but --format says {asked}; change one of them",
            output.display()
        ))),
        (Some(format), _) | (None, Some(format)) => Ok(format),
        (None, None) => Err(Failure::usage(format_args!(
            "the name {} does not say which format to write; end it in one of {}, ogg, or give --format",
            output.display(),
            Codec::OFFERED.map(Codec::name).join(", ")
        ))),
    }
}

/// The format that the end of a file's name stands for.
fn format_named_by(path: &Path) -> Option<Codec> {
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "ogg" => Some(Codec::Opus),
        name => name.parse().ok(),
    }
}

fn output(speak: &Speak) -> Result<Output, Failure> {
    if is_stdout(&speak.output) && is_stdout(&speak.timings) {
        return Err(Failure::usage(
            "the sound and the timings cannot both go to standard output; name a file for one of them",
        ));
    }
    if is_stdout(&speak.output) && io::stdout().is_terminal() {
        return Err(Failure::usage(
            "standard output is a terminal, which cannot show sound; redirect it, give -o FILE, or leave -o away to hear it",
        ));
    }
    match &speak.output {
        Some(path) => Output::to(path),
        None => Output::aloud(),
    }
}

fn is_stdout(path: &Option<impl AsRef<Path>>) -> bool {
    path.as_ref().is_some_and(|path| path.as_ref() == Path::new("-"))
}
