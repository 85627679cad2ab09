//! The disk that the ledgers are on.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use tokio::time::Instant;

use crate::Result;
use crate::statistics::quantile;

/// What a commit writes at least.
const PAGE: [u8; 4096] = [0; 4096];

/// How often it is tried.
const TIMES: usize = 50;

/// How long it takes until a page is on that disk, in milliseconds: a median. It is written over an older one, as both
/// databases do in their logs: that is the quicker way, since the file does not become longer.
pub(super) fn fsync(directory: &Path) -> Result<f64> {
    let file = File::create(directory.join("page"))?;
    file.write_all_at(&PAGE, 0)?;
    file.sync_all()?;
    let mut taken = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        file.write_all_at(&PAGE, 0)?;
        let start = Instant::now();
        file.sync_data()?;
        taken.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(quantile(taken, 0.5))
}
