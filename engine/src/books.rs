//! Everything that is written down of requests, by tasks that no client's hang-up can reach.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use billing::{Ledger, Mark, Settlement};
use speech::{Clock, SpeechError};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::task::TaskTracker;

use crate::tab::{State, unavailable};
use crate::tariff::Tariff;

/// How long a gateway that is not heard of is taken to live.
const LEASE: Duration = Duration::from_secs(30);

/// How often it is heard of, and looks for others that are not.
const ROUND: Duration = Duration::from_secs(10);

/// Between two tries to write the end of a request: at first, and at most.
const SOON: Duration = Duration::from_millis(50);
const LATE: Duration = Duration::from_secs(2);

/// How often the end of a request is tried to be written that cost nobody anything.
const TRIES_FOR_NOTHING: u32 = 5;

/// Where requests are entered, and what of them runs now. Clones are the same books.
#[derive(Clone)]
pub(crate) struct Books(Arc<Inner>);

struct Inner {
    ledger: Arc<dyn Ledger>,
    tariff: Tariff,
    clock: Arc<dyn Clock>,
    work: TaskTracker,
    running: Mutex<HashMap<String, Weak<Mutex<State>>>>,
}

impl Books {
    pub(crate) fn new(ledger: Arc<dyn Ledger>, tariff: Tariff, clock: Arc<dyn Clock>) -> Self {
        let work = TaskTracker::new();
        work.close();
        Self(Arc::new(Inner { ledger, tariff, clock, work, running: Mutex::default() }))
    }

    pub(crate) fn ledger(&self) -> &dyn Ledger {
        &*self.0.ledger
    }

    pub(crate) fn tariff(&self) -> &Tariff {
        &self.0.tariff
    }

    pub(crate) fn now(&self) -> i64 {
        self.0.clock.unix_ms()
    }

    /// When a lease ends that is taken now.
    pub(crate) fn lease(&self) -> i64 {
        self.now().saturating_add(LEASE.as_millis() as i64)
    }

    pub(crate) async fn ready(&self) -> Result<(), SpeechError> {
        self.ledger().ready().await.map_err(unavailable)
    }

    /// Resolves when all work is done that outlives its request.
    pub(crate) async fn settled(&self) {
        self.0.work.wait().await;
    }

    /// Work that outlives its request.
    pub(crate) fn spawn(
        &self,
        work: impl Future<Output = ()> + Send + 'static,
        on: &Handle,
    ) -> JoinHandle<()> {
        self.0.work.spawn_on(work, on)
    }

    /// From here on its lease is renewed.
    pub(crate) fn runs(&self, id: &str, state: &Arc<Mutex<State>>) {
        self.running().insert(id.to_owned(), Arc::downgrade(state));
    }

    /// Writes the end of a request, again and again until it is on disk.
    pub(crate) async fn settle(self, settlement: Settlement) {
        let id = settlement.row.id.clone();
        let mut tries = 0;
        let mut wait = SOON;
        fail::fail_point!("settle", |_| std::process::abort());
        while let Err(error) = self.ledger().settle(settlement.clone()).await {
            let is_for_nothing = settlement.attempts.is_empty() && !self.running().contains_key(&id);
            tries += 1;
            if tries == 1 || (is_for_nothing && tries == TRIES_FOR_NOTHING) {
                let error = &error as &dyn std::error::Error;
                tracing::error!(request = id, error, tries, "the end of a request could not be written yet");
            }
            if is_for_nothing && tries == TRIES_FOR_NOTHING {
                return;
            }
            sleep(wait).await;
            wait = (wait * 2).min(LATE);
        }
        fail::fail_point!("settled", |_| std::process::abort());
        self.running().remove(&id);
    }

    /// Renews the leases of what runs here, and settles what ran elsewhere and is heard of no more. For ever.
    pub(crate) async fn keep(&self) -> Infallible {
        let mut rounds = interval(ROUND);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            rounds.tick().await;
            let marks = self.marks();
            if !marks.is_empty()
                && let Err(error) = self.ledger().renew(marks).await
            {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "the leases of running requests could not be renewed");
                // Others, and we ourselves, may be found dead only because nobody could say otherwise.
                continue;
            }
            match self.ledger().reap(self.now()).await {
                Ok(0) => {}
                Ok(lost) => tracing::warn!(lost, "requests were settled whose gateway is gone"),
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "requests whose gateway is gone could not be settled yet");
                }
            }
        }
    }

    fn marks(&self) -> Vec<Mark> {
        let lease = self.lease();
        let mut running = self.running();
        running.retain(|_, state| state.strong_count() > 0);
        let states: Vec<_> = running.values().filter_map(Weak::upgrade).collect();
        drop(running);
        states.iter().map(|state| locked(state).mark(lease)).collect()
    }

    fn running(&self) -> MutexGuard<'_, HashMap<String, Weak<Mutex<State>>>> {
        locked(&self.0.running)
    }
}

pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
