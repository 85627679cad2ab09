//! Connections: taken, bounded, timed, drained.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Body;
use billing::{Accounts, Replays, Reports};
use engine::{Engine, break_off};
use hyper::body::Incoming;
use hyper::rt::Executor;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use security::Pepper;
use speech::{Clock, ErrorKind, Ids};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch::error::RecvError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::task_tracker::TaskTrackerToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};
use tower::ServiceExt as _;

use crate::body::{Tend, tend};
use crate::{AdminParts, Clients, Config, Tls};
use crate::{replay, stack};

/// Bytes that may wait in this process for a slow reader, and again in the kernel, before its backend is slowed
/// down; also the longest request head. The kernel would grow its own to megabytes: minutes of audio.
const SEND_BUFFER: usize = 64 * 1024;

/// Requests that one HTTP/2 connection may have in flight.
const MOST_STREAMS: u32 = 64;

/// How long to wait before accepting again when the system has no file descriptor left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How long a ledger that cannot be written may keep a server from ending.
const LAST_ROWS: Duration = Duration::from_secs(15);

/// What a server is made of.
pub struct Parts {
    /// Who speaks.
    pub engine: Engine,
    /// Who may ask, by the configuration.
    pub clients: Clients,
    /// Who else may ask, and how much of it.
    pub accounts: Arc<dyn Accounts>,
    /// What the digests of their keys were made with.
    pub pepper: Arc<Pepper>,
    /// What was used of it.
    pub reports: Arc<dyn Reports>,
    /// Where answers are kept for who asks again.
    pub replays: Arc<dyn Replays>,
    /// Where request ids come from.
    pub ids: Arc<dyn Ids>,
    /// Wall-clock time.
    pub clock: Arc<dyn Clock>,
    /// Limits.
    pub config: Config,
    /// By what connections are encrypted; none leaves them plain.
    pub tls: Option<Tls>,
}

/// How a server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Every answer was finished.
    Drained,
    /// The drain timeout passed, or nobody would wait for it; what was still running was cut off.
    CutOff,
}

/// Serves until `shutdown` resolves, then lets running answers end within the drain timeout or until `at_once` resolves,
/// cuts off the rest, and waits for the last rows. Keeps the engine's books all the while.
pub async fn serve(
    listener: TcpListener,
    mut parts: Parts,
    shutdown: impl Future<Output = ()>,
    at_once: impl Future<Output = ()>,
) -> Ended {
    let (engine, config, tls, listen) =
        (parts.engine.clone(), parts.config.clone(), parts.tls.take(), address_of(&listener));
    let sweeping = replay::sweep(parts.replays.clone(), parts.clock.clone());
    let server = Server::new(&config, tls, |draining| stack::stack(parts, listen, draining));
    let serving = async {
        let ended = server.run(listener, config.drain_timeout(), shutdown, at_once).await;
        // What cannot be written now is settled from its hold, by whoever finds that.
        let _ = tokio::time::timeout(LAST_ROWS, engine.settled()).await;
        ended
    };
    tokio::select! {
        ended = serving => ended,
        never = engine.keep_books() => match never {},
        never = sweeping => match never {},
    }
}

/// Serves the admin's API, the probes and the metrics; otherwise like [`serve`].
pub async fn serve_admin(
    listener: TcpListener,
    mut parts: AdminParts,
    shutdown: impl Future<Output = ()>,
    at_once: impl Future<Output = ()>,
) -> Ended {
    let (config, tls, listen) = (parts.config.clone(), parts.tls.take(), address_of(&listener));
    let server = Server::new(&config, tls, |draining| stack::admin_stack(parts, listen, draining));
    server.run(listener, config.drain_timeout(), shutdown, at_once).await
}

/// Where a listener listens; if it does not know, everywhere.
fn address_of(listener: &TcpListener) -> SocketAddr {
    listener.local_addr().unwrap_or(SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)))
}

#[derive(Clone)]
struct Server {
    stack: stack::Next<Infallible>,
    http: auto::Builder<Tracked>,
    tls: Option<Tls>,
    header_timeout: Duration,
    stall_timeout: Duration,
    places: Arc<Semaphore>,
    tasks: TaskTracker,
    draining: CancellationToken,
    cut: CancellationToken,
}

impl Server {
    fn new(
        config: &Config,
        tls: Option<Tls>,
        stack: impl FnOnce(CancellationToken) -> stack::Next<Infallible>,
    ) -> Self {
        let draining = CancellationToken::new();
        let tasks = TaskTracker::new();
        let header_timeout = config.header_timeout();
        Self {
            stack: stack(draining.clone()),
            http: http(tasks.clone(), header_timeout),
            tls,
            header_timeout,
            stall_timeout: config.stall_timeout(),
            places: Arc::new(Semaphore::new(config.max_connections.get() as usize)),
            tasks,
            draining,
            cut: CancellationToken::new(),
        }
    }

