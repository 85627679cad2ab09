//! A speech that is being spoken, and all who listen to it.
//!
//! Nobody runs it: whoever waits for more asks for more, in its own task, and what comes is there for all. So the
//! quickest listener sets the pace, a flight goes on as long as anybody listens, and to drop the last listener is to
//! hang up.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::pin::Pin;
use std::sync::{Arc, Mutex, Weak};
use std::task::{Context, Poll, Wake, Waker, ready};

use futures::StreamExt as _;
use futures::stream;
use speech::{AudioChunk, AudioStream, BoxFuture, ErrorKind, SampleRate, SpeechError};

use super::key::Key;
use super::recording::Recording;
use super::{CacheUse, Inner, is_its_own};
use crate::books::locked;
use crate::route::Encoded;
use crate::tab::Leading;

/// The call, and the hold on its leader's tab, which lasts as long.
pub(super) type Beginning = (BoxFuture<Result<Encoded, SpeechError>>, Leading);

/// Where a speech comes from.
enum Source {
    Calling(BoxFuture<Result<Encoded, SpeechError>>, Leading),
    Speaking(AudioStream, Leading),
    /// A listener is asking for more.
    Asked,
    Over(Result<(), Arc<SpeechError>>),
    /// Nobody listens any more.
    Left,
}

pub(super) struct Flight {
    key: Key,
    cache: Weak<Inner>,
    most: usize,
    state: Mutex<State>,
    bell: Arc<Bell>,
}

struct State {
    source: Source,
    sample_rate: Option<SampleRate>,
    /// From the slowest listener's place on; all of it as long as it may be kept.
    chunks: VecDeque<AudioChunk>,
    /// How many chunks came before them.
    dropped: usize,
    /// Bytes of `chunks`.
    bytes: usize,
    /// Whether all of it is there still.
    is_whole: bool,
    /// Whether its last chunk has come.
    is_complete: bool,
    /// How many chunks each listener has had.
    listeners: BTreeMap<u64, usize>,
    next_id: u64,
}

/// Wakes every listener that waits.
#[derive(Default)]
struct Bell(Mutex<HashMap<u64, Waker>>);

impl Bell {
    fn ring(&self) {
        let waiting = std::mem::take(&mut *locked(&self.0));
        waiting.into_values().for_each(Waker::wake);
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.ring();
    }
}

impl Flight {
    /// The flight, and its leader.
    pub(super) fn start(
        (calling, leading): Beginning,
        key: Key,
        cache: Weak<Inner>,
        most: usize,
    ) -> (Arc<Self>, Listener) {
        let state = State {
            source: Source::Calling(calling, leading),
            sample_rate: None,
            chunks: VecDeque::new(),
            dropped: 0,
            bytes: 0,
            is_whole: true,
            is_complete: false,
            listeners: BTreeMap::from([(0, 0)]),
            next_id: 1,
        };
        let flight =
            Arc::new(Self { key, cache, most, state: Mutex::new(state), bell: Arc::new(Bell::default()) });
        let leader = Listener { flight: Arc::clone(&flight), id: 0, leads: true, has_ended: false };
        (flight, leader)
    }

    /// One more listener, from the beginning; none where that is gone.
    pub(super) fn join(self: &Arc<Self>) -> Option<Listener> {
        let mut state = locked(&self.state);
        let is_open = state.is_whole && !matches!(state.source, Source::Left | Source::Over(Err(_)));
        is_open.then(|| {
            let id = state.next_id;
            state.next_id += 1;
            state.listeners.insert(id, 0);
            Listener { flight: Arc::clone(self), id, leads: false, has_ended: false }
        })
    }

    pub(super) fn key(&self) -> &Key {
        &self.key
    }

