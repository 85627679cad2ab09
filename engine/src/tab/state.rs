//! What stands on a tab.

use std::collections::HashSet;
use std::sync::Arc;

use billing::{Amounts, Attempt, Basis, Consumed, Cost, Mark, Nanos, Outcome, Rate, RequestRow, Settlement};
use speech::{Receipt, SampleRate, Speed, Usage, VoiceId};
use tokio::time::Instant;

/// All that is known of a request that runs.
pub(crate) struct State {
    pub(crate) row: RequestRow,
    /// Whether the vendor is called several times, and has counted only the first parts when the sound begins.
    pub(crate) in_parts: bool,
    /// Whether a budget that only warns is passed.
    pub(crate) over: bool,
    /// Who speaks in whose name, of those who speak a sentence at a time.
    pub(crate) cast: Vec<Part>,
    /// Who went on from which code point on, after the voice before had failed.
    pub(crate) switches: Vec<(usize, VoiceId)>,
    /// How many tries there were.
    pub(super) attempts: usize,
    /// Those of them that nobody hears: another is asked in their place, or is faster, or has not been late enough yet.
    pub(super) unheard: HashSet<usize>,
    /// What is on hold; none until something is.
    pub(crate) held: Option<Amounts>,
    began: Instant,
    heard: Option<(u64, SampleRate)>,
    calls: Vec<Call>,
    /// A call that was paid for and is not begun yet.
    announced: Option<Call>,
    /// How many marks were made.
    marks: i64,
    /// Speeches that this request leads, and others may go on to hear: there may be further calls, and more sound.
    pub(super) leading: usize,
    /// What was given from the cache, which is owed without a call.
    pub(super) given: Nanos,
}

/// What one of the voices that were asked for says.
pub(crate) struct Part {
    /// What the client calls it.
    pub(crate) name: Arc<str>,
    /// Who speaks it; of several who follow one another, the first.
    pub(crate) voice: VoiceId,
    /// Whether another would go on with it.
    pub(crate) has_understudy: bool,
    /// Whether any of it was spoken.
    is_begun: bool,
}

/// What a call may come to.
#[derive(Clone)]
pub(crate) struct Claim {
    pub(crate) rate: Arc<Rate>,
    /// Characters, as the rate counts them.
    pub(crate) counted: u64,
    /// Code points of the instructions that go along.
    pub(crate) instructions: u64,
    pub(crate) amounts: Amounts,
}

/// One call of one backend.
pub(crate) struct Call {
    pub(crate) backend: String,
    pub(crate) model: String,
    pub(crate) claim: Claim,
    /// Whether that is its whole text.
    pub(crate) whole: bool,
    pub(crate) receipt: Receipt,
    /// The try that it belongs to.
    attempt: usize,
    /// Whether it is known whether the backend has taken it.
    has_answer: bool,
    /// Whether that will never be known.
    is_unanswered: bool,
    audio_ms: u64,
    began: Instant,
    /// Until the last audio came.
    lasted_ms: u64,
}

impl Call {
    pub(crate) fn new(backend: &str, model: &str, claim: Claim, whole: bool) -> Self {
        Self {
            backend: backend.to_owned(),
            model: model.to_owned(),
            claim,
            whole,
            receipt: Receipt::default(),
            attempt: 0,
            has_answer: false,
            is_unanswered: false,
            audio_ms: 0,
            began: Instant::now(),
            lasted_ms: 0,
        }
    }

    pub(super) fn answered(&mut self) {
        self.has_answer = true;
    }

    /// It is waited for no longer.
    pub(super) fn given_up(&mut self) {
        self.is_unanswered = !self.has_answer;
        self.has_answer = true;
    }

    /// Whether the backend takes nothing for it.
    fn is_refused(&self) -> bool {
        self.has_answer && !self.receipt.is_taken()
    }

    pub(super) fn heard(&mut self, audio_ms: u64) {
        self.audio_ms = audio_ms;
        self.lasted_ms = self.began.elapsed().as_millis() as u64;
    }

    /// What it has consumed so far, as if all that was claimed was sent.
    fn cost(&self) -> Cost {
        let usage = self.receipt.read();
        self.claim.rate.cost(&Consumed {
            characters: self.claim.counted,
            whole: self.whole,
            instructions: self.claim.instructions,
            credits: bounded(usage.characters),
            input_tokens: bounded(usage.input_tokens),
            output_tokens: bounded(usage.output_tokens),
            audio_ms: self.audio_ms,
            local_ms: self.lasted_ms,
        })
    }

