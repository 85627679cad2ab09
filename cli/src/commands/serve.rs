//! Serves until it is told to stop.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use engine::health::{Health, Tripped};
use gateway::{AdminParts, Ended, Parts};
use inference::models::ModelStore;
use telemetry::{Breaker, Metrics};
use tokio::net::{TcpListener, TcpSocket};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::block_on;
use crate::args::Global;
use crate::compose;
use crate::config::Config;
use crate::environment::{RandomIds, SystemClock};
use crate::failure::Failure;
use crate::loading::Loading;
use crate::signals::Signals;

/// How long what is spoken here may take to break off at a second signal.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// How long the rows of what a second signal broke off may take.
const LAST_ROWS: Duration = Duration::from_secs(2);

/// Answers at once (`/healthz`); is ready (`/readyz`) when the models are there.
pub(crate) fn run(config: &Config, global: &Global, metrics: &Metrics) -> Result<(), Failure> {
    let clients = compose::clients(config)?;
    let tls = compose::tls(config)?;
    let admins = compose::admins(config)?;
    compose::tariff(config)?;
    let models = Arc::new(compose::models(config, global.cache.clone())?);
    let backends = compose::backends(config)?;
    compose::check_aliases(config, &backends)?;
    block_on(async {
        let mut signals = Signals::listen()?;
        let store = Arc::new(compose::store(config).await?);
        let pepper = Arc::new(compose::pepper(config, &store).await?);
        let has_keys = compose::check_listen(config, &clients, &*store).await?;
        let listener = bind(config.listen, config, "listening on").await?;
        let admin_listener = match config.admin_listen {
            Some(address) => Some(bind(address, config, "clients, costs and metrics on").await?),
            None => None,
        };
        compose::ensure_clients(&*store, config).await?;
        let engine =
            compose::engine(metrics.watch(store.clone()), store.clone(), store.clone(), config, &backends)?;
        engine.recall().await;
        watch_breakers(metrics, engine.health().clone());
        if !has_keys {
            tracing::info!("no keys configured: loopback only, every caller is client local");
        }
        let listing = engine.clone();
        let page = metrics.clone();
        let admin_parts = AdminParts {
            engine: engine.clone(),
            admins,
            accounts: store.clone(),
            pepper: pepper.clone(),
            reports: store.clone(),
            metrics: Arc::new(move || page.render()),
            ids: Arc::new(RandomIds),
            clock: Arc::new(SystemClock),
            config: config.http.clone(),
            tls: tls.clone(),
        };
        let parts = Parts {
            engine,
            clients,
            accounts: store.clone(),
            pepper,
            reports: store.clone(),
            replays: store.clone(),
            tls,
            ids: Arc::new(RandomIds),
            clock: Arc::new(SystemClock),
            config: config.http.clone(),
        };
        let stop = CancellationToken::new();
        let at_once = CancellationToken::new();
        let serving_all = async {
            let serving = gateway::serve(listener, parts, stop.cancelled(), at_once.cancelled());
            let Some(listener) = admin_listener else { return serving.await };
            // Probes are answered until the last request has ended.
            let ended = CancellationToken::new();
            let watching = gateway::serve_admin(listener, admin_parts, ended.cancelled(), ended.cancelled());
            let serving = async {
                let outcome = serving.await;
                ended.cancel();
                outcome
            };
            tokio::join!(serving, watching).0
        };
        let mut serving = pin!(serving_all);
        let outcome = tokio::select! {
            // It never ends by itself, and what has ended must not be asked again.
            _ = &mut serving => return Ok(()),
            _ = signals.next() => Ok(()),
            failure = loading(&backends.local, &models) => Err(failure),
            never = listing.keep_listing() => match never {},
        };
        stop.cancel();
        if outcome.is_ok() {
            tracing::info!("stopping: what is being spoken is finished; a second signal ends at once");
        }
        let ended = tokio::select! {
            ended = &mut serving => ended,
            exit = signals.next() => {
                backends.local.iter().for_each(|backend| backend.silence());
                // What is spoken here ends by itself and says why; vendors, and readers who take nothing more, are cut
                // off. Until every row is on disk.
                if timeout(LAST_WORDS, &mut serving).await.is_err() {
                    at_once.cancel();
                    let _ = timeout(LAST_ROWS, serving).await;
                }
                backends.close().await;
                return Err(Failure::Quiet(exit));
            }
        };
        if ended == Ended::CutOff {
            tracing::warn!("some answers were cut off: they took longer than http.drain_timeout_seconds");
        }
        backends.close().await;
        outcome
    })
}

/// Shows on the page of metrics who is not called for now.
fn watch_breakers(metrics: &Metrics, health: Health) {
    let breaker = |Tripped { backend, voice, state }| Breaker { backend, voice, level: state.level() };
    metrics.watch_breakers(move || health.tripped().into_iter().map(breaker).collect());
}

/// Loads the models in the background; resolves only when that fails.
async fn loading(backends: &[Arc<Loading>], models: &Arc<ModelStore>) -> Failure {
    match compose::load(backends, models).await {
        Ok(()) => {
            tracing::info!("ready to speak");
            std::future::pending().await
        }
        Err(error) => error.into(),
    }
}

/// Connections that may wait to be accepted, if the system's own limit is not less: a burst beyond it is reset.
const BACKLOG: u32 = 4096;

/// Listens, and says so in a line that begins with `words`.
async fn bind(at: SocketAddr, config: &Config, words: &str) -> Result<TcpListener, Failure> {
    let bound = async {
        let socket = if at.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_reuseaddr(true)?;
        socket.bind(at)?;
        let listener = socket.listen(BACKLOG)?;
        let address = listener.local_addr()?;
        let scheme = if config.tls.is_some() { "https" } else { "http" };
        tracing::info!("{words} {scheme}://{address}");
        Ok(listener)
    };
    bound.await.map_err(|error: std::io::Error| {
        Failure::usage(format_args!(
            "cannot listen on {at}: {error}; choose another address with --listen or --admin-listen"
        ))
    })
}
