use speech::{AudioFormat, Codec, Markup, SampleRate, SpeechGraph, SpeechText};

/// What a vendor is sent: the client's own text, code point by code point. The vendor reads it in its own way, so that
/// neither a lexicon has a say nor what was wished for its markup; [`leaves_out_of_text`] says so.
pub(crate) fn text_for(graph: &SpeechGraph) -> &str {
    graph.text().as_str()
}

/// What of a graph its bare text does not carry.
pub(crate) fn leaves_out_of_text(graph: &SpeechGraph) -> Vec<String> {
    let has_sayings = graph.score().is_some_and(|score| !score.sayings.is_empty());
    let mut names = leaves_out_of(graph);
    names.extend(has_sayings.then(|| "phoneme".to_owned()));
    names
}

/// What of it a document in SSML does not carry, either.
pub(crate) fn leaves_out_of(graph: &SpeechGraph) -> Vec<String> {
    let is_met = || {
        let text = graph.plain().as_str().to_lowercase();
        graph.lexicon().entries().any(|(word, _)| text.contains(&word.to_lowercase()))
    };
    let lexicon = (!graph.lexicon().is_empty() && is_met()).then(|| "lexicon".to_owned());
    let markup = (*graph.markup() != Markup::default()).then(|| "markup".to_owned());
    lexicon.into_iter().chain(markup).collect()
}

/// The most bytes that the speech of a text can be: a minute, and a second and a half for each code point, which no
/// voice needs even at a quarter of its pace.
pub(crate) fn most_bytes(text: &SpeechText, format: AudioFormat) -> u64 {
    most_bytes_of(text.characters(), format)
}

/// The same of so many code points.
pub(crate) fn most_bytes_of(characters: usize, format: AudioFormat) -> u64 {
    let seconds = 60 + characters as u64 * 3 / 2;
    seconds * most_bytes_per_second(format)
}

/// Without a rate or bit rate, the highest that the codec is used at.
fn most_bytes_per_second(format: AudioFormat) -> u64 {
    let rate = u64::from(format.rate.map_or(48_000, SampleRate::get));
    match format.codec {
        Codec::Pcm | Codec::Wav | Codec::Flac => 2 * rate,
        Codec::Ulaw | Codec::Alaw | Codec::WavUlaw | Codec::WavAlaw => rate,
        // Its bit rate is nominal.
        Codec::Foreign(_) => u64::from(format.bit_rate.unwrap_or(512_000)),
        Codec::Mp3 | Codec::Opus | Codec::Webm | Codec::OpusPackets | Codec::Aac => {
            u64::from(format.bit_rate.unwrap_or(512_000)).div_ceil(8)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_of_a_sound_is_far_above_any_voice_and_far_below_a_flood() {
        let text = SpeechText::new("Hällo.".repeat(100), None).unwrap();
        let rate = SampleRate::new(8_000).unwrap();
        let of = |format| most_bytes(&text, format);
        assert_eq!(of(AudioFormat::from(Codec::Pcm).at(rate)), (60 + 900) * 16_000);
        assert_eq!(of(AudioFormat::from(Codec::Ulaw).at(rate)), (60 + 900) * 8_000);
        assert_eq!(of(AudioFormat::from(Codec::Mp3).with_bit_rate(64_000)), (60 + 900) * 8_000);
        assert!(Codec::ALL.into_iter().all(|codec| of(codec.into()) <= (60 + 900) * 96_000));
    }
}
