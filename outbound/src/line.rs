//! The line of all who speak with one key at one vendor, whichever gateway they are at.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::Url;
use sha2::Sha256;
use speech::{Lease, Place, SharedLines, SpeechError};
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::time::sleep;

/// How long who is not heard of any more is taken to be there.
const LEASE: Lease = Lease { waiting: Duration::from_secs(2), speaking: Duration::from_secs(30) };

/// How often who speaks is heard of.
const ROUND: Duration = Duration::from_secs(10);

/// Between two looks of whoever is next; who stands further back looks less often.
const LOOK: Duration = Duration::from_millis(25);
const LONGEST_LOOK: Duration = Duration::from_millis(500);

/// The lines that this gateway may stand in. Clones are the same.
#[derive(Clone)]
pub(crate) struct Lines {
    shared: Arc<dyn SharedLines>,
    places: Arc<AtomicU64>,
}

/// The line for one vendor's key.
#[derive(Clone)]
pub(crate) struct Line {
    lines: Lines,
    name: Arc<str>,
    most_speak: usize,
}

/// A place in a line whose turn has come. A task of its own keeps it, and leaves the line when this is dropped.
#[derive(Debug)]
pub(crate) struct Turn(#[expect(dead_code, reason = "it is dropped, not used")] oneshot::Sender<Infallible>);

impl Lines {
    pub(crate) fn new(shared: Arc<dyn SharedLines>) -> Self {
        Self { shared, places: Arc::default() }
    }

    /// The line for that key at that address, in which so many may speak. Who sees its name learns neither of them.
    pub(crate) fn of(&self, key: &[u8], address: &Url, most_speak: usize) -> Result<Line, SpeechError> {
        let mut name = Hmac::<Sha256>::new_from_slice(key).map_err(SpeechError::internal)?;
        name.update(b"slots of soundboard at ");
        name.update(address.as_str().trim_end_matches('/').as_bytes());
        let name: String = name.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Line { lines: self.clone(), name: name.into(), most_speak })
    }
}

impl Line {
    /// Stands in line until its turn comes; whoever stops waiting leaves. What the gateway itself has allowed with
    /// `permit` is taken back once the line is left.
    pub(crate) async fn turn(&self, permit: OwnedSemaphorePermit) -> Result<Turn, SpeechError> {
        let line = self.clone();
        let number = line.lines.places.fetch_add(1, Ordering::Relaxed);
        let place = Place { line: Arc::clone(&line.name), number };
        let (call, called) = oneshot::channel();
        let (turn, over) = oneshot::channel();
        tokio::spawn(async move {
            tokio::select! {
                _ = over => {}
                never = line.keep(&place, call) => match never {},
            }
            line.lines.shared.leave(&place).await;
            drop(permit);
        });
        called.await.map_err(SpeechError::internal)?;
        Ok(Turn(turn))
    }

    /// Keeps a place, and calls when its turn has come. Where nobody knows whose turn it is, it is everybody's.
    async fn keep(&self, place: &Place, call: oneshot::Sender<()>) -> Infallible {
        let shared = &self.lines.shared;
        while let Some(must_leave @ 1..) = shared.stand(place, self.most_speak, LEASE).await {
            let look = LOOK.saturating_mul(u32::try_from(must_leave).unwrap_or(u32::MAX));
            sleep(look.min(LONGEST_LOOK)).await;
        }
        // Who is not there any more has left, too.
        let _ = call.send(());
        loop {
            sleep(ROUND).await;
            shared.hold(place, LEASE).await;
        }
    }
}
