//! Decoders by other hands than the encoders'.

use std::io::Cursor;
use std::io::ErrorKind::UnexpectedEof;

use rusty_opus::OpusDecoder;
use speech::Codec;
use symphonia::core::audio::GenericAudioBufferRef;
use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;

use crate::g711::{from_alaw, from_ulaw};

/// What a listener hears.
pub(crate) struct Heard {
    pub(crate) rate: u32,
    pub(crate) samples: Vec<f32>,
}

/// Decodes a whole stream, or the beginning of one; panics on the first thing that is not as it should be.
pub(crate) fn decode(codec: Codec, bytes: &[u8], pcm_rate: u32) -> Heard {
    match codec {
        Codec::Opus => opus(bytes),
        Codec::Webm => webm(bytes),
        Codec::OpusPackets => packets(bytes, pcm_rate),
        Codec::Pcm => Heard { rate: pcm_rate, samples: bytes.chunks_exact(2).map(from_s16le).collect() },
        Codec::Ulaw => g711(bytes, pcm_rate, from_ulaw),
        Codec::Alaw => g711(bytes, pcm_rate, from_alaw),
        _ => by_symphonia(codec, bytes),
    }
}

fn g711(bytes: &[u8], rate: u32, law: fn(u8) -> i16) -> Heard {
    Heard { rate, samples: bytes.iter().map(|&byte| f32::from(law(byte)) / 32768.0).collect() }
}

fn from_s16le(pair: &[u8]) -> f32 {
    f32::from(i16::from_le_bytes([pair[0], pair[1]])) / 32768.0
}

fn opened(codec: Codec, bytes: &[u8]) -> Box<dyn FormatReader> {
    let mut hint = Hint::new();
    hint.with_extension(codec.name());
    let source = MediaSourceStream::new(Box::new(Cursor::new(bytes.to_vec())), Default::default());
    symphonia::default::get_probe()
        .probe(&hint, source, FormatOptions::default(), MetadataOptions::default())
        .unwrap_or_else(|error| panic!("{codec} of {} bytes: {error}", bytes.len()))
}

fn by_symphonia(codec: Codec, bytes: &[u8]) -> Heard {
    let mut container = opened(codec, bytes);
    let track = container.default_track(TrackType::Audio).unwrap();
    let parameters = track.codec_params.as_ref().unwrap().audio().unwrap();
    let rate = parameters.sample_rate.unwrap();
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(parameters, &AudioDecoderOptions::default())
        .unwrap();
    let mut samples = Vec::new();
    loop {
        let packet = match container.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => break,
            // The placeholder size promises more than comes: a streamed WAV ends where its bytes end.
            Err(Error::IoError(error)) if codec.is_wav() && error.kind() == UnexpectedEof => {
                break;
            }
            Err(error) => panic!("{codec}: {error}"),
        };
        let piece: GenericAudioBufferRef<'_> = decoder.decode(&packet).unwrap();
        assert_eq!(piece.spec().channels().count(), 1, "mono");
        let mut heard: Vec<f32> = Vec::new();
        piece.copy_to_vec_interleaved(&mut heard);
        samples.extend(heard);
    }
    Heard { rate, samples }
}

