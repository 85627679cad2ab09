//! What clients of a gateway notice of its catalogue: searches over HTTP, and whatever is served while a list of voices is
//! read anew.

use std::future::pending;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use billing::{Accounts as _, Client, Rates};
use bytes::Bytes;
use catalog::Labels;
use engine::{Cache, CacheSettings, Catalogue, Defaults, Engine, Tariff};
use gateway::{Clients, Config};
use http::Method;
use outbound::{Deadlines, Outbound};
use security::Pepper;
use speech::{Backend, Still};
use store::{Database, Location};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::time::Instant;
use vendors::{Kind, Vendor};

use crate::Result;
use crate::doors::{Connection, JSON, KEY};
use crate::ledger::{RandomIds, SystemClock};

/// Who asks.
const CLIENT: &str = "benchmark";

/// The fakes, by the names of their backends.
const KINDS: [(&str, Kind); 2] = [("openai", Kind::OpenAi), ("elevenlabs", Kind::ElevenLabs)];

/// A voice of the fake ElevenLabs that is called otherwise in each round, so that there is something new in its list.
const RENAMED: &str = "21m00Tcm4TlvDq8ikWAM";

/// A gateway over two fake vendors, on the runtime that it was opened on.
pub struct Stand {
    address: SocketAddr,
    engine: Engine,
    elevenlabs: Vendor,
    _openai: Vendor,
    _data: TempDir,
}

impl Stand {
    /// Opens it with so many voices, half of them at each vendor.
    ///
    /// # Errors
    /// No socket, no thread, no folder for temporary files; or the vendors cannot be asked.
    pub async fn open(voices: usize) -> Result<Self> {
        let [openai, elevenlabs] = KINDS.map(|(_, kind)| Vendor::start(kind));
        let (openai, elevenlabs) = (openai?, elevenlabs?);
        let vendors = [&openai, &elevenlabs];
        vendors.iter().for_each(|vendor| vendor.list_voices(voices / vendors.len()));
        let backends = KINDS.iter().zip(vendors).map(|((kind, _), vendor)| backend(kind, vendor.base_url()));
        let data = tempfile::tempdir()?;
        let database = Arc::new(Database::open(&Location::parse("sqlite", data.path())?).await?);
        database
            .ensure(Client {
                id: CLIENT.into(),
                name: Some(CLIENT.into()),
                created_unix_ms: 0,
                preferences: Default::default(),
            })
            .await?;
        let clock = Arc::new(SystemClock);
        let kinds = KINDS.map(|(kind, _)| (kind.to_owned(), kind.to_owned()));
        let tariff = Tariff::new(Rates::builtin()?, kinds.into());
        let catalogue = Catalogue::new(backends.collect::<Result<_>>()?, [].into(), [].into(), clock.clone());
        let engine = Engine::new(engine::Parts {
            catalogue: catalogue.described(Labels::builtin()?, tariff.clone()).kept_on(database.clone()),
            ledger: database.clone(),
            tariff,
            lexicons: database.clone(),
            mouth: Arc::new(Still),
            cache: Cache::open(&CacheSettings::default(), clock.clone())?,
            routing: Defaults::default(),
            clock: clock.clone(),
        });
        if !engine.refresh().await {
            return Err("the fakes do not list their voices".into());
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let parts = gateway::Parts {
            engine: engine.clone(),
            clients: Clients::new([(CLIENT.to_owned(), vec![KEY.into()])])?,
            accounts: database.clone(),
            pepper: Arc::new(Pepper::load_or_create(&data.path().join("pepper"))?),
            reports: database.clone(),
            replays: database,
            ids: Arc::new(RandomIds),
            clock,
            config: Config::default(),
            tls: None,
        };
        tokio::spawn(gateway::serve(listener, parts, pending(), pending()));
        Ok(Self { address, engine, elevenlabs, _openai: openai, _data: data })
    }

    /// A client on a connection that is kept.
    ///
    /// # Errors
    /// The connection is refused.
    pub async fn client(&self) -> Result<Asking> {
        Ok(Asking(Connection::open(self.address).await?))
    }

    /// Asks both vendors for their lists, one of which has changed, and takes them up: a list from its vendor's socket to
    /// the store, and the index of all voices made anew.
    pub async fn refresh(&self, round: usize) -> bool {
        self.elevenlabs.rename_voice(RENAMED, &format!("Rachel {round}")) && self.engine.refresh().await
    }
}

fn backend(kind: &str, base_url: String) -> Result<Arc<dyn Backend>> {
    let known = adapters::KINDS.iter().find(|known| known.name == kind).ok_or("nobody speaks so")?;
    let settings = adapters::Settings {
        name: kind.into(),
        base_url: Some(base_url),
        api_key: Some(KEY.into()),
        concurrency: 8.try_into()?,
        models: Vec::new(),
        voices: Vec::new(),
        deprecated_after: None,
        azure: Default::default(),
        clock: Arc::new(SystemClock),
    };
    Ok((known.open)(settings, Outbound::new(Deadlines::default())?)?)
}

/// What is asked for again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// A search with this query.
    Search(&'static str),
    /// A short text by a voice of OpenAI's.
    Speech,
}

/// A client.
pub struct Asking(Connection);

impl Asking {
    /// How many milliseconds it takes, to the end of the answer.
    ///
    /// # Errors
    /// The answer is no success.
    pub async fn time(&mut self, task: Task) -> Result<f64> {
        let start = Instant::now();
        match task {
            Task::Search(query) => drop(self.fetch(query).await?),
            Task::Speech => {
                let speech = r#"{"model":"tts-1","voice":"openai:alloy","input":"All is well.","response_format":"pcm"}"#;
                self.0.post("/v1/audio/speech", JSON, Bytes::from_static(speech.as_bytes()), drop).await?;
            }
        }
        Ok(start.elapsed().as_secs_f64() * 1e3)
    }

