//! When each word is heard, as a JSON array that grows while the text is spoken.

use std::path::Path;

use speech::WordTiming;

use super::Output;
use crate::failure::Failure;

/// An open array of timings.
pub(crate) struct Timings {
    output: Output,
    /// What goes before the next word.
    separator: &'static str,
}

impl Timings {
    /// To a file, or to standard output for `-`.
    pub(crate) fn to(path: &Path) -> Result<Self, Failure> {
        Ok(Self { output: Output::to(path)?, separator: "[\n" })
    }

    /// Writes the words down, one a line.
    pub(crate) async fn add(&mut self, words: &[WordTiming]) -> Result<(), Failure> {
        let mut lines = Vec::new();
        for word in words {
            lines.extend_from_slice(self.separator.as_bytes());
            serde_json::to_writer(&mut lines, word)
                .map_err(|error| Failure::machine("timings cannot be written", &error))?;
            self.separator = ",\n";
        }
        self.output.write(&lines).await
    }

    /// Closes the array; a file appears.
    pub(crate) async fn finish(mut self) -> Result<(), Failure> {
        let end = if self.separator == "[\n" { "[]\n" } else { "\n]\n" };
        self.output.write(end.as_bytes()).await?;
        self.output.finish(None).await
    }
}
