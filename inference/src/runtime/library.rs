//! The shared library, once per process.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ort::environment::Environment;
use ort::logging::LogLevel;

/// ONNX Runtime, loaded. Cheap to clone; there is one per process.
#[derive(Clone)]
pub struct Runtime {
    pub(super) environment: Environment,
}

/// ONNX Runtime cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// The file is missing, is no library for this machine, or is too old.
    #[error("{path} cannot be used as ONNX Runtime: {reason}")]
    Library {
        /// The library that was asked for.
        path: PathBuf,
        /// What the loader said.
        reason: String,
    },
    /// The environment does not forbid ONNX Runtime to phone home.
    #[error(
        "ONNX Runtime reports its use to its maker unless the environment says {TELEMETRY_OFF}=1 before it is loaded; set it and start again"
    )]
    Telemetry,
    /// A process can hold only one ONNX Runtime.
    #[error(
        "ONNX Runtime is already loaded from {loaded}; a process can hold only one, so {path} was not loaded"
    )]
    AnotherOne {
        /// The library that is in use.
        loaded: PathBuf,
        /// The library that was asked for.
        path: PathBuf,
    },
}

/// What ONNX Runtime looks for when it is loaded. Its interface has a switch of its own, but by then it has already
/// written a device id into the user's cache and asked for its maker's host (seen with 1.31.1 on Linux).
pub const TELEMETRY_OFF: &str = "ORT_DISABLE_TELEMETRY";

/// What this process has loaded. The environment is never released: ONNX Runtime cannot be started twice.
static LOADED: Mutex<Option<(PathBuf, Runtime)>> = Mutex::new(None);

impl Runtime {
    /// Loads the library at `path` (1.24 or newer); its warnings and errors go to `tracing`. Asking again for the
    /// same path gives the same runtime.
    ///
    /// The process must have been started with, or have set before it had threads, [`TELEMETRY_OFF`] = 1.
    ///
    /// # Errors
    /// [`RuntimeError`]; a library that could not be loaded does not stand in the way of the next attempt.
    pub fn load(path: &Path) -> Result<Self, RuntimeError> {
        if std::env::var_os(TELEMETRY_OFF).is_none_or(|value| value != "1") {
            return Err(RuntimeError::Telemetry);
        }
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        match &*loaded {
            Some((same, runtime)) if same == path => return Ok(runtime.clone()),
            Some((other, _)) => {
                return Err(RuntimeError::AnotherOne { loaded: other.clone(), path: path.to_owned() });
            }
            None => {}
        }
        let runtime = start(path)
            .map_err(|reason| RuntimeError::Library { path: path.to_owned(), reason: reason.to_string() })?;
        *loaded = Some((path.to_owned(), runtime.clone()));
        Ok(runtime)
    }

    /// Which build of ONNX Runtime this is: branch, commit and compiler flags, in its own words.
    pub fn build(&self) -> &'static str {
        ort::info()
    }
}

fn start(path: &Path) -> Result<Runtime, Box<dyn std::error::Error>> {
    let environment = ort::init_from(path)?.with_telemetry(false).with_logger(Arc::new(log)).build()?;
    environment.set_log_level(LogLevel::Warning);
    Ok(Runtime { environment })
}

/// ONNX Runtime would write to the standard streams, which belong to the audio and the user.
fn log(level: LogLevel, category: &str, _id: &str, location: &str, message: &str) {
    match level {
        LogLevel::Verbose | LogLevel::Info => tracing::trace!(category, location, "{message}"),
        LogLevel::Warning => tracing::debug!(category, location, "{message}"),
        LogLevel::Error | LogLevel::Fatal => tracing::warn!(category, location, "{message}"),
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Runtime")
    }
}
