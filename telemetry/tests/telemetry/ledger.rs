//! Requests, and a ledger that takes them or does not.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use billing::{
    Amounts, Attempt, Basis, Charge, Growth, Hold, Ledger, LedgerError, Mark, Nanos, Outcome, Payer,
    RequestRow, Settlement, Verdict,
};
use speech::{BoxFuture, Door, Usage};

/// A ledger in memory; broken while told so.
#[derive(Clone, Default)]
pub(crate) struct Paper {
    pub(crate) is_broken: Arc<AtomicBool>,
}

impl Paper {
    fn write<T: Send + 'static>(&self, written: T) -> BoxFuture<Result<T, LedgerError>> {
        let is_broken = self.is_broken.load(Ordering::SeqCst);
        Box::pin(async move { if is_broken { Err(LedgerError("no ink".into())) } else { Ok(written) } })
    }
}

impl Ledger for Paper {
    fn hold(&self, _hold: Hold) -> BoxFuture<Result<Verdict, LedgerError>> {
        self.write(Verdict::Granted { over: false })
    }
    fn grow(&self, _growth: Growth) -> BoxFuture<Result<Verdict, LedgerError>> {
        self.write(Verdict::Granted { over: false })
    }
    fn renew(&self, _marks: Vec<Mark>) -> BoxFuture<Result<(), LedgerError>> {
        self.write(())
    }
    fn settle(&self, _settlement: Settlement) -> BoxFuture<Result<(), LedgerError>> {
        self.write(())
    }
    fn reap(&self, _now_unix_ms: i64) -> BoxFuture<Result<u64, LedgerError>> {
        self.write(0)
    }
    fn ready(&self) -> BoxFuture<Result<(), LedgerError>> {
        self.write(())
    }
}

/// The end of a request by OpenAI's door: one call of ElevenLabs.
pub(crate) fn settlement(id: &str, client: &str, outcome: Outcome) -> Settlement {
    let row = RequestRow {
        id: id.to_owned(),
        at_unix_ms: 0,
        payer: Payer { client: client.into(), key: None },
        door: Door::OpenAi,
        backend: Some("eleven".to_owned()),
        voice: Some("Rachel \"R\" \\ Zürich".to_owned()),
        language: Some("de".to_owned()),
        model: Some("eleven_flash_v2_5".to_owned()),
        tags: BTreeMap::new().into(),
        characters: Some(40),
        usage: Usage::default(),
        audio_ms: 2500,
        first_audio_ms: Some(180),
        total_ms: 700,
        cache_hit: false,
        outcome,
    };
    let attempt = Attempt {
        number: 1,
        backend: "eleven".to_owned(),
        model: "eleven_flash_v2_5".to_owned(),
        rate: "elevenlabs/eleven_flash_v2_5@2026-01-01".to_owned(),
        vendor_request: None,
        characters: 40,
        cost: Nanos::new(2_000_000),
        basis: Basis::Reported,
    };
    let attempts = vec![attempt];
    let charge = Settlement::charge(outcome, &attempts);
    Settlement { row, attempts, charge }
}

/// The same request before its end.
pub(crate) fn hold(settlement: &Settlement) -> Hold {
    let mark = Mark { settlement: settlement.clone(), number: 1, lease_until_unix_ms: 30_000 };
    Hold { amounts: Amounts::default(), mark }
}

/// A request of a client that nobody was asked for.
pub(crate) fn refused(id: &str, outcome: Outcome) -> Settlement {
    let mut settlement = settlement(id, "one", outcome);
    settlement.attempts.clear();
    settlement.charge = Charge { nanos: Nanos::ZERO, basis: Basis::Reported };
    let row = &mut settlement.row;
    (row.backend, row.voice, row.language, row.model) = (None, None, None, None);
    (row.first_audio_ms, row.audio_ms) = (None, 0);
    settlement
}
