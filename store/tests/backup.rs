//! Backups, and what is put back.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use billing::Ledger;
use store::{Database, Location, StoreError};

use crate::site::{GRANTED, Site, serve, settlement};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_a_running_server_is_whole_and_can_be_put_back() {
    let site = Site::sqlite();
    let database = site.open().await;
    assert_eq!(serve(&database, "before", 100).await, GRANTED);
    let ends = Arc::new(AtomicBool::new(false));
    let serving = tokio::spawn({
        let (database, ends) = (database.clone(), ends.clone());
        async move {
            let mut number = 0;
            while !ends.load(Ordering::Relaxed) {
                serve(&database, &format!("r{number}"), 1).await;
                number += 1;
            }
        }
    });
    let copy = site.data.path().join("a copy.db");
    database.backup(&copy).await.unwrap();
    ends.store(true, Ordering::Relaxed);
    serving.await.unwrap();
    let again = database.backup(&copy).await.unwrap_err();
    assert!(matches!(again, StoreError::Exists { .. }), "{again}");

    let elsewhere = Site::sqlite();
    Database::restore(&copy, &elsewhere.location).await.unwrap();
    let restored = elsewhere.open().await;
    elsewhere.assert_books_agree().await;
    assert_eq!(elsewhere.number("SELECT count(*) FROM requests WHERE id = 'before'").await, 1);
    restored.settle(settlement("after", 1)).await.unwrap();
}

#[tokio::test]
async fn a_database_in_use_is_not_replaced() {
    let site = Site::sqlite();
    let database = site.open().await;
    serve(&database, "r1", 100).await;
    let copy = site.data.path().join("copy.db");
    database.backup(&copy).await.unwrap();
    serve(&database, "r2", 100).await;
    let error = Database::restore(&copy, &site.location).await.unwrap_err();
    assert!(matches!(error, StoreError::InUse { .. }), "{error}");
    serve(&database, "r3", 100).await;
    assert_eq!(site.number("SELECT count(*) FROM requests").await, 3);

    database.close().await;
    Database::restore(&copy, &site.location).await.unwrap();
    site.open().await;
    assert_eq!(site.number("SELECT count(*) FROM requests").await, 1);
    let replaced = site.data.path().join("soundboard.db.replaced");
    assert!(replaced.is_file(), "what was there is kept");
}

#[tokio::test]
async fn a_damaged_database_can_be_replaced_and_a_damaged_backup_is_not_taken() {
    let site = Site::sqlite();
    let database = site.open().await;
    for number in 0..50 {
        serve(&database, &format!("r{number}"), 100).await;
    }
    let copy = site.data.path().join("copy.db");
    database.backup(&copy).await.unwrap();
    database.close().await;

    let mut bytes = std::fs::read(&copy).unwrap();
    let end = bytes.len() - 1000;
    bytes[4096 * 5..end].fill(7);
    let damaged = site.data.path().join("damaged.db");
    std::fs::write(&damaged, bytes).unwrap();
    let list = site.data.path().join("list.db");
    std::fs::write(&list, "a shopping list").unwrap();
    for wrong in [&damaged, &list] {
        let error = Database::restore(wrong, &site.location).await.unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }) && error.source().is_some(), "{error}");
    }
    assert_eq!(site.number("SELECT count(*) FROM requests").await, 50, "nothing was changed");

    std::fs::write(
        site.data.path().join("soundboard.db"),
        "a shopping list, as long as a header is, and longer",
    )
    .unwrap();
    Database::restore(&copy, &site.location).await.unwrap();
    site.open().await;
    assert_eq!(site.number("SELECT count(*) FROM requests").await, 50);
}

#[tokio::test]
async fn a_backup_of_a_newer_program_is_refused() {
    let site = Site::sqlite();
    let database = site.open().await;
    let newer = "INSERT INTO _sqlx_migrations VALUES (999, 'later', 0, TRUE, x'00', 0)";
    site.execute(newer).await.unwrap();
    let copy = site.data.path().join("copy.db");
    database.backup(&copy).await.unwrap();
    let elsewhere = Location::sqlite(site.data.path().join("elsewhere"));
    let error = Database::restore(&copy, &elsewhere).await.unwrap_err();
    assert!(matches!(error, StoreError::Newer { version: 999, .. }), "{error}");
}

#[tokio::test]
async fn postgres_has_its_own_tools() {
    let site = Site::postgres();
    let database = site.open().await;
    let copy = site.data.path().join("copy.db");
    for error in [database.backup(&copy).await, Database::restore(&copy, &site.location).await] {
        let error = error.unwrap_err();
        assert!(error.to_string().contains("pg_dump"), "{error}");
    }
}
