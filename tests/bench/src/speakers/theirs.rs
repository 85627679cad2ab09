//! kokoro-onnx, in a Python process that answers line by line.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Heard;
use crate::Result;
use crate::stand::Stand;

/// The package with its model loaded.
pub struct Theirs {
    child: Child,
    requests: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    /// Its packages and their versions.
    pub packages: BTreeMap<String, String>,
}

impl Theirs {
    /// Starts Python and loads the model.
    ///
    /// # Errors
    /// Python cannot be started, or fails; it says why on standard error.
    pub fn open(stand: &Stand) -> Result<Self> {
        let mut child = stand.theirs("serve").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let requests = child.stdin.take().ok_or("Python has no input")?;
        let answers = BufReader::new(child.stdout.take().ok_or("Python has no output")?).lines();
        let mut theirs = Self { child, requests, answers, packages: BTreeMap::new() };
        theirs.packages = theirs.answer()?;
        Ok(theirs)
    }

    /// One text, in the chunks of `create_stream`.
    ///
    /// # Errors
    /// Python fails.
    pub fn stream(&mut self, text: &str) -> Result<Heard> {
        self.ask(&json!({ "stream": text }))
    }

    /// Several requests, one after the other by `create`: one session with all threads.
    ///
    /// # Errors
    /// Python fails.
    pub fn requests(&mut self, texts: &[&str]) -> Result<Heard> {
        self.ask(&json!({ "create": texts }))
    }

    fn ask(&mut self, request: &Value) -> Result<Heard> {
        writeln!(self.requests, "{request}")?;
        self.answer()
    }

    fn answer<T: DeserializeOwned>(&mut self) -> Result<T> {
        let line = self.answers.next().ok_or("Python ended; see above why")??;
        Ok(serde_json::from_str(&line)?)
    }
}

/// Nobody speaks to it any more, and it must not weigh on what is measured next.
impl Drop for Theirs {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
