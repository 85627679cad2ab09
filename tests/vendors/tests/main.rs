//! The fakes from outside, over real sockets: by other hands' clients and decoders.
//!
//! Every module is `cfg(test)` so that clippy knows their helpers for what they are: tests.

#[cfg(test)]
mod azure;
#[cfg(test)]
mod azure_faults;
#[cfg(test)]
mod azure_usp;
#[cfg(test)]
mod bills;
#[cfg(test)]
mod client;
#[cfg(test)]
mod decode;
#[cfg(test)]
mod elevenlabs;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod openai;
#[cfg(test)]
mod program;
#[cfg(test)]
mod socket_faults;
#[cfg(test)]
mod sockets;
#[cfg(test)]
mod truth;
#[cfg(test)]
mod usp;
