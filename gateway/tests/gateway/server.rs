//! A server on a socket of its own, with all that a test wants to see of it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::Duration;

use billing::Rates;
use catalog::{Labels, Shelf};
use engine::{Cache, CacheSettings, Catalogue, Defaults, Engine, Tariff};
use gateway::{Clients, Config, Ended, Parts, Tls};
use speech::{Backend, BoxFuture, Clock, Ids, Lexicon, Lexicons, Mouth, Saying, Shape, SpeechError};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::accounts::{Memory, pepper};
use crate::answers::Answers;
use crate::backend::{Tone, Work};
use crate::client::{Answer, Ask};
use crate::ledger::{RATES, Rows};

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) engine: Engine,
    pub(crate) work: Work,
    pub(crate) rows: Arc<Rows>,
    pub(crate) memory: Memory,
    pub(crate) answers: Answers,
    pub(crate) clock: Arc<Hands>,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<Ended>,
}

/// What an engine is made of beside the tone generator.
pub(crate) struct House {
    pub(crate) others: Vec<Arc<dyn Backend>>,
    /// What they cost.
    pub(crate) rates: &'static str,
    pub(crate) cache: CacheSettings,
    pub(crate) routing: Defaults,
    pub(crate) shelf: Option<Arc<dyn Shelf>>,
}

impl Default for House {
    /// Nobody and nothing else.
    fn default() -> Self {
        Self {
            others: Vec::new(),
            rates: RATES,
            cache: CacheSettings::default(),
            routing: Defaults::default(),
            shelf: None,
        }
    }
}

/// The least of what is counted.
pub(crate) const ONE: NonZeroU32 = NonZeroU32::MIN;

/// The least limits that a test wants to change.
pub(crate) fn config() -> Config {
    Config { drain_timeout_seconds: 5, ..Config::default() }
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(config(), &[]).await
    }

    pub(crate) async fn configured(config: Config) -> Self {
        Self::with(config, &[]).await
    }

    pub(crate) async fn with(config: Config, keys: &[(&str, &str)]) -> Self {
        Self::made(config, clients(keys), None, House::default()).await
    }

    pub(crate) async fn encrypted(config: Config, tls: Tls) -> Self {
        Self::made(config, clients(&[]), Some(tls), House::default()).await
    }

    /// Nobody has said what anything costs.
    pub(crate) async fn unpriced() -> Self {
        Self::of_house(House { rates: "", ..House::default() }).await
    }

    /// For these clients.
    pub(crate) async fn of(clients: Clients) -> Self {
        Self::made(config(), clients, None, House::default()).await
    }

    /// With this engine.
    pub(crate) async fn of_house(house: House) -> Self {
        Self::made(config(), clients(&[]), None, house).await
    }

    pub(crate) async fn made(config: Config, clients: Clients, tls: Option<Tls>, house: House) -> Self {
        let work = Work::new();
        let rows = Arc::new(Rows::default());
        let engine = engine(&work, &rows, house);
        let ids = Arc::new(Counted::default());
        let memory = Memory::default();
        let accounts = Arc::new(memory.clone());
        let answers = Answers::default();
        let clock = Arc::new(Hands(AtomicI64::new(Noon.unix_ms())));
        let parts = Parts {
            engine: engine.clone(),
            clients,
            accounts: accounts.clone(),
            pepper: pepper(),
            reports: accounts,
            replays: Arc::new(answers.clone()),
            ids,
            clock: clock.clone(),
            config,
            tls,
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let shutdown = async {
            // A test that drops its server stops it, too.
            let _ = stopped.await;
        };
        let serving = tokio::spawn(gateway::serve(listener, parts, shutdown, std::future::pending()));
        Self { address, engine, work, rows, memory, answers, clock, stop: Some(stop), serving }
    }

    pub(crate) fn get(&self, path: &str) -> Ask {
        Ask::new(self.address, "GET", path)
    }

    pub(crate) fn post(&self, path: &str) -> Ask {
        Ask::new(self.address, "POST", path)
    }

    /// `POST /v1/audio/speech` with that body.
    pub(crate) fn speech(&self, body: impl Into<Vec<u8>>) -> Ask {
        self.post("/v1/audio/speech").header("content-type", "application/json").body(body)
    }

    /// Has a voice say something, as samples.
    pub(crate) async fn say(&self, voice: &str) -> Answer {
        self.speech(say(voice)).send().await
    }

    /// Asks the server to stop.
    pub(crate) fn stop(&mut self) {
        drop(self.stop.take());
    }

    /// How the server ended, once it has.
    pub(crate) async fn ended(mut self) -> Ended {
        self.stop();
        self.serving.await.unwrap()
    }
}

