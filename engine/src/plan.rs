//! Whom a request may be spoken by, and in which order they are asked.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use billing::Nanos;
use speech::{Codec, ErrorKind, Fallback, Policy, Routing, SpeechError, Terms, VoiceId, VoiceStatus, Volume};

use crate::Reason;
use crate::catalogue::{Catalogue, Choice, Pool};
use crate::health::{Health, Quantile, Retries, State};
use crate::tab::Claim;

/// One who may speak.
#[derive(Clone)]
pub(crate) struct Candidate {
    pub(crate) choice: Choice,
    /// How near it is to the voice that was asked for; 1 is that voice.
    pub(crate) score: f32,
    /// What it may come to.
    pub(crate) claim: Claim,
}

/// One who may not, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Rejected {
    /// Who.
    pub voice: VoiceId,
    /// What kept it out: `availability`, `language`, `local`, `format`, `model`, `price` or `budget`.
    pub filter: &'static str,
    /// One sentence.
    pub reason: String,
}

/// Who may speak, the first to be asked first.
pub(crate) struct Plan {
    pub(crate) policy: Policy,
    /// Whether anybody has said so.
    pub(crate) is_stated: bool,
    pub(crate) fallback: Fallback,
    pub(crate) candidates: Vec<Candidate>,
    /// Who would have been first if nobody rested: what it has said before can be given all the same.
    pub(crate) at_rest: Option<Candidate>,
    pub(crate) rejected: Vec<Rejected>,
    /// What is wrong with the only one that there was, where that is an error of its own.
    only: Option<SpeechError>,
}

/// How a request would be routed.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// By which policy.
    pub policy: Policy,
    /// What would happen when a backend fails.
    pub fallback: Fallback,
    /// Who may speak, the first to be asked first; where that is drawn by lot, whoever has most of them.
    pub candidates: Vec<Explained>,
    /// Who may not, and why.
    pub rejected: Vec<Rejected>,
}

/// One who may speak.
#[derive(Clone, Debug)]
pub struct Explained {
    /// Who.
    pub voice: VoiceId,
    /// By which model.
    pub model: String,
    /// Why.
    pub reason: Reason,
    /// How near it is to the voice that was asked for; 1 is that voice.
    pub score: f32,
    /// Where it is drawn by lot who is asked first: how often that is this one, 0 to 1.
    pub share: Option<f32>,
    /// What it may come to at most.
    pub most: Nanos,
    /// Whether it is on this machine.
    pub is_local: bool,
    /// Whether it has failed so often that it is left alone for now.
    pub is_resting: bool,
    /// How soon it has lately begun to speak, where that was seen.
    pub first_audio: Option<Duration>,
    /// How many requests it speaks now.
    pub in_flight: usize,
}

/// How requests are routed that do not say it themselves.
#[derive(Clone, Debug, Default)]
pub struct Defaults {
    /// Policy and fallback.
    pub routing: Routing,
    /// How many lots each backend has under [`Policy::Weighted`]; one where none are given.
    pub weights: BTreeMap<String, NonZeroU32>,
    /// When a second candidate is asked beside the first; never where none is given.
    pub hedge: Option<Quantile>,
}

/// Makes plans. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Planner {
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) health: Health,
    pub(crate) retries: Retries,
    pub(crate) defaults: Arc<Defaults>,
}

impl Planner {
    /// Who may say what costs `claim`, on these terms, in place of `voice`.
    ///
    /// # Errors
    /// Of the names; and [`ErrorKind::NoCandidate`], where they would do, but nobody is left whom the policy allows.
    pub(crate) fn plan(
        &self,
        terms: &Terms,
        voice: &str,
        claim: impl Fn(&Choice) -> Result<Claim, SpeechError>,
    ) -> Result<Plan, SpeechError> {
        let plan = self.survey(None, terms, voice, claim)?;
        match plan.candidates.is_empty() {
            true => Err(plan.only.unwrap_or_else(|| nobody(plan.policy, terms, &plan.rejected))),
            false => Ok(plan),
        }
    }

