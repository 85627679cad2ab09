use serde::Serialize;

/// The body of every answer that is not a 2xx: `{"error":{"message","type","param","code"}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorEnvelope {
    /// What went wrong.
    pub error: ErrorBody,
}

/// One error. All four keys are always there; the official clients read `message`, `code` and `param`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorBody {
    /// For people.
    pub message: String,
    /// `invalid_request_error` when the request is at fault, `server_error` when it is not.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The field at fault, if one is.
    pub param: Option<&'static str>,
    /// For programs.
    pub code: Option<&'static str>,
}
