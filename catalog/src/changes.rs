//! What comes and goes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use speech::{Voice, VoiceId};

/// A change of a backend's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// In the order in which they were kept, counted by who keeps them; 0 before that.
    pub number: i64,
    /// When it was seen, Unix milliseconds.
    pub at_unix_ms: i64,
    /// Which voice.
    pub voice: VoiceId,
    /// What became of it.
    #[serde(flatten)]
    pub what: What,
}

/// What became of a voice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "lowercase")]
pub enum What {
    /// It was not there before.
    Added {
        /// What it is called.
        name: String,
    },
    /// It is there no longer.
    Removed {
        /// What it was called.
        name: String,
    },
    /// It has another name for people.
    Renamed {
        /// The one before.
        from: String,
        /// The one since.
        to: String,
    },
}

/// What is new in a list since the one before, by the voices' ids.
pub fn changes(before: &[Voice], after: &[Voice], at_unix_ms: i64) -> Vec<Change> {
    let by_id = |voices: &[Voice]| -> BTreeMap<VoiceId, String> {
        voices.iter().map(|voice| (voice.id.clone(), voice.name.clone())).collect()
    };
    let (mut before, after) = (by_id(before), by_id(after));
    let mut changes = Vec::new();
    let mut note = |voice, what| changes.push(Change { number: 0, at_unix_ms, voice, what });
    for (id, name) in after {
        match before.remove(&id) {
            None => note(id, What::Added { name }),
            Some(from) if from != name => note(id, What::Renamed { from, to: name }),
            Some(_) => {}
        }
    }
    before.into_iter().for_each(|(id, name)| note(id, What::Removed { name }));
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_went_and_was_renamed_is_told_and_nothing_else() {
        let voice = |id: &str, name: &str| Voice { name: name.into(), ..Voice::named("v", id) };
        let before = [voice("a", "Anna"), voice("b", "Bert"), voice("c", "Cleo")];
        let after = [voice("b", "Bertram"), voice("c", "Cleo"), voice("d", "Dora")];
        let told: Vec<(String, What)> = changes(&before, &after, 7)
            .into_iter()
            .map(|change| (change.voice.to_string(), change.what))
            .collect();
        assert_eq!(
            told,
            [
                ("v:b".into(), What::Renamed { from: "Bert".into(), to: "Bertram".into() }),
                ("v:d".into(), What::Added { name: "Dora".into() }),
                ("v:a".into(), What::Removed { name: "Anna".into() }),
            ]
        );
        assert!(changes(&after, &after, 7).is_empty());
    }
}
