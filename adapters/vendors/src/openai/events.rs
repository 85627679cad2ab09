//! Audio out of server-sent events.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use futures::future::ready;
use futures::stream::{self, BoxStream};
use outbound::{Answer, Remote};
use speech::{ErrorKind, Receipt, SpeechError};
use wire::openai::upstream::{EventError, EventReader, UpstreamEvent};

use super::read_refusal;

/// How long the end of an answer may lag behind the end of its speech.
const LINGER: Duration = Duration::from_secs(1);

/// The audio of an answer in events. Resolves with the first of it. What was used is noted when it ends; without
/// OpenAI's own end of a speech it has broken off.
pub(super) async fn audio(
    remote: &Remote,
    answer: Answer,
    most_bytes: u64,
    receipt: Receipt,
) -> Result<BoxStream<'static, Result<Bytes, SpeechError>>, SpeechError> {
    let events = Events {
        remote: remote.clone(),
        bytes: answer.stream(&["text/event-stream"], most_bytes).await?,
        reader: EventReader::default(),
        read: VecDeque::new(),
        receipt,
    };
    let mut audio = stream::unfold(Some(events), |events| async {
        let mut events = events?;
        match events.next().await.transpose()? {
            Ok(bytes) => Some((Ok(bytes), Some(events))),
            Err(error) => Some((Err(error), None)),
        }
    })
    .boxed();
    let first = audio.next().await.ok_or_else(|| remote.failed("gave no audio"))??;
    Ok(stream::once(ready(Ok(first))).chain(audio).boxed())
}

struct Events {
    remote: Remote,
    bytes: BoxStream<'static, Result<Bytes, SpeechError>>,
    reader: EventReader,
    read: VecDeque<UpstreamEvent>,
    receipt: Receipt,
}

impl Events {
    /// The next audio; none at its announced end.
    async fn next(&mut self) -> Result<Option<Bytes>, SpeechError> {
        loop {
            match self.read.pop_front() {
                Some(UpstreamEvent::Audio(audio)) if audio.is_empty() => {}
                Some(UpstreamEvent::Audio(audio)) => return Ok(Some(audio.into())),
                Some(UpstreamEvent::Done { input_tokens, output_tokens }) => {
                    self.receipt.note(|usage| {
                        usage.input_tokens = input_tokens;
                        usage.output_tokens = output_tokens;
                    });
                    self.linger().await;
                    return Ok(None);
                }
                Some(UpstreamEvent::Failed { body }) => {
                    let kind = read_refusal(400, &body).kind.unwrap_or(ErrorKind::BackendFailed);
                    return Err(self.remote.error(kind));
                }
                None => self.read_on().await?,
            }
        }
    }

    /// Reads what is left behind the end, so that the connection can be used again; whatever it is, the speech is
    /// whole.
    async fn linger(&mut self) {
        let rest = async { while let Some(Ok(_)) = self.bytes.next().await {} };
        drop(self.remote.in_time(LINGER, rest).await);
    }

    /// Reads until there is an event, or fails.
    async fn read_on(&mut self) -> Result<(), SpeechError> {
        let unreadable =
            |error: EventError| self.remote.failed("sent events that cannot be read").caused_by(error);
        let events = match self.bytes.next().await {
            Some(bytes) => self.reader.read(&bytes?).map_err(unreadable)?,
            None => match std::mem::take(&mut self.reader).finish().map_err(unreadable)? {
                Some(last) => vec![last],
                None => return Err(self.remote.failed("broke off")),
            },
        };
        self.read.extend(events);
        Ok(())
    }
}
