//! A first answer on its way: to its client, as it is made, and to where it is kept.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use http_body::{Body as _, Frame};
use http_body_util::BodyExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::timeout;

use super::answer::{self, take};
use super::claim::{COURTESY, Claim};
use crate::fault::Fault;
use crate::stack::Response;

/// Among an answer's extensions: says that its speech has failed, though its body comes to an end that says so.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spoiled(Arc<AtomicBool>);

impl Spoiled {
    /// From here on it is no answer that could be given again.
    pub(crate) fn spoil(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_spoiled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Runs a request to its end, with its client or without. It has its key all the while.
pub(super) async fn run(
    claim: Claim,
    answering: impl Future<Output = Result<Response, Fault>>,
    head: oneshot::Sender<Result<Response, Fault>>,
    room: Arc<Semaphore>,
) {
    let renewing = claim.renewing();
    tokio::select! {
        never = renewing => match never {},
        () = run_claimed(claim, answering, head, room) => {}
    }
}

async fn run_claimed(
    claim: Claim,
    answering: impl Future<Output = Result<Response, Fault>>,
    head: oneshot::Sender<Result<Response, Fault>>,
    room: Arc<Semaphore>,
) {
    let response = match answering.await {
        Ok(response) if response.status() == StatusCode::OK => response,
        failed => {
            // Who is told so may ask again at once.
            claim.free().await;
            let _ = head.send(failed);
            return;
        }
    };
    let (client, pieces) = mpsc::channel(1);
    let (parts, body) = response.into_parts();
    let copy = Copy { bytes: Vec::new(), most: claim.most_bytes, room, taken: None, is_whole: true };
    let spoiled = parts.extensions.get::<Spoiled>().cloned().unwrap_or_default();
    let headers = parts.headers.clone();
    let _ = head.send(Ok(Response::from_parts(parts, Body::new(Relayed { pieces, is_over: false }))));
    relay(claim, headers, body, copy, spoiled, client).await;
}

/// The next of an answer.
enum Piece {
    /// Bytes, and whether they are the last.
    Bytes(Bytes, bool),
    /// It breaks off.
    Broken(axum::Error),
    /// It has ended, perhaps with trailers.
    End(Option<HeaderMap>),
}

async fn relay(
    claim: Claim,
    mut headers: HeaderMap,
    mut body: Body,
    mut copy: Copy,
    spoiled: Spoiled,
    client: mpsc::Sender<Piece>,
) {
    let last = loop {
        // A body of known length is never polled past its end.
        let (bytes, is_last) = match body.frame().await {
            None => break Piece::End(None),
            Some(Err(error)) => break Piece::Broken(error),
            Some(Ok(frame)) => match frame.into_data() {
                Ok(bytes) => (bytes, body.is_end_stream()),
                Err(frame) => break Piece::End(frame.into_trailers().ok()),
            },
        };
        copy.add(&bytes);
        if is_last {
            break Piece::Bytes(bytes, true);
        }
        let is_gone = client.send(Piece::Bytes(bytes, false)).await.is_err();
        if is_gone && !copy.is_whole {
            break Piece::End(None);
        }
    };
    drop(body);
    headers.remove(header::TRAILER);
    if let Piece::End(Some(trailers)) = &last {
        // Who asks again is told at the beginning.
        headers.extend(trailers.clone());
    }
    let head = answer::head(&headers);
    let is_answer = !matches!(last, Piece::Broken(_)) && !spoiled.is_spoiled();
    let kept = async {
        match (is_answer, copy.is_whole) {
            (true, true) => claim.keep(head, copy.bytes).await,
            (true, false) => claim.keep(answer::too_long(), Vec::new()).await,
            (false, _) => claim.free().await,
        }
    };
    tokio::pin!(kept);
    // Once the end is told, the answer can be asked for; but a database that is down keeps nobody from the end.
    let is_kept = timeout(COURTESY, &mut kept).await.is_ok();
    // Who has gone needs no end.
    let (_, ()) = tokio::join!(client.send(last), async {
        if !is_kept {
            kept.await;
        }
    });
}

/// The answer so far.
struct Copy {
    bytes: Vec<u8>,
    most: usize,
    room: Arc<Semaphore>,
    /// Of the room.
    taken: Option<OwnedSemaphorePermit>,
    /// Nothing of it is missing.
    is_whole: bool,
}

impl Copy {
    /// What passes the limit, or finds no room, is let go of with all before it.
    fn add(&mut self, bytes: &Bytes) {
        if !self.is_whole {
            return;
        }
        let fits = self.bytes.len() + bytes.len() <= self.most;
        match take(&self.room, bytes.len()).filter(|_| fits) {
            Some(more) => {
                match &mut self.taken {
                    Some(taken) => taken.merge(more),
                    None => self.taken = Some(more),
                }
                self.bytes.extend_from_slice(bytes);
            }
            None => {
                self.is_whole = false;
                (self.bytes, self.taken) = (Vec::new(), None);
            }
        }
    }
}

/// The client's end of it. Dropped, it ends nothing.
struct Relayed {
    pieces: mpsc::Receiver<Piece>,
    is_over: bool,
}

impl http_body::Body for Relayed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        let piece = ready!(self.pieces.poll_recv(context));
        self.is_over = !matches!(piece, Some(Piece::Bytes(_, false)));
        Poll::Ready(match piece {
            Some(Piece::Bytes(bytes, _)) => Some(Ok(Frame::data(bytes))),
            Some(Piece::Broken(error)) => Some(Err(error)),
            Some(Piece::End(trailers)) => trailers.map(|trailers| Ok(Frame::trailers(trailers))),
            // It was cut off, or a defect of ours ended it.
            None => Some(Err(axum::Error::new("the answer broke off"))),
        })
    }

    fn is_end_stream(&self) -> bool {
        self.is_over
    }
}
