//! Answers that are given again for nothing.

use billing::{Begun, LedgerError, Replay, Replays};
use speech::BoxFuture;

use crate::Database;

type Row = (Vec<u8>, String, Option<String>, Option<Vec<u8>>);

/// Of several at a time, on any node, the first that writes has the key.
impl Replays for Database {
    fn begin(
        &self,
        client: &str,
        key: &str,
        request: &str,
        digest: [u8; 32],
        now_unix_ms: i64,
        claim_until_unix_ms: i64,
    ) -> BoxFuture<Result<Begun, LedgerError>> {
        let claim = sqlx::query(
            "INSERT INTO replays (client, key, digest, request, until) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (client, key) DO UPDATE
             SET digest = excluded.digest, request = excluded.request, until = excluded.until, head = NULL, audio = NULL
             WHERE replays.until <= $6 OR (replays.request = excluded.request AND replays.head IS NULL)",
        )
        .bind(client.to_owned())
        .bind(key.to_owned())
        .bind(digest.to_vec())
        .bind(request.to_owned())
        .bind(claim_until_unix_ms)
        .bind(now_unix_ms);
        let known =
            sqlx::query_as("SELECT digest, request, head, audio FROM replays WHERE client = $1 AND key = $2")
                .bind(client.to_owned())
                .bind(key.to_owned());
        self.writing(move |connection| {
            Box::pin(async move {
                if claim.execute(&mut *connection).await?.rows_affected() > 0 {
                    return Ok(Begun::First);
                }
                let first: Row = known.fetch_one(connection).await?;
                Ok(match first {
                    (of, ..) if of != digest => Begun::Another,
                    (_, request, Some(head), Some(audio)) => Begun::Done(Replay { request, head, audio }),
                    _ => Begun::Running,
                })
            })
        })
    }

    fn renew(
        &self,
        client: &str,
        key: &str,
        request: &str,
        claim_until_unix_ms: i64,
    ) -> BoxFuture<Result<(), LedgerError>> {
        let longer = sqlx::query(
            "UPDATE replays SET until = $4
             WHERE client = $1 AND key = $2 AND request = $3 AND head IS NULL",
        )
        .bind(client.to_owned())
        .bind(key.to_owned())
        .bind(request.to_owned())
        .bind(claim_until_unix_ms);
        self.writing(|connection| Box::pin(async move { Ok(longer.execute(connection).await.map(drop)?) }))
    }

    fn finish(
        &self,
        client: &str,
        key: &str,
        replay: Replay,
        keep_until_unix_ms: i64,
    ) -> BoxFuture<Result<(), LedgerError>> {
        let kept = sqlx::query(
            "UPDATE replays SET until = $4, head = $5, audio = $6
             WHERE client = $1 AND key = $2 AND request = $3 AND head IS NULL",
        )
        .bind(client.to_owned())
        .bind(key.to_owned())
        .bind(replay.request)
        .bind(keep_until_unix_ms)
        .bind(replay.head)
        .bind(replay.audio);
        self.writing(|connection| Box::pin(async move { Ok(kept.execute(connection).await.map(drop)?) }))
    }

    fn abandon(&self, client: &str, key: &str, request: &str) -> BoxFuture<Result<(), LedgerError>> {
        let free = sqlx::query(
            "DELETE FROM replays WHERE client = $1 AND key = $2 AND request = $3 AND head IS NULL",
        );
        let free = free.bind(client.to_owned()).bind(key.to_owned()).bind(request.to_owned());
        self.writing(|connection| Box::pin(async move { Ok(free.execute(connection).await.map(drop)?) }))
    }

    fn sweep(&self, now_unix_ms: i64) -> BoxFuture<Result<(), LedgerError>> {
        let past = sqlx::query("DELETE FROM replays WHERE until <= $1").bind(now_unix_ms);
        self.writing(|connection| Box::pin(async move { Ok(past.execute(connection).await.map(drop)?) }))
    }
}
