//! Puts the rooms together as the configuration says.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use billing::{Accounts, Client, Ledger, Preferences, Rates};
use catalog::{Labels, Shelf};
use engine::health::Quantile;
use engine::{Cache, CacheSettings, Catalogue, Defaults, Engine, Parts, Tariff};
use futures::future::try_join_all;
use gateway::{Clients, Tls, are_keys_stored, check_binding};
use inference::models::{Manifest, ModelStore, StoreError, default_cache_dir};
use inference::runtime::Runtime;
use kokoro::Phonemes;
use outbound::{Deadlines, Outbound};
use security::Pepper;
use speech::{
    Backend as _, BoxFuture, Clock as _, ErrorKind, Ids as _, Lexicon, Lexicons, Routing, SpeechError,
};
use store::{Database, Location, Redis};
use tokio::task::{JoinError, spawn_blocking};

use crate::commands::LOCAL;
use crate::config::{self, Backend, Config, SecretSource, Vendor, stand_ins};
use crate::environment::{RandomIds, SystemClock, default_data_dir};
use crate::failure::Failure;
use crate::loading::Loading;
use crate::mouth::Lips;
use crate::progress::Pull;

/// ONNX Runtime's library in the model store.
pub(crate) const ONNX_RUNTIME: &str = "onnxruntime";

/// The pepper's file in the data directory.
pub(crate) const PEPPER: &str = "pepper";

/// What was spoken before, in the data directory.
const CACHE: &str = "cache";

/// What whoever has an admin key is called in the access log.
const ADMIN: &str = "admin";

/// What Kokoro needs of the model store.
pub(crate) const KOKORO_FILES: [&str; 2] = [ONNX_RUNTIME, "kokoro"];

/// Where models are kept, and which are trusted.
pub(crate) fn models(config: &Config, cache: Option<PathBuf>) -> Result<ModelStore, Failure> {
    let manifest = match &config.models.manifest {
        None => Manifest::builtin()?,
        Some(path) => signed_manifest(config, path)?,
    };
    let cache = match cache {
        Some(cache) => cache,
        None => default_cache_dir(|name| std::env::var_os(name))?,
    };
    Ok(ModelStore::open(manifest, cache))
}

fn signed_manifest(config: &Config, path: &Path) -> Result<Manifest, Failure> {
    let unreadable = |path: &Path, error| Failure::unreadable(path, &error);
    let key = config.models.public_key.as_ref().ok_or_else(|| {
        Failure::usage(
            "models.manifest is set without models.public_key; set the key that must have signed it ('voice-soundboard models keygen' makes one)",
        )
    })?;
    let beside = || PathBuf::from(format!("{}.minisig", path.display()));
    let signature = config.models.signature.clone().unwrap_or_else(beside);
    let manifest = std::fs::read(path).map_err(|error| unreadable(path, error))?;
    let signed = std::fs::read_to_string(&signature).map_err(|error| unreadable(&signature, error))?;
    Ok(Manifest::signed(&manifest, &signed, key)?)
}

/// Who can speak.
pub(crate) struct Backends {
    /// Everybody, by name.
    pub(crate) all: Vec<Arc<dyn speech::Backend>>,
    /// Those of them whose model runs in this process.
    pub(crate) local: Vec<Arc<Loading>>,
    /// What other gateways share with them.
    pub(crate) redis: Option<Redis>,
}

impl Backends {
    /// What was taken up with other gateways is given back.
    pub(crate) async fn close(&self) {
        if let Some(redis) = &self.redis {
            redis.leave_all().await;
        }
    }
}

