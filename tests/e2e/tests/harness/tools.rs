//! Other people's programs: an application on the official SDK, FFmpeg, whisper, SQLite.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::program::{installed, run, target};

/// What FFmpeg makes of a sound file.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) container: String,
    pub(crate) codec: String,
    pub(crate) rate: u64,
    pub(crate) channels: u64,
    pub(crate) seconds: f64,
    /// The largest sample, full scale being 1.
    pub(crate) peak: f64,
    /// The root mean square of the samples, full scale being 1.
    pub(crate) rms: f64,
}

/// Decodes sound files.
pub(crate) fn decode(files: &[PathBuf]) -> Vec<Heard> {
    let heard: Vec<Value> = answer(python("decode.py").args(files));
    heard
        .iter()
        .map(|heard| Heard {
            container: heard["container"].as_str().unwrap().to_owned(),
            codec: heard["codec"].as_str().unwrap().to_owned(),
            rate: heard["rate"].as_u64().unwrap(),
            channels: heard["channels"].as_u64().unwrap(),
            seconds: heard["seconds"].as_f64().unwrap(),
            peak: heard["peak"].as_f64().unwrap(),
            rms: heard["rms"].as_f64().unwrap(),
        })
        .collect()
}

/// Writes down what is said in sound files.
pub(crate) fn transcribe(files: &[PathBuf]) -> Vec<String> {
    answer(python("transcribe.py").args(files))
}

/// The canonical forms of XML files.
pub(crate) fn canonical(files: &[PathBuf]) -> Vec<String> {
    answer(python("canonical.py").args(files))
}

/// Judges `speech.FORMAT` of every format beside `speech.pcm`, see `python/encoders.py`.
pub(crate) fn judge_encoders(folder: &Path, rate: u64) -> Value {
    answer(python("encoders.py").arg(folder).arg(rate.to_string()))
}

/// Writes `speech.pcm` as a WAV of each of these rates, `RATE.wav`.
pub(crate) fn write_at_rates(folder: &Path, rate: u64, rates: &[u64]) {
    let rates: Vec<String> = rates.iter().map(u64::to_string).collect();
    let ended = run(python("encoders.py").arg(folder).arg(rate.to_string()).arg(rates.join(",")), b"");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}

/// Judges what was spoken of the hard sentences, see `tests/words/judge.py`: the results, by who spoke.
pub(crate) fn judge(spoken: &Path) -> Value {
    let ended = run(interpreter().arg(words().join("judge.py")).arg(spoken), b"");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    serde_json::from_slice(&std::fs::read(spoken.join("results.json")).unwrap()).unwrap()
}

/// What the judge's own tests print, and whether they pass.
pub(crate) fn judge_the_judge() -> (bool, String) {
    let ended = run(interpreter().args(["-m", "unittest", "discover"]).arg(words()), b"");
    (ended.code == Some(0), ended.stderr)
}

/// Where the hard sentences and their judge lie.
pub(crate) fn words() -> PathBuf {
    here().with_file_name("words")
}

/// The rows of a journal.
pub(crate) fn rows(database: &Path) -> Vec<Value> {
    select(database, "SELECT * FROM requests ORDER BY at_unix_ms, id")
}

/// The rows that a database answers with.
pub(crate) fn select(database: &Path, sql: &str) -> Vec<Value> {
    answer(python("rows.py").arg(database).arg(sql))
}

/// The same of a database that this process sees, in a mount namespace of its own.
pub(crate) fn select_seen_by(process: Option<u32>, database: &Path, sql: &str) -> Vec<Value> {
    let Some(process) = process else { return select(database, sql) };
    let select = python("rows.py");
    let mut within = Command::new("nsenter");
    within.arg(format!("--target={process}")).arg("--mount");
    if !rustix::process::geteuid().is_root() {
        within.args(["--user", "--preserve-credentials"]);
    }
    answer(within.arg(select.get_program()).args(select.get_args()).arg(database).arg(sql))
}

/// Runs SQL on a database.
pub(crate) fn sql(database: &Path, statements: &str) {
    let script = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])";
    let ended = run(interpreter().args(["-c", script]).arg(database).arg(statements), b"");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}

/// An application on an official SDK, unmodified: only its base URL points elsewhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Sdk {
    OpenAiPython,
    OpenAiJavaScript,
    ElevenLabsPython,
    ElevenLabsJavaScript,
    AzurePython,
    /// On the package `ws`, as it is with Node.js before version 22.
    AzureJavaScript,
    /// On `WebSocket` itself, as it is in browsers: no headers are sent, and no status is read.
    AzureBrowser,
}

impl Sdk {
    pub(crate) fn is_openais(self) -> bool {
        matches!(self, Self::OpenAiPython | Self::OpenAiJavaScript)
    }

    /// Plays these scenarios of the application, which trusts that certificate: what each saw, by its name.
    pub(crate) fn play(self, arguments: &[&str], certificate: Option<&Path>) -> Value {
        let mut application = match self {
            Self::OpenAiPython => python("openai_sdk.py"),
            Self::OpenAiJavaScript => node("openai_sdk.mjs"),
            Self::ElevenLabsPython => python("elevenlabs_sdk.py"),
            Self::ElevenLabsJavaScript => node("elevenlabs_sdk.mjs"),
            Self::AzurePython => python("azure_sdk.py"),
            Self::AzureJavaScript => node_with(&["--no-experimental-websocket"], "azure_sdk.mjs"),
            Self::AzureBrowser => node_with(&["--experimental-websocket"], "azure_sdk.mjs"),
        };
        answer(trusting(&mut application, certificate).args(arguments))
    }
}

/// A voice agent on plain WebSockets, see `python/voice_agent.py`.
pub(crate) fn voice_agent(arguments: &[&str], certificate: Option<&Path>) -> Value {
    answer(trusting(&mut python("voice_agent.py"), certificate).args(arguments))
}

fn trusting<'c>(command: &'c mut Command, certificate: Option<&Path>) -> &'c mut Command {
    match certificate {
        Some(certificate) => {
            command.env("SSL_CERT_FILE", certificate).env("NODE_EXTRA_CA_CERTS", certificate)
        }
        None => command,
    }
}

fn node(script: &str) -> Command {
    node_with(&[], script)
}

fn node_with(options: &[&str], script: &str) -> Command {
    let folder = here().join("node");
    installed(&folder.join("node_modules"));
    let mut command = Command::new("node");
    command.args(options).arg(folder.join(script));
    command
}

fn python(script: &str) -> Command {
    let mut command = interpreter();
    command.arg(here().join("python").join(script));
    command
}

fn interpreter() -> Command {
    Command::new(installed(&target().join("e2e-python/bin/python")))
}

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The JSON that a script printed.
fn answer<T: DeserializeOwned>(script: &mut Command) -> T {
    let ended = run(script, b"");
    assert_eq!(ended.code, Some(0), "{script:?} failed:\n{}", ended.stderr);
    serde_json::from_slice(&ended.stdout).unwrap()
}
