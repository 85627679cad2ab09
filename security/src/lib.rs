//! API keys: made once, shown once, and known afterwards by nothing but their digest.
//!
//! A key is `vs_`, ten characters that may be seen by everybody, `_`, and 32 random bytes:
//! `vs_k3v7q2m9xa_` and 43 characters of base64url. Everything before the second `_` is its public prefix, by which it
//! is found and named. What is stored of the rest is [`digest`]: who reads the database cannot make a key of it, nor,
//! without the [`Pepper`], so much as try one. For a while a [token](Claims) may stand for a key.

mod key;
mod pepper;
mod token;

pub use key::{Minted, client_id, digest, mint, prefix_of, verify};
pub use pepper::{Pepper, PepperError};
pub use token::{Claims, claims, sign};
