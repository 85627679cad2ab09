//! What all fakes share: the socket, the script, the record of every request, and `/__sim`.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, UPGRADE};
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use socket2::{SockRef, Socket};
use tokio::net::{TcpListener, TcpStream};

use crate::Kind;
use crate::azure::Tokens;
use crate::delivery::Job;
use crate::gate::Gate;
use crate::roster::Roster;
use crate::script::{Fault, Prompter, Script};
use crate::truth::{Entry, Truth};

/// The largest request that is read.
const LARGEST_REQUEST: usize = 16 << 20;

/// The least that hyper allows: bytes that a record counts and the socket has not taken yet.
const WRITE_BUFFER: usize = 8 << 10;

/// One fake's state.
pub(crate) struct Sim {
    pub(crate) prompter: Prompter,
    pub(crate) roster: Roster,
    /// What Azure has let in for a while.
    pub(crate) tokens: Tokens,
    pub(crate) truth: Truth,
    pub(crate) speeches: Arc<Gate>,
    pub(crate) lists: Gate,
    /// One copy for each synthesis that runs, beside this one.
    running: Arc<()>,
}

/// Marks an answer that counts its own bytes.
#[derive(Clone)]
pub(crate) struct Streamed;

/// The other handle of a connection's socket.
pub(crate) struct Line(Socket);

impl Line {
    /// Makes the end of the connection a reset.
    pub(crate) fn reset_when_closed(&self) {
        // It fails only where the client is gone already.
        drop(self.0.set_linger(Some(Duration::ZERO)));
    }
}

impl Sim {
    pub(crate) fn new(kind: Kind) -> Self {
        Self {
            prompter: Prompter::default(),
            roster: Roster::new(kind),
            tokens: Tokens::default(),
            truth: Truth::default(),
            speeches: Arc::default(),
            lists: Gate::default(),
            running: Arc::default(),
        }
    }

    /// A synthesis request that is as it should be: what is scripted for it begins here.
    ///
    /// # Errors
    /// The fault that refuses it at once.
    pub(crate) fn begin(&self, entry: Entry, line: Arc<Line>) -> Result<Job, Fault> {
        let script = self.prompter.next();
        if let Some(script) = script {
            entry.fault(script.fault);
        }
        match script.map(|script| script.fault) {
            Some(
                fault @ (Fault::RateLimited
                | Fault::Quota
                | Fault::ServerError
                | Fault::Unavailable
                | Fault::BadKey),
            ) => Err(fault),
            _ => {
                let (gate, running) = (Arc::clone(&self.speeches), Arc::clone(&self.running));
                Ok(Job { entry, line, script, gate, running })
            }
        }
    }
}

/// Whether the fakes take a key to be a wrong one.
pub(crate) fn is_bad(key: &str) -> bool {
    key.starts_with("bad") || key.starts_with("wrong")
}

/// Serves until it is dropped.
pub(crate) async fn serve(kind: Kind, listener: TcpListener, sim: Arc<Sim>) {
    let vendor = match kind {
        Kind::OpenAi => crate::openai::router(),
        Kind::ElevenLabs => crate::elevenlabs::router(),
        Kind::Azure => crate::azure::router(Arc::clone(&sim)),
    };
    let control = Router::new()
        .route("/__sim/script", post(script))
        .route("/__sim/truth", get(truth).delete(forget))
        .with_state(Arc::clone(&sim));
    let recorded = vendor.with_state(Arc::clone(&sim)).layer(from_fn_with_state(sim, record));
    let router = control.fallback_service(recorded);
    loop {
        // A connection that fails before it is accepted is the client's affair.
        let Ok((stream, _)) = listener.accept().await else { continue };
        if let Ok(line) = line(&stream) {
            let service = router.clone().layer(Extension(Arc::new(line)));
            let connection = http1::Builder::new()
                .max_buf_size(WRITE_BUFFER)
                .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
                .with_upgrades();
            tokio::spawn(connection);
        }
    }
}

fn line(stream: &TcpStream) -> io::Result<Line> {
    stream.set_nodelay(true)?;
    Ok(Line(SockRef::from(stream).try_clone()?))
}

/// Opens a record for the request, and closes it unless the answer does so itself.
async fn record(State(sim): State<Arc<Sim>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_REQUEST).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let entry = sim.truth.open(&parts, &body);
    parts.extensions.insert(entry.clone());
    let is_list = parts.method == Method::GET && !parts.headers.contains_key(UPGRADE);
    if is_list {
        sim.lists.pass(0).await;
    }
    let response = match is_list && sim.roster.is_broken() {
        true => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        false => next.run(Request::from_parts(parts, Body::from(body))).await,
    };
    entry.status(response.status().as_u16());
    if response.extensions().get::<Streamed>().is_none() {
        let bytes = response.body().size_hint().exact().unwrap_or_default();
        entry.serve(usize::try_from(bytes).unwrap_or(usize::MAX), 0.0);
        entry.complete();
    }
    response
}

async fn script(State(sim): State<Arc<Sim>>, Json(script): Json<Script>) -> StatusCode {
    sim.prompter.set(script);
    StatusCode::NO_CONTENT
}

async fn truth(State(sim): State<Arc<Sim>>) -> Response {
    let lines: Result<Vec<String>, _> =
        sim.truth.all().iter().map(|served| serde_json::to_string(served).map(|line| line + "\n")).collect();
    match lines {
        Ok(lines) => ([(CONTENT_TYPE, "application/x-ndjson")], lines.concat()).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn forget(State(sim): State<Arc<Sim>>) -> StatusCode {
    sim.truth.clear();
    StatusCode::NO_CONTENT
}
