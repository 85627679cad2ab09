//! Budgets, as they are asked for: `{"limit_usd":0.03,"window":"month","action":"refuse"}`.

use std::collections::BTreeMap;

use billing::{Action, Budget, Measure, Nanos, Window};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::fields::{Fields, RequestError, wrong_type};

/// The most budgets of a client and its keys: every request is held against those that concern it.
const MOST_BUDGETS: usize = 100;

const FIELDS: &[&str] = &["key", "limit_usd", "limit_characters", "limit_audio_seconds", "window", "action"];

/// What errors call a budget and its fields.
struct Names {
    itself: &'static str,
    key: &'static str,
    limit_usd: &'static str,
    limit_characters: &'static str,
    limit_audio_seconds: &'static str,
    window: &'static str,
    action: &'static str,
}

/// The one under `budget`.
const ONE: Names = Names {
    itself: "budget",
    key: "budget.key",
    limit_usd: "budget.limit_usd",
    limit_characters: "budget.limit_characters",
    limit_audio_seconds: "budget.limit_audio_seconds",
    window: "budget.window",
    action: "budget.action",
};

/// Each of those under `budgets`.
const EACH: Names = Names {
    itself: "budgets[]",
    key: "budgets[].key",
    limit_usd: "budgets[].limit_usd",
    limit_characters: "budgets[].limit_characters",
    limit_audio_seconds: "budgets[].limit_audio_seconds",
    window: "budgets[].window",
    action: "budgets[].action",
};

/// The budgets in a body: one under `budget`, or any number under `budgets`. None where it has neither.
pub(super) fn budgets(body: &[u8], fields: &Fields) -> Result<Option<Vec<Budget>>, RequestError> {
    // Numbers as they are written: a float is not money.
    let written: BTreeMap<String, &RawValue> = serde_json::from_slice(body).unwrap_or_default();
    let written = |field: &str| written.get(field).map_or("", |value| value.get());
    match (fields.get("budget"), fields.get("budgets")) {
        (None, None) => Ok(None),
        (Some(value), None) => Ok(Some(vec![budget(value, written("budget"), &ONE)?])),
        (None, Some(Value::Array(entries))) if entries.len() > MOST_BUDGETS => {
            Err(RequestError::TooMany { param: "budgets", entries: entries.len(), limit: MOST_BUDGETS })
        }
        (None, Some(Value::Array(entries))) => {
            let texts: Vec<&RawValue> = serde_json::from_str(written("budgets")).unwrap_or_default();
            entries
                .iter()
                .zip(texts)
                .map(|(value, text)| budget(value, text.get(), &EACH))
                .collect::<Result<_, _>>()
                .map(Some)
        }
        (None, Some(other)) => Err(wrong_type("budgets", "a list", other)),
        (Some(_), Some(_)) => {
            Err(RequestError::WrongShape { param: "budget", expected: "absent where there are budgets" })
        }
    }
}

fn budget(value: &Value, text: &str, names: &Names) -> Result<Budget, RequestError> {
    let Value::Object(fields) = value else { return Err(wrong_type(names.itself, "an object", value)) };
    if !fields.keys().all(|field| FIELDS.contains(&field.as_str())) {
        return Err(RequestError::UnknownField { param: Some(names.itself), allowed: FIELDS });
    }
    let get = |field: &str| fields.get(field).filter(|value| !value.is_null());
    let word = |field: &str, param: &'static str| match get(field) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(other) => Err(wrong_type(param, "a string", other)),
    };
    let (measure, limit) = limit(get, text, names)?;
    Ok(Budget {
        key: word("key", names.key)?.map(str::to_owned),
        measure,
        limit,
        window: window(word("window", names.window)?, names)?,
        action: action(word("action", names.action)?, names)?,
    })
}

/// Exactly one of the three.
fn limit<'v>(
    get: impl Fn(&str) -> Option<&'v Value>,
    text: &str,
    names: &Names,
) -> Result<(Measure, i64), RequestError> {
    match (get("limit_usd"), get("limit_characters"), get("limit_audio_seconds")) {
        (Some(_), None, None) => Ok((Measure::Money, dollars(text, names.limit_usd)?.get())),
        (None, Some(limit), None) => Ok((Measure::Characters, count(limit, names.limit_characters)?)),
        (None, None, Some(limit)) => {
            Ok((Measure::Audio, count(limit, names.limit_audio_seconds)?.saturating_mul(1000)))
        }
        _ => Err(RequestError::WrongShape {
            param: names.itself,
            expected: "an object with one of limit_usd, limit_characters and limit_audio_seconds",
        }),
    }
}

/// `0.03` and `"0.03"`, exactly.
fn dollars(budget: &str, param: &'static str) -> Result<Nanos, RequestError> {
    let fields: BTreeMap<String, &RawValue> = serde_json::from_str(budget).unwrap_or_default();
    let written = fields.get("limit_usd").map_or("", |value| value.get());
    let digits = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(written);
    digits.parse().map_err(|_| RequestError::WrongShape {
        param,
        expected: "US dollars, at least 0, with at most nine digits behind the point and no exponent, such as 0.03",
    })
}

