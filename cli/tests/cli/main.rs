//! The program itself.
//!
//! The modules are `cfg(test)` so that clippy knows their helpers for what they are: tests.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod books;
#[cfg(test)]
mod program;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod routing;
#[cfg(test)]
mod speaking;
