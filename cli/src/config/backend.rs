//! `[backends.NAME]`: one thing that speaks.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use adapters::{Auth, AzureSettings};
use serde::de::{Error as _, IntoDeserializer};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use speech::Date;
use toml::{Table, Value};

use super::SecretSource;

/// What `kind` says of a model in this process.
const KOKORO: &str = "kokoro";

/// What `kind` says of the vendor that has settings of its own.
const AZURE: &str = "azure";

/// One thing that speaks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Backend {
    /// Kokoro-82M in this process.
    Kokoro(kokoro::Config),
    /// A vendor of one of the [`adapters::KINDS`].
    Vendor {
        /// Which.
        kind: &'static str,
        /// How to reach it.
        vendor: Vendor,
    },
}

/// How a vendor, or a server that follows its API, is reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Vendor {
    /// Where its server is; none for the vendor's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) base_url: Option<String>,
    /// The account that pays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) api_key: Option<SecretSource>,
    /// Requests at a time; more wait for a moment and are then answered 503.
    pub(crate) concurrency: NonZeroUsize,
    /// Its models by name, where the server cannot be asked; the first is the usual one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) models: Vec<String>,
    /// Its voices by name, where the server cannot be asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) voices: Vec<String>,
    /// The day after which its models and voices are announced to be gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) deprecated_after: Option<Date>,
    /// Where an Azure account is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) region: Option<String>,
    /// What Azure is shown with each call.
    #[serde(skip_serializing_if = "is_default")]
    pub(crate) auth: Auth,
    /// Where an Azure account's tokens are issued; none for its own place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) token_url: Option<String>,
    /// An Azure account's own voices, with the ids of their deployments.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) deployments: BTreeMap<String, String>,
}

impl Vendor {
    /// What only Azure needs to be told.
    pub(crate) fn azure(&self) -> AzureSettings {
        let Self { region, auth, token_url, deployments, .. } = self.clone();
        AzureSettings { region, auth, token_url, deployments }
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Default for Vendor {
    fn default() -> Self {
        const CONCURRENCY: NonZeroUsize = NonZeroUsize::new(8).expect("is not zero");
        Self {
            base_url: None,
            api_key: None,
            concurrency: CONCURRENCY,
            models: Vec::new(),
            voices: Vec::new(),
            deprecated_after: None,
            region: None,
            auth: Auth::Key,
            token_url: None,
            deployments: BTreeMap::new(),
        }
    }
}

impl Backend {
    /// The kind's name, as rate cards know it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Kokoro(_) => KOKORO,
            Self::Vendor { kind, .. } => kind,
        }
    }
}

/// What `kind` can say: a name from a list that grows elsewhere.
enum Kind {
    Kokoro,
    Vendor(&'static str),
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let vendors = || adapters::KINDS.iter().map(|kind| kind.name);
        match vendors().find(|vendor| *vendor == name) {
            Some(vendor) => Ok(Self::Vendor(vendor)),
            None if name == KOKORO => Ok(Self::Kokoro),
            None => {
                let known = std::iter::once(KOKORO).chain(vendors()).map(|name| format!("\"{name}\""));
                let known = known.collect::<Vec<_>>().join(", ");
                Err(D::Error::custom(format_args!("unknown value, expected {known}")))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Backend {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Tagged {
            kind: Kind,
            #[serde(flatten)]
            settings: Table,
        }
        let Tagged { kind, settings } = Tagged::deserialize(deserializer)?;
        match kind {
            Kind::Kokoro => settings_of(settings).map(Self::Kokoro),
            Kind::Vendor(kind) => {
                let vendor: Vendor = settings_of(settings)?;
                if kind != AZURE && vendor.azure() != AzureSettings::default() {
                    let message =
                        "region, auth, token_url and deployments are settings of the kind \"azure\" alone";
                    return Err(D::Error::custom(message));
                }
                Ok(Self::Vendor { kind, vendor })
            }
        }
    }
}

fn settings_of<'de, T: Deserialize<'de>, E: serde::de::Error>(settings: Table) -> Result<T, E> {
    T::deserialize(Value::Table(settings).into_deserializer())
        .map_err(|error: toml::de::Error| E::custom(error.message()))
}

impl Serialize for Backend {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Tagged<'s, T> {
            kind: &'static str,
            #[serde(flatten)]
            settings: &'s T,
        }
        match self {
            Self::Kokoro(settings) => Tagged { kind: KOKORO, settings }.serialize(serializer),
            Self::Vendor { kind, vendor: settings } => Tagged { kind, settings }.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_azure_has_a_region() {
        let of = |kind: &str| toml::from_str::<Backend>(&format!("kind = '{kind}'\nregion = 'westeurope'"));
        let Ok(Backend::Vendor { vendor, .. }) = of("azure") else { panic!("azure has regions") };
        assert_eq!(vendor.azure().region.as_deref(), Some("westeurope"));
        let error = of("openai").unwrap_err();
        assert!(error.message().contains("alone"), "{error}");
        let written = "kind = 'azure'\nauth = 'token'\ndeployments = { Ours = 'id' }";
        let backend: Backend = toml::from_str(written).unwrap();
        assert_eq!(toml::from_str::<Backend>(&toml::to_string(&backend).unwrap()).unwrap(), backend);
    }
}
