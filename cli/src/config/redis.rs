//! `redis`: a memory that several gateways share.

use serde::de::Deserializer;
use serde::{Deserialize, Serialize};

use super::url::Url;
use crate::failure::Failure;

/// A URL, or the place where it lies.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Redis(Url);

impl Redis {
    /// What that leads to, for a program of that name. Nobody is asked yet.
    pub(crate) fn open(&self, node: &str) -> Result<store::Redis, Failure> {
        self.0.open(|url| store::Redis::open(url, node))
    }
}

impl<'de> Deserialize<'de> for Redis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Url::checked(deserializer, |url| store::Redis::open(url, "").map(drop)).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_password_is_shown_to_nobody() {
        let read = |url: &str| toml::from_str::<BTreeMap<String, Redis>>(&format!("redis = '{url}'"));
        let written = read("rediss://gateway:hush@redis.internal:6380/2").unwrap();
        assert_eq!(toml::to_string(&written).unwrap(), "redis = \"rediss://...@redis.internal:6380/2\"\n");
        assert_eq!(format!("{:?}", written["redis"].open("n").unwrap()), "Redis(redis.internal:6380)");
        for wrong in [
            "http://:hush@redis.internal",
            "redis:hush",
            "redis://:hush@redis.internal/first",
            "rediss://:hush@redis.internal#insecure",
        ] {
            let error = read(wrong).unwrap_err();
            assert!(error.message().starts_with("`redis` is no Redis; write"), "{error}");
            assert!(!error.message().contains("hush"), "{error}");
        }
    }
}