    /// Serves until `shutdown` resolves, then lets what runs end for so long or until `at_once` resolves.
    async fn run(
        self,
        listener: TcpListener,
        drain_timeout: Duration,
        shutdown: impl Future<Output = ()>,
        at_once: impl Future<Output = ()>,
    ) -> Ended {
        tokio::select! {
            () = self.accept(listener) => {}
            () = shutdown => {}
        }
        self.draining.cancel();
        self.tasks.close();
        let is_drained = tokio::select! {
            () = self.tasks.wait() => true,
            () = tokio::time::sleep(drain_timeout) => false,
            () = at_once => false,
        };
        if is_drained {
            return Ended::Drained;
        }
        self.cut.cancel();
        self.tasks.wait().await;
        Ended::CutOff
    }

    /// Accepts for ever. A place is taken *before* the accept: beyond the cap, clients wait in the kernel's
    /// queue instead of costing us memory.
    async fn accept(&self, listener: TcpListener) {
        loop {
            let Ok(place) = self.places.clone().acquire_owned().await else { return };
            match listener.accept().await {
                Ok((stream, _)) => {
                    let kept = Kept {
                        _place: Arc::new(place),
                        _task: self.tasks.token(),
                        draining: self.draining.clone(),
                        cut: self.cut.clone(),
                    };
                    self.tasks.spawn(self.clone().connection(stream, kept));
                }
                Err(error) if is_about_one_connection(&error) => {}
                Err(error) => {
                    tracing::warn!(%error, "cannot accept connections for a moment");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    async fn connection(self, stream: TcpStream, kept: Kept) {
        set_options(&stream);
        let Some(tls) = &self.tls else { return self.speak_http(stream, kept).await };
        let greeting = tls.accept(stream);
        tokio::select! {
            greeted = tokio::time::timeout(self.header_timeout, greeting) => match greeted {
                Ok(Ok(stream)) => self.speak_http(stream, kept).await,
                Ok(Err(error)) => log(Err(error.into())),
                Err(_) => {}
            },
            () = self.draining.cancelled() => {}
        }
    }

    async fn speak_http(&self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, kept: Kept) {
        let (busy, in_flight) = watch::channel(0);
        let stalled = CancellationToken::new();
        let service = hyper::service::service_fn(|mut request: http::Request<Incoming>| {
            request.extensions_mut().insert(kept.clone());
            let in_flight = InFlight::enter(&busy);
            let reader = Reader::watched(stalled.clone(), self.stall_timeout);
            let answer = self.stack.clone().oneshot(request.map(Body::new));
            async { answer.await.map(|response| tend(tend(response, in_flight), reader)) }
        });
        let mut connection =
            Box::pin(self.http.serve_connection_with_upgrades(TokioIo::new(stream), service));
        let last_answers_may_take = tokio::select! {
            result = connection.as_mut() => return log(result),
            () = stalled.cancelled() => return,
            () = self.cut.cancelled() => return break_off(connection, ErrorKind::Overloaded),
            Ok(()) = idle_for(in_flight, self.header_timeout) => self.stall_timeout,
            () = self.draining.cancelled() => Duration::MAX,
        };
        connection.as_mut().graceful_shutdown();
        tokio::select! {
            result = connection.as_mut() => log(result),
            () = stalled.cancelled() => {}
            // It is not the client who goes.
            () = self.cut.cancelled() => break_off(connection, ErrorKind::Overloaded),
            () = tokio::time::sleep(last_answers_may_take) => {}
        }
    }
}

/// What a connection holds, among the extensions of its requests: who makes it a socket of their own keeps it.
#[derive(Clone)]
pub(crate) struct Kept {
    _place: Arc<OwnedSemaphorePermit>,
    _task: TaskTrackerToken,
    /// Cancelled when the server is about to stop.
    pub(crate) draining: CancellationToken,
    /// Cancelled when it waits no longer.
    pub(crate) cut: CancellationToken,
}

/// A socket that refuses an option is broken, and the first read says so.
fn set_options(stream: &TcpStream) {
    // Audio is latency-bound: a small last piece must not wait for an acknowledgement.
    let _ = stream.set_nodelay(true);
    let _ = socket2::SockRef::from(stream).set_send_buffer_size(SEND_BUFFER);
}

/// hyper's own listener for HTTP/1.1 and HTTP/2. Its timeouts run only because it is given a timer.
fn http(tasks: TaskTracker, header_timeout: Duration) -> auto::Builder<Tracked> {
    let mut builder = auto::Builder::new(Tracked(tasks));
    builder.http1().timer(TokioTimer::new()).header_read_timeout(header_timeout).max_buf_size(SEND_BUFFER);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(header_timeout)
        .keep_alive_timeout(header_timeout)
        .max_concurrent_streams(MOST_STREAMS)
        .max_send_buf_size(SEND_BUFFER)
        .max_header_list_size(SEND_BUFFER as u32);
    builder
}

/// Resolves once no request has been in flight for so long. hyper's header timeout does not cover everything:
/// not the first bytes, by which the version of HTTP is told, and nothing of HTTP/2. Fails with the connection.
///
/// Not `wait_for` for the change: it would miss one that is undone before this task runs.
async fn idle_for(mut in_flight: watch::Receiver<usize>, patience: Duration) -> Result<(), RecvError> {
    loop {
        in_flight.wait_for(|&requests| requests == 0).await?;
        match tokio::time::timeout(patience, in_flight.changed()).await {
            Ok(changed) => changed?,
            Err(_) => return Ok(()),
        }
    }
}

/// One request of a connection, until its answer's last byte.
struct InFlight(watch::Sender<usize>);

impl InFlight {
    fn enter(busy: &watch::Sender<usize>) -> Self {
        busy.send_modify(|requests| *requests += 1);
        Self(busy.clone())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.send_modify(|requests| *requests -= 1);
    }
}

impl Tend for InFlight {}

/// Tells a watchdog whose turn it is: the reader's, from a piece that was sent until the next is asked for. The
/// watchdog looks now and then; to wake it for every piece would cost more than the piece.
struct Reader {
    turn: Arc<Turn>,
    /// It ends with the answer.
    _watchdog: AbortOnDropHandle<()>,
}

impl Reader {
    /// Cancels `stalled` when the reader's turn takes as long as `patience`.
    fn watched(stalled: CancellationToken, patience: Duration) -> Self {
        let turn = Arc::new(Turn { begun: Instant::now(), readers_since: AtomicU64::new(NOT_THE_READERS) });
        let watched = Arc::clone(&turn);
        let watchdog = tokio::spawn(async move {
            watched.is_too_long(patience).await;
            stalled.cancel();
        });
        Self { turn, _watchdog: AbortOnDropHandle::new(watchdog) }
    }
}

impl Tend for Reader {
    fn asked(&mut self) {
        self.turn.readers_since.store(NOT_THE_READERS, Ordering::Relaxed);
    }

    fn sent(&mut self, _bytes: usize) {
        let since = self.turn.begun.elapsed().as_millis() as u64;
        self.turn.readers_since.store(since, Ordering::Relaxed);
    }
}

/// For [`Turn::readers_since`].
const NOT_THE_READERS: u64 = u64::MAX;

/// Whose turn it is.
struct Turn {
    begun: Instant,
    /// Milliseconds from then until the reader's turn began.
    readers_since: AtomicU64,
}

impl Turn {
    /// Resolves when the reader's turn takes as long as `patience`.
    async fn is_too_long(&self, patience: Duration) {
        // A turn that begins after a look cannot be too long before the next.
        let mut look = Instant::now() + patience;
        loop {
            tokio::time::sleep_until(look).await;
            let now = Instant::now();
            look = match self.readers_since.load(Ordering::Relaxed) {
                NOT_THE_READERS => now + patience,
                since => self.begun + Duration::from_millis(since) + patience,
            };
            if look <= now {
                return;
            }
        }
    }
}

/// Runs HTTP/2 streams as tasks that the drain waits for.
#[derive(Clone)]
struct Tracked(TaskTracker);

impl<F: Future<Output: Send> + Send + 'static> Executor<F> for Tracked {
    fn execute(&self, future: F) {
        self.0.spawn(future);
    }
}

/// Errors of `accept` that say nothing about the listener (accept(2)).
fn is_about_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}

/// A connection that breaks is the client's affair: of interest to whoever looks into one, no more.
fn log(result: Result<(), Box<dyn std::error::Error + Send + Sync>>) {
    if let Err(error) = result {
        tracing::debug!(%error, "a connection broke");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_turn_is_too_long_when_its_patience_is_over_whenever_it_began() {
        let patience = Duration::from_secs(10);
        let stalled = CancellationToken::new();
        let begun = Instant::now();
        let mut reader = Reader::watched(stalled.clone(), patience);
        for _ in 0..9 {
            reader.sent(1);
            tokio::time::advance(Duration::from_secs(7)).await;
            reader.asked();
            tokio::time::advance(Duration::from_secs(14)).await;
        }
        assert!(!stalled.is_cancelled(), "nobody waited too long");
        reader.sent(1);
        let since = begun.elapsed();
        stalled.cancelled().await;
        let waited = begun.elapsed() - since;
        assert!((patience..patience + Duration::from_millis(50)).contains(&waited), "{waited:?}");
    }
}
