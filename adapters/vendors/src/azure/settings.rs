use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What only an Azure account needs to be told of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AzureSettings {
    /// Where the account is, as Azure names it: `westeurope`. Not beside a `base_url`.
    pub region: Option<String>,
    /// What is shown with each call.
    pub auth: Auth,
    /// Where tokens are issued; none for the account's own place.
    pub token_url: Option<String>,
    /// Voices that the account has had made for itself, by name, and the ids of their deployments.
    pub deployments: BTreeMap<String, String>,
}

/// What Azure is shown with each call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Auth {
    /// The key itself.
    #[default]
    Key,
    /// A token, which the key is exchanged for every nine minutes.
    Token,
}
