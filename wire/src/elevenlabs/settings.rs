use serde::Serialize;
use serde_json::Value;

use crate::fields::{Fields, RequestError};

/// How a voice is to sound.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VoiceSettings {
    /// Times the voice's own pace: 0.7 to 1.2.
    pub speed: Option<f64>,
    /// The other settings as they came, those of ElevenLabs within their range; none where there are none.
    pub others: Option<Value>,
}

/// The settings of a voice that has none of its own: ElevenLabs' defaults, which only its own voices heed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct DefaultSettings {
    stability: f64,
    use_speaker_boost: bool,
    similarity_boost: f64,
    style: f64,
    speed: f64,
}

impl Default for DefaultSettings {
    fn default() -> Self {
        Self { stability: 0.5, use_speaker_boost: true, similarity_boost: 0.75, style: 0.0, speed: 1.0 }
    }
}

/// The settings from 0 to 1.
const FROM_0_TO_1: [(&str, &str); 4] = [
    ("stability", "voice_settings.stability"),
    ("similarity_boost", "voice_settings.similarity_boost"),
    ("style", "voice_settings.style"),
    ("clone_strength", "voice_settings.clone_strength"),
];

/// Reads the settings in that field. What is null there is not set; what ElevenLabs does not know is kept.
pub(crate) fn voice_settings(fields: &Fields, param: &'static str) -> Result<VoiceSettings, RequestError> {
    let Some(settings) = fields.object(param)? else { return Ok(VoiceSettings::default()) };
    let within = |value: &Value, least, most| value.as_f64().filter(|value| (least..=most).contains(value));
    let speed = match settings.get("speed") {
        None => None,
        Some(speed) => Some(within(speed, 0.7, 1.2).ok_or(RequestError::WrongShape {
            param: "voice_settings.speed",
            expected: "a number from 0.7 to 1.2",
        })?),
    };
    for (field, param) in FROM_0_TO_1 {
        if settings.get(field).is_some_and(|value| within(value, 0.0, 1.0).is_none()) {
            return Err(RequestError::WrongShape { param, expected: "a number from 0 to 1" });
        }
    }
    if settings.get("use_speaker_boost").is_some_and(|boost| !boost.is_boolean()) {
        return Err(RequestError::WrongShape {
            param: "voice_settings.use_speaker_boost",
            expected: "true or false",
        });
    }
    let others = settings.beside("speed");
    Ok(VoiceSettings { speed, others: (!others.is_empty()).then(|| others.into()) })
}
