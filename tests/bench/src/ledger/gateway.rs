//! The gateway as it is measured: put together as the program puts it together, with a ledger or without.

use std::convert::Infallible;
use std::future::{pending, ready};
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use billing::{
    Accounts, Action, Budget, Client, Growth, Hold, Ledger, LedgerError, Mark, Measure, Preferences, Rates,
    Settlement, Verdict, Window,
};
use clap::ValueEnum;
use engine::{Cache, CacheSettings, Catalogue, Defaults, Engine, Tariff};
use gateway::{Clients, Config};
use outbound::{Deadlines, Outbound};
use security::Pepper;
use speech::{Backend, BoxFuture, Clock, Ids, Still};
use store::{Database, Location};
use tokio::net::TcpListener;

use super::line::{KEY, MODEL, VOICE};

/// Who asks.
const CLIENT: &str = "benchmark";

/// A million dollars, so that each request is decided upon and none refused.
const BUDGET: Budget = Budget {
    key: None,
    measure: Measure::Money,
    limit: 1_000_000_000_000_000,
    window: Window::Month,
    action: Action::Refuse,
};

/// More than any load has.
const PLACES: u32 = 4096;

/// What becomes of what a request costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Keeping {
    /// It is granted and forgotten.
    Nothing,
    /// It is kept in the ledger.
    Everything,
}

/// Serves speech from that vendor for ever, and keeps so many bytes of it. A request with the key is the benchmark's
/// client, which has a budget.
///
/// # Errors
/// The database cannot be used.
pub async fn serve(
    listener: TcpListener,
    keeping: Keeping,
    vendor: SocketAddr,
    database: &str,
    data: &Path,
    cache_bytes: u64,
) -> crate::Result<Infallible> {
    let database = Arc::new(Database::open(&Location::parse(database, data)?).await?);
    let (name, preferences) = (Some(CLIENT.into()), Preferences::default());
    let client = Client { id: CLIENT.into(), name, created_unix_ms: 0, preferences };
    database.ensure(client).await?;
    database.set_budgets(CLIENT, vec![BUDGET]).await?;
    let clock = Arc::new(SystemClock);
    let cache = CacheSettings { memory_bytes: cache_bytes, ..CacheSettings::default() };
    let rates = Tariff::new(Rates::builtin()?, [("openai".into(), "openai".into())].into());
    let engine = Engine::new(engine::Parts {
        catalogue: Catalogue::new(vec![backend(vendor)?], [].into(), [].into(), clock.clone()),
        ledger: match keeping {
            Keeping::Nothing => Arc::new(Forgetting),
            Keeping::Everything => database.clone(),
        },
        tariff: rates,
        lexicons: database.clone(),
        mouth: Arc::new(Still),
        cache: Cache::open(&cache, clock.clone())?,
        routing: Defaults::default(),
        clock: clock.clone(),
    });
    let places = NonZeroU32::new(PLACES).unwrap_or(NonZeroU32::MIN);
    let parts = gateway::Parts {
        engine,
        clients: Clients::new([(CLIENT.to_owned(), vec![KEY.into()])])?,
        accounts: database.clone(),
        pepper: Arc::new(Pepper::load_or_create(&data.join("pepper"))?),
        reports: database.clone(),
        replays: database,
        ids: Arc::new(RandomIds),
        clock,
        config: Config { max_connections: places, max_in_flight: places, ..Config::default() },
        tls: None,
    };
    gateway::serve(listener, parts, pending(), pending()).await;
    Err("the gateway ended".into())
}

/// OpenAI, where the vendor listens.
fn backend(vendor: SocketAddr) -> crate::Result<Arc<dyn Backend>> {
    let kind = adapters::KINDS.iter().find(|kind| kind.name == "openai").ok_or("nobody speaks as OpenAI")?;
    let settings = adapters::Settings {
        name: "openai".into(),
        base_url: Some(format!("http://{vendor}/v1")),
        api_key: Some(KEY.into()),
        concurrency: (PLACES as usize).try_into()?,
        models: vec![MODEL.into()],
        voices: vec![VOICE.into()],
        deprecated_after: None,
        azure: Default::default(),
        clock: Arc::new(SystemClock),
    };
    Ok((kind.open)(settings, Outbound::new(Deadlines::default())?)?)
}

/// Grants everything and keeps nothing.
pub struct Forgetting;

impl Ledger for Forgetting {
    fn hold(&self, _hold: Hold) -> BoxFuture<Result<Verdict, LedgerError>> {
        Box::pin(ready(Ok(Verdict::Granted { over: false })))
    }

    fn grow(&self, _growth: Growth) -> BoxFuture<Result<Verdict, LedgerError>> {
        Box::pin(ready(Ok(Verdict::Granted { over: false })))
    }

    fn renew(&self, _marks: Vec<Mark>) -> BoxFuture<Result<(), LedgerError>> {
        Box::pin(ready(Ok(())))
    }

    fn settle(&self, _settlement: Settlement) -> BoxFuture<Result<(), LedgerError>> {
        Box::pin(ready(Ok(())))
    }

    fn reap(&self, _now_unix_ms: i64) -> BoxFuture<Result<u64, LedgerError>> {
        Box::pin(ready(Ok(0)))
    }

    fn ready(&self) -> BoxFuture<Result<(), LedgerError>> {
        Box::pin(ready(Ok(())))
    }
}

/// The machine's own.
#[derive(Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "what is measured runs by the machine's own clock")]
    fn unix_ms(&self) -> i64 {
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        since_epoch.as_millis() as i64
    }
}

/// As the program's are.
#[derive(Debug)]
pub(crate) struct RandomIds;

impl Ids for RandomIds {
    #[expect(clippy::expect_used, reason = "without randomness an id could come twice")]
    fn request_id(&self) -> String {
        let mut bytes = [0; 16];
        let (time, random) = bytes.split_at_mut(6);
        time.copy_from_slice(&SystemClock.unix_ms().to_be_bytes()[2..]);
        getrandom::fill(random).expect("the operating system gives random bytes");
        format!("{:032x}", u128::from_be_bytes(bytes))
    }
}
