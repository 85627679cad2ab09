//! What is told, as those who are told read it: the page of metrics by its format's own rules, and a collector of OTLP
//! on a real socket.
//!
//! Every module is `cfg(test)` so that clippy knows their helpers for what they are: tests.

#[cfg(test)]
mod collector;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod otlp;
#[cfg(test)]
mod page;
