//! Lines in which gateways stand: two sorted sets each, and a script that works on both at once.

use std::sync::{LazyLock, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::join_all;
use redis::{Script, pipe};
use speech::{BoxFuture, Lease, Place, SharedLines};

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
            let (keys, who) = redis.names(&place);
            let asking = redis.link.ask(PATIENCE, async |mut connections| {
                let mut leaving = pipe();
                for key in keys {
                    leaving.cmd("ZREM").arg(key).arg(&who).ignore();
                }
                leaving.exec_async(&mut connections.quick).await
            });
            asking.await;
            redis.places.lock().unwrap_or_else(PoisonError::into_inner).remove(&place);
        })
    }
}

impl Redis {
    /// Leaves every line that this program still stands in: without it the others would wait for the ends of its leases.
    pub async fn leave_all(&self) {
        let places: Vec<Place> =
            self.places.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect();
        join_all(places.iter().map(|place| self.leave(place))).await;
    }

    async fn keep(&self, place: Place, most_speak: usize, lease: Lease, speaks: bool) -> Option<usize> {
        let ([line, leases], who) = self.names(&place);
        self.places.lock().unwrap_or_else(PoisonError::into_inner).insert(place);
        let asking = self.link.ask(PATIENCE, async |mut connections| {
            let mut stand = STAND.key(line);
            stand.key(leases).arg(who).arg(most_speak);
            stand.arg(milliseconds(lease.waiting)).arg(milliseconds(lease.speaking)).arg(u8::from(speaks));
            stand.invoke_async(&mut connections.quick).await
        });
        asking.await
    }

    /// The keys of a line, which a cluster keeps together, and what who stands there is called.
    fn names(&self, Place { line, number }: &Place) -> ([String; 2], String) {
        let keys = ["line", "leases"].map(|part| format!("{PREFIX}{{{line}}}:{part}"));
        (keys, format!("{}-{number}", self.node))
    }
}
