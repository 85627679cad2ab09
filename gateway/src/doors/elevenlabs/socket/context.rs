//! One text that is being written.

use std::sync::Arc;

use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use serde_json::{Map, Value};
use speech::{SpeechText, Speed, TextError, Turn};
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::speak::Fed;

/// What a piece of text costs beside its bytes while it waits.
pub(super) const OVERHEAD: usize = 128;

/// So many bytes that have no sound may wait for a word.
const MOST_SILENCE: usize = 4096;

/// A context of a socket: what was written so far, as far as nobody has it yet.
pub(super) struct Context {
    feed: UnboundedSender<Fed>,
    /// None once it is spoken.
    pub(super) silent: Option<Silent>,
    /// The last character that was written.
    last: Option<char>,
    /// Words were written that nobody has asked to be spoken at once.
    waits: bool,
    /// Cancelled once all of it is told.
    pub(super) ended: CancellationToken,
}

/// What a context holds until all of it is told.
pub(super) struct Held {
    /// One of the places of the socket.
    _place: OwnedSemaphorePermit,
    _ended: DropGuard,
}

/// What a context is until its first word.
pub(super) struct Silent {
    pub(super) turns: UnboundedReceiver<Fed>,
    pub(super) held: Held,
    /// What was told under the same id before: it comes first.
    pub(super) before: Option<CancellationToken>,
    pub(super) speed: Speed,
    /// What its first messages said that means something to ElevenLabs only.
    pub(super) extras: Map<String, Value>,
    bytes: usize,
}

impl Context {
    /// Nothing is written yet.
    pub(super) fn new(place: OwnedSemaphorePermit, before: Option<CancellationToken>) -> Self {
        let (feed, turns) = unbounded();
        let ended = CancellationToken::new();
        let held = Held { _place: place, _ended: ended.clone().drop_guard() };
        let silent = Silent { turns, held, before, speed: Speed::NORMAL, extras: Map::new(), bytes: 0 };
        Self { feed, silent: Some(silent), last: None, waits: false, ended }
    }

    /// It is over before it began: what else is written to it is not heard.
    pub(super) fn refused() -> Self {
        let (feed, _) = unbounded();
        let ended = CancellationToken::new();
        ended.cancel();
        Self { feed, silent: None, last: None, waits: false, ended }
    }

    /// Its speech has ended, though its text has not: it failed, or was refused.
    pub(super) fn is_over(&self) -> bool {
        self.feed.is_closed()
    }

    /// Some of its words wait for those that follow.
    pub(super) fn waits(&self) -> bool {
        self.waits && !self.is_over()
    }

    /// Nothing of it was spoken yet, so that it can still be said how to.
    pub(super) fn silent(&mut self) -> Option<&mut Silent> {
        self.silent.as_mut()
    }

    /// The words as they join those before: where each message is complete by itself, with white space in between.
    pub(super) fn joined(&self, text: &str, complete: bool) -> String {
        let closes = |c| matches!(c, ',' | '.' | ';' | ':' | '!' | '?' | '…' | ')' | ']' | '}');
        let glued =
            |last: char| !last.is_whitespace() && !text.starts_with(|c| closes(c) || c.is_whitespace());
        if complete && !text.is_empty() && self.last.is_some_and(glued) {
            format!(" {text}")
        } else {
            text.to_owned()
        }
    }

    /// Writes words. Comes back with what is needed to speak them when they are the first.
    pub(super) fn write(&mut self, turn: Turn, room: OwnedSemaphorePermit) -> Option<Silent> {
        let begins = match &mut self.silent {
            // The space that opens a context is no text.
            Some(silent) if silent.bytes == 0 && turn.text.trim().is_empty() => return None,
            Some(silent) => {
                silent.bytes += turn.text.len() + OVERHEAD;
                has_sound(&turn.text) || silent.bytes > MOST_SILENCE
            }
            None => false,
        };
        self.last = turn.text.chars().last().or(self.last);
        self.waits = !turn.flush;
        // A context that is over takes no more.
        let _ = self.feed.unbounded_send(Fed { turn, room });
        if begins { self.silent.take() } else { None }
    }
}

/// Something of it can be spoken, or refused.
fn has_sound(text: &str) -> bool {
    !matches!(SpeechText::new(text, None), Err(TextError::Blank | TextError::Silent))
}

/// Whether a message that is complete by itself ends a sentence. A single word with a full stop may be a title or an
/// initial; the next message tells.
pub(super) fn ends_sentence(text: &str) -> bool {
    let text = text.trim_end().trim_end_matches(['"', '\'', ')', ']', '\u{201d}', '\u{2019}', '\u{bb}']);
    let is_word = !text.trim_start().contains(char::is_whitespace);
    match text.chars().last() {
        Some('!' | '?' | '…' | '。' | '！' | '？') => true,
        Some('.') => !is_word,
        _ => false,
    }
}

/// A turn of a voice.
pub(super) fn turn(voice: &Arc<str>, text: impl Into<String>, flush: bool) -> Turn {
    Turn { voice: Arc::clone(voice), text: text.into(), flush }
}

#[cfg(test)]
mod tests {
    use tokio::sync::Semaphore;

    use super::*;

    fn permit() -> OwnedSemaphorePermit {
        Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap()
    }

    fn write(context: &mut Context, text: &str) -> bool {
        context.write(turn(&"v".into(), text, false), permit()).is_some()
    }

    #[test]
    fn a_context_begins_with_its_first_word() {
        let mut context = Context::new(permit(), None);
        assert!(!write(&mut context, " "));
        assert!(!write(&mut context, "…"));
        assert!(context.silent().is_some());
        assert!(write(&mut context, "Hi"));
        assert!(context.silent().is_none());
        assert!(!write(&mut context, " you"));
    }

    #[test]
    fn what_has_no_sound_does_not_pile_up() {
        let mut context = Context::new(permit(), None);
        let pieces = (0..=MOST_SILENCE).take_while(|_| !write(&mut context, ".")).count();
        assert_eq!(pieces, MOST_SILENCE / (1 + OVERHEAD));
    }

    #[test]
    fn complete_messages_are_not_glued() {
        let mut context = Context::new(permit(), None);
        assert_eq!(context.joined("One.", true), "One.");
        write(&mut context, "One.");
        assert_eq!(context.joined("Two", true), " Two");
        assert_eq!(context.joined(" Two", true), " Two");
        assert_eq!(context.joined(", two", true), ", two");
        assert_eq!(context.joined("Two", false), "Two");
        assert_eq!(context.joined("", true), "");
    }

    #[test]
    fn a_sentence_ends_where_nothing_can_follow() {
        for ends in ["Come in.", "Really?", "He said \"no.\" ", "终于到了。"] {
            assert!(ends_sentence(ends), "{ends}");
        }
        for goes_on in ["Dr.", "well,", "word", "", "a. b"] {
            assert!(!ends_sentence(goes_on), "{goes_on}");
        }
    }
}
