//! Money: what speech costs, who pays for it, and how much of it they may have.
//!
//! A [`Rate`] says what a model costs; what a call [`Consumed`] becomes a [`Cost`]. Before a vendor is called, a
//! [`Hold`] is put on the client's [`Budget`]s; a [`Settlement`] ends it, whatever happened in between. The
//! [`Ledger`] keeps both.
//!
//! Everything is counted in whole nano-dollars, code points and milliseconds. Nothing here does I/O, knows a database,
//! or computes with floats.
#![deny(clippy::float_arithmetic)]

mod accounts;
mod budget;
mod calendar;
mod ledger;
mod money;
mod rate;
mod reconcile;
mod replays;
mod reports;

pub use accounts::{Accounts, Amendment, Client, ClientNames, Key, Preferences};
pub use budget::{Action, Amounts, Budget, Measure, Standing, Verdict, Window, WindowError, admit};
pub use calendar::{Month, MonthError, Timeframe, TimeframeError, hour_of};
pub use ledger::{
    Attempt, Charge, Growth, Hold, HoldGone, Ledger, LedgerError, Mark, Outcome, Payer, RequestRow,
    Settlement,
};
pub use money::{Nanos, NanosError};
pub use rate::{Basis, Consumed, Cost, Counting, Rate, RateError, Rates, Work};
pub use reconcile::{Called, Calls, Counts, Difference, Estimated, Quantity, Record, Subject, reconcile};
pub use replays::{Begun, Replay, Replays};
pub use reports::{Costs, Dimension, DimensionError, Report, Reports, Scope, Sums};
