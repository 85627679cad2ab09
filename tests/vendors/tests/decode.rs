//! Decoders by other hands than the encoders'.

use std::io::Cursor;

use rusty_opus::OpusDecoder;
use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;

/// What a listener hears.
pub(crate) struct Heard {
    pub(crate) rate: u32,
    pub(crate) samples: Vec<f32>,
}

impl Heard {
    pub(crate) fn seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(self.rate)
    }

    /// The loudness of speech: neither silence nor noise at full scale.
    pub(crate) fn is_audible(&self) -> bool {
        let energy: f32 = self.samples.iter().map(|sample| sample * sample).sum();
        (0.01..0.4).contains(&(energy / self.samples.len() as f32).sqrt())
    }
}

/// Decodes a whole stream of the vendors' formats: `mp3`, `opus`, `aac`, `flac`, `wav`, or, at a known rate,
/// `pcm`, `ulaw` and `alaw`.
pub(crate) fn decode(codec: &str, rate: u32, bytes: &[u8]) -> Heard {
    let pcm = |samples: Vec<f32>| Heard { rate, samples };
    match codec {
        "opus" => opus(bytes),
        "pcm" => pcm(bytes
            .chunks_exact(2)
            .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
            .map(full_scale)
            .collect()),
        "ulaw" => pcm(bytes.iter().copied().map(from_ulaw).map(full_scale).collect()),
        "alaw" => pcm(bytes.iter().copied().map(from_alaw).map(full_scale).collect()),
        _ => by_symphonia(codec, bytes),
    }
}

fn full_scale(sample: i16) -> f32 {
    f32::from(sample) / 32768.0
}

/// ITU-T G.711, table 2a, as arithmetic.
fn from_ulaw(byte: u8) -> i16 {
    let byte = !byte;
    let magnitude = ((i16::from(byte & 0x0F) * 2 + 33) << ((byte >> 4) & 7)) - 33;
    if byte & 0x80 != 0 { -4 * magnitude } else { 4 * magnitude }
}

/// ITU-T G.711, table 1a, as arithmetic.
fn from_alaw(byte: u8) -> i16 {
    let byte = byte ^ 0x55;
    let mantissa = i16::from(byte & 0x0F) * 2 + 1;
    let magnitude = match (byte >> 4) & 7 {
        0 => mantissa,
        exponent => (mantissa + 32) << (exponent - 1),
    };
    if byte & 0x80 != 0 { 8 * magnitude } else { -8 * magnitude }
}

fn by_symphonia(codec: &str, bytes: &[u8]) -> Heard {
    let mut hint = Hint::new();
    hint.with_extension(codec);
    // A streamed WAV does not know its length; it gets it here, as a player would read to the end.
    let mut bytes = bytes.to_vec();
    if codec == "wav" && bytes[40..44] == [0xFF; 4] {
        let length = bytes.len() as u32;
        bytes[4..8].copy_from_slice(&(length - 8).to_le_bytes());
        bytes[40..44].copy_from_slice(&(length - 44).to_le_bytes());
    }
    let source = MediaSourceStream::new(Box::new(Cursor::new(bytes)), Default::default());
    let mut container = symphonia::default::get_probe()
        .probe(&hint, source, FormatOptions::default(), MetadataOptions::default())
        .unwrap();
    let track = container.default_track(TrackType::Audio).unwrap();
    let parameters = track.codec_params.as_ref().unwrap().audio().unwrap();
    let rate = parameters.sample_rate.unwrap();
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(parameters, &AudioDecoderOptions::default())
        .unwrap();
    let mut samples = Vec::new();
    while let Some(packet) = container.next_packet().unwrap() {
        let piece = decoder.decode(&packet).unwrap();
        assert_eq!(piece.spec().channels().count(), 1, "mono");
        let mut heard: Vec<f32> = Vec::new();
        piece.copy_to_vec_interleaved(&mut heard);
        samples.extend(heard);
    }
    Heard { rate, samples }
}

/// Plays an Ogg Opus stream as RFC 7845 says: the pre-skip dropped, the end where the last granule position is.
fn opus(bytes: &[u8]) -> Heard {
    let mut packets = ogg::PacketReader::new(Cursor::new(bytes));
    let head = packets.read_packet_expected().unwrap();
    assert_eq!(&head.data[..10], b"OpusHead\x01\x01");
    let skip = u64::from(u16::from_le_bytes([head.data[10], head.data[11]]));
    let rate = u32::from_le_bytes(head.data[12..16].try_into().unwrap());
    assert!(packets.read_packet_expected().unwrap().data.starts_with(b"OpusTags"));
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
        end = packet.last_in_stream().then(|| packet.absgp_page());
    }
    samples.truncate((end.expect("an end of the stream") / granules) as usize);
    samples.drain(..(skip / granules) as usize);
    Heard { rate, samples }
}
