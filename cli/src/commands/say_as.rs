//! Shows what would be said of a text. Needs no model.

use std::sync::Arc;

use engine::Normalised;
use speech::SpeechText;

use super::{LOCAL, block_on, left_out, print};
use crate::args::{Global, SayAs};
use crate::compose;
use crate::config::Config;
use crate::failure::{Failure, one_line};
use crate::input;

/// Prints the normalised text, and what in it is not said as it is written.
pub(crate) fn run(say_as: &SayAs, config: &Config, global: &Global) -> Result<(), Failure> {
    let text = match (&say_as.text, &say_as.file) {
        (Some(text), _) => text.clone(),
        (None, Some(file)) => input::read(file)?,
        (None, None) => return Err(Failure::usage("there is no text; name a FILE, or give --text TEXT")),
    };
    let text = SpeechText::new(text, None).map_err(speech::SpeechError::from)?;
    let reading = say_as.markup.reading();
    let backends = compose::backends(config)?;
    let normalised = block_on(async {
        let store = Arc::new(compose::store(config).await?);
        let engine = compose::engine(store.clone(), store.clone(), store, config, &backends)?;
        Ok(engine.normalise(LOCAL, text, reading, say_as.language.into()).await?)
    })?;
    match global.json {
        true => print(&as_body(normalised)?),
        false => print(&format!("{}\n{}", normalised.text, changes(&normalised))),
    }
}

/// The body that `POST /api/v1/normalize` answers with.
fn as_body(normalised: Normalised) -> Result<String, Failure> {
    let body = serde_json::to_string(&gateway::normalized(normalised));
    let body = body.map_err(|error| Failure::machine("the result cannot be printed", &error))?;
    Ok(body + "\n")
}

/// A line for each token that is not said as it is written, and one for what is left out.
fn changes(normalised: &Normalised) -> String {
    let changed = normalised.tokens.iter().map(|(token, _)| token).filter(|token| token.said != token.text);
    let mut lines: String = changed
        .map(|token| {
            let (offset, length) = (token.span.offset, token.span.length);
            let (written, class) = (one_line(&token.text), token.class.name());
            format!("{offset}+{length}  \"{written}\" -> \"{}\"  ({class})\n", token.said)
        })
        .collect();
    if !normalised.dropped.is_empty() {
        lines.push_str(&(left_out(&normalised.dropped) + "\n"));
    }
    lines
}
