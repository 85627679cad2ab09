//! `database`: where everything is kept.

use std::path::Path;

use serde::de::Deserializer;
use serde::{Deserialize, Serialize};
use store::Location;

use super::url::Url;
use crate::failure::Failure;

/// SQLite's name.
const SQLITE: &str = "sqlite";

/// `"sqlite"`, a Postgres URL, or the place where such a URL lies.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Database(Url);

impl Default for Database {
    fn default() -> Self {
        Self(Url::Written(SQLITE.to_owned()))
    }
}

impl Database {
    /// Where that is; SQLite's file is in the data directory.
    pub(crate) fn at(&self, data: &Path) -> Result<Location, Failure> {
        self.0.open(|url| Location::parse(url, data))
    }

    /// Whether that is a server, which needs no directory of ours.
    pub(crate) fn is_server(&self) -> bool {
        *self != Self::default()
    }
}

impl<'de> Deserialize<'de> for Database {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Url::checked(deserializer, |url| Location::parse(url, Path::new("")).map(drop)).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_shown_to_nobody() {
        let url = "postgres://soundboard:hush@db.internal:5432/speech";
        let database = Database(Url::Written(url.into()));
        assert_eq!(format!("{database:?}"), "Database(postgres://...@db.internal:5432/speech)");
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