fn count(value: &Value, param: &'static str) -> Result<i64, RequestError> {
    let count = value.as_i64().filter(|count| *count >= 0);
    count.ok_or(RequestError::WrongShape { param, expected: "a whole number, at least 0" })
}

/// A month unless it says otherwise.
fn window(text: Option<&str>, names: &Names) -> Result<Window, RequestError> {
    text.map_or(Ok(Window::Month), str::parse).map_err(|_| RequestError::WrongShape {
        param: names.window,
        expected: "day, month, or a rolling window of up to 366 days such as rolling_24h or rolling_30d",
    })
}

/// Refusal unless it says otherwise.
fn action(text: Option<&str>, names: &Names) -> Result<Action, RequestError> {
    match text {
        None | Some("refuse") => Ok(Action::Refuse),
        Some("throttle") => Ok(Action::Throttle),
        Some("warn") => Ok(Action::Warn),
        Some(_) => {
            Err(RequestError::NotAllowed { param: names.action, allowed: vec!["warn", "throttle", "refuse"] })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Option<Vec<Budget>>, String> {
        let fields = Fields::from_json(body.as_bytes(), "{}").unwrap();
        budgets(body.as_bytes(), &fields).map_err(|error| speech::SpeechError::from(error).to_string())
    }

    fn limit_usd(written: &str) -> Result<i64, String> {
        read(&format!(r#"{{"budget":{{"limit_usd":{written}}}}}"#)).map(|budgets| budgets.unwrap()[0].limit)
    }

    #[test]
    fn money_is_read_to_the_billionth_of_a_dollar() {
        for (written, nanos) in [
            ("0.03", 30_000_000),
            (r#""0.03""#, 30_000_000),
            ("15", 15_000_000_000),
            ("0", 0),
            ("0.000000001", 1),
            // Neither of these is a float.
            ("9007199.254740993", 9_007_199_254_740_993),
            ("9223372036.854775807", i64::MAX),
        ] {
            assert_eq!(limit_usd(written), Ok(nanos), "{written}");
        }
        for wrong in
            ["-1", "1e2", "0.0000000001", "9223372036.854775808", r#""""#, r#""1 USD""#, "true", "[]"]
        {
            let said = limit_usd(wrong).unwrap_err();
            assert!(said.starts_with("budget.limit_usd must be US dollars"), "{wrong}: {said}");
        }
    }

    #[test]
    fn a_budget_has_one_limit_and_is_monthly_and_refuses_unless_it_says_otherwise() {
        let body = r#"{"budgets":[
            {"limit_usd":1.5},
            {"limit_characters":1000,"window":"rolling_24h","action":"throttle"},
            {"key":"vs_abcdefghij","limit_audio_seconds":60,"window":"day","action":"warn"}]}"#;
        let money = Budget {
            key: None,
            measure: Measure::Money,
            limit: 1_500_000_000,
            window: Window::Month,
            action: Action::Refuse,
        };
        let characters = Budget {
            measure: Measure::Characters,
            limit: 1000,
            window: Window::Rolling { hours: 24 },
            action: Action::Throttle,
            ..money.clone()
        };
        let audio = Budget {
            key: Some("vs_abcdefghij".into()),
            measure: Measure::Audio,
            limit: 60_000,
            window: Window::Day,
            action: Action::Warn,
        };
        assert_eq!(read(body), Ok(Some(vec![money, characters, audio])));
        assert_eq!((read("{}"), read(r#"{"budgets":[]}"#)), (Ok(None), Ok(Some(Vec::new()))));
    }

    #[test]
    fn what_is_wrong_is_named_by_its_place() {
        for (wrong, said) in [
            (r#"{"budget":[]}"#, "budget is an array; it must be an object."),
            (r#"{"budget":{}}"#, "budget must be an object with one of limit_usd"),
            (r#"{"budget":{"limit_usd":1,"limit_characters":1}}"#, "budget must be an object with one of"),
            (r#"{"budget":{"limit":1}}"#, "budget has a field that is none of the allowed ones."),
            (r#"{"budget":{"limit_usd":1},"budgets":[]}"#, "budget must be absent"),
            (r#"{"budgets":{}}"#, "budgets is an object; it must be a list."),
            (
                r#"{"budgets":[{"limit_characters":1.5}]}"#,
                "budgets[].limit_characters must be a whole number",
            ),
            (r#"{"budgets":[{"limit_audio_seconds":-1}]}"#, "budgets[].limit_audio_seconds must be a whole"),
            (r#"{"budgets":[{"limit_usd":1,"window":"week"}]}"#, "budgets[].window must be day, month"),
            (r#"{"budget":{"limit_usd":1,"action":"stop"}}"#, "Allowed: warn, throttle, refuse."),
            (r#"{"budget":{"limit_usd":1,"key":7}}"#, "budget.key is a number; it must be a string."),
        ] {
            let found = read(wrong).unwrap_err();
            assert!(found.contains(said), "{wrong}: {found}");
        }
    }
}
