//! One writer for all, so that many share one way to the disk.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::sync::Arc;

use billing::LedgerError;
use tokio::sync::{mpsc, oneshot};

use super::batch::{self, Answer, Operation};
use crate::StoreError;
use crate::connections::Connections;

/// How many operations wait before those who bring more have to.
const QUEUE: usize = 4096;

/// How many are applied together.
const MOST: usize = 512;

type Result<T> = std::result::Result<T, LedgerError>;

/// Where operations are queued.
#[derive(Clone, Debug)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Queued>,
}

struct Queued {
    operation: Operation,
    answer: oneshot::Sender<Result<Answer>>,
}

impl Writer {
    /// Starts one. It ends when nobody can bring it anything any more.
    pub(crate) fn start(connections: Connections) -> Self {
        let (queue, mut queued) = mpsc::channel(QUEUE);
        tokio::spawn(async move {
            let mut batch = Vec::new();
            while queued.recv_many(&mut batch, MOST).await > 0 {
                write(&connections, std::mem::take(&mut batch)).await;
            }
        });
        Self { queue }
    }

    /// Resolves once the operation is on disk, or has failed as a whole.
    pub(crate) fn apply(
        &self,
        operation: Operation,
    ) -> impl Future<Output = Result<Answer>> + Send + 'static {
        let queue = self.queue.clone();
        async move {
            let (answer, answered) = oneshot::channel();
            let ended = |_| LedgerError(StoreError::Silent.into());
            queue
                .send(Queued { operation, answer })
                .await
                .map_err(|_| LedgerError(StoreError::Silent.into()))?;
            answered.await.map_err(ended)?
        }
    }
}

async fn write(connections: &Connections, queued: Vec<Queued>) {
    let (operations, answers): (Vec<_>, Vec<_>) =
        queued.into_iter().map(|Queued { operation, answer }| (operation, answer)).unzip();
    let operations = Arc::new(operations);
    match apply(connections, operations.clone(), 0..operations.len()).await {
        Err(error) if operations.len() > 1 && connections.dialect().refuses_values(&error) => {
            tracing::error!(%error, operations = operations.len(), "what was to be written is tried one by one");
            write_one_by_one(connections, &operations, answers).await;
        }
        applied => say(answers, applied),
    }
}

/// What the database refuses is the fault of one of them: no other has to wait until that one is given up. Where it
/// fails otherwise there is no use in trying the rest.
async fn write_one_by_one(
    connections: &Connections,
    operations: &Arc<Vec<Operation>>,
    answers: Vec<oneshot::Sender<Result<Answer>>>,
) {
    let mut answers = answers.into_iter().enumerate();
    while let Some((at, answer)) = answers.next() {
        match apply(connections, operations.clone(), at..at + 1).await {
            Err(error) if !connections.dialect().refuses_values(&error) => {
                let rest = answers.by_ref().map(|(_, answer)| answer);
                say(std::iter::once(answer).chain(rest).collect(), Err(error));
            }
            applied => say(vec![answer], applied),
        }
    }
}

async fn apply(
    connections: &Connections,
    operations: Arc<Vec<Operation>>,
    which: std::ops::Range<usize>,
) -> std::result::Result<Vec<Answer>, StoreError> {
    let dialect = connections.dialect();
    let applied = connections.write(move |connection| {
        Box::pin(async move {
            let applied = batch::apply(connection, dialect, &operations[which]).await;
            fail::fail_point!("commit", |_| std::process::abort());
            applied
        })
    });
    let applied = applied.await;
    fail::fail_point!("committed", |_| std::process::abort());
    applied
}

/// Who does not wait any more is told nothing.
fn say(answers: Vec<oneshot::Sender<Result<Answer>>>, applied: std::result::Result<Vec<Answer>, StoreError>) {
    match applied {
        Ok(applied) => {
            for (answer, applied) in answers.into_iter().zip(applied) {
                answer.send(Ok(applied)).ok();
            }
        }
        Err(error) => {
            let failure = Failure(Arc::new(error));
            for answer in answers {
                answer.send(Err(LedgerError(failure.clone().into()))).ok();
            }
        }
    }
}

/// What all operations of a batch have failed of.
#[derive(Clone, Debug)]
struct Failure(Arc<StoreError>);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}
