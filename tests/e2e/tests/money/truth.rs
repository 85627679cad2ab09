//! The books of a gateway beside the truth of its vendors.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use vendors::Served;

/// Nano-dollars for a token of text, and for one of audio.
const TEXT_TOKEN: i64 = 600;
const AUDIO_TOKEN: i64 = 12_000;

/// What a gateway has written down, and what its vendors have.
pub(crate) struct Books {
    attempts: Vec<Attempt>,
    requests: Vec<Request>,
    /// Legs of entries and other sums that must be zero, by name.
    zero: Value,
    /// By backend.
    truth: BTreeMap<String, Vec<Served>>,
}

/// A call, as the ledger has it.
#[derive(Debug, Deserialize)]
struct Attempt {
    request: String,
    backend: String,
    basis: String,
    characters: i64,
    nanos: i64,
    vendor_request: Option<String>,
    outcome: String,
    audio_ms: i64,
}

#[derive(Debug, Deserialize)]
struct Request {
    id: String,
    backend: Option<String>,
    outcome: String,
    charge_nanos: i64,
    vendor_cost_nanos: i64,
}

impl Books {
    /// The books that answer queries in SQL so, and what each vendor has served.
    pub(crate) fn read(
        select: impl Fn(&str) -> Vec<Value>,
        truth: impl IntoIterator<Item = (String, Vec<Served>)>,
    ) -> Self {
        let read = |sql| Value::from(select(sql));
        let attempts = read(
            "SELECT request, ledger.backend, basis, ledger.characters, nanos, vendor_request, outcome, audio_ms
             FROM ledger JOIN requests ON requests.id = request WHERE kind = 'settle' AND attempt > 0",
        );
        let requests = read("SELECT id, backend, outcome, charge_nanos, vendor_cost_nanos FROM requests");
        let mut zero = read(
            "SELECT (SELECT count(*) FROM holds) AS holds,
                    (SELECT count(*) FROM ledger WHERE kind IN ('adjust', 'close')) AS adjustments,
                    (SELECT coalesce(sum(abs(nanos)), 0) FROM (SELECT sum(nanos) AS nanos FROM ledger_legs GROUP BY request)
                        AS requests) AS imbalance,
                    (SELECT coalesce(sum(abs(nanos)), 0) FROM (SELECT sum(nanos) AS nanos FROM ledger_legs
                        WHERE account LIKE '%/held' OR account LIKE '%/budget' GROUP BY request, account)
                        AS accounts) AS held,
                    (SELECT coalesce(sum(vendor_cost_nanos), 0) FROM requests)
                        - (SELECT coalesce(sum(vendor_cost), 0) FROM usage_hours) AS cost_unreported,
                    (SELECT coalesce(sum(charge_nanos), 0) FROM requests)
                        - (SELECT coalesce(sum(charge), 0) FROM usage_hours) AS charge_unreported,
                    (SELECT coalesce(sum(charge_nanos), 0) FROM requests)
                        + (SELECT coalesce(sum(nanos), 0) FROM ledger_legs WHERE account = 'income') AS income_unwritten",
        );
        Self {
            attempts: serde_json::from_value(attempts).unwrap(),
            requests: serde_json::from_value(requests).unwrap(),
            zero: zero[0].take(),
            truth: truth.into_iter().collect(),
        }
    }

    /// Checks what must hold of any books: money comes from somewhere, none is on hold, and whoever was served pays for every
    /// call.
    pub(crate) fn are_sound(&self) {
        self.are_sound_where(|_, _| true);
    }

    /// The same where another speaks for whom a fault has befallen: nobody pays for a call that suffered one, but we.
    pub(crate) fn are_sound_with_fallback(&self) {
        self.are_sound_where(|_, attempt| {
            let is_of = |served: &&Served| attempt.vendor_request.as_ref() == Some(&served.request_id);
            let served = self.truth.get(&attempt.backend).and_then(|truth| truth.iter().find(is_of));
            served.is_some_and(|served| served.fault.is_none())
        });
    }

    /// The same where several may be asked for one speech: whoever is heard is paid for, and nobody else.
    pub(crate) fn are_sound_where_one_is_heard(&self) {
        self.are_sound_where(|request, attempt| request.backend.as_ref() == Some(&attempt.backend));
    }

