use std::cmp::Reverse;

use speech::{AudioFormat, Codec, SampleRate};
use wire::azure::{OUTPUT_FORMATS, OutputFormat};

/// The format of a codec of which nobody asks for a rate or a bit rate: most voices speak at 24 kHz.
const USUAL: [&str; 6] = [
    "audio-24khz-96kbitrate-mono-mp3",
    "ogg-24khz-16bit-mono-opus",
    "audio-24khz-16bit-mono-flac",
    "raw-24khz-16bit-mono-pcm",
    "riff-24khz-16bit-mono-pcm",
    "webm-24khz-16bit-mono-opus",
];

/// What to ask for: exactly what is wanted, where there is that, or samples that it can be made of. What has a header with
/// its size is made of a whole sound only.
pub(super) fn nearest(wanted: AudioFormat, is_whole: bool) -> OutputFormat {
    let pcm = AudioFormat::from(Codec::Pcm);
    let offered = || offers().filter(|offer| is_whole || !offer.format.codec.is_wav());
    [wanted, AudioFormat { rate: wanted.rate, ..pcm }, pcm]
        .into_iter()
        .find_map(|wanted| offered().find(|offer| wanted.is_met_by(offer.format)))
        .unwrap_or(OutputFormat {
            name: USUAL[3],
            format: pcm.at(SampleRate::new(24_000).unwrap_or(SampleRate::MIN)),
        })
}

/// All there is, the usual ones first.
fn offers() -> impl Iterator<Item = OutputFormat> {
    USUAL.into_iter().filter_map(OutputFormat::named).chain(OUTPUT_FORMATS).copied()
}

/// Every codec that there is something to ask for in.
pub(super) fn codecs() -> Vec<Codec> {
    let mut codecs: Vec<Codec> = offers().map(|offer| offer.format.codec).collect();
    codecs.sort_unstable();
    codecs.dedup();
    codecs
}

/// The rates of its samples, the best first.
pub(super) fn sample_rates() -> Vec<u32> {
    let samples = offers().filter(|offer| offer.format.codec == Codec::Pcm);
    let mut rates: Vec<u32> = samples.filter_map(|offer| offer.format.rate).map(SampleRate::get).collect();
    rates.sort_unstable_by_key(|rate| Reverse(*rate));
    rates.dedup();
    rates
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    fn asked(codec: Codec, rate: u32, bit_rate: u32, is_whole: bool) -> &'static str {
        let bit_rate = (bit_rate > 0).then_some(bit_rate);
        nearest(AudioFormat { codec, rate: NonZeroU32::new(rate), bit_rate }, is_whole).name
    }

    #[test]
    fn what_there_is_exactly_is_asked_for_by_its_name() {
        for OutputFormat { name, format } in OUTPUT_FORMATS {
            let output = nearest(*format, true);
            // Of two that differ in their bit rate, which WebM does not tell, the usual one is as good.
            assert!(output.name == *name || output.format == *format, "{name}: {}", output.name);
        }
        assert_eq!(asked(Codec::Mp3, 0, 0, false), "audio-24khz-96kbitrate-mono-mp3");
        assert_eq!(asked(Codec::Mp3, 24_000, 48_000, false), "audio-24khz-48kbitrate-mono-mp3");
        assert_eq!(asked(Codec::Mp3, 16_000, 0, false), "audio-16khz-32kbitrate-mono-mp3");
        assert_eq!(asked(Codec::Opus, 48_000, 0, false), "ogg-48khz-16bit-mono-opus");
        assert_eq!(asked(Codec::Ulaw, 0, 0, false), "raw-8khz-8bit-mono-mulaw");
        assert_eq!(asked(Codec::Wav, 0, 0, true), "riff-24khz-16bit-mono-pcm");
        assert_eq!(asked(Codec::Foreign("amr-wb-16000hz"), 0, 0, false), "amr-wb-16000hz");
    }

    #[test]
    fn what_there_is_not_is_made_of_samples() {
        assert_eq!(asked(Codec::Wav, 16_000, 0, false), "raw-16khz-16bit-mono-pcm");
        assert_eq!(asked(Codec::Wav, 0, 0, false), "raw-24khz-16bit-mono-pcm");
        assert_eq!(asked(Codec::Mp3, 44_100, 128_000, true), "raw-44100hz-16bit-mono-pcm");
        assert_eq!(asked(Codec::Aac, 0, 64_000, true), "raw-24khz-16bit-mono-pcm");
        assert_eq!(asked(Codec::Opus, 24_000, 32_000, true), "raw-24khz-16bit-mono-pcm");
        assert_eq!(asked(Codec::Pcm, 12_000, 0, true), "raw-24khz-16bit-mono-pcm");
    }
}
