//! Speech with the times of its characters.

use std::io;
use std::ops::Range;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::delivery::{Piece, Pieces};
use crate::formats::Format;
use crate::speaker::Speaker;
use crate::speech::Reading;

/// Characters in a line: half a second, which in every format stays below the 100 KB that clients read.
const CHARACTERS_IN_LINE: usize = 8;

/// One JSON object with the whole answer.
pub(crate) fn whole(reading: &Reading, format: Format) -> io::Result<Pieces> {
    let everything = 0..reading.characters.len();
    let samples = reading.samples(everything.clone(), format.rate);
    let mut audio = Vec::new();
    if samples > 0 {
        let mut speaker = Speaker::new(format, Some(samples))?;
        speaker.say(samples, &mut audio)?;
        speaker.finish(&mut audio)?;
    }
    let piece =
        Piece { bytes: object(reading, everything, &audio).to_string().into(), seconds: reading.seconds() };
    Ok(Box::new(std::iter::once(Ok(piece))))
}

/// A JSON object a line, each with the next few characters; times count from the start of the answer.
pub(crate) fn lines(reading: Reading, format: Format) -> io::Result<Pieces> {
    let mut speaker = Some(Speaker::new(format, None)?);
    let length = reading.characters.len();
    let line = move |start: usize| {
        let characters = start..length.min(start + CHARACTERS_IN_LINE);
        let mut audio = Vec::new();
        if let Some(mut speaking) = speaker.take() {
            speaking.say(reading.samples(characters.clone(), format.rate), &mut audio)?;
            if characters.end == length {
                speaking.finish(&mut audio)?;
            } else {
                speaker = Some(speaking);
            }
        }
        let seconds = reading.start_of(characters.end) - reading.start_of(characters.start);
        Ok(Piece { bytes: format!("{}\n", object(&reading, characters, &audio)).into(), seconds })
    };
    Ok(Box::new((0..length).step_by(CHARACTERS_IN_LINE).map(line)))
}

fn object(reading: &Reading, characters: Range<usize>, audio: &[u8]) -> Value {
    let alignment = (!characters.is_empty()).then(|| {
        json!({
            "characters": reading.characters[characters.clone()],
            "character_start_times_seconds": times(reading, characters.clone()),
            "character_end_times_seconds": times(reading, characters.start + 1..characters.end + 1),
        })
    });
    json!({
        "audio_base64": BASE64_STANDARD.encode(audio),
        "alignment": alignment,
        "normalized_alignment": alignment,
    })
}

/// When the characters start, to the millisecond.
fn times(reading: &Reading, characters: Range<usize>) -> Vec<f64> {
    characters.map(|character| (reading.start_of(character) * 1000.0).round() / 1000.0).collect()
}
