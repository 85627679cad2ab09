//! What waits for another program's transaction on a server.

use billing::Ledger;
use futures::future::join_all;
use sqlx::{AnyConnection, Connection, Executor};

use crate::site::{Site, a_month, hold, is_refused, settlement};

/// The lock behind which everybody writes.
const LOCK: &str = "SELECT pg_advisory_xact_lock(8135772216405299) IS NULL";

/// Whether anybody waits for a lock on this database.
const WAITING: &str = "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
    WHERE datname = current_database() AND NOT granted";

/// A program that writes for as long as it likes.
async fn who_writes(site: &Site) -> AnyConnection {
    let mut other = site.raw().await;
    other.execute("BEGIN").await.unwrap();
    other.execute(LOCK).await.unwrap();
    other
}

async fn until_somebody_waits(site: &Site) {
    while site.number(WAITING).await == 0 {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_spent_while_it_waited_is_counted_whatever_the_servers_default() {
    for level in ["repeatable read", "serializable"] {
        let site = Site::postgres();
        let name = site.text("SELECT CAST(current_database() AS TEXT)").await;
        let default = format!("ALTER DATABASE \"{name}\" SET default_transaction_isolation = '{level}'");
        site.execute(&default).await.unwrap();
        let database = site.open().await;
        site.give("ann", &[a_month(100)]).await;

        let mut other = who_writes(&site).await;
        let holding = tokio::spawn(database.hold(hold("r1", 100)));
        until_somebody_waits(&site).await;
        let hour = billing::hour_of(crate::site::AT);
        let spent = format!("INSERT INTO spent VALUES ('ann', '', {hour}, 1, 0, 0)");
        other.execute(sqlx::AssertSqlSafe(spent)).await.unwrap();
        other.execute("COMMIT").await.unwrap();
        assert!(is_refused(&holding.await.unwrap().unwrap()), "{level}");
    }
}

/// Each transaction that writes a request counts itself, and fails like this.
fn failing(first: &str, later: &str) -> String {
    format!(
        "CREATE SEQUENCE tries;
         CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             IF nextval('tries') = 1 THEN RAISE SQLSTATE '{first}'; ELSE RAISE SQLSTATE '{later}'; END IF;
         END $$;
         CREATE TRIGGER failing BEFORE INSERT ON requests FOR EACH STATEMENT EXECUTE FUNCTION fail()"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_by_one_is_tried_only_what_somebodys_values_keep_from_being_written() {
    // Shutting down; a numeric value out of range; a constraint.
    for (first, later, tries) in [("57P01", "57P01", 1), ("22003", "57P01", 2), ("23514", "23514", 1 + 20)] {
        let site = Site::postgres();
        let database = site.open().await;
        site.execute(&failing(first, later)).await.unwrap();

        let mut other = who_writes(&site).await;
        let probe = tokio::spawn(database.renew(vec![crate::site::mark("gone", 1)]));
        until_somebody_waits(&site).await;
        // They are queued behind the probe, all of them together.
        let settling = (0..20).map(|number| database.settle(settlement(&format!("r{number}"), 1)));
        let (settled, _) = tokio::join!(join_all(settling), async { other.execute("COMMIT").await.unwrap() });
        assert!(settled.iter().all(|settled| settled.is_err()));
        probe.await.unwrap().unwrap();
        other.close().await.unwrap();
        assert_eq!(site.number("SELECT last_value FROM tries").await, tries, "{first}, then {later}");
    }
}
