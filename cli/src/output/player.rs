//! The sound card, by way of a player that is already installed: no audio library is linked for it.

use std::env;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::Stdio;

use tempfile::TempPath;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, Command};
use tokio::task::JoinHandle;

use super::wav::exact_sizes;
use crate::failure::{Failure, one_line};

/// A program that plays WAV.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Player {
    pub(crate) program: &'static str,
    arguments: &'static [&'static str],
    /// It wants a file with a name, so it can start only when everything is spoken.
    wants_file: bool,
}

/// In order of preference: those that play while the text is being spoken come first.
const PLAYERS: [Player; 5] = [
    Player { program: "aplay", arguments: &["-q", "-"], wants_file: false },
    Player {
        program: "ffplay",
        arguments: &["-nodisp", "-autoexit", "-loglevel", "error", "-i", "-"],
        wants_file: false,
    },
    Player { program: "pw-play", arguments: &[], wants_file: true },
    Player { program: "paplay", arguments: &[], wants_file: true },
    Player { program: "afplay", arguments: &[], wants_file: true },
];

impl Player {
    /// The first that is installed.
    pub(crate) fn installed() -> Option<Self> {
        PLAYERS.into_iter().find(|player| find_program(player.program).is_some())
    }

    /// The names of all that would do.
    pub(crate) fn names() -> String {
        PLAYERS.map(|player| player.program).join(", ")
    }
}

/// Where a program is installed, by the user's PATH.
fn find_program(name: impl AsRef<OsStr>) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|directory| directory.join(name.as_ref())).find(|program| program.is_file())
}

/// Sound on its way to the sound card. Dropped before [`Self::finish`], it falls silent.
pub(crate) struct Playing {
    player: Player,
    feed: Feed,
}

enum Feed {
    /// The player listens already.
    Listening(Box<Listener>),
    /// The player starts when the file is whole.
    Collecting(File, TempPath),
}

/// A player at work, and what it complains about.
struct Listener {
    child: Child,
    stdin: Option<ChildStdin>,
    complaint: JoinHandle<String>,
}

impl Playing {
    pub(crate) fn start() -> Result<Self, Failure> {
        let player = Player::installed().ok_or_else(|| {
            Failure::usage(format_args!(
                "no player to speak aloud with ({}) is installed; give -o FILE, or -o - for standard output",
                Player::names()
            ))
        })?;
        let feed = if player.wants_file {
            let (file, path) = tempfile::Builder::new()
                .suffix(".wav")
                .tempfile()
                .map_err(|error| player.failed(&error))?
                .into_parts();
            Feed::Collecting(file, path)
        } else {
            Feed::Listening(Box::new(player.launch(player.arguments, Stdio::piped())?))
        };
        Ok(Self { player, feed })
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let written = match &mut self.feed {
            Feed::Collecting(file, _) => file.write_all(bytes),
            Feed::Listening(listener) => match &mut listener.stdin {
                Some(stdin) => stdin.write_all(bytes).await,
                None => Ok(()),
            },
        };
        match (written, &mut self.feed) {
            (Ok(()), _) => Ok(()),
            // It has gone; how it ended says why.
            (Err(error), Feed::Listening(listener)) if error.kind() == io::ErrorKind::BrokenPipe => {
                match self.player.heard_out(listener).await {
                    Ok(()) => Err(Failure::ReaderGone),
                    failed => failed,
                }
            }
            (Err(error), _) => Err(self.player.failed(&error)),
        }
    }

    pub(crate) async fn finish(self) -> Result<(), Failure> {
        match self.feed {
            Feed::Listening(mut listener) => self.player.heard_out(&mut listener).await,
            Feed::Collecting(mut file, path) => {
                exact_sizes(&mut file).map_err(|error| self.player.failed(&error))?;
                let mut listener = self.player.launch(&[path.as_os_str()], Stdio::null())?;
                self.player.heard_out(&mut listener).await
            }
        }
    }
}

impl Player {
    fn launch(self, arguments: &[impl AsRef<OsStr>], stdin: Stdio) -> Result<Listener, Failure> {
        let mut child = Command::new(self.program)
            .args(arguments)
            .stdin(stdin)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| self.failed(&error))?;
        let stderr = child.stderr.take();
        let complaint = tokio::spawn(async move {
            let mut said = Vec::new();
            if let Some(mut stderr) = stderr {
                // Read to its end so that the player never blocks on it; what cannot be read is not quoted.
                let _ = stderr.read_to_end(&mut said).await;
            }
            String::from_utf8_lossy(&said).lines().last().unwrap_or_default().to_owned()
        });
        Ok(Listener { stdin: child.stdin.take(), child, complaint })
    }

    /// Waits until the player has played what it was given.
    async fn heard_out(self, listener: &mut Listener) -> Result<(), Failure> {
        drop(listener.stdin.take());
        let status = listener.child.wait().await.map_err(|error| self.failed(&error))?;
        if status.success() {
            return Ok(());
        }
        let complaint = (&mut listener.complaint).await.unwrap_or_default();
        Err(self.failed(&io::Error::other(format!("{status}: {}", one_line(&complaint)))))
    }

    fn failed(self, error: &io::Error) -> Failure {
        Failure::machine(format_args!("{} cannot play; give -o FILE to write the sound", self.program), error)
    }
}
