//! A gateway that has a price to pay: one fake vendor behind it, and a database that outlives it.

use std::io::Read;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use serde_json::{Value, json};
use services::Postgres;
use tempfile::TempDir;
use vendors::{Kind, Vendor};

use super::program::{program, run};
use super::server::{config, request};
use super::{Server, eventually, tools};

/// What tts-1 costs a character, in nano-dollars.
pub(crate) const PRICE: u64 = 15_000;

/// Where the books are kept.
pub(crate) enum Books {
    /// In the data directory.
    Sqlite,
    /// In a database of a server.
    Postgres(String),
}

/// A vendor, and where its gateways keep their books.
pub(crate) struct Till {
    pub(crate) vendor: Vendor,
    pub(crate) data: Arc<TempDir>,
    books: Books,
    config: PathBuf,
    /// Whose view of the files it is, if not ours.
    seen_by: Option<u32>,
    _folder: TempDir,
}

impl Till {
    pub(crate) fn on(books: Books) -> Self {
        Self::beside(books, "", |_| String::new())
    }

    /// The same with the backends that `others` configures beside it, which hears where its vendor is; what they cost
    /// says `card`.
    pub(crate) fn beside(books: Books, card: &str, others: impl FnOnce(&str) -> String) -> Self {
        let vendor = Vendor::start(Kind::OpenAi).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let rates = folder.path().join("rates.toml");
        std::fs::write(&rates, card).unwrap();
        let database = match &books {
            Books::Sqlite => "sqlite",
            Books::Postgres(url) => url,
        };
        let url = vendor.base_url();
        let toml = format!(
            "database = {database:?}\nrates = [{rates:?}]\n[http]\nmax_in_flight = 1024\n[backends.openai]\nkind = \"openai\"\n\
             base_url = {url:?}\napi_key = {{ env = \"E2E_VENDORS_KEY\" }}\nconcurrency = 600\nmodels = [\"tts-1\", \"gpt-4o-mini-tts\"]\n\
             voices = [\"alloy\", \"nova\"]\n{}",
            others(&url)
        );
        let config = config(&folder, &toml);
        Self {
            vendor,
            data: Arc::new(tempfile::tempdir().unwrap()),
            books,
            config,
            seen_by: None,
            _folder: folder,
        }
    }

    /// On both kinds of database.
    pub(crate) fn on_each() -> [Self; 2] {
        [Self::on(Books::Sqlite), Self::on(Books::Postgres(Postgres::shared().url_of_new_database()))]
    }

    /// A gateway on these books, which dies where `failpoints` says.
    pub(crate) fn open(&self, failpoints: &str) -> Server {
        self.open_with(|serve| {
            serve.env("FAILPOINTS", failpoints);
        })
    }

    /// A gateway on these books, whose command the caller completes.
    pub(crate) fn open_with(&self, complete: impl FnOnce(&mut Command)) -> Server {
        Server::on(Arc::clone(&self.data), |serve| {
            serve.arg("--config").arg(&self.config).env("E2E_VENDORS_KEY", "of-the-gateway");
            complete(serve);
        })
    }

    /// From here on, the books are those that this gateway sees.
    pub(crate) fn look_through(&mut self, server: &Server) {
        self.seen_by = Some(server.pid());
    }

    /// A gateway on these books, whose admin's address that is.
    pub(crate) fn open_with_admin(&self, admin_listen: &str) -> Server {
        Server::on(Arc::clone(&self.data), |serve| {
            serve.arg("--config").arg(&self.config).args(["--admin-listen", admin_listen]);
            serve.env("E2E_VENDORS_KEY", "of-the-gateway");
        })
    }

    /// The program, to be run on these books.
    pub(crate) fn program(&self, arguments: &[&str]) -> Command {
        let mut command = program();
        command.arg("--config").arg(&self.config).args(arguments).arg("--data").arg(self.data.path());
        command
    }

    /// What the program prints.
    pub(crate) fn prints(&self, arguments: &[&str]) -> String {
        let ended = run(&mut self.program(arguments), b"");
        assert_eq!(ended.code, Some(0), "{arguments:?}: {}", ended.stderr);
        String::from_utf8(ended.stdout).unwrap().trim_end().to_owned()
    }

    /// A client with so many nano-dollars a month, and its key.
    pub(crate) fn client(&self, name: &str, nanos: u64) -> String {
        let dollars = format!("{}.{:09}", nanos / 1_000_000_000, nanos % 1_000_000_000);
        self.client_on(name, &["--budget-usd", &dollars, "--window", "month"])
    }

    /// A client with that budget, and its key.
    pub(crate) fn client_on(&self, name: &str, budget: &[&str]) -> String {
        self.prints(&[&["clients", "create", name], budget].concat());
        self.prints(&["keys", "create", "--client", name])
    }

