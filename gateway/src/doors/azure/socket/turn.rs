//! One document, or one text in pieces, from its start to its end.

use std::sync::Arc;

use axum::extract::ws::Message;
use bytes::Bytes;
use engine::{Engine, Spoken, Waiting};
use futures::stream::BoxStream;
use futures::{Sink, StreamExt as _};
use speech::{Origin, Piece, SampleRate, SpeechError, SpeechRequest, Terms};
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;
use wire::azure::{Event, Reply};

use super::pieces::End;
use crate::doors::azure::boundaries::Boundaries;
use crate::doors::sockets::{Gone, Patient, Speakers};
use crate::fault::Fault;
use crate::stack::report;

/// Bytes of audio in one message: Azure's own are about as long.
const PIECE: usize = 16 * 1024;

/// What is to be spoken.
pub(super) enum Text {
    /// A document.
    Document(SpeechRequest),
    /// A text that is still being written.
    Pieces { terms: Terms, voice: Arc<str>, pieces: BoxStream<'static, Piece> },
}

impl Text {
    async fn speak(self, engine: &Engine) -> Result<Spoken, SpeechError> {
        match self {
            Self::Document(request) => engine.speak(request).await,
            Self::Pieces { terms, voice, pieces } => engine.dictate(terms, voice, pieces).await,
        }
    }

    fn media_type(&self) -> &'static str {
        let (Self::Document(SpeechRequest { terms, .. }) | Self::Pieces { terms, .. }) = self;
        terms.format.codec.content_type()
    }
}

/// Something that is to be spoken, and how it is told.
pub(super) struct Turn {
    pub(super) text: Text,
    /// That of a text in pieces.
    pub(super) end: Option<End>,
    pub(super) waiting: Waiting,
    pub(super) reply: Reply,
    /// What is told beside the audio.
    pub(super) boundaries: Boundaries,
    /// Whether it is told how long the audio is.
    pub(super) tells_length: bool,
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
    /// Has it spoken, and tells it. Nothing is told of one that is refused. One that is stopped has an end, too; a text whose
    /// writer breaks off has none.
    pub(super) async fn speak<S: Sink<Message> + Unpin>(
        self,
        engine: &Engine,
        to: &mut Patient<S>,
    ) -> Result<(), Broken> {
        let Self { text: said, mut end, waiting, reply, boundaries, tells_length, stopped, place: _place } =
            self;
        let media_type = said.media_type();
        let speaking = async {
            waiting.over();
            said.speak(engine).await
        };
        let spoken = match stopped.run_until_cancelled(speaking).await {
            // Why is told when the socket is closed.
            Some(Err(_)) if end.as_mut().is_some_and(End::is_missing) => return Ok(()),
            spoken => spoken.transpose()?,
        };
        text(to, reply.start()).await?;
        text(to, reply.response()).await?;
        let Some(mut spoken) = spoken else { return Ok(text(to, reply.end(None, &[])).await?) };
        let dropped = std::mem::take(&mut spoken.dropped);
        let speakers = Speakers::of(&spoken);
        let saying = Saying { reply: &reply, media_type, boundaries, tells_length, end, stopped };
        if saying.tell(spoken, to).await? {
            text(to, reply.end(speakers.swapped().as_ref(), &dropped)).await?;
        }
        Ok(())
    }
}

/// A turn whose audio has begun.
struct Saying<'r> {
    reply: &'r Reply,
    media_type: &'static str,
    boundaries: Boundaries,
    tells_length: bool,
    end: Option<End>,
    stopped: CancellationToken,
}

impl Saying<'_> {
    /// Tells all of it, and comes back with whether it has an end.
    async fn tell<S: Sink<Message> + Unpin>(
        mut self,
        spoken: Spoken,
        to: &mut Patient<S>,
    ) -> Result<bool, Broken> {
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
            if self.end.as_mut().is_some_and(End::is_missing) {
                return Ok(false);
            }
            let events = self.boundaries.finish(samples * 1000 / u64::from(rate.get()));
            self.events(events, to).await?;
        }
        if self.tells_length {
            self.events(vec![Event::SessionEnd { offset: ticks_of(samples, rate) }], to).await?;
        }
        Ok(true)
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
