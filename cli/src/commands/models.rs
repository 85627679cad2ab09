//! Lists, fetches and checks the models; makes keys and signs manifests.

use inference::models::{ModelStore, Stored, sign};
use serde_json::{Value, json};

use super::{columns, print, print_json};
use crate::args::{Global, Models};
use crate::compose;
use crate::config::Config;
use crate::failure::Failure;
use crate::progress::Pull;

/// Does what is asked about models.
pub(crate) fn run(command: &Models, config: &Config, global: &Global) -> Result<(), Failure> {
    let store = || compose::models(config, global.cache.clone());
    match command {
        Models::List => {
            let store = store()?;
            report(&store, &store.list(), global.json)
        }
        Models::Verify => {
            let store = store()?;
            let files = store.verify();
            if global.json {
                report(&store, &files, true)?;
            } else {
                report_wrong(&store, &files)?;
            }
            // The first that is wrong is the error; the list has them all.
            Ok(files.into_iter().try_for_each(|file| file.state)?)
        }
        Models::Pull => {
            let store = store()?;
            store.pull(&[], &Pull::new())?;
            let files = store.list();
            if global.json {
                return report(&store, &files, true);
            }
            print(&format!("all {} files are in {}\n", files.len(), store.cache().display()))
        }
        Models::Keygen { secret, public } => {
            let key = sign::keygen(secret, public, None)?;
            if global.json {
                return print_json(&json!({ "public_key": key, "secret": secret, "public": public }));
            }
            print(&format!(
                "{} signs; keep it secret, it has no password. Pin the public key in the configuration:\n\n[models]\npublic_key = \"{key}\"\n",
                secret.display()
            ))
        }
        Models::Sign { manifest, secret } => {
            let signature = sign::sign(manifest, secret, None)?;
            if global.json {
                return print_json(&json!({ "signature": signature }));
            }
            print(&format!("{} signs {}\n", signature.display(), manifest.display()))
        }
    }
}

/// Only the files that are not as they should be, and how many are.
fn report_wrong(store: &ModelStore, files: &[Stored<'_>]) -> Result<(), Failure> {
    let wrong = files.iter().filter(|file| file.state.is_err());
    let rows = columns(wrong.map(|file| [file.file.name.clone(), state(file)]));
    let right = files.iter().filter(|file| file.state.is_ok()).count();
    print(&format!("{rows}{right} of {} files in {} are right\n", files.len(), store.cache().display()))
}

/// Each file, and how it stands.
fn report(store: &ModelStore, files: &[Stored<'_>], json: bool) -> Result<(), Failure> {
    if json {
        let files: Vec<Value> = files.iter().map(|file| described(store, file)).collect();
        return print_json(&json!({ "cache": store.cache(), "files": files }));
    }
    let head = ["FILE", "MB", "STATE"].map(str::to_owned);
    let rows = files.iter().map(|stored| {
        [stored.file.name.clone(), format!("{:.1}", stored.file.size as f64 / 1e6), state(stored)]
    });
    print(&format!("{}in {}\n", columns(std::iter::once(head).chain(rows)), store.cache().display()))
}

fn state(stored: &Stored<'_>) -> String {
    match &stored.state {
        Ok(()) => "here".to_owned(),
        Err(error) if !stored.path.exists() && error.is_missing_model() => "missing".to_owned(),
        Err(error) => error.to_string(),
    }
}

fn described(store: &ModelStore, stored: &Stored<'_>) -> Value {
    let sources: Vec<Value> = stored
        .file
        .parts
        .iter()
        .filter_map(|part| {
            let package = store.manifest().package(&part.package)?;
            Some(json!({
                "package": package.name,
                "version": package.version,
                "path": part.path,
                "licence": package.licence,
                "origin": package.origin,
            }))
        })
        .collect();
    json!({
        "name": stored.file.name,
        "size": stored.file.size,
        "sha256": stored.file.sha256.to_string(),
        "path": stored.path,
        "state": state(stored),
        "from": sources,
    })
}
