//! The only room that names a database: SQLite or Postgres, by one line of configuration and one implementation; and
//! [`Redis`], which gateways share and none of them needs.
//!
//! A [`Database`] is where a [`Location`] says. Who only reads calls `Database::read`; who writes calls
//! `Database::write`, which has the database to itself, or, where thousands write in a second, gives its operation to
//! the ledger's writer, which commits them together. Statements are the same for both databases; what is not is in
//! `dialect`.

#[macro_use]
mod total;

mod accounts;
mod archive;
mod backup;
mod calls;
mod connections;
mod database;
mod dialect;
mod error;
mod ledger;
mod lexicons;
mod location;
mod redis;
mod replays;
mod reports;
mod schema;
mod shelf;

pub use archive::Archived;
pub use database::Database;
pub use error::StoreError;
pub use lexicons::{EVERYONE, Entry, MOST_ENTRIES};
pub use location::{FILE, Location};
pub use redis::Redis;
