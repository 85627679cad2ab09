//! Puts flags over the environment over the file.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::{Table, Value};

use super::{Config, LogFormat, file};
use crate::failure::Failure;

/// What a flag said; none where it was not given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flags {
    pub(crate) listen: Option<SocketAddr>,
    pub(crate) admin_listen: Option<SocketAddr>,
    pub(crate) data: Option<PathBuf>,
    pub(crate) log_format: Option<LogFormat>,
}

const PREFIX: &str = "VOICE_SOUNDBOARD_";

/// Variables with our prefix that are not settings of the file: two that stand for flags.
const NOT_SETTINGS: [&str; 2] = ["CONFIG", "CACHE"];

pub(super) fn load(
    path: Option<&Path>,
    environment: impl IntoIterator<Item = (String, String)>,
    flags: Flags,
) -> Result<Config, Failure> {
    let mut table = path.map(file::read).transpose()?.unwrap_or_default();
    if !table.contains_key("backends") {
        // So that a variable can change one setting of the built-in backend.
        table.extend(toml::toml! { backends.kokoro.kind = "kokoro" });
    }
    for (name, value) in settings_of(environment) {
        table = with_variable(table, &name, &value)
            .map_err(|message| Failure::usage(format_args!("{PREFIX}{name}: {message}")))?;
    }
    let mut config =
        Config::deserialize(table).map_err(|error| Failure::usage(file::plain(error.message())))?;
    config.listen = flags.listen.unwrap_or(config.listen);
    config.admin_listen = flags.admin_listen.or(config.admin_listen);
    config.data = flags.data.or(config.data);
    config.log_format = flags.log_format.unwrap_or(config.log_format);
    Ok(config)
}

/// The variables that are settings, without the prefix. What a backend *is* comes before what is set about it.
fn settings_of(environment: impl IntoIterator<Item = (String, String)>) -> Vec<(String, String)> {
    let mut settings: Vec<_> = environment
        .into_iter()
        .filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?.to_owned(), value)))
        .filter(|(name, _)| !NOT_SETTINGS.contains(&name.as_str()) && !is_service_link(name))
        .collect();
    settings.sort_by_key(|(name, _)| (!name.ends_with("__KIND"), name.clone()));
    settings
}

/// Kubernetes announces a service called `voice-soundboard` to every container beside it as
/// `VOICE_SOUNDBOARD_SERVICE_HOST`, `VOICE_SOUNDBOARD_PORT_8080_TCP` and the like: nobody's settings.
fn is_service_link(name: &str) -> bool {
    name.starts_with("SERVICE_") || name == "PORT" || name.starts_with("PORT_")
}

/// The table with one variable put in: as text where text fits, otherwise as the TOML value that it spells.
fn with_variable(table: Table, name: &str, value: &str) -> Result<Table, String> {
    let path: Vec<String> = name.split("__").map(str::to_ascii_lowercase).collect();
    let as_text = with(table.clone(), &path, Value::String(value.to_owned()))?;
    let Err(refusal) = Config::deserialize(as_text.clone()) else { return Ok(as_text) };
    let Some(spelled) = toml_value(value) else { return Err(without(&refusal, value)) };
    let as_toml = with(table, &path, spelled)?;
    match Config::deserialize(as_toml.clone()) {
        Ok(_) => Ok(as_toml),
        Err(refusal) => Err(without(&refusal, value)),
    }
}

/// `table` with `value` at `path`; the tables on the way are made.
fn with(mut table: Table, path: &[String], value: Value) -> Result<Table, String> {
    match path {
        [] => Err("names no setting".to_owned()),
        [key] => {
            table.insert(key.clone(), value);
            Ok(table)
        }
        [key, rest @ ..] => {
            let inner = match table.remove(key) {
                Some(Value::Table(inner)) => inner,
                None => Table::new(),
                Some(_) => return Err(format!("\"{key}\" is one setting, not a table of settings")),
            };
            table.insert(key.clone(), Value::Table(with(inner, rest, value)?));
            Ok(table)
        }
    }
}

/// The value that `text` spells: `2`, `true`, `["a", "b"]`.
fn toml_value(text: &str) -> Option<Value> {
    format!("value = {text}").parse::<Table>().ok()?.remove("value")
}