/// Who can speak by the configuration; nobody is opened or asked yet.
pub(crate) fn backends(config: &Config) -> Result<Backends, Failure> {
    if config.backends.is_empty() {
        return Err(Failure::usage(
            "the configuration has a [backends] table with nobody in it; add one, or remove the table to speak with Kokoro",
        ));
    }
    let mut backends = Backends { all: Vec::new(), local: Vec::new(), redis: redis(config)? };
    let mut outbound = None;
    for (name, backend) in &config.backends {
        if name.is_empty() || name.contains([':', '/']) {
            return Err(Failure::usage(format_args!(
                "the backend name {name:?} is empty, or has a colon or a slash, which end it in a voice's id and in a model's name; choose another"
            )));
        }
        match backend {
            Backend::Kokoro(settings) => {
                let loading = Loading::new(name, settings.clone());
                backends.all.push(loading.clone());
                backends.local.push(loading);
            }
            Backend::Vendor { kind, vendor } => {
                let outbound = match &outbound {
                    Some(outbound) => outbound,
                    None => outbound.insert(calls(backends.redis.as_ref())?),
                };
                backends.all.push(open_vendor(name, kind, vendor, outbound.clone())?);
            }
        }
    }
    Ok(backends)
}

/// Calls to vendors, which are counted together with other gateways' where they share a Redis.
fn calls(redis: Option<&Redis>) -> Result<Outbound, SpeechError> {
    let outbound = Outbound::new(Deadlines::default())?;
    Ok(match redis {
        Some(redis) => outbound.sharing(Arc::new(redis.clone())),
        None => outbound,
    })
}

/// What gateways share. Nobody is asked yet.
pub(crate) fn redis(config: &Config) -> Result<Option<Redis>, Failure> {
    config.redis.as_ref().map(|redis| redis.open(&RandomIds.request_id())).transpose()
}

fn open_vendor(
    name: &str,
    kind: &str,
    vendor: &Vendor,
    outbound: Outbound,
) -> Result<Arc<dyn speech::Backend>, Failure> {
    let known = adapters::KINDS.iter().find(|known| known.name == kind);
    let known = known.ok_or_else(|| Failure::usage(format_args!("there is no backend of kind {kind:?}")))?;
    let voices = match vendor.voices.is_empty() && !known.lists_voices {
        true => labels()?.published(kind),
        false => vendor.voices.clone(),
    };
    let settings = adapters::Settings {
        name: name.to_owned(),
        base_url: vendor.base_url.clone(),
        api_key: vendor.api_key.as_ref().map(SecretSource::read).transpose()?,
        concurrency: vendor.concurrency,
        models: vendor.models.clone(),
        voices,
        deprecated_after: vendor.deprecated_after,
        azure: vendor.azure(),
        clock: Arc::new(SystemClock),
    };
    (known.open)(settings, outbound)
        .map_err(|error| Failure::usage(format_args!("[backends.{name}]: {error}")))
}

/// Each other name of a voice must lead to one.
pub(crate) fn check_aliases(config: &Config, backends: &Backends) -> Result<(), Failure> {
    let of_all = config.voices.iter().map(|alias| ("voices".to_owned(), alias));
    let of_each = config.clients.iter().flat_map(|(name, client)| {
        client.voices.iter().map(move |alias| (format!("clients.{name}.voices"), alias))
    });
    match of_all.chain(of_each).find(|(_, (_, target))| !may_have_voice(backends, target)) {
        None => Ok(()),
        Some((table, (alias, voice))) => Err(Failure::usage(format_args!(
            "[{table}] {alias} = {voice:?}: nobody can speak with that voice; 'voice-soundboard voices' lists those that can"
        ))),
    }
}

/// Whether somebody could speak with that voice. What a vendor has is known only once it was asked.
fn may_have_voice(backends: &Backends, name: &str) -> bool {
    let is_local = |backend: &Arc<dyn speech::Backend>| {
        backends.local.iter().any(|local| local.name() == backend.name())
    };
    backends.all.iter().any(|backend| {
        let own = name.strip_prefix(backend.name()).and_then(|rest| rest.strip_prefix(':'));
        let is_named = own.is_some() || !name.contains(':');
        (is_named && !is_local(backend)) || backend.voice(own.unwrap_or(name)).is_ok()
    })
}

/// Opens the models of this process side by side, after fetching what was never fetched.
pub(crate) async fn load(local: &[Arc<Loading>], models: &Arc<ModelStore>) -> Result<(), SpeechError> {
    if local.is_empty() {
        return Ok(());
    }
    let store = models.clone();
    finished(spawn_blocking(move || fetch_missing(&store).map_err(unfetched)).await)?;
    let opening = local.iter().map(|backend| {
        let (backend, models) = (backend.clone(), models.clone());
        async move { finished(spawn_blocking(move || backend.open(&models)).await) }
    });
    try_join_all(opening).await?;
    Ok(())
}

