use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer};
use serde_json::Value;

use super::if_it_fits;

/// A page of `GET /v2/voices`. An entry without an id is passed over.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct VoicePage {
    /// The voices of the page.
    #[serde(deserialize_with = "those_that_fit")]
    pub voices: Vec<Voice>,
    has_more: Option<bool>,
    next_page_token: Option<String>,
}

impl VoicePage {
    /// What the next page is asked for with; none on the last one.
    pub fn next_page_token(&self) -> Option<&str> {
        self.next_page_token.as_deref().filter(|token| self.has_more != Some(false) && !token.is_empty())
    }
}

/// The answer of `GET /v1/models`: a bare list. An entry without an id is passed over.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Models {
    /// The models, in ElevenLabs' own order.
    #[serde(deserialize_with = "those_that_fit")]
    pub models: Vec<Model>,
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

fn those_that_fit<'de, D: Deserializer<'de>, T: DeserializeOwned>(list: D) -> Result<Vec<T>, D::Error> {
    let entries = Vec::<Value>::deserialize(list)?;
    Ok(entries.into_iter().filter_map(|entry| T::deserialize(entry).ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_how_to_go_on() {
        let page: VoicePage = serde_json::from_str(
            r#"{"voices":[{"voice_id":"a","name":"Ann","labels":{"gender":"female","age":null},"samples":null},
                 {"name":"nobody"},{"voice_id":"b","labels":[],"verified_languages":[{"language":"pt","locale":"pt-BR"}]}],
                 "has_more":true,"total_count":3,"next_page_token":"t"}"#,
        )
        .unwrap();
        assert_eq!(page.next_page_token(), Some("t"));
        let [a, b] = page.voices.as_slice() else { panic!("two have an id") };
        assert_eq!((a.name.as_deref(), a.labels.as_ref().unwrap().len()), (Some("Ann"), 2));
        assert_eq!((b.name.as_deref(), b.labels.as_ref()), (None, None));
        assert_eq!(b.verified_languages.as_ref().unwrap()[0].locale.as_deref(), Some("pt-BR"));
    }

    #[test]
    fn models_are_a_bare_list() {
        let Models { models } = serde_json::from_str(r#"[{"model_id":"m","maximum_text_length_per_request":5000,"languages":[{"language_id":"en","name":"English"}]},17]"#).unwrap();
        assert_eq!(models.len(), 1);
        assert_eq!(models[0].maximum_text_length_per_request, Some(5000));
        assert!(serde_json::from_str::<Models>(r#"{"object":"list","data":[]}"#).is_err());
    }
}
