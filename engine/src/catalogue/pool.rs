//! Who may answer to a name.

use std::sync::Arc;

use speech::{Aliases, ErrorKind, Policy, SpeechError, VoiceId};

use super::names::listed_name;
use super::{Catalogue, Choice, Wish};
use crate::plan::{Rejected, by_score};
use crate::spoken::Reason;

/// As near as a voice is that somebody has chosen to stand in for another.
const STANDS_IN: f32 = 0.99;

/// The least that a voice must have in common with another to be heard in its place: its language, and no other gender. By
/// the catalogue's weights, all else together cannot make up for that.
const NEAR: f32 = 0.765;

/// Who may answer to a name, and how near each is to what was asked for.
#[derive(Default)]
pub(crate) struct Pool {
    pub(crate) choices: Vec<(Choice, f32)>,
    pub(crate) rejected: Vec<Rejected>,
}

impl Pool {
    fn add(&mut self, choice: Choice, score: f32) {
        if self.choices.iter().all(|(known, _)| known.voice.id != choice.voice.id) {
            self.choices.push((choice, score));
        }
    }
}

impl Catalogue {
    /// Who may answer to these names, nearest first: the voice itself, the same of other backends of its house, and, unless
    /// the policy wants no other voice, who stands in for it and the nearest of each other backend.
    ///
    /// # Errors
    /// As [`resolve`](Self::resolve), where nobody may answer in place of a voice that cannot speak.
    pub(crate) fn pool(
        &self,
        own: &Aliases,
        model: Option<&str>,
        wanted: &str,
        policy: Policy,
        is_stated: bool,
    ) -> Result<Pool, SpeechError> {
        let wish = self.wish(model)?;
        let wanted = &*listed_name(wanted);
        let mut pool = Pool::default();
        let asked = match self.engage(own, model, wanted) {
            Ok(choice) => Some(choice),
            Err(error)
                if error.kind() == ErrorKind::VoiceUnavailable && is_stated && policy != Policy::Exact =>
            {
                let voice = VoiceId::parse(wanted)
                    .unwrap_or(VoiceId { backend: String::new(), voice: wanted.into() });
                pool.rejected.push(Rejected {
                    voice,
                    filter: "availability",
                    reason: error.message().to_owned(),
                });
                None
            }
            Err(error) => return Err(error),
        };
        let id = asked.as_ref().map(|choice| choice.voice.id.clone()).or_else(|| VoiceId::parse(wanted));
        if let Some(asked) = asked {
            let twins = self.twins(&asked);
            pool.add(asked, 1.0);
            twins.into_iter().for_each(|twin| pool.add(twin, 1.0));
        }
        if policy != Policy::Exact {
            for stand_in in self.stand_ins_for(&wish, wanted) {
                pool.add(Choice { reason: Reason::Fallback, ..stand_in }, STANDS_IN);
            }
            for (near, score) in id.map(|id| self.nearest(&wish, &id, &mut pool.rejected)).unwrap_or_default()
            {
                pool.add(Choice { reason: Reason::Fallback, ..near }, score);
            }
        }
        Ok(pool)
    }

    /// The voice that a description fits best: `?gender=female&language=en`, `?a warm british woman`.
    pub(super) fn likest(&self, wish: &Wish<'_>, description: &str) -> Result<Choice, SpeechError> {
        let likest = self.likest_of_each(description)?;
        let choice = likest.iter().find_map(|voice| {
            let backend = self.backends.iter().find(|backend| backend.name() == voice.id.backend)?;
            wish.allows(backend).then(|| self.choice(wish, backend, voice.clone()))
        });
        let choice = choice.ok_or_else(|| {
            let message = "Voices fit that description, but none of a backend that has the model.";
            SpeechError::new(ErrorKind::UnknownVoice, message).about("voice")
        })?;
        Ok(Choice { reason: Reason::Described, ..choice })
    }

    /// The same voice of other backends of the same house.
    fn twins(&self, choice: &Choice) -> Vec<Choice> {
        let (id, house) = (&choice.voice.id, choice.backend.house());
        let others =
            self.backends.iter().filter(|other| other.house() == house && other.name() != id.backend);
        let same = others.filter_map(|other| {
            let voice = other.voice(&id.voice).ok()?;
            let twin = self.choice(&Wish::Rather(&choice.model.id), other, voice.into());
            (twin.model.id == choice.model.id).then_some(Choice { reason: choice.reason, ..twin })
        });
        same.collect()
    }

    /// Who else may answer to that name, or to that of the voice.
    fn stand_ins_for(&self, wish: &Wish<'_>, wanted: &str) -> Vec<Choice> {
        let own = VoiceId::parse(wanted).map(|id| id.voice);
        let names = [Some(wanted), own.as_deref()];
        let stand_ins = names.into_iter().flatten().filter_map(|name| self.stand_ins.get(name)).flatten();
        stand_ins.filter_map(|stand_in| self.find(wish, stand_in).ok().flatten()).collect()
    }

    /// The voices of other backends that are nearest to that one.
    fn nearest(&self, wish: &Wish<'_>, id: &VoiceId, rejected: &mut Vec<Rejected>) -> Vec<(Choice, f32)> {
        let neighbours = self.nearest_of_each(id);
        let mut near = Vec::new();
        for backend in &self.backends {
            let mut its = neighbours.iter().filter(|(voice, _)| voice.id.backend == backend.name());
            if wish.allows(backend) {
                let its = its.filter(|(_, score)| *score >= NEAR);
                near.extend(
                    its.map(|(voice, score)| (self.choice(wish, backend, Arc::clone(voice)), *score)),
                );
            } else {
                rejected.extend(its.next().map(|(voice, _)| Rejected {
                    voice: voice.id.clone(),
                    filter: "model",
                    reason: "Its backend does not have the model that was asked for.".to_owned(),
                }));
            }
        }
        near.sort_by(by_score);
        near
    }
}
