use std::time::Duration;

/// How long a vendor may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// To a connection, TLS included; of a WebSocket, to the end of its handshake.
    pub connect: Duration,
    /// From the sending to the first byte of the body.
    pub first_byte: Duration,
    /// Between two bytes. Counts only while somebody waits for the next one, so that a slow listener never trips it.
    pub idle: Duration,
    /// All the waiting for one answer together; a listener's own time is not counted.
    pub total: Duration,
    /// To a free slot, where a backend has all its slots taken.
    pub slot: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_byte: Duration::from_secs(30),
            idle: Duration::from_secs(20),
            total: Duration::from_secs(600),
            slot: Duration::from_secs(10),
        }
    }
}
