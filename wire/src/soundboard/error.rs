use serde::Serialize;
use utoipa::ToSchema;

/// The body of every answer that is not a 2xx: `{"error":{"code","message","param","allowed","request_id"}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ErrorEnvelope<'a> {
    /// What went wrong.
    pub error: ErrorBody<'a>,
}

/// One error. All five keys are always there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ErrorBody<'a> {
    /// For programs: a stable name in snake case.
    pub code: &'static str,
    /// For people.
    pub message: String,
    /// The field at fault, if one is.
    pub param: Option<&'static str>,
    /// What would have been accepted; empty where that is no list.
    pub allowed: &'a [String],
    /// The request's id, as the access log has it.
    pub request_id: &'a str,
}
