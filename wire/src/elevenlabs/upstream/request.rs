use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};
use speech::Extras;

/// What goes into the body as it came, besides `voice_settings`.
pub const BODY_FIELDS: [&str; 10] = [
    "pronunciation_dictionary_locators",
    "seed",
    "previous_text",
    "next_text",
    "previous_request_ids",
    "next_request_ids",
    "use_pvc_as_ivc",
    "apply_text_normalization",
    "apply_language_text_normalization",
    "audio_effects",
];

/// What goes into the query as it came.
pub const QUERY_FIELDS: [&str; 2] = ["enable_logging", "optimize_streaming_latency"];

/// The field of the settings of a voice.
pub const VOICE_SETTINGS: &str = "voice_settings";

/// The body of all four calls that speak a text. Its fields go out in the order of ElevenLabs' own documentation.
pub struct CreateSpeech<'a> {
    /// Exactly the client's text.
    pub text: &'a str,
    /// Always said: what ElevenLabs takes without it changes.
    pub model_id: &'a str,
    /// ISO 639-1.
    pub language_code: Option<&'a str>,
    /// As [`voice_settings`] makes them.
    pub voice_settings: Option<Value>,
    /// Those of [`BODY_FIELDS`] are sent.
    pub extras: &'a Extras,
}

impl Serialize for CreateSpeech<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut body = serializer.serialize_map(None)?;
        body.serialize_entry("text", self.text)?;
        body.serialize_entry("model_id", self.model_id)?;
        if let Some(language_code) = self.language_code {
            body.serialize_entry("language_code", language_code)?;
        }
        if let Some(voice_settings) = &self.voice_settings {
            body.serialize_entry(VOICE_SETTINGS, voice_settings)?;
        }
        for field in BODY_FIELDS {
            if let Some(value) = self.extras.get(field) {
                body.serialize_entry(field, value)?;
            }
        }
        body.end()
    }
}

/// The settings that the client sent, with the pace that it asked for elsewhere; none where it did neither.
pub fn voice_settings(extras: &Extras, speed: Option<f64>) -> Option<Value> {
    let sent = extras.get(VOICE_SETTINGS).filter(|settings| !settings.is_null());
    let Some(speed) = speed else { return sent.cloned() };
    let mut settings = sent.and_then(Value::as_object).cloned().unwrap_or_else(Map::new);
    settings.insert("speed".into(), speed.into());
    Some(settings.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn extras(fields: Value) -> Extras {
        fields.as_object().unwrap().clone().into_iter().collect()
    }

    #[test]
    fn a_body_is_in_a_fixed_order_and_says_only_what_is_known() {
        let extras =
            extras(json!({"seed": 7, "colour": "blue", "next_text": "later", "enable_logging": false}));
        let body = CreateSpeech {
            text: "Hé \"you\"",
            model_id: "eleven_flash_v2_5",
            language_code: Some("fr"),
            voice_settings: voice_settings(&extras, Some(0.9)),
            extras: &extras,
        };
        insta::assert_snapshot!(serde_json::to_string(&body).unwrap(), @r#"{"text":"Hé \"you\"","model_id":"eleven_flash_v2_5","language_code":"fr","voice_settings":{"speed":0.9},"seed":7,"next_text":"later"}"#);
    }

    #[test]
    fn a_pace_joins_the_settings_that_were_sent() {
        let sent = json!({"voice_settings": {"stability": 0.3, "speed": 1.1}});
        assert_eq!(voice_settings(&extras(sent.clone()), None), Some(sent["voice_settings"].clone()));
        assert_eq!(voice_settings(&extras(sent), Some(0.8)), Some(json!({"stability": 0.3, "speed": 0.8})));
        assert_eq!(voice_settings(&extras(json!({"voice_settings": null})), None), None);
        assert_eq!(voice_settings(&extras(json!({})), Some(1.2)), Some(json!({"speed": 1.2})));
    }
}
