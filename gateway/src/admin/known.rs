//! What a path names.

use std::collections::BTreeMap;

use axum::extract::{FromRequestParts, Path};
use billing::{Client, Key};
use http::request::Parts;

use super::Office;
use crate::fault::{Fault, unavailable};

pub(super) const NO_CLIENT: Fault =
    Fault::NotThere { code: "unknown_client", words: "There is no client of that id or name." };

const NO_KEY: Fault = Fault::NotThere { code: "unknown_key", words: "The client has no key of that id." };

/// The client in the place of `{client}`, by its id or its name; one that was forgotten, too.
pub(super) struct KnownClient(pub(super) Client);

impl KnownClient {
    /// The client, unless it was forgotten: it gets nothing any more.
    pub(super) fn remembered(self) -> Result<Client, Fault> {
        if self.0.name.is_some() { Ok(self.0) } else { Err(NO_CLIENT) }
    }
}

impl FromRequestParts<Office> for KnownClient {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, office: &Office) -> Result<Self, Fault> {
        let name = named(parts, office, "client").await.ok_or(NO_CLIENT)?;
        let client = office.accounts.client(&name).await.map_err(unavailable)?;
        client.map(Self).ok_or(NO_CLIENT)
    }
}

/// The client in the place of `{client}` and its key in the place of `{key}`, by its public prefix.
pub(super) struct KnownKey(pub(super) Client, pub(super) Key);

impl FromRequestParts<Office> for KnownKey {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, office: &Office) -> Result<Self, Fault> {
        let client = KnownClient::from_request_parts(parts, office).await?.remembered()?;
        let prefix = named(parts, office, "key").await.ok_or(NO_KEY)?;
        let key = office.accounts.key(&prefix).await.map_err(unavailable)?;
        let key = key.filter(|key| key.client == client.id).ok_or(NO_KEY)?;
        Ok(Self(client, key))
    }
}

async fn named(parts: &mut Parts, office: &Office, place: &str) -> Option<String> {
    let Path(mut names) = Path::<BTreeMap<String, String>>::from_request_parts(parts, office).await.ok()?;
    names.remove(place)
}
