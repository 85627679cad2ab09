use std::cmp::Reverse;

use speech::{AudioFormat, Codec, SampleRate};
use wire::elevenlabs::upstream::{OUTPUT_FORMATS, OutputFormat};

/// The format of a codec of which nobody asks for a rate or a bit rate.
const USUAL: [&str; 4] = ["mp3_44100_128", "opus_48000_128", "pcm_24000", "wav_24000"];

/// What to ask for: exactly what is wanted, where there is that, or samples that it can be made of. `with_header` says
/// whether the call knows `wav`: only the one that neither streams nor tells times does.
///
/// Some need a plan: `mp3_44100_192`, `pcm_44100` and `wav_44100`. ElevenLabs says so when it is asked.
pub(super) fn nearest(wanted: AudioFormat, with_header: bool) -> &'static OutputFormat {
    let pcm = AudioFormat::from(Codec::Pcm);
    let offered = || {
        let usual = USUAL.into_iter().filter_map(OutputFormat::named);
        usual.chain(OUTPUT_FORMATS).filter(|offer| with_header || offer.format.codec != Codec::Wav)
    };
    [wanted, AudioFormat { rate: wanted.rate, ..pcm }, pcm]
        .into_iter()
        .find_map(|wanted| offered().find(|offer| wanted.is_met_by(offer.format)))
        .unwrap_or(&OUTPUT_FORMATS[0])
}

/// Every codec that there is something to ask for in.
pub(super) fn codecs() -> Vec<Codec> {
    let mut codecs: Vec<Codec> = OUTPUT_FORMATS.iter().map(|offer| offer.format.codec).collect();
    codecs.sort_unstable();
    codecs.dedup();
    codecs
}

/// The rates of its samples, the highest first.
pub(super) fn sample_rates() -> Vec<u32> {
    let samples = OUTPUT_FORMATS.iter().filter(|offer| offer.format.codec == Codec::Pcm);
    let mut rates: Vec<u32> = samples.filter_map(|offer| offer.format.rate).map(SampleRate::get).collect();
    rates.sort_unstable_by_key(|rate| Reverse(*rate));
    rates
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    fn asked(codec: Codec, rate: u32, bit_rate: u32, with_header: bool) -> &'static str {
        let bit_rate = (bit_rate > 0).then_some(bit_rate);
        nearest(AudioFormat { codec, rate: NonZeroU32::new(rate), bit_rate }, with_header).name
    }

    #[test]
    fn what_there_is_exactly_is_asked_for() {
        for OutputFormat { name, format } in OUTPUT_FORMATS {
            assert_eq!(nearest(*format, true).name, *name);
        }
        assert_eq!(asked(Codec::Mp3, 0, 0, false), "mp3_44100_128");
        assert_eq!(asked(Codec::Mp3, 44_100, 0, false), "mp3_44100_128");
        assert_eq!(asked(Codec::Mp3, 22_050, 0, false), "mp3_22050_32");
        assert_eq!(asked(Codec::Mp3, 0, 192_000, false), "mp3_44100_192");
        assert_eq!(asked(Codec::Opus, 0, 0, false), "opus_48000_128");
        assert_eq!(asked(Codec::Ulaw, 0, 0, false), "ulaw_8000");
        assert_eq!(asked(Codec::Wav, 0, 0, true), "wav_24000");
    }

    #[test]
    fn what_there_is_not_is_made_of_samples() {
        assert_eq!(asked(Codec::Wav, 16_000, 0, false), "pcm_16000");
        assert_eq!(asked(Codec::Wav, 0, 0, false), "pcm_24000");
        assert_eq!(asked(Codec::Flac, 44_100, 0, true), "pcm_44100");
        assert_eq!(asked(Codec::Aac, 0, 64_000, true), "pcm_24000");
        assert_eq!(asked(Codec::Mp3, 48_000, 0, true), "pcm_48000");
        assert_eq!(asked(Codec::Ulaw, 16_000, 0, true), "pcm_16000");
        assert_eq!(asked(Codec::Pcm, 12_000, 0, true), "pcm_24000");
    }
}