fn fetch_missing(models: &ModelStore) -> Result<(), StoreError> {
    match models.missing(&KOKORO_FILES)?.is_empty() {
        true => Ok(()),
        false => models.pull(&KOKORO_FILES, &Pull::new()),
    }
}

fn unfetched(error: StoreError) -> SpeechError {
    if error.is_missing_model() {
        return SpeechError::new(ErrorKind::ModelMissing, error.to_string());
    }
    SpeechError::internal(error)
}

/// What a blocking task came to. It is never cancelled: its only other end is a panic, which is ours.
fn finished<T>(joined: Result<Result<T, SpeechError>, JoinError>) -> Result<T, SpeechError> {
    joined.map_err(SpeechError::internal)?
}

/// How Kokoro says words; none as long as ONNX Runtime is not here.
pub(crate) fn phonemes(config: &Config, cache: Option<PathBuf>) -> Result<Option<Phonemes>, Failure> {
    let Ok(library) = models(config, cache)?.path(ONNX_RUNTIME) else { return Ok(None) };
    let failed = |error: &(dyn std::error::Error + 'static)| {
        Failure::machine("Kokoro cannot say how words sound", error)
    };
    let runtime = Runtime::load(&library).map_err(|error| failed(&error))?;
    Phonemes::open(&runtime).map(Some).map_err(|error| failed(&error))
}

/// What every model costs.
pub(crate) fn tariff(config: &Config) -> Result<Tariff, Failure> {
    let wrong = |what: &dyn std::fmt::Display, error| Failure::usage(format_args!("rates: {what}: {error}"));
    let mut cards = Vec::with_capacity(config.rates.len());
    for path in &config.rates {
        let card = std::fs::read_to_string(path).map_err(|error| Failure::unreadable(path, &error))?;
        // By itself first, so that what is wrong has its place.
        Rates::read([card.as_str()]).map_err(|error| wrong(&path.display(), error))?;
        cards.push(card);
    }
    let own = Rates::read(cards.iter().map(String::as_str));
    let rates = own.and_then(|own| Ok(own.or(Rates::builtin()?)));
    let rates = rates.map_err(|error| wrong(&"the cards together", error))?;
    let kinds = config.backends.iter().map(|(name, backend)| (name.clone(), backend.kind().to_owned()));
    Ok(Tariff::new(rates, kinds.collect()))
}

/// The same, but every text is read with the lexicon of that client, whoever asks.
pub(crate) async fn engine_reading_for(
    client: &str,
    config: &Config,
    backends: &Backends,
) -> Result<Engine, Failure> {
    let store = store(config).await?;
    let lexicons = Arc::new(LexiconOf { client: client.to_owned(), store: store.clone() });
    let store = Arc::new(store);
    engine(store.clone(), store, lexicons, config, backends)
}

/// The speech stack over these backends.
pub(crate) fn engine(
    ledger: Arc<dyn Ledger>,
    shelf: Arc<dyn Shelf>,
    lexicons: Arc<dyn Lexicons>,
    config: &Config,
    backends: &Backends,
) -> Result<Engine, Failure> {
    Ok(Engine::new(Parts {
        catalogue: catalogue(config, backends)?.kept_on(shelf),
        ledger,
        tariff: tariff(config)?,
        lexicons,
        mouth: Arc::new(Lips::new()),
        cache: cache(config, backends)?,
        routing: Defaults {
            routing: routing(config)?,
            weights: config.routing.weights.clone(),
            hedge: hedge(config)?,
        },
        clock: Arc::new(SystemClock),
    }))
}

/// What was spoken before.
fn cache(config: &Config, backends: &Backends) -> Result<Cache, Failure> {
    let settings = cache_settings(config, backends)?;
    let folder = settings.disk.as_ref().map(|(folder, _)| folder.clone()).unwrap_or_default();
    Cache::open(&settings, Arc::new(SystemClock)).map_err(|error| Failure::unreadable(&folder, &error))
}

