//! The names that a request may give a voice.

use std::collections::BTreeMap;

use engine::Engine;
use speech::{Aliases, Voice, VoiceId};

/// A voice by a name that a request may use.
pub(super) struct Named {
    /// The name.
    pub(super) name: String,
    /// Who speaks then.
    pub(super) voice: Voice,
    /// The full id of that voice, where the name is not its own.
    pub(super) alias_of: Option<VoiceId>,
}

/// Every voice by the shortest name that finds it, then by every other name, those among them that a client has for itself.
pub(super) fn named(engine: &Engine, own: &Aliases) -> Vec<Named> {
    let voices = engine.voices();
    let mut namesakes = BTreeMap::new();
    for voice in &voices {
        *namesakes.entry(voice.id.voice.as_str()).or_insert(0) += 1;
    }
    let by_their_own = voices.iter().map(|voice| {
        let unique = namesakes.get(voice.id.voice.as_str()) == Some(&1);
        let name = if unique { voice.id.voice.clone() } else { voice.id.to_string() };
        Named { name, voice: voice.clone(), alias_of: None }
    });
    let aliases = engine.aliases(own).into_iter().filter_map(|(name, target)| {
        let voice = voices.iter().find(|voice| voice.id == target)?.clone();
        Some(Named { name, voice, alias_of: Some(target) })
    });
    by_their_own.chain(aliases).collect()
}
