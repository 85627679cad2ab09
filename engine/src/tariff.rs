//! What each backend's models cost.

use std::collections::BTreeMap;
use std::sync::Arc;

use billing::{Rate, Rates};
use speech::{ErrorKind, SpeechError};

/// The rates, and of which kind each backend is.
#[derive(Clone, Debug, Default)]
pub struct Tariff {
    rates: Rates,
    kinds: BTreeMap<String, String>,
}

impl Tariff {
    /// These rates; `kinds` is each backend's kind by its name, as rate cards call it.
    pub fn new(rates: Rates, kinds: BTreeMap<String, String>) -> Self {
        Self { rates, kinds }
    }

    /// What a model costs at a time.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownPrice`]: nobody has said.
    pub(crate) fn rate(&self, backend: &str, model: &str, unix_ms: i64) -> Result<Arc<Rate>, SpeechError> {
        let kind = self.kinds.get(backend).map_or(backend, String::as_str);
        self.rates.at(backend, kind, model, unix_ms).cloned().ok_or_else(|| {
            let message = format!(
                "Nobody has said what the model {model:?} of the backend {backend} costs, so it is not called; \
                 whoever runs the gateway can add it to the rates."
            );
            SpeechError::new(ErrorKind::UnknownPrice, message)
        })
    }
}
