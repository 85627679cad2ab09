//! Clients, their budgets and their keys, as `/api/v1/clients` tells of them.

use std::collections::BTreeMap;

use ::speech::{Fallback, Policy};
use billing::{Budget, Client, Key, Measure, Nanos, Preferences, Standing};
use serde::Serialize;
use utoipa::ToSchema;

/// `GET /api/v1/clients`: `{"clients":[...]}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClientsBody {
    /// By name.
    pub clients: Vec<ClientBody>,
}

/// A client: the answer to its creation, and one of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClientBody {
    /// What it is called everywhere but by people.
    pub id: String,
    /// For people; null once it was forgotten.
    pub name: Option<String>,
    /// Since when, Unix milliseconds.
    pub created_unix_ms: i64,
    /// How its voices are chosen, where a request does not say; not there where it leaves that open.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = super::schema::policies)]
    pub policy: Option<&'static str>,
    /// What happens when a backend fails; likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = super::schema::fallbacks)]
    pub fallback: Option<&'static str>,
    /// Its own names for voices, each with the voice that is meant; they come before everyone's.
    pub aliases: BTreeMap<String, String>,
    /// Its budgets, and those of its keys.
    pub budgets: Vec<BudgetBody>,
}

/// A budget, and how it stands where that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BudgetBody {
    /// `measure`, `limit` in nano-dollars, code points or milliseconds, `window`, `action`, and `key` of a key's own.
    #[serde(flatten)]
    #[schema(value_type = super::schema::ToldBudget)]
    pub budget: Budget,
    /// The limit in dollars, of a budget that counts money.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_usd: Option<String>,
    /// What was settled in its window, and what is on hold.
    #[serde(flatten)]
    pub standing: Option<StandingBody>,
}

/// How a budget stands, counted as its limit is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StandingBody {
    /// What was settled.
    pub spent: i64,
    /// What is on hold for requests that are running.
    pub held: i64,
    /// The same in dollars, of a budget that counts money.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spent_usd: Option<String>,
    /// Likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_usd: Option<String>,
}

/// `GET /api/v1/clients/{id}/keys`: `{"keys":[...]}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct KeysBody {
    /// By age.
    pub keys: Vec<KeyBody>,
}

/// A key, without what is secret of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct KeyBody {
    /// Its public prefix, by which it is rotated and revoked.
    pub id: String,
    /// The same.
    pub prefix: String,
    /// Whose it is, by id.
    pub client: String,
    /// Since when, Unix milliseconds.
    pub created_unix_ms: i64,
    /// From when on it opens nothing, Unix milliseconds; null is never.
    pub expires_unix_ms: Option<i64>,
}

/// A new key: the only answer that ever holds it.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NewKeyBody {
    /// What is known of it from now on.
    #[serde(flatten)]
    pub known: KeyBody,
    /// The whole key.
    pub key: String,
}

/// Its public part only.
impl std::fmt::Debug for NewKeyBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.known.fmt(f)
    }
}

impl ClientBody {
    /// A client and its budgets.
    pub fn new(client: Client, budgets: impl IntoIterator<Item = BudgetBody>) -> Self {
        let Client { id, name, created_unix_ms, preferences } = client;
        let Preferences { policy, fallback, aliases } = preferences;
        Self {
            id,
            name,
            created_unix_ms,
            policy: policy.map(Policy::name),
            fallback: fallback.map(Fallback::name),
            aliases,
            budgets: budgets.into_iter().collect(),
        }
    }
}

impl From<Budget> for BudgetBody {
    fn from(budget: Budget) -> Self {
        Self { limit_usd: usd(budget.measure, budget.limit), standing: None, budget }
    }
}

impl From<Standing> for BudgetBody {
    fn from(Standing { budget, spent, held }: Standing) -> Self {
        let measure = budget.measure;
        let standing =
            StandingBody { spent, held, spent_usd: usd(measure, spent), held_usd: usd(measure, held) };
        Self { standing: Some(standing), ..Self::from(budget) }
    }
}

fn usd(measure: Measure, nanos: i64) -> Option<String> {
    (measure == Measure::Money).then(|| Nanos::new(nanos).to_string())
}

impl From<Key> for KeyBody {
    fn from(Key { prefix, client, created_unix_ms, expires_unix_ms, .. }: Key) -> Self {
        Self { id: prefix.clone(), prefix, client, created_unix_ms, expires_unix_ms }
    }
}

#[cfg(test)]
mod tests {
    use billing::{Action, Window};
    use serde_json::{json, to_value};

    use super::*;

    #[test]
    fn a_client_is_told_with_its_budgets() {
        let (client, name) = ("cl_a".to_owned(), Some("Ann".to_owned()));
        let aliases = [("host".to_owned(), "kokoro:af_sky".to_owned())].into();
        let preferences = Preferences { policy: Some(Policy::LocalOnly), fallback: None, aliases };
        let client = Client { id: client, name, created_unix_ms: 5, preferences };
        let limit = |measure, limit| Budget {
            key: None,
            measure,
            limit,
            window: Window::Month,
            action: Action::Refuse,
        };
        let money = Standing { budget: limit(Measure::Money, 30_000_000), spent: 15_000_000, held: 1 };
        let body = ClientBody::new(client, [money.into(), limit(Measure::Audio, 60_000).into()]);
        let expected = json!({
            "id": "cl_a", "name": "Ann", "created_unix_ms": 5, "policy": "local-only", "aliases": {"host": "kokoro:af_sky"},
            "budgets": [
                {
                    "measure": "money", "limit": 30_000_000, "limit_usd": "0.03", "window": "month", "action": "refuse",
                    "spent": 15_000_000, "spent_usd": "0.015", "held": 1, "held_usd": "0.000000001",
                },
                { "measure": "audio", "limit": 60_000, "window": "month", "action": "refuse" },
            ],
        });
        assert_eq!(to_value(body).unwrap(), expected);
    }

    #[test]
    fn a_new_key_is_told_and_never_shown_again() {
        let (prefix, client) = ("vs_abcdefghij".to_owned(), "cl_a".to_owned());
        let key =
            Key { prefix, client, digest: [7; 32], pepper: None, created_unix_ms: 5, expires_unix_ms: None };
        let known = KeyBody::from(key);
        let body = NewKeyBody { known, key: "vs_abcdefghij_secret".into() };
        assert!(!format!("{body:?}").contains("secret"));
        let expected = json!({
            "id": "vs_abcdefghij", "prefix": "vs_abcdefghij", "client": "cl_a",
            "created_unix_ms": 5, "expires_unix_ms": null, "key": "vs_abcdefghij_secret",
        });
        assert_eq!(to_value(body).unwrap(), expected);
    }
}
