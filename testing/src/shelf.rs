//! Lists in memory, for tests that are about who asks vendors, not about where the answers are kept.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use catalog::{Change, Listing, Shelf, ShelfError};
use speech::BoxFuture;

/// A shelf that is gone with its test.
#[derive(Default)]
pub struct MemoryShelf(Mutex<Boards>);

#[derive(Default)]
struct Boards {
    listings: BTreeMap<String, Listing>,
    changes: Vec<Change>,
    is_broken: bool,
}

impl MemoryShelf {
    /// From now on it can, or cannot, be read and written.
    pub fn break_off(&self, is_broken: bool) {
        self.boards().is_broken = is_broken;
    }

    fn boards(&self) -> MutexGuard<'_, Boards> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work<T>(&self, work: impl FnOnce(&mut Boards) -> T) -> BoxFuture<Result<T, ShelfError>>
    where
        T: Send + 'static,
    {
        let mut boards = self.boards();
        let done = if boards.is_broken {
            Err(ShelfError("it is out of order".into()))
        } else {
            Ok(work(&mut boards))
        };
        Box::pin(async { done })
    }
}

impl Shelf for MemoryShelf {
    fn listings(&self) -> BoxFuture<Result<Vec<(String, Listing)>, ShelfError>> {
        self.work(|boards| boards.listings.clone().into_iter().collect())
    }

    fn keep(
        &self,
        backend: &str,
        listing: Listing,
        changes: Vec<Change>,
    ) -> BoxFuture<Result<(), ShelfError>> {
        self.work(|boards| {
            boards.listings.insert(backend.to_owned(), listing);
            for change in changes {
                let number = boards.changes.len() as i64 + 1;
                boards.changes.push(Change { number, ..change });
            }
        })
    }

    fn changes(&self, before: Option<i64>, most: usize) -> BoxFuture<Result<Vec<Change>, ShelfError>> {
        self.work(|boards| {
            let is_told = |change: &&Change| before.is_none_or(|before| change.number < before);
            boards.changes.iter().rev().filter(is_told).take(most).cloned().collect()
        })
    }
}
