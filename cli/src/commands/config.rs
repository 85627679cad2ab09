//! Checks the configuration and prints what holds.

use serde_json::json;

use super::{print, print_json};
use crate::args::Global;
use crate::compose;
use crate::config::Config;
use crate::failure::Failure;

/// The configuration parsed, or we would not be here: looks at what it points to, and prints it. Secrets are
/// shown by where they lie.
pub(crate) fn run(config: &Config, global: &Global) -> Result<(), Failure> {
    compose::models(config, global.cache.clone())?;
    compose::clients(config)?;
    compose::hedge(config)?;
    compose::tls(config)?;
    compose::tariff(config)?;
    compose::admins(config)?;
    let backends = compose::backends(config)?;
    compose::check_aliases(config, &backends)?;
    compose::cache_settings(config, &backends)?;
    let effective = Config { data: Some(compose::data_dir(config)?), ..config.clone() };
    if global.json {
        return print_json(&json!(effective));
    }
    let text = toml::to_string_pretty(&effective)
        .map_err(|error| Failure::machine("the configuration cannot be printed", &error))?;
    print(&text)
}