/// Where what was spoken is kept.
pub(crate) fn cache_settings(config: &Config, backends: &Backends) -> Result<CacheSettings, Failure> {
    let config::Cache { memory_bytes, disk_bytes, redis_seconds, shared } = config.cache;
    let disk = match disk_bytes {
        0 => None,
        bytes => Some((data_dir(config)?.join(CACHE), bytes)),
    };
    let remote = match (redis_seconds, &backends.redis) {
        (0, _) => None,
        (seconds, Some(redis)) => Some((Arc::new(redis.clone()) as _, Duration::from_secs(seconds.into()))),
        (_, None) => {
            return Err(Failure::usage(
                "[cache] redis_seconds is set without redis; set redis, or leave it out",
            ));
        }
    };
    Ok(CacheSettings { memory_bytes, disk, remote, shared })
}

/// Who can speak, under which names.
pub(crate) fn catalogue(config: &Config, backends: &Backends) -> Result<Catalogue, Failure> {
    let clock = Arc::new(SystemClock);
    let catalogue = Catalogue::new(backends.all.clone(), config.voices.clone(), stand_ins(), clock);
    Ok(catalogue.described(labels()?, tariff(config)?))
}

/// What is known of voices beside what their vendors say.
pub(crate) fn labels() -> Result<Labels, Failure> {
    Labels::builtin().map_err(|error| Failure::unusable(&error))
}

/// One client's lexicon, for all who ask.
struct LexiconOf {
    client: String,
    store: Database,
}

impl Lexicons for LexiconOf {
    fn of(&self, _asking: &str) -> BoxFuture<Result<Lexicon, SpeechError>> {
        self.store.of(&self.client)
    }
}

/// The database that is there already: who only looks at figures has named the wrong place where there is none.
pub(crate) async fn books(config: &Config) -> Result<Database, Failure> {
    if !config.database.is_server() {
        let directory = data_dir(config)?;
        if !directory.join(store::FILE).exists() {
            return Err(Failure::usage(format_args!(
                "there is no database in {}; name the data directory of the server with --data",
                directory.display()
            )));
        }
    }
    store(config).await
}

/// The database, brought to this program's schema.
pub(crate) async fn store(config: &Config) -> Result<Database, Failure> {
    Database::open(&location(config)?).await.map_err(|error| Failure::unusable(&error))
}

/// Where the database is.
pub(crate) fn location(config: &Config) -> Result<Location, Failure> {
    match data_dir(config) {
        Ok(data) => config.database.at(&data),
        Err(_) if config.database.is_server() => config.database.at(Path::new("")),
        Err(failure) => Err(failure),
    }
}

/// Where the journal lies.
pub(crate) fn data_dir(config: &Config) -> Result<PathBuf, Failure> {
    let directory = config.data.clone().or_else(default_data_dir);
    directory
        .ok_or_else(|| Failure::usage("there is no home directory to keep the journal in; give --data DIR"))
}

/// What digests of API keys are made with; refused where the keys that are there were made with another.
pub(crate) async fn pepper(config: &Config, store: &Database) -> Result<Pepper, Failure> {
    if config.pepper.is_none() && config.database.is_server() {
        tracing::warn!(
            "no pepper is configured: keys that another node makes in this database will not be known here"
        );
    }
    let pepper = match &config.pepper {
        Some(source) => Pepper::parse(&source.read()?),
        None => {
            let directory = data_dir(config)?;
            // With a database elsewhere, nobody has needed the directory yet.
            std::fs::create_dir_all(&directory).map_err(|error| Failure::unreadable(&directory, &error))?;
            Pepper::load_or_create(&directory.join(PEPPER))
        }
    };
    let pepper = pepper.map_err(|error| Failure::unusable(&error))?;
    let fits = store.check_pepper(&pepper.fingerprint(), SystemClock.unix_ms()).await;
    fits.map_err(|error| Failure::unusable(&error))?;
    Ok(pepper)
}