    fn entry(&self, index: usize) -> Attempt {
        // That nobody knows of a bill is no report that there is none.
        let basis = if self.is_unanswered { Basis::Estimated } else { Basis::Reported };
        let nothing = Cost { nanos: Nanos::ZERO, basis };
        let Cost { nanos, basis } = if self.is_refused() { nothing } else { self.cost() };
        Attempt {
            number: index as u32 + 1,
            backend: self.backend.clone(),
            model: self.model.clone(),
            rate: self.claim.rate.id.clone(),
            vendor_request: self.receipt.read().request_id,
            characters: if self.is_refused() { 0 } else { self.claim.amounts.characters },
            cost: nanos,
            basis,
        }
    }
}

/// What a vendor says that it counted, as far as that can be: nobody speaks a billion characters at a time.
fn bounded(count: Option<u64>) -> Option<u64> {
    const MOST: u64 = 1_000_000_000;
    count.map(|count| count.min(MOST))
}

impl State {
    pub(crate) fn new(row: RequestRow) -> Self {
        Self {
            row,
            in_parts: false,
            over: false,
            cast: Vec::new(),
            switches: Vec::new(),
            attempts: 0,
            unheard: HashSet::new(),
            held: None,
            began: Instant::now(),
            heard: None,
            calls: Vec::new(),
            announced: None,
            marks: 0,
            leading: 0,
            given: Nanos::ZERO,
        }
    }

    /// The first audio is ready; so many samples make a second of it.
    pub(crate) fn sounds_at(&mut self, rate: SampleRate) {
        self.heard = Some((0, rate));
    }

    /// So many more samples leave.
    pub(crate) fn leaves(&mut self, samples: usize, is_silent: bool) {
        if let Some((heard, rate)) = &mut self.heard {
            *heard += samples as u64;
            self.row.audio_ms = *heard * 1000 / u64::from(rate.get());
        }
        if !is_silent {
            let since = self.since();
            self.row.first_audio_ms.get_or_insert(since);
        }
    }

    /// A part is to be spoken by that voice. Returns its place in the cast.
    pub(crate) fn cast(&mut self, name: Arc<str>, voice: VoiceId, has_understudy: bool) -> usize {
        self.cast.push(Part { name, voice, has_understudy, is_begun: false });
        self.cast.len() - 1
    }

    /// That voice has spoken some of a part.
    pub(crate) fn speaks(&mut self, part: usize, voice: &VoiceId) {
        if let Some(part) = self.cast.get_mut(part).filter(|part| !part.is_begun) {
            part.voice = voice.clone();
            part.is_begun = true;
        }
    }

    /// Whether anybody has spoken.
    pub(super) fn is_begun(&self) -> bool {
        self.cast.iter().any(|part| part.is_begun)
    }

    /// That voice goes on from there. Who was to, and failed as well, was not heard.
    pub(super) fn switch(&mut self, offset: usize, voice: VoiceId) {
        self.switches.retain(|(before, _)| *before != offset);
        self.switches.push((offset, voice));
    }

    /// The sum of what was counted of what is heard; the id of the last.
    pub(crate) fn usage(&self) -> Usage {
        let add = |one: Option<u64>, other: Option<u64>| match (one, other) {
            (Some(one), Some(other)) => Some(one.saturating_add(other)),
            (one, other) => one.or(other),
        };
        let heard = self.calls.iter().filter(|call| self.is_heard(call));
        heard.map(|call| call.receipt.read()).fold(Usage::default(), |sum, usage| Usage {
            request_id: usage.request_id.or(sum.request_id),
            characters: add(sum.characters, usage.characters),
            input_tokens: add(sum.input_tokens, usage.input_tokens),
            output_tokens: add(sum.output_tokens, usage.output_tokens),
        })
    }

    /// Whether marks tell of that call already.
    pub(super) fn announces(&self, call: &Call) -> bool {
        let is_same = |other: &Call| other.backend == call.backend && other.model == call.model;
        self.announced.as_ref().is_some_and(is_same)
    }

    pub(super) fn begin(&mut self, call: Call, attempt: usize) -> usize {
        self.announced = None;
        self.calls.push(Call { attempt, ..call });
        self.calls.len() - 1
    }

