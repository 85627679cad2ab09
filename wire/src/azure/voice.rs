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
    /// Samples per second, in decimal.
    pub sample_rate_hertz: &'static str,
    /// `Neural`.
    pub voice_type: &'static str,
    /// Whether it will stay.
    pub status: VoiceStatus,
}

/// Whether a voice will stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum VoiceStatus {
    /// It will.
    #[serde(rename = "GA")]
    Available,
    /// Its end is announced.
    Deprecated,
}
