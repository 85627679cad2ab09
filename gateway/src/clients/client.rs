//! Somebody who asks.

use std::sync::Arc;

use billing::{Payer, Preferences};
use speech::{Aliases, Door, Routing, SpeechError, Terms};

/// Who asks, among a request's extensions.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    /// Who pays.
    pub(crate) payer: Payer,
    /// What holds for their requests.
    pub(crate) own: Own,
}

/// What holds for a client's requests where they do not say it themselves. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Own {
    /// Whom they are spoken by.
    pub(crate) routing: Routing,
    /// The client's own names for voices.
    pub(crate) aliases: Arc<Aliases>,
}

impl From<Preferences> for Own {
    fn from(preferences: Preferences) -> Self {
        Self { routing: preferences.routing(), aliases: Arc::new(preferences.aliases) }
    }
}

impl Client {
    /// The plainest terms of a request of theirs. There are no others, so that no door forgets whom their texts may go to.
    ///
    /// # Errors
    /// As [`Routing::under`].
    pub(crate) fn terms(
        &self,
        id: impl Into<String>,
        door: Door,
        asked: Routing,
    ) -> Result<Terms, SpeechError> {
        let Payer { client, key } = self.payer.clone();
        let (routing, aliases) = (asked.under(self.own.routing)?, self.own.aliases.clone());
        Ok(Terms { key, routing, aliases, ..Terms::new(id, client, door) })
    }
}
