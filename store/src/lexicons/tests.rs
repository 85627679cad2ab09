//! On real databases.

use std::time::Duration;

use speech::{Door, Journal, Outcome, RequestRow};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, Executor, SqliteConnection};
use tempfile::TempDir;

use super::super::{FILE, migrations};
use super::*;

fn alias(word: &str, text: &str) -> (String, Saying) {
    (word.to_owned(), Saying::Alias(text.to_owned()))
}

fn entries(entries: impl IntoIterator<Item = (String, Saying)>) -> Lexicon {
    Lexicon::new(entries).unwrap()
}

async fn opened() -> (TempDir, Sqlite) {
    let data = tempfile::tempdir().unwrap();
    let store = Sqlite::open(data.path()).await.unwrap();
    (data, store)
}

/// What a client's lexicon says for that word.
async fn said(store: &Sqlite, client: &str, word: &str) -> Option<String> {
    store.of(client).await.unwrap().get(word).map(|saying| saying.text().to_owned())
}

fn row(id: &str) -> RequestRow {
    RequestRow {
        id: id.into(),
        at_unix_ms: 0,
        client: "ann".into(),
        door: Door::Cli,
        backend: None,
        voice: None,
        model: None,
        usage: speech::Usage::default(),
        characters: None,
        audio_ms: 0,
        first_audio_ms: None,
        total_ms: 0,
        outcome: Outcome::Completed,
    }
}

#[tokio::test]
async fn a_clients_own_entry_comes_before_everyones() {
    let (_data, store) = opened().await;
    store.add(EVERYONE, &entries([alias("W3C", "everyone's"), alias("GIF", "gift")])).await.unwrap();
    store.add("ann", &entries([alias("w3c", "ann's"), alias("New  York", "the city")])).await.unwrap();
    assert_eq!(said(&store, "ann", "W3C").await.as_deref(), Some("ann's"));
    assert_eq!(said(&store, "ann", "GIF").await.as_deref(), Some("gift"));
    assert_eq!(said(&store, "ann", "new york").await.as_deref(), Some("the city"));
    assert_eq!(said(&store, "bob", "W3C").await.as_deref(), Some("everyone's"));
    assert_eq!(said(&store, "bob", "New York").await, None);
}

#[tokio::test]
async fn every_kind_of_saying_survives_a_restart() {
    let (data, store) = opened().await;
    let sayings = [
        ("Nguyen".to_owned(), Saying::Ipa("wɪn".into())),
        ("Kubernetes".to_owned(), Saying::Respelling("koo-ber-NET-eez".into())),
        alias("k8s", "Kubernetes"),
    ];
    store.add("ann", &entries(sayings.clone())).await.unwrap();
    store.writer.close().await;
    let store = Sqlite::open(data.path()).await.unwrap();
    assert_eq!(store.of("ann").await.unwrap(), entries(sayings));
}

#[tokio::test]
async fn an_entry_is_replaced_listed_and_removed() {
    let (_data, store) = opened().await;
    store.add("ann", &entries([alias("GIF", "gift")])).await.unwrap();
    store.add("ann", &entries([("GIF".to_owned(), Saying::Ipa("dʒɪf".into()))])).await.unwrap();
    store.add(EVERYONE, &entries([alias("a", "b")])).await.unwrap();
    let listed =
        |client: &str, word: &str, saying| Entry { client: client.into(), word: word.into(), saying };
    assert_eq!(
        store.list().await.unwrap(),
        [listed("", "a", Saying::Alias("b".into())), listed("ann", "GIF", Saying::Ipa("dʒɪf".into()))]
    );
    assert!(!store.remove("bob", "GIF").await.unwrap());
    assert!(!store.remove("ann", "gif").await.unwrap(), "that very word");
    assert!(store.remove("ann", "GIF").await.unwrap());
    assert_eq!(said(&store, "ann", "GIF").await, None);
}

#[tokio::test]
async fn what_another_program_changes_is_seen_at_once() {
    let (data, server) = opened().await;
    assert_eq!(said(&server, "ann", "GIF").await, None);
    // As the command line beside a server does: connections of its own.
    let other = Sqlite::open(data.path()).await.unwrap();
    other.add(EVERYONE, &entries([alias("GIF", "gift")])).await.unwrap();
    assert_eq!(said(&server, "ann", "GIF").await.as_deref(), Some("gift"));
    other.add("ann", &entries([alias("GIF", "jiff")])).await.unwrap();
    assert_eq!(said(&server, "ann", "GIF").await.as_deref(), Some("jiff"));
    other.remove("ann", "GIF").await.unwrap();
    assert_eq!(said(&server, "ann", "GIF").await.as_deref(), Some("gift"));
    let by_hand = "UPDATE lexicon SET saying = 'gifted'";
    other.writer.execute(by_hand).await.unwrap();
    // Of this no program of ours tells anybody.
    tokio::time::pause();
    tokio::time::advance(super::UNNOTICED).await;
    tokio::time::resume();
    assert_eq!(said(&server, "ann", "GIF").await.as_deref(), Some("gifted"));
}

