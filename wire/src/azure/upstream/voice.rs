//! A voice, as `GET /cognitiveservices/voices/list` tells of it.
//! <https://learn.microsoft.com/azure/ai-services/speech-service/rest-text-to-speech#get-a-list-of-voices>

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// One of the list.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Voice {
    /// `en-US-AvaNeural`: what a `<voice>` calls it.
    pub short_name: String,
    /// `Ava`.
    pub display_name: Option<String>,
    /// `en-US`.
    pub locale: Option<String>,
    /// Further languages that it speaks.
    #[serde(default, deserialize_with = "if_it_fits")]
    pub secondary_locale_list: Option<Vec<String>>,
    /// `Female`, `Male` or `Neutral`.
    pub gender: Option<String>,
    /// Everything else that it says of itself.
    #[serde(flatten)]
    pub more: BTreeMap<String, Value>,
}

/// A value where there is one of that shape.
fn if_it_fits<'de, D: serde::Deserializer<'de>, T: serde::de::DeserializeOwned>(
    value: D,
) -> Result<Option<T>, D::Error> {
    Ok(T::deserialize(Value::deserialize(value)?).ok())
}

/// What the list says that is told elsewhere, or to nobody.
const TOLD: [&str; 3] = ["Name", "LocalName", "LocaleName"];

impl Voice {
    /// What else is said of it, as labels; lists are joined by commas, and what is in a group (`VoiceTag`,
    /// `ExtendedPropertyMap`) stands by itself.
    pub fn labels(&self) -> BTreeMap<String, String> {
        let mut labels = BTreeMap::new();
        let more = self.more.iter().filter(|(name, _)| !TOLD.contains(&name.as_str()));
        for (name, value) in more {
            match value {
                Value::Object(group) => {
                    labels
                        .extend(group.iter().filter_map(|(name, value)| Some((name.clone(), words(value)?))));
                }
                value => labels.extend(words(value).map(|words| (name.clone(), words))),
            }
        }
        labels
    }
}

/// One value, or several.
fn words(value: &Value) -> Option<String> {
    let words = match value {
        Value::String(word) => word.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        Value::Array(values) => values.iter().filter_map(words).collect::<Vec<_>>().join(","),
        Value::Null | Value::Object(_) => return None,
    };
    Some(words).filter(|words| !words.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voice_is_read_with_all_it_says() {
        let voice: Voice = serde_json::from_str(
            r#"{"Name":"Microsoft Server Speech Text to Speech Voice (en-US, JennyNeural)","DisplayName":"Jenny",
            "LocalName":"Jenny","ShortName":"en-US-JennyNeural","Gender":"Female","Locale":"en-US",
            "LocaleName":"English (United States)","SecondaryLocaleList":["de-DE"],"StyleList":["assistant","chat"],
            "RolePlayList":[],"SampleRateHertz":"24000","VoiceType":"Neural","Status":"GA",
            "ExtendedPropertyMap":{"IsHighQuality48K":"True"},"WordsPerMinute":"152",
            "VoiceTag":{"TailoredScenarios":["Chat","Assistant"],"VoicePersonalities":["Friendly"]}}"#,
        )
        .unwrap();
        assert_eq!(
            (voice.short_name.as_str(), voice.gender.as_deref()),
            ("en-US-JennyNeural", Some("Female"))
        );
        assert_eq!(voice.secondary_locale_list.as_deref(), Some(&["de-DE".to_owned()][..]));
        let labels = voice.labels();
        let labels: Vec<_> = labels.iter().map(|(label, value)| format!("{label}={value}")).collect();
        assert_eq!(
            labels.join(" "),
            "IsHighQuality48K=True SampleRateHertz=24000 Status=GA StyleList=assistant,chat \
             TailoredScenarios=Chat,Assistant VoicePersonalities=Friendly VoiceType=Neural WordsPerMinute=152"
        );
        let least: Voice = serde_json::from_str(r#"{"ShortName":"v","SecondaryLocaleList":7}"#).unwrap();
        assert_eq!((least.secondary_locale_list.clone(), least.labels().len()), (None, 0));
    }
}
