use serde::Serialize;

/// The body of every answer that is not a 2xx: `{"detail":{...}}`, of which ElevenLabs' clients show everything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorEnvelope<'r> {
    /// What went wrong.
    pub detail: ErrorBody<'r>,
}

/// One error. Clients of 2025 and before look for `status` and `message`, those of 2026 for `type` and `code`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorBody<'r> {
    /// `validation_error`, `authentication_error`, `rate_limit_error`, ...
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// For programs.
    pub code: &'static str,
    /// For people.
    pub message: String,
    /// The code, under its old name.
    pub status: &'static str,
    /// The request by our id.
    pub request_id: &'r str,
    /// The field at fault, if one is.
    pub param: Option<&'static str>,
}
