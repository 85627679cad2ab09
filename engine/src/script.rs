//! A text that is being written, read again from its beginning as long as nothing of it was heard.

use std::sync::{Arc, Mutex};

use futures::stream::{self, BoxStream, Fuse, StreamExt};
use futures::task::Poll;
use speech::Piece;

use crate::books::locked;

/// Bytes of text that are remembered: of more than a minute of speech, which nobody waits for in silence.
const MOST: usize = 64 << 10;

/// The pieces of a text, for one reader after another. Clones are the same text.
#[derive(Clone)]
pub(crate) struct Script(Arc<Mutex<State>>);

struct State {
    rest: Fuse<BoxStream<'static, Piece>>,
    /// What was read; none once it need not, or cannot, be read again.
    told: Option<Vec<Piece>>,
    bytes: usize,
}

impl Script {
    pub(crate) fn of(pieces: BoxStream<'static, Piece>) -> Self {
        Self(Arc::new(Mutex::new(State { rest: pieces.fuse(), told: Some(Vec::new()), bytes: 0 })))
    }

    /// The text from its beginning; whoever has read it before is to be gone.
    pub(crate) fn read(&self) -> BoxStream<'static, Piece> {
        let (script, mut place) = (self.clone(), 0);
        let reading = stream::poll_fn(move |context| {
            let mut state = locked(&script.0);
            let again = state.told.as_ref().and_then(|told| told.get(place).cloned());
            let piece = match again {
                Some(piece) => Poll::Ready(Some(piece)),
                None => {
                    state.rest.poll_next_unpin(context).map(|piece| piece.inspect(|piece| state.keep(piece)))
                }
            };
            place += 1;
            piece
        });
        reading.boxed()
    }

    /// Whether all that was read can be read again.
    pub(crate) fn is_known(&self) -> bool {
        locked(&self.0).told.is_some()
    }

    /// It will not be read again.
    pub(crate) fn forget(&self) {
        locked(&self.0).told = None;
    }
}

impl State {
    fn keep(&mut self, piece: &Piece) {
        self.bytes += piece.text.len();
        if self.bytes > MOST {
            self.told = None;
        }
        if let Some(told) = &mut self.told {
            told.push(piece.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(texts: &[&str]) -> Script {
        let pieces: Vec<Piece> =
            texts.iter().map(|text| Piece { text: (*text).into(), flush: false }).collect();
        Script::of(stream::iter(pieces).boxed())
    }

    async fn all(pieces: BoxStream<'static, Piece>) -> Vec<String> {
        pieces.map(|piece| piece.text).collect().await
    }

    #[tokio::test]
    async fn who_reads_after_another_reads_all_of_it() {
        let script = script(&["One ", "two ", "three"]);
        let first = script.read().take(2);
        assert_eq!(all(first.boxed()).await, ["One ", "two "]);
        assert_eq!(all(script.read()).await, ["One ", "two ", "three"]);
        assert!(script.is_known());
        assert_eq!(all(script.read()).await, ["One ", "two ", "three"]);
    }

    #[tokio::test]
    async fn what_is_long_is_not_remembered() {
        let long = "a".repeat(MOST);
        let script = script(&[&long, "b", "c"]);
        let mut reading = script.read();
        reading.next().await;
        assert!(script.is_known());
        assert_eq!(all(reading).await, ["b", "c"]);
        assert!(!script.is_known());
    }
}
