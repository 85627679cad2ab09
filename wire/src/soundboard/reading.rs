//! How a text is to be read: `{"markup":{"code":"skip"},"lexicon":[{"word":"W3C","alias":"the web council"}]}`.

use serde_json::Value;
use speech::{Lexicon, Markup, Notation, Reading, Saying};

use crate::fields::{Fields, RequestError, wrong_type};

/// The most entries of a request's lexicon.
pub const MOST_ENTRIES: usize = 1000;

const MARKUP: &str = "an object in which headings, lists, emphasis, links, code and tables, where they are given, \
                      are each one of \"keep\", \"skip\" and \"announce\"";

const ENTRY: &str = "an object of a \"word\" and one of \"alias\", \"respelling\" and \"ipa\", all of them strings, \
                     such as {\"word\":\"W3C\",\"alias\":\"World Wide Web Consortium\"}";

/// The field `soundboard` in a body of somebody else's API.
pub(crate) fn of_another_api(fields: &Fields) -> Result<Reading, RequestError> {
    let Some(ours) = fields.object("soundboard")? else { return Ok(Reading::default()) };
    ours.only(Some("soundboard"), &["ssml", "markup", "lexicon"])?;
    reading(&ours, "soundboard.ssml", "soundboard.markup", "soundboard.lexicon")
}

/// The fields `ssml`, `markup` and `lexicon`, and what errors call them.
pub(super) fn reading(
    fields: &Fields,
    ssml: &'static str,
    markup: &'static str,
    lexicon: &'static str,
) -> Result<Reading, RequestError> {
    let is_ssml =
        fields.get("ssml").map(|value| value.as_bool().ok_or(wrong_type(ssml, "true or false", value)));
    Ok(Reading {
        notation: notation(is_ssml.transpose()?.unwrap_or_default()),
        markup: fields.get("markup").map(|value| markup_in(value, markup)).transpose()?.unwrap_or_default(),
        lexicon: fields
            .get("lexicon")
            .map(|value| lexicon_in(value, lexicon))
            .transpose()?
            .unwrap_or_default(),
    })
}

/// Of a text that its client calls SSML, or does not. What it may fetch is not for a client to say.
pub fn notation(is_ssml: bool) -> Notation {
    if is_ssml { Notation::Ssml { may_fetch: false } } else { Notation::Plain }
}

fn markup_in(value: &Value, param: &'static str) -> Result<Markup, RequestError> {
    // serde's own message would quote what it found, and takes a list for a struct.
    let markup = value.is_object().then(|| serde_json::from_value(value.clone()).ok()).flatten();
    markup.ok_or(RequestError::WrongShape { param, expected: MARKUP })
}

fn lexicon_in(value: &Value, param: &'static str) -> Result<Lexicon, RequestError> {
    let Value::Array(entries) = value else { return Err(wrong_type(param, "a list", value)) };
    if entries.len() > MOST_ENTRIES {
        return Err(RequestError::TooMany { param, entries: entries.len(), limit: MOST_ENTRIES });
    }
    let entries = (1..).zip(entries).map(|(number, value)| {
        entry(value).ok_or(RequestError::WrongEntry { param, number, expected: ENTRY })
    });
    let entries: Vec<(String, Saying)> = entries.collect::<Result<_, _>>()?;
    Lexicon::new(entries)
        .map_err(|error| RequestError::Unusable { param, reason: error.message().to_owned() })
}

/// Exactly a word and one way to say it.
fn entry(value: &Value) -> Option<(String, Saying)> {
    let fields = value.as_object().filter(|fields| fields.len() == 2)?;
    let text = |name: &str| Some(fields.get(name)?.as_str()?.to_owned());
    let saying = None
        .or_else(|| text("alias").map(Saying::Alias))
        .or_else(|| text("respelling").map(Saying::Respelling))
        .or_else(|| text("ipa").map(Saying::Ipa))?;
    Some((text("word")?, saying))
}

#[cfg(test)]
mod tests {
    use speech::Manner;

    use super::*;

    fn read(soundboard: &str) -> Result<Reading, String> {
        let body = format!(r#"{{"soundboard":{soundboard}}}"#);
        let fields = Fields::from_json(body.as_bytes(), "{}").unwrap();
        of_another_api(&fields).map_err(|error| speech::SpeechError::from(error).to_string())
    }

    #[test]
    fn markup_and_lexicon_are_read() {
        let reading = read(
            r#"{"markup":{"code":"skip","headings":"announce"},"lexicon":[{"word":"W3C","alias":"the web"},
                {"word":"Kubernetes","respelling":"koo-ber-NET-eez"},{"ipa":"wɪn","word":"Nguyen"}]}"#,
        )
        .unwrap();
        let expected = Markup { code: Manner::Skip, headings: Manner::Announce, ..Markup::default() };
        assert_eq!(reading.markup, expected);
        let said = |word: &str| reading.lexicon.get(word).map(|saying| (saying.kind(), saying.text()));
        assert_eq!(said("w3c"), Some(("alias", "the web")));
        assert_eq!(said("Kubernetes"), Some(("respelling", "koo-ber-NET-eez")));
        assert_eq!(said("Nguyen"), Some(("ipa", "wɪn")));
    }

    #[test]
    fn nothing_given_is_nothing_changed() {
        for nothing in ["null", "{}", r#"{"markup":null,"lexicon":null}"#, r#"{"markup":{},"lexicon":[]}"#] {
            assert_eq!(read(nothing), Ok(Reading::default()), "{nothing}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_by_its_place_and_never_quoted() {
        let entry = "Entry 1 of soundboard.lexicon must be";
        for (wrong, message) in [
            (r#""secret""#, "soundboard is a string; it must be an object."),
            (r#"{"secret":1}"#, "Allowed: ssml, markup, lexicon."),
            (r#"{"markup":["skip"]}"#, "soundboard.markup must be"),
            (r#"{"markup":{"secret":"skip"}}"#, "soundboard.markup must be"),
            (r#"{"markup":{"code":"secret"}}"#, "soundboard.markup must be"),
            (r#"{"lexicon":{"secret":"x"}}"#, "soundboard.lexicon is an object; it must be a list."),
            (r#"{"lexicon":["secret"]}"#, entry),
            (r#"{"lexicon":[{"word":"secret"}]}"#, entry),
            (r#"{"lexicon":[{"alias":"secret"}]}"#, entry),
            (r#"{"lexicon":[{"word":"secret","alias":7}]}"#, entry),
            (r#"{"lexicon":[{"word":"secret","alias":"x","ipa":"x"}]}"#, entry),
            (r#"{"lexicon":[{"word":"secret","phonemes":"x"}]}"#, entry),
            (
                r#"{"lexicon":[{"word":"x","alias":"x"},{"word":"secret","alias":"!"}]}"#,
                "Entry 2 of the lexicon",
            ),
        ] {
            let said = read(wrong).unwrap_err();
            assert!(said.contains(message), "{wrong}: {said}");
            assert!(!said.contains("secret"), "{said}");
        }
    }

    #[test]
    fn a_lexicon_has_a_limit() {
        let of = |entries: usize| {
            let entry = |number| format!(r#"{{"word":"w{number}","alias":"x"}}"#);
            read(&format!(r#"{{"lexicon":[{}]}}"#, (0..entries).map(entry).collect::<Vec<_>>().join(",")))
        };
        assert_eq!(of(1000).unwrap().lexicon.entries().count(), 1000);
        assert_eq!(of(1001).unwrap_err(), "soundboard.lexicon has 1001 entries; at most 1000 are allowed.");
    }
}
