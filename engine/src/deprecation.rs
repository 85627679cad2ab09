//! Models and voices that are announced to end.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::tz::TimeZone;
use speech::{Clock, Date, VoiceId};

use crate::catalogue::Choice;

/// How long before its end a client is told.
const NOTICE_DAYS: i32 = 90;

/// Knows what day it is, and who was warned of today.
pub(crate) struct Deprecations {
    clock: Arc<dyn Clock>,
    warned: Mutex<HashMap<VoiceId, Date>>,
}

impl Deprecations {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, warned: Mutex::default() }
    }

    /// The nearer of two ends, once it is near.
    pub(crate) fn near(&self, one: Option<Date>, other: Option<Date>) -> Option<Date> {
        let end = [one, other].into_iter().flatten().min()?;
        let days = end.since(self.today()).ok()?.get_days();
        (days <= NOTICE_DAYS).then_some(end)
    }

    /// Whether it should be gone by now.
    pub(crate) fn is_past(&self, choice: &Choice) -> bool {
        choice.deprecated_after.is_some_and(|end| end < self.today())
    }

    /// Warns the operator, once a day for each voice that is used.
    pub(crate) fn warn(&self, choice: &Choice) {
        if let Some(end) = choice.deprecated_after.filter(|_| self.is_news(&choice.voice.id)) {
            tracing::warn!(
                voice = %choice.voice.id,
                model = choice.model.id,
                deprecated_after = %end,
                "a model in use is announced to end; name another"
            );
        }
    }

    /// Whether nothing was said of a voice today.
    fn is_news(&self, voice: &VoiceId) -> bool {
        let today = self.today();
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        warned.insert(voice.clone(), today) != Some(today)
    }

    /// UTC.
    fn today(&self) -> Date {
        let now = jiff::Timestamp::from_millisecond(self.clock.unix_ms());
        now.map_or(Date::MAX, |now| TimeZone::UTC.to_datetime(now).date())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    const HOUR_MS: i64 = 3_600_000;

    /// A clock that a test sets.
    #[derive(Debug, Default)]
    struct Set(AtomicI64);

    impl Clock for Set {
        fn unix_ms(&self) -> i64 {
            self.0.load(Ordering::SeqCst)
        }
    }

    #[test]
    fn a_voice_is_news_once_a_day() {
        let clock = Arc::new(Set::default());
        let deprecations = Deprecations::new(clock.clone());
        let voice = |name: &str| VoiceId { backend: "vendor".into(), voice: name.into() };
        assert!(deprecations.is_news(&voice("alloy")) && deprecations.is_news(&voice("nova")));
        clock.0.store(23 * HOUR_MS, Ordering::SeqCst);
        assert!(!deprecations.is_news(&voice("alloy")));
        clock.0.store(24 * HOUR_MS, Ordering::SeqCst);
        assert!(deprecations.is_news(&voice("alloy")) && !deprecations.is_news(&voice("alloy")));
    }
}
