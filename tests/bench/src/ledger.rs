//! What the ledger adds to the gateway: the same requests to gateways that keep it on SQLite, on Postgres and not at
//! all, in turns.

mod disk;
mod gateway;
mod line;
mod load;
mod measures;
mod programs;
mod table;
mod vendor;

pub(crate) use gateway::RandomIds;
pub(crate) use line::request;
pub(crate) use vendor::speech;

pub use gateway::{Forgetting, Keeping, SystemClock, serve};
pub use load::{LOADS, Load};
pub use measures::{Measured, Served, measure};
pub use programs::Programs;
pub use table::{HEAD, TARGETS_HEAD, row, targets};
pub use vendor::serve as serve_as_vendor;
