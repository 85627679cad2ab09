//! Lines in which gateways stand: two sorted sets each, and a script that works on both at once.

use std::collections::HashSet;
use std::sync::{LazyLock, MutexGuard, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::join_all;
use redis::{Script, pipe};
use speech::{BoxFuture, Lease, Place, SharedLines};
use tokio::time::sleep;

use super::link::PAUSE;
use super::shelf::milliseconds;
use super::{PREFIX, Redis};

/// How long one question may take.
const PATIENCE: Duration = Duration::from_millis(500);

static STAND: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("stand.lua")));

impl SharedLines for Redis {
    fn stand(&self, place: &Place, most_speak: usize, lease: Lease) -> BoxFuture<Option<usize>> {
        let (redis, place) = (self.clone(), place.clone());
        Box::pin(async move { redis.keep(place, most_speak, lease, false).await })
    }

    fn hold(&self, place: &Place, lease: Lease) -> BoxFuture<()> {
        let (redis, place) = (self.clone(), place.clone());
        Box::pin(async move { redis.keep(place, 0, lease, true).map(|_| ()).await })
    }

    fn leave(&self, place: &Place) -> BoxFuture<()> {
        let (redis, place) = (self.clone(), place.clone());
        Box::pin(async move {
            let is_known = redis.places().standing.contains(&place);
            if is_known && !redis.strike(&place).await {
                redis.owe(place);
            }
        })
    }
}

/// The places that Redis may know of.
#[derive(Default)]
pub(super) struct Places {
    standing: HashSet<Place>,
    /// Those of them that are empty, which it could not be told.
    left: HashSet<Place>,
    is_telling: bool,
}

impl Redis {
    /// Leaves every line that this program still stands in: without it the others would wait for the ends of its leases.
    pub async fn leave_all(&self) {
        let places: Vec<Place> = self.places().standing.iter().cloned().collect();
        join_all(places.iter().map(|place| self.leave(place))).await;
    }

    async fn keep(&self, place: Place, most_speak: usize, lease: Lease, speaks: bool) -> Option<usize> {
        let asking = self.link.ask(PATIENCE, async |mut connections| {
            let ([line, leases], who) = self.names(&place);
            self.places().standing.insert(place);
            let mut stand = STAND.key(line);
            stand.key(leases).arg(who).arg(most_speak);
            stand.arg(milliseconds(lease.waiting)).arg(milliseconds(lease.speaking)).arg(u8::from(speaks));
            stand.invoke_async(&mut connections.quick).await
        });
        asking.await
    }

    /// Takes a place out of its line; whether that was done.
    async fn strike(&self, place: &Place) -> bool {
        let (keys, who) = self.names(place);
        let asking = self.link.ask(PATIENCE, async |mut connections| {
            let mut striking = pipe();
            for key in keys {
                striking.cmd("ZREM").arg(key).arg(&who).ignore();
            }
            striking.exec_async(&mut connections.quick).await
        });
        let is_done = asking.await.is_some();
        if is_done {
            let mut places = self.places();
            places.standing.remove(place);
            places.left.remove(place);
        }
        is_done
    }

    /// Redis is told of it once it is back. It may have been told of the place only then, too: a question that was asked
    /// while it stood still is answered when it goes on.
    fn owe(&self, place: Place) {
        let mut places = self.places();
        places.standing.remove(&place);
        places.left.insert(place);
        if !std::mem::replace(&mut places.is_telling, true) {
            tokio::spawn(self.clone().tell());
        }
    }

    async fn tell(self) {
        loop {
            self.link.back().await;
            let left: Vec<Place> = self.places().left.iter().cloned().collect();
            for place in &left {
                self.strike(place).await;
            }
            if self.has_told() {
                return;
            }
            sleep(PAUSE).await;
        }
    }

    fn has_told(&self) -> bool {
        let mut places = self.places();
        places.is_telling = !places.left.is_empty();
        !places.is_telling
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The keys of a line, which a cluster keeps together, and what who stands there is called.
    fn names(&self, Place { line, number }: &Place) -> ([String; 2], String) {
        let keys = ["line", "leases"].map(|part| format!("{PREFIX}{{{line}}}:{part}"));
        (keys, format!("{}-{number}", self.node))
    }
}
