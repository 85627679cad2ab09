//! The headers by which we say more than a vendor's API has room for.

use std::sync::Arc;

use engine::Spoken;
use http::{HeaderMap, HeaderName, HeaderValue};
use speech::{SpeechError, VoiceId};

/// Whom a request may be spoken by, and what becomes of it when that one fails.
pub(crate) const POLICY: &str = "x-soundboard-policy";
pub(crate) const FALLBACK: &str = "x-soundboard-fallback";
/// `exact`: buffer the answer and give its true length.
pub(crate) const CONTENT_LENGTH: HeaderName = HeaderName::from_static("x-soundboard-content-length");

const BACKEND: HeaderName = HeaderName::from_static("x-soundboard-backend");
pub(crate) const VOICE: HeaderName = HeaderName::from_static("x-soundboard-voice");
pub(crate) const MODEL: HeaderName = HeaderName::from_static("x-soundboard-model");
const REQUESTED_VOICE: HeaderName = HeaderName::from_static("x-soundboard-requested-voice");
const REASON: HeaderName = HeaderName::from_static("x-soundboard-reason");
/// Who was asked before and failed, and how: `openai:alloy=backend_failed`, one after the other.
const TRIED: HeaderName = HeaderName::from_static("x-soundboard-tried");
/// Who went on with what another had begun to say, and from which code point on: `120=openai:alloy`, one after the other. A
/// trailer, where the sound is sent as it is made.
pub(crate) const SWITCHED: HeaderName = HeaderName::from_static("x-soundboard-switched");
pub(crate) const CHARACTERS: HeaderName = HeaderName::from_static("x-soundboard-characters");
const DEPRECATED_AFTER: HeaderName = HeaderName::from_static("x-soundboard-deprecated-after");
/// Of an answer, what was spoken before: `hit`, `joined`, `miss` or `bypass` of the engine's cache; `hit` also of a stored
/// answer. Of a request, `bypass`: speak it anew.
pub(crate) const CACHE: HeaderName = HeaderName::from_static("x-soundboard-cache");
/// `exceeded`: a budget that only warns has no room for what is answered all the same.
const BUDGET: HeaderName = HeaderName::from_static("x-soundboard-budget");
const DROPPED: HeaderName = HeaderName::from_static("x-soundboard-dropped");

/// Those of an answer that speaks.
pub(crate) const ANSWER: [HeaderName; 12] = [
    BACKEND,
    VOICE,
    MODEL,
    REQUESTED_VOICE,
    REASON,
    TRIED,
    SWITCHED,
    CHARACTERS,
    DEPRECATED_AFTER,
    DROPPED,
    BUDGET,
    CACHE,
];

/// Whether an answer is to have its true length.
///
/// # Errors
/// The header holds something else.
pub(crate) fn wants_exact_length(headers: &HeaderMap) -> Result<bool, SpeechError> {
    match headers.get(CONTENT_LENGTH).map(|value| value.as_bytes()) {
        None => Ok(false),
        Some(b"exact") => Ok(true),
        Some(_) => Err(SpeechError::invalid_parameter(
            "x-soundboard-content-length",
            "The header x-soundboard-content-length has an unknown value.",
        )
        .allowing(["exact"])),
    }
}

/// Says who speaks where several take turns: each asked for and each who answers, in the same order.
pub(crate) fn describe_cast(cast: &[(Arc<str>, VoiceId)], headers: &mut HeaderMap) {
    let asked: Vec<&str> = cast.iter().map(|(asked, _)| &**asked).collect();
    let answering: Vec<String> = cast.iter().map(|(_, voice)| voice.to_string()).collect();
    for (name, names) in [(REQUESTED_VOICE, asked.join(", ")), (VOICE, answering.join(", "))] {
        if let Ok(names) = HeaderValue::from_bytes(names.as_bytes()) {
            headers.insert(name, names);
        }
    }
}

/// Says who speaks, why, and what could not be done.
pub(crate) fn describe(spoken: &Spoken, headers: &mut HeaderMap) {
    let mut say = |name: HeaderName, value: &str| {
        // Names come from the configuration and may hold what a header cannot; then the header is left out.
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            headers.insert(name, value);
        }
    };
    say(BACKEND, &spoken.voice.id.backend);
    say(VOICE, &spoken.voice.id.to_string());
    say(MODEL, &spoken.model);
    say(REQUESTED_VOICE, &spoken.requested_voice);
    say(REASON, spoken.reason.name());
    if !spoken.tried.is_empty() {
        let tried = spoken.tried.iter().map(|(voice, kind)| format!("{voice}={}", kind.code()));
        say(TRIED, &tried.collect::<Vec<_>>().join(", "));
    }
    say(CHARACTERS, &spoken.tally.characters().to_string());
    if let Some(end) = spoken.deprecated_after {
        say(DEPRECATED_AFTER, &end.to_string());
    }
    if let Some(cache) = spoken.cache {
        say(CACHE, cache.name());
    }
    if spoken.tally.is_over_budget() {
        say(BUDGET, "exceeded");
    }
    if !spoken.dropped.is_empty() {
        say(DROPPED, &spoken.dropped.join(", "));
    }
    let cast = spoken.tally.cast();
    if cast.len() > 1 {
        describe_cast(&cast, headers);
    }
}
