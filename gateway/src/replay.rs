//! `Idempotency-Key`: who asks again after a break gets the answer again, and pays once.
//!
//! The first request with a key claims it, for its client and for a day. It then runs to its end by itself: who sends a
//! key means to have the answer, so a hang-up does not end the speech, and what was paid for is there for who comes
//! back. The first answer goes to its client as it is made and is copied on the way. Asked again with the same key:
//!
//! - the same request, answered: the same headers and audio, at no charge, with `x-soundboard-cache: hit`;
//! - the same request, still running: 409, and a moment's wait; here or on another node;
//! - another request: 422;
//! - an answer that was too long to be kept (`http.replay_max_bytes`): 409 with the code `idempotency_answer_not_kept`.
//!   To speak it again would be charged again, and nobody is charged twice without having asked twice.
//!
//! What fails costs its client nothing, and gives its key free, as does what the server breaks off when it stops. Who
//! hangs up on an answer that has become too long to be kept ends it, and pays for what was spoken.

mod answer;
mod claim;
mod relay;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use billing::{LedgerError, Replays};
use engine::Engine;
use http::HeaderName;
use speech::{Clock, ErrorKind, SpeechError};
use tokio::sync::{Semaphore, oneshot};
use tower::{Layer, ServiceExt as _};
use tracing::Instrument as _;

use crate::Config;
use crate::doors::{self, json};
use crate::fault::Fault;
use crate::server::Kept;
use crate::stack::{Client, Next, Request, RequestId, Response, around};

use claim::{Claim, Put, Question};
pub(crate) use relay::Spoiled;

/// By which a client names a request that it may send twice.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The most characters of a key.
const LONGEST_KEY: usize = 255;

/// The most bytes of all answers together that are being copied, or given again.
const MOST_BYTES_TOGETHER: usize = 256 * 1024 * 1024;

/// How often answers are looked for that are past their time.
const ROUND: Duration = Duration::from_secs(600);

/// When a ledger that cannot be written may be back.
const SOON: Duration = Duration::from_secs(2);

/// What the layer is made of. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Replay {
    /// Enters what is given again.
    pub(crate) engine: Engine,
    /// Where answers are kept.
    pub(crate) replays: Arc<dyn Replays>,
    /// Wall-clock time.
    pub(crate) clock: Arc<dyn Clock>,
    /// How much is read, and kept.
    pub(crate) config: Arc<Config>,
    /// Bytes of [`MOST_BYTES_TOGETHER`] that nobody has taken.
    room: Arc<Semaphore>,
}

/// Answers a request that was answered before as it was, and keeps each answer that may be asked for again. Requests
/// without a key pass.
pub(crate) fn replay(replay: Replay) -> impl Layer<Next<Fault>, Service = Next<Fault>> + Clone {
    around(move |request: Request, next: Next<Fault>| {
        let replay = replay.clone();
        async move {
            match key(&request)? {
                Some(key) => replay.answer(key, request, next).await,
                None => next.oneshot(request).await,
            }
        }
    })
}

/// Deletes what is past its time, from time to time. For ever.
pub(crate) async fn sweep(replays: Arc<dyn Replays>, clock: Arc<dyn Clock>) -> std::convert::Infallible {
    let mut rounds = tokio::time::interval(ROUND);
    rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        if let Err(error) = replays.sweep(clock.unix_ms()).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "stored answers that are past their time could not be deleted");
        }
    }
}

impl Replay {
    /// Nothing is copied yet.
    pub(crate) fn new(
        engine: Engine,
        replays: Arc<dyn Replays>,
        clock: Arc<dyn Clock>,
        config: Arc<Config>,
    ) -> Self {
        Self { engine, replays, clock, config, room: Arc::new(Semaphore::new(MOST_BYTES_TOGETHER)) }
    }

    async fn answer(self, key: String, request: Request, next: Next<Fault>) -> Result<Response, Fault> {
        let (parts, body) = request.into_parts();
        let body = json::collect(body, self.config.max_body_bytes, self.config.body_timeout()).await?;
        let question = Question::of(key, &parts, &body)?;
        let request = Request::from_parts(parts, Body::from(body));
        match question.put(&self).await? {
            Put::First(claim) => self.first(claim, request, next).await,
            Put::Done(kept) => self.again(kept, request).await,
            Put::Running => Err(Fault::AnswerRunning),
            Put::Another => Err(Fault::AnotherRequest),
        }
    }

    /// Has the request answered by a task of its own, which no hang-up reaches.
    async fn first(self, claim: Claim, request: Request, next: Next<Fault>) -> Result<Response, Fault> {
        let (head, answered) = oneshot::channel();
        // A server that drains waits for what holds this.
        let kept = request.extensions().get::<Kept>().cloned();
        let running = async move {
            let cut = kept.as_ref().map(|kept| kept.cut.clone()).unwrap_or_default();
            tokio::select! {
                () = cut.cancelled() => {}
                () = relay::run(claim, next.oneshot(request), head, self.room) => {}
            }
            drop(kept);
        };
        tokio::spawn(running.in_current_span());
        let defect = |_| SpeechError::internal("the task that answers a request has ended before it did");
        answered.await.map_err(defect)?
    }

    /// Gives an answer again.
    async fn again(self, kept: billing::Replay, request: Request) -> Result<Response, Fault> {
        let door = doors::door_of_speech(&request);
        let known = request.extensions();
        let (Some(RequestId(id)), Some(Client { payer, .. }), Some(door)) =
            (known.get().cloned(), known.get().cloned(), door)
        else {
            return Err(SpeechError::internal("a request without id or client").into());
        };
        drop(request);
        let Some((response, facts)) = answer::restored(kept, &self.room)? else {
            return Err(Fault::AnswerNotKept);
        };
        self.engine.replayed(facts.of(id.to_string(), payer, door)).await;
        Ok(response)
    }
}

/// The key of a request for speech, if it carries one. A socket's speeches have none.
fn key(request: &Request) -> Result<Option<String>, SpeechError> {
    let mut keys = request.headers().get_all(KEY).iter();
    let is_speech = doors::is_spoken_at_once(request);
    let Some(key) = keys.next().filter(|_| is_speech) else { return Ok(None) };
    match (key.to_str(), keys.next()) {
        (Ok(key), None) if (1..=LONGEST_KEY).contains(&key.len()) => Ok(Some(key.to_owned())),
        _ => Err(SpeechError::invalid_parameter(
            "idempotency-key",
            format!(
                "The header Idempotency-Key must be one, of 1 to {LONGEST_KEY} printable ASCII characters."
            ),
        )),
    }
}

fn unavailable(error: LedgerError) -> SpeechError {
    let message = "Whether this request was answered before cannot be told just now; it may be tried again.";
    SpeechError::new(ErrorKind::LedgerUnavailable, message).retry_after(SOON).caused_by(error)
}
