//! The tab of one request: who is called for it, what that comes to, and what is on hold for it.

mod state;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use billing::{
    Action, Amounts, Budget, Growth, Hold, LedgerError, Measure, Nanos, Rate, Settlement, Verdict, Work,
};
use speech::{Backend, ErrorKind, Receipt, SpeechError, Speed, Usage, Utterance, Voice, VoiceId};
use tokio::sync::Notify;
use tracing::{Instrument as _, Span};

use crate::books::{Books, locked};
use crate::trace;
pub(crate) use state::{Call, Claim, State};

/// What a long speech lasts, at the voice's own pace: half as long again as most.
const MS_PER_CHARACTER: f64 = 100.0;
/// Breath at its ends.
const MS_AT_LEAST: f64 = 2000.0;

/// So much more audio is put on hold where a speech is longer than was thought.
const AHEAD_MS: u64 = 10_000;

/// When money on hold may be free again.
const HELD_FOR: Duration = Duration::from_secs(2);

/// What is known and owed of a request: told on the way, settled by the meter, however the request ends. Clones are the
/// same tab.
#[derive(Clone)]
pub(crate) struct Tab {
    books: Books,
    state: Arc<Mutex<State>>,
    answered: Arc<Notify>,
    /// Which try the calls that are begun on this clone belong to.
    attempt: usize,
}

impl Tab {
    pub(crate) fn new(books: Books, state: State) -> Self {
        Self { books, state: Arc::new(Mutex::new(state)), answered: Arc::default(), attempt: 0 }
    }

    pub(crate) fn books(&self) -> &Books {
        &self.books
    }

    pub(crate) fn note<T>(&self, write: impl FnOnce(&mut State) -> T) -> T {
        write(&mut locked(&self.state))
    }

    /// The same tab for a new try: what is called on it may be [given up](Self::abandon) as a whole.
    pub(crate) fn attempt(&self) -> Self {
        let attempt = self.note(|state| {
            state.attempts += 1;
            state.attempts
        });
        Self { attempt, ..self.clone() }
    }

    /// Of this try nobody hears anything, unless it is [taken up](Self::take_up): what its calls cost is ours to pay.
    pub(crate) fn abandon(&self) {
        self.note(|state| _ = state.unheard.insert(self.attempt));
    }

    /// It is this try that is heard, if any.
    pub(crate) fn take_up(&self) {
        self.note(|state| _ = state.unheard.remove(&self.attempt));
    }

    /// Whether a backend was called by this try: whoever is given what was kept, or joins, calls nobody.
    pub(crate) fn is_called(&self) -> bool {
        self.note(|state| state.is_called(self.attempt))
    }

    /// Who would speak, if what that may cost is set aside; or nobody.
    pub(crate) fn propose(&self, choice: Option<(&VoiceId, &str)>) {
        self.note(|State { row, .. }| {
            row.backend = choice.map(|(voice, _)| voice.backend.clone());
            row.voice = choice.map(|(voice, _)| voice.voice.clone());
            row.model = choice.map(|(_, model)| model.to_owned());
        });
    }

    /// Who speaks; of several voices in turn, the first.
    pub(crate) fn choose(&self, voice: &Voice, model: &str) {
        self.note(|State { row, .. }| {
            row.backend.get_or_insert_with(|| voice.id.backend.clone());
            row.voice.get_or_insert_with(|| voice.id.voice.clone());
            row.model.get_or_insert_with(|| model.to_owned());
            row.language = row.language.take().or_else(|| voice.languages.first().cloned());
        });
    }

    /// `from` has failed, and `to` goes on from that code point on; where nobody was heard yet, it is `to` who speaks.
    pub(crate) fn hand_over(&self, offset: usize, from: &VoiceId, to: (&VoiceId, &str)) {
        if !self.note(|state| state.is_begun()) {
            return self.propose(Some(to));
        }
        let (to, _) = to;
        self.note(|state| state.switch(offset, to.clone()));
        trace::switched(offset, from, to);
    }

    /// So many more characters of a text that is still being written.
    pub(crate) fn hear(&self, characters: usize) {
        self.note(|state| *state.row.characters.get_or_insert(0) += characters as u64);
    }

    /// What the backends say that they counted so far, all together.
    pub(crate) fn usage(&self) -> Usage {
        self.note(|state| state.usage())
    }

    /// The rate of a model at the time of this request.
    pub(crate) fn rate(&self, backend: &str, model: &str) -> Result<Arc<Rate>, SpeechError> {
        let at = self.note(|state| state.row.at_unix_ms);
        self.books.tariff().rate(backend, model, at)
    }

