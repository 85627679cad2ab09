//! Looks at everything that speaking needs, and says what to do about what is missing.

use std::process::{Command, Stdio};

use billing::Ledger as _;
use inference::models::ModelStore;
use inference::runtime::Runtime;
use serde::Serialize;
use serde_json::json;

use super::{block_on, columns, print, print_json};
use crate::args::Global;
use crate::compose;
use crate::config::{Backend, Config, SecretSource};
use crate::failure::{Exit, Failure};
use crate::output::{installed_player, players};

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Finding {
    /// What was looked at.
    what: &'static str,
    state: State,
    /// What was found, and what to do about it.
    says: String,
    /// How the command ends because of it.
    #[serde(skip)]
    exit: Exit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Good,
    /// Missing, and nothing needs it now.
    Optional,
    /// Missing or broken, and needed.
    Needed,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Optional => "optional",
            Self::Needed => "NEEDED",
        }
    }
}

/// Looks at everything, also when the configuration is broken.
pub(crate) fn run(config: Result<Config, Failure>, global: &Global) -> Result<(), Failure> {
    let mut findings = Vec::new();
    findings.push(match &config {
        Ok(_) => good(
            "configuration",
            match &global.config {
                Some(path) => path.display().to_string(),
                None => "the built-in one; --config FILE names another".to_owned(),
            },
        ),
        Err(failure) => needed("configuration", Exit::Usage, failure),
    });
    let config = config.unwrap_or_default();
    let speaks_here = |backend: &Backend| matches!(backend, Backend::Kokoro(_));
    match compose::models(&config, global.cache.clone()) {
        Ok(_) if !config.backends.values().any(speaks_here) => {
            findings.push(optional("models", "no backend of the configuration runs in this process"));
        }
        Ok(store) => findings.extend(look_at_models(&store)),
        Err(failure) => findings.push(needed("models", Exit::Usage, failure)),
    }
    findings.extend(config.backends.iter().filter_map(|(name, backend)| look_at_vendor(name, backend)));
    findings.push(look_at_keys(&config));
    findings.push(look_at_database(&config));
    findings.extend(look_at_redis(&config));
    findings.push(look_at_player());
    report(&findings, global.json)?;
    let worst = findings.iter().filter(|finding| finding.state == State::Needed).map(|finding| finding.exit);
    match worst.min_by_key(|exit| *exit as u8) {
        Some(exit) => Err(Failure::Quiet(exit)),
        None => Ok(()),
    }
}

/// The models, ONNX Runtime among them, and the programs that fetch them.
fn look_at_models(store: &ModelStore) -> Vec<Finding> {
    let place = store.cache().display();
    let files = store.verify();
    let unfit: Vec<_> = files.iter().filter_map(|file| Some((file, file.state.as_ref().err()?))).collect();
    let missing = unfit.iter().filter(|(file, _)| !file.path.exists()).count();
    let models = match unfit.first() {
        None => good("models", format!("{} files in {place}, each checked", files.len())),
        Some((_, first)) => needed(
            "models",
            Exit::MissingModel,
            format_args!(
                "{missing} of {} files missing, {} damaged; {first}",
                files.len(),
                unfit.len() - missing
            ),
        ),
    };
    let clients = [
        look_at_client("pip", "python3", &["-m", "pip", "--version"], "Python 3 with pip", unfit.is_empty()),
        look_at_client("npm", "npm", &["--version"], "Node.js with npm", unfit.is_empty()),
    ];
    [models, look_at_onnx_runtime(store)].into_iter().chain(clients).collect()
}

fn look_at_onnx_runtime(store: &ModelStore) -> Finding {
    const WHAT: &str = "onnxruntime";
    let library = match store.path(compose::ONNX_RUNTIME) {
        Ok(library) => library,
        // What exactly, the models' line says.
        Err(_) => return needed(WHAT, Exit::MissingModel, "not here: see models"),
    };
    match Runtime::load(&library) {
        Ok(runtime) => good(WHAT, runtime.build().to_owned()),
        Err(error) => needed(WHAT, Exit::Backend, error),
    }
}

