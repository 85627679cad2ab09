//! A text that comes in pieces, while it is spoken.

use std::sync::{Arc, Mutex, PoisonError};

use ::speech::{ErrorKind, Notation, Piece, SpeechError, Speed, Terms, Volume};
use futures::StreamExt as _;
use futures::channel::mpsc::{UnboundedSender, unbounded};
use futures::stream::BoxStream;
use language::ssml;
use tokio::sync::oneshot::error::TryRecvError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio_util::sync::CancellationToken;
use wire::azure::TextInput;

use crate::doors::azure::boundaries::Written;

/// What a piece costs beside its bytes while it waits.
const OVERHEAD: usize = 128;

/// Who writes a text.
pub(super) struct Writer {
    /// The request that its pieces belong to.
    request: Option<String>,
    // First, so that who sees the pieces end knows why.
    end: oneshot::Sender<()>,
    feed: UnboundedSender<Fed>,
    stopped: CancellationToken,
}

/// A text while it is written.
pub(super) struct Writing {
    pub(super) pieces: BoxStream<'static, Piece>,
    pub(super) end: End,
}

/// How a text ends.
pub(super) struct End(oneshot::Receiver<()>);

impl End {
    /// Whether its writer has broken off, and has not ended it.
    pub(super) fn is_missing(&mut self) -> bool {
        matches!(self.0.try_recv(), Err(TryRecvError::Closed))
    }
}

/// A piece, and the room that it takes until it is spoken.
struct Fed {
    text: String,
    room: OwnedSemaphorePermit,
}

/// Room for text that waits.
pub(super) struct Room {
    bytes: Arc<Semaphore>,
    limit: usize,
}

impl Room {
    /// For so many bytes.
    pub(super) fn of(limit: usize) -> Self {
        Self { bytes: Arc::new(Semaphore::new(limit)), limit }
    }

    fn take(&self, bytes: usize) -> Result<OwnedSemaphorePermit, SpeechError> {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.bytes).try_acquire_many_owned(bytes);
        room.map_err(|_| {
            let limit = self.limit;
            invalid(format!("Too much text waits to be spoken; at most {limit} bytes may."))
        })
    }
}

/// A new text, until the client wants to hear no more of it, and who writes it. What is taken of it to be spoken is `written`, for
/// who is to read it there.
pub(super) fn begin(
    request: Option<&str>,
    stopped: CancellationToken,
    written: Option<Arc<Mutex<Written>>>,
) -> (Writer, Writing) {
    let (feed, fed) = unbounded();
    let (end, ended) = oneshot::channel();
    let pieces = fed.map(move |Fed { text, room }| {
        if let Some(written) = &written {
            written.lock().unwrap_or_else(PoisonError::into_inner).write(&text);
        }
        drop(room);
        Piece { text, flush: false }
    });
    let writer = Writer { request: request.map(str::to_owned), end, feed, stopped };
    (writer, Writing { pieces: pieces.boxed(), end: End(ended) })
}

impl Writer {
    /// Whether it writes the text of that request.
    pub(super) fn is_of(&self, request: Option<&str>) -> bool {
        self.request.as_deref() == request
    }

    /// Nobody wants to hear more of the text.
    pub(super) fn is_over(&self) -> bool {
        self.feed.is_closed() || self.stopped.is_cancelled()
    }

    /// Goes on with the text, of which so many bytes may wait.
    ///
    /// # Errors
    /// The piece is no text, or there is no room for it.
    pub(super) fn write(&self, piece: &[u8], room: &Room) -> Result<(), SpeechError> {
        if self.is_over() || piece.is_empty() {
            return Ok(());
        }
        let text = std::str::from_utf8(piece).map_err(|_| invalid("A piece of the text is not in UTF-8."))?;
        let room = room.take(text.len() + OVERHEAD)?;
        // A text that is over meanwhile takes no more.
        let _ = self.feed.unbounded_send(Fed { text: text.to_owned(), room });
        Ok(())
    }

    /// There is no more.
    pub(super) fn end(self) {
        // Refused where nobody wants to hear more of the text.
        let _ = self.end.send(());
    }
}

/// The same terms for a text in that manner. What of it nobody here can do is told by name as left out.
pub(super) fn in_manner(terms: Terms, input: &TextInput) -> Terms {
    let mut others = input.others.clone();
    let mut read = |name: &str, value: &Option<String>, times: fn(&str) -> Option<f32>| {
        let value = value.as_deref().filter(|value| !value.is_empty())?;
        let times = times(value);
        if times.is_none() {
            others.insert(name.to_owned(), value.into());
        }
        times.map(f64::from)
    };
    let speed = read("rate", &input.rate, ssml::rate).and_then(|times| Speed::new(times).ok());
    let volume = read("volume", &input.volume, ssml::volume).and_then(|times| Volume::new(times).ok());
    let extras = terms.extras.iter().map(|(name, value)| (name.to_owned(), value.clone()));
    let mut terms = Terms {
        speed: speed.unwrap_or_default(),
        volume: volume.unwrap_or_default(),
        extras: extras.chain(others).collect(),
        ..terms
    };
    terms.reading.notation = Notation::Plain;
    terms
}

fn invalid(message: impl Into<String>) -> SpeechError {
    SpeechError::new(ErrorKind::InvalidText, message)
}
