//! Applications on the vendors' own packages, unmodified: only the base URL points here.

mod azure;
mod elevenlabs;
mod openai;

use serde_json::{Value, json};

use crate::harness::Federation;
use crate::harness::federation::{VENDORS_KEY_END, speeches};

/// What every application says; see `python/` and `node/`.
const SENTENCE: &str = "The river bends twice at the old bridge.";

/// Seconds of the fakes' speech.
const SPOKEN: f64 = SENTENCE.len() as f64 * 0.065;

/// Who is expected to have spoken.
struct Spoken {
    backend: &'static str,
    voice: &'static str,
    model: &'static str,
    /// What the vendor charges in characters.
    charged: Option<usize>,
}

impl Spoken {
    /// Checks the headers of an answer.
    fn is_named(&self, headers: &Value) {
        assert_eq!(headers["x-soundboard-backend"], self.backend, "{headers}");
        assert_eq!(headers["x-soundboard-voice"], format!("{}:{}", self.backend, self.voice), "{headers}");
        assert_eq!(headers["x-soundboard-model"], self.model, "{headers}");
    }

    /// Checks every row of a completed request for [`SENTENCE`], and returns how many there are.
    fn is_journaled(&self, rows: &[Value], door: &str) -> usize {
        let completed = rows.iter().filter(|row| row["outcome"] == "completed");
        let of_sentence: Vec<_> = completed.filter(|row| row["characters"] == SENTENCE.len()).collect();
        for row in &of_sentence {
            let who = json!([row["client"], row["door"], row["backend"], row["voice"], row["model"]]);
            assert_eq!(who, json!(["app", door, self.backend, self.voice, self.model]), "{row}");
            assert_eq!(row["reported_characters"], json!(self.charged), "{row}");
            assert!(row["audio_ms"].as_u64().unwrap() > 2000, "{row}");
        }
        of_sentence.len()
    }
}

/// Whether the vendor served each request to its end, asked with the gateway's own key; how many there were.
fn served_whole(federation: &Federation, backend: &str) -> usize {
    let served = speeches(federation.vendor(backend));
    for speech in served.iter().filter(|speech| speech.body.contains(SENTENCE)) {
        let sent = |header: &str| speech.headers.get(header).map_or("", String::as_str);
        assert_eq!(sent("authorization").to_owned() + sent("xi-api-key"), VENDORS_KEY_END, "{speech:?}");
        assert!(speech.complete, "{speech:?}");
        assert!(speech.characters_served >= SENTENCE.len() as u64, "{speech:?}");
    }
    served.len()
}