/// The engine of a house, with the tone generator first.
pub(crate) fn engine(work: &Work, rows: &Arc<Rows>, house: House) -> Engine {
    let House { others, rates, cache, routing, shelf } = house;
    let tariff = Tariff::new(Rates::read([rates]).unwrap(), BTreeMap::new());
    let tone: Arc<dyn Backend> = Tone::new(work.clone());
    let catalogue = Catalogue::new(
        [tone].into_iter().chain(others).collect(),
        BTreeMap::from([("alloy".into(), "tone:tone".into())]),
        BTreeMap::from([("21m00Tcm4TlvDq8ikWAM".into(), vec!["tone".into()])]),
        Arc::new(Noon),
    )
    .described(Labels::builtin().unwrap(), tariff.clone());
    Engine::new(engine::Parts {
        catalogue: shelf.into_iter().fold(catalogue, Catalogue::kept_on),
        ledger: rows.clone(),
        tariff,
        lexicons: Arc::new(Words),
        mouth: Arc::new(Lips),
        cache: Cache::open(&cache, Arc::new(Noon)).unwrap(),
        routing,
        clock: Arc::new(Noon),
    })
}

/// These clients, each with a key.
pub(crate) fn clients(keys: &[(&str, &str)]) -> Clients {
    Clients::new(keys.iter().map(|(name, key)| ((*name).to_owned(), vec![(*key).into()]))).unwrap()
}

/// The body of a plain request.
pub(crate) fn say(voice: &str) -> String {
    format!(r#"{{"model":"sine-1","input":"Hello, world.","voice":"{voice}","response_format":"pcm"}}"#)
}

/// Opens and closes for each letter: how words look is another room's work.
struct Lips;

impl Mouth for Lips {
    fn shapes(&self, word: &str, _: Option<&str>) -> Vec<Shape> {
        let letters = word.chars().filter(|c| c.is_alphabetic());
        letters.flat_map(|_| [21, 2]).map(|id| Shape { id, lasts_ms: 50 }).collect()
    }
}

/// The lexicons of two clients: keeping them is another room's work.
struct Words;

impl Lexicons for Words {
    fn of(&self, client: &str) -> BoxFuture<Result<Lexicon, SpeechError>> {
        let alias = |text: &str| ("W3C".to_owned(), Saying::Alias(text.to_owned()));
        let lexicon = match client {
            "ann" => Lexicon::new([alias("the web's own council")]),
            _ => Ok(Lexicon::default()),
        };
        Box::pin(async { lexicon })
    }
}

#[derive(Debug)]
pub(crate) struct Noon;

impl Clock for Noon {
    fn unix_ms(&self) -> i64 {
        43_200_000
    }
}

/// It is noon until somebody says otherwise.
#[derive(Debug)]
pub(crate) struct Hands(AtomicI64);

impl Hands {
    pub(crate) fn turn(&self, by: Duration) {
        self.0.fetch_add(by.as_millis() as i64, Ordering::Relaxed);
    }
}

impl Clock for Hands {
    fn unix_ms(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[derive(Debug, Default)]
pub(crate) struct Counted(AtomicU32);

impl Ids for Counted {
    fn request_id(&self) -> String {
        format!("req-{}", self.0.fetch_add(1, Ordering::Relaxed) + 1)
    }
}
