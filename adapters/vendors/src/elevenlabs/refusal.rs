use outbound::{Refusal, Remote};
use speech::{ErrorKind, SpeechError};
use wire::elevenlabs::upstream::{self, BODY_FIELDS};

/// ElevenLabs' fields by the names that our own errors have for them; those of [`BODY_FIELDS`] have their own.
const PARAMS: [(&str, &str); 6] = [
    ("text", "input"),
    ("voice_id", "voice"),
    ("model_id", "model"),
    ("output_format", "response_format"),
    ("language_code", "language"),
    ("voice_settings", "voice_settings"),
];

/// Reads the body of a refusal. What it says nothing of, the status does.
pub(super) fn read(status: u16, body: &[u8]) -> Refusal {
    let upstream::Refusal { code, param } = upstream::Refusal::from_json(body);
    let param = param.as_deref().and_then(param_of);
    let of_request = matches!(status, 400 | 404 | 422) && (status == 422 || param.is_some());
    let kind = code.as_deref().and_then(kind_of).or(match param {
        _ if !of_request => None,
        Some("input") => Some(ErrorKind::InvalidText),
        _ => Some(ErrorKind::InvalidParameter),
    });
    Refusal { kind, code, param }
}

/// What the socket's word for its end means.
pub(super) fn of_socket(remote: &Remote, code: &str) -> SpeechError {
    let error = match (kind_of(code), code) {
        (Some(kind), _) => remote.error(kind),
        (None, "input_timeout_exceeded") => remote.failed("gave up waiting for words"),
        (None, "invalid_input_message") => remote.failed("did not accept the request").retry(false),
        (None, "invalid_api_key") => remote.refused_key(),
        (None, _) => remote.failed("broke off"),
    };
    let is_word = code.len() <= 64 && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if is_word { error.caused_by(format!("code {code}")) } else { error }
}

/// Not here: `invalid_api_key`, `only_for_creator+` and their like, of which the status says all there is to say.
fn kind_of(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "quota_exceeded" => ErrorKind::QuotaExceeded,
        "voice_not_found" => ErrorKind::UnknownVoice,
        "model_not_found" => ErrorKind::UnknownModel,
        "max_character_limit_exceeded" | "text_too_long" => ErrorKind::InvalidText,
        "too_many_concurrent_requests"
        | "concurrent_limit_exceeded"
        | "rate_limit_exceeded"
        | "system_busy" => ErrorKind::RateLimited,
        _ => return None,
    })
}

/// `audio_effects.environment_id` is a fault of `audio_effects`.
fn param_of(field: &str) -> Option<&'static str> {
    let field = field.split('.').next().unwrap_or_default();
    let ours = PARAMS.into_iter().find(|(theirs, _)| *theirs == field).map(|(_, ours)| ours);
    ours.or_else(|| BODY_FIELDS.into_iter().find(|name| *name == field))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coded(code: &str) -> String {
        format!(r#"{{"detail":{{"type":"t","code":"{code}","message":"m","status":"{code}","param":null}}}}"#)
    }

    #[test]
    fn codes_count_more_than_statuses() {
        let cases = [
            (401, "quota_exceeded", Some(ErrorKind::QuotaExceeded)),
            (402, "quota_exceeded", Some(ErrorKind::QuotaExceeded)),
            (400, "voice_not_found", Some(ErrorKind::UnknownVoice)),
            (404, "voice_not_found", Some(ErrorKind::UnknownVoice)),
            (400, "max_character_limit_exceeded", Some(ErrorKind::InvalidText)),
            (400, "text_too_long", Some(ErrorKind::InvalidText)),
            (400, "model_not_found", Some(ErrorKind::UnknownModel)),
            (429, "too_many_concurrent_requests", Some(ErrorKind::RateLimited)),
            (429, "concurrent_limit_exceeded", Some(ErrorKind::RateLimited)),
            (429, "rate_limit_exceeded", Some(ErrorKind::RateLimited)),
            (429, "system_busy", Some(ErrorKind::RateLimited)),
            (401, "invalid_api_key", None),
            (403, "only_for_creator+", None),
        ];
        for (status, code, kind) in cases {
            let expected = Refusal { kind, code: Some(code.to_owned()), param: None };
            assert_eq!(read(status, coded(code).as_bytes()), expected, "{status} {code}");
        }
        let old = br#"{"detail":{"status":"voice_not_found","message":"m"}}"#;
        assert_eq!(read(400, old).kind, Some(ErrorKind::UnknownVoice));
    }

    #[test]
    fn a_fault_of_the_request_names_the_parameter_when_it_is_one() {
        let fault =
            |place: &str| format!(r#"{{"detail":[{{"loc":["body",{place}],"msg":"m","type":"t"}}]}}"#);
        let of = |place: &str| {
            let Refusal { kind, param, .. } = read(422, fault(place).as_bytes());
            (kind, param)
        };
        assert_eq!(of(r#""text""#), (Some(ErrorKind::InvalidText), Some("input")));
        assert_eq!(of(r#""seed""#), (Some(ErrorKind::InvalidParameter), Some("seed")));
        assert_eq!(
            of(r#""voice_settings","speed""#),
            (Some(ErrorKind::InvalidParameter), Some("voice_settings"))
        );
        assert_eq!(of(r#""somebody's secret""#), (Some(ErrorKind::InvalidParameter), None));
        let effect = br#"{"detail":{"code":"not_found","param":"audio_effects.environment_id"}}"#;
        let refusal = read(404, effect);
        assert_eq!((refusal.kind, refusal.param), (Some(ErrorKind::InvalidParameter), Some("audio_effects")));
    }

    #[test]
    fn what_is_no_envelope_is_left_to_the_status() {
        for body in ["", "<html>", r#"{"error":"no"}"#] {
            assert_eq!(read(500, body.as_bytes()), Refusal::default());
        }
        assert_eq!(read(422, b"").kind, Some(ErrorKind::InvalidParameter));
    }
}