    /// Sets aside what a call of that model may come to, before it is made.
    ///
    /// # Errors
    /// No room in a budget; and a ledger that cannot be written.
    pub(crate) async fn hold(&self, backend: &str, model: &str, claim: Claim) -> Result<(), Refused> {
        let amounts = claim.amounts;
        self.hold_for(backend, model, claim, amounts).await
    }

    /// The same, but sets `amounts` aside: what the dearest may come to that the request may reach.
    ///
    /// # Errors
    /// As [`hold`](Self::hold).
    pub(crate) async fn hold_for(
        &self,
        backend: &str,
        model: &str,
        claim: Claim,
        amounts: Amounts,
    ) -> Result<(), Refused> {
        self.set_aside(Some(Call::new(backend, model, claim, true)), amounts).await
    }

    /// Sets aside what is owed for what was kept, if anything is: nobody is called for it.
    ///
    /// # Errors
    /// As [`hold`](Self::hold).
    pub(crate) async fn hold_given(&self, price: Nanos) -> Result<(), Refused> {
        if price == Nanos::ZERO {
            return Ok(());
        }
        self.set_aside(None, Amounts { charge: price, ..Amounts::default() }).await
    }

    async fn set_aside(&self, call: Option<Call>, amounts: Amounts) -> Result<(), Refused> {
        let lease = self.books.lease();
        let mark = self.note(|state| {
            state.announce(call);
            state.mark(lease)
        });
        fail::fail_point!("hold", |_| std::process::abort());
        self.books.runs(&mark.settlement.row.id, &self.state);
        let verdict = self.books.ledger().hold(Hold { amounts, mark }).instrument(trace::span("hold")).await;
        fail::fail_point!("held", |_| std::process::abort());
        let over = self.granted(verdict).inspect_err(|_| self.note(|state| state.announce(None)))?;
        self.note(|state| {
            state.held = Some(amounts);
            state.over |= over;
        });
        Ok(())
    }

    /// Notes that a backend is about to be called; what was not set aside yet is first.
    ///
    /// # Errors
    /// As [`hold`](Self::hold).
    pub(crate) async fn begin(&self, call: Call) -> Result<Attempt, SpeechError> {
        let lease = self.books.lease();
        let (backend, model, claim) = (call.backend.clone(), call.model.clone(), call.claim.clone());
        let is_held = self.note(|state| state.held.is_some());
        if !is_held {
            self.hold(&backend, &model, claim).await?;
        }
        let (attempt, growth) = self.note(|state| {
            let is_announced = state.announces(&call);
            let number = state.begin(call, self.attempt);
            let more = state.claimed().beyond(state.held.unwrap_or_default());
            // The call that is first thought of is what the hold's own mark tells of.
            let is_told = number == 0 && is_announced && more == Amounts::default();
            (number, (!is_told).then(|| Growth { more, mark: state.mark(lease) }))
        });
        let attempt = Attempt { tab: self.clone(), index: attempt };
        let mut entered = Entered { attempt: attempt.clone(), is_made: false };
        if let Some(growth) = growth {
            self.grow(growth).await?;
        }
        entered.is_made = true;
        Ok(attempt)
    }

    /// Sets more aside, until it is so much in all.
    ///
    /// # Errors
    /// As [`hold`](Self::hold).
    pub(crate) async fn hold_in_all(&self, amounts: Amounts) -> Result<(), SpeechError> {
        let lease = self.books.lease();
        let growth = self.note(|state| {
            let more = amounts.beyond(state.held.unwrap_or_default());
            (more != Amounts::default()).then(|| Growth { more, mark: state.mark(lease) })
        });
        match growth {
            Some(growth) => self.grow(growth).await,
            None => Ok(()),
        }
    }

    async fn grow(&self, growth: Growth) -> Result<(), SpeechError> {
        let more = growth.more;
        fail::fail_point!("grow", |_| std::process::abort());
        let mut verdict = self.books.ledger().grow(growth).instrument(trace::span("grow")).await;
        if let Ok(Verdict::Refused { only_held, .. }) = &mut verdict {
            // What the request itself has on hold does not come back to it.
            *only_held = false;
        }
        let over = self.granted(verdict)?;
        fail::fail_point!("grown", |_| std::process::abort());
        self.note(|state| {
            state.held = Some(state.held.unwrap_or_default().plus(more));
            state.over |= over;
        });
        Ok(())
    }