/// The clients of the configuration have their place among those of the database.
pub(crate) async fn ensure_clients(accounts: &dyn Accounts, config: &Config) -> Result<(), Failure> {
    let named = config.clients.iter().map(|(name, client)| (name.as_str(), client.preferences()));
    for (name, preferences) in named.chain([(LOCAL, Preferences::default())]) {
        let created_unix_ms = SystemClock.unix_ms();
        let client =
            Client { id: name.to_owned(), name: Some(name.to_owned()), created_unix_ms, preferences };
        accounts.ensure(client).await.map_err(|error| Failure::unusable(&error))?;
    }
    Ok(())
}

/// Who may use the server, by the configuration.
pub(crate) fn clients(config: &Config) -> Result<Clients, Failure> {
    let named = config.clients.iter().map(|(name, client)| {
        let keys = client.keys.0.iter().map(SecretSource::read).collect::<Result<_, Failure>>()?;
        Ok((name.clone(), keys))
    });
    let clients = Clients::new(named.collect::<Result<Vec<_>, Failure>>()?);
    let own = config.clients.iter().map(|(name, client)| (name.clone(), client.preferences()));
    Ok(clients.map_err(|error| Failure::unusable(&error))?.routed(routing(config)?, own))
}

/// Whom requests are spoken by, where neither they nor their client say.
pub(crate) fn routing(config: &Config) -> Result<Routing, Failure> {
    let config::Routing { policy, fallback, weights, .. } = &config.routing;
    if let Some(stranger) = weights.keys().find(|name| !config.backends.contains_key(*name)) {
        return Err(Failure::usage(format_args!(
            "[routing.weights] {stranger}: there is no [backends.{stranger}]; weigh those that there are"
        )));
    }
    Ok(Routing { policy: *policy, fallback: *fallback, ..Routing::default() })
}

/// When a second candidate is asked beside the first.
pub(crate) fn hedge(config: &Config) -> Result<Option<Quantile>, Failure> {
    let share = |hedge| {
        Quantile::new(hedge).ok_or_else(|| {
            Failure::usage(format_args!(
                "[routing] hedge = {hedge}: it is a share of calls, from 0.5 to 0.999, such as 0.95"
            ))
        })
    };
    config.routing.hedge.map(share).transpose()
}

/// Without keys, here or in the database, only this machine may ask: then no other address is listened on.
pub(crate) async fn check_listen(
    config: &Config,
    clients: &Clients,
    accounts: &dyn Accounts,
) -> Result<bool, Failure> {
    let has_keys =
        !clients.is_empty() || are_keys_stored(accounts).await.map_err(|error| Failure::unusable(&error))?;
    check_binding(config.listen, has_keys).map_err(|error| Failure::unusable(&error))?;
    Ok(has_keys)
}

/// Who may ask at the admin's address: whoever has one of the configured keys, or, without any, whoever is on this
/// machine.
pub(crate) fn admins(config: &Config) -> Result<Clients, Failure> {
    let keys = config.admin_keys.0.iter().map(SecretSource::read).collect::<Result<Vec<_>, Failure>>()?;
    let admins = Clients::new((!keys.is_empty()).then(|| (ADMIN.to_owned(), keys)));
    let admins = admins.map_err(|error| Failure::unusable(&error))?;
    if let Some(address) = config.admin_listen
        && check_binding(address, !admins.is_empty()).is_err()
    {
        return Err(Failure::usage(format_args!(
            "admin_listen = {address} without admin_keys would let everybody on the network make keys; set admin_keys, or listen on 127.0.0.1"
        )));
    }
    Ok(admins)
}

/// The certificate that the server shows.
pub(crate) fn tls(config: &Config) -> Result<Option<Tls>, Failure> {
    let Some(files) = &config.tls else { return Ok(None) };
    let read = |path: &Path| std::fs::read(path).map_err(|error| Failure::unreadable(path, &error));
    let tls = Tls::from_pem(&read(&files.cert)?, &read(&files.key)?);
    tls.map(Some).map_err(|error| Failure::unusable(&error))
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error.is_missing_model() {
            true => unfetched(error).into(),
            false => Failure::unusable(&error),
        }
    }
}
