//! The only room that names a database.

mod sqlite;

pub use sqlite::{SqliteJournal, StoreError};