    /// Sets more aside where a speech has become longer than what is on hold.
    ///
    /// # Errors
    /// As [`hold`](Self::hold).
    pub(crate) async fn keep_up(&self) -> Result<(), SpeechError> {
        let lease = self.books.lease();
        let growth = self.note(|state| {
            let lacking = state.lacking(0)?;
            (lacking != Amounts::default())
                .then(|| state.lacking(AHEAD_MS))
                .flatten()
                .map(|more| Growth { more, mark: state.mark(lease) })
        });
        match growth {
            Some(growth) => self.grow(growth).await,
            None => Ok(()),
        }
    }

    fn granted(&self, verdict: Result<Verdict, LedgerError>) -> Result<bool, Refused> {
        match verdict.map_err(|error| Refused::Error(unavailable(error)))? {
            Verdict::Granted { over } => Ok(over),
            Verdict::Refused { budget, only_held } => {
                let error = no_room(&budget, only_held, self.books.now());
                match budget.action {
                    Action::Throttle => Err(Refused::Throttled(error)),
                    Action::Refuse | Action::Warn => Err(Refused::Error(error)),
                }
            }
        }
    }

    /// It is given from the cache, at that price, and nobody is called for it.
    pub(crate) fn given(&self, price: Nanos) {
        self.note(|state| {
            state.announce(None);
            state.row.cache_hit = true;
            state.given = state.given.plus(price);
        });
    }

    /// It joins a speech that is being spoken for another: no call is made for it, which is on disk when this resolves, if it
    /// can be written at all.
    pub(crate) async fn joins(&self) {
        let lease = self.books.lease();
        let mark = self.note(|state| {
            state.announce(None);
            state.mark(lease)
        });
        if let Err(error) = self.books.ledger().renew(vec![mark]).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "that a request has joined another could not be written");
        }
    }

    /// It leads a speech that others may join. It is settled only after that has ended, also when its client is gone.
    pub(crate) fn leads(&self) -> Leading {
        self.note(|state| state.leading += 1);
        Leading(self.clone())
    }

    /// What it all came to, once every backend has answered that was called.
    pub(crate) async fn settlement(&self, outcome: billing::Outcome) -> Settlement {
        loop {
            let answered = self.answered.notified();
            if let Some(settlement) = self.note(|state| state.settlement(outcome)) {
                return settlement;
            }
            answered.await;
        }
    }
}

/// Why nothing was set aside.
pub(crate) enum Refused {
    /// Something cheaper may be.
    Throttled(SpeechError),
    /// Whatever it is.
    Error(SpeechError),
}

impl From<Refused> for SpeechError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Throttled(error) | Refused::Error(error) => error,
        }
    }
}

/// A speech that a request leads. Dropped, it has ended.
pub(crate) struct Leading(Tab);

impl Leading {
    pub(crate) fn books(&self) -> &Books {
        self.0.books()
    }
}

impl Drop for Leading {
    fn drop(&mut self) {
        self.0.note(|state| state.leading -= 1);
        self.0.answered.notify_waiters();
    }
}

/// A call that is entered, but not made yet. Dropped, it never is.
struct Entered {
    attempt: Attempt,
    is_made: bool,
}

impl Drop for Entered {
    fn drop(&mut self) {
        if !self.is_made {
            self.attempt.answered();
        }
    }
}

/// One call of one backend that was entered on a tab.
#[derive(Clone)]
pub(crate) struct Attempt {
    tab: Tab,
    index: usize,
}

impl Attempt {
    /// Where the backend writes what it counts.
    pub(crate) fn receipt(&self) -> Receipt {
        self.note(|call| call.receipt.clone())
    }

    /// Whether all its text was sent with the call.
    pub(crate) fn is_whole(&self) -> bool {
        self.note(|call| call.whole)
    }

    /// Whether what is heard decides what it costs.
    pub(crate) fn is_by_sound(&self) -> bool {
        self.note(|call| call.claim.rate.is_by_sound())
    }

    pub(crate) fn books(&self) -> &Books {
        &self.tab.books
    }

    /// Where it is told how the call went.
    pub(crate) fn span(&self) -> Span {
        self.note(|Call { backend, model, .. }| trace::attempt(self.index + 1, backend, model))
    }

    /// The backend has answered, or never will: its receipt says whether it has taken the call.
    pub(crate) fn answered(&self) {
        self.note(Call::answered);
        self.tab.answered.notify_waiters();
    }

    /// Its answer is waited for no longer.
    pub(crate) fn given_up(&self) {
        self.note(Call::given_up);
        self.tab.answered.notify_waiters();
    }

    /// So much audio has come, in all.
    pub(crate) fn heard(&self, audio_ms: u64) {
        self.note(|call| call.heard(audio_ms));
    }

