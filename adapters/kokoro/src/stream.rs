//! One text, spoken at the listener's pace.

use std::num::NonZeroU32;
use std::sync::Arc;

use futures::{Stream, StreamExt, TryStreamExt, stream};
use language::English;
use speech::{Delivery, PcmChunk, PcmStream, SpeechError, SpeechGraph, Speed, Utterance};
use tokio::task::spawn_blocking;

use crate::Speaker;
use crate::mix::Mix;
use crate::pauses::{pause, rests};
use crate::phonemes::silent;
use crate::pieces::{Piece, Pieces};
use crate::sound::{RATE, Sound};
use crate::synthesis::Job;
use crate::timings::timings;
use crate::tokens::Tokens;
use crate::voices::Language;

/// Pieces of one text that are worked on at a time: the one that is awaited, and the one after it. A listener who
/// stops reading stops the work after these.
const AHEAD: usize = 2;

/// Speaks; resolves when the first piece can be heard. Dropping the future or the stream ends the runs at once.
pub(crate) async fn speak(speaker: Arc<Speaker>, utterance: Utterance) -> Result<PcmStream, SpeechError> {
    let Utterance { graph, delivery: Delivery { voice, speed, language, visemes, .. } } = utterance;
    let mix = Mix::parse(&voice)?;
    let english = english(&mix, language.as_deref());
    speaker.phonemes.reader(english).check(&graph)?;
    let mut spoken = Box::pin(spoken(speaker, graph, english, mix, speed));
    let mut joiner = Joiner::new(speed, visemes);
    // A text of nothing but foreign letters is silent only once it is read.
    let first = spoken.next().await.ok_or_else(silent)??;
    let first = joiner.join(first);
    let rest = spoken.map(move |piece| piece.map(|piece| joiner.join(piece)));
    Ok(PcmStream {
        sample_rate: NonZeroU32::new(RATE).unwrap_or(NonZeroU32::MIN),
        chunks: stream::iter([Ok(first)]).chain(rest).boxed(),
    })
}

/// The pieces of a text in order, each synthesised as soon as a session is free for it.
fn spoken(
    speaker: Arc<Speaker>,
    graph: Arc<SpeechGraph>,
    english: English,
    mix: Mix,
    speed: Speed,
) -> impl Stream<Item = Result<Spoken, SpeechError>> + Send {
    let reader =
        Reader { speaker: Arc::clone(&speaker), pieces: Pieces::new(graph, english), english, mix, speed };
    let jobs = stream::try_unfold(reader, |mut reader| async move {
        // A sentence takes a millisecond or two.
        spawn_blocking(move || reader.next().map(|next| next.map(|next| (next, reader))))
            .await
            // Its message could quote the text that it stumbled over.
            .map_err(|_| SpeechError::internal("the reading of a sentence panicked"))?
    });
    let numbered = jobs.scan(false, |has_begun, next| {
        let begun = std::mem::replace(has_begun, true);
        std::future::ready(Some(next.map(|next| (begun, next))))
    });
    let runs = numbered.map_ok(move |(has_begun, (piece, job))| {
        let speaker = Arc::clone(&speaker);
        async move {
            let sound = speaker.synthesis.run(job, has_begun).await?;
            Ok(Spoken { piece, sound })
        }
    });
    runs.try_buffered(AHEAD)
}

/// Which English is read: the one that is asked for, or else the voice's own.
pub(crate) fn english(mix: &Mix, asked: Option<&str>) -> English {
    let is_asked = |tag: &str| asked.is_some_and(|asked| asked.eq_ignore_ascii_case(tag));
    match mix.language() {
        _ if is_asked("en-GB") => English::British,
        _ if is_asked("en-US") => English::American,
        Language::British => English::British,
        Language::American | Language::Other(..) => English::American,
    }
}

/// Reads a text ahead of the voice.
struct Reader {
    speaker: Arc<Speaker>,
    pieces: Pieces,
    english: English,
    mix: Mix,
    speed: Speed,
}

impl Reader {
    /// The next piece and all that the model needs for it.
    fn next(&mut self) -> Result<Option<(Piece, Job)>, SpeechError> {
        let Some(piece) = self.pieces.next(self.speaker.phonemes.reader(self.english)) else {
            return Ok(None);
        };
        let tokens = Tokens::of(&piece);
        let style = self.speaker.styles.style(&self.mix, tokens.phonemes()).map_err(crate::unusable)?;
        let speed = self.speed.times();
        let rests = rests(&piece.words, speed);
        Ok(Some((piece, Job { tokens, rests, style, speed })))
    }
}

/// A piece and its sound.
struct Spoken {
    piece: Piece,
    sound: Sound,
}

/// Puts pieces after one another, with the pause between them that belongs there.
struct Joiner {
    speed: f32,
    /// Whether the shapes of the mouth are wanted.
    visemes: bool,
    /// Samples handed out.
    given: usize,
    /// The pause after the last piece, in samples.
    pause: usize,
}

impl Joiner {
    fn new(speed: Speed, visemes: bool) -> Self {
        Self { speed: speed.times(), visemes, given: 0, pause: 0 }
    }

    fn join(&mut self, spoken: Spoken) -> PcmChunk {
        let Spoken { piece, sound } = spoken;
        let start = self.given + self.pause;
        let mut samples = vec![0.0; self.pause];
        samples.extend_from_slice(&sound.samples);
        self.given += samples.len();
        self.pause = piece.words.last().map_or(0, |last| pause(last, self.speed));
        PcmChunk { samples, words: timings(&piece.words, &sound, start, self.visemes) }
    }
}
