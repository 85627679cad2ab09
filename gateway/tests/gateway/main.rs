//! The gateway over real sockets. Behind it is the real engine; only its backend is a double, a tone generator
//! whose voices are named after what they do.
//!
//! Every module is `cfg(test)` so that clippy knows their helpers for what they are: tests.

#[cfg(test)]
mod access;
#[cfg(test)]
mod accounts;
#[cfg(test)]
mod actor;
#[cfg(test)]
mod admin;
#[cfg(test)]
mod answers;
#[cfg(test)]
mod azure;
#[cfg(test)]
mod backend;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod budgets;
#[cfg(test)]
mod cache;
#[cfg(test)]
mod captions;
#[cfg(test)]
mod cast;
#[cfg(test)]
mod catalogue;
#[cfg(test)]
mod client;
#[cfg(test)]
#[path = "../../../telemetry/tests/telemetry/collector.rs"]
mod collector;
#[cfg(test)]
mod connections;
#[cfg(test)]
mod elevenlabs;
#[cfg(test)]
mod failover;
#[cfg(test)]
mod filters;
#[cfg(test)]
mod hang_up;
#[cfg(test)]
mod idempotency;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod listings;
#[cfg(test)]
mod native;
#[cfg(test)]
mod normalize;
#[cfg(test)]
mod openapi;
#[cfg(test)]
mod order;
#[cfg(test)]
mod preferences;
#[cfg(test)]
mod routing;
#[cfg(test)]
mod server;
#[cfg(test)]
mod socket;
#[cfg(test)]
mod speech;
#[cfg(test)]
mod ssml;
#[cfg(test)]
mod stored_keys;
#[cfg(test)]
mod switches;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod trace;
#[cfg(test)]
mod voices;
