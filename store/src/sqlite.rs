//! An embedded SQLite file.

mod journal;
mod lexicons;

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::SqlSafeStr;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

pub use self::lexicons::{EVERYONE, Entry, MOST_ENTRIES};

/// The database's name in the data directory.
const FILE: &str = "soundboard.db";

/// How long to wait for another process (the command line beside a server) to finish its write.
const BUSY: Duration = Duration::from_secs(5);

/// The database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The data directory cannot be made.
    #[error("the data directory {} cannot be made; choose one that you may write with --data", path.display())]
    Directory {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is no database, or may not be opened.
    #[error("the database {} cannot be opened; check that you may write it and that it is ours", path.display())]
    Open {
        /// Where.
        path: PathBuf,
        /// Why.
        source: sqlx::Error,
    },
    /// A newer version has written it.
    #[error(
        "the database {} has schema {version}, which is newer than this program; run the newer version, or choose another --data directory",
        path.display()
    )]
    Newer {
        /// Where.
        path: PathBuf,
        /// The schema's version.
        version: i64,
    },
    /// A schema change failed; nothing of it was kept.
    #[error("the database {} could not be brought to this program's schema; nothing was changed", path.display())]
    Migrate {
        /// Where.
        path: PathBuf,
        /// Why.
        source: MigrateError,
    },
    /// The lexicon cannot be read or written.
    #[error("the lexicon in {} cannot be read or written", path.display())]
    Lexicon {
        /// Where.
        path: PathBuf,
        /// Why.
        source: sqlx::Error,
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

/// `soundboard.db`: every request's row, on disk before the request is done, and the lexicons of clients.
#[derive(Clone, Debug)]
pub struct Sqlite {
    /// SQLite has one writer at a time: one connection queues them fairly.
    writer: SqlitePool,
    /// What is only read does not wait for a row's way to the disk.
    reader: SqlitePool,
    directory: PathBuf,
    known: lexicons::Known,
}

impl Sqlite {
    /// Opens the database in that directory, which is made if need be, and brings it to this program's schema.
    ///
    /// # Errors
    /// [`StoreError`]; a schema newer than this program's is refused untouched.
    pub async fn open(directory: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(directory)
            .map_err(|source| StoreError::Directory { path: directory.to_owned(), source })?;
        let path = directory.join(FILE);
        let options = SqliteConnectOptions::new().filename(&path).busy_timeout(BUSY);
        let writing = options
            .clone()
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let writer = SqlitePoolOptions::new().max_connections(1).connect_with(writing).await;
        let writer = writer.map_err(|source| StoreError::Open { path: path.clone(), source })?;
        migrations().run(&writer).await.map_err(|source| match source {
            MigrateError::VersionMissing(version) | MigrateError::VersionTooNew(version, _) => {
                StoreError::Newer { path, version }
            }
            source => StoreError::Migrate { path, source },
        })?;
        // A connection to a file cannot go stale, so nothing is asked of it before its work.
        let reader = SqlitePoolOptions::new().max_connections(1).test_before_acquire(false);
        let reader = reader.connect_lazy_with(options.read_only(true));
        Ok(Self { writer, reader, directory: directory.to_owned(), known: lexicons::Known::default() })
    }

    fn path(&self) -> PathBuf {
        self.directory.join(FILE)
    }
}

/// The schema's history. A step that was released is never edited: SQLx compares checksums.
fn migrations() -> Migrator {
    let steps = [
        (1, "requests", include_str!("../../migrations/sqlite/0001_requests.sql")),
        (2, "lexicon", include_str!("../../migrations/sqlite/0002_lexicon.sql")),
        (3, "vendors", include_str!("../../migrations/sqlite/0003_vendors.sql")),
    ];
    let step = |(version, name, sql): (i64, &'static str, &'static str)| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(steps.map(step).into())
}
