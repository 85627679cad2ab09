//! What is told of a sound while it is spoken: `audio.metadata`.

use serde::Deserialize;
use serde_json::Value;

use super::Malformed;

/// Azure counts time in ticks of 100 ns.
const TICKS_PER_MS: u64 = 10_000;

/// The highest id of a viseme.
const LAST_VISEME: u64 = 21;

/// One thing that is told; times count from the start of the turn's sound.
#[derive(Clone, PartialEq, Eq)]
pub enum Event {
    /// A word begins.
    Word {
        /// As Azure has it: mostly, but not surely, as the document writes it.
        text: String,
        /// Milliseconds.
        start_ms: u64,
        /// Milliseconds.
        end_ms: u64,
    },
    /// The mouth takes a shape.
    Viseme {
        /// Which: 0 to 21.
        id: u8,
        /// Milliseconds.
        at_ms: u64,
    },
}

/// Nobody's text belongs in a log.
impl std::fmt::Debug for Event {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Word { start_ms, end_ms, .. } => write!(f, "Word({start_ms} to {end_ms} ms)"),
            Self::Viseme { id, at_ms } => write!(f, "Viseme({id} at {at_ms} ms)"),
        }
    }
}

/// The words and visemes of a message; whatever else it tells is passed over.
///
/// # Errors
/// It is no JSON, or has no list `Metadata`.
pub fn events(body: &[u8]) -> Result<Vec<Event>, Malformed> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Told {
        metadata: Vec<Value>,
    }
    let Told { metadata } = serde_json::from_slice(body)?;
    Ok(metadata.iter().filter_map(event).collect())
}

fn event(told: &Value) -> Option<Event> {
    let data = told.get("Data")?;
    let ticks = |field: &str| data.get(field).and_then(Value::as_u64);
    let start = ticks("Offset")?;
    let at_ms = start / TICKS_PER_MS;
    match told.get("Type")?.as_str()? {
        "WordBoundary" => {
            let text = data.get("text").or_else(|| data.get("Text"))?;
            let kind = text.get("BoundaryType").and_then(Value::as_str).unwrap_or("WordBoundary");
            let end = start.saturating_add(ticks("Duration").unwrap_or_default());
            let word = text.get("Text")?.as_str()?.to_owned();
            let is_word = kind == "WordBoundary";
            is_word.then_some(Event::Word { text: word, start_ms: at_ms, end_ms: end / TICKS_PER_MS })
        }
        "Viseme" => {
            let id = ticks("VisemeId").filter(|id| *id <= LAST_VISEME)?;
            Some(Event::Viseme { id: u8::try_from(id).ok()?, at_ms })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_visemes_are_read_and_all_else_is_passed_over() {
        let body = br#"{"Metadata":[
            {"Type":"WordBoundary","Data":{"Offset":500000,"Duration":3000000,"text":{"Text":"Hello","Length":5,"BoundaryType":"WordBoundary"}}},
            {"Type":"WordBoundary","Data":{"Offset":3600000,"Duration":400000,"text":{"Text":",","Length":1,"BoundaryType":"PunctuationBoundary"}}},
            {"Type":"SentenceBoundary","Data":{"Offset":0,"Duration":9,"text":{"Text":"Hello,","Length":6,"BoundaryType":"SentenceBoundary"}}},
            {"Type":"Viseme","Data":{"Offset":500000,"VisemeId":12,"IsLastAnimation":true}},
            {"Type":"Viseme","Data":{"Offset":500000,"VisemeId":99}},
            {"Type":"Bookmark","Data":{"Offset":0,"Bookmark":"mark"}},
            {"Type":"SessionEnd","Data":{"Offset":9000000}},
            {"Type":"WordBoundary","Data":{}},
            7
        ]}"#;
        let expected = [
            Event::Word { text: "Hello".into(), start_ms: 50, end_ms: 350 },
            Event::Viseme { id: 12, at_ms: 50 },
        ];
        assert_eq!(events(body).unwrap(), expected);
        assert_eq!(events(br#"{"Metadata":[]}"#).unwrap(), []);
        for body in ["", "[]", r#"{"Metadata":"secret words"}"#] {
            let error = events(body.as_bytes()).unwrap_err();
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }
}
