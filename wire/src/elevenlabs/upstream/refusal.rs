use serde_json::Value;

/// What the body of an answer that is not a 2xx says, in any of the three envelopes: ElevenLabs' new one
/// (`{"detail":{"type","code","message","status","request_id","param"}}`), its old one
/// (`{"detail":{"status","message"}}`) and FastAPI's (`{"detail":[{"loc":["body","text"],"msg","type"}]}`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// `detail.code`, otherwise `detail.status`.
    pub code: Option<String>,
    /// The field at fault: `detail.param`, or the first name of `loc` behind where it stood.
    pub param: Option<String>,
}

impl Refusal {
    /// Reads a body; what is none of the envelopes says nothing.
    pub fn from_json(body: &[u8]) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let word = |value: &Value| value.as_str().map(str::to_owned);
        match body.get("detail") {
            Some(Value::Object(detail)) => Self {
                code: ["code", "status"].iter().find_map(|field| word(detail.get(*field)?)),
                param: detail.get("param").and_then(word),
            },
            Some(Value::Array(faults)) => Self {
                code: None,
                param: faults
                    .first()
                    .and_then(|fault| fault.get("loc")?.as_array()?.iter().skip(1).find_map(word)),
            },
            _ => Self::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> (Option<String>, Option<String>) {
        let Refusal { code, param } = Refusal::from_json(body.as_bytes());
        (code, param)
    }

    #[test]
    fn each_envelope_names_its_fault() {
        let new = r#"{"detail":{"type":"validation_error","code":"invalid_parameters","message":"...","status":"old","param":"seed"}}"#;
        assert_eq!(read(new), (Some("invalid_parameters".into()), Some("seed".into())));
        let old = r#"{"detail":{"status":"voice_not_found","message":"..."}}"#;
        assert_eq!(read(old), (Some("voice_not_found".into()), None));
        let fastapi = r#"{"detail":[{"loc":["body","voice_settings","speed"],"msg":"...","type":"..."}]}"#;
        assert_eq!(read(fastapi), (None, Some("voice_settings".into())));
        for other in [
            "",
            "<html>",
            r#"{"detail":"Not Found"}"#,
            r#"{"detail":[]}"#,
            "[]",
            r#"{"detail":[{"loc":"text"}]}"#,
        ] {
            assert_eq!(read(other), (None, None), "{other}");
        }
    }
}
