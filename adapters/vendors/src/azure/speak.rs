use std::sync::Arc;

use futures::FutureExt;
use outbound::{Call, Slot};
use speech::{Clock, EncodedStream, Receipt, Sound, SpeechError, Utterance};
use wire::azure::OutputFormat;

use super::account::Account;
use super::{formats, manner, turn};
use crate::sound::sound_of;
use crate::text;

/// Speaks a text: in a turn of the WebSocket where more is wanted than its sound, and otherwise by a plain call.
pub(super) async fn speak(
    account: Arc<Account>,
    deployment: Option<String>,
    clock: Arc<dyn Clock>,
    utterance: Utterance,
    receipt: Receipt,
) -> Result<Sound, SpeechError> {
    let slot = account.remote().slot(&receipt).await?;
    let document = manner::document(&utterance);
    let (delivery, deployment) = (&utterance.delivery, deployment.as_deref());
    if !is_told_of(&utterance) {
        let output = formats::nearest(delivery.format, delivery.whole);
        return call(&account, deployment, &utterance, document, output, receipt, slot).await;
    }
    let output = formats::nearest(delivery.format, false);
    let speaking = turn::speak(&account, deployment, &*clock, &utterance, document, output, receipt).boxed();
    Ok(match speaking.await? {
        Sound::Encoded(EncodedStream { format, chunks }) => {
            Sound::Encoded(EncodedStream { format, chunks: slot.held_by(chunks) })
        }
        samples => samples,
    })
}

/// Whether words, shapes of the mouth or bookmarks are wanted, which only the WebSocket tells.
fn is_told_of(Utterance { graph, delivery }: &Utterance) -> bool {
    delivery.timed || delivery.visemes || graph.score().is_some_and(|score| !score.marks.is_empty())
}

async fn call(
    account: &Account,
    deployment: Option<&str>,
    utterance: &Utterance,
    document: String,
    output: OutputFormat,
    receipt: Receipt,
    slot: Slot,
) -> Result<Sound, SpeechError> {
    let remote = account.remote_of(deployment);
    let call = || -> Call {
        let call = remote.post(["cognitiveservices", "v1"]);
        let call = match deployment {
            Some(deployment) => call.query("deploymentId", deployment),
            None => call,
        };
        let call = call.header("x-microsoft-outputformat", output.name);
        call.body("application/ssml+xml", document.as_str())
    };
    let answer = account.send(call).await?;
    receipt.take();
    receipt.note(|usage| usage.request_id = answer.header("x-requestid").map(str::to_owned));
    let most = text::most_bytes(utterance.graph.text(), output.format);
    let bytes = match output.format.codec {
        // Whether samples are called WAV, or what nobody else makes is called anything, says nothing.
        codec if codec.is_headerless() || codec.is_foreign() => answer.audio_by_any_name(most).await?,
        codec => answer.audio(codec, most).await?,
    };
    Ok(sound_of(bytes, output.format, slot))
}
