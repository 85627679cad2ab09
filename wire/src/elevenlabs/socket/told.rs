use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::soundboard::Swapped;

/// How a socket names things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `stream-input`: one text, without a name.
    Single,
    /// `multi-stream-input`: several, by their ids.
    Multi,
    /// `text-to-dialogue/multi-stream-input`: the same in snake case.
    Dialogue,
}

/// When each character of a message is heard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Characters {
    /// The characters as the client wrote them.
    pub chars: Vec<char>,
    /// Milliseconds.
    pub starts_ms: Vec<u64>,
    /// Milliseconds.
    pub durations_ms: Vec<u64>,
}

impl Dialect {
    /// The next bytes of a context's one file, and the characters that are heard in them.
    pub fn audio(self, context: Option<&str>, audio: &[u8], characters: Option<&Characters>) -> String {
        let audio = STANDARD.encode(audio);
        match self {
            Self::Single => {
                let alignment = characters.map(Alignment::of);
                json(&Audio { audio, is_final: None, alignment, normalized_alignment: alignment })
            }
            Self::Multi => {
                let alignment = characters.map(Alignment::of);
                let audio = Audio { audio, is_final: None, alignment, normalized_alignment: alignment };
                json(&Named { context: Context::of(context), rest: audio })
            }
            Self::Dialogue => {
                let alignment = characters.map(DialogueAlignment::of);
                json(&DialogueAudio { audio, context_id: context, is_final: false, alignment })
            }
        }
    }

    /// The word that no more of it comes, and who spoke if that is not who was asked for.
    pub fn last(self, context: Option<&str>, soundboard: Option<&Swapped>) -> String {
        match self {
            Self::Single => json(&Last {
                audio: None,
                is_final: true,
                alignment: None,
                normalized_alignment: None,
                soundboard,
            }),
            Self::Multi => json(&Named {
                context: Context::of(context),
                rest: NamedLast { is_final_in_camel_case: true, is_final: true, soundboard },
            }),
            Self::Dialogue => json(&DialogueLast { context_id: context, is_final: true, soundboard }),
        }
    }

    /// What went wrong. `close_code` is that of the close that follows, where one does.
    pub fn error(self, context: Option<&str>, code: &str, message: &str, close_code: Option<u16>) -> String {
        let error = Error { message, error: code, code: close_code };
        match self {
            Self::Single => json(&error),
            Self::Multi | Self::Dialogue => json(&Named { context: Context::of(context), rest: error }),
        }
    }
}

/// Serialising these types to memory has no way to fail: no map keys but strings, no foreign `Serialize`.
fn json(message: &impl Serialize) -> String {
    serde_json::to_string(message).unwrap_or_default()
}

/// A context's id under both of its names: clients differ in which they read.
#[derive(Serialize)]
struct Context<'a> {
    #[serde(rename = "contextId")]
    in_camel_case: Option<&'a str>,
    context_id: Option<&'a str>,
}

impl<'a> Context<'a> {
    fn of(id: Option<&'a str>) -> Self {
        Self { in_camel_case: id, context_id: id }
    }
}

#[derive(Serialize)]
struct Named<'a, R> {
    #[serde(flatten)]
    context: Context<'a>,
    #[serde(flatten)]
    rest: R,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Audio<'a> {
    audio: String,
    is_final: Option<bool>,
    alignment: Option<Alignment<'a>>,
    normalized_alignment: Option<Alignment<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Last<'a> {
    audio: Option<()>,
    is_final: bool,
    alignment: Option<()>,
    normalized_alignment: Option<()>,
    #[serde(skip_serializing_if = "Option::is_none")]
    soundboard: Option<&'a Swapped>,
}

#[derive(Serialize)]
struct NamedLast<'a> {
    #[serde(rename = "isFinal")]
    is_final_in_camel_case: bool,
    is_final: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    soundboard: Option<&'a Swapped>,
}

/// The durations under both of their names: that of ElevenLabs' own client, and that of its documentation.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
struct Alignment<'a> {
    chars: &'a [char],
    char_start_times_ms: &'a [u64],
    char_durations_ms: &'a [u64],
    chars_durations_ms: &'a [u64],
}

impl<'a> Alignment<'a> {
    fn of(characters: &'a Characters) -> Self {
        Self {
            chars: &characters.chars,
            char_start_times_ms: &characters.starts_ms,
            char_durations_ms: &characters.durations_ms,
            chars_durations_ms: &characters.durations_ms,
        }
    }
}

#[derive(Serialize)]
struct DialogueAudio<'a> {
    audio: String,
    context_id: Option<&'a str>,
    is_final: bool,
    alignment: Option<DialogueAlignment<'a>>,
}