/// Plays an Ogg Opus stream as RFC 7845 says: the pre-skip dropped, the end where the last granule position
/// is.
fn opus(bytes: &[u8]) -> Heard {
    let mut packets = ogg::PacketReader::new(Cursor::new(bytes));
    let head = packets.read_packet_expected().unwrap();
    assert!(head.first_in_stream() && head.last_in_page());
    assert_eq!(&head.data[..10], b"OpusHead\x01\x01");
    let skip = u64::from(u16::from_le_bytes([head.data[10], head.data[11]]));
    let rate = u32::from_le_bytes(head.data[12..16].try_into().unwrap());
    let tags = packets.read_packet_expected().unwrap();
    assert!(tags.data.starts_with(b"OpusTags") && tags.last_in_page());
    let granules = u64::from(48_000 / rate);
    let mut decoder = OpusDecoder::new(rate as i32, 1).unwrap();
    let block = (rate / 50) as usize;
    let mut samples = Vec::new();
    let mut end = None;
    while let Some(packet) = packets.read_packet().unwrap() {
        assert_eq!(end, None, "nothing follows the end of the stream");
        let mut piece = vec![0.0; block];
        assert_eq!(decoder.decode(&packet.data, block, &mut piece).unwrap(), block);
        samples.extend(piece);
        let so_far = samples.len() as u64 * granules;
        if packet.last_in_stream() {
            end = Some(packet.absgp_page());
            assert!(so_far - packet.absgp_page() < 960, "less than a packet is trimmed");
        } else if packet.last_in_page() {
            assert_eq!(packet.absgp_page(), so_far, "a page's granule position counts its samples");
        }
    }
    samples.truncate((end.unwrap_or(u64::MAX) / granules).min(samples.len() as u64) as usize);
    samples.drain(..((skip / granules) as usize).min(samples.len()));
    Heard { rate, samples }
}

/// Plays Opus in WebM: the codec's delay dropped, and of the last block what it says.
fn webm(bytes: &[u8]) -> Heard {
    const DISCARD_PADDING_OF_FOUR_BYTES: [u8; 4] = [0x75, 0xA2, 0x40, 0x04];
    let mut container = opened(Codec::Webm, bytes);
    let track = container.default_track(TrackType::Audio).unwrap();
    let parameters = track.codec_params.as_ref().unwrap().audio().unwrap();
    let head = parameters.extra_data.clone().unwrap();
    assert_eq!(&head[..10], b"OpusHead\x01\x01");
    let rate = u32::from_le_bytes(head[12..16].try_into().unwrap());
    let skip = usize::from(u16::from_le_bytes([head[10], head[11]])) * rate as usize / 48_000;
    let mut packets = Vec::new();
    loop {
        let packet = match container.next_packet() {
            Ok(Some(packet)) => packet,
            // Nothing tells the size of a stream: it ends where its bytes end.
            Err(Error::IoError(error)) if error.kind() == UnexpectedEof => break,
            other => panic!("{:?}", other.map(drop)),
        };
        // Times are in whole milliseconds, and the codec's delay of 6.5 is before the start.
        assert_eq!(packet.pts.get(), 20 * packets.len() as i64 - 6);
        packets.push(packet.data);
    }
    let mut samples = blocks(packets.iter().map(|packet| &packet[..]), rate);
    if let Some(place) = bytes.windows(4).rposition(|bytes| bytes == DISCARD_PADDING_OF_FOUR_BYTES) {
        let nanoseconds = i32::from_be_bytes(bytes[place + 4..].try_into().unwrap());
        let discarded = (f64::from(nanoseconds) * f64::from(rate) / 1e9).round() as usize;
        assert!(discarded < rate as usize / 50, "less than a packet is discarded");
        samples.truncate(samples.len() - discarded);
    }
    samples.drain(..skip.min(samples.len()));
    Heard { rate, samples }
}

/// Packets at the usual 40 kbit/s: of 100 bytes.
fn packets(bytes: &[u8], rate: u32) -> Heard {
    Heard { rate, samples: blocks(bytes.chunks(100), rate) }
}

/// Packets of 20 ms, decoded.
pub(crate) fn blocks<'a>(packets: impl Iterator<Item = &'a [u8]>, rate: u32) -> Vec<f32> {
    let block = (rate / 50) as usize;
    let mut decoder = OpusDecoder::new(rate as i32, 1).unwrap();
    packets
        .flat_map(|packet| {
            let mut samples = vec![0.0; block];
            assert_eq!(decoder.decode(packet, block, &mut samples).unwrap(), block);
            samples
        })
        .collect()
}
