//! One row for every request.

use speech::{BoxFuture, Journal, JournalError, RequestRow};

use super::Sqlite;

/// Less free space than this and the disk is not fit to serve.
const LEAST_FREE_BYTES: u64 = 16 * 1024 * 1024;

impl Journal for Sqlite {
    fn record(&self, row: RequestRow) -> BoxFuture<Result<(), JournalError>> {
        let writer = self.writer.clone();
        Box::pin(async move {
            sqlx::query("INSERT INTO requests VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
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
                .bind(row.model)
                .bind(row.usage.characters.map(integer))
                .bind(row.usage.input_tokens.map(integer))
                .bind(row.usage.output_tokens.map(integer))
                .execute(&writer)
                .await
                .map_err(|error| JournalError(error.into()))?;
            Ok(())
        })
    }

    fn ready(&self) -> BoxFuture<Result<(), JournalError>> {
        let store = self.clone();
        Box::pin(async move { store.check().await.map_err(JournalError) })
    }
}

impl Sqlite {
    /// The disk has room, and the write lock can be had.
    async fn check(&self) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let disk = rustix::fs::statvfs(&self.directory)?;
        if disk.f_bavail.saturating_mul(disk.f_frsize) < LEAST_FREE_BYTES {
            return Err(format!("less than {} MiB are free", LEAST_FREE_BYTES >> 20).into());
        }
        // A transaction of SQLx's own: dropped halfway, as by a probe that gives up, it is rolled back.
        self.writer.begin_with("BEGIN IMMEDIATE").await?.rollback().await?;
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

    use speech::{Door, ErrorKind, Outcome, Usage};
    use sqlx::{Executor, Row};

    use std::time::Duration;

    use super::super::{FILE, StoreError};
    use super::*;

    fn row(id: &str, outcome: Outcome) -> RequestRow {
        RequestRow {
            id: id.into(),
            at_unix_ms: 1_790_000_000_000,
            client: "local".into(),
            door: Door::OpenAi,
            backend: Some("kokoro".into()),
            voice: None,
            model: Some("m".into()),
            characters: Some(13),
            usage: Usage { characters: Some(7), output_tokens: Some(9), ..Usage::default() },
            audio_ms: 1500,
            first_audio_ms: Some(200),
            total_ms: 900,
            outcome,
        }
    }

    #[tokio::test]
    async fn rows_survive_a_restart() {
        let data = tempfile::tempdir().unwrap();
        let journal = Sqlite::open(data.path()).await.unwrap();
        journal.record(row("a", Outcome::Completed)).await.unwrap();
        journal.record(row("b", Outcome::Failed(ErrorKind::Overloaded))).await.unwrap();
        journal.writer.close().await;

        let journal = Sqlite::open(data.path()).await.unwrap();
        let rows = sqlx::query("SELECT id, voice, characters, audio_ms, outcome FROM requests ORDER BY id")
            .fetch_all(&journal.writer)
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
        let journal = Sqlite::open(data.path()).await.unwrap();
        let mode: String =
            sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&journal.writer).await.unwrap();
        let synchronous: i64 =
            sqlx::query_scalar("PRAGMA synchronous").fetch_one(&journal.writer).await.unwrap();
        assert_eq!((mode.as_str(), synchronous), ("wal", 2));
        journal.ready().await.unwrap();
    }

    #[tokio::test]
    async fn a_probe_that_gives_up_leaves_no_transaction_behind() {
        let data = tempfile::tempdir().unwrap();
        let journal = Sqlite::open(data.path()).await.unwrap();
        let other = Sqlite::open(data.path()).await.unwrap();
        let writing = other.writer.begin_with("BEGIN IMMEDIATE").await.unwrap();
        // It has to wait for the other writer, and is dropped while it does.
        let probe = tokio::time::timeout(Duration::from_millis(50), journal.ready()).await;
        assert!(probe.is_err());
        writing.rollback().await.unwrap();

        journal.record(row("a", Outcome::Completed)).await.unwrap();
        let seen: i64 =
            sqlx::query_scalar("SELECT count(*) FROM requests").fetch_one(&other.writer).await.unwrap();
        assert_eq!(seen, 1, "the row is committed: others see it");
        journal.ready().await.unwrap();
    }

    #[tokio::test]
    async fn a_newer_schema_is_refused() {
        let data = tempfile::tempdir().unwrap();
        let journal = Sqlite::open(data.path()).await.unwrap();
        let newer = "INSERT INTO _sqlx_migrations VALUES (999, 'later', 0, TRUE, x'00', 0)";
        journal.writer.execute(newer).await.unwrap();
        journal.writer.close().await;

        let error = Sqlite::open(data.path()).await.unwrap_err();
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
        let error = Sqlite::open(data.path()).await.unwrap_err();
        assert!(matches!(error, StoreError::Open { .. }), "{error}");
        assert!(error.source().is_some());
    }
}
