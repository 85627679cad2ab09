//! A database of a test's own, and requests to write into it.

use std::path::Path;
use std::sync::Arc;

use billing::{
    Action, Amounts, Attempt, Basis, Budget, Charge, Growth, Hold, Ledger, Mark, Measure, Nanos, Outcome,
    Payer, RequestRow, Settlement, Verdict, Window,
};
use services::Postgres;
use speech::{Door, Usage};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row};
use store::{Database, Location};
use tempfile::TempDir;

/// 2026-10-31T23:30:00Z: half an hour before a month ends.
pub(crate) const AT: i64 = 1_793_489_400_000;

/// Where a database is.
pub(crate) struct Site {
    pub(crate) location: Location,
    url: String,
    pub(crate) data: TempDir,
}

impl Site {
    pub(crate) fn sqlite() -> Self {
        let data = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", data.path().join("soundboard.db").display());
        Self { location: Location::sqlite(data.path()), url, data }
    }

    pub(crate) fn postgres() -> Self {
        Self::at(Postgres::shared().url_of_new_database())
    }

    pub(crate) fn at(url: String) -> Self {
        let location = Location::parse(&url, Path::new("")).unwrap();
        Self { location, url, data: tempfile::tempdir().unwrap() }
    }

    /// One more program on this database.
    pub(crate) async fn open(&self) -> Database {
        Database::open(&self.location).await.unwrap()
    }

    /// Whether it is a server's, and no file that programs on it share.
    pub(crate) fn is_remote(&self) -> bool {
        matches!(self.location, Location::Postgres(_))
    }

    /// A connection that knows nothing of us.
    pub(crate) async fn raw(&self) -> AnyConnection {
        AnyConnection::connect(&self.url).await.unwrap()
    }

    pub(crate) async fn rows(&self, sql: &str) -> Vec<AnyRow> {
        let mut raw = self.raw().await;
        let rows = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_all(&mut raw).await.unwrap();
        raw.close().await.unwrap();
        rows
    }

    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let sql = format!("SELECT CAST(({sql}) AS BIGINT)");
        self.rows(&sql).await[0].get::<Option<i64>, _>(0).unwrap_or_default()
    }

    pub(crate) async fn text(&self, sql: &str) -> String {
        self.rows(sql).await[0].get(0)
    }

    /// What somebody does who bypasses us.
    pub(crate) async fn execute(&self, sql: &str) -> Result<(), sqlx::Error> {
        let mut raw = self.raw().await;
        let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut raw).await;
        raw.close().await.unwrap();
        done.map(drop)
    }

    pub(crate) async fn give(&self, client: &str, budgets: &[Budget]) {
        for (number, budget) in budgets.iter().enumerate() {
            let name = |value| serde_json::to_value(value).unwrap().as_str().unwrap().to_owned();
            let action = serde_json::to_value(budget.action).unwrap();
            let sql = format!(
                "INSERT INTO budgets (client, number, key, measure, most, period, action)
                 VALUES ('{client}', {number}, '{}', '{}', {}, '{}', '{}')",
                budget.key.as_deref().unwrap_or_default(),
                name(budget.measure),
                budget.limit,
                budget.window,
                action.as_str().unwrap(),
            );
            self.execute(&sql).await.unwrap();
        }
    }

    /// The balance of an account.
    pub(crate) async fn balance(&self, account: &str) -> i64 {
        self.number(&format!("SELECT sum(nanos) FROM ledger_legs WHERE account = '{account}'")).await
    }

    /// Whether everything that is written agrees with everything else.
    pub(crate) async fn assert_books_agree(&self) {
        assert_eq!(
            self.number("SELECT sum(nanos) FROM ledger_legs").await,
            0,
            "all money comes from somewhere"
        );
        let held = self.number("SELECT sum(charge) FROM holds").await;
        let on_hold =
            self.number("SELECT -sum(nanos) FROM ledger_legs WHERE account LIKE 'client:%/held'").await;
        assert_eq!(on_hold, held, "what the ledger has on hold is what is on hold");
        let charged = self.number("SELECT sum(charge_nanos) FROM requests").await;
        assert_eq!(-self.balance("income").await, charged, "what clients were charged");
        let cost = self.number("SELECT sum(nanos) FROM ledger_legs WHERE account LIKE 'cost:%'").await;
        assert_eq!(cost, self.number("SELECT sum(vendor_cost_nanos) FROM requests").await, "what calls cost");
        assert_eq!(
            self.number("SELECT sum(charge) FROM spent WHERE key = ''").await,
            charged,
            "what budgets count"
        );
        self.assert_cube_equals_rows().await;
    }

    async fn assert_cube_equals_rows(&self) {
        let names = "hour, client, key, backend, voice, language, door, model, tags";
        let cube = format!(
            "SELECT {names}, requests, characters, audio_ms, errors, cache_hits, vendor_cost, charge,
                    charge_estimated
             FROM usage_hours WHERE requests <> 0"
        );
        let rows = "SELECT hour, client, coalesce(key, ''), coalesce(backend, ''), coalesce(voice, ''),
                coalesce(language, ''), door, coalesce(model, ''), tags, count(*),
                CAST(coalesce(sum(characters), 0) AS BIGINT), CAST(sum(audio_ms) AS BIGINT),
                CAST(sum(CASE WHEN outcome IN ('completed', 'hung_up', 'lost') THEN 0 ELSE 1 END) AS BIGINT),
                CAST(sum(cache_hit) AS BIGINT), CAST(sum(vendor_cost_nanos) AS BIGINT),
                CAST(sum(charge_nanos) AS BIGINT),
                CAST(sum(CASE charge_basis WHEN 'estimated' THEN charge_nanos ELSE 0 END) AS BIGINT)
             FROM requests GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9";
        let read = async |sql: &str| {
            let rows = self.rows(sql).await;
            let mut read: Vec<(i64, Vec<String>, Vec<i64>)> = rows
                .iter()
                .map(|row| {
                    (
                        row.get(0),
                        (1..9).map(|at| row.get(at)).collect(),
                        (9..17).map(|at| row.get(at)).collect(),
                    )
                })
                .collect();
            read.sort();
            read
        };
        assert_eq!(read(&cube).await, read(rows).await, "the cube is the sum over the rows");
    }
}

