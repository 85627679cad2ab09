//! Copies the database, and puts a copy back.

use std::path::Path;

use serde_json::json;
use store::Database;

use super::{block_on, print, print_json};
use crate::args::{Backup, Global, Restore};
use crate::compose;
use crate::config::Config;
use crate::failure::Failure;

/// Copies the database, whoever uses it meanwhile.
pub(crate) fn run(backup: &Backup, config: &Config, global: &Global) -> Result<(), Failure> {
    block_on(async {
        let store = compose::books(config).await?;
        store.backup(&backup.file).await.map_err(|error| Failure::unusable(&error))
    })?;
    done("copied to", &backup.file, global)?;
    if config.pepper.is_none() && !global.json {
        // Without it, no key that the copy knows can be recognised.
        let pepper = compose::data_dir(config)?.join(compose::PEPPER);
        print(&format!("its keys need {} beside it: copy that too, and keep it secret\n", pepper.display()))?;
    }
    Ok(())
}

/// Puts a copy in the place of the database, which nobody may use meanwhile.
pub(crate) fn restore(restore: &Restore, config: &Config, global: &Global) -> Result<(), Failure> {
    let location = compose::location(config)?;
    block_on(async {
        Database::restore(&restore.file, &location).await.map_err(|error| Failure::unusable(&error))
    })?;
    done("restored from", &restore.file, global)?;
    // What was put back stays: only its keys wait for their pepper.
    block_on(async { compose::pepper(config, &compose::store(config).await?).await.map(drop) })
}

fn done(what: &str, file: &Path, global: &Global) -> Result<(), Failure> {
    match global.json {
        true => print_json(&json!({ "file": file })),
        false => print(&format!("{what} {}\n", file.display())),
    }
}
