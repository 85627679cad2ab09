use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{Malformed, if_it_fits};

/// A page of `GET /v2/voices`.
#[derive(Clone, Debug, PartialEq)]
pub struct VoicePage {
    /// The voices of the page.
    pub voices: Vec<Voice>,
    /// What the next page is asked for with; none on the last one.
    pub next_page_token: Option<String>,
}

/// A voice, as far as it is of use here.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Voice {
    /// What a request names it by.
    pub voice_id: String,
    /// For people.
    #[serde(default, deserialize_with = "if_it_fits")]
    pub name: Option<String>,
    /// `premade`, `professional`, `cloned`, `generated`, ...
    #[serde(default, deserialize_with = "if_it_fits")]
    pub category: Option<String>,
    /// `gender`, `accent`, `age`, `use_case`, `descriptive`, `language`, ...
    #[serde(default, deserialize_with = "if_it_fits")]
    pub labels: Option<BTreeMap<String, Option<String>>>,
    /// A sentence or two.
    #[serde(default, deserialize_with = "if_it_fits")]
    pub description: Option<String>,
    /// Where a sample of it can be heard.
    #[serde(default, deserialize_with = "if_it_fits")]
    pub preview_url: Option<String>,
    /// What it was found to speak well, a model an entry.
    #[serde(default, deserialize_with = "if_it_fits")]
    pub verified_languages: Option<Vec<VerifiedLanguage>>,
    /// How a professional clone was made.
    #[serde(default, deserialize_with = "if_it_fits")]
    pub fine_tuning: Option<FineTuning>,
}

/// A language that a voice was found to speak well.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct VerifiedLanguage {
    /// ISO 639-1: `en`.
    pub language: Option<String>,
    /// BCP 47: `en-US`.
    pub locale: Option<String>,
}

/// How a professional clone was made.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct FineTuning {
    /// The language of its recordings.
    pub language: Option<String>,
}

/// A model of `GET /v1/models`, as far as it is of use here.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Model {
    /// What a request names it by.
    pub model_id: String,
    /// For people.
    #[serde(default, deserialize_with = "if_it_fits")]
    pub name: Option<String>,
    /// Some only change voices or write down speech.
    #[serde(default, deserialize_with = "if_it_fits")]
    pub can_do_text_to_speech: Option<bool>,
    /// Code points of a request.
    #[serde(default, deserialize_with = "if_it_fits")]
    pub maximum_text_length_per_request: Option<usize>,
    /// What it speaks.
    #[serde(default, deserialize_with = "if_it_fits")]
    pub languages: Option<Vec<ModelLanguage>>,
}

/// A language that a model speaks.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ModelLanguage {
    /// ISO 639-1, or a locale: `en`, `pt-br`.
    pub language_id: String,
}

impl VoicePage {
    /// Reads a page. An entry without an id is passed over.
    ///
    /// # Errors
    /// When it is not an object with a list of voices.
    pub fn from_json(json: &[u8]) -> Result<Self, Malformed> {
        #[derive(Deserialize)]
        struct Told {
            voices: Vec<Value>,
            next_page_token: Option<String>,
        }
        let Told { voices, next_page_token } = serde_json::from_slice(json)?;
        Ok(Self { voices: those_that_fit(voices), next_page_token })
    }
}

/// Reads the models. An entry without an id is passed over.
///
/// # Errors
/// When it is not a list.
pub fn models(json: &[u8]) -> Result<Vec<Model>, Malformed> {
    Ok(those_that_fit(serde_json::from_slice(json)?))
}

fn those_that_fit<T: serde::de::DeserializeOwned>(entries: Vec<Value>) -> Vec<T> {
    entries.into_iter().filter_map(|entry| T::deserialize(entry).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_how_to_go_on() {
        let page = VoicePage::from_json(
            br#"{"voices":[{"voice_id":"a","name":"Ann","labels":{"gender":"female","age":null},"samples":null},
                 {"name":"nobody"},{"voice_id":"b","labels":[],"verified_languages":[{"language":"pt","locale":"pt-BR"}]}],
                 "has_more":true,"total_count":3,"next_page_token":"t"}"#,
        )
        .unwrap();
        assert_eq!(page.next_page_token.as_deref(), Some("t"));
        let [a, b] = page.voices.as_slice() else { panic!("two have an id") };
        assert_eq!((a.name.as_deref(), a.labels.as_ref().unwrap().len()), (Some("Ann"), 2));
        assert_eq!((b.name.as_deref(), b.labels.as_ref()), (None, None));
        assert_eq!(b.verified_languages.as_ref().unwrap()[0].locale.as_deref(), Some("pt-BR"));
    }

    #[test]
    fn models_are_a_bare_list() {
        let listed = models(br#"[{"model_id":"m","maximum_text_length_per_request":5000,"languages":[{"language_id":"en","name":"English"}]},17]"#).unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].maximum_text_length_per_request, Some(5000));
        assert!(models(br#"{"object":"list","data":[]}"#).is_err());
    }
}
