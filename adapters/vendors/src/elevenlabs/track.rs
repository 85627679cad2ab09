use std::error::Error;

use outbound::Remote;
use speech::{EncodedChunk, SpeechError};
use wire::elevenlabs::upstream::{Alignment, TimedAudio};

use super::words::Words;

/// The sound so far, with the words that are told of it.
pub(super) struct Track {
    remote: Remote,
    words: Words,
    begun: bool,
}

impl Track {
    pub(super) fn new(remote: Remote) -> Self {
        Self { remote, words: Words::default(), begun: false }
    }

    /// The text that is spoken goes on.
    pub(super) fn write(&mut self, text: &str) {
        self.words.write(text);
    }

    /// Whether any audio has come.
    pub(super) fn has_begun(&self) -> bool {
        self.begun
    }

    /// The next piece, as HTTP tells it.
    pub(super) fn read(&mut self, json: &[u8]) -> Result<EncodedChunk, SpeechError> {
        let TimedAudio { audio, alignment } =
            TimedAudio::from_json(json).map_err(|error| self.unreadable(error))?;
        Ok(self.tell(audio, alignment))
    }

    /// The next piece.
    pub(super) fn tell(&mut self, audio: Vec<u8>, alignment: Option<Alignment>) -> EncodedChunk {
        self.begun |= !audio.is_empty();
        let words = alignment.map(|alignment| self.words.tell(alignment.letters())).unwrap_or_default();
        EncodedChunk { bytes: audio.into(), words }
    }

    /// The word that the text ends with, once the sound has ended; a text without any sound has failed.
    pub(super) fn finish(&mut self) -> Result<Option<EncodedChunk>, SpeechError> {
        if !self.begun && self.words.have_sound() {
            return Err(self.remote.failed("gave no audio"));
        }
        Ok(self.words.finish().map(|word| EncodedChunk { words: vec![word], ..EncodedChunk::default() }))
    }

    /// What came is not what was to come.
    pub(super) fn unreadable(&self, error: impl Error + Send + Sync + 'static) -> SpeechError {
        self.remote.failed("sent something that is not timed audio").caused_by(error)
    }
}