    fn are_sound_where(&self, is_heard: impl Fn(&Request, &Attempt) -> bool) {
        for (what, sum) in self.zero.as_object().unwrap() {
            assert_eq!(sum, 0, "{what}");
        }
        let mut attempts: BTreeMap<&str, Vec<&Attempt>> = BTreeMap::new();
        for attempt in &self.attempts {
            attempts.entry(&attempt.request).or_default().push(attempt);
        }
        for request in &self.requests {
            let attempts = attempts.remove(request.id.as_str()).unwrap_or_default();
            let cost = attempts.iter().map(|attempt| attempt.nanos).sum::<i64>();
            let heard = attempts.iter().filter(|attempt| is_heard(request, attempt));
            let charge = heard.map(|attempt| attempt.nanos).sum::<i64>();
            let is_served = matches!(request.outcome.as_str(), "completed" | "hung_up");
            let charge = if is_served { charge } else { 0 };
            assert_eq!(
                (request.vendor_cost_nanos, request.charge_nanos),
                (cost, charge),
                "{request:?}: {attempts:?}"
            );
        }
    }

    /// Checks that what the ledger says of each backend is what its vendor has served: each call to the vendor's own id;
    /// those on a socket, which tells none, in sum.
    pub(crate) fn are_the_truth(&self) {
        for (backend, truth) in &self.truth {
            let mut left: Vec<&Attempt> =
                self.attempts.iter().filter(|attempt| attempt.backend == *backend).collect();
            let (sockets, calls): (Vec<_>, Vec<_>) = truth
                .iter()
                .filter(|served| served.billed_characters > 0)
                .partition(|served| served.path.ends_with("stream-input"));
            for served in calls {
                let is_of = |attempt: &&Attempt| attempt.vendor_request.as_ref() == Some(&served.request_id);
                let (of, others): (Vec<_>, Vec<_>) = left.into_iter().partition(is_of);
                let [attempt] = of.as_slice() else { panic!("{backend}: {of:?} for {served:?}") };
                attempt.is_the_truth(served);
                left = others;
            }
            let ledger: (i64, i64) = left.iter().fold((0, 0), |(characters, nanos), attempt| {
                (characters + attempt.characters, nanos + attempt.nanos)
            });
            let truth: (i64, i64) = sockets.iter().fold((0, 0), |(characters, nanos), served| {
                (characters + served.billed_characters as i64, nanos + cost(served))
            });
            assert_eq!(ledger, truth, "{backend}, characters and nano-dollars: {left:#?} for {sockets:#?}");
        }
    }

    /// Who was heard, by request.
    pub(crate) fn heard(&self) -> BTreeMap<&str, &str> {
        let requests = self.requests.iter();
        requests.filter_map(|request| Some((request.id.as_str(), request.backend.as_deref()?))).collect()
    }

    /// Requests for which several calls cost us something.
    pub(crate) fn paid_twice(&self) -> usize {
        let mut paid: BTreeMap<&str, usize> = BTreeMap::new();
        for attempt in self.attempts.iter().filter(|attempt| attempt.nanos > 0) {
            *paid.entry(&attempt.request).or_default() += 1;
        }
        paid.into_values().filter(|calls| *calls > 1).count()
    }

    /// How many requests were charged for, and how many calls cost us something.
    pub(crate) fn calls_charged_and_paid(&self) -> (usize, usize) {
        let charged = self.requests.iter().filter(|request| request.charge_nanos > 0).count();
        (charged, self.attempts.iter().filter(|attempt| attempt.nanos > 0).count())
    }
}

impl Attempt {
    fn is_the_truth(&self, served: &Served) {
        assert_eq!(self.characters, served.billed_characters as i64, "{self:?} for {served:?}");
        let truth = cost(served);
        if served.input_tokens == 0 || self.basis == "reported" {
            assert_eq!((self.nanos, self.basis.as_str()), (truth, "reported"), "{self:?} for {served:?}");
            return;
        }
        // Tokens are told in the last event. Who does not hear that knows what has come, and not what was on its way.
        let is_left = self.outcome == "hung_up" || !served.complete;
        let heard = served.input_tokens as i64 * TEXT_TOKEN + self.audio_ms * 1250 / 60_000 * AUDIO_TOKEN;
        let least = if is_left { heard } else { truth - 2 * AUDIO_TOKEN };
        let most = truth + 2 * AUDIO_TOKEN;
        assert!((least..=most).contains(&self.nanos), "{least} to {most}: {self:?} for {served:?}");
    }
}

/// What a vendor bills, by the prices of `config/rates`: characters of tts-1, tokens of gpt-4o-mini-tts, credits of
/// ElevenLabs over HTTP. On its socket credits are not told, and each character has its price.
fn cost(served: &Served) -> i64 {
    let body: Value = serde_json::from_str(&served.body).unwrap_or_default();
    let characters = served.billed_characters as i64;
    if served.path.ends_with("stream-input") {
        return characters * if served.query.contains("flash") { 50_000 } else { 100_000 };
    }
    match body["model"].as_str() {
        Some("tts-1") => characters * 15_000,
        Some(_) => served.input_tokens as i64 * TEXT_TOKEN + served.output_tokens as i64 * AUDIO_TOKEN,
        None => served.credits as i64 * 100_000,
    }
}
