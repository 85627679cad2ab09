//! Where the project lies, and where cargo builds it.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::steps::{Failure, cannot_start};

/// The folders that chores work in.
pub(crate) struct Workspace {
    /// The checkout.
    pub(crate) root: PathBuf,
    /// Cargo's target folder; what the tests need lives here too, so that `cargo clean` removes everything.
    pub(crate) target: PathBuf,
}

impl Workspace {
    /// Asks cargo.
    pub(crate) fn find() -> Result<Self, Failure> {
        let mut command = cargo();
        command.args(["metadata", "--no-deps", "--format-version=1"]);
        let output = command.output().map_err(|error| cannot_start(&command, &error))?;
        let metadata: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let folder = |key: &str| metadata[key].as_str().map(PathBuf::from);
        match (folder("workspace_root"), folder("target_directory")) {
            (Some(root), Some(target)) => Ok(Self { root, target }),
            _ => Err(Failure::new(format!(
                "cargo metadata failed:\n{}",
                String::from_utf8_lossy(&output.stderr)
            ))),
        }
    }

    /// A `cargo` in the checkout.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = cargo();
        command.args(arguments).current_dir(&self.root);
        command
    }

    /// A program of ours that cargo has built in that profile.
    pub(crate) fn program(&self, profile: &str, name: &str) -> Command {
        let mut command = Command::new(self.target.join(profile).join(name));
        command.current_dir(&self.root);
        command
    }
}

/// The cargo that runs this chore, or whichever the path has.
fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
