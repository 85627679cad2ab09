//! What the backends have: asked for in the background, kept for the next start, searched as one.

use std::collections::{BTreeSet, HashMap};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use catalog::{Change, Entry, Index, Labels, Listing, Offer, Shelf, UNHEARD, changes};
use futures::future::join_all;
use moka::sync::Cache;
use speech::{Backend, Clock, SpeechError, Voice, VoiceId};
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::Catalogue;
use crate::books::locked;
use crate::tariff::Tariff;

/// How often a vendor is asked anew for its models and voices.
const REFRESH: Duration = Duration::from_secs(15 * 60);

/// How soon again where it did not answer; each further time twice as long after, up to [`REFRESH`].
const AGAIN: Duration = Duration::from_secs(15);

/// A quarter more or less than that, so that nodes which were started together do not ask together.
const JITTER_PERCENT: u64 = 25;

/// So much text has the price that a voice is listed with.
const PRICED: u64 = 1000;

/// How many voices that fit a description are looked at.
const DESCRIBED: usize = 500;

/// So many descriptions are remembered: an application has a few, and sends them again and again.
const REMEMBERED: u64 = 1000;

/// So many voices' neighbours are; they are some hundred bytes each.
const NEIGHBOURS: u64 = 10_000;

/// How many voices of each other backend are looked at.
const OF_EACH: usize = 2;

/// Voices of other backends, with how near each is.
pub(super) type Neighbours = Arc<[(Arc<Voice>, f32)]>;

/// What was listed.
pub(super) struct Lists {
    clock: Arc<dyn Clock>,
    /// None as long as nobody searches.
    labels: Option<Arc<Labels>>,
    tariff: Tariff,
    shelf: Option<Arc<dyn Shelf>>,
    /// By the backends' names, as it was kept last.
    kept: Mutex<HashMap<String, Listing>>,
    /// Held by whoever makes the index: one that was begun earlier must not take the place of a newer one.
    indexing: tokio::sync::Mutex<()>,
    found: RwLock<Arc<Found>>,
}

/// What all backends have, and what was found there.
struct Found {
    index: Arc<Index>,
    /// By the description, the voice of each backend that it fits best, best first.
    likest: Cache<String, Arc<[Arc<Voice>]>>,
    nearest: Cache<VoiceId, Neighbours>,
}

impl Found {
    fn new(index: Index) -> Arc<Self> {
        Arc::new(Self {
            index: Arc::new(index),
            likest: Cache::new(REMEMBERED),
            nearest: Cache::new(NEIGHBOURS),
        })
    }
}

