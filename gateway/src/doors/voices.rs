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
    let aliases = engine.aliases(own);
    let mut namesakes = BTreeMap::new();
    for voice in &voices {
        *namesakes.entry(voice.id.voice.as_str()).or_insert(0) += 1;
    }
    let by_their_own = voices.iter().map(|voice| {
        let bare = &voice.id.voice;
        // By an alias' name its target is found, and nobody else who may be called so.
        let unique = namesakes.get(bare.as_str()) == Some(&1) && !aliases.contains_key(bare);
        let name = if unique { bare.clone() } else { voice.id.to_string() };
        Named { name, voice: voice.clone(), alias_of: None }
    });
    let by_their_own = by_their_own.filter(|named| !aliases.contains_key(&named.name));
    let by_another = aliases.iter().filter_map(|(name, target)| {
        let voice = voices.iter().find(|voice| voice.id == *target)?.clone();
        Some(Named { name: name.clone(), voice, alias_of: Some(target.clone()) })
    });
    by_their_own.chain(by_another).collect()
}
