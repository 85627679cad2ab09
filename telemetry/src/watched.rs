//! A ledger with an eye on it.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use billing::{Growth, Hold, Ledger, LedgerError, Mark, Settlement, Verdict};
use speech::BoxFuture;
use tokio::time::Instant;

use crate::Metrics;

/// Does what its ledger does, and counts it once that is done.
pub(crate) struct Watched {
    ledger: Arc<dyn Ledger>,
    eye: Eye,
}

#[derive(Clone)]
struct Eye {
    metrics: Metrics,
    /// The requests that hold something.
    open: Arc<Mutex<HashSet<String>>>,
}

impl Watched {
    pub(crate) fn new(ledger: Arc<dyn Ledger>, metrics: Metrics) -> Self {
        Self { ledger, eye: Eye { metrics, open: Arc::default() } }
    }
}

impl Eye {
    async fn on<T>(
        &self,
        operation: &'static str,
        doing: BoxFuture<Result<T, LedgerError>>,
    ) -> Result<T, LedgerError> {
        let began = Instant::now();
        let done = doing.await;
        self.metrics.wrote(operation, began.elapsed(), done.is_ok());
        done
    }

    fn held(&self, request: String) {
        if self.open.lock().unwrap_or_else(PoisonError::into_inner).insert(request) {
            self.metrics.holds(1);
        }
    }

    fn settled(&self, settlement: &Settlement) {
        self.metrics.settled(settlement);
        if self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&settlement.row.id) {
            self.metrics.holds(-1);
        }
    }
}

impl Ledger for Watched {
    fn hold(&self, hold: Hold) -> BoxFuture<Result<Verdict, LedgerError>> {
        let (eye, request) = (self.eye.clone(), hold.mark.settlement.row.id.clone());
        let holding = self.ledger.hold(hold);
        Box::pin(async move {
            let verdict = eye.on("hold", holding).await?;
            if let Verdict::Granted { .. } = verdict {
                eye.held(request);
            }
            Ok(verdict)
        })
    }

    fn grow(&self, growth: Growth) -> BoxFuture<Result<Verdict, LedgerError>> {
        let (eye, growing) = (self.eye.clone(), self.ledger.grow(growth));
        Box::pin(async move { eye.on("grow", growing).await })
    }

    fn renew(&self, marks: Vec<Mark>) -> BoxFuture<Result<(), LedgerError>> {
        let (eye, renewing) = (self.eye.clone(), self.ledger.renew(marks));
        Box::pin(async move { eye.on("renew", renewing).await })
    }

    fn settle(&self, settlement: Settlement) -> BoxFuture<Result<(), LedgerError>> {
        let (eye, settling) = (self.eye.clone(), self.ledger.settle(settlement.clone()));
        Box::pin(async move {
            eye.on("settle", settling).await?;
            eye.settled(&settlement);
            Ok(())
        })
    }

    fn reap(&self, now_unix_ms: i64) -> BoxFuture<Result<u64, LedgerError>> {
        let (eye, reaping) = (self.eye.clone(), self.ledger.reap(now_unix_ms));
        Box::pin(async move { eye.on("reap", reaping).await })
    }

    fn ready(&self) -> BoxFuture<Result<(), LedgerError>> {
        self.ledger.ready()
    }
}
