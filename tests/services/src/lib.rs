//! Real services for tests, each a private one that ends with its test, however that ends.
//!
//! ```no_run
//! let postgres = services::Postgres::start();
//! let url = postgres.url_of_new_database();
//! postgres.kill(); // as if the machine had lost its power
//! ```
//!
//! What cannot be started panics with the reason: in a test that is the report.

mod account;
mod daemon;
mod postgres;
mod processes;
mod redis;
mod watch;

pub use postgres::{HASTY, Postgres, postgres_programs};
pub use redis::{Redis, redis_program};
