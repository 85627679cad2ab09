//! Whom a request may be spoken by, and what becomes of it when a backend fails.

use serde::{Deserialize, Serialize};

use crate::{ErrorKind, SpeechError};

/// How the voice is chosen among those that could speak. `x-soundboard-policy` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// The voice that was asked for, and no other. Several backends of one kind that have it are one choice.
    Exact,
    /// That voice; where it cannot speak, the nearest of another backend.
    Equivalent,
    /// Whoever costs least, of that voice and those that are near it.
    Cheapest,
    /// Whoever lately began to speak soonest.
    Fastest,
    /// Whoever sounds best, by the catalogue's own marks.
    Best,
    /// Those on this machine before all others.
    LocalFirst,
    /// Those on this machine: no text leaves it.
    LocalOnly,
    /// One by lot; the configuration says how many lots each backend has.
    Weighted,
}

/// What happens to a request whose backend fails. `x-soundboard-fallback` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fallback {
    /// It fails.
    None,
    /// Another speaks, as long as no audio has left.
    #[default]
    BeforeAudio,
    /// Another goes on with the next sentence. Each sentence is held back until all of it is there.
    Resume,
}

/// What a request says of its way. What it leaves open is the client's to say, then the configuration's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Routing {
    /// How the voice is chosen; left open, a voice by its full id is [`Policy::Exact`], any other
    /// [`Policy::Equivalent`].
    pub policy: Option<Policy>,
    /// What happens when a backend fails.
    pub fallback: Option<Fallback>,
    /// `x-soundboard-cache: bypass`: nothing that was spoken before, and nothing kept of this.
    pub bypasses_cache: bool,
}

impl Routing {
    /// The same, but what it leaves open is as in `other`.
    pub fn or(self, other: Routing) -> Self {
        Self {
            policy: self.policy.or(other.policy),
            fallback: self.fallback.or(other.fallback),
            bypasses_cache: self.bypasses_cache || other.bypasses_cache,
        }
    }

    /// What holds for a request that asks for this, of a client for whom that holds. [`Policy::LocalOnly`] is a promise: a
    /// request may make it for itself, and none takes back what was promised to its client.
    ///
    /// # Errors
    /// It asks to be spoken elsewhere, and may not be.
    pub fn under(self, client: Routing) -> Result<Self, SpeechError> {
        let is_promised = client.policy == Some(Policy::LocalOnly);
        if is_promised && self.policy.is_some_and(|policy| policy != Policy::LocalOnly) {
            let message =
                "What you send is spoken on this machine only; a request cannot ask for another policy.";
            return Err(SpeechError::invalid_parameter("x-soundboard-policy", message)
                .allowing([Policy::LocalOnly.name()]));
        }
        Ok(self.or(client))
    }
}

/// An enum whose members have names that a request may use.
macro_rules! named {
    ($type:ident, $param:literal, $($member:ident => $name:literal),+ $(,)?) => {
        impl $type {
            /// Every one there is.
            pub const ALL: &'static [Self] = &[$(Self::$member),+];

            /// As requests name it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$member => $name),+
                }
            }

            /// The one of that name.
            ///
            /// # Errors
            /// [`ErrorKind::InvalidParameter`], with the names that there are.
            pub fn parse(name: &str) -> Result<Self, SpeechError> {
                let known = Self::ALL.iter().find(|known| known.name() == name).copied();
                known.ok_or_else(|| {
                    let shown: String = name.chars().take(64).collect();
                    let message = format!(concat!("There is no ", $param, " {:?}."), shown);
                    SpeechError::new(ErrorKind::InvalidParameter, message)
                        .about($param)
                        .allowing(Self::ALL.iter().map(|known| known.name()))
                })
            }
        }
    };
}

named!(Policy, "policy",
    Exact => "exact",
    Equivalent => "equivalent",
    Cheapest => "cheapest",
    Fastest => "fastest",
    Best => "best",
    LocalFirst => "local-first",
    LocalOnly => "local-only",
    Weighted => "weighted",
);

named!(Fallback, "fallback",
    None => "none",
    BeforeAudio => "before-audio",
    Resume => "resume",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_found_by_its_name_and_no_other_is() {
        for policy in Policy::ALL {
            assert_eq!(Policy::parse(policy.name()).unwrap(), *policy);
            assert_eq!(serde_json::to_value(policy).unwrap(), policy.name());
        }
        for fallback in Fallback::ALL {
            assert_eq!(serde_json::to_value(fallback).unwrap(), fallback.name());
        }
        let error = Policy::parse("nearest").unwrap_err();
        assert_eq!(error.param(), Some("policy"));
        assert_eq!(error.allowed().len(), Policy::ALL.len());
    }

    #[test]
    fn what_a_request_leaves_open_others_say() {
        let client =
            Routing { policy: Some(Policy::LocalOnly), fallback: Some(Fallback::None), ..Routing::default() };
        let request = Routing { policy: Some(Policy::Exact), ..Routing::default() };
        assert_eq!(request.or(client).policy, Some(Policy::Exact));
        assert_eq!(request.or(client).fallback, Some(Fallback::None));
    }

    fn by(policy: Policy) -> Routing {
        Routing { policy: Some(policy), ..Routing::default() }
    }

    #[test]
    fn no_request_takes_back_that_nothing_leaves_this_machine() {
        let promised = by(Policy::LocalOnly);
        for policy in Policy::ALL.iter().copied().filter(|policy| *policy != Policy::LocalOnly) {
            let error = by(policy).under(promised).unwrap_err();
            assert_eq!(error.allowed(), ["local-only"], "{policy:?}");
        }
        for kept in [Routing::default(), promised] {
            assert_eq!(kept.under(promised).unwrap().policy, Some(Policy::LocalOnly));
        }
    }

    #[test]
    fn anything_else_is_the_requests_to_say() {
        let free = Routing { fallback: Some(Fallback::Resume), ..by(Policy::Cheapest) };
        let routing = by(Policy::LocalOnly).under(free).unwrap();
        assert_eq!((routing.policy, routing.fallback), (Some(Policy::LocalOnly), Some(Fallback::Resume)));
        assert_eq!(Routing::default().under(free).unwrap().policy, Some(Policy::Cheapest));
    }
}
