//! Kokoro-82M, spoken in this process.
mod guess;
mod vocabulary;
pub mod voices;
mod reading;
mod signs;
mod words;
mod phonemes;
mod pieces;
mod mix;
