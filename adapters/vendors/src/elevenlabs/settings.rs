use serde_json::Value;
use speech::{Delivery, Extras, Speed};
use wire::elevenlabs::upstream::{BODY_FIELDS, QUERY_FIELDS, VOICE_SETTINGS, voice_settings};

/// What goes into the query of the socket as it came.
pub(super) const SOCKET_QUERY_FIELDS: [&str; 5] =
    ["auto_mode", "enable_logging", "enable_ssml_parsing", "apply_text_normalization", "seed"];

/// What only says how a text that is still being written is cut; a whole one needs none of it.
const SOCKET_ONLY: [&str; 2] = ["generation_config", "auto_mode"];

/// The slowest and the fastest pace.
const SLOWEST: f32 = 0.7;
const FASTEST: f32 = 1.2;

/// Models that answer a `language_code` with an error.
const WITHOUT_LANGUAGE: &str = "eleven_multilingual_v2";

/// What of a delivery a model cannot do, by name.
pub(super) fn leaves_out(delivery: &Delivery, model: &str) -> Vec<String> {
    let known = [&BODY_FIELDS[..], &QUERY_FIELDS, &SOCKET_ONLY, &[VOICE_SETTINGS]].concat();
    let mut names = delivery.extras.beside(&known);
    let speed = delivery.speed.times();
    let also = [
        ("instructions", delivery.instructions.is_some()),
        ("language", delivery.language.is_some() && language_code(delivery, model).is_none()),
        ("speed", speed != speed.clamp(SLOWEST, FASTEST)),
    ];
    names.extend(also.into_iter().filter(|(_, left_out)| *left_out).map(|(name, _)| name.to_owned()));
    names
}

/// The settings of the voice that the client sent, with the pace that it asked for.
pub(super) fn of_voice(delivery: &Delivery) -> Option<Value> {
    let speed = (delivery.speed != Speed::NORMAL).then(|| {
        let times = f64::from(delivery.speed.times().clamp(SLOWEST, FASTEST));
        // As somebody wrote it: 0.9, not 0.8999999761581421.
        (times * 10_000.0).round() / 10_000.0
    });
    voice_settings(&delivery.extras, speed)
}

/// ISO 639-1, without script and region.
pub(super) fn language_code<'a>(delivery: &'a Delivery, model: &str) -> Option<&'a str> {
    let language = delivery.language.as_deref().filter(|_| model != WITHOUT_LANGUAGE)?;
    language.split(['-', '_']).next().filter(|code| (2..=3).contains(&code.len()))
}

/// Those of the fields that the client sent, as a query has them.
pub(super) fn query<'a>(
    extras: &'a Extras,
    fields: &'static [&'static str],
) -> impl Iterator<Item = (&'static str, String)> + 'a {
    fields.iter().filter_map(|&field| match extras.get(field)? {
        Value::Null => None,
        Value::String(text) => Some((field, text.clone())),
        value => Some((field, value.to_string())),
    })
}