#[tokio::test]
async fn a_lexicon_is_read_while_a_row_is_being_written() {
    let (data, store) = opened().await;
    store.add("ann", &entries([alias("GIF", "gift")])).await.unwrap();
    let other = Sqlite::open(data.path()).await.unwrap();
    let writing = other.writer.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let mut record = store.record(row("a"));
    let waited = tokio::time::timeout(Duration::from_millis(50), &mut record).await;
    assert!(waited.is_err(), "the row waits for the other writer");
    assert_eq!(said(&store, "ann", "GIF").await.as_deref(), Some("gift"));
    writing.rollback().await.unwrap();
    record.await.unwrap();
}

#[tokio::test]
async fn a_kind_that_only_a_newer_program_knows_costs_its_own_word_only() {
    let (_data, store) = opened().await;
    store.add("ann", &entries([alias("GIF", "gift")])).await.unwrap();
    let newer = "INSERT INTO lexicon VALUES ('ann', 'SQL', 'recording', 'sequel.flac')";
    store.writer.execute(newer).await.unwrap();
    assert_eq!(said(&store, "ann", "GIF").await.as_deref(), Some("gift"));
    assert_eq!(said(&store, "ann", "SQL").await, None);
    assert_eq!(store.list().await.unwrap().len(), 1);
}

/// Log lines in memory.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_row_beyond_todays_limits_costs_its_own_word_only_and_is_counted_in_the_log() {
    let (_data, store) = opened().await;
    store.add("ann", &entries([alias("GIF", "gift")])).await.unwrap();
    for whose in ["ann", EVERYONE] {
        for (word, saying) in [("zebra", "x".repeat(201)), ("...", "x".into()), ("walrus", "?".into())] {
            let newer = sqlx::query("INSERT INTO lexicon VALUES (?, ?, 'alias', ?)");
            newer.bind(whose).bind(word).bind(saying).execute(&store.writer).await.unwrap();
        }
    }
    let lines = Lines::default();
    let writer = lines.clone();
    let log = tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false).finish();
    let _logging = tracing::subscriber::set_default(log);
    assert_eq!(said(&store, "ann", "GIF").await.as_deref(), Some("gift"));
    assert_eq!(said(&store, "ann", "zebra").await, None);
    assert_eq!(store.of("bob").await.unwrap(), Lexicon::default());
    assert_eq!(store.list().await.unwrap().len(), 1);
    let logged = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("WARN") && logged.contains("passed_over=6"), "{logged}");
    assert!(!["zebra", "walrus", "xxx"].iter().any(|word| logged.contains(word)), "{logged}");
}

#[tokio::test]
async fn a_lexicon_that_would_become_too_large_stays_as_it_was() {
    let (_data, store) = opened().await;
    let many = |count: usize| entries((0..count).map(|number| alias(&format!("w{number}"), "x")));
    for whose in [EVERYONE, "ann"] {
        store.add(whose, &many(MOST_ENTRIES)).await.unwrap();
        store.add(whose, &entries([alias("w0", "another")])).await.unwrap();
        let full = store.add(whose, &entries([alias("w1", "another"), alias("more", "y")])).await;
        assert!(matches!(full, Err(StoreError::LexiconFull { entries: 10_001 })), "{full:?}");
        assert_eq!(said(&store, whose, "w0").await.as_deref(), Some("another"));
        assert_eq!(said(&store, whose, "w1").await.as_deref(), Some("x"));
        assert_eq!(said(&store, whose, "more").await, None);
    }
    assert!(store.add("bob", &many(1)).await.is_ok());
}

#[test]
fn an_entry_never_shows_its_words() {
    let entry = Entry { client: "ann".into(), word: "walrus".into(), saying: Saying::Alias("zebra".into()) };
    assert_eq!(format!("{entry:?}"), "Entry(\"ann\", 6 characters, Saying(alias))");
}

#[tokio::test]
async fn a_journal_from_before_there_were_lexicons_is_kept() {
    let data = tempfile::tempdir().unwrap();
    let options = SqliteConnectOptions::new().filename(data.path().join(FILE)).create_if_missing(true);
    let mut old = SqliteConnection::connect_with(&options).await.unwrap();
    let mut first = migrations();
    first.migrations.to_mut().truncate(1);
    first.run(&mut old).await.unwrap();
    old.execute("INSERT INTO requests VALUES ('a', 0, 'ann', 'cli', NULL, NULL, 1, 0, NULL, 5, 'completed')")
        .await
        .unwrap();
    old.close().await.unwrap();

    let store = Sqlite::open(data.path()).await.unwrap();
    store.add("ann", &entries([alias("GIF", "gift")])).await.unwrap();
    store.record(row("b")).await.unwrap();
    let kept: i64 =
        sqlx::query_scalar("SELECT count(*) FROM requests").fetch_one(&store.writer).await.unwrap();
    assert_eq!((kept, said(&store, "ann", "GIF").await.as_deref()), (2, Some("gift")));
}
