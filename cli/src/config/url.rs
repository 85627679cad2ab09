//! A URL that may hold a password.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};
use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize, Serializer};
use store::StoreError;
use toml::Value;

use super::SecretSource;
use crate::failure::Failure;

/// The URL itself, or the place where it lies. To show it does not show a password.
#[derive(Clone, PartialEq)]
pub(super) enum Url {
    /// As it is written.
    Written(String),
    /// In the environment, or in a file.
    Hidden(SecretSource),
}

impl Url {
    /// Reads the setting; what is written there is checked, what lies elsewhere is not looked at yet.
    pub(super) fn checked<'de, D: Deserializer<'de>>(
        deserializer: D,
        check: impl FnOnce(&str) -> Result<(), StoreError>,
    ) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(url) => match check(&url) {
                Ok(()) => Ok(Self::Written(url)),
                Err(error) => Err(D::Error::custom(error)),
            },
            source => SecretSource::deserialize(source).map(Self::Hidden).map_err(D::Error::custom),
        }
    }

    /// What it leads to.
    pub(super) fn open<T>(&self, open: impl FnOnce(&str) -> Result<T, StoreError>) -> Result<T, Failure> {
        let hidden: SecretString;
        let url = match self {
            Self::Written(url) => url,
            Self::Hidden(source) => {
                hidden = source.read()?;
                hidden.expose_secret()
            }
        };
        open(url).map_err(|error| Failure::unusable(&error))
    }

    fn shown(&self) -> String {
        match self {
            Self::Written(url) => match (url.split_once("://"), url.rsplit_once('@')) {
                (Some((scheme, _)), Some((_, place))) => format!("{scheme}://...@{place}"),
                (None, _) => url.clone(),
                _ => "...".to_owned(),
            },
            Self::Hidden(source) => source.to_string(),
        }
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

impl Serialize for Url {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Written(_) => serializer.serialize_str(&self.shown()),
            Self::Hidden(source) => source.serialize(serializer),
        }
    }
}
