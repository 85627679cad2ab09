//! Where recordings are kept: in memory, on disk, in a memory that several gateways share; the nearest is asked first.

use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::{OptionFuture, join};
use moka::policy::EvictionPolicy;
use moka::sync::Cache as Memory;

use super::disk::Disk;
use super::key::Key;
use super::recording::Recording;
use super::remote::Remote;

pub(super) struct Shelf {
    memory: Option<Memory<Key, Arc<Recording>>>,
    disk: Option<Arc<Disk>>,
    remote: Option<Remote>,
}

impl Shelf {
    pub(super) fn new(memory_bytes: u64, disk: Option<Disk>, remote: Option<Remote>) -> Self {
        let memory = || {
            Memory::builder()
                .max_capacity(memory_bytes)
                .weigher(|_: &Key, recording: &Arc<Recording>| {
                    u32::try_from(recording.weight()).unwrap_or(u32::MAX)
                })
                // As on the disk: what was kept last is there.
                .eviction_policy(EvictionPolicy::lru())
                .build()
        };
        Self { memory: (memory_bytes > 0).then(memory), disk: disk.map(Arc::new), remote }
    }

    /// What was kept; it comes to the shelves that are nearer.
    pub(super) async fn find(&self, key: &Key) -> Option<Arc<Recording>> {
        if let Some(found) = self.memory.as_ref().and_then(|memory| memory.get(key)) {
            return Some(found);
        }
        if let Some(disk) = &self.disk
            && let Some(found) = Arc::clone(disk).read(*key).await
        {
            let found = Arc::new(found);
            self.keep_in_memory(key, &found);
            return Some(found);
        }
        let found = Arc::new(self.remote.as_ref()?.read(key).await?);
        self.keep_in_memory(key, &found);
        if let Some(disk) = &self.disk {
            // The listener does not wait for that.
            tokio::spawn(Arc::clone(disk).write(*key, Arc::clone(&found)));
        }
        Some(found)
    }

    /// Whether it is kept, as far as anybody knows without reading it.
    pub(super) fn has(&self, key: &Key) -> bool {
        self.memory.as_ref().is_some_and(|memory| memory.contains_key(key))
            || self.disk.as_ref().is_some_and(|disk| disk.has(key))
    }

    /// Keeps it in memory, and says what is to be done to keep it where that takes its time, if anything is.
    pub(super) fn keep(
        &self,
        key: Key,
        recording: &Arc<Recording>,
    ) -> Option<impl Future<Output = ()> + Send + use<>> {
        self.keep_in_memory(&key, recording);
        let to_disk = self.disk.clone().map(|disk| disk.write(key, Arc::clone(recording)));
        let to_remote = self.remote.clone().map(|remote| remote.write(key, Arc::clone(recording)));
        let is_any = to_disk.is_some() || to_remote.is_some();
        let writing = join(OptionFuture::from(to_disk), OptionFuture::from(to_remote)).map(drop);
        is_any.then_some(writing)
    }

    pub(super) fn keep_in_memory(&self, key: &Key, recording: &Arc<Recording>) {
        if let Some(memory) = &self.memory {
            memory.insert(*key, Arc::clone(recording));
        }
    }

    /// Bytes in memory, once all that is over the bound is gone.
    #[cfg(test)]
    pub(super) fn weight(&self) -> u64 {
        self.memory.as_ref().map_or(0, |memory| {
            memory.run_pending_tasks();
            memory.weighted_size()
        })
    }
}
