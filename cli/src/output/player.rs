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
#[derive(Debug)]
struct Player {
    name: &'static str,
    arguments: &'static [&'static str],
    /// It wants a file with a name, so it can start only when everything is spoken.
    wants_file: bool,
}

/// In order of preference: those that play while the text is being spoken come first.
const PLAYERS: [Player; 5] = [
    Player { name: "aplay", arguments: &["-q", "-"], wants_file: false },
    Player {
        name: "ffplay",
        arguments: &["-nodisp", "-autoexit", "-loglevel", "error", "-i", "-"],
        wants_file: false,
    },
    Player { name: "pw-play", arguments: &[], wants_file: true },
    Player { name: "paplay", arguments: &[], wants_file: true },
    Player { name: "afplay", arguments: &[], wants_file: true },
];

/// The names of all players that would do.
pub(crate) fn players() -> String {
    PLAYERS.map(|player| player.name).join(", ")
}

/// The player that would be used, by the user's PATH.
pub(crate) fn installed_player() -> Option<PathBuf> {
    Installed::find(&env::var_os("PATH")?).map(|installed| installed.program)
}

/// A player, and where it is installed.
struct Installed {
    player: Player,
    program: PathBuf,
}

impl Installed {
    /// The first that is in one of these directories.
    fn find(path: &OsStr) -> Option<Self> {
        PLAYERS.into_iter().find_map(|player| {
            let mut places = env::split_paths(path).map(|directory| directory.join(player.name));
            Some(Self { program: places.find(|place| place.is_file())?, player })
        })
    }
}

/// Sound on its way to the sound card. Dropped before [`Self::finish`], it falls silent.
pub(crate) struct Playing {
    installed: Installed,
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
        Self::start_from(&env::var_os("PATH").unwrap_or_default())
    }

    fn start_from(path: &OsStr) -> Result<Self, Failure> {
        let installed = Installed::find(path).ok_or_else(|| {
            Failure::usage(format_args!(
                "no player to speak aloud with ({}) is installed; give -o FILE, or -o - for standard output",
                players()
            ))
        })?;
        let feed = if installed.player.wants_file {
            let file = tempfile::Builder::new().suffix(".wav").tempfile();
            let (file, path) = file.map_err(|error| installed.failed(&error))?.into_parts();
            Feed::Collecting(file, path)
        } else {
            Feed::Listening(Box::new(installed.launch(installed.player.arguments, Stdio::piped())?))
        };
        Ok(Self { installed, feed })
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
                match self.installed.heard_out(listener).await {
                    Ok(()) => Err(Failure::ReaderGone),
                    failed => failed,
                }
            }
            (Err(error), _) => Err(self.installed.failed(&error)),
        }
    }

    pub(crate) async fn finish(self) -> Result<(), Failure> {
        match self.feed {
            Feed::Listening(mut listener) => self.installed.heard_out(&mut listener).await,
            Feed::Collecting(mut file, path) => {
                exact_sizes(&mut file).map_err(|error| self.installed.failed(&error))?;
                let mut listener = self.installed.launch(&[path.as_os_str()], Stdio::null())?;
                self.installed.heard_out(&mut listener).await
            }
        }
    }
}

impl Installed {
    fn launch(&self, arguments: &[impl AsRef<OsStr>], stdin: Stdio) -> Result<Listener, Failure> {
        let mut child = Command::new(&self.program)
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
    async fn heard_out(&self, listener: &mut Listener) -> Result<(), Failure> {
        drop(listener.stdin.take());
        let status = listener.child.wait().await.map_err(|error| self.failed(&error))?;
        if status.success() {
            return Ok(());
        }
        let complaint = (&mut listener.complaint).await.unwrap_or_default();
        Err(self.failed(&io::Error::other(format!("{status}: {}", one_line(&complaint)))))
    }

    fn failed(&self, error: &io::Error) -> Failure {
        Failure::machine(
            format_args!("{} cannot play; give -o FILE to write the sound", self.player.name),
            error,
        )
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A directory with one program in it, which stands for a player.
    fn directory_with(name: &str, script: &str) -> tempfile::TempDir {
        let directory = tempfile::tempdir().expect("a directory");
        let program = directory.path().join(name);
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).expect("it is written");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("it may be run");
        directory
    }

    async fn played(directory: &tempfile::TempDir, wav: &[u8]) -> Result<Vec<u8>, Failure> {
        let mut playing = Playing::start_from(directory.path().as_os_str())?;
        for chunk in wav.chunks(1000) {
            playing.write(chunk).await?;
        }
        playing.finish().await?;
        Ok(fs::read(directory.path().join("played")).expect("it was played"))
    }

    /// One test, since a file that one thread is writing cannot be run while another thread forks.
    #[tokio::test]
    async fn sound_reaches_whichever_player_is_installed() {
        let rate = std::num::NonZeroU32::new(24_000).expect("not zero");
        let mut encoder = audio::encoder(speech::Codec::Wav.into(), rate).expect("WAV is known");
        let mut wav = Vec::new();
        encoder.encode(&[0.25; 100_000], &mut wav).expect("it encodes");

        let listening = directory_with("aplay", r#"cat > "${0%/*}/played""#);
        assert!(played(&listening, &wav).await.expect("it plays") == wav);

        let with_file = directory_with("pw-play", r#"cat "$1" > "${0%/*}/played""#);
        let heard = played(&with_file, &wav).await.expect("it plays");
        audio::set_exact_sizes(&mut wav);
        assert!(heard == wav);

        let deaf = directory_with("aplay", "echo 'no such device' >&2; exit 3");
        let failure = played(&deaf, &wav).await.expect_err("it cannot play").to_string();
        for word in ["aplay", "no such device", "-o FILE"] {
            assert!(failure.contains(word), "{word:?} in {failure}");
        }
        let nothing = tempfile::tempdir().expect("a directory");
        assert!(
            played(&nothing, &wav).await.expect_err("nothing is installed").to_string().contains("-o FILE")
        );
    }
}
