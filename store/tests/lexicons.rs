//! How clients want words to be said.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use speech::{Lexicon, Lexicons, Saying};
use sqlx::Connection;
use store::{Database, EVERYONE, Entry, MOST_ENTRIES, StoreError};

use crate::both::on_both;
use crate::site::Site;

on_both!(
    a_clients_own_entry_comes_before_everyones,
    every_kind_of_saying_survives_a_restart,
    an_entry_is_replaced_listed_and_removed,
    a_lexicon_is_read_while_somebody_writes,
    what_only_a_newer_program_can_read_costs_its_own_word_only,
    a_lexicon_that_would_become_too_large_stays_as_it_was,
);

fn alias(word: &str, text: &str) -> (String, Saying) {
    (word.to_owned(), Saying::Alias(text.to_owned()))
}

fn entries(entries: impl IntoIterator<Item = (String, Saying)>) -> Lexicon {
    Lexicon::new(entries).unwrap()
}

/// What a client's lexicon says for that word.
async fn said(database: &Database, client: &str, word: &str) -> Option<String> {
    database.of(client).await.unwrap().get(word).map(|saying| saying.text().to_owned())
}

/// So much later. Only a runtime with one thread has a clock that can be moved.
async fn later(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn changes_of_a_file_are_seen() {
    what_another_program_changes_is_seen(&Site::sqlite()).await;
    what_is_changed_by_hand_is_seen(&Site::sqlite()).await;
}

#[tokio::test]
async fn changes_of_a_server_are_seen() {
    what_another_program_changes_is_seen(&Site::postgres()).await;
    what_is_changed_by_hand_is_seen(&Site::postgres()).await;
}

async fn a_clients_own_entry_comes_before_everyones(site: &Site) {
    let database = site.open().await;
    database.add(EVERYONE, &entries([alias("W3C", "everyone's"), alias("GIF", "gift")])).await.unwrap();
    database.add("ann", &entries([alias("w3c", "ann's"), alias("New  York", "the city")])).await.unwrap();
    assert_eq!(said(&database, "ann", "W3C").await.as_deref(), Some("ann's"));
    assert_eq!(said(&database, "ann", "GIF").await.as_deref(), Some("gift"));
    assert_eq!(said(&database, "ann", "new york").await.as_deref(), Some("the city"));
    assert_eq!(said(&database, "bob", "W3C").await.as_deref(), Some("everyone's"));
    assert_eq!(said(&database, "bob", "New York").await, None);
}

async fn every_kind_of_saying_survives_a_restart(site: &Site) {
    let database = site.open().await;
    let sayings = [
        ("Nguyen".to_owned(), Saying::Ipa("wɪn".into())),
        ("Kubernetes".to_owned(), Saying::Respelling("koo-ber-NET-eez".into())),
        alias("k8s", "Kubernetes"),
        alias("\"quoted\"", "it's \\ quoted"),
    ];
    database.add("ann", &entries(sayings.clone())).await.unwrap();
    database.close().await;
    assert_eq!(site.open().await.of("ann").await.unwrap(), entries(sayings));
}

async fn an_entry_is_replaced_listed_and_removed(site: &Site) {
    let database = site.open().await;
    database.add("ann", &entries([alias("GIF", "gift")])).await.unwrap();
    database.add("ann", &entries([("GIF".to_owned(), Saying::Ipa("dʒɪf".into()))])).await.unwrap();
    database.add(EVERYONE, &entries([alias("a", "b"), alias("Z", "zed")])).await.unwrap();
    let listed =
        |client: &str, word: &str, saying| Entry { client: client.into(), word: word.into(), saying };
    let all = [
        listed("", "Z", Saying::Alias("zed".into())),
        listed("", "a", Saying::Alias("b".into())),
        listed("ann", "GIF", Saying::Ipa("dʒɪf".into())),
    ];
    assert_eq!(database.list().await.unwrap(), all);
    assert!(!database.remove("bob", "GIF").await.unwrap());
    assert!(!database.remove("ann", "gif").await.unwrap(), "that very word");
    assert!(database.remove("ann", "GIF").await.unwrap());
    assert_eq!(database.list().await.unwrap(), all[..2]);
}

/// As the command line does beside a server: at once where both share a file, and soon where they share a network.
async fn what_another_program_changes_is_seen(site: &Site) {
    let (server, other) = (site.open().await, site.open().await);
    assert_eq!(said(&server, "ann", "GIF").await, None);
    let seen = async || {
        if site.is_remote() {
            later(Duration::from_secs(1)).await;
        }
        said(&server, "ann", "GIF").await
    };
    other.add(EVERYONE, &entries([alias("GIF", "gift")])).await.unwrap();
    assert_eq!(seen().await.as_deref(), Some("gift"));
    other.add("ann", &entries([alias("GIF", "jiff")])).await.unwrap();
    assert_eq!(seen().await.as_deref(), Some("jiff"));
    other.remove("ann", "GIF").await.unwrap();
    assert_eq!(seen().await.as_deref(), Some("gift"));
}

async fn what_is_changed_by_hand_is_seen(site: &Site) {
    let server = site.open().await;
    server.add("ann", &entries([alias("GIF", "gift")])).await.unwrap();
    assert_eq!(said(&server, "ann", "GIF").await.as_deref(), Some("gift"));
    site.execute("UPDATE lexicon SET saying = 'gifted'").await.unwrap();
    later(Duration::from_secs(10)).await;
    assert_eq!(said(&server, "ann", "GIF").await.as_deref(), Some("gifted"));
    site.execute("DELETE FROM lexicon").await.unwrap();
    later(Duration::from_secs(10)).await;
    assert_eq!(said(&server, "ann", "GIF").await, None);
}

async fn a_lexicon_is_read_while_somebody_writes(site: &Site) {
    let database = site.open().await;
    database.add("ann", &entries([alias("GIF", "gift")])).await.unwrap();
    let mut raw = site.raw().await;
    let begin = if site.is_remote() { "BEGIN" } else { "BEGIN IMMEDIATE" };
    let mut writing = raw.begin_with(begin).await.unwrap();
    sqlx::query("UPDATE lexicon SET saying = 'gifted'").execute(&mut *writing).await.unwrap();
    assert_eq!(said(&database, "ann", "GIF").await.as_deref(), Some("gift"));
    writing.rollback().await.unwrap();
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

async fn what_only_a_newer_program_can_read_costs_its_own_word_only(site: &Site) {
    let database = site.open().await;
    database.add("ann", &entries([alias("GIF", "gift")])).await.unwrap();
    for whose in ["ann", EVERYONE] {
        let long = "x".repeat(201);
        for (word, kind, saying) in [
            ("SQL", "recording", "sequel.flac"),
            ("zebra", "alias", &long),
            ("...", "alias", "x"),
            ("walrus", "alias", "?"),
        ] {
            let newer = format!("INSERT INTO lexicon VALUES ('{whose}', '{word}', '{kind}', '{saying}')");
            site.execute(&newer).await.unwrap();
        }
    }
    let lines = Lines::default();
    let writer = lines.clone();
    let log = tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false).finish();
    let logging = tracing::subscriber::set_default(log);
    assert_eq!(said(&database, "ann", "GIF").await.as_deref(), Some("gift"));
    assert_eq!(said(&database, "ann", "zebra").await, None);
    assert_eq!(said(&database, "ann", "SQL").await, None);
    assert_eq!(database.of("bob").await.unwrap(), Lexicon::default());
    assert_eq!(database.list().await.unwrap().len(), 1);
    drop(logging);
    let logged = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("WARN") && logged.contains("passed_over=8"), "{logged}");
    assert!(!["zebra", "walrus", "xxx", "sequel"].iter().any(|word| logged.contains(word)), "{logged}");
}

async fn a_lexicon_that_would_become_too_large_stays_as_it_was(site: &Site) {
    let database = site.open().await;
    let many = |count: usize| entries((0..count).map(|number| alias(&format!("w{number}"), "x")));
    for whose in [EVERYONE, "ann"] {
        database.add(whose, &many(MOST_ENTRIES)).await.unwrap();
        database.add(whose, &entries([alias("w0", "another")])).await.unwrap();
        let full = database.add(whose, &entries([alias("w1", "another"), alias("more", "y")])).await;
        assert!(matches!(full, Err(StoreError::LexiconFull { entries: 10_001 })), "{full:?}");
        assert_eq!(said(&database, whose, "w0").await.as_deref(), Some("another"));
        assert_eq!(said(&database, whose, "w1").await.as_deref(), Some("x"));
        assert_eq!(said(&database, whose, "more").await, None);
    }
    assert!(database.add("bob", &many(1)).await.is_ok());
}

#[test]
fn an_entry_never_shows_its_words() {
    let entry = Entry { client: "ann".into(), word: "walrus".into(), saying: Saying::Alias("zebra".into()) };
    assert_eq!(format!("{entry:?}"), "Entry(\"ann\", 6 characters, Saying(alias))");
}