/// What is wrong, without the value: a variable may hold a secret that somebody put in the wrong place.
fn without(error: &toml::de::Error, value: &str) -> String {
    let message = file::plain(error.message());
    if value.is_empty() { message } else { message.replace(value, "...") }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn loaded(file: &str, variables: &[(&str, &str)], flags: Flags) -> Result<Config, Failure> {
        let path = tempfile::NamedTempFile::new().expect("a file");
        fs::write(path.path(), file).expect("it is written");
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        load(Some(path.path()), variables, flags)
    }

    fn complaint(variables: &[(&str, &str)]) -> String {
        let failure = loaded("", variables, Flags::default()).expect_err("it is wrong");
        format!("{failure:?}")
    }

    #[test]
    fn a_flag_comes_before_a_variable_before_the_file() {
        let file = "listen = '127.0.0.1:1'\ndata = '/file'\nlog_format = 'json'";
        let variables = [("VOICE_SOUNDBOARD_LISTEN", "127.0.0.1:2"), ("VOICE_SOUNDBOARD_DATA", "/variable")];
        let flags = Flags { listen: Some(([127, 0, 0, 1], 3).into()), ..Flags::default() };

        let config = loaded(file, &variables, flags).expect("all are valid");
        assert_eq!(config.listen.port(), 3);
        assert_eq!(config.data.as_deref(), Some(Path::new("/variable")));
        assert_eq!(config.log_format, LogFormat::Json);
    }

    #[test]
    fn without_anything_the_default_holds() {
        let config = load(None, [], Flags::default()).expect("the default is valid");
        assert_eq!(config, Config::default());
    }

    #[test]
    fn two_underscores_go_one_table_deeper() {
        let config = loaded(
            "[voices]\nalloy = 'af_sky'",
            &[
                ("VOICE_SOUNDBOARD_VOICES__NARRATOR", "bm_george"),
                ("VOICE_SOUNDBOARD_HTTP__CORS_ORIGINS", "['https://app.example']"),
                ("VOICE_SOUNDBOARD_CLIENTS__APP__KEYS", "[{ env = 'APP_KEY' }]"),
            ],
            Flags::default(),
        )
        .expect("all are valid");
        assert_eq!(config.voices["narrator"], "bm_george");
        assert_eq!(config.voices["alloy"], "af_sky");

        let [origin] = config.http.cors_origins.as_slice() else { panic!("one origin") };
        assert_eq!(String::from(origin.clone()), "https://app.example");
        assert_eq!(config.clients["app"].keys.0.len(), 1);
    }

    #[test]
    fn a_variable_may_change_the_built_in_backend_or_make_another() {
        let changed = load(
            None,
            [("VOICE_SOUNDBOARD_BACKENDS__KOKORO__KIND".to_owned(), "kokoro".to_owned())],
            Flags::default(),
        );
        assert_eq!(changed.expect("it is valid"), Config::default());
        let config = loaded(
            "[backends.kokoro]\nkind = 'kokoro'",
            &[("VOICE_SOUNDBOARD_BACKENDS__OTHER__KIND", "kokoro")],
            Flags::default(),
        );
        assert_eq!(config.expect("it is valid").backends.len(), 2);
    }

    #[test]
    fn a_variable_that_names_no_setting_is_refused() {
        let complaint = complaint(&[("VOICE_SOUNDBOARD_LISEN", "127.0.0.1:1")]);
        assert!(complaint.contains("VOICE_SOUNDBOARD_LISEN"), "{complaint}");
        assert!(complaint.contains("did you mean"), "{complaint}");
    }

    #[test]
    fn a_secret_in_the_wrong_place_is_not_repeated() {
        for name in
            ["VOICE_SOUNDBOARD_CLIENTS__APP__KEYS", "VOICE_SOUNDBOARD_HTTP", "VOICE_SOUNDBOARD_LOG_FORMAT"]
        {
            let complaint = complaint(&[(name, "sk-1234")]);
            assert!(complaint.contains(name) && !complaint.contains("sk-1234"), "{complaint}");
        }
    }

    #[test]
    fn what_an_orchestrator_announces_is_not_a_setting() {
        let links = [
            ("VOICE_SOUNDBOARD_PORT", "tcp://10.0.0.1:8080"),
            ("VOICE_SOUNDBOARD_PORT_8080_TCP_ADDR", "10.0.0.1"),
            ("VOICE_SOUNDBOARD_SERVICE_HOST", "10.0.0.1"),
            ("VOICE_SOUNDBOARD_CACHE", "/models"),
        ];
        assert_eq!(loaded("", &links, Flags::default()).expect("none is a setting"), Config::default());
    }
}
