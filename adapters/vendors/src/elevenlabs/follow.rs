use std::pin::pin;
use std::sync::mpsc;
use std::time::Duration;

use futures::future::{BoxFuture, Either, select};
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt};
use outbound::{Remote, Socket, SocketReceiver, SocketSender};
use speech::{Delivery, EncodedChunk, EncodedStream, Piece, Receipt, Sound, SpeechError};
use tokio::time::timeout;
use wire::elevenlabs::upstream::{Heard, Message};

use super::settings::{self, SOCKET_QUERY_FIELDS};
use super::track::Track;
use super::{formats, refusal};

/// The models without a socket that takes text in pieces.
const WITHOUT: [&str; 2] = ["eleven_v3", "eleven_v4"];

/// The longest that ElevenLabs can be asked to wait for words, in seconds.
const PATIENCE: &str = "180";

/// Well within that.
const KEEP_ALIVE: Duration = Duration::from_secs(120);

/// Whether a model speaks a text that is still being written.
pub(super) fn knows(model: &str) -> bool {
    !WITHOUT.iter().any(|prefix| model.starts_with(prefix))
}

/// Speaks a text while it is being written. Resolves once the socket is open. It is not said what ElevenLabs charges
/// for here: taken is the text from its first words on, unless it is refused before any sound.
pub(super) async fn follow(
    remote: Remote,
    model: String,
    delivery: Delivery,
    pieces: BoxStream<'static, Piece>,
    receipt: Receipt,
) -> Result<Sound, SpeechError> {
    let slot = remote.slot(&receipt).await?;
    let output = formats::nearest(delivery.format, false);
    let path = ["v1", "text-to-speech", &delivery.voice, "stream-input"];
    let mut query = vec![("model_id", model.as_str()), ("output_format", output.name)];
    query.extend(settings::language_code(&delivery, &model).map(|code| ("language_code", code)));
    query.extend([("sync_alignment", "true"), ("inactivity_timeout", PATIENCE)]);
    let sent: Vec<_> = settings::query(&delivery.extras, &SOCKET_QUERY_FIELDS).collect();
    query.extend(sent.iter().map(|(field, value)| (*field, value.as_str())));
    let Socket { mut sender, receiver } = remote.socket(path, &query).await?;
    let opening = Message::opening(settings::of_voice(&delivery), &delivery.extras);
    sender.send(opening.to_json()).await?;

    let (tell, written) = mpsc::channel();
    let sending = Some(send(sender, pieces, tell, receipt.clone()).boxed());
    let track = Track::new(remote.clone(), output.format);
    let turn = Turn { remote, receiver, sending, unsent: None, written, track, receipt, over: false };
    let chunks =
        stream::try_unfold(turn, |mut turn| async { Ok(turn.next().await?.map(|chunk| (chunk, turn))) });
    let chunks = slot.held_by(chunks.boxed());
    Ok(Sound::Encoded(EncodedStream { format: output.format, chunks }))
}

/// Sends the pieces as they come, then the end; tells each as soon as it is on its way.
async fn send(
    mut sender: SocketSender,
    mut pieces: BoxStream<'static, Piece>,
    tell: mpsc::Sender<String>,
    receipt: Receipt,
) -> Result<(), SpeechError> {
    while let Some((message, text)) = next_message(&mut pieces).await {
        let has_words = !text.is_empty();
        // It is told to nobody only once the sound was dropped, and this with it.
        let _ = tell.send(text);
        sender.send(message).await?;
        if has_words {
            receipt.take();
        }
    }
    sender.send(Message::END.to_json()).await
}

/// The next message, and what of the client's text is in it; none at the end.
async fn next_message(pieces: &mut BoxStream<'static, Piece>) -> Option<(String, String)> {
    loop {
        let Ok(piece) = timeout(KEEP_ALIVE, pieces.next()).await else {
            return Some((Message::KEEP_ALIVE.to_json(), String::new()));
        };
        let Piece { text, flush } = piece?;
        match (text.is_empty(), flush) {
            // No text at all would be the end.
            (true, true) => return Some((Message::words(" ", true).to_json(), text)),
            (true, false) => {}
            (false, _) => return Some((Message::words(&text, flush).to_json(), text)),
        }
    }
}

