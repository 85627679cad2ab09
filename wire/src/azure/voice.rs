use serde::Serialize;

/// A voice of `voices/list`. Microsoft's SDK for JavaScript takes every field but the lists for granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct VoiceInfo {
    /// What a request may call it.
    pub name: String,
    /// For people.
    pub display_name: String,
    /// The same in its own language.
    pub local_name: String,
    /// What a request calls it.
    pub short_name: String,
    /// `Female`, `Male` or `Neutral`.
    pub gender: &'static str,
    /// Language and region of its own language.
    pub locale: String,
    /// What that is called.
    pub locale_name: String,
    /// What else it speaks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub secondary_locale_list: Vec<String>,
    /// The styles of `mstts:express-as`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub style_list: Vec<String>,
    /// Its roles.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub role_play_list: Vec<String>,
    /// Samples per second, in decimal.
    pub sample_rate_hertz: String,
    /// `Neural`, `NeuralHD`.
    pub voice_type: String,
    /// `GA`, `Preview` or `Deprecated`.
    pub status: String,
}