    /// Whether anybody hears anything of it, and so pays for it.
    fn is_heard(&self, call: &Call) -> bool {
        !self.unheard.contains(&call.attempt)
    }

    /// Whether anybody was called by that try.
    pub(super) fn is_called(&self, attempt: usize) -> bool {
        self.calls.iter().any(|call| call.attempt == attempt)
    }

    /// Whether somebody has not answered yet whom nobody hears anyway, or speaks for others only.
    pub(crate) fn awaits_unheard(&self) -> bool {
        self.leading > 0 || self.calls.iter().any(|call| !call.has_answer && !self.is_heard(call))
    }

    pub(super) fn call(&mut self, index: usize) -> &mut Call {
        &mut self.calls[index]
    }

    /// More text for a call whose text is still being written.
    pub(super) fn write(&mut self, index: usize, text: &str, speed: Speed) {
        let claim = &mut self.calls[index].claim;
        let more = Claim::of(Arc::clone(&claim.rate), text, speed);
        claim.counted += more.counted;
        claim.amounts.characters += more.amounts.characters;
        claim.amounts.audio_ms += more.amounts.audio_ms;
        // Of the whole, so that a rounding or a minimum counts once.
        claim.amounts.charge = claim.most(claim.amounts.audio_ms);
    }

    /// What all calls together may come to that are the client's to pay and were not refused.
    pub(super) fn claimed(&self) -> Amounts {
        let standing = self.calls.iter().filter(|call| !call.is_refused() && self.is_heard(call));
        standing.map(|call| call.claim.amounts).fold(Amounts::default(), Amounts::plus)
    }

    /// What is to be set aside so that the speech may go on for `ahead_ms`; none where nothing is on hold, or nobody was
    /// called: of what is given only the price counts.
    pub(super) fn lacking(&self, ahead_ms: u64) -> Option<Amounts> {
        let held = self.held.filter(|_| !self.calls.is_empty())?;
        let by_sound =
            |call: &&Call| call.claim.rate.is_by_sound() && call.receipt.is_taken() && self.is_heard(call);
        let beyond_claim = |call: &Call| {
            let most = call.claim.most(call.audio_ms + ahead_ms).max(call.cost().nanos);
            most.minus(call.claim.amounts.charge).max(Nanos::ZERO)
        };
        let charge = self.calls.iter().filter(by_sound).map(beyond_claim).sum();
        let longer = (self.row.audio_ms + ahead_ms).saturating_sub(self.claimed().audio_ms);
        Some(self.claimed().plus(Amounts { charge, characters: 0, audio_ms: longer }).beyond(held))
    }

    /// What would be settled if nothing more were known.
    pub(crate) fn mark(&mut self, lease_until_unix_ms: i64) -> Mark {
        self.marks += 1;
        let calls = self.calls.iter().chain(self.announced.iter());
        Mark { settlement: self.so_far(Outcome::Lost, calls), number: self.marks, lease_until_unix_ms }
    }

    /// From now on marks tell of a call that is about to be made, until it is [begun](Self::begin); or of none.
    pub(super) fn announce(&mut self, call: Option<Call>) {
        self.announced = call;
    }

    /// What is to be settled; none as long as somebody was called and has not answered, or may be called yet.
    pub(super) fn settlement(&self, outcome: Outcome) -> Option<Settlement> {
        let is_open = self.leading > 0 || self.calls.iter().any(|call| !call.has_answer);
        (!is_open).then(|| self.so_far(outcome, self.calls.iter()))
    }

    fn so_far<'c>(&self, outcome: Outcome, calls: impl Iterator<Item = &'c Call>) -> Settlement {
        let (mut attempts, mut heard) = (Vec::new(), Vec::new());
        for (at, call) in calls.enumerate() {
            let attempt = call.entry(at);
            heard.extend(self.is_heard(call).then(|| attempt.clone()));
            attempts.push(attempt);
        }
        let usage = self.usage();
        let row = RequestRow { usage, outcome, total_ms: self.since(), ..self.row.clone() };
        let mut charge = Settlement::charge(outcome, &heard);
        if outcome.is_owed() {
            charge.nanos = charge.nanos.plus(self.given);
        }
        Settlement { row, charge, attempts }
    }

    fn since(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