    /// The same, where it may be that nobody is left; by that policy, if one is given, whatever was asked.
    ///
    /// # Errors
    /// Of the names.
    pub(crate) fn survey(
        &self,
        policy: Option<Policy>,
        terms: &Terms,
        voice: &str,
        claim: impl Fn(&Choice) -> Result<Claim, SpeechError>,
    ) -> Result<Plan, SpeechError> {
        let routing = terms.routing.or(self.defaults.routing);
        let stated = policy.or(routing.policy);
        let policy = stated.unwrap_or(match VoiceId::parse(voice) {
            Some(_) => Policy::Exact,
            None => Policy::Equivalent,
        });
        let (own, model) = (&terms.aliases, terms.model.as_deref());
        let pool = self.catalogue.pool(own, model, voice, policy, stated.is_some())?;
        let Pool { choices, rejected } = pool;
        let mut plan = Plan {
            policy,
            is_stated: stated.is_some(),
            fallback: routing.fallback.unwrap_or_default(),
            candidates: Vec::new(),
            at_rest: None,
            rejected,
            only: None,
        };
        let is_alone = choices.len() == 1;
        for (mut choice, score) in choices {
            // Nobody has failed: it is the policy that wants another voice than the one that was asked for.
            if policy == Policy::LocalOnly && choice.reason == Reason::Fallback {
                choice.reason = Reason::Policy(policy);
            }
            if let Some((filter, reason)) = unfit(&choice, score, terms, policy) {
                plan.rejected.push(Rejected { voice: choice.voice.id.clone(), filter, reason });
                continue;
            }
            match claim(&choice) {
                Ok(claim) => plan.candidates.push(Candidate { choice, score, claim }),
                Err(error) => {
                    let reason = error.message().to_owned();
                    plan.rejected.push(Rejected { voice: choice.voice.id.clone(), filter: "price", reason });
                    plan.only = Some(error).filter(|_| is_alone);
                }
            }
        }
        self.order(&mut plan, terms, voice);
        Ok(plan)
    }

    /// The plan in words.
    pub(crate) fn explain(&self, plan: Plan) -> Explanation {
        let Plan { policy, fallback, candidates, rejected, .. } = plan;
        let is_drawn = policy == Policy::Weighted;
        let lots = self.lots(&candidates, fallback);
        let all = lots.iter().sum::<u64>().max(1) as f32;
        let explained = candidates.into_iter().zip(lots).map(|(Candidate { choice, score, claim }, lots)| {
            let standing = self.health.standing(&choice.voice.id);
            Explained {
                voice: choice.voice.id.clone(),
                model: choice.model.id.clone(),
                reason: match choice.reason {
                    Reason::Fallback if is_drawn => Reason::Policy(policy),
                    reason => reason,
                },
                score,
                share: is_drawn.then(|| lots as f32 / all),
                most: claim.amounts.charge,
                is_local: choice.backend.is_local(),
                is_resting: matches!(standing.state, State::Open { .. }),
                first_audio: standing.first_audio,
                in_flight: standing.in_flight,
            }
        });
        let mut candidates: Vec<_> = explained.collect();
        if is_drawn {
            // Each request has a lot of its own, and this is none.
            candidates.sort_by(|one, other| {
                let by = |own: &Explained| (own.share.unwrap_or_default(), own.score);
                let order = by(other).partial_cmp(&by(one)).unwrap_or(Ordering::Equal);
                order.then_with(|| one.voice.cmp(&other.voice))
            });
        }
        Explanation { policy, fallback, candidates, rejected }
    }

