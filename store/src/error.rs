//! Why the database cannot be used, and the way out.

use std::path::PathBuf;

use billing::Month;
use sqlx::migrate::MigrateError;

use crate::{Location, MOST_ENTRIES};

/// The database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The configuration names no database. What it says may hold a password, and is not repeated.
    #[error("`database` is no database; write \"sqlite\", or \"postgres://USER:PASSWORD@HOST:PORT/NAME\"")]
    NoLocation,
    /// The configuration names no Redis. What it says may hold a password, and is not repeated.
    #[error(
        "`redis` is no Redis; write \"redis://USER:PASSWORD@HOST:PORT/DATABASE\", or \"rediss://...\" for TLS"
    )]
    NoRedis,
    /// Redis cannot be reached or written.
    #[error(
        "the Redis at {place} cannot be used; check that it runs, that it can be reached, and that user and password are right"
    )]
    Redis {
        /// Where.
        place: String,
        /// Why.
        source: redis::RedisError,
    },
    /// The data directory cannot be made.
    #[error("the data directory {} cannot be made; choose one that you may write with --data", path.display())]
    Directory {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is no database, may not be opened, or does not answer.
    #[error("the database {location} cannot be opened; check that {}", .location.what_it_needs())]
    Open {
        /// Where.
        location: Location,
        /// Why.
        source: sqlx::Error,
    },
    /// A newer version has written it.
    #[error(
        "the database {location} has schema {version}, which is newer than this program; run the newer version, or choose another database"
    )]
    Newer {
        /// Where.
        location: Location,
        /// The schema's version.
        version: i64,
    },
    /// A schema change failed; nothing of it was kept.
    #[error("the database {location} could not be brought to this program's schema; nothing was changed")]
    Migrate {
        /// Where.
        location: Location,
        /// Why.
        source: MigrateError,
    },
    /// Nobody who has such a key would be let in, and nobody would be told why.
    #[error(
        "{keys} API keys in the database {location} were made with another pepper than the one here, and would not be known; put theirs in its place (the file pepper of the data directory, or `pepper` in the configuration), or revoke them"
    )]
    OtherPepper {
        /// Where.
        location: Location,
        /// How many.
        keys: i64,
    },
    /// Something could not be read or written.
    #[error("the database cannot be read or written")]
    Use(#[from] sqlx::Error),
    /// It did not answer in time. What was to be written may or may not be.
    #[error("the database does not answer")]
    Silent,
    /// Less is free than a server needs.
    #[error("less than {} MiB are free where the database is; make room", least_bytes >> 20)]
    DiskFull {
        /// What it needs.
        least_bytes: u64,
    },
    /// A file cannot be read or written.
    #[error("{} cannot be read or written", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Nothing is ever overwritten.
    #[error("{} exists already; choose another name", path.display())]
    Exists {
        /// What.
        path: PathBuf,
    },
    /// What is to be restored is damaged, or no database of ours.
    #[error("{} is damaged, or no backup of ours; nothing was changed", path.display())]
    Damaged {
        /// What.
        path: PathBuf,
        /// What is wrong with it.
        source: sqlx::Error,
    },
    /// A running program would go on writing into what is replaced.
    #[error("a program uses the database {}; stop it first", path.display())]
    InUse {
        /// Which.
        path: PathBuf,
    },
    /// There is no file to copy.
    #[error("a Postgres database is backed up with pg_dump and restored with pg_restore")]
    HasItsOwnTools,
    /// What happens in this month is not over.
    #[error(
        "{month} cannot be archived: it is not over, requests of it are still running, or some were lost within the last day"
    )]
    MonthOpen {
        /// Which.
        month: Month,
    },
    /// Something of the month was settled while it was being archived.
    #[error(
        "requests of {month} were settled meanwhile; what was archived by then is, run it again for the rest, which goes to a file of its own"
    )]
    MonthChanged {
        /// Which.
        month: Month,
    },
    /// Servers cannot be told of a change, which was kept.
    #[error("the lexicon was changed, but {} cannot be written; a running server hears of it within seconds", path.display())]
    Stamp {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A lexicon that would become too large; nothing was kept.
    #[error("the lexicon would have {entries} entries; at most {MOST_ENTRIES} are allowed")]
    LexiconFull {
        /// How many it would have.
        entries: i64,
    },
}

impl From<StoreError> for catalog::ShelfError {
    fn from(error: StoreError) -> Self {
        Self(error.into())
    }
}

impl From<StoreError> for billing::LedgerError {
    fn from(error: StoreError) -> Self {
        Self(error.into())
    }
}
