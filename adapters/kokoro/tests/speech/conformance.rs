//! What every backend must do.

use std::num::NonZeroUsize;
use std::sync::Arc;

use kokoro::Config;

use crate::heard::open;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kokoro_does_what_every_backend_must() {
    let config = Config { sessions: NonZeroUsize::new(2), queue: 100, longest_wait_ms: 600_000 };
    let kokoro = Arc::new(open(&config));
    testing::conforms(kokoro.clone(), "af_heart", || kokoro.jobs()).await;
}
