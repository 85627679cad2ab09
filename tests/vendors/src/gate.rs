//! Holds answers back until a test has seen what it waits for.

use tokio::sync::watch;

/// Open, or shut behind so many bytes of each answer.
#[derive(Default)]
pub(crate) struct Gate(watch::Sender<Option<u64>>);

impl Gate {
    pub(crate) fn shut(&self, after_bytes: Option<u64>) {
        self.0.send_replace(after_bytes);
    }

    /// Resolves when an answer may go on of which so many bytes have gone.
    pub(crate) async fn pass(&self, sent: u64) {
        let mut gate = self.0.subscribe();
        let is_open = |after_bytes: &Option<u64>| after_bytes.is_none_or(|after_bytes| sent < after_bytes);
        // Whoever waits holds the other end.
        drop(gate.wait_for(is_open).await);
    }
}
