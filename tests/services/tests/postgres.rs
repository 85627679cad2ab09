//! A Postgres of one's own, ended in every way.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use services::{HASTY, Postgres};
use sqlx::{Connection, Executor, PgConnection};
use tokio::time::timeout;

async fn connect(url: &str) -> PgConnection {
    let connection = PgConnection::connect(url).await;
    connection.unwrap_or_else(|error| panic!("{url}: {error}"))
}

async fn setting(postgres: &Postgres, name: &str) -> String {
    let mut connection = connect(&postgres.url()).await;
    let asked = sqlx::query_scalar("SELECT current_setting($1)").bind(name);
    asked.fetch_one(&mut connection).await.unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[tokio::test]
async fn it_is_as_durable_as_postgres_is_unless_it_is_told_otherwise() {
    assert_eq!(setting(Postgres::shared(), "fsync").await, "on");
    assert_eq!(setting(Postgres::shared(), "synchronous_commit").await, "on");
    let hasty = Postgres::with(HASTY);
    assert_eq!(setting(&hasty, "fsync").await, "off");
}

#[tokio::test]
async fn every_database_is_empty_and_another() {
    let urls = [0, 1].map(|_| Postgres::shared().url_of_new_database());
    for url in &urls {
        connect(url).await.execute("CREATE TABLE t (id BIGINT)").await.unwrap();
    }
    assert_ne!(urls[0], urls[1]);
}

#[tokio::test]
async fn what_was_committed_survives_a_kill_and_nothing_else() {
    let postgres = Postgres::start();
    let mut client = connect(&postgres.url()).await;
    client.execute("CREATE TABLE t (id BIGINT); INSERT INTO t VALUES (1)").await.unwrap();
    client.execute("BEGIN; INSERT INTO t VALUES (2)").await.unwrap();
    postgres.kill();
    assert!(client.execute("COMMIT").await.is_err());
    assert!(PgConnection::connect(&postgres.url()).await.is_err());

    postgres.restart();
    let mut client = connect(&postgres.url()).await;
    let kept: Vec<i64> = sqlx::query_scalar("SELECT id FROM t").fetch_all(&mut client).await.unwrap();
    assert_eq!(kept, [1]);
    postgres.restart();
    assert!(client.execute("SELECT 1").await.is_err(), "a restart in good order breaks connections, too");
    connect(&postgres.url()).await.execute("INSERT INTO t VALUES (3)").await.unwrap();
}

#[tokio::test]
async fn stopped_it_neither_answers_nor_refuses() {
    let postgres = Postgres::with(HASTY);
    let mut client = connect(&postgres.url()).await;
    postgres.stop();
    let waiting = Duration::from_millis(200);
    let mut answer = Box::pin(client.execute("SELECT 1"));
    assert!(timeout(waiting, &mut answer).await.is_err());
    assert!(timeout(waiting, PgConnection::connect(&postgres.url())).await.is_err());
    postgres.cont();
    answer.await.unwrap();
    connect(&postgres.url()).await;
}

#[tokio::test]
async fn dropped_it_leaves_nothing_whatever_was_done_to_it() {
    let ends: [fn(&Postgres); 3] = [|_| {}, Postgres::kill, Postgres::stop];
    for end in ends {
        let postgres = Postgres::with(HASTY);
        let (url, data) = (postgres.url(), setting(&postgres, "data_directory").await);
        assert!(Path::new(&data).exists());
        end(&postgres);
        drop(postgres);
        assert!(!Path::new(&data).parent().unwrap().exists());
        assert!(PgConnection::connect(&url).await.is_err());
    }
}

#[tokio::test]
async fn its_end_is_that_of_its_process() {
    let mut holder =
        Command::new(env!("CARGO_BIN_EXE_hold-postgres")).stdout(Stdio::piped()).spawn().unwrap();
    let mut url = String::new();
    BufReader::new(holder.stdout.take().unwrap()).read_line(&mut url).unwrap();
    let mut client = connect(url.trim_end()).await;
    holder.kill().unwrap();
    holder.wait().unwrap();
    let waiting = timeout(Duration::from_secs(20), client.execute("SELECT pg_sleep(3600)"));
    assert!(waiting.await.unwrap().is_err(), "the connection breaks");
}