    /// So much more text is about to be sent; what is on hold for it grows.
    ///
    /// # Errors
    /// As [`Tab::hold`].
    pub(crate) async fn write(&self, text: &str, speed: Speed) -> Result<(), SpeechError> {
        let lease = self.tab.books.lease();
        let mut writing = Writing { attempt: self, before: Some(self.note(|call| call.claim.clone())) };
        let growth = self.tab.note(|state| {
            state.write(self.index, text, speed);
            let more = state.claimed().beyond(state.held.unwrap_or_default());
            (more != Amounts::default()).then(|| Growth { more, mark: state.mark(lease) })
        });
        if let Some(growth) = growth {
            self.tab.grow(growth).await?;
        }
        writing.before = None;
        self.tab.hear(text.chars().count());
        Ok(())
    }

    fn note<T>(&self, write: impl FnOnce(&mut Call) -> T) -> T {
        self.tab.note(|state| write(state.call(self.index)))
    }
}

/// Text that is about to be sent. Dropped, it never is, and is claimed no more.
struct Writing<'a> {
    attempt: &'a Attempt,
    before: Option<Claim>,
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        if let Some(claim) = self.before.take() {
            self.attempt.note(|call| call.claim = claim);
        }
    }
}

impl Claim {
    /// What saying `text` may come to at that rate.
    pub(crate) fn of(rate: Arc<Rate>, text: &str, speed: Speed) -> Self {
        let (counted, characters) = (rate.count(text), text.chars().count() as u64);
        let longest_ms = longest_ms(characters, speed);
        let amounts = Amounts { charge: Nanos::ZERO, characters, audio_ms: longest_ms };
        Self { rate, counted, instructions: 0, amounts }.with_instructions(None)
    }

    /// What it may come to that a backend says that. Some charge for what they are sent, and not for the client's text.
    pub(crate) fn of_utterance(rate: Arc<Rate>, backend: &dyn Backend, utterance: &Utterance) -> Self {
        let Utterance { graph, delivery } = utterance;
        let claim = Self::of(rate, graph.text().as_str(), delivery.speed);
        let counted = backend.billed(utterance).map_or(claim.counted, |sent| claim.rate.count(&sent));
        Self { counted, ..claim }.with_instructions(delivery.instructions.as_deref())
    }

    /// The same with instructions for the voice.
    pub(crate) fn with_instructions(mut self, instructions: Option<&str>) -> Self {
        self.instructions = instructions.map_or(0, |text| text.chars().count() as u64);
        self.amounts.charge = self.most(self.amounts.audio_ms);
        self
    }

    /// The most that it can cost when it lasts that long.
    fn most(&self, longest_ms: u64) -> Nanos {
        let Self { counted, instructions, .. } = *self;
        self.rate.most(&Work { characters: counted, instructions, longest_ms })
    }
}

/// The longest that so many characters can reasonably last.
fn longest_ms(characters: u64, speed: Speed) -> u64 {
    if characters == 0 {
        return 0;
    }
    ((characters as f64 * MS_PER_CHARACTER + MS_AT_LEAST) / f64::from(speed.times())) as u64
}

pub(crate) fn unavailable(error: LedgerError) -> SpeechError {
    let message = "What speech costs cannot be written down just now, so nobody is asked to speak; the request may be \
                   tried again.";
    SpeechError::new(ErrorKind::LedgerUnavailable, message).retry_after(HELD_FOR).caused_by(error)
}

/// Which budget has no room, and until when.
fn no_room(budget: &Budget, only_held: bool, now: i64) -> SpeechError {
    let of = if budget.key.is_some() { "this API key" } else { "this client" };
    let limit = match budget.measure {
        Measure::Money => format!("{} US dollars", Nanos::new(budget.limit)),
        Measure::Characters => format!("{} characters", budget.limit),
        Measure::Audio => format!("{} seconds of audio", budget.limit / 1000),
    };
    let window = budget.window;
    if only_held {
        let message = format!(
            "What is left of the budget of {of} ({limit}, window {window}) is on hold for requests that are running."
        );
        return SpeechError::new(ErrorKind::BudgetOnHold, message).retry_after(HELD_FOR);
    }
    let message = format!("The budget of {of} ({limit}, window {window}) has no room left for this request.");
    let wait = u64::try_from(window.next_unix_ms(now).saturating_sub(now)).unwrap_or_default();
    SpeechError::new(ErrorKind::BudgetExceeded, message).retry_after(Duration::from_millis(wait))
}

#[cfg(test)]
#[path = "tab/tests.rs"]
pub(crate) mod tests;
