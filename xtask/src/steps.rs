//! A chore is a row of steps: each is announced, timed, and ends the chore if it fails.

use std::fmt;
use std::io;
use std::process::{Command, ExitCode};
use std::time::Instant;

/// Why a chore ended early.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    exit_code: u8,
}

impl Failure {
    /// The chore did not get through.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), exit_code: 1 }
    }

    /// There is no such chore.
    pub(crate) fn usage(help: &str) -> Self {
        Self { message: help.to_owned(), exit_code: 2 }
    }

    /// What the shell gets to see.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.exit_code)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Runs one step under its name, and says how long it took.
pub(crate) fn step<T>(name: &str, work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    eprintln!("\n==> {name}");
    let start = now();
    let done = work();
    let seconds = start.elapsed().as_secs_f32();
    match &done {
        Ok(_) => eprintln!("<== {name}: {seconds:.1} s"),
        Err(_) => eprintln!("<== {name}: failed after {seconds:.1} s"),
    }
    done
}

/// Runs a program to its end, its output going where ours goes.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    eprintln!("  $ {}", readable(command));
    let status = command.status().map_err(|error| cannot_start(command, &error))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::new(format!("`{}` failed ({status}).", readable(command))))
    }
}

/// What to say of a program that does not even start.
pub(crate) fn cannot_start(command: &Command, error: &io::Error) -> Failure {
    Failure::new(format!("`{}` cannot be started ({error}); is it installed?", readable(command)))
}

/// The command as one would type it.
fn readable(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[expect(clippy::disallowed_methods, reason = "a chore has no tests whose clock could be injected")]
fn now() -> Instant {
    Instant::now()
}
