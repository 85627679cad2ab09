use serde::Serialize;

/// A list in OpenAI's wrapping: `{"object":"list","data":[...]}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct List<T> {
    object: &'static str,
    /// The items.
    pub data: Vec<T>,
}

impl<T> From<Vec<T>> for List<T> {
    fn from(data: Vec<T>) -> Self {
        Self { object: "list", data }
    }
}

/// One model of `GET /v1/models`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Model {
    /// The name that a request uses.
    pub id: String,
    object: &'static str,
    /// Unix seconds.
    pub created: i64,
    /// Who answers for it.
    pub owned_by: String,
}

impl Model {
    /// A model that is offered since `created`.
    pub fn new(id: String, created: i64, owned_by: String) -> Self {
        Self { id, object: "model", created, owned_by }
    }
}

/// The body of `GET /v1/audio/voices`, which OpenAI does not have and its followers do: Kokoro-FastAPI serves
/// it, and Open WebUI fills its menu from each entry's `id` and `name`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Voices {
    /// Every voice and every alias of one.
    pub voices: Vec<Voice>,
}

/// One voice of that list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Voice {
    /// The name that a request uses.
    pub id: String,
    /// For people.
    pub name: String,
    /// The voice that an alias stands for, by its full id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias_of: Option<String>,
    /// The backend that speaks.
    pub backend: String,
    /// BCP 47 tag of its own language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// As a listener hears it, where that is known: `female`, `male` or `neutral`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<&'static str>,
    /// `available` or `unavailable`.
    pub status: &'static str,
    /// Why it is unavailable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
