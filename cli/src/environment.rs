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

/// The time in milliseconds, 48 bits, and 80 random bits from the operating system, in hexadecimal. A database puts
/// what comes at the same time to the same place: with ids that lie anywhere, each row of the ledger is another page
/// to be written.
#[derive(Debug)]
pub(crate) struct RandomIds;

impl Ids for RandomIds {
    #[expect(clippy::expect_used, reason = "without randomness an id could be guessed or come twice")]
    fn request_id(&self) -> String {
        let mut bytes = [0; 16];
        let (time, random) = bytes.split_at_mut(6);
        time.copy_from_slice(&SystemClock.unix_ms().to_be_bytes()[2..]);
        getrandom::fill(random).expect("the operating system gives random bytes");
        format!("{:032x}", u128::from_be_bytes(bytes))
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

    #[test]
    fn ids_begin_with_the_time() {
        let before = SystemClock.unix_ms();
        let id = RandomIds.request_id();
        let time = i64::from_str_radix(&id[..12], 16).unwrap();
        assert!((before..=SystemClock.unix_ms()).contains(&time), "{id}");
    }
}
