//! What an older program has written is kept.

use billing::{Accounts, Client, Dimension, Preferences, Reports};
use speech::{Lexicons, Saying};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, Executor, SqlSafeStr, SqliteConnection};

use crate::reports::ALWAYS;
use crate::site::Site;

/// The schema before anything had a price, and before clients preferred anything.
const UNPRICED: usize = 3;
const WITHOUT_PREFERENCES: usize = 8;

/// The first so many steps.
fn schema(steps: usize) -> Migrator {
    let all = [
        (1, "requests", include_str!("../../migrations/sqlite/0001_requests.sql")),
        (2, "lexicon", include_str!("../../migrations/sqlite/0002_lexicon.sql")),
        (3, "vendors", include_str!("../../migrations/sqlite/0003_vendors.sql")),
        (4, "ledger", include_str!("../../migrations/sqlite/0004_ledger.sql")),
        (5, "clients", include_str!("../../migrations/sqlite/0005_clients.sql")),
        (6, "estimates", include_str!("../../migrations/sqlite/0006_estimates.sql")),
        (7, "voices", include_str!("../../migrations/sqlite/0007_voices.sql")),
        (8, "peppers", include_str!("../../migrations/sqlite/0008_peppers.sql")),
    ];
    let step = |(version, name, sql): (i64, &'static str, &'static str)| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(all.into_iter().take(steps).map(step).collect())
}

/// What a program of that schema left, which wrote this.
async fn left(site: &Site, steps: usize, statements: &'static str) {
    let file = SqliteConnectOptions::new().filename(site.data.path().join("soundboard.db"));
    let mut old = SqliteConnection::connect_with(&file.create_if_missing(true)).await.unwrap();
    schema(steps).run_direct(None, &mut old, false).await.unwrap();
    old.execute(statements).await.unwrap();
    old.close().await.unwrap();
}

#[tokio::test]
async fn a_client_from_before_there_were_preferences_has_none() {
    let site = Site::sqlite();
    left(&site, WITHOUT_PREFERENCES, "INSERT INTO clients VALUES ('cl_1', 'ann', 5)").await;
    let preferences = Preferences::default();
    let ann = Client { id: "cl_1".into(), name: Some("ann".into()), created_unix_ms: 5, preferences };
    assert_eq!(site.open().await.clients().await.unwrap(), [ann]);
}

#[tokio::test]
async fn a_journal_from_before_there_were_prices_is_in_the_reports() {
    let site = Site::sqlite();
    left(
        &site,
        UNPRICED,
        "INSERT INTO requests (id, at_unix_ms, client, door, backend, voice, characters, audio_ms, total_ms, outcome)
         VALUES ('a', 7200000, 'ann', 'cli', 'kokoro', 'af_heart', 7, 100, 5, 'completed'),
                ('b', 7200001, 'ann', 'cli', 'kokoro', 'af_heart', 8, 200, 5, 'overloaded'),
                ('c', 10800000, 'bob', 'openai', NULL, NULL, NULL, 0, 5, 'invalid_parameter');
         INSERT INTO lexicon VALUES ('ann', 'GIF', 'alias', 'gift')",
    )
    .await;

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
