//! Opus in WebM (RFC 9559; <https://www.matroska.org/technical/codec_specs.html>), as it streams: neither the
//! segment nor a cluster tells its size, so that each packet leaves at once.

use speech::{Codec, SampleRate};

use super::{Container, GRANULE_RATE, GRANULES, PACKETS_PER_SECOND, PRE_SKIP, head};
use crate::EncodeError;
use crate::ebml::{element, id, unsized_element};

/// Packets in a cluster, which is where a player can begin to read: a second of them.
const PACKETS_IN_CLUSTER: u64 = PACKETS_PER_SECOND as u64;

const NANOSECONDS: u64 = 1_000_000_000;

/// The one track's number.
const TRACK: u8 = 1;

/// Bytes that are ready to leave.
pub(crate) struct Webm(Vec<u8>);

impl Container for Webm {
    const CODEC: Codec = Codec::Webm;

    fn new(rate: SampleRate) -> Result<Self, EncodeError> {
        Ok(Self([header(), unsized_element(id::SEGMENT), information(), tracks(rate)].concat()))
    }

    fn put(&mut self, packet: Vec<u8>, position: u64, end: Option<u64>) -> Result<(), EncodeError> {
        let before = position / GRANULES - 1;
        let in_cluster = before % PACKETS_IN_CLUSTER;
        if in_cluster == 0 {
            self.0.extend(unsized_element(id::CLUSTER));
            self.0.extend(number(id::TIMESTAMP, milliseconds(before)));
        }
        let time = milliseconds(in_cluster) as i16;
        self.0.extend(match end {
            None => element(id::SIMPLE_BLOCK, &block(time, KEY_FRAME, &packet)),
            // Players drop as much from the end of it.
            Some(end) => element(
                id::BLOCK_GROUP,
                &[
                    element(id::BLOCK, &block(time, NO_FLAGS, &packet)),
                    element(id::DISCARD_PADDING, &(nanoseconds(position - end) as i32).to_be_bytes()),
                ]
                .concat(),
            ),
        });
        Ok(())
    }

    fn ready(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}

/// When the packet with so many before it begins. The time of the pre-skip counts, too.
fn milliseconds(packets: u64) -> u64 {
    packets * 1000 / u64::from(PACKETS_PER_SECOND)
}

fn nanoseconds(granules: u64) -> u64 {
    (granules * NANOSECONDS + u64::from(GRANULE_RATE) / 2) / u64::from(GRANULE_RATE)
}

/// What kind of file it is (RFC 8794, 11.2).
fn header() -> Vec<u8> {
    master(
        id::EBML,
        &[
            number(id::EBML_VERSION, 1),
            number(id::EBML_READ_VERSION, 1),
            number(id::EBML_MAX_ID_LENGTH, 4),
            number(id::EBML_MAX_SIZE_LENGTH, 8),
            element(id::DOC_TYPE, b"webm"),
            number(id::DOC_TYPE_VERSION, 4),
            number(id::DOC_TYPE_READ_VERSION, 2),
        ],
    )
}

/// In which unit times are told (milliseconds), and who wrote it.
fn information() -> Vec<u8> {
    const WRITER: &[u8] = b"voice-soundboard";
    master(
        id::INFO,
        &[
            number(id::TIMESTAMP_SCALE, NANOSECONDS / 1000),
            element(id::MUXING_APP, WRITER),
            element(id::WRITING_APP, WRITER),
        ],
    )
}

/// The one track: Opus, mono, of a language that nobody told.
fn tracks(rate: SampleRate) -> Vec<u8> {
    const AUDIO: u64 = 2;
    const MONO: u64 = 1;
    /// What a decoder must hear before a place to be right at it (RFC 7845, 4.6), in nanoseconds.
    const PRE_ROLL: u64 = 80_000_000;
    let audio =
        [element(id::SAMPLING_FREQUENCY, &f64::from(GRANULE_RATE).to_be_bytes()), number(id::CHANNELS, MONO)];
    let entry = [
        number(id::TRACK_NUMBER, TRACK.into()),
        number(id::TRACK_UID, TRACK.into()),
        number(id::TRACK_TYPE, AUDIO),
        number(id::FLAG_LACING, 0),
        element(id::LANGUAGE, b"und"),
        element(id::CODEC_ID, b"A_OPUS"),
        element(id::CODEC_PRIVATE, &head(rate)),
        number(id::CODEC_DELAY, nanoseconds(PRE_SKIP.into())),
        number(id::SEEK_PRE_ROLL, PRE_ROLL),
        master(id::AUDIO, &audio),
    ];
    master(id::TRACKS, &[master(id::TRACK_ENTRY, &entry)])
}

/// The flag of a simple block that a player can begin with, as with every packet of Opus.
const KEY_FRAME: u8 = 0x80;
const NO_FLAGS: u8 = 0;

/// A packet with its track and its time after its cluster's (RFC 9559, 10).
fn block(time: i16, flags: u8, packet: &[u8]) -> Vec<u8> {
    const SIZED_BY_ITS_FIRST_BIT: u8 = 0x80;
    let [high, low] = time.to_be_bytes();
    [&[SIZED_BY_ITS_FIRST_BIT | TRACK, high, low, flags], packet].concat()
}

fn master(id: u32, elements: &[Vec<u8>]) -> Vec<u8> {
    element(id, &elements.concat())
}

/// An unsigned integer, without the bytes before it that are zero.
fn number(id: u32, number: u64) -> Vec<u8> {
    let bytes = number.to_be_bytes();
    let zeros = (number.leading_zeros() / 8).min(7) as usize;
    element(id, &bytes[zeros..])
}
