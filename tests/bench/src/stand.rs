//! Where everything lies that is measured.

use std::collections::BTreeMap;
use std::env;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use inference::models::{Manifest, ModelStore, default_cache_dir};
use tempfile::TempDir;

use crate::Result;

/// How many threads either side computes with: ours one in each of two sessions, theirs two in one.
pub const THREADS: usize = 2;

/// Who speaks.
pub const VOICE: &str = "af_heart";

/// The script that drives the other side.
const PEER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/kokoro_onnx_peer.py");

/// Both programs, and the files that they share.
pub struct Stand {
    /// The verified files.
    pub store: ModelStore,
    model: PathBuf,
    python: PathBuf,
    program: PathBuf,
    temporary: TempDir,
}

impl Stand {
    /// Fetches the models where they are missing, and packs the voices as kokoro-onnx wants them.
    ///
    /// # Errors
    /// A model cannot be had, Python lacks the packages, or the program was not built: `cargo xtask bench` does
    /// both.
    pub fn prepare() -> Result<Self> {
        let python =
            env::var_os("BENCH_PYTHON").ok_or("BENCH_PYTHON is not set: run `cargo xtask bench kokoro`")?;
        let program = env::current_exe()?.with_file_name("voice-soundboard");
        if !program.is_file() {
            return Err(format!("there is no {}: run `cargo xtask bench kokoro`", program.display()).into());
        }
        let store = ModelStore::open(Manifest::builtin()?, default_cache_dir(|name| env::var_os(name))?);
        store.pull(&["onnxruntime", "kokoro"], &())?;
        let model = store.path("kokoro/model-int8.onnx")?;
        let stand = Self { store, model, python: python.into(), program, temporary: tempfile::tempdir()? };
        stand.write_voices()?;
        Ok(stand)
    }

    /// The command line of ours: speaks the text to standard output, as 16-bit samples.
    pub fn ours_speaking(&self, text: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("speak").args(["--voice", VOICE, "--format", "pcm", "--output", "-"]);
        command.env("VOICE_SOUNDBOARD_BACKENDS__KOKORO__SESSIONS", THREADS.to_string());
        command.arg("--data").arg(self.temporary.path()).arg("--").arg(text);
        command
    }

    /// The same of theirs.
    pub fn theirs_speaking(&self, text: &str) -> Command {
        let mut command = self.theirs("speak");
        command.arg(text);
        command
    }

    /// Python with kokoro-onnx, the model and the voice.
    pub(crate) fn theirs(&self, verb: &str) -> Command {
        let mut command = self.peer(verb);
        command.arg(&self.model).arg(self.voices()).arg(THREADS.to_string()).arg(VOICE);
        command
    }

    /// What the measurement stands on: for the head of the report.
    pub fn model(&self) -> Result<String> {
        Ok(format!("kokoro/model-int8.onnx, sha256 {}", self.store.source_sha256("kokoro/model-int8.onnx")?))
    }

    fn write_voices(&self) -> Result<()> {
        let mut paths = BTreeMap::new();
        for file in self.store.manifest().files() {
            let voice = file.name.strip_prefix("kokoro/voices/").and_then(|name| name.strip_suffix(".bin"));
            if let Some(voice) = voice {
                paths.insert(voice, self.store.path(&file.name)?);
            }
        }
        let mut child = self.peer("voices").arg(self.voices()).stdin(Stdio::piped()).spawn()?;
        child.stdin.take().ok_or("Python has no input")?.write_all(&serde_json::to_vec(&paths)?)?;
        if child.wait()?.success() {
            Ok(())
        } else {
            Err("the voices could not be packed; see above why".into())
        }
    }

    fn peer(&self, verb: &str) -> Command {
        let mut command = Command::new(&self.python);
        command.arg(PEER).arg(verb);
        command
    }

    fn voices(&self) -> PathBuf {
        Path::join(self.temporary.path(), "voices.npz")
    }
}