    fn order(
        &self,
        Plan { policy, fallback, candidates, at_rest, .. }: &mut Plan,
        terms: &Terms,
        voice: &str,
    ) {
        let (policy, fallback) = (*policy, *fallback);
        let is_pinned = VoiceId::parse(voice).is_some();
        // Both change while others call: each is looked up once, since what is sorted must not change under the sort.
        let load = |candidate: &Candidate| {
            let seconds = self.health.weigh(&candidate.choice.voice.id.backend);
            Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
        };
        // Several backends of a house that have the voice: whoever is least busy, unless one of them was named.
        if !is_pinned {
            let same = candidates.iter().take_while(|candidate| candidate.score >= 1.0).count();
            candidates[..same].sort_by_cached_key(load);
        }
        let asked_first = candidates.first().map(|candidate| candidate.choice.voice.id.clone());
        let charge = |candidate: &Candidate| candidate.claim.amounts.charge;
        match policy {
            Policy::Exact | Policy::Equivalent | Policy::LocalOnly => {}
            Policy::Cheapest => candidates.sort_by_key(charge),
            Policy::Fastest => candidates.sort_by_cached_key(load),
            Policy::Best => {
                let quality = |candidate: &Candidate| self.catalogue.quality(&candidate.choice.voice.id);
                candidates.sort_by_cached_key(|candidate| Reverse(quality(candidate)));
            }
            Policy::LocalFirst => candidates.sort_by_key(|candidate| !candidate.choice.backend.is_local()),
            Policy::Weighted => {
                let lots = self.lots(candidates, fallback);
                draw(candidates, &lots, &terms.id);
            }
        }
        let name_reason = |candidates: &mut [Candidate]| {
            let first = candidates.first_mut();
            if let Some(candidate) =
                first.filter(|first| Some(&first.choice.voice.id) != asked_first.as_ref())
            {
                candidate.choice.reason = match policy {
                    Policy::Exact | Policy::Equivalent | Policy::LocalOnly => Reason::Fallback,
                    policy => Reason::Policy(policy),
                };
            }
        };
        // Whoever has just failed again and again is asked when nobody else is left, unless nobody else is to be.
        if fallback != Fallback::None {
            name_reason(candidates);
            *at_rest = candidates.first().filter(|first| self.is_open(first)).cloned();
            candidates.sort_by_cached_key(|candidate| self.is_open(candidate));
        }
        name_reason(candidates);
    }

    pub(crate) fn is_open(&self, candidate: &Candidate) -> bool {
        matches!(self.health.standing(&candidate.choice.voice.id).state, State::Open { .. })
    }

    /// How many lots each has: of several voices of a backend, the nearest. Whoever is asked last has none, unless all are.
    fn lots(&self, candidates: &[Candidate], fallback: Fallback) -> Vec<u64> {
        let is_last = |candidate: &Candidate| fallback != Fallback::None && self.is_open(candidate);
        let last: Vec<bool> = candidates.iter().map(is_last).collect();
        let are_all_last = last.iter().all(|is_last| *is_last);
        let mut backends = HashSet::new();
        let lots = candidates.iter().zip(last).map(|(candidate, is_last)| {
            let backend = &candidate.choice.voice.id.backend;
            let has_lots = (!is_last || are_all_last) && backends.insert(backend);
            let weight = self.defaults.weights.get(backend).map_or(1, |weight| u64::from(weight.get()));
            if has_lots { weight } else { 0 }
        });
        lots.collect()
    }
}

/// Puts the one first whose lot is drawn. The request's id draws it: it is random.
fn draw(candidates: &mut [Candidate], lots: &[u64], id: &str) {
    let all: u64 = lots.iter().sum();
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    let mut lot = hasher.finish() % all.max(1);
    let drawn = lots.iter().position(|lots| {
        let is_drawn = lot < *lots;
        lot = lot.saturating_sub(*lots);
        is_drawn
    });
    if let Some(drawn) = drawn {
        candidates[..=drawn].rotate_right(1);
    }
}

impl Plan {
    /// Those that the request may reach at all.
    pub(crate) fn reachable(&self) -> &[Candidate] {
        match self.fallback {
            Fallback::None => &self.candidates[..self.candidates.len().min(1)],
            Fallback::BeforeAudio | Fallback::Resume => &self.candidates,
        }
    }

