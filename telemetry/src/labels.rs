//! What requests are told apart by, and how many of them at most.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use billing::RequestRow;
use opentelemetry::KeyValue;

/// So many combinations are told apart in full.
const MOST_IN_FULL: usize = 300;

/// So many in all, before only doors and backends are told apart: few, and fixed by code and configuration.
const MOST: usize = 400;

/// Where nobody was asked to speak, or nobody knows.
const NONE: &str = "none";

/// For all that are not told apart any more.
const OTHER: &str = "other";

/// One combination.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Labels {
    door: &'static str,
    backend: String,
    voice: String,
    language: String,
    client: String,
}

impl Labels {
    fn of(row: &RequestRow) -> Self {
        let known = |value: &Option<String>| value.clone().unwrap_or_else(|| NONE.to_owned());
        Self {
            door: row.door.name(),
            backend: known(&row.backend),
            voice: known(&row.voice),
            language: known(&row.language),
            client: row.payer.client.to_string(),
        }
    }

    fn without_voice(self) -> Self {
        Self { voice: OTHER.to_owned(), language: OTHER.to_owned(), ..self }
    }

    fn without_client(self) -> Self {
        Self { client: OTHER.to_owned(), ..self.without_voice() }
    }

    /// As the instruments take them, with room for one more.
    pub(crate) fn attributes(self) -> Vec<KeyValue> {
        let mut attributes = Vec::with_capacity(6);
        attributes.push(KeyValue::new("door", self.door));
        attributes.push(KeyValue::new("backend", self.backend));
        attributes.push(KeyValue::new("voice", self.voice));
        attributes.push(KeyValue::new("language", self.language));
        attributes.push(KeyValue::new("client", self.client));
        attributes
    }
}

/// The combinations that there have been. Each is a time series of every metric for as long as the process lives, and
/// whoever asks may name languages and mixes of voices at will.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<HashSet<Labels>>);

impl Known {
    /// The request's own, as long as there is room; then without voice and language, then without its client too.
    pub(crate) fn labels(&self, row: &RequestRow) -> Labels {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let full = Labels::of(row);
        for (labels, most) in [(full.clone(), MOST_IN_FULL), (full.clone().without_voice(), MOST)] {
            if known.contains(&labels) {
                return labels;
            }
            if known.len() < most {
                known.insert(labels.clone());
                return labels;
            }
        }
        full.without_client()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::tests::row;

    fn told(known: &Known, voice: &str, client: &str) -> (String, String) {
        let mut row = row();
        row.voice = Some(voice.to_owned());
        row.payer.client = client.into();
        let labels = known.labels(&row);
        (labels.voice, labels.client)
    }

    #[test]
    fn however_many_there_are_few_are_told_apart() {
        let known = Known::default();
        let mut different = HashSet::new();
        for number in 0..5000 {
            different.insert(told(&known, &format!("voice-{number}"), "one"));
        }
        assert_eq!(different.len(), MOST_IN_FULL + 1, "voices of one client");
        for number in 0..5000 {
            different.insert(told(&known, "voice-0", &format!("client-{number}")));
        }
        assert_eq!(different.len(), MOST + 1, "and clients");
        assert_eq!(told(&known, "voice-7", "one").0, "voice-7", "who was known stays known");
        assert_eq!(told(&known, "voice-4000", "one"), (OTHER.to_owned(), "one".to_owned()));
        assert_eq!(told(&known, "voice-0", "client-4000"), (OTHER.to_owned(), OTHER.to_owned()));
    }
}
