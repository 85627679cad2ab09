//! The gateway over real sockets. Behind it is the real engine; only its backend is a double, a tone generator
//! whose voices are named after what they do.

mod backend;
mod client;
mod server;

mod speech;
