use serde::Serialize;

/// Who spoke, where that is not whom the client asked for: in the words of our headers, which a socket has no place for.
/// Our own field, `soundboard`, which the vendors' clients pass over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Swapped {
    /// Whom the client asked for.
    pub requested_voice: String,
    /// Who spoke.
    pub voice: String,
    /// Why.
    pub reason: &'static str,
    /// Who went on, and from which code point on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub switched: Option<String>,
}