impl Lists {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            labels: None,
            tariff: Tariff::default(),
            shelf: None,
            kept: Mutex::default(),
            indexing: tokio::sync::Mutex::default(),
            found: RwLock::new(Found::new(Index::new(Vec::new()))),
        }
    }

    fn put(&self, index: Index) {
        *self.found.write().unwrap_or_else(PoisonError::into_inner) = Found::new(index);
    }

    fn found(&self) -> Arc<Found> {
        Arc::clone(&self.found.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Catalogue {
    /// What is known of voices beside what their vendors say, and what they cost.
    pub fn described(mut self, labels: Labels, tariff: Tariff) -> Self {
        self.lists.labels = Some(Arc::new(labels));
        self.lists.tariff = tariff;
        if let Some(indexing) = self.indexing() {
            self.lists.put(indexing());
        }
        self
    }

    /// What vendors list is kept there.
    pub fn kept_on(mut self, shelf: Arc<dyn Shelf>) -> Self {
        self.lists.shelf = Some(shelf);
        self
    }

    /// Takes what was kept for known, until each vendor has been asked. To be called once, before anybody speaks.
    pub async fn recall(&self) {
        let Some(shelf) = &self.lists.shelf else { return };
        let listings = match shelf.listings().await {
            Ok(listings) => listings,
            Err(error) => {
                return tracing::warn!(error = &error as &dyn std::error::Error, "voices are not remembered");
            }
        };
        for (name, listing) in listings {
            if let Some(backend) = self.backends.iter().find(|backend| backend.name() == name) {
                backend.recall(listing.models.clone(), listing.voices.clone());
                locked(&self.lists.kept).insert(name, listing);
            }
        }
        self.index_anew().await;
    }

    /// Asks every vendor anew for its models and voices, and says whether all have answered. What was known stays known
    /// where one does not.
    pub async fn refresh(&self) -> bool {
        let refreshing = self.backends.iter().map(|backend| self.refresh_one(backend));
        join_all(refreshing).await.into_iter().all(|answered| answered)
    }

    /// The same, each vendor by itself, again and again; for ever.
    pub(crate) async fn keep_listing(&self) -> Infallible {
        let listing = self.backends.iter().map(|backend| async move {
            let mut again = AGAIN;
            for round in 0.. {
                let wait = match self.refresh_one(backend).await {
                    true => REFRESH,
                    false => again,
                };
                again = if wait == REFRESH { AGAIN } else { (again * 2).min(REFRESH) };
                sleep(jittered(wait, backend.name(), round, self.lists.clock.unix_ms())).await;
            }
        });
        join_all(listing).await;
        std::future::pending().await
    }

    async fn refresh_one(&self, backend: &Arc<dyn Backend>) -> bool {
        if let Err(error) = backend.refresh().await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(backend = backend.name(), error, "models and voices could not be listed");
            return false;
        }
        let listing = Listing { models: backend.models().to_vec(), voices: backend.voices().to_vec() };
        let before = locked(&self.lists.kept).get(backend.name()).cloned();
        if before.as_ref() != Some(&listing) {
            let before = before.map(|before| before.voices).unwrap_or_default();
            let changes = changes(&before, &listing.voices, self.lists.clock.unix_ms());
            self.keep(backend.name(), listing, changes).await;
            self.index_anew().await;
        }
        true
    }

    /// A list that cannot be kept now is kept when it is asked for next.
    async fn keep(&self, backend: &str, listing: Listing, changes: Vec<Change>) {
        if let Some(shelf) = &self.lists.shelf
            && let Err(error) = shelf.keep(backend, listing.clone(), changes).await
        {
            let error = &error as &dyn std::error::Error;
            return tracing::warn!(backend, error, "the list of voices could not be kept");
        }
        locked(&self.lists.kept).insert(backend.to_owned(), listing);
    }

    /// What has come and gone, newest first.
    ///
    /// # Errors
    /// Where it is kept cannot be read.
    pub(crate) async fn changes(&self, before: Option<i64>, most: usize) -> Result<Vec<Change>, SpeechError> {
        match &self.lists.shelf {
            Some(shelf) => shelf.changes(before, most).await.map_err(SpeechError::internal),
            None => Ok(Vec::new()),
        }
    }

    /// Makes the index anew, beside what is served, and puts it in the place of the old one.
    async fn index_anew(&self) {
        let _turn = self.lists.indexing.lock().await;
        let Some(indexing) = self.indexing() else { return };
        if let Ok(index) = spawn_blocking(indexing).await {
            self.lists.put(index);
        }
    }

    /// How the index is made of what the backends have now; for ten thousand voices that takes a fifth of a second.
    fn indexing(&self) -> Option<impl FnOnce() -> Index + Send + 'static> {
        let labels = self.lists.labels.clone()?;
        let (backends, tariff) = (self.backends.clone(), self.lists.tariff.clone());
        let now = self.lists.clock.unix_ms();
        Some(move || {
            let mut entries = Vec::new();
            for backend in &backends {
                let offer = offer(backend, &tariff, now);
                entries.extend(backend.voices().iter().map(|voice| labels.entry(voice.clone(), &offer)));
            }
            Index::new(entries)
        })
    }

    /// What all backends have, as it is searched.
    pub fn index(&self) -> Arc<Index> {
        Arc::clone(&self.lists.found().index)
    }

    /// What is known of a voice, also of one that can be spoken with and is in no list: a mix, say.
    pub(crate) fn entry(&self, id: &VoiceId) -> Option<Entry> {
        if let Some(listed) = self.index().get(id) {
            return Some(listed.clone());
        }
        let backend = self.backends.iter().find(|backend| backend.name() == id.backend)?;
        let offer = offer(backend, &self.lists.tariff, self.lists.clock.unix_ms());
        Some(self.lists.labels.as_ref()?.entry(backend.voice(&id.voice).ok()?, &offer))
    }

    /// The voice of each backend that a description fits best, best first.
    ///
    /// # Errors
    /// As [`Index::described`].
    pub(super) fn likest_of_each(&self, description: &str) -> Result<Arc<[Arc<Voice>]>, SpeechError> {
        let Found { index, likest, .. } = &*self.lists.found();
        if let Some(known) = likest.get(description) {
            return Ok(known);
        }
        let mut backends = BTreeSet::new();
        let fitting = index.described(description, DESCRIBED)?.into_iter();
        let of_each = fitting.filter(|entry| backends.insert(entry.voice.id.backend.as_str()));
        let of_each: Arc<[Arc<Voice>]> = of_each.map(|entry| entry.voice.clone()).collect();
        likest.insert(description.to_owned(), Arc::clone(&of_each));
        Ok(of_each)
    }

    /// The voices of each other backend that are nearest to that one; none where it is in no list.
    pub(super) fn nearest_of_each(&self, id: &VoiceId) -> Neighbours {
        let Found { index, nearest, .. } = &*self.lists.found();
        if let Some(known) = nearest.get(id) {
            return known;
        }
        let Some(entry) = index.get(id) else { return Arc::default() };
        let others = self.backends.iter().filter(|other| other.name() != id.backend);
        let near = others.flat_map(|other| index.nearest(entry, Some(other.name()), OF_EACH));
        let near: Neighbours = near.map(|near| (Arc::clone(&near.entry.voice), near.score)).collect();
        nearest.insert(id.clone(), Arc::clone(&near));
        near
    }

    /// How good a voice sounds, by the catalogue's own marks.
    pub(crate) fn quality(&self, id: &VoiceId) -> u8 {
        self.index().get(id).map_or(UNHEARD, |entry| entry.quality)
    }
}

/// What holds for all voices of a backend.
fn offer(backend: &Arc<dyn Backend>, tariff: &Tariff, now_unix_ms: i64) -> Offer {
    let models = backend.models();
    let price = |model: &str| Some(tariff.rate(backend.name(), model, now_unix_ms).ok()?.likely(PRICED, 0));
    Offer {
        kind: backend.kind().into(),
        price_per_1k: models.first().and_then(|usual| price(&usual.id)),
        models: models.to_vec(),
        capabilities: Arc::new(backend.capabilities()),
    }
}

/// About that long; for each backend, node and round something else.
fn jittered(time: Duration, backend: &str, round: u64, now_unix_ms: i64) -> Duration {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    (backend, round, now_unix_ms).hash(&mut hasher);
    let percent = 100 - JITTER_PERCENT + hasher.finish() % (2 * JITTER_PERCENT + 1);
    time * percent as u32 / 100
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_waits_exactly_as_long_as_another() {
        let waits: Vec<Duration> = (0..100).map(|round| jittered(REFRESH, "v", round, 7)).collect();
        assert!(waits.iter().all(|wait| (REFRESH * 3 / 4..=REFRESH * 5 / 4).contains(wait)));
        assert!(waits.iter().any(|wait| *wait < REFRESH) && waits.iter().any(|wait| *wait > REFRESH));
    }
}