    /// The same, to be asked.
    pub(crate) fn into_reachable(mut self) -> Vec<Candidate> {
        let reachable = self.reachable().len();
        self.candidates.truncate(reachable);
        self.candidates
    }

    /// The dearest that it may reach.
    pub(crate) fn dearest(&self) -> Option<&Candidate> {
        self.reachable().iter().max_by_key(|candidate| candidate.claim.amounts.charge)
    }

    /// Leaves out whoever costs as much as that, or more; the budget has no room for them.
    pub(crate) fn keep_cheaper_than(&mut self, charge: Nanos) {
        let (kept, left_out): (Vec<_>, Vec<_>) =
            self.candidates.drain(..).partition(|candidate| candidate.claim.amounts.charge < charge);
        self.candidates = kept;
        self.rejected.extend(left_out.into_iter().map(|candidate| Rejected {
            voice: candidate.choice.voice.id.clone(),
            filter: "budget",
            reason: "The client's budget has no room for it.".to_owned(),
        }));
    }
}

/// The filter that a choice does not pass, if any.
fn unfit(choice: &Choice, score: f32, terms: &Terms, policy: Policy) -> Option<(&'static str, String)> {
    let voice = &choice.voice;
    if policy == Policy::LocalOnly && !choice.backend.is_local() {
        return Some(("local", "Its backend is not on this machine.".to_owned()));
    }
    if let VoiceStatus::Unavailable { reason } = &voice.status {
        return Some(("availability", reason.clone()));
    }
    let codec = terms.format.codec;
    if codec.is_foreign() && !choice.backend.capabilities().formats.contains(&codec) {
        return Some(("format", format!("It does not give {codec}, and nobody else can make it.")));
    }
    if codec.is_foreign() && terms.volume != Volume::NORMAL {
        return Some(("format", format!("It gives {codec} at its own level only.")));
    }
    // What its client has asked for itself, a voice may try.
    if let Some(wanted) = terms.language.as_deref().filter(|_| score < 1.0)
        && !voice.languages.is_empty()
        && !voice.languages.iter().chain(&choice.model.languages).any(|tag| is_same_language(tag, wanted))
    {
        return Some(("language", format!("It does not speak {wanted}.")));
    }
    None
}

/// Whether two BCP 47 tags begin with the same language.
fn is_same_language(one: &str, other: &str) -> bool {
    let language = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    language(one) == language(other)
}

/// What is said when nobody is left.
fn nobody(policy: Policy, terms: &Terms, rejected: &[Rejected]) -> SpeechError {
    if rejected.iter().any(|rejected| rejected.filter == "format") {
        return unmade(terms.format.codec);
    }
    let mut why: Vec<String> = rejected
        .iter()
        .map(|Rejected { voice, filter, reason }| format!("{voice} ({filter}: {reason})"))
        .collect();
    const SHOWN: usize = 8;
    let more = why.len().saturating_sub(SHOWN);
    why.truncate(SHOWN);
    let mut message = format!("The policy {:?} leaves nobody who could speak.", policy.name());
    if !why.is_empty() {
        message += &format!(" Left out: {}", why.join("; "));
        message += &if more > 0 { format!("; and {more} more.") } else { ".".to_owned() };
    }
    SpeechError::new(ErrorKind::NoCandidate, message).about("policy")
}

/// What only its vendor can make was wanted of somebody else, or could not be handed on as it is.
pub(crate) fn unmade(codec: Codec) -> SpeechError {
    let message = format!("{codec} can only be handed on as its vendor makes it, which this speech is not.");
    SpeechError::invalid_parameter("response_format", message).allowing(Codec::OFFERED.map(Codec::name))
}

/// Better scores first.
pub(crate) fn by_score(one: &(Choice, f32), other: &(Choice, f32)) -> Ordering {
    other.1.total_cmp(&one.1).then_with(|| one.0.voice.id.cmp(&other.0.voice.id))
}
