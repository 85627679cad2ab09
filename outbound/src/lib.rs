//! The one client for every vendor: HTTP and WebSocket over one pool, with deadlines, bounds, and one table of what a
//! refusal means.
//!
//! An adapter opens a [`Remote`] for its vendor and makes its calls on that. What comes back is bounded and timed, and
//! every error names the backend as it is configured: never its address, its key, its words, or the client's text.

mod answer;
mod audio;
mod body;
mod call;
mod client;
mod deadlines;
mod line;
mod refusal;
mod remote;
mod slots;
mod socket;

pub use answer::Answer;
pub use audio::may_be_text;
pub use call::Call;
pub use client::Outbound;
pub use deadlines::Deadlines;
pub use refusal::{ReadRefusal, Refusal};
pub use remote::{Access, Key, Remote};
pub use slots::Slot;
pub use socket::{Frame, Socket, SocketReceiver, SocketSender};
