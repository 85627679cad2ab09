use std::hash::{BuildHasher, RandomState};

use futures::stream::{self, StreamExt, TryStreamExt};
use outbound::{Frame, Remote, Socket, SocketReceiver};
use speech::{Clock, EncodedChunk, EncodedStream, Receipt, Sound, SpeechError, Utterance};
use wire::azure::usp::Message;
use wire::azure::{OutputFormat, upstream};

use super::account::Account;
use super::refusal;
use super::track::Track;

/// Where the WebSocket is.
const PATH: [&str; 3] = ["cognitiveservices", "websocket", "v1"];

/// Bytes of a document that a turn takes.
const MOST_BYTES: usize = language::ssml::MOST_BYTES;

/// Speaks a document in a turn of its own. Resolves with the first that is told or heard, so that a refusal is still an
/// ordinary error.
pub(super) async fn speak(
    account: &Account,
    deployment: Option<&str>,
    clock: &dyn Clock,
    utterance: &Utterance,
    document: String,
    output: OutputFormat,
    receipt: Receipt,
) -> Result<Sound, SpeechError> {
    let remote = account.remote_of(deployment).clone();
    if document.len() > MOST_BYTES {
        return Err(remote.error(speech::ErrorKind::InvalidText));
    }
    let (connection, id) = (new_id(), new_id());
    let mut query = vec![("X-ConnectionId", connection.as_str())];
    query.extend(deployment.map(|deployment| ("deploymentId", deployment)));
    let Socket { mut sender, receiver } = account.socket(deployment, &PATH, &query).await?;
    let delivery = &utterance.delivery;
    let now = timestamp(clock);
    let messages = [
        upstream::speech_config(&id, &now, "voice-soundboard", env!("CARGO_PKG_VERSION")),
        upstream::synthesis_context(&id, &now, output.name, delivery.visemes),
        upstream::ssml(&id, &now, document),
    ];
    for message in messages {
        sender.send(message.to_text()).await?;
    }
    receipt.note(|usage| usage.request_id = Some(id));
    let track = Track::new(remote.clone(), &utterance.graph, output.format, delivery.visemes);
    let turn = Turn { remote, receiver, track, receipt, over: false };
    let mut chunks =
        stream::try_unfold(turn, |mut turn| async { Ok(turn.next().await?.map(|chunk| (chunk, turn))) })
            .boxed();
    let first = chunks.try_next().await?;
    let chunks = stream::iter(first.map(Ok)).chain(chunks).boxed();
    Ok(Sound::Encoded(EncodedStream { format: output.format, chunks }))
}

/// A text that is being spoken.
struct Turn {
    remote: Remote,
    receiver: SocketReceiver,
    track: Track,
    receipt: Receipt,
    over: bool,
}

impl Turn {
    async fn next(&mut self) -> Result<Option<EncodedChunk>, SpeechError> {
        while !self.over {
            let message = self.hear().await?;
            match message.path().as_str() {
                "turn.start" => self.receipt.take(),
                "audio" if message.body.is_empty() => {}
                "audio" => {
                    self.receipt.take();
                    return self.track.hear(message.body).map(Some);
                }
                "audio.metadata" => {
                    let words = self.tell(&message)?;
                    if !words.words.is_empty() {
                        return Ok(Some(words));
                    }
                }
                "turn.end" => {
                    self.over = true;
                    return self.track.finish();
                }
                _ => self.track.count(message.body.len())?,
            }
        }
        Ok(None)
    }

    fn tell(&mut self, message: &Message) -> Result<EncodedChunk, SpeechError> {
        self.track.count(message.body.len())?;
        let events = upstream::events(&message.body)
            .map_err(|error| self.remote.failed("told of its sound what cannot be read").caused_by(error))?;
        Ok(EncodedChunk { words: self.track.told(events), ..EncodedChunk::default() })
    }

    /// The next message.
    async fn hear(&mut self) -> Result<Message, SpeechError> {
        let deadlines = self.remote.deadlines();
        let patience = if self.track.has_begun() { deadlines.idle } else { deadlines.first_byte };
        let frame = self.remote.in_time(patience, self.receiver.frame()).await?.transpose()?;
        let message = match frame {
            Some(Frame::Text(text)) => Message::from_text(&text),
            Some(Frame::Binary(bytes)) => Message::from_binary(&bytes),
            Some(Frame::Closed { code, reason }) => {
                if refusal::is_refusal(code) && !self.track.has_begun() {
                    self.receipt.refuse();
                }
                return Err(refusal::of_socket(&self.remote, code, &reason));
            }
            None => return Err(self.remote.failed("ended before the text did")),
        };
        message.map_err(|error| self.remote.failed("sent a message that cannot be read").caused_by(error))
    }
}

/// An id of a connection or of a turn: 32 hexadecimal digits that no other has.
fn new_id() -> String {
    let half = || RandomState::new().hash_one(());
    format!("{:016x}{:016x}", half(), half())
}

/// `2026-11-22T09:20:12.268Z`.
fn timestamp(clock: &dyn Clock) -> String {
    jiff::Timestamp::from_millisecond(clock.unix_ms()).unwrap_or_default().to_string()
}