    /// What the books say.
    pub(crate) fn rows(&self, sql: &str) -> Vec<Value> {
        match &self.books {
            Books::Sqlite => {
                tools::select_seen_by(self.seen_by, &self.data.path().join("soundboard.db"), sql)
            }
            Books::Postgres(url) => {
                let sql = format!("SELECT coalesce(json_agg(row), '[]') FROM ({sql}) AS row");
                let psql = services::postgres_programs().expect("Postgres is installed").join("psql");
                let ended = run(Command::new(psql).args(["-XAtqc", &sql, url]), b"");
                assert_eq!(ended.code, Some(0), "{}", ended.stderr);
                serde_json::from_slice(&ended.stdout).unwrap()
            }
        }
    }

    /// One number that the books say.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        let rows = self.rows(sql);
        let [row] = rows.as_slice() else { panic!("{sql}: {rows:?}") };
        let [value] = row.as_object().unwrap().values().collect::<Vec<_>>()[..] else { panic!("{row}") };
        value.as_i64().unwrap_or_else(|| panic!("{sql}: {row}"))
    }

    /// What the vendor bills for all that it has served, in nano-dollars.
    pub(crate) fn billed(&self) -> i64 {
        self.vendor.truth().iter().map(|served| (served.billed_characters * PRICE) as i64).sum()
    }

    /// What the ledger says that calls cost.
    pub(crate) fn vendor_cost(&self) -> i64 {
        self.number(
            "SELECT CAST(coalesce(sum(CASE WHEN debit LIKE 'cost:%' THEN nanos ELSE -nanos END), 0) AS BIGINT) AS cost
             FROM ledger WHERE attempt > 0",
        )
    }

    /// Waits until nothing is on hold any more, and checks what must then hold of any ledger.
    pub(crate) fn check(&self) {
        eventually("ledger without holds", || {
            (self.number("SELECT count(*) AS holds FROM holds") == 0).then_some(())
        });
        let unbalanced = "SELECT account, CAST(sum(nanos) AS BIGINT) AS nanos FROM ledger_legs
                          WHERE account LIKE '%/held' GROUP BY account HAVING sum(nanos) <> 0";
        assert_eq!(self.rows(unbalanced), Vec::<Value>::new(), "money is held for nobody");
        let all = "SELECT CAST(coalesce(sum(nanos), 0) AS BIGINT) AS nanos FROM ledger_legs";
        assert_eq!(self.number(all), 0, "money came from nowhere");
        let twice = "SELECT request, attempt, kind, step FROM ledger GROUP BY request, attempt, kind, step
                     HAVING count(*) > 1";
        assert_eq!(self.rows(twice), Vec::<Value>::new());
        let rows =
            self.number("SELECT CAST(coalesce(sum(charge_nanos), 0) AS BIGINT) AS nanos FROM requests");
        let cube = self.number("SELECT CAST(coalesce(sum(charge), 0) AS BIGINT) AS nanos FROM usage_hours");
        let income = self.number(
            "SELECT CAST(coalesce(sum(-nanos), 0) AS BIGINT) AS nanos FROM ledger_legs WHERE account = 'income'",
        );
        assert_eq!((rows, cube), (income, income), "rows, reports and ledger differ");
    }
}

/// Speech of `characters` letters, asked for by tts-1.
pub(crate) fn line(characters: usize) -> Value {
    json!({ "voice": "alloy", "input": "a".repeat(characters) })
}

impl Server {
    /// Asks for [`line`], and reads the answer to its end: its status, or why there is no whole answer.
    pub(crate) fn tries(&self, key: Option<&str>, characters: usize) -> Result<(u16, Vec<u8>), String> {
        self.tries_to_post("/v1/audio/speech", key, &request(&line(characters)))
    }

    /// Posts that, and reads the answer likewise.
    pub(crate) fn tries_to_post(
        &self,
        path: &str,
        key: Option<&str>,
        body: &Value,
    ) -> Result<(u16, Vec<u8>), String> {
        let mut post = self.agent().post(format!("{}{path}", self.address()));
        if let Some(key) = key {
            post = post.header("authorization", format!("Bearer {key}"));
        }
        let body = body.to_string();
        let answer = post.header("content-type", "application/json").send(body.as_bytes());
        let answer = answer.map_err(|error| format!("no head: {error:?}"))?;
        let (status, mut body) = (answer.status().as_u16(), Vec::new());
        match answer.into_body().into_reader().read_to_end(&mut body) {
            Ok(_) => Ok((status, body)),
            Err(error) => Err(format!("{status} broken off after {} bytes: {error:?}", body.len())),
        }
    }
}
