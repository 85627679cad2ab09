//! The `[routing]` section.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};
use speech::{Fallback, Policy};

/// Whom requests are spoken by, where neither they nor their client say.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Routing {
    /// How the voice is chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) policy: Option<Policy>,
    /// What happens when a backend fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fallback: Option<Fallback>,
    /// The share of a backend's calls that begin to speak before a second one is asked as well; never asked, where it is
    /// not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hedge: Option<f64>,
    /// How many lots each backend has under the policy `weighted`; one that is not named has one.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) weights: BTreeMap<String, NonZeroU32>,
}
