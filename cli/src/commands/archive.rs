//! Moves a month that is over out of the database.

use serde_json::json;
use speech::Clock as _;

use super::{block_on, print, print_json};
use crate::args::{Archive, Global};
use crate::compose;
use crate::config::Config;
use crate::environment::SystemClock;
use crate::failure::Failure;

/// Moves the requests of a month and their entries to a file; what they came to stays.
pub(crate) fn run(archive: &Archive, config: &Config, global: &Global) -> Result<(), Failure> {
    let archived = block_on(async {
        let store = compose::books(config).await?;
        let now = SystemClock.unix_ms();
        let archived = store.archive_month(archive.month, now, &archive.to).await;
        archived.map_err(|error| Failure::unusable(&error))
    })?;
    if global.json {
        return print_json(&json!({
            "month": archive.month.to_string(),
            "file": archived.path,
            "requests": archived.requests,
            "entries": archived.entries,
        }));
    }
    let path = archived.path.display();
    print(&format!(
        "{path}: {} requests and {} entries of {}\n",
        archived.requests, archived.entries, archive.month
    ))
}
