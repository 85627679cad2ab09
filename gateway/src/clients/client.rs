//! Somebody who asks.

use billing::Payer;
use speech::{Door, Policy, Routing, SpeechError, Terms};

/// Who asks, among a request's extensions.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    /// Who pays.
    pub(crate) payer: Payer,
    /// What whoever runs this gateway says of the way of their requests.
    pub(crate) routing: Routing,
}

impl Client {
    /// The plainest terms of a request of theirs. There are no others, so that no door forgets whom their texts may go to.
    ///
    /// # Errors
    /// As [`route`](Self::route).
    pub(crate) fn terms(
        &self,
        id: impl Into<String>,
        door: Door,
        asked: Routing,
    ) -> Result<Terms, SpeechError> {
        let Payer { client, key } = self.payer.clone();
        Ok(Terms { key, routing: self.route(asked)?, ..Terms::new(id, client, door) })
    }

    /// The way of a request that asks for this. `local-only` is a promise: a request may make it for itself, and none takes
    /// back what was promised to a client, or to all.
    ///
    /// # Errors
    /// It asks to be spoken elsewhere, and may not be.
    pub(crate) fn route(&self, asked: Routing) -> Result<Routing, SpeechError> {
        let is_promised = self.routing.policy == Some(Policy::LocalOnly);
        if is_promised && asked.policy.is_some_and(|policy| policy != Policy::LocalOnly) {
            let message =
                "What you send is spoken on this machine only; a request cannot ask for another policy.";
            return Err(SpeechError::invalid_parameter("x-soundboard-policy", message)
                .allowing([Policy::LocalOnly.name()]));
        }
        Ok(asked.or(self.routing))
    }
}

#[cfg(test)]
mod tests {
    use speech::Fallback;

    use super::*;

    fn by(policy: Policy) -> Routing {
        Routing { policy: Some(policy), ..Routing::default() }
    }

    fn client(routing: Routing) -> Client {
        Client { payer: Payer { client: "ann".into(), key: None }, routing }
    }

    #[test]
    fn no_request_takes_back_that_nothing_leaves_this_machine() {
        let promised = client(by(Policy::LocalOnly));
        for policy in Policy::ALL.iter().copied().filter(|policy| *policy != Policy::LocalOnly) {
            let error = promised.terms("r", Door::Native, by(policy)).unwrap_err();
            assert_eq!(error.allowed(), ["local-only"], "{policy:?}");
        }
        for kept in [Routing::default(), by(Policy::LocalOnly)] {
            let terms = promised.terms("r", Door::Native, kept).unwrap();
            assert_eq!(terms.routing.policy, Some(Policy::LocalOnly));
        }
    }

    #[test]
    fn anything_else_is_the_requests_to_say() {
        let free = client(Routing { fallback: Some(Fallback::Resume), ..by(Policy::Cheapest) });
        let routing = free.route(by(Policy::LocalOnly)).unwrap();
        assert_eq!((routing.policy, routing.fallback), (Some(Policy::LocalOnly), Some(Fallback::Resume)));
        assert_eq!(free.route(Routing::default()).unwrap().policy, Some(Policy::Cheapest));
    }
}