    /// Asks for more on behalf of a listener, unless another is asking. Ready once something has come.
    fn advance(self: &Arc<Self>, source: Source) -> Poll<()> {
        let mut turn = Turn { flight: self, source: None, has_news: true };
        let waker = Waker::from(Arc::clone(&self.bell));
        let mut context = Context::from_waker(&waker);
        let came = match source {
            Source::Calling(mut calling, leading) => match calling.as_mut().poll(&mut context) {
                Poll::Pending => Came::Nothing(Source::Calling(calling, leading)),
                Poll::Ready(Ok(Encoded { sample_rate, audio, .. })) => {
                    Came::Beginning(sample_rate, Source::Speaking(audio, leading))
                }
                Poll::Ready(Err(error)) => Came::End(Err(error)),
            },
            Source::Speaking(mut audio, leading) => match audio.poll_next_unpin(&mut context) {
                Poll::Pending => Came::Nothing(Source::Speaking(audio, leading)),
                Poll::Ready(Some(Ok(chunk))) => Came::Chunk(chunk, Source::Speaking(audio, leading)),
                Poll::Ready(Some(Err(error))) => Came::End(Err(error)),
                Poll::Ready(None) => {
                    let books = leading.books().clone();
                    // The leader's tab is closed only after that.
                    drop(audio);
                    turn.end(Ok(()));
                    self.land(&books);
                    return Poll::Ready(());
                }
            },
            other => Came::Nothing(other),
        };
        match came {
            Came::Nothing(source) => {
                (turn.source, turn.has_news) = (Some(source), false);
                return Poll::Pending;
            }
            Came::Beginning(sample_rate, source) => {
                locked(&self.state).sample_rate = Some(sample_rate);
                turn.source = Some(source);
            }
            Came::Chunk(chunk, source) => {
                locked(&self.state).take(chunk, self.most);
                turn.source = Some(source);
            }
            Came::End(end) => turn.end(end),
        }
        Poll::Ready(())
    }

    /// All of it has come: it is kept, if it is to be.
    fn land(self: &Arc<Self>, books: &crate::books::Books) {
        let Some(cache) = self.cache.upgrade() else { return };
        let recording = locked(&self.state).recording();
        match recording {
            Some(recording) => cache.keep(Arc::clone(self), recording, books),
            None => cache.forget(&self.key, self),
        }
    }

    fn close(&self) {
        if let Some(cache) = self.cache.upgrade() {
            cache.forget(&self.key, self);
        }
    }
}

/// What asking has brought.
enum Came {
    Nothing(Source),
    Beginning(SampleRate, Source),
    Chunk(AudioChunk, Source),
    End(Result<(), SpeechError>),
}

/// The time in which one listener asks for all. Whatever becomes of it, the others can go on.
struct Turn<'f> {
    flight: &'f Arc<Flight>,
    source: Option<Source>,
    has_news: bool,
}

impl Turn<'_> {
    fn end(&mut self, end: Result<(), SpeechError>) {
        let has_failed = end.is_err();
        self.source = Some(Source::Over(end.map_err(Arc::new)));
        if has_failed {
            self.flight.close();
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        // None where whatever was asked has panicked.
        let source = self.source.take().unwrap_or_else(|| {
            self.flight.close();
            Source::Over(Err(Arc::new(SpeechError::internal("whatever speaks has panicked"))))
        });
        locked(&self.flight.state).source = source;
        if self.has_news {
            self.flight.bell.ring();
        }
    }
}

impl State {
    fn take(&mut self, chunk: AudioChunk, most: usize) {
        self.bytes += chunk.bytes.len();
        self.is_complete |= chunk.last;
        self.chunks.push_back(chunk);
        self.is_whole &= self.bytes <= most;
    }

    /// The next chunk for a listener.
    fn next(&mut self, id: u64) -> Option<AudioChunk> {
        let place = self.listeners.get_mut(&id)?;
        let chunk = self.chunks.get(*place - self.dropped)?.clone();
        *place += 1;
        Some(chunk)
    }

    /// Drops what everybody has had of a speech that will not be kept; whether somebody may have waited for that.
    fn trim(&mut self) -> bool {
        let slowest = self.listeners.values().copied().min().unwrap_or(usize::MAX);
        let before = self.dropped;
        while !self.is_whole && self.dropped < slowest {
            let Some(chunk) = self.chunks.pop_front() else { break };
            self.bytes -= chunk.bytes.len();
            self.dropped += 1;
        }
        self.dropped > before
    }

    fn recording(&self) -> Option<Recording> {
        let is_kept = self.is_whole && self.is_complete;
        self.sample_rate.filter(|_| is_kept).map(|rate| Recording::of(rate, self.chunks.iter()))
    }
}

