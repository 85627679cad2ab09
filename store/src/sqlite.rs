//! The journal in an embedded SQLite file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use speech::{BoxFuture, Journal, JournalError, RequestRow};
use sqlx::SqlSafeStr;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

/// The database's name in the data directory.
const FILE: &str = "soundboard.db";

/// Less free space than this and the disk is not fit to serve.
const LEAST_FREE_BYTES: u64 = 16 * 1024 * 1024;

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
}

/// Every request's row in `soundboard.db`: write-ahead log, and on disk before a request is done.
#[derive(Clone, Debug)]
pub struct SqliteJournal {
    pool: SqlitePool,
    directory: PathBuf,
}

impl SqliteJournal {
    /// Opens the database in that directory, which is made if need be, and brings it to this program's schema.
    ///
    /// # Errors
    /// [`StoreError`]; a schema newer than this program's is refused untouched.
    pub async fn open(directory: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(directory)
            .map_err(|source| StoreError::Directory { path: directory.to_owned(), source })?;
        let path = directory.join(FILE);
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY);
        // SQLite has one writer at a time: one connection queues them fairly.
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await;
        let pool = pool.map_err(|source| StoreError::Open { path: path.clone(), source })?;
        migrations().run(&pool).await.map_err(|source| match source {
            MigrateError::VersionMissing(version) | MigrateError::VersionTooNew(version, _) => {
                StoreError::Newer { path, version }
            }
            source => StoreError::Migrate { path, source },
        })?;
        Ok(Self { pool, directory: directory.to_owned() })
    }
}

/// The schema's history. A step that was released is never edited: SQLx compares checksums.
fn migrations() -> Migrator {
    let first = include_str!("../../migrations/sqlite/0001_requests.sql");
    Migrator::with_migrations(vec![Migration::new(
        1,
        "requests".into(),
        MigrationType::Simple,
        first.into_sql_str(),
        false,
    )])
}

impl Journal for SqliteJournal {
    fn record(&self, row: RequestRow) -> BoxFuture<Result<(), JournalError>> {
        let pool = self.pool.clone();
        Box::pin(async move {
            sqlx::query("INSERT INTO requests VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
                .bind(row.id)
                .bind(row.at_unix_ms)
                .bind(row.client.as_ref())
                .bind(row.door.name())
                .bind(row.backend)
                .bind(row.voice)
                .bind(row.characters.map(integer))
                .bind(integer(row.audio_ms))
                .bind(row.first_audio_ms.map(integer))
                .bind(integer(row.total_ms))
                .bind(row.outcome.code())
                .execute(&pool)
                .await
                .map_err(|error| JournalError(error.into()))?;
            Ok(())
        })
    }

    fn ready(&self) -> BoxFuture<Result<(), JournalError>> {
        let journal = self.clone();
        Box::pin(async move { journal.check().await.map_err(JournalError) })
    }
}

impl SqliteJournal {
    /// The disk has room, and the write lock can be had.
    async fn check(&self) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let disk = rustix::fs::statvfs(&self.directory)?;
        if disk.f_bavail.saturating_mul(disk.f_frsize) < LEAST_FREE_BYTES {
            return Err(format!("less than {} MiB are free", LEAST_FREE_BYTES >> 20).into());
        }
        // A transaction of SQLx's own: dropped halfway, as by a probe that gives up, it is rolled back.
        self.pool.begin_with("BEGIN IMMEDIATE").await?.rollback().await?;
        Ok(())
    }
}

/// SQLite's integers are signed.
fn integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use speech::{Door, ErrorKind, Outcome};
    use sqlx::{Executor, Row};

    use super::*;

    fn row(id: &str, outcome: Outcome) -> RequestRow {
        RequestRow {
            id: id.into(),
            at_unix_ms: 1_790_000_000_000,
            client: "local".into(),
            door: Door::OpenAi,
            backend: Some("kokoro".into()),
            voice: None,
            characters: Some(13),
            audio_ms: 1500,
            first_audio_ms: Some(200),
            total_ms: 900,
            outcome,
        }
    }

    #[tokio::test]
    async fn rows_survive_a_restart() {
        let data = tempfile::tempdir().unwrap();
        let journal = SqliteJournal::open(data.path()).await.unwrap();
        journal.record(row("a", Outcome::Completed)).await.unwrap();
        journal.record(row("b", Outcome::Failed(ErrorKind::Overloaded))).await.unwrap();
        journal.pool.close().await;

        let journal = SqliteJournal::open(data.path()).await.unwrap();
        let rows = sqlx::query("SELECT id, voice, characters, audio_ms, outcome FROM requests ORDER BY id")
            .fetch_all(&journal.pool)
            .await
            .unwrap();
        let told: Vec<_> = rows
            .iter()
            .map(|row| (row.get(0), row.get(1), row.get(2), row.get(3), row.get(4)))
            .collect::<Vec<(String, Option<String>, Option<i64>, i64, String)>>();
        let expected = [("a", "completed"), ("b", "overloaded")]
            .map(|(id, outcome)| (id.to_owned(), None, Some(13), 1500, outcome.to_owned()));
        assert_eq!(told, expected);
    }

    #[tokio::test]
    async fn every_row_is_flushed_to_a_write_ahead_log() {
        let data = tempfile::tempdir().unwrap();
        let journal = SqliteJournal::open(data.path()).await.unwrap();
        let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&journal.pool).await.unwrap();
        let synchronous: i64 =
            sqlx::query_scalar("PRAGMA synchronous").fetch_one(&journal.pool).await.unwrap();
        assert_eq!((mode.as_str(), synchronous), ("wal", 2));
        journal.ready().await.unwrap();
    }

    #[tokio::test]
    async fn a_probe_that_gives_up_leaves_no_transaction_behind() {
        let data = tempfile::tempdir().unwrap();
        let journal = SqliteJournal::open(data.path()).await.unwrap();
        let other = SqliteJournal::open(data.path()).await.unwrap();
        let writing = other.pool.begin_with("BEGIN IMMEDIATE").await.unwrap();
        // It has to wait for the other writer, and is dropped while it does.
        let probe = tokio::time::timeout(Duration::from_millis(50), journal.ready()).await;
        assert!(probe.is_err());
        writing.rollback().await.unwrap();

        journal.record(row("a", Outcome::Completed)).await.unwrap();
        let seen: i64 =
            sqlx::query_scalar("SELECT count(*) FROM requests").fetch_one(&other.pool).await.unwrap();
        assert_eq!(seen, 1, "the row is committed: others see it");
        journal.ready().await.unwrap();
    }

    #[tokio::test]
    async fn a_newer_schema_is_refused() {
        let data = tempfile::tempdir().unwrap();
        let journal = SqliteJournal::open(data.path()).await.unwrap();
        let newer = "INSERT INTO _sqlx_migrations VALUES (999, 'later', 0, TRUE, x'00', 0)";
        journal.pool.execute(newer).await.unwrap();
        journal.pool.close().await;

        let error = SqliteJournal::open(data.path()).await.unwrap_err();
        assert!(matches!(error, StoreError::Newer { version: 999, .. }), "{error}");
        assert!(error.to_string().contains("newer than this program"));
    }

    #[tokio::test]
    async fn what_is_no_database_is_refused() {
        let data = tempfile::tempdir().unwrap();
        std::fs::write(
            data.path().join(FILE),
            "a shopping list, long enough to be read as a header of pages",
        )
        .unwrap();
        let error = SqliteJournal::open(data.path()).await.unwrap_err();
        assert!(matches!(error, StoreError::Open { .. }), "{error}");
        assert!(error.source().is_some());
    }
}
