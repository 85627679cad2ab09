//! Claims of requests that take long.

use std::future::pending;
use std::sync::Mutex;

use axum::body::Body;
use futures::channel::mpsc;
use http_body_util::BodyExt as _;
use tokio::sync::{Semaphore, oneshot};

use super::super::relay;
use super::*;
use crate::stack::Response;

/// One key: how long its claim holds, what became of it, and when it was heard of.
#[derive(Default)]
struct Only {
    claimed_until: Mutex<i64>,
    kept: Mutex<Option<billing::Replay>>,
    heard_of: Mutex<Vec<i64>>,
}

/// As far as the runtime's time has come since the Unix epoch.
#[derive(Debug)]
struct Since(Instant);

impl Clock for Since {
    fn unix_ms(&self) -> i64 {
        self.0.elapsed().as_millis() as i64
    }
}

struct Kept(Arc<Only>, Arc<Since>);

impl Replays for Kept {
    fn begin(
        &self,
        _: &str,
        _: &str,
        _: &str,
        _: [u8; 32],
        _: i64,
        until: i64,
    ) -> BoxFuture<Result<Begun, LedgerError>> {
        *self.0.claimed_until.lock().unwrap() = until;
        Box::pin(async { Ok(Begun::First) })
    }

    fn renew(
        &self,
        client: &str,
        key: &str,
        request: &str,
        until: i64,
    ) -> BoxFuture<Result<(), LedgerError>> {
        assert_eq!((client, key, request), ("ann", "k", "r1"));
        let (now, mut claimed_until) = (self.1.unix_ms(), self.0.claimed_until.lock().unwrap());
        assert!(now < *claimed_until, "the key was free at {now}");
        *claimed_until = until;
        self.0.heard_of.lock().unwrap().push(now);
        Box::pin(async { Ok(()) })
    }

    fn finish(
        &self,
        _: &str,
        _: &str,
        replay: billing::Replay,
        _: i64,
    ) -> BoxFuture<Result<(), LedgerError>> {
        *self.0.kept.lock().unwrap() = Some(replay);
        Box::pin(async { Ok(()) })
    }

    fn abandon(&self, _: &str, _: &str, _: &str) -> BoxFuture<Result<(), LedgerError>> {
        Box::pin(async { Ok(()) })
    }

    fn sweep(&self, _: i64) -> BoxFuture<Result<(), LedgerError>> {
        Box::pin(async { Ok(()) })
    }
}

async fn minutes(count: u64) {
    let never = timeout(Duration::from_secs(60 * count), pending::<Infallible>());
    assert!(never.await.is_err());
}

/// On the runtime's own time, which runs ahead as soon as all tasks wait: one that waits for a socket would be left
/// behind, so there is none.
#[tokio::test(start_paused = true)]
async fn a_claim_holds_for_as_long_as_its_request_is_answered_and_its_answer_relayed() {
    let (only, clock) = (Arc::new(Only::default()), Arc::new(Since(Instant::now())));
    let replays = Arc::new(Kept(only.clone(), clock.clone()));
    *only.claimed_until.lock().unwrap() = later(clock.unix_ms(), CLAIM);
    let owner = Owner { client: "ann".into(), key: "k".into(), request: "r1".into(), replays, clock };
    let claim = Claim { owner: Some(Arc::new(owner)), most_bytes: 1000, runtime: Handle::current() };

    let (speaker, said) = mpsc::unbounded::<Result<Bytes, Infallible>>();
    let answering = async {
        minutes(5).await;
        Ok(Response::new(Body::from_stream(said)))
    };
    let (head, answered) = oneshot::channel();
    let running = tokio::spawn(relay::run(claim, answering, head, Arc::new(Semaphore::new(1000))));
    let Ok(answer) = answered.await.unwrap() else { panic!("it is answered") };
    let mut body = answer.into_body();
    for word in ["one ", "two ", "three"] {
        minutes(5).await;
        speaker.unbounded_send(Ok(Bytes::from_static(word.as_bytes()))).unwrap();
        assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), word);
    }
    drop(speaker);
    assert!(body.frame().await.is_none());
    running.await.unwrap();
    let heard_of = only.heard_of.lock().unwrap().len();
    assert!((39..=40).contains(&heard_of), "each half minute of twenty: {heard_of}");
    assert_eq!(only.kept.lock().unwrap().as_ref().unwrap().audio, b"one two three");
    minutes(5).await;
    assert_eq!(only.heard_of.lock().unwrap().len(), heard_of, "an answer needs no claim");
}