    /// How many voices a search finds.
    ///
    /// # Errors
    /// The answer is no success.
    pub async fn found(&mut self, query: &str) -> Result<u64> {
        let page: serde_json::Value = serde_json::from_slice(&self.fetch(query).await?)?;
        page["total"].as_u64().ok_or_else(|| "a page without a total".into())
    }

    async fn fetch(&mut self, query: &str) -> Result<Vec<u8>> {
        self.0.fetch(Method::GET, &format!("/api/v1/voices?{query}")).await
    }
}

/// Milliseconds of each answer: of those while no list was read, and of those while one was.
#[derive(Debug, Default)]
pub struct Served {
    /// While nothing else happened.
    pub at_rest: Vec<f64>,
    /// While the lists were read anew.
    pub in_refresh: Vec<f64>,
}

/// Asks for the same all the time, while the lists are read anew in every other part of it: as many answers at rest as
/// there were in a refresh.
///
/// # Errors
/// An answer, or a refresh, is no success.
pub async fn serve_through(
    stand: &Arc<Stand>,
    on: &tokio::runtime::Handle,
    task: Task,
    rounds: usize,
) -> Result<Served> {
    let mut asking = stand.client().await?;
    let mut served = Served::default();
    asking.time(task).await?;
    for round in 0..rounds {
        let is_over = Arc::new(AtomicBool::new(false));
        let (refreshed, over) = (Arc::clone(stand), Arc::clone(&is_over));
        let refreshing = on.spawn(async move {
            let is_new = refreshed.refresh(round).await;
            over.store(true, Ordering::Release);
            is_new
        });
        let before = served.in_refresh.len();
        while !is_over.load(Ordering::Acquire) {
            served.in_refresh.push(asking.time(task).await?);
        }
        if !refreshing.await? {
            return Err("the lists could not be read".into());
        }
        for _ in before..served.in_refresh.len() {
            served.at_rest.push(asking.time(task).await?);
        }
    }
    Ok(served)
}
