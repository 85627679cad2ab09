use serde_json::{Map, Value};
use speech::AudioFormat;

use super::{OUTPUT_FORMATS, OutputFormat};
use crate::{Query, RequestError};

/// What is spoken in unless asked otherwise.
pub const DEFAULT_FORMAT: &str = "mp3_44100_128";

/// What the calls that speak have in their query.
#[derive(Clone, Debug, PartialEq)]
pub struct SpeechQuery {
    /// One of ElevenLabs' formats.
    pub output_format: Option<AudioFormat>,
    /// Whether the text is SSML, or may have its elements in it.
    pub ssml: Option<bool>,
    /// The fields that mean something to ElevenLabs only.
    pub extras: Map<String, Value>,
}

impl SpeechQuery {
    /// Reads the query.
    ///
    /// # Errors
    /// The first [`RequestError`].
    pub fn read(query: &Query) -> Result<Self, RequestError> {
        let latency = query.number("optimize_streaming_latency", 0..=4, "a whole number from 0 to 4")?;
        let latency = latency.map(|latency| ("optimize_streaming_latency".to_owned(), latency.into()));
        let logging = query.flag("enable_logging")?;
        let logging = logging.map(|logging| ("enable_logging".to_owned(), logging.into()));
        Ok(Self {
            output_format: query.get("output_format").map(output_format).transpose()?,
            ssml: query.flag("enable_ssml_parsing")?,
            extras: latency.into_iter().chain(logging).collect(),
        })
    }
}

/// The format of that name: any of the 28, whichever call it comes with.
///
/// # Errors
/// When there is none.
pub fn output_format(name: &str) -> Result<AudioFormat, RequestError> {
    OutputFormat::named(name).map(|output| output.format).ok_or_else(|| RequestError::NotAllowed {
        param: "output_format",
        allowed: OUTPUT_FORMATS.iter().map(|output| output.name).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<SpeechQuery, String> {
        SpeechQuery::read(&Query::parse(Some(query))).map_err(|error| error.to_string())
    }

    #[test]
    fn every_format_has_its_name_and_the_default_is_one() {
        for output in OUTPUT_FORMATS {
            assert_eq!(
                read(&format!("output_format={}", output.name)).unwrap().output_format,
                Some(output.format)
            );
        }
        assert!(output_format(DEFAULT_FORMAT).is_ok());
    }

    #[test]
    fn fields_for_elevenlabs_keep_their_types() {
        let extras = read("optimize_streaming_latency=3&enable_logging=False&colour=blue").unwrap().extras;
        insta::assert_snapshot!(Value::Object(extras), @r#"{"enable_logging":false,"optimize_streaming_latency":3}"#);
        assert_eq!(read("").unwrap(), SpeechQuery { output_format: None, ssml: None, extras: Map::new() });
    }

    #[test]
    fn what_is_out_of_range_is_named_and_not_quoted() {
        for (query, refusal) in [
            ("output_format=secret", "output_format is none of the allowed values."),
            (
                "optimize_streaming_latency=5",
                "optimize_streaming_latency must be a whole number from 0 to 4.",
            ),
            ("enable_logging=secret", "enable_logging must be true or false."),
        ] {
            assert_eq!(read(query).err().as_deref(), Some(refusal));
        }
    }
}
