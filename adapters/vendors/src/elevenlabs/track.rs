use std::error::Error;

use outbound::{Remote, may_be_text};
use speech::{AudioFormat, EncodedChunk, SpeechError};
use wire::elevenlabs::upstream::{Alignment, TimedAudio};

use super::words::Words;
use crate::text::most_bytes_of;

/// So many bytes tell audio from a text.
const TELLING: usize = 64;

/// The sound so far, with the words that are told of it.
pub(super) struct Track {
    remote: Remote,
    format: AudioFormat,
    words: Words,
    /// Bytes of audio.
    heard: u64,
}

impl Track {
    pub(super) fn new(remote: Remote, format: AudioFormat) -> Self {
        Self { remote, format, words: Words::default(), heard: 0 }
    }

    /// The text that is spoken goes on.
    pub(super) fn write(&mut self, text: &str) {
        self.words.write(text);
    }

    /// Whether any audio has come.
    pub(super) fn has_begun(&self) -> bool {
        self.heard > 0
    }

    /// The next piece, as HTTP tells it.
    pub(super) fn read(&mut self, json: &[u8]) -> Result<EncodedChunk, SpeechError> {
        let TimedAudio { audio, alignment } =
            TimedAudio::from_json(json).map_err(|error| self.unreadable(error))?;
        self.tell(audio, alignment)
    }

    /// The next piece.
    pub(super) fn tell(
        &mut self,
        audio: Vec<u8>,
        alignment: Option<Alignment>,
    ) -> Result<EncodedChunk, SpeechError> {
        if !self.has_begun() && audio.len() >= TELLING && may_be_text(&audio) {
            return Err(self.remote.failed("sent a text in place of audio"));
        }
        self.heard += audio.len() as u64;
        if self.heard > most_bytes_of(self.words.characters(), self.format) {
            return Err(self.remote.failed("sent far more than was asked for"));
        }
        let words = alignment.map(|alignment| self.words.tell(alignment.letters())).unwrap_or_default();
        Ok(EncodedChunk { bytes: audio.into(), words })
    }

    /// The word that the text ends with, once the sound has ended; a text without any sound has failed.
    pub(super) fn finish(&mut self) -> Result<Option<EncodedChunk>, SpeechError> {
        if !self.has_begun() && self.words.have_sound() {
            return Err(self.remote.failed("gave no audio"));
        }
        Ok(self.words.finish().map(|word| EncodedChunk { words: vec![word], ..EncodedChunk::default() }))
    }

    /// What came is not what was to come.
    pub(super) fn unreadable(&self, error: impl Error + Send + Sync + 'static) -> SpeechError {
        self.remote.failed("sent something that is not timed audio").caused_by(error)
    }
}
