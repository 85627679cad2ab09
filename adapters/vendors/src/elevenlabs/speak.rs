use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use futures::stream::{self, BoxStream, Fuse};
use futures::{StreamExt, TryStreamExt};
use outbound::{Answer, Remote};
use speech::{EncodedChunk, EncodedStream, Receipt, Sound, SpeechError, Utterance};
use wire::elevenlabs::upstream::{CreateSpeech, Lines, QUERY_FIELDS};

use super::track::Track;
use super::{formats, phonemes, settings};
use crate::text;

/// What lines of JSON may come as. ElevenLabs' own description says `application/json`.
const LINES: &[&str] = &[
    "application/json",
    "application/x-ndjson",
    "application/ndjson",
    "application/jsonl",
    "application/octet-stream",
    "text/plain",
    "",
];

/// Bytes of JSON besides the audio of a very short text.
const JSON_BYTES: u64 = 1 << 20;

/// The longest text that is asked for as one answer, which begins only when all of it is spoken: about a minute. Of a
/// longer one the first byte would be late.
const MOST_AT_ONCE: usize = 1_000;

type Bodies = BoxStream<'static, Result<Bytes, SpeechError>>;
type Chunks = BoxStream<'static, Result<EncodedChunk, SpeechError>>;

/// Speaks a text, by the one of the four calls that gives what is wanted.
pub(super) async fn speak(
    remote: Remote,
    model: String,
    utterance: Utterance,
    receipt: Receipt,
) -> Result<Sound, SpeechError> {
    let Utterance { graph, delivery } = utterance;
    let slot = remote.slot(&receipt).await?;
    let whole = delivery.whole && graph.text().characters() <= MOST_AT_ONCE;
    let output = formats::nearest(delivery.format, whole && !delivery.timed);
    let text = phonemes::text(&graph, &delivery, &model);
    let body = CreateSpeech {
        text: &text,
        model_id: &model,
        language_code: settings::language_code(&delivery, &model),
        voice_settings: settings::of_voice(&delivery),
        extras: &delivery.extras,
    };
    let mut path = vec!["v1", "text-to-speech", &delivery.voice];
    path.extend((!whole).then_some("stream"));
    path.extend(delivery.timed.then_some("with-timestamps"));
    let mut call = remote.post(path).query("output_format", output.name);
    for (field, value) in settings::query(&delivery.extras, &QUERY_FIELDS) {
        call = call.query(field, &value);
    }
    let answer = call.json(serde_json::to_vec(&body).map_err(SpeechError::internal)?).send().await?;
    receipt.take();
    note_head(&answer, &receipt);
    let most_bytes = text::most_bytes(graph.text(), output.format);
    let chunks = if delivery.timed {
        let bytes = answer.stream(LINES, JSON_BYTES + 2 * most_bytes).await?;
        let mut track = Track::new(remote, output.format);
        track.write(&text);
        if whole { one_object(track, bytes).await? } else { lines(track, bytes).await? }
    } else {
        let bytes = answer.audio(output.format.codec, most_bytes).await?;
        bytes.map_ok(|bytes| EncodedChunk { bytes, words: Vec::new() }).boxed()
    };
    let chunks = slot.held_by(chunks);
    Ok(Sound::Encoded(EncodedStream { format: output.format, chunks }))
}

/// What the head of an answer says of its cost.
fn note_head(answer: &Answer, receipt: &Receipt) {
    let characters = ["character-cost", "x-character-count"].iter().find_map(|name| answer.header(name));
    receipt.note(|usage| {
        usage.request_id = answer.header("request-id").map(str::to_owned);
        usage.characters = characters.and_then(|count| count.trim().parse().ok());
    });
}

/// The answer of `/with-timestamps`.
async fn one_object(mut track: Track, bytes: Bodies) -> Result<Chunks, SpeechError> {
    let body = bytes.try_fold(BytesMut::new(), |mut body, bytes| async move {
        body.extend_from_slice(&bytes);
        Ok(body)
    });
    let chunks = [Some(track.read(&body.await?)?), track.finish()?];
    Ok(stream::iter(chunks.into_iter().flatten().map(Ok)).boxed())
}

/// The answer of `/stream/with-timestamps`. Resolves with the first line, so that an error in place of it is still an
/// ordinary one.
async fn lines(track: Track, bytes: Bodies) -> Result<Chunks, SpeechError> {
    let state = Reading { track, bytes: bytes.fuse(), lines: Lines::default(), ready: VecDeque::new() };
    let mut chunks =
        stream::try_unfold(state, |mut state| async { Ok(state.next().await?.map(|chunk| (chunk, state))) })
            .boxed();
    let first = chunks.try_next().await?;
    Ok(stream::iter(first.map(Ok)).chain(chunks).boxed())
}

struct Reading {
    track: Track,
    bytes: Fuse<Bodies>,
    lines: Lines,
    /// Lines that came together.
    ready: VecDeque<Vec<u8>>,
}

impl Reading {
    async fn next(&mut self) -> Result<Option<EncodedChunk>, SpeechError> {
        loop {
            if let Some(line) = self.ready.pop_front() {
                return self.track.read(&line).map(Some);
            }
            match self.bytes.try_next().await? {
                Some(bytes) => {
                    let lines = self.lines.push(&bytes);
                    self.ready.extend(lines.map_err(|error| self.track.unreadable(error))?);
                }
                None => match self.lines.finish() {
                    Some(line) => self.ready.push_back(line),
                    None => return self.track.finish(),
                },
            }
        }
    }
}
