//! The recording that all vendors play, and how much of it a text is worth.

use std::collections::BTreeMap;
use std::f64::consts::PI;
use std::io::{self, Cursor};
use std::ops::Range;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use ogg::PacketReader;
use ropus::{Channels, DecodeMode, Decoder};

/// English, 36 s, made by this project: see `README.md`.
const HARBOUR: &[u8] = include_bytes!("../speech/harbour.opus");

/// Samples per second as it was spoken.
const SPOKEN_AT: u32 = 24_000;

/// How long a character takes at speed 1.
pub(crate) const SECONDS_PER_CHARACTER: f64 = 0.065;

static RECORDING: LazyLock<Result<Recording, String>> =
    LazyLock::new(|| decode(HARBOUR).map(Recording::new).map_err(|error| error.to_string()));

/// The recording, decoded once and resampled once for each rate that is asked for.
pub(crate) struct Recording {
    spoken: Arc<[f32]>,
    resampled: Mutex<BTreeMap<u32, Arc<[f32]>>>,
}

impl Recording {
    pub(crate) fn get() -> io::Result<&'static Self> {
        RECORDING.as_ref().map_err(|error| io::Error::other(error.as_str()))
    }

    fn new(spoken: Vec<f32>) -> Self {
        Self { spoken: spoken.into(), resampled: Mutex::default() }
    }

    /// The recording from its start, again and again.
    pub(crate) fn play(&self, rate: u32) -> Playback {
        let mut resampled = self.resampled.lock().unwrap_or_else(PoisonError::into_inner);
        let samples = resampled.entry(rate).or_insert_with(|| resample(&self.spoken, SPOKEN_AT, rate));
        Playback { samples: Arc::clone(samples), position: 0 }
    }
}

/// An endless loop of speech.
pub(crate) struct Playback {
    samples: Arc<[f32]>,
    position: usize,
}

impl Playback {
    pub(crate) fn take(&mut self, count: usize) -> Vec<f32> {
        let mut taken = Vec::with_capacity(count);
        while taken.len() < count {
            let rest = &self.samples[self.position..];
            let piece = &rest[..rest.len().min(count - taken.len())];
            taken.extend_from_slice(piece);
            self.position = (self.position + piece.len()) % self.samples.len();
        }
        taken
    }
}

/// A text and its time: every character takes as long as any other.
#[derive(Clone)]
pub(crate) struct Reading {
    pub(crate) characters: Vec<char>,
    seconds_per_character: f64,
}

impl Reading {
    pub(crate) fn new(text: &str, speed: f64) -> Self {
        Self { characters: text.chars().collect(), seconds_per_character: SECONDS_PER_CHARACTER / speed }
    }

    /// The same text in that many seconds.
    pub(crate) fn within(self, seconds: f64) -> Self {
        let seconds_per_character = seconds / self.characters.len().max(1) as f64;
        Self { seconds_per_character, ..self }
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.start_of(self.characters.len())
    }

    /// When a character starts, in seconds.
    pub(crate) fn start_of(&self, character: usize) -> f64 {
        character as f64 * self.seconds_per_character
    }

    /// How many samples the characters take. Neighbouring ranges share no sample and leave none out.
    pub(crate) fn samples(&self, characters: Range<usize>, rate: u32) -> usize {
        let sample = |character| (self.start_of(character) * f64::from(rate)).round() as usize;
        sample(characters.end) - sample(characters.start)
    }
}

fn decode(opus: &[u8]) -> io::Result<Vec<f32>> {
    const PRE_SKIP: usize = 312 / 2;
    const LONGEST_PACKET: usize = SPOKEN_AT as usize * 120 / 1000;
    let mut packets = PacketReader::new(Cursor::new(opus));
    let mut decoder = Decoder::new(SPOKEN_AT, Channels::Mono).map_err(io::Error::other)?;
    let mut samples = Vec::new();
    let mut block = vec![0.0; LONGEST_PACKET];
    while let Some(packet) = packets.read_packet().map_err(io::Error::other)? {
        if packet.data.starts_with(b"OpusHead") || packet.data.starts_with(b"OpusTags") {
            continue;
        }
        let length =
            decoder.decode_float(&packet.data, &mut block, DecodeMode::Normal).map_err(io::Error::other)?;
        samples.extend_from_slice(&block[..length]);
    }
    samples.drain(..PRE_SKIP.min(samples.len()));
    Ok(samples)
}

/// Windowed-sinc interpolation of a loop, with one filter for each phase between two samples.
fn resample(samples: &[f32], from: u32, to: u32) -> Arc<[f32]> {
    /// Zero crossings of the sinc on either side.
    const CROSSINGS: f64 = 24.0;
    /// The pass band's share of what the lower rate can hold.
    const BAND: f64 = 0.95;
    let common = greatest_common_divisor(from, to);
    let (step, phases) = ((from / common) as usize, (to / common) as usize);
    if step == phases {
        return samples.into();
    }
    let cutoff = BAND * (f64::from(to) / f64::from(from)).min(1.0);
    let reach = (CROSSINGS / cutoff).ceil() as usize;
    let filters: Vec<Vec<f32>> = (0..phases)
        .map(|phase| {
            let offset = phase as f64 / phases as f64;
            let taps = (0..2 * reach).map(|tap| tap as f64 - (reach as f64 - 1.0) - offset);
            taps.map(|x| (cutoff * sinc(cutoff * x) * hann(x / reach as f64)) as f32).collect()
        })
        .collect();
    // The first tap of the first sample lies this far before it: in the end of the loop.
    let before = &samples[samples.len() - (reach - 1)..];
    let looped = [before, samples, &samples[..reach]].concat();
    (0..samples.len() * phases / step)
        .map(|index| {
            let filter = &filters[index * step % phases];
            let around = &looped[index * step / phases..];
            filter.iter().zip(around).map(|(tap, sample)| tap * sample).sum()
        })
        .collect()
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

fn hann(x: f64) -> f64 {
    (0.5 * PI * x.clamp(-1.0, 1.0)).cos().powi(2)
}
