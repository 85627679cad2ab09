//! Months that are over, taken out of the database.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use billing::{Ledger, Month};
use flate2::read::GzDecoder;
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::Row;
use store::StoreError;

use crate::both::on_both;
use crate::site::{AT, GRANTED, Site, a_month, hold, is_refused, settlement};

on_both!(
    what_is_archived_is_in_the_file_and_its_sums_stay,
    an_open_month_is_not_archived,
    what_is_settled_afterwards_is_archived_afterwards,
    what_was_lost_within_a_day_is_not_archived,
    a_month_that_changes_is_archived_when_it_is_run_again,
    half_a_file_is_not_left_behind,
);

const NOVEMBER: i64 = AT + 1_800_000;

fn october() -> Month {
    "2026-10".parse().unwrap()
}

/// The lines of an archive, the last one checked against the others.
fn lines(path: &Path) -> Vec<Value> {
    let mut text = String::new();
    GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    let (lines, last) = text.trim_end().rsplit_once('\n').unwrap();
    let digest = Sha256::digest(format!("{lines}\n"));
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let last: Value = serde_json::from_str(last).unwrap();
    assert_eq!(last["sha256"], digest);
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The names of the files in a directory that are no database's.
fn files(directory: &Path) -> Vec<String> {
    let files = std::fs::read_dir(directory).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|name| name.starts_with("soundboard-")).collect();
    names.sort();
    names
}

