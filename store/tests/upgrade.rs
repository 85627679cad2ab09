//! What an older program has written is kept.

use billing::{Dimension, Reports};
use speech::{Lexicons, Saying};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, Executor, SqlSafeStr, SqliteConnection};

use crate::reports::ALWAYS;
use crate::site::Site;

/// The schema before anything had a price.
fn unpriced() -> Migrator {
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

#[tokio::test]
async fn a_journal_from_before_there_were_prices_is_in_the_reports() {
    let site = Site::sqlite();
    let file = SqliteConnectOptions::new().filename(site.data.path().join("soundboard.db"));
    let mut old = SqliteConnection::connect_with(&file.create_if_missing(true)).await.unwrap();
    unpriced().run_direct(None, &mut old, false).await.unwrap();
    old.execute(
        "INSERT INTO requests (id, at_unix_ms, client, door, backend, voice, characters, audio_ms, total_ms, outcome)
         VALUES ('a', 7200000, 'ann', 'cli', 'kokoro', 'af_heart', 7, 100, 5, 'completed'),
                ('b', 7200001, 'ann', 'cli', 'kokoro', 'af_heart', 8, 200, 5, 'overloaded'),
                ('c', 10800000, 'bob', 'openai', NULL, NULL, NULL, 0, 5, 'invalid_parameter');
         INSERT INTO lexicon VALUES ('ann', 'GIF', 'alias', 'gift')",
    )
    .await
    .unwrap();
    old.close().await.unwrap();

    let database = site.open().await;
    site.assert_books_agree().await;
    let report = database.usage(ALWAYS, vec![Dimension::Hour, Dimension::Voice]).await.unwrap();
    let told: Vec<_> = report
        .iter()
        .map(|(group, sums)| {
            let values: Vec<_> = group.values().map(|value| value.as_deref().unwrap_or("none")).collect();
            (values.join(" "), sums.requests, sums.characters, sums.audio_ms, sums.errors)
        })
        .collect();
    let expected = [("none 1970-01-01T03", 1, 0, 0, 1), ("kokoro:af_heart 1970-01-01T02", 2, 15, 300, 1)];
    let expected = expected.map(|(names, requests, characters, ms, errors)| {
        (names.to_owned(), requests, characters, ms, errors)
    });
    assert_eq!(told, expected);
    let kept = database.of("ann").await.unwrap();
    assert_eq!(kept.get("GIF"), Some(&Saying::Alias("gift".into())));
}
