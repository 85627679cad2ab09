//! What was spoken before is given again, and what is just being spoken is heard by all who ask for it.
//!
//! The layer lies between routing and encoding, so it keeps finished bytes in the client's format. It keeps complete
//! speech only. Whoever is given what was kept, or joins, makes no call: it is charged by the lines of the rate card
//! that say so, and where a card has no such lines its speech is spoken anew for everyone.

mod disk;
mod flight;
mod key;
mod recording;
mod remote;
mod shelf;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use billing::Nanos;
use futures::future::join;
use speech::{BoxFuture, Clock, ErrorKind, SharedShelf, SpeechError};
use tokio::runtime::Handle;
use tower::{Service, ServiceExt as _};

use crate::books::{Books, locked};
use crate::route::{Call, Encoded};
use crate::tab::Tab;
use disk::Disk;
use flight::{Flight, Listener};
use key::Key;
use recording::Recording;
use remote::Remote;
use shelf::Shelf;

/// A longer speech is neither kept nor shared with who comes later: so much of each that runs is in memory.
const MOST_OF_A_SPEECH: usize = 16 << 20;

/// What the cache had to do with an answer, as `x-soundboard-cache` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheUse {
    /// It was spoken before, and kept.
    Hit,
    /// It was spoken for this request, and may be kept.
    Miss,
    /// It was just being spoken for an equal request.
    Joined,
    /// It was spoken for this request alone: the request wants it so, or its rate has no price for anything else.
    Bypass,
}

impl CacheUse {
    /// The header's value.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Miss => "miss",
            Self::Joined => "joined",
            Self::Bypass => "bypass",
        }
    }
}

/// How much is kept, and for whom. The default keeps nothing.
#[derive(Clone, Debug, Default)]
pub struct CacheSettings {
    /// Bytes in memory; 0 for none.
    pub memory_bytes: u64,
    /// Bytes on disk, and the folder where they lie; 0 for none. The folder is nobody else's.
    pub disk: Option<(PathBuf, u64)>,
    /// Where other gateways look, too, and for how long it is kept there.
    pub remote: Option<(Arc<dyn SharedShelf>, Duration)>,
    /// Whether clients are given what was spoken for others.
    pub shared: bool,
}

/// Speech that was kept, and what is being spoken. Clones are the same cache; the default is none.
#[derive(Clone, Default)]
pub struct Cache(Option<Arc<Inner>>);

struct Inner {
    shelf: Shelf,
    flights: Mutex<HashMap<Key, Arc<Flight>>>,
    is_shared: bool,
    most: usize,
}

/// What a request that makes no call is charged.
struct Prices {
    hit: Nanos,
    joined: Nanos,
}

/// How a request comes aboard.
enum Boarding {
    Leads(Listener),
    Joins(Listener),
    /// It was kept a moment ago.
    IsKept,
}

impl Cache {
    /// Opens it, with what an earlier run left on disk. Reads the folder, so the thread may be blocked.
    ///
    /// # Errors
    /// The folder cannot be used.
    pub fn open(settings: &CacheSettings, clock: Arc<dyn Clock>) -> io::Result<Self> {
        let CacheSettings { memory_bytes, ref disk, ref remote, shared } = *settings;
        let disk = disk.as_ref().filter(|(_, bytes)| *bytes > 0);
        let remote = remote.clone().filter(|(_, lasts)| !lasts.is_zero());
        let most_remote = remote.as_ref().map_or(0, |_| remote::MOST as u64);
        let most = disk.map_or(0, |(_, bytes)| *bytes).max(memory_bytes).max(most_remote);
        if most == 0 {
            return Ok(Self(None));
        }
        let disk = disk.map(|(folder, bytes)| Disk::open(folder, *bytes, clock)).transpose()?;
        Ok(Self(Some(Arc::new(Inner {
            shelf: Shelf::new(memory_bytes, disk, remote.map(|(shelf, lasts)| Remote::new(shelf, lasts))),
            flights: Mutex::default(),
            is_shared: shared,
            most: usize::try_from(most).unwrap_or(usize::MAX).min(MOST_OF_A_SPEECH),
        }))))
    }

    /// What was kept of that call: to look for it before money is set aside spares the ledger a write.
    pub(crate) async fn kept(&self, call: &Call) -> Option<Kept> {
        let cache = self.0.as_ref()?;
        let prices = Prices::of(call).filter(|_| !call.bypasses_cache)?;
        cache.kept(&cache.key(call), &prices).await
    }
}

/// What was kept, and what is owed for it.
pub(crate) struct Kept {
    pub(crate) price: Nanos,
    recording: Arc<Recording>,
}

impl Kept {
    /// Gives it, on that tab.
    pub(crate) fn played(self, tab: &Tab) -> Encoded {
        tab.given(self.price);
        self.recording.played()
    }
}

