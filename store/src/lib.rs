//! The only room that names a database.

mod sqlite;

pub use sqlite::{EVERYONE, Entry, MOST_ENTRIES, Sqlite, StoreError};
