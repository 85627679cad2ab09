//! A whole speech, as it is kept.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures::stream::{self, StreamExt as _};
use sha2::{Digest as _, Sha256};
use speech::{AudioChunk, AudioStream, SampleRate, TimingKind, Viseme, WordTiming};

use super::CacheUse;
use super::key::Key;
use crate::route::Encoded;

/// Bytes that are handed over at a time.
const SLICE: usize = 64 << 10;

/// What a file begins with: its kind, and the version of its shape.
const MAGIC: [u8; 4] = *b"SBC2";

/// Bytes of a SHA-256.
const CHECKSUM: usize = 32;

/// A whole speech in one format, with its words' times.
#[derive(Debug, PartialEq)]
pub(super) struct Recording {
    sample_rate: SampleRate,
    samples: u64,
    words: Vec<WordTiming>,
    bytes: Bytes,
}

/// A word's times as a file has them: all that [`WordTiming`] has.
type Written = (String, u64, u64, usize, usize, TimingKind, Vec<u64>, Vec<Viseme>);

impl Recording {
    /// The chunks of a complete speech.
    pub(super) fn of<'c>(
        sample_rate: SampleRate,
        chunks: impl Iterator<Item = &'c AudioChunk> + Clone,
    ) -> Self {
        let mut bytes = BytesMut::with_capacity(chunks.clone().map(|chunk| chunk.bytes.len()).sum());
        let mut recording = Self { sample_rate, samples: 0, words: Vec::new(), bytes: Bytes::new() };
        for chunk in chunks {
            bytes.extend_from_slice(&chunk.bytes);
            recording.samples += chunk.samples as u64;
            recording.words.extend(chunk.words.iter().cloned());
        }
        recording.bytes = bytes.freeze();
        recording
    }

    /// What it takes in memory, about.
    pub(super) fn weight(&self) -> u64 {
        const OVERHEAD: usize = 256;
        let word = |word: &WordTiming| {
            let own = size_of::<WordTiming>() + word.text.len();
            own + word.letters.len() * size_of::<u64>() + word.visemes.len() * size_of::<Viseme>()
        };
        (OVERHEAD + self.bytes.len() + self.words.iter().map(word).sum::<usize>()) as u64
    }

    /// The same speech once more.
    pub(super) fn played(self: Arc<Self>) -> Encoded {
        let sample_rate = self.sample_rate;
        let slices = self.bytes.len().div_ceil(SLICE).max(1);
        let audio: AudioStream = stream::iter((0..slices).map(move |at| Ok(self.slice(at, slices)))).boxed();
        Encoded { sample_rate, audio, cache: Some(CacheUse::Hit) }
    }

    /// One of so many slices: its bytes, its share of the samples, and the words that begin in that share.
    fn slice(&self, at: usize, slices: usize) -> AudioChunk {
        let last = at + 1 == slices;
        let (from, to) = (at * SLICE, if last { self.bytes.len() } else { (at + 1) * SLICE });
        let samples = |bytes: usize| {
            let share = u128::from(self.samples) * bytes as u128 / self.bytes.len().max(1) as u128;
            share as u64
        };
        let (first, end) = (samples(from), if last { self.samples } else { samples(to) });
        let begins = |word: &&WordTiming| {
            let place = word.start_ms.saturating_mul(u64::from(self.sample_rate.get())) / 1000;
            (first <= place || at == 0) && (place < end || last)
        };
        AudioChunk {
            bytes: self.bytes.slice(from..to),
            words: self.words.iter().filter(begins).cloned().collect(),
            samples: (end - first) as usize,
            last,
        }
    }

    /// As a file of that key.
    pub(super) fn to_file(&self, key: &Key) -> Result<Vec<u8>, serde_json::Error> {
        let words: Vec<Written> = self.words.iter().cloned().map(written).collect();
        let words = serde_json::to_vec(&words)?;
        let mut body = Vec::with_capacity(20 + words.len() + self.bytes.len());
        body.extend_from_slice(&self.sample_rate.get().to_le_bytes());
        body.extend_from_slice(&self.samples.to_le_bytes());
        body.extend_from_slice(&(words.len() as u64).to_le_bytes());
        body.extend_from_slice(&words);
        body.extend_from_slice(&self.bytes);
        Ok([&MAGIC[..], &checksum(key, &body), &body].concat())
    }

    /// What a file of that key holds; none where it is damaged, or another's.
    pub(super) fn from_file(key: &Key, file: Vec<u8>) -> Option<Self> {
        let file = Bytes::from(file);
        let (magic, rest) = file.split_first_chunk::<4>()?;
        let (sum, body) = rest.split_first_chunk::<CHECKSUM>()?;
        if *magic != MAGIC || *sum != checksum(key, body) {
            return None;
        }
        let (rate, body) = body.split_first_chunk::<4>()?;
        let (samples, body) = body.split_first_chunk::<8>()?;
        let (length, body) = body.split_first_chunk::<8>()?;
        let (words, bytes) = body.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        let words: Vec<Written> = serde_json::from_slice(words).ok()?;
        Some(Self {
            sample_rate: SampleRate::new(u32::from_le_bytes(*rate))?,
            samples: u64::from_le_bytes(*samples),
            words: words.into_iter().map(read).collect(),
            bytes: file.slice_ref(bytes),
        })
    }
}

fn checksum(key: &Key, body: &[u8]) -> [u8; CHECKSUM] {
    Sha256::new().chain_update(key.bytes()).chain_update(body).finalize().into()
}

fn written(word: WordTiming) -> Written {
    let WordTiming { text, start_ms, end_ms, offset, length, kind, letters, visemes } = word;
    (text, start_ms, end_ms, offset, length, kind, letters, visemes)
}

fn read((text, start_ms, end_ms, offset, length, kind, letters, visemes): Written) -> WordTiming {
    WordTiming { text, start_ms, end_ms, offset, length, kind, letters, visemes }
}

#[cfg(test)]
#[path = "recording/tests.rs"]
mod tests;
