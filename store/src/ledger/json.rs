//! How rows travel to a statement.

use serde::Serialize;

use crate::StoreError;

/// All rows as one JSON array, for a statement's `{each}`.
pub(crate) fn array<T: Serialize>(rows: &[T]) -> Result<String, StoreError> {
    let unwritable = |error: serde_json::Error| sqlx::Error::Encode(error.into());
    let text = serde_json::to_string(rows).map_err(unwritable)?;
    // Postgres keeps no NUL, and one in a name must not keep anything else from being written.
    if !text.contains("\\u0000") {
        return Ok(text);
    }
    let mut rows: serde_json::Value = serde_json::from_str(&text).map_err(unwritable)?;
    without_nul(&mut rows);
    Ok(rows.to_string())
}

fn without_nul(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(text) => *text = text.replace('\0', ""),
        serde_json::Value::Array(values) => values.iter_mut().for_each(without_nul),
        serde_json::Value::Object(values) => values.values_mut().for_each(without_nul),
        _ => {}
    }
}

/// One value as JSON.
pub(crate) fn text<T: Serialize>(value: &T) -> Result<String, StoreError> {
    Ok(serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))?)
}

/// As the databases count.
pub(super) fn integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_is_left_out_and_nothing_that_looks_like_one() {
        assert_eq!(array(&["a\0b", "c"]).unwrap(), r#"["ab","c"]"#);
        assert_eq!(array(&[r"\u0000"]).unwrap(), r#"["\\u0000"]"#);
    }
}
