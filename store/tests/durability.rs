//! Databases that go away and come back.

use std::error::Error;
use std::time::Duration;

use billing::Ledger;
use services::Postgres;
use sqlx::Connection;
use store::{Database, Location, StoreError};
use tokio::time::timeout;

use crate::site::{GRANTED, Site, hold, serve, settlement};

/// A stopped server is an error within two seconds and what it takes to say so.
const SOON: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_loses_nothing_and_is_found_again() {
    let server = Postgres::start();
    let site = Site::at(server.url_of_new_database());
    let database = site.open().await;
    assert_eq!(serve(&database, "r1", 100).await, GRANTED);
    server.kill();
    assert!(timeout(SOON, database.hold(hold("r2", 100))).await.unwrap().is_err());
    assert!(timeout(SOON, database.ready()).await.unwrap().is_err());
    server.restart();
    assert_eq!(serve(&database, "r3", 100).await, GRANTED);
    database.ready().await.unwrap();
    assert_eq!(site.balance("client:ann").await, 200);
    site.assert_books_agree().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stands_still_is_an_error_and_not_a_wait() {
    let server = Postgres::start();
    let site = Site::at(server.url_of_new_database());
    let database = site.open().await;
    assert_eq!(serve(&database, "r1", 100).await, GRANTED);
    server.stop();
    for _ in 0..2 {
        let settled = timeout(SOON, database.settle(settlement("r2", 70))).await.unwrap();
        assert!(settled.is_err());
    }
    let opened = timeout(SOON, Database::open(&site.location)).await.unwrap();
    assert!(matches!(opened, Err(StoreError::Open { .. })));
    server.cont();
    // What is not known to be written is settled again, and is there once.
    while database.settle(settlement("r2", 70)).await.is_err() {}
    assert_eq!(site.balance("client:ann").await, 170);
    site.assert_books_agree().await;
}

#[tokio::test]
async fn a_write_waits_for_another_program_and_is_committed() {
    let site = Site::sqlite();
    let database = site.open().await;
    let mut other = site.raw().await;
    let writing = other.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let mut probe = database.ready();
    assert!(timeout(Duration::from_millis(50), &mut probe).await.is_err());
    drop(probe);
    let settling = database.settle(settlement("r1", 1));
    writing.rollback().await.unwrap();
    settling.await.unwrap();
    assert_eq!(site.number("SELECT count(*) FROM requests").await, 1, "others see it");
    database.ready().await.unwrap();
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    for (site, now) in [(Site::sqlite(), "TRUE, x'00'"), (Site::postgres(), "TRUE, ''")] {
        site.open().await.close().await;
        let newer = format!(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (999, 'later', {now}, 0)"
        );
        site.execute(&newer).await.unwrap();
        let error = Database::open(&site.location).await.unwrap_err();
        assert!(matches!(error, StoreError::Newer { version: 999, .. }), "{error}");
        assert!(error.to_string().contains("newer than this program"));
    }
}

#[tokio::test]
async fn what_is_no_database_is_refused() {
    let site = Site::sqlite();
    let list = "a shopping list, long enough to be read as a header of pages; sixteen bytes are asked for, and a hundred";
    std::fs::write(site.data.path().join("soundboard.db"), list).unwrap();
    let error = Database::open(&site.location).await.unwrap_err();
    assert!(matches!(error, StoreError::Open { .. }), "{error}");
    assert!(error.source().is_some());
}

#[tokio::test]
async fn a_password_is_never_shown() {
    let url = "postgres://ann:s3cret@127.0.0.1:1/books";
    let location = Location::parse(url, "".as_ref()).unwrap();
    let error = Database::open(&location).await.unwrap_err();
    let mut shown = format!("{location} {location:?} {error} {error:?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        shown += &format!(" {error} {error:?}");
        cause = error.source();
    }
    assert!(shown.contains("127.0.0.1:1/books") && !shown.contains("s3cret"), "{shown}");
    for wrong in ["mysql://ann:s3cret@h/d", "postgres://ann:s3cret@h:port/d", "postgres", ""] {
        let error = Location::parse(wrong, "".as_ref()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
        assert!(error.to_string().contains("postgres://"));
    }
}

#[tokio::test]
async fn two_programs_may_open_a_new_database_at_once() {
    for site in [Site::sqlite(), Site::postgres()] {
        let (one, other) = tokio::join!(Database::open(&site.location), Database::open(&site.location));
        serve(&one.unwrap(), "r1", 1).await;
        serve(&other.unwrap(), "r2", 1).await;
        site.assert_books_agree().await;
    }
}

#[tokio::test]
async fn a_directory_with_an_odd_name_is_taken() {
    let data = tempfile::tempdir().unwrap();
    let odd = data.path().join("a ?b#c%20d");
    let database = Database::open(&Location::sqlite(&odd)).await.unwrap();
    serve(&database, "r1", 1).await;
    assert!(odd.join("soundboard.db").is_file());
}

#[tokio::test]
async fn every_row_is_flushed_to_a_write_ahead_log() {
    let site = Site::sqlite();
    let database = site.open().await;
    serve(&database, "r1", 1).await;
    assert_eq!(site.text("PRAGMA journal_mode").await, "wal");
    let wal = std::fs::metadata(site.data.path().join("soundboard.db-wal")).unwrap();
    assert!(wal.len() > 0);
}
