//! `POST /api/v1/speech`, and `POST /api/v1/estimate`, which takes the same body.

use std::fmt;
use std::num::NonZeroU32;

use ::speech::{AudioFormat, Codec, Fallback, Policy, Reading};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::MOST_CHARACTERS;
use super::reading::reading;
use crate::fields::{Fields, RequestError, within, wrong_type};

/// The samples per second that can be asked for, of the codecs that have them.
pub const SAMPLE_RATES: [u32; 7] = [8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];

/// The most code points of a name, which answers and logs repeat.
pub(super) const MOST_NAME_CHARACTERS: usize = 512;

/// The most code points of `instructions`.
const MOST_INSTRUCTIONS: usize = 4096;

/// Samples per second of samples without a header, unless asked otherwise: telephones have but one rate.
const PCM_RATE: NonZeroU32 = NonZeroU32::new(24_000).expect("is not zero");
const TELEPHONE_RATE: NonZeroU32 = NonZeroU32::new(8_000).expect("is not zero");

const EXAMPLE: &str = r#"{"text":"Hello.","voice":"alloy"}"#;

const RATE: &str = "one of 8000, 16000, 22050, 24000, 32000, 44100 and 48000";

/// The fields of [`Speak`].
const FIELDS: &[&str] = &[
    "text",
    "voice",
    "model",
    "format",
    "sample_rate",
    "speed",
    "instructions",
    "language",
    "ssml",
    "markup",
    "lexicon",
    "timings",
    "visemes",
    "policy",
    "fallback",
];

/// What is to be spoken, and how.
#[derive(Clone, PartialEq)]
pub struct Speak {
    /// Required: at most [`MOST_CHARACTERS`] code points, possibly empty.
    pub text: String,
    /// Required: `backend:voice`, a name that only one backend has, or an alias.
    pub voice: String,
    /// None leaves it to the voice's backend.
    pub model: Option<String>,
    /// The fields `format`, mp3 unless asked otherwise, and `sample_rate`.
    pub format: AudioFormat,
    /// A finite number, its range unchecked.
    pub speed: Option<f64>,
    /// How to say it.
    pub instructions: Option<String>,
    /// A BCP 47 tag.
    pub language: Option<String>,
    /// The fields `ssml`, `markup` and `lexicon`.
    pub reading: Reading,
    /// Whether the audio comes with the times of its words: the answer is then [`TimedSpeech`](super::TimedSpeech).
    pub timings: bool,
    /// Whether the words come with the shapes of the mouth; they have their times then, too.
    pub visemes: bool,
    /// How the voice is chosen, as `x-soundboard-policy` says.
    pub policy: Option<Policy>,
    /// What happens when a backend fails, as `x-soundboard-fallback` says.
    pub fallback: Option<Fallback>,
}

/// Nobody's text belongs in a log.
impl fmt::Debug for Speak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Speak({} characters by {})", self.text.chars().count(), self.voice)
    }
}

impl Speak {
    /// Reads a body. An optional field may be null; a field that is not known is refused.
    ///
    /// # Errors
    /// The first [`RequestError`].
    pub fn from_json(body: &[u8]) -> Result<Self, RequestError> {
        let fields = Fields::from_json(body, EXAMPLE)?;
        fields.only_known(FIELDS)?;
        let name = |param: &'static str| {
            fields.text(param)?.map(|name| within(MOST_NAME_CHARACTERS, param, name)).transpose()
        };
        let visemes = fields.flag("visemes")?.unwrap_or(false);
        Ok(Self {
            text: within(MOST_CHARACTERS, "text", fields.required_text("text")?)?,
            voice: name("voice")?.ok_or(RequestError::Missing("voice"))?,
            model: name("model")?,
            format: format(&fields)?,
            speed: fields.number("speed", "a number from 0.25 to 4.0")?,
            instructions: fields
                .text("instructions")?
                .map(|instructions| within(MOST_INSTRUCTIONS, "instructions", instructions))
                .transpose()?,
            language: name("language")?,
            reading: reading(&fields, "ssml", "markup", "lexicon")?,
            timings: fields.flag("timings")?.unwrap_or(false) || visemes,
            visemes,
            policy: chosen(&fields, "policy", Policy::ALL, Policy::name)?,
            fallback: chosen(&fields, "fallback", Fallback::ALL, Fallback::name)?,
        })
    }
}

/// The one of those that the field names.
pub(super) fn chosen<T: Copy>(
    fields: &Fields,
    param: &'static str,
    all: &[T],
    name: fn(T) -> &'static str,
) -> Result<Option<T>, RequestError> {
    let Some(asked) = fields.text(param)? else { return Ok(None) };
    let found = all.iter().copied().find(|one| name(*one) == asked);
    let allowed = || all.iter().map(|one| name(*one)).collect();
    found.map(Some).ok_or_else(|| RequestError::NotAllowed { param, allowed: allowed() })
}

fn format(fields: &Fields) -> Result<AudioFormat, RequestError> {
    let codec = match fields.text("format")? {
        None => Codec::default(),
        Some(name) => name.parse().map_err(|_| RequestError::NotAllowed {
            param: "format",
            allowed: Codec::OFFERED.map(Codec::name).to_vec(),
        })?,
    };
    let usual = match codec {
        Codec::Pcm => Some(PCM_RATE),
        Codec::Ulaw | Codec::Alaw => Some(TELEPHONE_RATE),
        _ => None,
    };
    let asked = fields.get("sample_rate").map(sample_rate).transpose()?;
    Ok(AudioFormat { rate: asked.or(usual), ..codec.into() })
}

