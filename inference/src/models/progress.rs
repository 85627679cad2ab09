//! What a pull tells the person who waits for it.

/// Hears how far a pull is. Packages arrive a few at a time, from several threads.
pub trait Progress: Sync {
    /// The package is asked for; `bytes` is its whole size. Said again where a second source has to do.
    fn begin(&self, package: &str, bytes: u64);

    /// So many of its bytes are here, never more than its size.
    fn advance(&self, package: &str, bytes: u64);

    /// It is here, checked, and what is wanted of it is kept.
    fn finish(&self, package: &str);

    /// Another process is pulling; this one goes on when that one is done.
    fn waiting(&self) {}
}

/// Silence.
impl Progress for () {
    fn begin(&self, _package: &str, _bytes: u64) {}
    fn advance(&self, _package: &str, _bytes: u64) {}
    fn finish(&self, _package: &str) {}
}