/// One who listens to a flight. Dropped, it has hung up.
pub(super) struct Listener {
    flight: Arc<Flight>,
    id: u64,
    leads: bool,
    has_ended: bool,
}

impl Listener {
    /// Resolves when its first audio is there.
    pub(super) async fn begun(mut self, cache: CacheUse) -> Result<Encoded, SpeechError> {
        let sample_rate = std::future::poll_fn(|context| self.poll_begun(context)).await?;
        let audio = stream::poll_fn(move |context| Pin::new(&mut self).get_mut().poll_chunk(context)).boxed();
        Ok(Encoded { sample_rate, audio, cache: Some(cache) })
    }

    fn poll_begun(&mut self, context: &mut Context<'_>) -> Poll<Result<SampleRate, SpeechError>> {
        loop {
            if let Some(sample_rate) = locked(&self.flight.state).sample_rate {
                return Poll::Ready(Ok(sample_rate));
            }
            if let Some(end) = ready!(self.poll_source(context)) {
                let without_a_sound = || SpeechError::internal("a speech has ended before it began");
                return Poll::Ready(Err(end.err().unwrap_or_else(without_a_sound)));
            }
        }
    }

    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<AudioChunk, SpeechError>>> {
        while !self.has_ended {
            let mut state = locked(&self.flight.state);
            let chunk = state.next(self.id);
            let has_room = state.trim();
            drop(state);
            if has_room {
                self.flight.bell.ring();
            }
            if let Some(chunk) = chunk {
                return Poll::Ready(Some(Ok(chunk)));
            }
            if let Some(end) = ready!(self.poll_source(context)) {
                self.has_ended = true;
                return Poll::Ready(end.err().map(|error| Err(self.told(error))));
            }
        }
        Poll::Ready(None)
    }

    /// Ready with the end once that is reached, and with none when it is worth looking again.
    fn poll_source(&self, context: &mut Context<'_>) -> Poll<Option<Result<(), SpeechError>>> {
        locked(&self.flight.bell.0).insert(self.id, context.waker().clone());
        let mut state = locked(&self.flight.state);
        // What another has brought since, first.
        let has_more =
            state.listeners.get(&self.id).is_some_and(|place| place - state.dropped < state.chunks.len());
        if has_more {
            return Poll::Ready(None);
        }
        match &state.source {
            Source::Over(end) => return Poll::Ready(Some(end.clone().map_err(|error| copy(&error)))),
            Source::Asked | Source::Left => return Poll::Pending,
            // The slowest is too far behind; it rings.
            _ if !state.is_whole && state.bytes > self.flight.most => return Poll::Pending,
            Source::Calling(..) | Source::Speaking(..) => {}
        }
        let source = std::mem::replace(&mut state.source, Source::Asked);
        drop(state);
        self.flight.advance(source).map(|()| None)
    }

    /// What the leader alone can do something about is none of the others' business.
    fn told(&self, error: SpeechError) -> SpeechError {
        if self.leads || !is_its_own(error.kind()) {
            return error;
        }
        let message =
            "The speech that this request has joined was broken off; the request may be tried again.";
        SpeechError::new(ErrorKind::BackendFailed, message)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        locked(&self.flight.bell.0).remove(&self.id);
        let mut state = locked(&self.flight.state);
        state.listeners.remove(&self.id);
        let has_room = state.trim();
        let is_over = matches!(state.source, Source::Over(_) | Source::Left);
        let left = (state.listeners.is_empty() && !is_over)
            .then(|| std::mem::replace(&mut state.source, Source::Left));
        drop(state);
        if left.is_some() {
            self.flight.close();
        }
        // It may have been woken to ask for more, and will not.
        if has_room || !is_over {
            self.flight.bell.ring();
        }
        drop(left);
    }
}

/// The same error for one more listener.
fn copy(error: &Arc<SpeechError>) -> SpeechError {
    let mut copy = SpeechError::new(error.kind(), error.message())
        .allowing(error.allowed())
        .retry(error.may_succeed_later())
        .caused_by(Arc::clone(error));
    if let Some(param) = error.param() {
        copy = copy.about(param);
    }
    if let Some(wait) = error.wait() {
        copy = copy.retry_after(wait);
    }
    copy
}