async fn balances(site: &Site) -> BTreeMap<String, i64> {
    let rows =
        site.rows("SELECT account, CAST(sum(nanos) AS BIGINT) FROM ledger_legs GROUP BY account").await;
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

async fn what_is_archived_is_in_the_file_and_its_sums_stay(site: &Site) {
    let database = site.open().await;
    site.give("ann", &[a_month(1_000_000)]).await;
    let serving = (0..2500).map(|number: i64| {
        let database = database.clone();
        async move {
            let id = format!("r{number:04}");
            database.hold(hold(&id, 100)).await.unwrap();
            let mut end = settlement(&id, 7);
            end.row.at_unix_ms = if number < 2400 { AT - number % 5 } else { NOVEMBER };
            database.settle(end).await.unwrap();
        }
    });
    futures::future::join_all(serving).await;
    let (sums, before) = (site.number("SELECT sum(charge) FROM usage_hours").await, balances(site).await);

    let archived = database.archive_month(october(), NOVEMBER, site.data.path()).await.unwrap();
    assert_eq!((archived.requests, archived.entries), (2400, 4 * 2400));
    assert_eq!(archived.path, site.data.path().join("soundboard-2026-10.ndjson.gz"));
    let lines = lines(&archived.path);
    let of = |table: &str| lines.iter().filter(|line| line["table"] == table).collect::<Vec<_>>();
    assert_eq!((of("requests").len(), of("ledger").len()), (2400, 9600));
    assert_eq!(of("requests")[0]["charge_nanos"], 7);
    assert_eq!(of("ledger").iter().map(|entry| entry["nanos"].as_i64().unwrap()).sum::<i64>(), 2400 * 214);

    assert_eq!(site.number("SELECT count(*) FROM requests").await, 100);
    assert_eq!(
        site.number("SELECT count(*) FROM ledger WHERE kind = 'close'").await,
        4,
        "one for each pair of accounts"
    );
    assert_eq!(balances(site).await, before);
    assert_eq!(site.number("SELECT sum(charge) FROM usage_hours").await, sums);
    // What budgets count stays, and so does what guards the ledger.
    let mut next = hold("next", 1_000_000 - 7 * 2400 + 1);
    next.mark.settlement.row.at_unix_ms = AT;
    assert!(is_refused(&database.hold(next).await.unwrap()));
    for crime in ["DELETE FROM ledger", "DELETE FROM ledger WHERE kind = 'close'"] {
        assert!(site.execute(crime).await.is_err());
    }
    assert_eq!(site.number("SELECT count(*) FROM archiving").await, 0);

    let again = database.archive_month(october(), NOVEMBER, site.data.path()).await.unwrap_err();
    assert!(matches!(again, StoreError::Exists { .. }), "{again}");
}

async fn an_open_month_is_not_archived(site: &Site) {
    let database = site.open().await;
    assert_eq!(database.hold(hold("r1", 100)).await.unwrap(), GRANTED);
    for now in [NOVEMBER - 1, NOVEMBER] {
        let error = database.archive_month(october(), now, site.data.path()).await.unwrap_err();
        assert!(matches!(error, StoreError::MonthOpen { .. }), "{error}");
    }
    database.settle(settlement("r1", 100)).await.unwrap();
    assert_eq!(files(site.data.path()), [""; 0]);
    assert_eq!(database.archive_month(october(), NOVEMBER, site.data.path()).await.unwrap().requests, 1);
}

async fn what_is_settled_afterwards_is_archived_afterwards(site: &Site) {
    let database = site.open().await;
    database.settle(settlement("r1", 100)).await.unwrap();
    database.archive_month(october(), NOVEMBER, site.data.path()).await.unwrap();
    database.settle(settlement("r2", 11)).await.unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let archived = database.archive_month(october(), NOVEMBER, site.data.path()).await.unwrap();
    assert_eq!(archived.path, site.data.path().join("soundboard-2026-10.2.ndjson.gz"));
    assert_eq!((archived.requests, lines(&archived.path).len()), (1, 3));
    assert_eq!(site.balance("client:ann").await, 111);
    assert_eq!(site.number("SELECT count(*) FROM ledger").await, 2);
    let nothing =
        database.archive_month("2026-09".parse().unwrap(), NOVEMBER, elsewhere.path()).await.unwrap();
    assert_eq!(nothing.requests, 0);
}

async fn what_was_lost_within_a_day_is_not_archived(site: &Site) {
    let database = site.open().await;
    for id in ["late", "never"] {
        database.hold(hold(id, 100)).await.unwrap();
    }
    database.reap(NOVEMBER).await.unwrap();
    const DAY: i64 = 24 * 3_600_000;
    for now in [NOVEMBER, AT + DAY - 1] {
        let error = database.archive_month(october(), now, site.data.path()).await.unwrap_err();
        assert!(matches!(error, StoreError::MonthOpen { .. }), "{error}");
    }
    database.settle(settlement("late", 70)).await.unwrap();
    let archived = database.archive_month(october(), AT + DAY, site.data.path()).await.unwrap();
    assert_eq!(archived.requests, 2);
    assert_eq!(site.balance("client:ann").await, 170, "nobody is charged twice");
    assert_eq!(site.number("SELECT count(*) FROM reaped").await, 0);
}

async fn a_month_that_changes_is_archived_when_it_is_run_again(site: &Site) {
    let database = site.open().await;
    let ends = (0..1500).map(|number| database.settle(settlement(&format!("r{number:04}"), 7)));
    futures::future::try_join_all(ends).await.unwrap();
    // While the first of them are deleted, something happens to the last one.
    let entry = "INSERT INTO ledger (request, attempt, kind, step, at_unix_ms, debit, credit, nanos)
         SELECT max(id), 9, 'adjust', 0, max(at_unix_ms), 'client:ann', 'income', 1 FROM requests WHERE id < 'r1500'
         ON CONFLICT DO NOTHING;";
    let meddling = match site.is_remote() {
        true => format!(
            "CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {entry} RETURN NULL; END $$;
             CREATE TRIGGER meddling AFTER INSERT ON archiving FOR EACH STATEMENT EXECUTE FUNCTION meddle()"
        ),
        false => format!("CREATE TRIGGER meddling AFTER INSERT ON archiving BEGIN {entry} END"),
    };
    site.execute(&meddling).await.unwrap();

    let error = database.archive_month(october(), NOVEMBER, site.data.path()).await.unwrap_err();
    assert!(matches!(error, StoreError::MonthChanged { .. }), "{error}");
    assert!(error.to_string().contains("run it again"));
    assert_eq!(site.number("SELECT count(*) FROM requests").await, 500);
    let again = database.archive_month(october(), NOVEMBER, site.data.path()).await.unwrap();
    assert_eq!((again.requests, again.entries), (500, 1001));
    assert_eq!(site.number("SELECT count(*) FROM requests").await, 0);
    assert_eq!(site.balance("client:ann").await, 1500 * 7 + 1);
    let both = ["soundboard-2026-10.2.ndjson.gz", "soundboard-2026-10.ndjson.gz"];
    assert_eq!(files(site.data.path()), both);
}

async fn half_a_file_is_not_left_behind(site: &Site) {
    let database = site.open().await;
    database.settle(settlement("r1", 7)).await.unwrap();
    site.execute("ALTER TABLE requests ADD COLUMN odd REAL DEFAULT 0.5").await.unwrap();
    let error = database.archive_month(october(), NOVEMBER, site.data.path()).await.unwrap_err();
    assert!(matches!(error, StoreError::Use(_)), "{error}");
    assert_eq!(files(site.data.path()), [""; 0]);
    site.execute("ALTER TABLE requests DROP COLUMN odd").await.unwrap();
    let next = site.open().await;
    let archived = next.archive_month(october(), NOVEMBER, site.data.path()).await.unwrap();
    assert_eq!((archived.requests, files(site.data.path()).len()), (1, 1));
}
