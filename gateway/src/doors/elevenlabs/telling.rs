//! When each character of the client's text is heard.

use ::speech::{AudioStream, Letter, SampleRate, SpeechError, Spelling, WordTiming};
use bytes::Bytes;
use futures::{Stream, TryStreamExt as _, stream};
use wire::elevenlabs::{DialogueInput, Script, TimedAudio};

use crate::stack::report;

/// The most of either in one line, so that a line stays below 100 KB: clients read lines into fixed buffers. Three
/// bytes are four in base64; a character is told twice, each time in under 30 bytes.
const MOST_AUDIO: usize = 45_000;
const MOST_LETTERS: usize = 500;

/// Bytes of a line that are left for who speaks.
const MOST_SEGMENTS: usize = 9000;

/// Tells the characters of a text, in order, once, as its words are spoken.
pub(super) struct Telling {
    spelling: Spelling,
    characters: usize,
    script: Option<Script>,
}

impl Telling {
    /// Of what one voice says.
    pub(super) fn of(text: &str) -> Self {
        let mut spelling = Spelling::default();
        spelling.write(text);
        Self { spelling, characters: text.chars().count(), script: None }
    }

    /// Of what voices say in turn, and who says it.
    pub(super) fn of_dialogue(inputs: &[DialogueInput]) -> Self {
        let text: String = inputs.iter().map(|input| input.text.as_str()).collect();
        Self { script: Some(Script::new(inputs)), ..Self::of(&text) }
    }

    /// Code points of the text.
    pub(super) fn characters(&self) -> usize {
        self.characters
    }

    /// One object with everything.
    pub(super) fn whole(mut self, audio: &[u8], words: &[WordTiming], end_ms: u64) -> Vec<u8> {
        let mut letters = self.spelling.tell(words);
        letters.extend(self.spelling.finish(end_ms));
        self.object(audio, &letters)
    }

    /// Objects with the audio as it is made, a line each. A body that ends in an error makes hyper break the
    /// connection.
    pub(super) fn lines(
        mut self,
        audio: AudioStream,
        rate: SampleRate,
    ) -> impl Stream<Item = Result<Bytes, SpeechError>> + Send + 'static {
        let (mut samples, mut letters) = (0, Vec::new());
        let lines = audio.inspect_err(report).map_ok(move |chunk| {
            samples += chunk.samples;
            letters.extend(self.spelling.tell(&chunk.words));
            if chunk.last {
                letters.extend(self.spelling.finish(milliseconds(samples, rate)));
            }
            // What an encoder holds back is told with the audio that comes next.
            let told = match chunk.bytes.is_empty() && !chunk.last {
                true => Vec::new(),
                false => std::mem::take(&mut letters),
            };
            stream::iter(self.cut(&chunk.bytes, &told).into_iter().map(Ok))
        });
        lines.try_flatten()
    }

    /// As many lines as it takes; none for nothing.
    fn cut(&mut self, audio: &[u8], letters: &[Letter]) -> Vec<Bytes> {
        let (mut audio, mut letters) = (audio, letters);
        let mut lines = Vec::new();
        while !audio.is_empty() || !letters.is_empty() {
            let (now, later) = audio.split_at(audio.len().min(MOST_AUDIO));
            let (told, untold) = letters.split_at(letters.len().min(self.most_letters()));
            let mut line = self.object(now, told);
            line.push(b'\n');
            lines.push(line.into());
            (audio, letters) = (later, untold);
        }
        lines
    }

    /// Of the next line.
    fn most_letters(&self) -> usize {
        let Some(script) = &self.script else { return MOST_LETTERS };
        let segments = MOST_SEGMENTS / script.longest_segment();
        script.characters_in(segments.max(1)).clamp(1, MOST_LETTERS)
    }

    fn object(&mut self, audio: &[u8], letters: &[Letter]) -> Vec<u8> {
        let segments = self.script.as_mut().map(|script| script.tell(letters));
        TimedAudio::new(audio, letters, segments).to_json()
    }
}

/// How long so many samples last.
pub(super) fn milliseconds(samples: usize, rate: SampleRate) -> u64 {
    samples as u64 * 1000 / u64::from(rate.get())
}

#[cfg(test)]
#[path = "telling/tests.rs"]
mod tests;
