//! How many calls beyond the first of their requests are made.

use std::sync::Arc;

use tower::retry::budget::{Budget as _, TpsBudget};

/// A retry budget as in finagle, so that a second try never doubles the load on those who still stand. Of the last ten
/// seconds, each request allows for a fifth of one more call, beside ten a second for those who have few requests. Cheap
/// to clone: clones share it.
#[derive(Clone, Debug, Default)]
pub struct Retries(Arc<TpsBudget>);

impl Retries {
    /// A request makes its first call.
    pub fn deposit(&self) {
        self.0.deposit();
    }

    /// Whether a request may ask whoever has that place in its plan, once those before it have failed. One failover is
    /// everybody's due; with more, who is many would make a vendor's bad day worse.
    pub(crate) fn allow(&self, place: usize) -> bool {
        place <= 1 || self.try_withdraw()
    }

    /// Whether a request may make one more.
    pub fn try_withdraw(&self) -> bool {
        self.0.withdraw()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::advance;

    use super::*;

    fn left(retries: &Retries) -> usize {
        (0..1_000_000).take_while(|_| retries.try_withdraw()).count()
    }

    #[tokio::test(start_paused = true)]
    async fn few_requests_may_all_be_tried_again_and_many_only_a_fifth() {
        let retries = Retries::default();
        assert_eq!(left(&retries), 100, "ten a second");
        (0..1000).for_each(|_| retries.deposit());
        assert_eq!(left(&retries), 200, "a fifth");
        assert!(!retries.clone().try_withdraw(), "clones share");
        advance(Duration::from_secs(11)).await;
        assert_eq!(left(&retries), 100, "what was not used is no treasure, what was is forgiven");
    }
}
