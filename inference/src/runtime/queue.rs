//! The line in front of the workers: first come, first served.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ort::session::RunOptions;
use tokio::sync::oneshot;

use super::{RunError, Tensor};

/// Tensors by the names of the graph's inputs.
pub(super) type Inputs = Vec<(&'static str, Tensor)>;

/// One run that somebody waits for.
pub(super) struct Job {
    pub(super) inputs: Inputs,
    /// Ends the run when its `terminate` is called, before or while it runs.
    pub(super) options: Arc<RunOptions>,
    pub(super) reply: oneshot::Sender<Result<Vec<Tensor>, RunError>>,
}

pub(super) struct Queue {
    state: Mutex<State>,
    filled: Condvar,
}

struct State {
    waiting: VecDeque<(u64, Job)>,
    next_id: u64,
    workers: u32,
    /// Workers that stand ready: as many jobs as them do not wait.
    idle: usize,
    /// A running mean of how long a run takes.
    typical: Duration,
    closed: bool,
}

impl Queue {
    pub(super) fn new() -> Self {
        let state = State {
            waiting: VecDeque::new(),
            next_id: 0,
            workers: 0,
            idle: 0,
            typical: Duration::from_secs(1),
            closed: false,
        };
        Self { state: Mutex::new(state), filled: Condvar::new() }
    }

    /// Joins the line, unless `most` already wait for a worker; then says when to try again.
    pub(super) fn push(&self, job: Job, most: Option<usize>) -> Result<u64, RunError> {
        let mut state = self.lock();
        if state.closed || state.workers == 0 {
            return Err(RunError::Closed);
        }
        if most.is_some_and(|most| state.waiting.len() >= most + state.idle) {
            return Err(RunError::Busy { retry_after: state.wait() });
        }
        let id = state.next_id;
        state.next_id += 1;
        state.waiting.push_back((id, job));
        self.filled.notify_one();
        Ok(id)
    }

    /// Leaves the line. False when it was no longer in it.
    pub(super) fn remove(&self, id: u64) -> bool {
        let mut state = self.lock();
        let place = state.waiting.iter().position(|(other, _)| *other == id);
        place.and_then(|place| state.waiting.remove(place)).is_some()
    }

    /// Whether there is a worker.
    pub(super) fn is_served(&self) -> bool {
        let state = self.lock();
        !state.closed && state.workers > 0
    }

    /// Jobs that wait or run.
    pub(super) fn jobs(&self) -> usize {
        let state = self.lock();
        state.waiting.len() + (state.workers as usize).saturating_sub(state.idle)
    }

    /// How long somebody who came now would wait.
    pub(super) fn wait(&self) -> Duration {
        self.lock().wait()
    }

    /// The next job, as soon as there is one; none once the pool is closed.
    pub(super) fn pop(&self) -> Option<Job> {
        let mut state = self.lock();
        state.idle += 1;
        let state = self.filled.wait_while(state, |state| state.waiting.is_empty() && !state.closed);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        state.idle -= 1;
        state.waiting.pop_front().map(|(_, job)| job)
    }

    pub(super) fn took(&self, time: Duration) {
        let mut state = self.lock();
        state.typical = (state.typical * 7 + time) / 8;
    }

    pub(super) fn worker_came(&self) {
        self.lock().workers += 1;
    }

    /// With the last worker everybody in the line goes too: nobody would ever serve them.
    pub(super) fn worker_left(&self) {
        let mut state = self.lock();
        state.workers -= 1;
        if state.workers == 0 {
            state.waiting.clear();
        }
    }

    /// Sends everybody home.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.waiting.clear();
        self.filled.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing inside can panic halfway through a change, so the state of a poisoned lock is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn wait(&self) -> Duration {
        let ahead = u32::try_from(self.waiting.len()).unwrap_or(u32::MAX).saturating_add(1);
        self.typical.saturating_mul(ahead) / self.workers.max(1)
    }
}
