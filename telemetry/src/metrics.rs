//! What is counted and measured, each request once: when it was settled.

use std::sync::Arc;
use std::time::Duration;

use billing::{Ledger, Outcome, Settlement};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram, Meter, MeterProvider as _, UpDownCounter};
use opentelemetry_sdk::metrics::SdkMeterProvider;
use prometheus::{Registry, TextEncoder};

use crate::breakers::{self, Breaker};
use crate::labels::Known;
use crate::watched::Watched;

/// Seconds until somebody hears something.
const FIRST_AUDIO: [f64; 12] = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.5, 5.0, 10.0, 30.0];
/// Seconds that a speech takes.
const REQUEST: [f64; 12] = [0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0];
/// Seconds that something takes to be on disk.
const LEDGER: [f64; 11] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

/// The instruments. Cheap to clone: all clones are the same.
#[derive(Clone)]
pub struct Metrics(Arc<Instruments>);

struct Instruments {
    known: Known,
    registry: Registry,
    meter: Meter,
    requests: Counter<u64>,
    errors: Counter<u64>,
    characters: Counter<u64>,
    audio: Counter<f64>,
    charge: Counter<u64>,
    first_audio: Histogram<f64>,
    request: Histogram<f64>,
    attempts: Counter<u64>,
    vendor_cost: Counter<u64>,
    holds: UpDownCounter<i64>,
    ledger: Histogram<f64>,
    ledger_failures: Counter<u64>,
}

impl Metrics {
    pub(crate) fn new(meters: &SdkMeterProvider, registry: Registry) -> Self {
        let meter = meters.meter("soundboard");
        let seconds = |name, what, bounds: &[f64]| {
            let histogram = meter.f64_histogram(name).with_unit("s").with_description(what);
            histogram.with_boundaries(bounds.to_vec()).build()
        };
        let count = |name, what| meter.u64_counter(name).with_description(what).build();
        Self(Arc::new(Instruments {
            known: Known::default(),
            registry,
            requests: count("soundboard_requests", "Requests for speech that have ended, by how they did."),
            errors: count("soundboard_errors", "Requests for speech that failed, by code."),
            characters: count("soundboard_characters", "Code points of the texts that were spoken."),
            audio: meter
                .f64_counter("soundboard_audio")
                .with_unit("s")
                .with_description("Speech that left, in seconds of sound.")
                .build(),
            charge: count("soundboard_charge_nanos", "What clients were charged, in nano-dollars."),
            first_audio: seconds(
                "soundboard_first_audio",
                "From a request to its first audio, in seconds.",
                &FIRST_AUDIO,
            ),
            request: seconds("soundboard_request", "From a request to its end, in seconds.", &REQUEST),
            attempts: count("soundboard_attempts", "Calls of backends."),
            vendor_cost: count(
                "soundboard_vendor_cost_nanos",
                "What calls of backends cost, in nano-dollars.",
            ),
            holds: meter
                .i64_up_down_counter("soundboard_holds_open")
                .with_description("Requests of this process that have money on hold.")
                .build(),
            ledger: seconds(
                "soundboard_ledger",
                "Until the ledger had something on disk, in seconds, by operation.",
                &LEDGER,
            ),
            ledger_failures: count(
                "soundboard_ledger_failures",
                "What the ledger could not write, by operation.",
            ),
            meter,
        }))
    }

    /// Everything, in Prometheus' text format 0.0.4 (`text/plain; version=0.0.4`).
    pub fn render(&self) -> String {
        let mut page = String::new();
        if let Err(error) = TextEncoder::new().encode_utf8(&self.0.registry.gather(), &mut page) {
            tracing::error!(%error, "metrics cannot be written");
        }
        page
    }

    /// The same ledger; what it settles is counted here.
    pub fn watch(&self, ledger: Arc<dyn Ledger>) -> Arc<dyn Ledger> {
        Arc::new(Watched::new(ledger, self.clone()))
    }

    /// Asks for the circuit breakers that are not closed, whenever somebody wants to know.
    pub fn watch_breakers(&self, tripped: impl Fn() -> Vec<Breaker> + Send + Sync + 'static) {
        breakers::watch(&self.0.meter, tripped);
    }

    /// A request has ended.
    pub(crate) fn settled(&self, settlement: &Settlement) {
        let Settlement { row, attempts, charge } = settlement;
        let instruments = &self.0;
        let mut labels = instruments.known.labels(row).attributes();
        let attempted = !attempts.is_empty();
        instruments.characters.add(row.characters.filter(|_| attempted).unwrap_or_default(), &labels);
        instruments.audio.add(millis(row.audio_ms), &labels);
        instruments.charge.add(u64::try_from(charge.nanos.get()).unwrap_or_default(), &labels);
        instruments.request.record(millis(row.total_ms), &labels);
        if let Some(first_audio) = row.first_audio_ms {
            instruments.first_audio.record(millis(first_audio), &labels);
        }
        if let Outcome::Failed(kind) = row.outcome {
            labels.push(KeyValue::new("code", kind.code()));
            instruments.errors.add(1, &labels);
            labels.pop();
        }
        labels.push(KeyValue::new("outcome", outcome(row.outcome)));
        instruments.requests.add(1, &labels);
        for attempt in attempts {
            // Backends and models are those of configuration and rate cards.
            let of = [
                KeyValue::new("backend", attempt.backend.clone()),
                KeyValue::new("model", attempt.model.clone()),
            ];
            instruments.attempts.add(1, &of);
            instruments.vendor_cost.add(u64::try_from(attempt.cost.get()).unwrap_or_default(), &of);
        }
    }

    /// A request of ours has got a hold, or lost it.
    pub(crate) fn holds(&self, more: i64) {
        self.0.holds.add(more, &[]);
    }

    /// The ledger has done something, or could not.
    pub(crate) fn wrote(&self, operation: &'static str, took: Duration, is_done: bool) {
        let operation = [KeyValue::new("operation", operation)];
        self.0.ledger.record(took.as_secs_f64(), &operation);
        if !is_done {
            self.0.ledger_failures.add(1, &operation);
        }
    }
}

/// Which error it was is told by `soundboard_errors_total`.
fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Failed(_) => "failed",
        other => other.code(),
    }
}

fn millis(millis: u64) -> f64 {
    Duration::from_millis(millis).as_secs_f64()
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeMap;

    use billing::{Payer, RequestRow};
    use speech::{Door, Usage};

    /// A request that Anna spoke for client one.
    pub(crate) fn row() -> RequestRow {
        RequestRow {
            id: "r1".to_owned(),
            at_unix_ms: 0,
            payer: Payer { client: "one".into(), key: None },
            door: Door::OpenAi,
            backend: Some("kokoro".to_owned()),
            voice: Some("anna".to_owned()),
            language: Some("en-US".to_owned()),
            model: Some("kokoro-82m".to_owned()),
            tags: BTreeMap::new().into(),
            characters: Some(12),
            usage: Usage::default(),
            audio_ms: 1500,
            first_audio_ms: Some(120),
            total_ms: 900,
            cache_hit: false,
            outcome: billing::Outcome::Completed,
        }
    }
}
