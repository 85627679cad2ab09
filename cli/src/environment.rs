//! The real world: the only clock, the only randomness, and the directories that this machine means.

use std::env;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use speech::{Clock, Ids};

/// The machine's own clock.
#[derive(Debug)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "everybody else takes this clock")]
    fn unix_ms(&self) -> i64 {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
    }
}

/// 128 random bits from the operating system, in hexadecimal.
#[derive(Debug)]
pub(crate) struct RandomIds;

impl Ids for RandomIds {
    #[expect(clippy::expect_used, reason = "without randomness an id could be guessed or come twice")]
    fn request_id(&self) -> String {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
        format!("{:032x}", u128::from_ne_bytes(bytes))
    }
}

/// Where the journal lies unless somebody says otherwise: the user's data directory (XDG Base Directory
/// Specification; on macOS `~/Library/Application Support`). None where not even a home is known.
pub(crate) fn default_data_dir() -> Option<PathBuf> {
    let base = if cfg!(target_os = "macos") {
        env::home_dir()?.join("Library/Application Support")
    } else {
        match env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|dir| dir.is_absolute()) {
            Some(dir) => dir,
            None => env::home_dir()?.join(".local/share"),
        }
    };
    Some(base.join("voice-soundboard"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_32_hexadecimal_digits_and_differ() {
        let (one, other) = (RandomIds.request_id(), RandomIds.request_id());
        assert!(one.len() == 32 && one.bytes().all(|b| b.is_ascii_hexdigit()), "{one}");
        assert_ne!(one, other);
    }
}