/// Gives what was spoken before.
#[derive(Clone)]
pub(crate) struct Cached<S> {
    inner: S,
    cache: Cache,
}

impl<S> Cached<S> {
    pub(crate) fn new(inner: S, cache: Cache) -> Self {
        Self { inner, cache }
    }
}

impl<S> Service<Call> for Cached<S>
where
    S: Service<Call, Response = Encoded, Error = SpeechError> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = Encoded;
    type Error = SpeechError;
    type Future = BoxFuture<Result<Encoded, SpeechError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), SpeechError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, call: Call) -> Self::Future {
        let Cache(Some(cache)) = &self.cache else { return Box::pin(self.inner.call(call)) };
        match Prices::of(&call) {
            Some(prices) if !call.bypasses_cache => {
                Box::pin(Arc::clone(cache).speak(self.inner.clone(), call, prices))
            }
            _ => {
                let speaking = self.inner.call(call);
                Box::pin(async { Ok(Encoded { cache: Some(CacheUse::Bypass), ..speaking.await? }) })
            }
        }
    }
}

impl Prices {
    /// Those of the call's rate; none where nobody has said both.
    fn of(call: &Call) -> Option<Self> {
        let model = call.utterance.delivery.model.as_deref().unwrap_or_default();
        let rate = call.tab.rate(call.backend.name(), model).ok()?;
        Some(Self { hit: rate.cache_hit()?, joined: rate.joined()? })
    }
}

impl Inner {
    async fn speak<S>(self: Arc<Self>, inner: S, call: Call, prices: Prices) -> Result<Encoded, SpeechError>
    where
        S: Service<Call, Response = Encoded, Error = SpeechError> + Clone + Send + 'static,
        S::Future: Send + 'static,
    {
        let tab = call.tab.clone();
        let key = self.key(&call);
        loop {
            if let Some(kept) = self.kept(&key, &prices).await {
                return Ok(kept.played(&tab));
            }
            let begin = || (Box::pin(inner.clone().oneshot(call.clone())) as BoxFuture<_>, tab.leads());
            match self.board(&key, begin) {
                Boarding::IsKept => {}
                Boarding::Leads(listener) => return listener.begun(CacheUse::Miss).await,
                Boarding::Joins(listener) => {
                    // Whoever dies while it listens is not taken for one who has called.
                    let (begun, ()) = join(listener.begun(CacheUse::Joined), tab.joins()).await;
                    match begun {
                        Ok(encoded) => {
                            tab.given(prices.joined);
                            return Ok(encoded);
                        }
                        Err(error) if is_its_own(error.kind()) => {}
                        Err(error) => return Err(error),
                    }
                }
            }
        }
    }

    /// For everyone, or for the client who calls.
    fn key(&self, call: &Call) -> Key {
        let client = (!self.is_shared).then(|| call.tab.note(|state| Arc::clone(&state.row.payer.client)));
        Key::of(call, client.as_deref())
    }

    async fn kept(&self, key: &Key, prices: &Prices) -> Option<Kept> {
        let recording = self.shelf.find(key).await?;
        Some(Kept { price: prices.hit, recording })
    }

    fn board(self: &Arc<Self>, key: &Key, begin: impl FnOnce() -> flight::Beginning) -> Boarding {
        let mut flights = locked(&self.flights);
        if let Some(listener) = flights.get(key).and_then(Flight::join) {
            return Boarding::Joins(listener);
        }
        // What has landed since it was looked for is on the shelf before its flight is gone.
        if self.shelf.has(key) {
            return Boarding::IsKept;
        }
        let (flight, listener) = Flight::start(begin(), *key, Arc::downgrade(self), self.most);
        match flights.entry(*key) {
            Entry::Occupied(mut gone) => drop(gone.insert(flight)),
            Entry::Vacant(place) => drop(place.insert(flight)),
        }
        Boarding::Leads(listener)
    }

    /// Nobody else comes aboard.
    fn forget(&self, key: &Key, flight: &Flight) {
        let mut flights = locked(&self.flights);
        if flights.get(key).is_some_and(|known| std::ptr::eq(&raw const **known, flight)) {
            flights.remove(key);
        }
    }

    /// Keeps what a flight has brought, and forgets the flight. What takes its time is done by a task of its own.
    fn keep(self: Arc<Self>, flight: Arc<Flight>, recording: Recording, books: &Books) {
        let key = *flight.key();
        match self.shelf.keep(key, &Arc::new(recording)) {
            None => self.forget(&key, &flight),
            Some(keeping) => {
                let keeping = async move {
                    keeping.await;
                    self.forget(&key, &flight);
                };
                drop(books.spawn(keeping, &Handle::current()));
            }
        }
    }
}

/// Whether that is no fault of the speech, but of the one who led it.
fn is_its_own(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::BudgetExceeded | ErrorKind::BudgetOnHold)
}

#[cfg(test)]
#[path = "cache/tests.rs"]
mod tests;
