//! The binary, and running it to its end.

use std::env;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The program as `cargo xtask test` built it, without the settings of whoever runs the tests. Models stay
/// where that person keeps them.
pub(crate) fn program() -> Command {
    let mut command = Command::new(installed(&profile().join("voice-soundboard")));
    for (name, _) in env::vars_os() {
        let setting = name.to_string_lossy().starts_with("VOICE_SOUNDBOARD_");
        if setting && name != "VOICE_SOUNDBOARD_CACHE" {
            command.env_remove(name);
        }
    }
    command
}

/// What a finished program left.
#[derive(Debug)]
pub(crate) struct Ended {
    /// The exit code; none when a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

/// Runs it to its end, with that on standard input.
pub(crate) fn run(command: &mut Command, stdin: &[u8]) -> Ended {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that does not want its input may have closed it.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    let output = child.wait_with_output().unwrap();
    Ended {
        code: output.status.code(),
        stdout: output.stdout,
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The folder that cargo built this test into.
pub(crate) fn profile() -> PathBuf {
    // target/debug/deps/e2e-0123456789abcdef
    env::current_exe().unwrap().ancestors().nth(2).unwrap().to_owned()
}

/// Cargo's target folder.
pub(crate) fn target() -> PathBuf {
    profile().parent().unwrap().to_owned()
}

/// The same path, once it is sure that there is something.
pub(crate) fn installed(path: &Path) -> &Path {
    assert!(path.exists(), "{} is missing: `cargo xtask test` makes it", path.display());
    path
}
