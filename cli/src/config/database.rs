//! `database`: where everything is kept.

use std::fmt;
use std::path::Path;

use secrecy::ExposeSecret;
use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize, Serializer};
use store::Location;
use toml::Value;

use super::SecretSource;
use crate::failure::Failure;

/// SQLite's name.
const SQLITE: &str = "sqlite";

/// `"sqlite"`, a Postgres URL, or the place where such a URL lies. To show it does not show a password.
#[derive(Clone, PartialEq)]
pub(crate) enum Database {
    /// As it is written.
    Named(String),
    /// In the environment, or in a file.
    Hidden(SecretSource),
}

impl Default for Database {
    fn default() -> Self {
        Self::Named(SQLITE.to_owned())
    }
}

impl Database {
    /// Where that is; SQLite's file is in the data directory.
    pub(crate) fn at(&self, data: &Path) -> Result<Location, Failure> {
        let location = match self {
            Self::Named(name) => Location::parse(name, data),
            Self::Hidden(source) => Location::parse(source.read()?.expose_secret(), data),
        };
        location.map_err(|error| Failure::unusable(&error))
    }

    /// Whether that is a server, which needs no directory of ours.
    pub(crate) fn is_server(&self) -> bool {
        !matches!(self, Self::Named(name) if name == SQLITE)
    }

    fn shown(&self) -> String {
        match self {
            Self::Named(name) if name == SQLITE => name.clone(),
            Self::Named(url) => match (url.split_once("://"), url.rsplit_once('@')) {
                (Some((scheme, _)), Some((_, place))) => format!("{scheme}://...@{place}"),
                _ => "...".to_owned(),
            },
            Self::Hidden(source) => source.to_string(),
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

impl Serialize for Database {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Named(_) => serializer.serialize_str(&self.shown()),
            Self::Hidden(source) => source.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Database {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(name) => match Location::parse(&name, Path::new("")) {
                Ok(_) => Ok(Self::Named(name)),
                Err(error) => Err(D::Error::custom(error)),
            },
            source => SecretSource::deserialize(source).map(Self::Hidden).map_err(D::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_shown_to_nobody() {
        let url = "postgres://soundboard:hush@db.internal:5432/speech";
        let database = Database::Named(url.into());
        assert_eq!(format!("{database:?}"), "postgres://...@db.internal:5432/speech");
        let written = toml::to_string(&std::collections::BTreeMap::from([("database", database)])).unwrap();
        assert!(!written.contains("hush"), "{written}");
        #[derive(Debug, Deserialize)]
        struct File {
            #[expect(dead_code, reason = "it is never read")]
            database: Database,
        }
        let error = toml::from_str::<File>("database = 'mysql://soundboard:hush@db'").unwrap_err();
        assert!(!error.message().contains("hush"), "{error}");
    }
}
