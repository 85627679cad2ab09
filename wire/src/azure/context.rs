//! What a client says on the WebSocket beside the SSML.

use serde_json::{Map, Value};

use crate::fields::{Fields, RequestError, within};

/// What the SDKs ask for when nobody has chosen a format.
const USUAL_FORMAT: &str = "raw-16khz-16bit-mono-pcm";

/// What the body looks like.
const EXAMPLE: &str = r#"{"synthesis":{"audio":{"outputFormat":"raw-16khz-16bit-mono-pcm"}}}"#;

/// What the SDKs say of a text in pieces that is no number of ours: of the voice, and of what it is read by.
const OTHER_MANNERS: [&str; 5] = ["pitch", "style", "temperature", "customLexiconUrl", "preferLocales"];

/// The most characters of a voice's name.
const LONGEST_VOICE: usize = 512;

/// The body of `synthesis.context`: how what follows is to be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SynthesisContext {
    /// The name of an [`OutputFormat`](super::OutputFormat).
    pub output_format: String,
    /// What is wanted beside the audio.
    pub wanted: Wanted,
    /// How a text is to be spoken that comes in pieces; none where SSML follows.
    pub input: Option<TextInput>,
}

/// How a text is to be spoken that comes in pieces. Its `language` is left alone, as that of a document is: the SDK for
/// JavaScript says `en-US` where nobody has said anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextInput {
    /// Who is to speak.
    pub voice: String,
    /// How fast, as the `rate` of a `prosody` says it.
    pub rate: Option<String>,
    /// How loud, as its `volume` says it.
    pub volume: Option<String>,
    /// What else is said of the manner, under its own names.
    pub others: Map<String, Value>,
}

/// What a client wants to be told beside the audio.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Each word.
    pub words: bool,
    /// Each punctuation mark at which a reader stops.
    pub punctuation: bool,
    /// Each sentence.
    pub sentences: bool,
    /// The shapes of the mouth.
    pub visemes: bool,
    /// Where the bookmarks are passed.
    pub bookmarks: bool,
    /// How long all of it is.
    pub end: bool,
}

impl Wanted {
    /// Whether the times of words are needed for it.
    pub fn times(self) -> bool {
        self.words || self.punctuation || self.sentences || self.visemes || self.bookmarks
    }
}

/// Audio in the SDKs' usual format, and how long it is.
impl Default for SynthesisContext {
    fn default() -> Self {
        let wanted = Wanted { end: true, ..Wanted::default() };
        Self { output_format: USUAL_FORMAT.to_owned(), wanted, input: None }
    }
}

impl SynthesisContext {
    /// Reads a body. Microsoft's SDK for JavaScript sends some flags as `"true"` and `"false"`.
    ///
    /// # Errors
    /// The first [`RequestError`].
    pub fn from_json(body: &[u8]) -> Result<Self, RequestError> {
        let mut context = Self::default();
        let body = Fields::from_json(body, EXAMPLE)?;
        let Some(synthesis) = body.object("synthesis")? else { return Ok(context) };
        context.input = synthesis.object("input")?.map(|input| TextInput::of(&input)).transpose()?.flatten();
        let Some(audio) = synthesis.object("audio")? else { return Ok(context) };
        if let Some(format) = audio.text("outputFormat")? {
            context.output_format = format;
        }
        let Some(options) = audio.object("metadataOptions")? else { return Ok(context) };
        context.wanted = Wanted {
            words: flag(&options, "wordBoundaryEnabled")?.unwrap_or_default(),
            punctuation: flag(&options, "punctuationBoundaryEnabled")?.unwrap_or_default(),
            sentences: flag(&options, "sentenceBoundaryEnabled")?.unwrap_or_default(),
            visemes: flag(&options, "visemeEnabled")?.unwrap_or_default(),
            bookmarks: flag(&options, "bookmarkEnabled")?.unwrap_or_default(),
            end: flag(&options, "sessionEndEnabled")?.unwrap_or(true),
        };
        Ok(context)
    }
}

impl TextInput {
    fn of(input: &Fields) -> Result<Option<Self>, RequestError> {
        if flag(input, "bidirectionalStreamingMode")? != Some(true) {
            return Ok(None);
        }
        let voice = within(LONGEST_VOICE, "voiceName", input.required_text("voiceName")?)?;
        let others =
            OTHER_MANNERS.iter().filter_map(|&name| Some((name.to_owned(), input.get(name)?.clone())));
        let (rate, volume) = (input.text("rate")?, input.text("volume")?);
        Ok(Some(Self { voice, rate, volume, others: others.collect() }))
    }
}

fn flag(options: &Fields, param: &'static str) -> Result<Option<bool>, RequestError> {
    match options.get(param) {
        None => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(Value::String(flag)) if flag.eq_ignore_ascii_case("true") => Ok(Some(true)),
        Some(Value::String(flag)) if flag.eq_ignore_ascii_case("false") => Ok(Some(false)),
        Some(_) => Err(RequestError::WrongShape { param, expected: "true or false" }),
    }
}

