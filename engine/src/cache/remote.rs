//! Recordings in a memory that several gateways share.

use std::sync::Arc;
use std::time::Duration;

use speech::SharedShelf;
use tokio::time::sleep;

use super::key::Key;
use super::recording::Recording;

/// A longer file is not kept there: whoever asks for it next would wait for it longer than for a vendor.
pub(super) const MOST: usize = 4 << 20;

/// Whoever has looked here in vain comes aboard of what is being spoken, also when that has just landed: so much later at
/// most.
const LATECOMERS: Duration = Duration::from_millis(500);

/// The shelf, and for how long things lie there.
#[derive(Clone)]
pub(super) struct Remote {
    shelf: Arc<dyn SharedShelf>,
    lasts: Duration,
}

impl Remote {
    pub(super) fn new(shelf: Arc<dyn SharedShelf>, lasts: Duration) -> Self {
        Self { shelf, lasts }
    }

    /// What was kept under that key, here or elsewhere.
    pub(super) async fn read(&self, key: &Key) -> Option<Recording> {
        let file = self.shelf.get(&key.name(), MOST).await?;
        let recording = Recording::from_file(key, file);
        if recording.is_none() {
            tracing::warn!(
                name = key.name(),
                "a recording in the shared cache is damaged; it is spoken anew"
            );
        }
        recording
    }

    /// Keeps a recording, unless it alone is too large; done once nobody is on the way who has not found it.
    pub(super) async fn write(self, key: Key, recording: Arc<Recording>) {
        match recording.to_file(&key) {
            Ok(file) if file.len() <= MOST => {
                self.shelf.put(&key.name(), file, self.lasts).await;
                sleep(LATECOMERS).await;
            }
            Ok(_) => {}
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "a recording could not be written to the shared cache");
            }
        }
    }
}
