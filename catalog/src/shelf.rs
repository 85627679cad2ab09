//! Where lists are kept.

use std::error::Error;

use serde::{Deserialize, Serialize};
use speech::{BoxFuture, Model, Voice};

use crate::Change;

/// What a vendor has listed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Listing {
    /// Its models, the usual one first.
    pub models: Vec<Model>,
    /// Its voices.
    pub voices: Vec<Voice>,
}

/// Keeps what vendors have listed, and what has changed.
pub trait Shelf: Send + Sync + 'static {
    /// Every backend's list, by its name, as it was kept last.
    fn listings(&self) -> BoxFuture<Result<Vec<(String, Listing)>, ShelfError>>;

    /// Keeps a backend's list in place of the one before, and what has changed.
    fn keep(
        &self,
        backend: &str,
        listing: Listing,
        changes: Vec<Change>,
    ) -> BoxFuture<Result<(), ShelfError>>;

    /// The latest changes, newest first, at most so many; of those older than `before` (a [`Change::number`]), where that
    /// is given.
    fn changes(&self, before: Option<i64>, most: usize) -> BoxFuture<Result<Vec<Change>, ShelfError>>;
}

/// The lists cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("the lists of voices cannot be read or written")]
pub struct ShelfError(#[source] pub Box<dyn Error + Send + Sync>);