/// A request that was spoken in one call; it cost that, and its client is charged that.
pub(crate) fn settlement(id: &str, nanos: i64) -> Settlement {
    Settlement {
        row: RequestRow {
            id: id.into(),
            at_unix_ms: AT,
            payer: Payer { client: "ann".into(), key: Some("vs_aaaaaaaaaa".into()) },
            door: Door::OpenAi,
            backend: Some("openai".into()),
            voice: Some("alloy".into()),
            language: Some("en".into()),
            model: Some("tts-1".into()),
            tags: Arc::new([("team".to_owned(), "a \"quoted\" one".to_owned())].into()),
            characters: Some(10),
            usage: Usage { input_tokens: Some(3), ..Usage::default() },
            audio_ms: 500,
            first_audio_ms: Some(20),
            total_ms: 90,
            cache_hit: false,
            outcome: Outcome::Completed,
        },
        attempts: vec![attempt(1, nanos)],
        charge: Charge { nanos: Nanos::new(nanos), basis: Basis::Reported },
    }
}

pub(crate) fn attempt(number: u32, nanos: i64) -> Attempt {
    Attempt {
        number,
        backend: "openai".into(),
        model: "tts-1".into(),
        rate: "openai/tts-1@2025-01-01".into(),
        vendor_request: Some(format!("req_{number}")),
        characters: 10,
        cost: Nanos::new(nanos),
        basis: Basis::Reported,
    }
}

pub(crate) fn amounts(nanos: i64) -> Amounts {
    Amounts { charge: Nanos::new(nanos), characters: 10, audio_ms: 500 }
}

/// A mark that says so much was consumed, with a lease of a minute.
pub(crate) fn mark(id: &str, nanos: i64) -> Mark {
    Mark { settlement: settlement(id, nanos), number: 1, lease_until_unix_ms: AT + 60_000 }
}

pub(crate) fn hold(id: &str, nanos: i64) -> Hold {
    Hold { amounts: amounts(nanos), mark: mark(id, nanos) }
}

pub(crate) fn growth(id: &str, more: i64, all: i64) -> Growth {
    Growth { more: amounts(more), mark: mark(id, all) }
}

pub(crate) const GRANTED: Verdict = Verdict::Granted { over: false };

pub(crate) fn is_refused(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Refused { .. })
}

/// So much money a month, and not more.
pub(crate) fn a_month(nanos: i64) -> Budget {
    Budget { key: None, measure: Measure::Money, limit: nanos, window: Window::Month, action: Action::Refuse }
}

/// Holds, and settles for what was held.
pub(crate) async fn serve(database: &Database, id: &str, nanos: i64) -> Verdict {
    let verdict = database.hold(hold(id, nanos)).await.unwrap();
    if verdict == GRANTED {
        database.settle(settlement(id, nanos)).await.unwrap();
    }
    verdict
}
