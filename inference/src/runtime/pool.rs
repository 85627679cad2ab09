//! Sessions that share the work.

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use ort::session::RunOptions;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::queue::{Job, Queue};
use super::session::OpenSession;
use super::worker::work;
use super::{Graph, Runtime, Tensor};

/// How large a pool is.
#[derive(Clone, Copy, Debug)]
pub struct PoolOptions {
    /// Sessions, each with a thread of its own and no other: two sessions of one thread do more than one
    /// session of two.
    pub sessions: NonZeroUsize,
    /// How many may wait before impatient callers are sent away.
    pub queue: usize,
}

/// How long a caller is ready to wait for a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// Go away when the queue is full, or when a session is not free after this time.
    AtMost(Duration),
    /// Wait as long as it takes: for who already speaks, and must not be cut off.
    Unlimited,
}

/// A pool cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// ONNX Runtime refuses the graph.
    #[error("ONNX Runtime cannot open the model: {reason}")]
    Refused {
        /// What ONNX Runtime said.
        reason: String,
    },
    /// The system gives no thread.
    #[error("no thread for a session")]
    Thread(#[source] std::io::Error),
}

/// A run gave nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// All sessions are busy and enough callers wait already.
    #[error("all sessions are busy; try again in {} s", .retry_after.as_secs().max(1))]
    Busy {
        /// About how long it takes until a session is free.
        retry_after: Duration,
    },
    /// The run failed; the session is ready for the next one.
    #[error("the model failed: {reason}")]
    Failed {
        /// What ONNX Runtime said.
        reason: String,
    },
    /// The pool has no session left.
    #[error("the model is no longer loaded")]
    Closed,
}

impl From<ort::Error> for RunError {
    fn from(error: ort::Error) -> Self {
        Self::Failed { reason: error.to_string() }
    }
}

/// Sessions of one graph behind one queue, first come, first served.
///
/// Dropping it waits for the threads to end.
pub struct Pool {
    queue: Arc<Queue>,
    most_waiting: usize,
    workers: Vec<JoinHandle<()>>,
}

impl Pool {
    /// Opens the sessions, and returns when the first of them is ready; the others follow in the background.
    /// Blocks for as long as ONNX Runtime takes to load the graph.
    ///
    /// # Errors
    /// [`OpenError`] when the first session cannot be opened.
    pub fn open(runtime: &Runtime, graph: Graph, options: PoolOptions) -> Result<Self, OpenError> {
        let mut pool =
            Self { queue: Arc::new(Queue::new()), most_waiting: options.queue, workers: Vec::new() };
        let (opened, first) = mpsc::channel();
        pool.spawn(0, runtime, &graph, opened)?;
        match first.recv() {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(OpenError::Refused { reason: error.to_string() }),
            Err(_) => return Err(OpenError::Refused { reason: "the session panicked".to_owned() }),
        }
        let unheard = mpsc::channel().0;
        for number in 1..options.sessions.get() {
            pool.spawn(number, runtime, &graph, unheard.clone())?;
        }
        Ok(pool)
    }

    /// Runs the graph on `inputs`, by name, and gives its outputs in the graph's order.
    ///
    /// Dropping the future takes the run out of the queue, or ends it: the session is free again as soon as
    /// the node that is being computed is done.
    ///
    /// # Errors
    /// [`RunError::Busy`] only to who is not patient.
    pub async fn run(
        &self,
        inputs: Vec<(&'static str, Tensor)>,
        patience: Patience,
    ) -> Result<Vec<Tensor>, RunError> {
        let options = Arc::new(RunOptions::new()?);
        let (reply, mut answer) = oneshot::channel();
        let most = matches!(patience, Patience::AtMost(_)).then_some(self.most_waiting);
        let id = self.queue.push(Job { inputs, options: Arc::clone(&options), reply }, most)?;
        let ticket = Ticket { queue: &self.queue, id, options };
        if let Patience::AtMost(longest) = patience {
            match timeout(longest, &mut answer).await {
                Ok(answer) => return answer.unwrap_or(Err(RunError::Closed)),
                Err(_) if ticket.queue.remove(id) => {
                    return Err(RunError::Busy { retry_after: self.queue.wait() });
                }
                // It is being run.
                Err(_) => {}
            }
        }
        answer.await.unwrap_or(Err(RunError::Closed))
    }

    /// Whether any session is left that could run something.
    pub fn is_open(&self) -> bool {
        self.queue.is_served()
    }

    /// How many runs wait for a session or are on one.
    pub fn jobs(&self) -> usize {
        self.queue.jobs()
    }

    fn spawn(
        &mut self,
        number: usize,
        runtime: &Runtime,
        graph: &Graph,
        opened: mpsc::Sender<ort::Result<()>>,
    ) -> Result<(), OpenError> {
        let (runtime, graph, queue) = (runtime.clone(), graph.clone(), Arc::clone(&self.queue));
        let worker = thread::Builder::new()
            .name(format!("inference-{number}"))
            .spawn(move || work(&queue, || OpenSession::new(&runtime, &graph), &opened))
            .map_err(OpenError::Thread)?;
        self.workers.push(worker);
        Ok(())
    }
}

/// A place in the queue or on a session, given up on drop.
struct Ticket<'a> {
    queue: &'a Queue,
    id: u64,
    options: Arc<RunOptions>,
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if !self.queue.remove(self.id)
            && let Err(error) = self.options.terminate()
        {
            tracing::warn!(%error, "a run that nobody waits for cannot be ended");
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.queue.close();
        for worker in self.workers.drain(..) {
            let _ = worker.join();
        }
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pool({} sessions)", self.workers.len())
    }
}
