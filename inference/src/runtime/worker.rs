//! One thread, one session.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, mpsc};

use tokio::time::Instant;

use super::queue::Queue;
use super::session::OpenSession;
use super::{Graph, RunError, Runtime};

/// What a worker says once, when its session is open or cannot be opened.
pub(super) type Opened = Result<(), String>;

/// Opens a session and serves the queue with it until the queue closes.
///
/// A session that panicked is replaced by a new one: nobody knows what state it is in.
pub(super) fn work(runtime: &Runtime, graph: &Graph, queue: &Arc<Queue>, opened: &mpsc::Sender<Opened>) {
    let mut session = match OpenSession::new(runtime, graph) {
        Ok(session) => session,
        Err(error) => {
            let _ = opened.send(Err(error.to_string()));
            return;
        }
    };
    queue.worker_came();
    let _leaving = Leaving(queue);
    let _ = opened.send(Ok(()));
    while let Some(job) = queue.pop() {
        let start = Instant::now();
        match catch_unwind(AssertUnwindSafe(|| session.run(job.inputs, &job.options))) {
            Ok(result) => {
                if result.is_ok() {
                    queue.took(start.elapsed());
                }
                // Nobody listens any more when the caller hung up.
                let _ = job.reply.send(result);
            }
            Err(_) => {
                let _ = job.reply.send(Err(RunError::Failed { reason: "the session panicked".to_owned() }));
                match OpenSession::new(runtime, graph) {
                    Ok(fresh) => session = fresh,
                    Err(error) => {
                        tracing::error!(%error, "a session cannot be opened again; the pool goes on without it");
                        return;
                    }
                }
            }
        }
    }
}

struct Leaving<'a>(&'a Queue);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.0.worker_left();
    }
}
