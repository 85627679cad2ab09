//! Where a page ended.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use speech::{SpeechError, VoiceId};

/// Bytes of a cursor, as it is written.
const MOST_BYTES: usize = 4096;

/// The last voice of a page: where it stood in the order, and its id. Both hold whatever has come or gone since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) place: Place,
    pub(crate) id: VoiceId,
}

/// A place in an order; lower comes first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// By fit or price; the same for all where that is not the order.
    pub(crate) rank: u64,
    /// The name, folded, where that is the order.
    pub(crate) name: String,
}

impl Cursor {
    /// As it is sent: it says which query it is of.
    pub(crate) fn write(&self, query: u64) -> String {
        let parts = serde_json::json!([query, self.place.rank, self.place.name, self.id]);
        BASE64_URL_SAFE_NO_PAD.encode(parts.to_string())
    }

    /// Reads what was sent.
    ///
    /// # Errors
    /// [`InvalidParameter`](speech::ErrorKind::InvalidParameter) where it is none of this query.
    pub(crate) fn read(text: &str, query: u64) -> Result<Self, SpeechError> {
        let wrong = || {
            let message =
                "A cursor is the next_cursor of the page before, sent with the same filters and order.";
            SpeechError::invalid_parameter("cursor", message)
        };
        if text.len() > MOST_BYTES {
            return Err(wrong());
        }
        let json = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong())?;
        let (of, rank, name, id): (u64, u64, String, VoiceId) =
            serde_json::from_slice(&json).map_err(|_| wrong())?;
        if of != query {
            return Err(wrong());
        }
        Ok(Self { place: Place { rank, name }, id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_by_its_own_query_only() {
        let id = VoiceId { backend: "b".into(), voice: "v:é".into() };
        let cursor = Cursor { place: Place { rank: u64::MAX, name: "Zoë".into() }, id };
        let written = cursor.write(7);
        assert!(written.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        assert_eq!(Cursor::read(&written, 7).unwrap(), cursor);
        for (text, query) in [(written.as_str(), 8), ("", 7), ("!", 7), ("bm9uZQ", 7), (&written[1..], 7)] {
            let error = Cursor::read(text, query).unwrap_err();
            assert_eq!(error.param(), Some("cursor"), "{text}");
        }
        assert!(Cursor::read(&"A".repeat(5000), 7).is_err());
    }
}
