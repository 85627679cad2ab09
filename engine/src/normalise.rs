//! Text to what would be said of it.

use std::sync::Arc;

use language::{English, Token};
use speech::{Reading, Span, SpeechError, SpeechText};
use tokio::task::spawn_blocking;

/// What would be said of a text.
pub struct Normalised {
    /// The words, with the punctuation around them. To normalise it again changes nothing.
    pub text: String,
    /// Every token, and where its words stand in `text`.
    pub tokens: Vec<(Token, Span)>,
    /// What no rule can read and is left out, by name: `script:han`.
    pub dropped: Vec<String>,
}

/// Reads a text on a thread where nobody waits for anything else.
pub(crate) async fn normalise(
    text: SpeechText,
    reading: Reading,
    english: English,
) -> Result<Normalised, SpeechError> {
    let normalised = spawn_blocking(move || {
        let graph = Arc::new(language::compile(text, &reading)?);
        let dropped = language::unreadable(graph.plain().as_str())
            .into_iter()
            .map(|unreadable| unreadable.name)
            .collect();
        let language::Normalised { text, tokens } = language::normalise(&graph, english);
        Ok(Normalised { text, tokens, dropped })
    });
    normalised.await.map_err(SpeechError::internal)?
}
