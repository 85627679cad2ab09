//! Where a secret lies. The secret itself is never in the configuration, so it is in no printed copy of it.

use std::env;
use std::fmt;
use std::fs;
use std::path::PathBuf;

use secrecy::SecretString;
use serde::de::{self, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer, Serialize};

use crate::failure::Failure;

/// Where one secret lies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SecretSource {
    /// In this environment variable.
    Env(String),
    /// In this file; white space around it does not count.
    File(PathBuf),
}

/// Where each of a client's keys lies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct SecretKeys(pub(crate) Vec<SecretSource>);

const HINT: &str =
    "a secret does not belong in the configuration: write { env = \"NAME\" } or { file = \"PATH\" }";

impl SecretKeys {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl SecretSource {
    /// Fetches the secret.
    pub(crate) fn read(&self) -> Result<SecretString, Failure> {
        let text = match self {
            Self::Env(name) => env::var(name).map_err(|_| {
                Failure::usage(format_args!("the configuration takes a secret from the environment variable {name}, which is not set; set it, or name another"))
            })?,
            Self::File(path) => fs::read_to_string(path).map_err(|error| {
                Failure::usage(format_args!("the configuration takes a secret from {}, which cannot be read: {error}", path.display()))
            })?,
        };
        match text.trim() {
            "" => Err(Failure::usage(format_args!(
                "the secret in {self} is empty; an empty key would let anybody in"
            ))),
            secret => Ok(secret.into()),
        }
    }
}

impl fmt::Display for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "the environment variable {name}"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// By hand, because the ready-made errors quote what they did not expect: here that would be the secret.
impl<'de> Deserialize<'de> for SecretSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Source;
        impl<'de> Visitor<'de> for Source {
            type Value = SecretSource;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("{ env = \"NAME\" } or { file = \"PATH\" }")
            }

            fn visit_str<E: de::Error>(self, _secret: &str) -> Result<SecretSource, E> {
                Err(E::custom(HINT))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<SecretSource, A::Error> {
                #[derive(Deserialize)]
                #[serde(rename_all = "lowercase")]
                enum Named {
                    Env(String),
                    File(PathBuf),
                }
                Ok(match Named::deserialize(MapAccessDeserializer::new(map))? {
                    Named::Env(name) => SecretSource::Env(name),
                    Named::File(path) => SecretSource::File(path),
                })
            }
        }
        deserializer.deserialize_any(Source)
    }
}

impl<'de> Deserialize<'de> for SecretKeys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;
        impl<'de> Visitor<'de> for Keys {
            type Value = SecretKeys;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list like [{ env = \"NAME\" }]")
            }

            fn visit_str<E: de::Error>(self, _secret: &str) -> Result<SecretKeys, E> {
                Err(E::custom(HINT))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut sources: A) -> Result<SecretKeys, A::Error> {
                let mut keys = Vec::new();
                while let Some(source) = sources.next_element()? {
                    keys.push(source);
                }
                match keys.is_empty() {
                    true => Err(de::Error::custom("a client without a key can never come in; give it one")),
                    false => Ok(SecretKeys(keys)),
                }
            }
        }
        deserializer.deserialize_any(Keys)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Holder {
        keys: SecretKeys,
    }

    #[test]
    fn a_secret_in_plain_text_is_refused_with_a_hint_and_not_repeated() {
        for text in ["keys = 'sk-1234'", "keys = ['sk-1234']"] {
            let error = toml::from_str::<Holder>(text).expect_err("it holds a secret");
            assert_eq!(error.message(), HINT);
        }
    }

    #[test]
    fn a_secret_lies_in_the_environment_or_in_a_file() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        fs::write(file.path(), "sk-from-file\n").expect("it is written");
        let text =
            format!("keys = [{{ env = 'NO_SUCH_VARIABLE_HERE' }}, {{ file = '{}' }}]", file.path().display());
        let Holder { keys: SecretKeys(keys) } = toml::from_str(&text).expect("both are sources");

        assert!(matches!(keys[0].read(), Err(Failure::Said(_))));
        assert_eq!(keys[1].read().expect("it is there").expose_secret(), "sk-from-file");
        fs::write(file.path(), " \n").expect("it is written");
        assert!(matches!(keys[1].read(), Err(Failure::Said(_))));
    }
}
