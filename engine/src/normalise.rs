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
    apart(move || {
        let graph = Arc::new(language::compile(text, &reading)?);
        let dropped =
            language::left_out(&graph, english).into_iter().map(|unreadable| unreadable.name).collect();
        let language::Normalised { text, tokens } = language::normalise(&graph, english);
        Ok(Normalised { text, tokens, dropped })
    })
    .await
}

/// Does the work on a thread of its own.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SpeechError> + Send + 'static,
) -> Result<T, SpeechError> {
    // Its message could quote the text that it stumbled over.
    spawn_blocking(work).await.map_err(|_| SpeechError::internal("the normalisation of a text panicked"))?
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_error_that_quotes_nothing() {
        let text = String::from("der Schl\u{fc}ssel");
        let error = apart(move || Ok(text[..9].len())).await.expect_err("it cuts a character in two");
        let cause = error.source().expect("for the log").to_string();
        assert!(cause.contains("panicked"), "{cause}");
        assert!(!format!("{error:?} {error} {cause}").contains("Schl"), "{error:?}");
    }
}
