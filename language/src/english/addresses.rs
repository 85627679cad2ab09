//! E-mail, links, files, handles and hashtags: read so that a listener could type them.
//!
//! Every sign of an address is said by its name, for each of them distinguishes one address from another: "dot",
//! "slash", "dash", "underscore", "at". Two are left out, since every program supplies them: "https://" before and a
//! slash at the end of a link. Other schemes are spelled, and a port is announced as one. Parts that could be said are
//! said as words, other parts letter by letter; figures beyond two are read one by one.

mod email;
mod link;
mod path;
mod spelling;
mod tag;

use crate::sentence::Rule;

/// In the order in which they are asked.
pub(super) const RULES: &[Rule] = &[link::rule, email::rule, path::rule, path::file, link::domain, tag::rule];
