//! What a hit of the cache costs: the same bytes from gateways that keep a ledger and that keep none, and from nginx, which
//! reads them from a file, in turns.

mod line;
mod measures;
mod nginx;
mod programs;

pub use measures::{HEAD, LOADS, TARGET, measure, rows};
pub use programs::Programs;
