//! One document, from its start to its end.

use axum::extract::ws::Message;
use bytes::Bytes;
use engine::{Engine, Spoken, Waiting};
use futures::{Sink, StreamExt as _};
use speech::{Origin, SampleRate, SpeechError, SpeechRequest};
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;
use wire::azure::{Event, Reply};
use wire::soundboard::Swapped;

use crate::doors::azure::boundaries::Boundaries;
use crate::doors::sockets::{Gone, Patient, Speakers};
use crate::fault::Fault;
use crate::stack::report;

/// Bytes of audio in one message: Azure's own are about as long.
const PIECE: usize = 16 * 1024;

/// A document that is to be spoken.
pub(super) struct Turn {
    pub(super) request: SpeechRequest,
    pub(super) waiting: Waiting,
    pub(super) reply: Reply,
    /// What is told beside the audio.
    pub(super) boundaries: Boundaries,
    /// Whether it is told how long the audio is.
    pub(super) tells_end: bool,
    /// The client wants to hear no more of it.
    pub(super) stopped: CancellationToken,
    /// One of the places of the socket, until its end.
    pub(super) place: OwnedSemaphorePermit,
}

/// Why a turn has no end.
pub(super) enum Broken {
    /// Nobody listens.
    Gone,
    /// It is refused, or has failed.
    Failed(Fault),
}

impl Turn {
    /// Has it spoken, and tells it. Nothing is told of one that is refused. One that is stopped has an end, too.
    pub(super) async fn speak<S: Sink<Message> + Unpin>(
        self,
        engine: &Engine,
        to: &mut Patient<S>,
    ) -> Result<(), Broken> {
        let Self { request, waiting, reply, boundaries, tells_end, stopped, place: _place } = self;
        let media_type = request.terms.format.codec.content_type();
        let speaking = async {
            waiting.over();
            engine.speak(request).await
        };
        let spoken = stopped.run_until_cancelled(speaking).await.transpose()?;
        text(to, reply.start()).await?;
        text(to, reply.response()).await?;
        let swapped = match spoken {
            Some(spoken) => {
                let saying = Saying { reply: &reply, media_type, boundaries, tells_end, stopped };
                saying.tell(spoken, to).await?
            }
            None => None,
        };
        text(to, reply.end(swapped.as_ref())).await?;
        Ok(())
    }
}

/// A turn whose audio has begun.
struct Saying<'r> {
    reply: &'r Reply,
    media_type: &'static str,
    boundaries: Boundaries,
    tells_end: bool,
    stopped: CancellationToken,
}

impl Saying<'_> {
    /// Tells all of it. Comes back with who spoke, where that is not whom the client has asked for.
    async fn tell<S: Sink<Message> + Unpin>(
        mut self,
        spoken: Spoken,
        to: &mut Patient<S>,
    ) -> Result<Option<Swapped>, Broken> {
        let speakers = Speakers::of(&spoken);
        let Spoken { mut audio, sample_rate: rate, .. } = spoken;
        let mut samples = 0;
        while let Some(chunk) = self.stopped.run_until_cancelled(audio.next()).await.flatten() {
            let chunk = chunk?;
            samples += chunk.samples as u64;
            let events = self.boundaries.tell(&chunk.words);
            self.events(events, to).await?;
            self.audio(chunk.bytes, to).await?;
        }
        if !self.stopped.is_cancelled() {
            let events = self.boundaries.finish(samples * 1000 / u64::from(rate.get()));
            self.events(events, to).await?;
        }
        if self.tells_end {
            self.events(vec![Event::SessionEnd { offset: ticks_of(samples, rate) }], to).await?;
        }
        Ok(speakers.swapped())
    }

    async fn events<S: Sink<Message> + Unpin>(
        &self,
        events: Vec<Event>,
        to: &mut Patient<S>,
    ) -> Result<(), Gone> {
        for event in events {
            text(to, self.reply.metadata(&event)).await?;
        }
        Ok(())
    }

    async fn audio<S: Sink<Message> + Unpin>(
        &self,
        mut bytes: Bytes,
        to: &mut Patient<S>,
    ) -> Result<(), Gone> {
        while !bytes.is_empty() {
            let piece = bytes.split_to(bytes.len().min(PIECE));
            to.send(Message::Binary(self.reply.audio(self.media_type, piece))).await?;
        }
        Ok(())
    }
}

async fn text<S: Sink<Message> + Unpin>(to: &mut Patient<S>, message: String) -> Result<(), Gone> {
    to.send(Message::Text(message.into())).await
}

/// How long so many samples last, in Azure's ticks.
fn ticks_of(samples: u64, rate: SampleRate) -> u64 {
    const TICKS_A_SECOND: u128 = 10_000_000;
    (u128::from(samples) * TICKS_A_SECOND / u128::from(rate.get())) as u64
}

impl From<Gone> for Broken {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

impl From<SpeechError> for Broken {
    fn from(error: SpeechError) -> Self {
        if error.kind().origin() != Origin::Client {
            report(&error);
        }
        Self::Failed(error.into())
    }
}
