//! Where recordings are kept: in memory, on disk, or both.

use std::sync::Arc;

use moka::policy::EvictionPolicy;
use moka::sync::Cache as Memory;

use super::disk::Disk;
use super::key::Key;
use super::recording::Recording;

pub(super) struct Shelf {
    memory: Option<Memory<Key, Arc<Recording>>>,
    disk: Option<Arc<Disk>>,
}

impl Shelf {
    pub(super) fn new(memory_bytes: u64, disk: Option<Disk>) -> Self {
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
        Self { memory: (memory_bytes > 0).then(memory), disk: disk.map(Arc::new) }
    }

    /// What was kept; from the disk it comes to memory.
    pub(super) async fn find(&self, key: &Key) -> Option<Arc<Recording>> {
        if let Some(found) = self.memory.as_ref().and_then(|memory| memory.get(key)) {
            return Some(found);
        }
        let found = Arc::new(self.disk()?.read(*key).await?);
        self.keep_in_memory(key, &found);
        Some(found)
    }

    /// Whether it is kept, as far as anybody knows without reading it.
    pub(super) fn has(&self, key: &Key) -> bool {
        self.memory.as_ref().is_some_and(|memory| memory.contains_key(key))
            || self.disk.as_ref().is_some_and(|disk| disk.has(key))
    }

    pub(super) fn keep_in_memory(&self, key: &Key, recording: &Arc<Recording>) {
        if let Some(memory) = &self.memory {
            memory.insert(*key, Arc::clone(recording));
        }
    }

    pub(super) fn disk(&self) -> Option<Arc<Disk>> {
        self.disk.clone()
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