fn sample_rate(value: &Value) -> Result<NonZeroU32, RequestError> {
    if !value.is_number() {
        return Err(wrong_type("sample_rate", RATE, value));
    }
    let rate = value.as_u64().and_then(|rate| u32::try_from(rate).ok());
    rate.filter(|rate| SAMPLE_RATES.contains(rate))
        .and_then(NonZeroU32::new)
        .ok_or(RequestError::WrongShape { param: "sample_rate", expected: RATE })
}

/// What speech would cost. Amounts of money come twice: in nano-dollars for programs, in US dollars for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Estimate {
    /// Who would speak, as `backend:voice`.
    pub voice: String,
    /// The backend.
    pub backend: String,
    /// By which model.
    pub model: String,
    /// Code points of the text.
    pub characters: u64,
    /// What it would cost, as far as the text alone tells.
    pub estimate_nanos: i64,
    /// The same: `"0.00015"`.
    pub estimate_usd: String,
    /// The most that it can cost, which is what budgets must have room for.
    pub most_nanos: i64,
    /// The same.
    pub most_usd: String,
    /// By which rate: `BACKEND/MODEL@DATE`, as rate cards name it.
    pub rate: String,
    /// `estimated`: what is charged in the end may be what the vendor reports.
    pub basis: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Speak, RequestError> {
        Speak::from_json(body.as_bytes())
    }

    fn format_of(fields: &str) -> Result<AudioFormat, RequestError> {
        read(&format!(r#"{{"text":"Hi.","voice":"v",{fields}}}"#)).map(|speak| speak.format)
    }

    #[test]
    fn the_least_request_leaves_the_rest_to_us() {
        let speak = read(r#"{"text":"Hi.","voice":"alloy","model":null}"#).unwrap();
        assert_eq!((speak.text.as_str(), speak.voice.as_str()), ("Hi.", "alloy"));
        assert_eq!((speak.model.as_ref(), speak.speed, speak.language.as_ref()), (None, None, None));
        assert_eq!(speak.format, Codec::Mp3.into());
        assert_eq!(speak.reading, Reading::default());
        assert!(!speak.timings && !speak.visemes);
    }

    #[test]
    fn a_full_request_keeps_everything() {
        let speak = read(
            r#"{"text":"Hi.","voice":"one:anna","model":"m","format":"wav","sample_rate":16000,"speed":1.5,
                "instructions":"Softly.","language":"en-GB","markup":{"code":"skip"},
                "lexicon":[{"word":"Hi","alias":"Hello"}],"visemes":true,"policy":"local-only","fallback":"none"}"#,
        )
        .unwrap();
        assert_eq!((speak.voice.as_str(), speak.model.as_deref()), ("one:anna", Some("m")));
        assert_eq!((speak.format.codec, speak.format.rate), (Codec::Wav, NonZeroU32::new(16_000)));
        assert_eq!((speak.speed, speak.instructions.as_deref()), (Some(1.5), Some("Softly.")));
        assert_eq!(speak.language.as_deref(), Some("en-GB"));
        assert!(speak.timings && speak.visemes, "they come with the times");
        assert!(speak.reading.lexicon.get("hi").is_some());
        assert_eq!((speak.policy, speak.fallback), (Some(Policy::LocalOnly), Some(Fallback::None)));
        assert_eq!(format!("{speak:?}"), "Speak(3 characters by one:anna)");
    }

    #[test]
    fn samples_without_a_header_have_a_rate_that_is_known() {
        let rate = |fields: &str| format_of(fields).unwrap().rate.map(NonZeroU32::get);
        assert_eq!(rate(r#""format":"pcm""#), Some(24_000));
        assert_eq!(rate(r#""format":"ulaw""#), Some(8_000));
        assert_eq!(rate(r#""format":"pcm","sample_rate":48000"#), Some(48_000));
        assert_eq!(rate(r#""format":"flac""#), None);
    }

    #[test]
    fn what_is_wrong_is_named_and_never_quoted() {
        assert_eq!(read(r#"{"voice":"v"}"#).err(), Some(RequestError::Missing("text")));
        assert_eq!(read(r#"{"text":"Hi."}"#).err(), Some(RequestError::Missing("voice")));
        let format = format_of(r#""format":"secret""#).err();
        assert!(matches!(format, Some(RequestError::NotAllowed { param: "format", .. })));
        let policy = read(r#"{"text":"Hi.","voice":"v","policy":"nearest"}"#).err();
        let allowed = Policy::ALL.iter().map(|policy| policy.name()).collect();
        assert_eq!(policy, Some(RequestError::NotAllowed { param: "policy", allowed }));
        for wrong in ["0", "44101", "-8000", "8000.5", "1e99"] {
            let rate = format_of(&format!(r#""sample_rate":{wrong}"#)).err();
            assert!(matches!(rate, Some(RequestError::WrongShape { param: "sample_rate", .. })), "{wrong}");
        }
        let rate = format_of(r#""sample_rate":"8000""#).err();
        assert!(matches!(rate, Some(RequestError::WrongType { param: "sample_rate", .. })));
        let unknown = read(r#"{"text":"Hi.","voice":"v","respone_format":"mp3"}"#).unwrap_err();
        assert!(
            ::speech::SpeechError::from(unknown)
                .to_string()
                .starts_with("The body has no field \"respone_format\".")
        );
        let limit = MOST_NAME_CHARACTERS;
        let long = read(&format!(r#"{{"text":"Hi.","voice":"{}"}}"#, "é".repeat(limit + 1))).err();
        assert_eq!(long, Some(RequestError::TooLong { param: "voice", characters: limit + 1, limit }));
    }
}
