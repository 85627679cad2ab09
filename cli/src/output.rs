//! Where bytes go: a file that appears whole or not at all, standard output, or a sound card.

mod file;
mod player;
mod timings;
mod wav;

use std::path::Path;

use speech::Codec;
use tokio::io::AsyncWriteExt;

use self::file::FileInTheMaking;
use self::player::Playing;
pub(crate) use self::player::{installed_player, players};
pub(crate) use self::timings::Timings;
use crate::failure::Failure;

/// An open output.
pub(crate) enum Output {
    File(FileInTheMaking),
    Stdout(tokio::io::Stdout),
    Aloud(Playing),
}

impl Output {
    /// A file, or standard output for `-`.
    pub(crate) fn to(path: &Path) -> Result<Self, Failure> {
        if path == Path::new("-") {
            return Ok(Self::Stdout(tokio::io::stdout()));
        }
        Ok(Self::File(FileInTheMaking::create(path)?))
    }

    /// The sound card, by whichever player is installed; it takes WAV.
    pub(crate) fn aloud() -> Result<Self, Failure> {
        Ok(Self::Aloud(Playing::start()?))
    }

    /// Writes all of `bytes`, as fast as whoever reads them.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        if bytes.is_empty() {
            return Ok(());
        }
        match self {
            Self::File(file) => file.write(bytes),
            Self::Stdout(stdout) => {
                // Flushed, so that each chunk is heard when it is made and a reader that has gone is noticed.
                let written = async { stdout.write_all(bytes).await.and(stdout.flush().await) };
                written.await.map_err(|error| Failure::writing("standard output", &error))
            }
            Self::Aloud(player) => player.write(bytes).await,
        }
    }

    /// Everything is written: the file appears, the last word is heard. A WAV file gets true sizes.
    pub(crate) async fn finish(self, audio: Option<Codec>) -> Result<(), Failure> {
        match self {
            Self::File(file) if audio == Some(Codec::Wav) => file.with_exact_sizes()?.appear(),
            Self::File(file) => file.appear(),
            Self::Stdout(_) => Ok(()),
            Self::Aloud(player) => player.finish().await,
        }
    }
}
