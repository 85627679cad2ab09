use std::sync::{PoisonError, RwLock};

/// A list of a vendor's, as it is known now: as its adapter assumes it, as an earlier run of this program was told it, or
/// as the vendor itself has told it, which nothing but the vendor's next answer replaces.
pub(crate) struct Known<T>(RwLock<(T, bool)>);

impl<T: Clone> Known<T> {
    /// Nobody has asked the vendor yet.
    pub(crate) fn assumed(list: T) -> Self {
        Self(RwLock::new((list, false)))
    }

    /// An earlier run was told this.
    pub(crate) fn recall(&self, list: T) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if !known.1 {
            known.0 = list;
        }
    }

    /// The vendor has told this.
    pub(crate) fn learn(&self, list: T) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = (list, true);
    }

    pub(crate) fn now(&self) -> T {
        self.0.read().unwrap_or_else(PoisonError::into_inner).0.clone()
    }
}
