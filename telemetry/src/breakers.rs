//! Circuit breakers: a series for each that has opened.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use opentelemetry::KeyValue;
use opentelemetry::metrics::Meter;

/// So many are told apart. Each is a time series for as long as the process lives, and whoever asks may name mixes of
/// voices at will.
const MOST: usize = 100;

/// For the voices that are not told apart any more.
const OTHER: &str = "other";

/// Where it is a backend's own.
const ALL: &str = "*";

/// A breaker that is not closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breaker {
    /// By its configured name.
    pub backend: String,
    /// By the backend's own name; none where it is all of them.
    pub voice: Option<String>,
    /// 1 where it is half open, 2 where it is open.
    pub level: u64,
}

/// The levels of the breakers that have ever been told of, by backend and voice.
#[derive(Debug, Default)]
struct Levels(BTreeMap<(String, String), u64>);

impl Levels {
    /// Who is not told of any more has closed.
    fn update(&mut self, tripped: Vec<Breaker>) {
        self.0.values_mut().for_each(|level| *level = 0);
        for Breaker { backend, voice, level } in tripped {
            let name = (backend, voice.unwrap_or_else(|| ALL.to_owned()));
            let is_told_apart = name.1 == ALL || self.0.len() < MOST || self.0.contains_key(&name);
            let name = if is_told_apart { name } else { (name.0, OTHER.to_owned()) };
            let worst = self.0.entry(name).or_default();
            *worst = level.max(*worst);
        }
    }
}

pub(crate) fn watch(meter: &Meter, tripped: impl Fn() -> Vec<Breaker> + Send + Sync + 'static) {
    let levels = Mutex::new(Levels::default());
    let gauge = meter.u64_observable_gauge("soundboard_breaker_state");
    let gauge = gauge.with_description("Circuit breakers that have opened: 0 closed, 1 half open, 2 open.");
    let gauge = gauge.with_callback(move |observer| {
        let mut levels = levels.lock().unwrap_or_else(PoisonError::into_inner);
        levels.update(tripped());
        for ((backend, voice), level) in &levels.0 {
            let name = [KeyValue::new("backend", backend.clone()), KeyValue::new("voice", voice.clone())];
            observer.observe(*level, &name);
        }
    });
    gauge.build();
}
