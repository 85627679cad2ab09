//! The way to Redis. While it is broken nobody waits for it, and it is mended in the background.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, RedisError, RedisResult, cmd};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::PREFIX;
use crate::StoreError;

/// How long it may take to connect, TLS included, and to see that it can be written.
const CONNECTING: Duration = Duration::from_secs(2);

/// How soon a Redis answers that is there.
const ANSWERING: Duration = Duration::from_millis(500);

/// Between two tries to mend.
pub(super) const PAUSE: Duration = Duration::from_secs(1);

/// What is said when it is not its own words.
const SILENT: &str = "it does not answer";

pub(super) struct Link {
    client: Client,
    /// Where it leads.
    place: String,
    state: watch::Sender<State>,
    is_doubted: AtomicBool,
}

enum State {
    /// Nobody has asked for anything yet.
    Unused,
    /// The first who have asked wait.
    Coming,
    Up(Connections),
    /// It is being mended.
    Down,
}

/// Two, so that whoever asks for little does not wait behind recordings.
#[derive(Clone)]
pub(super) struct Connections {
    pub(super) quick: MultiplexedConnection,
    pub(super) bulk: MultiplexedConnection,
}

impl Link {
    pub(super) fn new(client: Client, place: String) -> Arc<Self> {
        let state = watch::Sender::new(State::Unused);
        Arc::new(Self { client, place, state, is_doubted: AtomicBool::new(false) })
    }

    /// The answer, if it comes in time.
    pub(super) async fn ask<T>(
        self: &Arc<Self>,
        patience: Duration,
        question: impl AsyncFnOnce(Connections) -> RedisResult<T>,
    ) -> Option<T> {
        let until = Instant::now() + patience;
        let connections = timeout_at(until, self.connections()).await.ok()??;
        match timeout_at(until, question(connections)).await {
            Ok(Ok(answer)) => Some(answer),
            Ok(Err(error)) if error.is_unrecoverable_error() => {
                self.lose(&error);
                None
            }
            // It was slow, or would not: perhaps for this once.
            Ok(Err(_)) | Err(_) => {
                self.doubt();
                None
            }
        }
    }

    /// Whether it is there and can be written.
    pub(super) async fn check(&self) -> Result<(), StoreError> {
        match self.connect().await {
            Ok(_) => Ok(()),
            Err(source) => Err(StoreError::Redis { place: self.to_string(), source }),
        }
    }

    /// Resolves while it is not broken.
    pub(super) async fn back(&self) {
        // It cannot end as long as this is here.
        let _ = self.state.subscribe().wait_for(|state| matches!(state, State::Up(_))).await;
    }

    /// None while it is broken.
    async fn connections(self: &Arc<Self>) -> Option<Connections> {
        let is_first = self.state.send_if_modified(|state| {
            let is_unused = matches!(state, State::Unused);
            if is_unused {
                *state = State::Coming;
            }
            is_unused
        });
        if is_first {
            let link = Arc::clone(self);
            tokio::spawn(async move {
                match link.connect().await {
                    Ok(connections) => drop(link.state.send_replace(State::Up(connections))),
                    Err(error) => link.lose(&error),
                }
            });
        }
        let mut state = self.state.subscribe();
        let state = state.wait_for(|state| !matches!(state, State::Coming)).await.ok()?;
        match &*state {
            State::Up(connections) => Some(connections.clone()),
            _ => None,
        }
    }

    /// Asks whether it is there at all and can be written. Who was too slow for one question may have had too much to say,
    /// and who refused it may find somebody else's things under our name.
    fn doubt(self: &Arc<Self>) {
        if self.is_doubted.swap(true, Ordering::Relaxed) {
            return;
        }
        let link = Arc::clone(self);
        tokio::spawn(async move {
            let connections = match &*link.state.borrow() {
                State::Up(connections) => Some(connections.clone()),
                _ => None,
            };
            if let Some(mut connections) = connections {
                match timeout(ANSWERING, connections.try_writing()).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => link.lose(&error),
                    Err(_) => link.lose(&SILENT),
                }
            }
            link.is_doubted.store(false, Ordering::Relaxed);
        });
    }

    /// It is broken: the operator is told once, and it is mended.
    fn lose(self: &Arc<Self>, why: &dyn fmt::Display) {
        let is_news = self.state.send_if_modified(|state| {
            let was_up = !matches!(state, State::Down);
            *state = State::Down;
            was_up
        });
        if is_news {
            tracing::warn!(
                redis = %self, %why,
                "Redis cannot be used; until it can, this gateway's cache and the slots of its vendors are its own"
            );
            tokio::spawn(Arc::clone(self).mend());
        }
    }

    async fn mend(self: Arc<Self>) {
        let connections = loop {
            // First, so that one that takes connections and nothing else is not complained about all the time.
            sleep(PAUSE).await;
            if let Ok(connections) = self.connect().await {
                break connections;
            }
        };
        self.state.send_replace(State::Up(connections));
        tracing::info!(redis = %self, "Redis can be used again");
    }

    async fn connect(&self) -> RedisResult<Connections> {
        // Each question has its own deadline.
        let config = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
        let connecting = async {
            let connection = || self.client.get_multiplexed_async_connection_with_config(&config);
            let mut connections = Connections { quick: connection().await?, bulk: connection().await? };
            connections.try_writing().await?;
            Ok(connections)
        };
        let silent = |_| RedisError::from((redis::ErrorKind::Io, SILENT));
        timeout(CONNECTING, connecting).await.map_err(silent)?
    }
}

impl Connections {
    /// By a script, as lines are kept. One that is full, still loading or a replica answers, and is of no use.
    async fn try_writing(&mut self) -> RedisResult<()> {
        let mut set = cmd("EVAL");
        set.arg("return redis.call('SET', KEYS[1], '', 'PX', 1000)").arg(1).arg(format!("{PREFIX}probe"));
        set.exec_async(&mut self.quick).await
    }
}

/// Where it leads.
impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place)
    }
}