/// Whether the body of `synthesis.control` asks for silence.
pub fn stops(body: &[u8]) -> bool {
    serde_json::from_slice::<Value>(body).is_ok_and(|body| body["action"] == "stop")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `microsoft-cognitiveservices-speech-sdk` 1.52 and `azure-cognitiveservices-speech` 1.53 send it.
    #[test]
    fn both_sdks_spell_their_wishes() {
        let javascript = r#"{"synthesis":{"audio":{"metadataOptions":{"bookmarkEnabled":true,"punctuationBoundaryEnabled":"false","sentenceBoundaryEnabled":"true","sessionEndEnabled":true,"visemeEnabled":false,"wordBoundaryEnabled":"true"},"outputFormat":"audio-24khz-48kbitrate-mono-mp3"},"language":{"autoDetection":false}}}"#;
        let python = r#"{"synthesis":{"audio":{"metadataOptions":{"bookmarkEnabled":true,"punctuationBoundaryEnabled":false,"sentenceBoundaryEnabled":true,"sessionEndEnabled":true,"visemeEnabled":false,"wordBoundaryEnabled":true},"outputFormat":"audio-24khz-48kbitrate-mono-mp3"}}}"#;
        let wanted = Wanted { words: true, sentences: true, bookmarks: true, end: true, ..Wanted::default() };
        for body in [javascript, python] {
            let context = SynthesisContext::from_json(body.as_bytes()).unwrap();
            assert_eq!(context.output_format, "audio-24khz-48kbitrate-mono-mp3");
            assert_eq!(context.wanted, wanted);
        }
    }

    /// As the same versions send it for a `SpeechSynthesisRequest`; Python's says everything that can be said.
    #[test]
    fn both_sdks_spell_how_a_text_in_pieces_is_spoken() {
        let python = r#"{"synthesis":{"audio":{"outputFormat":"raw-24khz-16bit-mono-pcm","metadataOptions":{"visemeEnabled":false,"bookmarkEnabled":false,"wordBoundaryEnabled":true,"punctuationBoundaryEnabled":true,"sentenceBoundaryEnabled":false,"sessionEndEnabled":true}},"language":{"autoDetection":false},"input":{"bidirectionalStreamingMode":true,"voiceName":"kokoro:af_nova","language":"","pitch":"high","rate":"+50%","volume":"50","style":"cheerful","temperature":"0.7","customLexiconUrl":"http://x/y","preferLocales":"en-US,de-DE"}}}"#;
        let context = SynthesisContext::from_json(python.as_bytes()).unwrap();
        assert!(context.wanted.words && context.wanted.end);
        let input = context.input.unwrap();
        assert_eq!(
            (&*input.voice, input.rate.as_deref(), input.volume.as_deref()),
            ("kokoro:af_nova", Some("+50%"), Some("50"))
        );
        insta::assert_snapshot!(Value::from(input.others), @r#"{"customLexiconUrl":"http://x/y","pitch":"high","preferLocales":"en-US,de-DE","style":"cheerful","temperature":"0.7"}"#);

        let javascript = r#"{"synthesis":{"audio":{"metadataOptions":{"bookmarkEnabled":false},"outputFormat":"raw-24khz-16bit-mono-pcm"},"language":{"autoDetection":false},"input":{"bidirectionalStreamingMode":true,"voiceName":"tone","language":"en-US"}}}"#;
        let input = SynthesisContext::from_json(javascript.as_bytes()).unwrap().input;
        assert_eq!(
            input,
            Some(TextInput { voice: "tone".into(), rate: None, volume: None, others: Map::new() })
        );
    }

    #[test]
    fn a_text_in_pieces_needs_a_voice() {
        let input = |input: &str| {
            SynthesisContext::from_json(format!(r#"{{"synthesis":{{"input":{input}}}}}"#).as_bytes())
        };
        assert_eq!(input(r#"{"bidirectionalStreamingMode":true}"#), Err(RequestError::Missing("voiceName")));
        let long = format!(r#"{{"bidirectionalStreamingMode":true,"voiceName":"{}"}}"#, "a".repeat(513));
        assert!(matches!(input(&long), Err(RequestError::TooLong { param: "voiceName", .. })));
        for other in ["{}", r#"{"bidirectionalStreamingMode":false,"voiceName":7}"#] {
            assert_eq!(input(other).unwrap().input, None, "{other}");
        }
    }

    #[test]
    fn what_is_left_out_is_the_usual() {
        for body in ["{}", r#"{"synthesis":{}}"#, r#"{"synthesis":{"audio":{"metadataOptions":{}}}}"#] {
            assert_eq!(
                SynthesisContext::from_json(body.as_bytes()),
                Ok(SynthesisContext::default()),
                "{body}"
            );
        }
        assert!(!SynthesisContext::default().wanted.times());
    }

    #[test]
    fn what_cannot_be_is_refused_and_not_quoted() {
        for body in [
            "secret",
            r#"{"synthesis":"secret"}"#,
            r#"{"synthesis":{"audio":{"outputFormat":7}}}"#,
            r#"{"synthesis":{"input":{"bidirectionalStreamingMode":"secret"}}}"#,
            r#"{"synthesis":{"audio":{"metadataOptions":{"visemeEnabled":"secret"}}}}"#,
        ] {
            let error = SynthesisContext::from_json(body.as_bytes()).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn only_a_stop_stops() {
        assert!(stops(br#"{"action":"stop"}"#));
        for other in ["", "stop", "{}", r#"{"action":"pause"}"#, "[]"] {
            assert!(!stops(other.as_bytes()), "{other}");
        }
    }
}
