//! How a command ends when it does not end well: one line with a way out, and an exit code.

use std::error::Error;
use std::fmt;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use serde::Serialize;
use speech::{ErrorKind, SpeechError};

/// The exit codes that scripts rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// The command line, the configuration or a file that they name cannot be used.
    Usage = 2,
    /// The text, the voice or another parameter cannot be taken as it is.
    Refused = 3,
    /// Whatever speaks failed, or this machine did.
    Backend = 4,
    /// A model file is missing or damaged, and could not be fetched.
    MissingModel = 5,
    /// SIGHUP: 128 + 1, as shells have it.
    HungUp = 129,
    /// SIGINT (Ctrl-C): 128 + 2.
    Interrupted = 130,
    /// SIGTERM: 128 + 15.
    Terminated = 143,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// The one place where what went wrong becomes an exit code.
fn exit_code(kind: ErrorKind) -> Exit {
    match kind {
        ErrorKind::InvalidText
        | ErrorKind::InvalidParameter
        | ErrorKind::UnknownVoice
        | ErrorKind::VoiceUnavailable
        | ErrorKind::UnknownModel
        | ErrorKind::NoCandidate
        | ErrorKind::Unauthenticated
        | ErrorKind::BudgetExceeded
        | ErrorKind::BudgetOnHold => Exit::Refused,
        ErrorKind::Overloaded
        | ErrorKind::DeadlineExceeded
        | ErrorKind::RateLimited
        | ErrorKind::QuotaExceeded
        | ErrorKind::BackendFailed
        | ErrorKind::UnknownPrice
        | ErrorKind::LedgerUnavailable
        | ErrorKind::Internal => Exit::Backend,
        ErrorKind::ModelMissing => Exit::MissingModel,
    }
}

/// Why a command ends early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Something to say, and an exit code.
    Said(Complaint),
    /// A signal, or a doctor whose findings are already printed: nothing more to say.
    Quiet(Exit),
    /// Whoever read our output has gone: nothing to say, and nobody at fault.
    ReaderGone,
}

/// An error as it is printed: in one line, or as the native error body.
#[derive(Debug, Serialize)]
pub(crate) struct Complaint {
    #[serde(skip)]
    exit: Exit,
    code: &'static str,
    message: String,
    param: Option<&'static str>,
    allowed: Vec<String>,
    request_id: Option<String>,
}

/// The native error body.
#[derive(Serialize)]
struct Body<'a> {
    error: &'a Complaint,
}

impl Failure {
    /// The command line, the configuration or a file that they name cannot be used.
    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self::new(Exit::Usage, "usage", message)
    }

    /// As [`Self::usage`], for an error that has causes of its own.
    pub(crate) fn unusable(error: &(dyn Error + 'static)) -> Self {
        Self::new(Exit::Usage, "usage", with_causes(error.to_string(), error.source()))
    }

    /// A file that the command line or the configuration names.
    pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Self {
        Self::usage(format_args!("{} cannot be read: {error}", path.display()))
    }

    /// This machine failed: a full disk, a signal handler that cannot be set.
    pub(crate) fn machine(doing: impl fmt::Display, cause: &(dyn Error + 'static)) -> Self {
        Self::new(Exit::Backend, "io", with_causes(format!("{doing}: {cause}"), cause.source()))
    }

    /// What writing to `place` came to: a reader that has gone is not an error.
    pub(crate) fn writing(place: impl fmt::Display, cause: &io::Error) -> Self {
        match cause.kind() {
            io::ErrorKind::BrokenPipe => Self::ReaderGone,
            _ => Self::machine(format!("{place} cannot be written"), cause),
        }
    }

    /// An error of a request that has an id, so that it can be found in the journal.
    pub(crate) fn of_request(error: &SpeechError, request_id: &str) -> Self {
        match Self::from(error) {
            Self::Said(complaint) => {
                Self::Said(Complaint { request_id: Some(request_id.to_owned()), ..complaint })
            }
            silent => silent,
        }
    }

    fn new(exit: Exit, code: &'static str, message: impl fmt::Display) -> Self {
        Self::Said(Complaint {
            exit,
            code,
            message: message.to_string(),
            param: None,
            allowed: Vec::new(),
            request_id: None,
        })
    }

    /// Prints what there is to say and names the exit code. With `json` the error is the native body, on
    /// standard error like every message, so that it never mixes with audio.
    pub(crate) fn end(self, json: bool) -> ExitCode {
        match self {
            Self::Said(complaint) => {
                let exit = complaint.exit;
                // When standard error is gone too, the exit code is all that is left to say it with.
                let _ = complaint.print(json);
                exit.into()
            }
            Self::Quiet(exit) => exit.into(),
            Self::ReaderGone => ExitCode::SUCCESS,
        }
    }
}

impl Complaint {
    fn print(&self, json: bool) -> io::Result<()> {
        let mut stderr = io::stderr().lock();
        if json {
            let body = serde_json::to_string(&Body { error: self })?;
            return writeln!(stderr, "{body}");
        }
        write!(stderr, "error: {}", one_line(&self.message))?;
        if !self.allowed.is_empty() {
            write!(stderr, " Allowed: {}.", self.allowed.join(", "))?;
        }
        writeln!(stderr)
    }
}

impl From<&SpeechError> for Failure {
    fn from(error: &SpeechError) -> Self {
        // Who runs the command also runs the gateway: the causes are for them.
        Self::Said(Complaint {
            exit: exit_code(error.kind()),
            code: error.kind().code(),
            message: with_causes(error.message().to_owned(), error.source()),
            param: error.param(),
            allowed: error.allowed().to_vec(),
            request_id: None,
        })
    }
}

impl From<SpeechError> for Failure {
    fn from(error: SpeechError) -> Self {
        Self::from(&error)
    }
}

/// What there is to say, for a report that goes on.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Said(complaint) => f.write_str(&one_line(&complaint.message)),
            Self::Quiet(_) | Self::ReaderGone => f.write_str("stopped"),
        }
    }
}

/// `message`, then each cause that adds something to it.
fn with_causes(mut message: String, mut cause: Option<&(dyn Error + 'static)>) -> String {
    while let Some(error) = cause {
        let said = error.to_string();
        if !message.contains(&said) {
            message = format!("{}: {said}", message.trim_end_matches('.'));
        }
        cause = error.source();
    }
    message
}

/// The same words on one line.
pub(crate) fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_brings_its_causes_in_one_line() {
        let cause = io::Error::other("the disk\n  is full");
        let Failure::Said(complaint) = SpeechError::internal(cause).into() else { panic!() };
        assert_eq!(complaint.exit, Exit::Backend);
        assert_eq!(
            one_line(&complaint.message),
            "The gateway failed; the request may be tried again: the disk is full"
        );
    }

    #[test]
    fn a_cause_that_adds_nothing_is_not_repeated() {
        let error = io::Error::other("no such file");
        let Failure::Said(complaint) = Failure::machine("the text cannot be read", &error) else { panic!() };
        assert_eq!(complaint.message, "the text cannot be read: no such file");
    }

    #[test]
    fn a_reader_that_has_gone_is_no_error() {
        let gone = io::Error::from(io::ErrorKind::BrokenPipe);
        assert!(matches!(Failure::writing("standard output", &gone), Failure::ReaderGone));
    }
}
