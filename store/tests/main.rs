//! What every database must do, on a real SQLite and a real Postgres; and what is shared, on a real Redis.
//!
//! Every module is `cfg(test)` so that clippy knows their helpers for what they are: tests.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod archive;
#[cfg(test)]
mod backup;
#[cfg(test)]
mod both;
#[cfg(test)]
mod budgets;
#[cfg(test)]
mod calls;
#[cfg(test)]
mod durability;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod lexicons;
#[cfg(test)]
mod lost;
#[cfg(test)]
mod redis;
#[cfg(test)]
mod replays;
#[cfg(test)]
mod reports;
#[cfg(test)]
mod shelf;
#[cfg(test)]
mod site;
#[cfg(test)]
mod upgrade;
#[cfg(test)]
mod waiting;
