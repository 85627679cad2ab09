//! One voice catalogue over every backend.
//!
//! A backend says of its [`Voice`](speech::Voice)s what its vendor says, in the vendor's own words. Here each becomes an
//! [`Entry`], in the same words for all, by the [`Labels`] of `config/catalog/`. All entries together are an [`Index`], which
//! is searched with a [`Query`], described to, and asked who sounds most like whom. What was listed is kept on a [`Shelf`], so that neither a restart nor a vendor
//! that is down loses a voice; what comes and goes is a [`Change`].
//!
//! Nothing here does I/O.

mod changes;
mod cursor;
mod described;
mod entry;
mod fields;
mod index;
mod labels;
mod near;
mod page;
mod parameters;
mod query;
mod search;
mod shelf;
mod tags;
mod texts;
mod typos;
mod words;

pub use changes::{Change, What, changes};
pub use entry::{Age, Entry};
pub use index::Index;
pub use labels::{Labels, LabelsError, Offer, UNHEARD};
pub use near::{Near, Reason};
pub use page::Page;
pub use parameters::Parameter;
pub use query::{Query, Sort};
pub use shelf::{Listing, Shelf, ShelfError};
