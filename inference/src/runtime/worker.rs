//! One thread, one session.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;

use ort::session::RunOptions;
use tokio::time::Instant;

use super::queue::{Inputs, Queue};
use super::{RunError, Tensor};

/// What a worker's session is to it.
pub(super) trait Run {
    /// Computes the outputs, until `options` terminate the run.
    fn run(&mut self, inputs: Inputs, options: &RunOptions) -> Result<Vec<Tensor>, RunError>;
}

/// Opens a session, says in `opened` how that went, and serves the queue until it closes.
///
/// A session that panicked is replaced by a new one: nobody knows what state it is in.
pub(super) fn work<S: Run>(
    queue: &Queue,
    open: impl Fn() -> ort::Result<S>,
    opened: &mpsc::Sender<ort::Result<()>>,
) {
    let mut session = match open() {
        Ok(session) => session,
        Err(error) => {
            tracing::warn!(%error, "a session cannot be opened");
            let _ = opened.send(Err(error));
            return;
        }
    };
    let _post = Post::take(queue);
    let _ = opened.send(Ok(()));
    while let Some(job) = queue.pop() {
        let start = Instant::now();
        let result = catch_unwind(AssertUnwindSafe(|| session.run(job.inputs, &job.options)));
        let panicked = result.is_err();
        let result =
            result.unwrap_or_else(|_| Err(RunError::Failed { reason: "the session panicked".to_owned() }));
        if result.is_ok() {
            queue.took(start.elapsed());
        }
        // Who hung up meanwhile does not listen.
        let _ = job.reply.send(result);
        if panicked {
            match open() {
                Ok(fresh) => session = fresh,
                Err(error) => {
                    tracing::error!(%error, "a session cannot be opened again; the pool goes on without it");
                    return;
                }
            }
        }
    }
}

/// A worker's place at the queue, left on drop.
struct Post<'a>(&'a Queue);

impl<'a> Post<'a> {
    fn take(queue: &'a Queue) -> Self {
        queue.worker_came();
        Self(queue)
    }
}

impl Drop for Post<'_> {
    fn drop(&mut self) {
        self.0.worker_left();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;
    use crate::models::{Manifest, ModelStore, default_cache_dir};
    use crate::runtime::Runtime;
    use crate::runtime::queue::Job;
    use tokio::sync::oneshot;

    /// Panics at its first run, answers later ones with its number.
    struct Mine {
        number: f32,
    }

    impl Run for Mine {
        fn run(&mut self, inputs: Inputs, _: &RunOptions) -> Result<Vec<Tensor>, RunError> {
            assert!(!inputs.is_empty(), "a run without inputs");
            Ok(vec![Tensor::f32([1], vec![self.number])])
        }
    }

    fn ask(queue: &Queue, inputs: Inputs) -> oneshot::Receiver<Result<Vec<Tensor>, RunError>> {
        let (reply, answer) = oneshot::channel();
        let options = Arc::new(RunOptions::new().unwrap());
        queue.push(Job { inputs, options, reply }, None).unwrap();
        answer
    }

    #[test]
    fn a_session_that_panicked_is_replaced_and_nobody_waits_for_ever() {
        let cache = default_cache_dir(|name| std::env::var_os(name)).unwrap();
        let library = ModelStore::open(Manifest::builtin().unwrap(), cache).path("onnxruntime");
        // Even options for a run are made by ONNX Runtime.
        Runtime::load(&library.expect("run `cargo xtask test`, which fetches the models")).unwrap();

        let queue = Queue::new();
        let (opened, news) = mpsc::channel();
        let sessions = AtomicUsize::new(0);
        let open = || match sessions.fetch_add(1, Ordering::Relaxed) {
            2 => Err(ort::Error::new("no third session")),
            number => Ok(Mine { number: number as f32 }),
        };
        let (right, wrong) = (vec![("x", Tensor::f32([1], vec![0.0]))], Vec::new());
        thread::scope(|scope| {
            scope.spawn(|| work(&queue, open, &opened));
            news.recv().unwrap().unwrap();
            let answers =
                [right.clone(), wrong.clone(), right.clone(), wrong].map(|inputs| ask(&queue, inputs));
            let behind_the_last = ask(&queue, right);
            let panicked = Err(RunError::Failed { reason: "the session panicked".to_owned() });
            let says = |number| Ok(vec![Tensor::f32([1], vec![number])]);
            let answers = answers.map(|answer| answer.blocking_recv().unwrap());
            assert_eq!(answers, [says(0.0), panicked.clone(), says(1.0), panicked]);
            assert!(behind_the_last.blocking_recv().is_err(), "with the last session everybody goes home");
        });
    }
}
