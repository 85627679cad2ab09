//! What the gateway adds to a vendor: the same request through its door and to the fake vendor itself, over connections
//! that are kept.

mod connection;
mod door;
mod framing;
mod line;
mod measures;
mod programs;
mod socket;
pub(crate) mod ssml;
mod stream_input;
mod table;
pub(crate) mod usp;

pub(crate) use connection::{Connection, JSON, KEY};
pub(crate) use socket::open as open_socket;

pub use door::{DOORS, Door};
pub use measures::{Measured, measure};
pub use programs::Programs;
pub use table::{HEAD, STREAMING_HEAD, rows, streaming_row};

/// What one request took, in milliseconds from before it was sent.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// Until the first audio that a client can use was in its hands.
    pub first_audio: f64,
    /// Until the end of the answer.
    pub end: f64,
}
