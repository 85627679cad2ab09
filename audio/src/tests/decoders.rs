//! Our decoders, judged by those of other hands, and by what was said.

use std::num::NonZeroU32;

use speech::{AudioFormat, Codec, SampleRate};

use super::decode as reference;
use super::signal::{snr, sound};
use super::{KOKORO, completed, encode, lead};
use crate::{DecodeError, Rates, Resampler, decoder, set_exact_sizes};

/// What our decoder makes of the bytes, cut into pieces of that length.
pub(super) fn decoded(format: AudioFormat, bytes: &[u8], cut: usize) -> Result<Vec<f32>, DecodeError> {
    let mut decoder = decoder(format)?;
    let mut samples = Vec::new();
    let mut rate = decoder.rate();
    for piece in bytes.chunks(cut) {
        decoder.decode(piece, &mut samples)?;
        assert!(rate.is_none() || rate == decoder.rate(), "the rate changed");
        assert!(samples.is_empty() || decoder.rate().is_some(), "samples of an unknown rate");
        rate = decoder.rate();
    }
    decoder.finish(&mut samples)?;
    Ok(samples)
}

/// The codecs that are decoded.
pub(super) fn codecs() -> impl Iterator<Item = Codec> {
    Codec::ALL.into_iter().filter(|codec| !matches!(codec, Codec::Flac | Codec::Webm | Codec::OpusPackets))
}

/// The format, with what the bytes do not tell.
pub(super) fn told(codec: Codec, rate: SampleRate) -> AudioFormat {
    match codec {
        Codec::OpusPackets => AudioFormat::from(codec).with_bit_rate(40_000),
        _ if codec.is_headerless() => AudioFormat::from(codec).at(rate),
        _ => codec.into(),
    }
}

#[test]
fn they_hear_what_others_hear_however_the_bytes_are_cut() {
    let said = sound(24_000, 12_345);
    for codec in codecs() {
        let bytes = encode(codec, KOKORO, &[&said]);
        let whole = decoded(told(codec, KOKORO), &bytes, bytes.len()).unwrap();
        let others = reference::decode(codec, &bytes, 24_000).samples;
        let snr = snr(&others, &whole);
        assert!(snr > 60.0, "{codec}: {snr:.1} dB");
        for cut in [1, 2, 3, 7, 1000] {
            assert_eq!(
                decoded(told(codec, KOKORO), &bytes, cut).unwrap(),
                whole,
                "{codec} cut every {cut} bytes"
            );
        }
    }
}

#[test]
fn what_is_said_at_one_rate_is_heard_at_every_rate_of_every_codec() {
    let said = sound(24_000, 24_000);
    for codec in Codec::ALL {
        for rate in [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000] {
            let rate = NonZeroU32::new(rate).unwrap();
            if !Rates::of(codec).hold(rate) {
                continue;
            }
            let mut meant = Vec::new();
            if rate == KOKORO {
                meant.clone_from(&said);
            } else {
                let mut resampler = Resampler::new(KOKORO, rate).unwrap();
                resampler.resample(&said, &mut meant);
                resampler.finish(&mut meant);
            }
            assert_eq!(meant.len(), rate.get() as usize);

            let format = AudioFormat::from(codec).at(rate);
            let bytes = encode(format, KOKORO, &[&said]);
            let heard = match codec {
                Codec::Flac | Codec::Webm | Codec::OpusPackets => {
                    reference::decode(codec, &bytes, rate.get()).samples
                }
                _ => decoded(told(codec, rate), &bytes, 1000).unwrap(),
            };
            let lead = lead(codec, rate.get());
            let heard = &heard[lead..];
            match lead {
                0 => assert_eq!(heard.len(), completed(codec, meant.len()), "{codec} at {rate} Hz"),
                _ => assert!(heard.len() - meant.len() < 1152 + 576),
            }
            let heard = &heard[..meant.len()];
            let least = match codec {
                Codec::Wav | Codec::Pcm | Codec::Flac => 85.0,
                Codec::Ulaw | Codec::Alaw | Codec::WavUlaw | Codec::WavAlaw => 35.0,
                Codec::Mp3 => 40.0,
                Codec::Aac => 34.0,
                Codec::Opus | Codec::Webm => 20.0,
                Codec::OpusPackets => 6.0,
                Codec::Foreign(_) => 0.0,
            };
            // The last 20 ms: nothing of the tail is lost.
            let end = meant.len() - rate.get() as usize / 50;
            for (place, meant, heard) in [("all", &meant[..], heard), ("end", &meant[end..], &heard[end..])] {
                let snr = snr(meant, heard);
                assert!(snr > least, "{codec} at {rate} Hz, {place}: {snr:.1} dB");
            }
        }
    }
}

#[test]
fn sound_leaves_while_the_bytes_come() {
    let said = sound(24_000, 24_000);
    for codec in codecs() {
        let bytes = encode(codec, KOKORO, &[&said]);
        let mut decoder = decoder(told(codec, KOKORO)).unwrap();
        let mut samples = Vec::new();
        let half = bytes.len() / 2;
        decoder.decode(&bytes[..half], &mut samples).unwrap();
        // A page of Opus is 100 ms.
        assert!(samples.len() > 12_000 - 2 * 2_400, "{codec}: {}", samples.len());
        assert_eq!(decoder.rate(), Some(KOKORO), "{codec}");
    }
}

