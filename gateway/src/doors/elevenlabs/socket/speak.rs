//! One context's speech, in messages.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use engine::{Engine, Spoken};
use futures::channel::mpsc::UnboundedReceiver;
use futures::stream::{self, BoxStream};
use futures::{FutureExt as _, StreamExt as _};
use speech::{AudioStream, Origin, Piece, SampleRate, SpeechError, Terms, Turn};
use tokio::sync::OwnedSemaphorePermit;
use wire::elevenlabs::socket::Dialect;
use wire::soundboard::Swapped;

use super::alignment::Alignment;
use super::tell::{Close, Frame};
use crate::doors::elevenlabs::errors::describe;
use crate::doors::sockets::Speakers;
use crate::fault::Fault;
use crate::stack::report;

/// Words on their way to the engine, and the room that they take until it has them.
pub(super) struct Fed {
    pub(super) turn: Turn,
    pub(super) room: OwnedSemaphorePermit,
}

/// How a context's messages read.
#[derive(Clone)]
pub(super) struct Voicing {
    pub(super) dialect: Dialect,
    pub(super) context: Option<Arc<str>>,
    /// Times count from the start of the context.
    pub(super) absolute_times: bool,
}

impl Voicing {
    /// The word that no more comes, and who spoke if that is not who was asked for.
    pub(super) fn last(&self, swapped: Option<&Swapped>) -> Frame {
        Frame { json: self.dialect.last(self.context.as_deref(), swapped), closes: None }
    }

    /// What went wrong. It ends the only context's socket, and one of several contexts.
    pub(super) fn failed(&self, fault: &Fault) -> Vec<Frame> {
        let is_only = self.dialect == Dialect::Single;
        let closes = is_only.then(|| Close::after(fault));
        let error = complaint(self.dialect, self.context.as_deref(), fault, closes);
        if is_only { vec![error] } else { vec![error, self.last(None)] }
    }
}

/// The message that tells a fault, and how the socket ends with it if it does.
pub(super) fn complaint(
    dialect: Dialect,
    context: Option<&str>,
    fault: &Fault,
    closes: Option<Close>,
) -> Frame {
    let told = describe(fault, "");
    let json = dialect.error(context, told.code, &told.message, closes.map(|close| close.code));
    Frame { json, closes }
}

/// Has the turns spoken by the voice, or in a dialogue each by its own. Dropping it is how a listener hangs up.
pub(super) fn speak(
    engine: Engine,
    terms: Terms,
    voice: Option<Arc<str>>,
    turns: UnboundedReceiver<Fed>,
    voicing: Voicing,
) -> BoxStream<'static, Frame> {
    let alignment = Arc::new(Mutex::new(Alignment::default()));
    let heard = Arc::clone(&alignment);
    let turns = turns.map(move |Fed { turn, room }| {
        lock(&heard).write(&turn.text);
        drop(room);
        turn
    });
    let speaking = async move {
        let spoken = match voice {
            Some(voice) => engine.dictate(terms, voice, turns.map(piece).boxed()).await,
            None => engine.converse(terms, &[], turns.boxed()).await,
        };
        match spoken {
            Ok(spoken) => {
                let speakers = Speakers::of(&spoken);
                let Spoken { audio, sample_rate: rate, .. } = spoken;
                let speech = Speech { audio, rate, samples: 0, alignment, voicing, speakers };
                stream::unfold(Some(speech), |speech| async { Some(speech?.next().await) }).flatten().boxed()
            }
            Err(error) => stream::iter(failed(error, &voicing)).boxed(),
        }
    };
    speaking.flatten_stream().boxed()
}

fn piece(Turn { text, flush, .. }: Turn) -> Piece {
    Piece { text, flush }
}

fn failed(error: SpeechError, voicing: &Voicing) -> Vec<Frame> {
    if error.kind().origin() != Origin::Client {
        report(&error);
    }
    voicing.failed(&error.into())
}

fn lock(alignment: &Mutex<Alignment>) -> MutexGuard<'_, Alignment> {
    alignment.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A speech that has begun.
struct Speech {
    audio: AudioStream,
    rate: SampleRate,
    /// Samples so far.
    samples: u64,
    alignment: Arc<Mutex<Alignment>>,
    voicing: Voicing,
    speakers: Speakers,
}

impl Speech {
    /// The next messages, and the rest unless they were the last.
    async fn next(mut self) -> (stream::Iter<std::vec::IntoIter<Frame>>, Option<Self>) {
        let (frames, rest) = loop {
            let chunk = match self.audio.next().await {
                Some(Ok(chunk)) => chunk,
                Some(Err(error)) => break (failed(error, &self.voicing), None),
                // The engine tells the end only after the row is kept.
                None => break (vec![self.voicing.last(self.speakers.swapped().as_ref())], None),
            };
            self.samples += chunk.samples as u64;
            let characters = self.characters(&chunk);
            if !chunk.bytes.is_empty() || characters.is_some() {
                let Voicing { dialect, context, .. } = &self.voicing;
                let json = dialect.audio(context.as_deref(), &chunk.bytes, characters.as_ref());
                break (vec![Frame { json, closes: None }], Some(self));
            }
        };
        (stream::iter(frames), rest)
    }

    /// The characters of the message that this chunk makes, if it makes one.
    fn characters(&mut self, chunk: &speech::AudioChunk) -> Option<wire::elevenlabs::socket::Characters> {
        let mut alignment = lock(&self.alignment);
        alignment.tell(&chunk.words);
        if chunk.last {
            alignment.finish(self.samples * 1000 / u64::from(self.rate.get()));
        } else if chunk.bytes.is_empty() {
            return None;
        }
        alignment.take(self.voicing.absolute_times)
    }
}
