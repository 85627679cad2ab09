//! Who was asked for, and who speaks.

use std::sync::Arc;

use engine::{Reason, Spoken, Tally};
use speech::VoiceId;
use wire::soundboard::Swapped;

use crate::doors::switches;

/// Who was asked for, and who speaks.
pub(in crate::doors) struct Speakers {
    /// Of one voice that follows the text by itself; any other is in the cast.
    alone: (Arc<str>, VoiceId),
    reason: Reason,
    tally: Tally,
}

impl Speakers {
    /// Those of a speech that has begun.
    pub(in crate::doors) fn of(spoken: &Spoken) -> Self {
        let Spoken { requested_voice, voice, reason, tally, .. } = spoken;
        let alone = (requested_voice.as_str().into(), voice.id.clone());
        Self { alone, reason: *reason, tally: tally.clone() }
    }

    /// At the end: those whom the client did not ask for by their own names.
    pub(in crate::doors) fn swapped(self) -> Option<Swapped> {
        let Self { alone, reason, tally } = self;
        let mut cast = tally.cast();
        if cast.is_empty() {
            cast.push(alone);
        }
        let is_own =
            |(asked, voice): &(Arc<str>, VoiceId)| **asked == voice.voice || **asked == voice.to_string();
        let switched = switches::told(&tally);
        (switched.is_some() || !cast.iter().all(is_own)).then(|| {
            let (asked, voices): (Vec<_>, Vec<_>) =
                cast.into_iter().map(|(asked, voice)| (asked, voice.to_string())).unzip();
            let (requested_voice, voice) = (asked.join(", "), voices.join(", "));
            Swapped { requested_voice, voice, reason: reason.name(), switched }
        })
    }
}
