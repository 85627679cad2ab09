//! The program from outside: the binary that users run, with the real model, on real sockets, driven by the
//! official SDKs, its sound decoded by FFmpeg and written down by whisper.
//!
//! `cargo xtask test` installs what these tests need.
//!
//! Every module is `cfg(test)` so that clippy knows their helpers for what they are: tests.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod agents;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod budgets;
#[cfg(test)]
mod catalogue;
#[cfg(test)]
mod codecs;
#[cfg(test)]
#[path = "../../../telemetry/tests/telemetry/collector.rs"]
mod collector;
#[cfg(test)]
mod command_line;
#[cfg(test)]
mod crashes;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod idempotency;
#[cfg(test)]
mod journal;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod lexicon;
#[cfg(test)]
mod life;
#[cfg(test)]
mod long_texts;
#[cfg(test)]
mod missing_models;
#[cfg(test)]
mod money;
#[cfg(test)]
mod normalize;
#[cfg(test)]
mod outages;
#[cfg(test)]
mod overruns;
#[cfg(test)]
mod preferences;
#[cfg(test)]
mod redis;
#[cfg(test)]
mod routing;
#[cfg(test)]
mod sdks;
#[cfg(test)]
mod speech;
#[cfg(test)]
mod ssml;
#[cfg(test)]
mod telemetry;
#[cfg(test)]
mod understood;