#[test]
fn a_stream_cut_short_is_an_error() {
    let said = sound(24_000, 12_000);
    for codec in codecs() {
        let mut bytes = encode(codec, KOKORO, &[&said]);
        if codec.is_wav() {
            set_exact_sizes(&mut bytes);
        }
        if !matches!(codec, Codec::Ulaw | Codec::Alaw) {
            let short = &bytes[..bytes.len() - 1];
            let error = decoded(told(codec, KOKORO), short, 1000).unwrap_err();
            assert!(matches!(error, DecodeError::Truncated { .. }), "{codec}: {error:?}");
        }
        if !codec.is_headerless() {
            let error = decoded(told(codec, KOKORO), &[], 1).unwrap_err();
            assert_eq!(error.to_string(), format!("the {codec} stream ended too early"));
        }
    }
}

#[test]
fn an_opus_stream_without_its_last_page_is_heard_to_its_end() {
    let bytes = encode(Codec::Opus, KOKORO, &[&sound(24_000, 24_000)]);
    let last = bytes.windows(4).rposition(|magic| magic == b"OggS").unwrap();
    let samples = decoded(Codec::Opus.into(), &bytes[..last], 1000).unwrap();
    // Ten pages of 100 ms, less the pre-skip; the page that is gone held the rest.
    assert_eq!(samples.len(), 24_000 - 156);
}

#[test]
fn bytes_of_another_kind_are_an_error_and_so_is_a_hole() {
    for codec in [Codec::Mp3, Codec::Opus, Codec::Aac, Codec::Wav] {
        let error = decoded(codec.into(), br#"{"error": "no voice of that name"}"#, 3).unwrap_err();
        assert!(matches!(error, DecodeError::Invalid { .. }), "{codec}: {error:?}");
        assert_eq!(error.to_string(), format!("the bytes are not the {codec} that they should be"));
    }
    for codec in [Codec::Mp3, Codec::Opus, Codec::Aac] {
        let mut bytes = encode(codec, KOKORO, &[&sound(24_000, 12_000)]);
        bytes.drain(1_000..1_100);
        let error = decoded(codec.into(), &bytes, 1000).unwrap_err();
        assert!(matches!(error, DecodeError::Invalid { .. }), "{codec}: {error:?}");
    }
}

#[test]
fn what_cannot_be_decoded_is_refused_at_once() {
    for codec in [Codec::Flac, Codec::Webm, Codec::OpusPackets] {
        let error = decoder(codec.into()).err().unwrap();
        assert_eq!(error.to_string(), format!("{codec} cannot be decoded here"));
    }
    let error = decoder(Codec::Ulaw.into()).err().unwrap();
    assert_eq!(error.to_string(), "ulaw does not tell its sample rate");
}

/// A file as LAME makes it: an ID3 tag, a frame that tells where the sound begins and ends, and an old tag
/// behind.
#[test]
fn an_mp3_that_tells_its_ends_is_heard_without_them() {
    let said = sound(44_100, 30_000);
    let mut encoder =
        rusty_mp3::Mp3Encoder::new(rusty_mp3::Mp3EncoderConfig { bitrate_kbps: 128, vbr_quality: None });
    encoder.push_pcm_f32(&said, 1, 44_100).unwrap();
    encoder.finish();
    let mut file = b"ID3\x04\x00\x00\x00\x00\x01\x00".to_vec();
    file.extend([0; 128]);
    while let Ok(packet) = encoder.next_packet() {
        file.extend(packet);
    }
    file.extend(b"TAG");
    file.extend([b' '; 125]);
    for cut in [1, 1000] {
        let heard = decoded(Codec::Mp3.into(), &file, cut).unwrap();
        assert_eq!(heard.len(), said.len());
        assert!(snr(&said, &heard) > 30.0, "{:.1} dB", snr(&said, &heard));
    }
}

#[test]
fn two_channels_are_heard_as_their_mean() {
    let said = sound(24_000, 24_000);
    let both: Vec<f32> = said.iter().flat_map(|&sample| [sample, 0.5 * sample]).collect();
    let mut encoder =
        rusty_mp3::Mp3Encoder::new(rusty_mp3::Mp3EncoderConfig { bitrate_kbps: 160, vbr_quality: None });
    encoder.push_pcm_f32(&both, 2, 24_000).unwrap();
    encoder.finish();
    let mut file = Vec::new();
    while let Ok(packet) = encoder.next_packet() {
        file.extend(packet);
    }
    let mean: Vec<f32> = said.iter().map(|sample| 0.75 * sample).collect();
    let heard = decoded(Codec::Mp3.into(), &file, 1000).unwrap();
    assert!(snr(&mean, &heard) > 30.0, "mp3: {:.1} dB", snr(&mean, &heard));

    let channels: Vec<Vec<f32>> =
        [1.0, 0.5].map(|volume| said.iter().map(|sample| volume * sample).collect()).into();
    let file = syom::encode_with(&channels, 24_000, &syom::EncodeOptions::adts()).unwrap();
    let heard = decoded(Codec::Aac.into(), &file, 1000).unwrap();
    // This file has a tag that tells how long it is.
    assert_eq!(heard.len(), mean.len());
    assert!(snr(&mean, &heard) > 20.0, "aac: {:.1} dB", snr(&mean, &heard));
}
