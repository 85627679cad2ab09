//! Recordings as files within a bound: what was used least lately goes first.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, DirBuilder, File, FileTimes, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use speech::Clock;
use tokio::task::spawn_blocking;

use super::key::Key;
use super::recording::Recording;
use crate::books::locked;

/// The end of a name whose file is still being written.
const UNFINISHED: &str = ".tmp";

/// A folder of recordings, each in a file that is named after its key. It is one gateway's alone.
pub(super) struct Disk {
    folder: PathBuf,
    most: u64,
    clock: Arc<dyn Clock>,
    index: Mutex<Index>,
    /// Held by whoever writes: one at a time.
    writing: Mutex<()>,
}

/// What lies in the folder, and in which order it was used.
#[derive(Default)]
struct Index {
    files: HashMap<Key, Stored>,
    /// By when it was used: what is first goes first.
    order: BTreeMap<u64, Key>,
    bytes: u64,
    uses: u64,
}

#[derive(Clone, Copy)]
struct Stored {
    bytes: u64,
    used: u64,
}

impl Disk {
    /// Makes the folder, for its owner alone, or takes up what an earlier run has left there.
    pub(super) fn open(folder: &Path, most: u64, clock: Arc<dyn Clock>) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let mut found = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            match Key::parse(name) {
                Some(key) => {
                    let about = entry.metadata()?;
                    found.push((about.modified()?, key, about.len()));
                }
                None if name.ends_with(UNFINISHED) => fs::remove_file(entry.path())?,
                // Not ours.
                None => {}
            }
        }
        found.sort_by_key(|(used, _, _)| *used);
        let disk = Self {
            folder: folder.to_owned(),
            most,
            clock,
            index: Mutex::default(),
            writing: Mutex::default(),
        };
        for (_, key, bytes) in found {
            locked(&disk.index).insert(key, bytes);
        }
        disk.make_room(0);
        Ok(disk)
    }

    pub(super) fn has(&self, key: &Key) -> bool {
        locked(&self.index).files.contains_key(key)
    }

    /// What was kept under that key; what is damaged is removed.
    pub(super) async fn read(self: Arc<Self>, key: Key) -> Option<Recording> {
        if !locked(&self.index).touch(&key) {
            return None;
        }
        let reading = spawn_blocking(move || {
            let found = self.read_file(&key);
            if found.is_none() {
                self.remove(&key);
            }
            found
        });
        // It cannot panic by itself, and at shutdown nobody listens.
        reading.await.ok().flatten()
    }

    fn read_file(&self, key: &Key) -> Option<Recording> {
        let mut file = File::open(self.path(key)).ok()?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).ok()?;
        let recording = Recording::from_file(key, bytes);
        if recording.is_none() {
            tracing::warn!(file = key.name(), "a recording in the cache is damaged; it is removed");
        }
        // So that the next run knows in which order they were used.
        let now = u64::try_from(self.clock.unix_ms()).unwrap_or_default();
        let used = SystemTime::UNIX_EPOCH + Duration::from_millis(now);
        let _ = file.set_times(FileTimes::new().set_modified(used));
        recording
    }

    /// Keeps a recording, unless it alone is too large.
    pub(super) async fn write(self: Arc<Self>, key: Key, recording: Arc<Recording>) {
        let writing = spawn_blocking(move || {
            if let Err(error) = self.write_file(&key, &recording) {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "a recording could not be written to the cache");
            }
        });
        let _ = writing.await;
    }

    fn write_file(&self, key: &Key, recording: &Recording) -> io::Result<()> {
        let file = recording.to_file(key)?;
        let bytes = file.len() as u64;
        if bytes > self.most {
            return Ok(());
        }
        let _alone = locked(&self.writing);
        // Before there is a file of it, so that there is never more than that on disk.
        self.remove(key);
        self.make_room(bytes);
        let unfinished = self.folder.join(key.name() + UNFINISHED);
        let written = write_new(&unfinished, &file).and_then(|()| fs::rename(&unfinished, self.path(key)));
        match written {
            Ok(()) => locked(&self.index).insert(*key, bytes),
            Err(_) => drop(fs::remove_file(&unfinished)),
        }
        written
    }

    /// Removes what was used least lately until there is room for so much more.
    fn make_room(&self, more: u64) {
        loop {
            let mut index = locked(&self.index);
            let Some(oldest) = index.oldest().filter(|_| index.bytes + more > self.most) else { return };
            index.remove(&oldest);
            drop(index);
            self.unlink(&oldest);
        }
    }

    fn remove(&self, key: &Key) {
        if locked(&self.index).remove(key) {
            self.unlink(key);
        }
    }

    fn unlink(&self, key: &Key) {
        if let Err(error) = fs::remove_file(self.path(key))
            && error.kind() != io::ErrorKind::NotFound
        {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "a recording could not be removed from the cache");
        }
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.folder.join(key.name())
    }
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?.write_all(bytes)
}

impl Index {
    fn insert(&mut self, key: Key, bytes: u64) {
        self.remove(&key);
        self.uses += 1;
        self.files.insert(key, Stored { bytes, used: self.uses });
        self.order.insert(self.uses, key);
        self.bytes += bytes;
    }

    fn remove(&mut self, key: &Key) -> bool {
        let Some(Stored { bytes, used }) = self.files.remove(key) else { return false };
        self.order.remove(&used);
        self.bytes -= bytes;
        true
    }

    /// It is used now; whether it is there.
    fn touch(&mut self, key: &Key) -> bool {
        let Some(Stored { bytes, .. }) = self.files.get(key).copied() else { return false };
        self.insert(*key, bytes);
        true
    }

    fn oldest(&self) -> Option<Key> {
        self.order.first_key_value().map(|(_, key)| *key)
    }
}

#[cfg(test)]
#[path = "disk/tests.rs"]
mod tests;