/// A program that fetches models: not needed once they are all here.
fn look_at_client(
    what: &'static str,
    program: &str,
    arguments: &[&str],
    brings: &str,
    all_here: bool,
) -> Finding {
    let asked = Command::new(program).args(arguments).stdin(Stdio::null()).output();
    match asked {
        Ok(answer) if answer.status.success() => {
            good(what, String::from_utf8_lossy(&answer.stdout).trim().to_owned())
        }
        _ if all_here => optional(what, "not installed; not needed, since all models are here"),
        _ => needed(
            what,
            Exit::MissingModel,
            format_args!("not installed, and models are missing; install {brings}"),
        ),
    }
}

/// Whether a vendor's key can be read. The vendor is not asked.
fn look_at_vendor(name: &str, backend: &Backend) -> Option<Finding> {
    const WHAT: &str = "vendor";
    let Backend::Vendor { kind, vendor } = backend else { return None };
    Some(match vendor.api_key.as_ref().map(SecretSource::read).transpose() {
        Ok(Some(_)) => good(WHAT, format!("{name} ({kind}) has a key")),
        Ok(None) if vendor.base_url.is_some() => {
            good(WHAT, format!("{name} ({kind}) is asked without a key"))
        }
        Ok(None) => needed(WHAT, Exit::Usage, format_args!("{name} ({kind}) needs an api_key")),
        Err(failure) => needed(WHAT, Exit::Usage, failure),
    })
}

fn look_at_keys(config: &Config) -> Finding {
    let looked = compose::clients(config).and_then(|clients| {
        block_on(async { compose::check_listen(config, &clients, &compose::store(config).await?).await })
    });
    match looked {
        Ok(false) => good(
            "API keys",
            "none: 'serve' answers this machine only, every caller is client local".to_owned(),
        ),
        Ok(true) => good("API keys", "whoever asks needs one".to_owned()),
        Err(failure) => needed("API keys", Exit::Usage, failure),
    }
}

/// Opens the database as any command would, and takes its write lock.
fn look_at_database(config: &Config) -> Finding {
    let looked = block_on(async {
        let store = compose::store(config).await?;
        store.ready().await.map_err(|error| Failure::unusable(&error))?;
        Ok(store.location().to_string())
    });
    match looked {
        Ok(place) => good("database", format!("{place} can be written")),
        Err(failure) => needed("database", Exit::Usage, failure),
    }
}

/// Connects as a server would, and writes.
fn look_at_redis(config: &Config) -> Option<Finding> {
    const WHAT: &str = "redis";
    let redis = compose::redis(config).transpose()?;
    let looked = redis.and_then(|redis| {
        block_on(async { redis.check().await.map_err(|error| Failure::unusable(&error)) })?;
        Ok(redis.to_string())
    });
    Some(match looked {
        Ok(place) => good(WHAT, format!("{place} can be written")),
        Err(failure) => needed(WHAT, Exit::Usage, failure),
    })
}

fn look_at_player() -> Finding {
    match installed_player() {
        Some(player) => good("player", player.display().to_string()),
        None => optional("player", format!("none of {}; 'speak' needs -o FILE", players())),
    }
}

fn good(what: &'static str, says: String) -> Finding {
    Finding { what, state: State::Good, says, exit: Exit::Backend }
}

fn optional(what: &'static str, says: impl Into<String>) -> Finding {
    Finding { what, state: State::Optional, says: says.into(), exit: Exit::Backend }
}

fn needed(what: &'static str, exit: Exit, says: impl std::fmt::Display) -> Finding {
    Finding { what, state: State::Needed, says: says.to_string(), exit }
}

fn report(findings: &[Finding], json: bool) -> Result<(), Failure> {
    if json {
        return print_json(&json!({ "findings": findings }));
    }
    print(&columns(
        findings
            .iter()
            .map(|finding| [finding.state.name().to_owned(), finding.what.to_owned(), finding.says.clone()]),
    ))
}
