//! One voice catalogue over every backend.
//!
//! A backend says of its [`Voice`](speech::Voice)s what its vendor says, in the vendor's own words. Here each becomes an
//! [`Entry`], in the same words for all. What was listed is kept on a [`Shelf`], so that neither a restart nor a vendor
//! that is down loses a voice; what comes and goes is a [`Change`].
//!
//! Nothing here does I/O.

mod changes;
mod entry;
mod shelf;

pub use changes::{Change, What, changes};
pub use entry::{Age, Entry};
pub use shelf::{Listing, Shelf, ShelfError};