#[derive(Serialize)]
struct DialogueLast<'a> {
    context_id: Option<&'a str>,
    is_final: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    soundboard: Option<&'a Swapped>,
}

#[derive(Serialize)]
struct DialogueAlignment<'a> {
    chars: &'a [char],
    char_start_times_ms: &'a [u64],
    char_durations_ms: &'a [u64],
}

impl<'a> DialogueAlignment<'a> {
    fn of(characters: &'a Characters) -> Self {
        Self {
            chars: &characters.chars,
            char_start_times_ms: &characters.starts_ms,
            char_durations_ms: &characters.durations_ms,
        }
    }
}

#[derive(Serialize)]
struct Error<'a> {
    message: &'a str,
    error: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u16>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn characters() -> Characters {
        Characters { chars: vec!['é', ' '], starts_ms: vec![0, 70], durations_ms: vec![70, 9] }
    }

    #[test]
    fn one_text_has_no_name() {
        let told = Dialect::Single;
        insta::assert_snapshot!(told.audio(None, b"\xFF\xF3\0", Some(&characters())), @r#"{"audio":"//MA","isFinal":null,"alignment":{"chars":["é"," "],"charStartTimesMs":[0,70],"charDurationsMs":[70,9],"charsDurationsMs":[70,9]},"normalizedAlignment":{"chars":["é"," "],"charStartTimesMs":[0,70],"charDurationsMs":[70,9],"charsDurationsMs":[70,9]}}"#);
        insta::assert_snapshot!(told.audio(None, b"\xFF", None), @r#"{"audio":"/w==","isFinal":null,"alignment":null,"normalizedAlignment":null}"#);
        insta::assert_snapshot!(told.last(None, None), @r#"{"audio":null,"isFinal":true,"alignment":null,"normalizedAlignment":null}"#);
        insta::assert_snapshot!(told.error(None, "input_timeout_exceeded", "No text came.", Some(1008)), @r#"{"message":"No text came.","error":"input_timeout_exceeded","code":1008}"#);
    }

    #[test]
    fn several_have_theirs_twice() {
        let told = Dialect::Multi;
        insta::assert_snapshot!(told.audio(Some("a\""), b"\xFF", None), @r#"{"contextId":"a\"","context_id":"a\"","audio":"/w==","isFinal":null,"alignment":null,"normalizedAlignment":null}"#);
        insta::assert_snapshot!(told.last(Some("a"), None), @r#"{"contextId":"a","context_id":"a","isFinal":true,"is_final":true}"#);
        insta::assert_snapshot!(told.last(None, None), @r#"{"contextId":null,"context_id":null,"isFinal":true,"is_final":true}"#);
        insta::assert_snapshot!(told.error(Some("a"), "voice_not_found", "No such voice.", None), @r#"{"contextId":"a","context_id":"a","message":"No such voice.","error":"voice_not_found"}"#);
    }

    #[test]
    fn a_dialogue_is_told_in_snake_case() {
        let told = Dialect::Dialogue;
        insta::assert_snapshot!(told.audio(Some("a"), b"\xFF", Some(&characters())), @r#"{"audio":"/w==","context_id":"a","is_final":false,"alignment":{"chars":["é"," "],"char_start_times_ms":[0,70],"char_durations_ms":[70,9]}}"#);
        insta::assert_snapshot!(told.last(Some("a"), None), @r#"{"context_id":"a","is_final":true}"#);
    }

    #[test]
    fn who_spoke_is_told_with_the_last_word_where_nobody_asked_for_them() {
        let swapped = Swapped {
            requested_voice: "anna".into(),
            voice: "right:berta".into(),
            reason: "fallback",
            switched: Some("14=third:clara".into()),
        };
        let smooth = Swapped { switched: None, ..swapped.clone() };
        insta::assert_snapshot!(Dialect::Single.last(None, Some(&swapped)), @r#"{"audio":null,"isFinal":true,"alignment":null,"normalizedAlignment":null,"soundboard":{"requested_voice":"anna","voice":"right:berta","reason":"fallback","switched":"14=third:clara"}}"#);
        insta::assert_snapshot!(Dialect::Multi.last(Some("a"), Some(&smooth)), @r#"{"contextId":"a","context_id":"a","isFinal":true,"is_final":true,"soundboard":{"requested_voice":"anna","voice":"right:berta","reason":"fallback"}}"#);
        insta::assert_snapshot!(Dialect::Dialogue.last(Some("a"), Some(&smooth)), @r#"{"context_id":"a","is_final":true,"soundboard":{"requested_voice":"anna","voice":"right:berta","reason":"fallback"}}"#);
    }
}