/// A text that is written and spoken at once.
struct Turn {
    remote: Remote,
    receiver: SocketReceiver,
    /// None once all is sent.
    sending: Option<BoxFuture<'static, Result<(), SpeechError>>>,
    /// Why not all was sent. What the vendor still says of it counts more.
    unsent: Option<SpeechError>,
    /// What was sent.
    written: mpsc::Receiver<String>,
    track: Track,
    receipt: Receipt,
    over: bool,
}

impl Turn {
    async fn next(&mut self) -> Result<Option<EncodedChunk>, SpeechError> {
        while !self.over {
            let heard = self.hear().await?;
            self.written.try_iter().for_each(|text| self.track.write(&text));
            let Some(heard) = heard else { break };
            let heard = Heard::from_json(heard.as_bytes()).map_err(|error| self.track.unreadable(error))?;
            match heard {
                Heard::Error { code } => {
                    if !self.track.has_begun() {
                        self.receipt.refuse();
                    }
                    return Err(refusal::of_socket(&self.remote, &code));
                }
                Heard::Audio { audio, alignment, last } => {
                    self.over = last && self.sending.is_none();
                    let chunk = self.track.tell(audio, alignment)?;
                    if chunk != EncodedChunk::default() {
                        return Ok(Some(chunk));
                    }
                }
            }
        }
        self.over = true;
        match (self.unsent.take(), &self.sending) {
            (Some(unsent), _) => Err(unsent),
            (None, Some(_)) => Err(self.remote.failed("ended before the text did")),
            (None, None) => self.track.finish(),
        }
    }

    /// The next message; meanwhile the text is sent. An answer is due only when the text is over: how much of one
    /// ElevenLabs gathers before it speaks is its own affair.
    async fn hear(&mut self) -> Result<Option<String>, SpeechError> {
        if let Some(sending) = &mut self.sending {
            match select(sending, pin!(self.receiver.next())).await {
                Either::Right((heard, _)) => return heard.transpose(),
                Either::Left((sent, _)) => {
                    self.unsent = sent.err();
                    self.sending = None;
                }
            }
        }
        let deadlines = self.remote.deadlines();
        let patience = if self.track.has_begun() { deadlines.idle } else { deadlines.first_byte };
        self.remote.in_time(patience, self.receiver.next()).await?.transpose()
    }
}

#[cfg(test)]
mod tests {
    use futures::stream;

    use super::*;

    async fn messages(pieces: &[(&str, bool)]) -> Vec<(String, String)> {
        let pieces: Vec<Piece> =
            pieces.iter().map(|&(text, flush)| Piece { text: text.into(), flush }).collect();
        let mut pieces = stream::iter(pieces).boxed();
        let mut messages = Vec::new();
        while let Some(message) = next_message(&mut pieces).await {
            messages.push(message);
        }
        messages
    }

    #[tokio::test]
    async fn words_go_out_as_they_came_and_never_as_the_end() {
        let sent = messages(&[("Hel", false), ("", false), ("lo", true), ("", true)]).await;
        let expected = [
            (r#"{"text":"Hel"}"#, "Hel"),
            (r#"{"text":"lo","flush":true}"#, "lo"),
            (r#"{"text":" ","flush":true}"#, ""),
        ];
        assert_eq!(sent, expected.map(|(message, text)| (message.to_owned(), text.to_owned())));
    }

    #[tokio::test(start_paused = true)]
    async fn who_writes_slowly_is_not_taken_for_gone() {
        let mut pieces = stream::pending().boxed();
        for _ in 0..3 {
            assert_eq!(next_message(&mut pieces).await, Some((r#"{"text":" "}"#.to_owned(), String::new())));
        }
    }

    #[test]
    fn the_newest_models_have_no_socket_of_this_kind() {
        assert!(knows("eleven_multilingual_v2") && knows("eleven_flash_v2_5"));
        assert!(!knows("eleven_v3") && !knows("eleven_v3_conversational") && !knows("eleven_v4_turbo"));
    }
}
