//! OpenAI's text to speech, and every server that follows its API.
//!
//! Without a `base_url` it is OpenAI itself, whose speech models, all of them, are announced to end on 2027-01-06. With
//! another `base_url` it is a server that says itself what it offers: `GET models`, and `GET audio/voices` where it has
//! that, as Kokoro-FastAPI does. Facts: the OpenAPI description of 2026-08-21 and the official clients.
//!
//! Not sure, and therefore read liberally: the content types of OpenAI's audio; whether its event streams end with
//! `[DONE]`. Taken for given: `pcm` is 24 kHz, 16 bit, mono, of OpenAI and of those that follow it.

mod events;
mod offer;

use std::sync::Arc;

use outbound::{Answer, Outbound, Refusal, Remote};
use speech::{
    AudioFormat, Backend, BoxFuture, Capabilities, Codec, ErrorKind, Model, Receipt, SampleRate, Sound,
    SpeechError, Speed, Utterance, Voice,
};
use wire::openai::upstream::{Refused, SpeechCall};

use self::offer::Offer;
use crate::Settings;
use crate::sound::sound_of;
use crate::text::{leaves_out_of_text, most_bytes, text_for};

/// OpenAI's own server.
const OWN: &str = "https://api.openai.com/v1";

/// Of `pcm`, and of all that OpenAI encodes.
const RATE: SampleRate = SampleRate::new(24_000).unwrap();

/// What it is asked for beside `pcm`.
const ENCODED: [Codec; 4] = [Codec::Mp3, Codec::Opus, Codec::Aac, Codec::Wav];

/// Base64 and JSON around a piece of audio, at most, as a multiple of the audio. Small pieces have long envelopes.
const EVENT_OVERHEAD: u64 = 4;

/// Speaks through one server.
struct OpenAi {
    remote: Remote,
    offer: Arc<Offer>,
}

/// Opens OpenAI's server, or the one that the settings name.
///
/// # Errors
/// [`ErrorKind::InvalidParameter`] about the setting that cannot be used.
pub(crate) fn open(settings: Settings, outbound: Outbound) -> Result<Arc<dyn Backend>, SpeechError> {
    let remote = settings.open(&outbound, OWN, ("authorization", "Bearer "), read_refusal)?;
    Ok(Arc::new(OpenAi { remote, offer: Arc::new(Offer::new(settings, OWN)) }))
}

impl Backend for OpenAi {
    fn name(&self) -> &str {
        self.remote.name()
    }

    fn kind(&self) -> &str {
        "openai"
    }

    fn house(&self) -> &str {
        self.remote.address()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            emotion: self.models().first().is_some_and(|usual| is_directed(&usual.id)),
            streaming: true,
            formats: ENCODED.into_iter().chain([Codec::Pcm]).collect(),
            sample_rates: vec![RATE.get()],
            ..Capabilities::default()
        }
    }

    fn models(&self) -> Arc<[Model]> {
        self.offer.models()
    }

    fn voices(&self) -> Arc<[Voice]> {
        self.offer.voices()
    }

    fn voice(&self, name: &str) -> Result<Voice, SpeechError> {
        self.offer.voice(name)
    }

    fn leaves_out(&self, utterance: &Utterance) -> Vec<String> {
        let delivery = &utterance.delivery;
        let mut dropped = leaves_out_of_text(&utterance.graph);
        if delivery.instructions.is_some() && !follows_instructions(&self.model_for(utterance)) {
            dropped.push("instructions".to_owned());
        }
        if delivery.language.is_some() {
            dropped.push("language".to_owned());
        }
        dropped.extend(delivery.extras.beside(&[]));
        dropped
    }

    fn refresh(&self) -> BoxFuture<Result<(), SpeechError>> {
        let (remote, offer) = (self.remote.clone(), Arc::clone(&self.offer));
        Box::pin(async move { offer.refresh(&remote).await })
    }

    fn recall(&self, models: Vec<Model>, voices: Vec<Voice>) {
        self.offer.recall(models, voices);
    }

    fn speak(&self, utterance: Utterance, receipt: Receipt) -> BoxFuture<Result<Sound, SpeechError>> {
        Box::pin(speak(self.remote.clone(), self.model_for(&utterance), utterance, receipt))
    }
}

impl OpenAi {
    fn model_for(&self, utterance: &Utterance) -> String {
        let usual = || self.models().first().map(|model| model.id.clone()).unwrap_or_default();
        utterance.delivery.model.clone().unwrap_or_else(usual)
    }
}

async fn speak(
    remote: Remote,
    model: String,
    utterance: Utterance,
    receipt: Receipt,
) -> Result<Sound, SpeechError> {
    let delivery = &utterance.delivery;
    let format = format_for(delivery.format);
    let call = SpeechCall {
        model: &model,
        input: text_for(&utterance.graph),
        voice: &delivery.voice,
        instructions: delivery.instructions.as_deref().filter(|_| follows_instructions(&model)),
        response_format: format.codec.name(),
        speed: (delivery.speed != Speed::NORMAL).then(|| delivery.speed.times()),
        stream_format: is_directed(&model).then_some("sse"),
    };
    let call = remote.post(["audio", "speech"]).json(call.to_json());
    let slot = remote.slot(&receipt).await?;
    let answer = call.send().await?;
    receipt.take();
    receipt.note(|usage| usage.request_id = answer.header("x-request-id").map(str::to_owned));
    let most = most_bytes(utterance.graph.text(), format);
    let bytes = match is_event_stream(&answer) {
        true => events::audio(&remote, answer, most * EVENT_OVERHEAD, receipt).await?,
        false => answer.audio(format.codec, most).await?,
    };
    Ok(sound_of(bytes, format, slot))
}

/// A server that does not know events answers with the audio itself.
fn is_event_stream(answer: &Answer) -> bool {
    answer.header("content-type").is_some_and(|value| value.starts_with("text/event-stream"))
}

/// What to ask for where the listener will get that: the same where OpenAI encodes it in just that way, and otherwise
/// its samples.
fn format_for(wanted: AudioFormat) -> AudioFormat {
    let at_own_rate = wanted.rate.is_none_or(|rate| rate == RATE);
    match wanted.codec {
        codec if ENCODED.contains(&codec) && at_own_rate && wanted.bit_rate.is_none() => wanted,
        _ => AudioFormat::from(Codec::Pcm).at(RATE),
    }
}

/// The older models read what they are given and nothing else.
fn follows_instructions(model: &str) -> bool {
    !model.starts_with("tts-1")
}

/// The models that are known to do as instructions say, and can say in events what they used.
fn is_directed(model: &str) -> bool {
    model.starts_with("gpt-4o-mini-tts")
}

/// What a refusal means. Of a wrong voice OpenAI's own words are the only sign: a list of faults, one of which lies
/// in the body's `voice`.
fn read_refusal(status: u16, body: &[u8]) -> Refusal {
    let Refused { code, kind, param, message } = Refused::from_json(body);
    let says = |words: &str| message.as_deref().is_some_and(|message| message.contains(words));
    let is = |word: &str| code.as_deref() == Some(word) || kind.as_deref() == Some(word);
    let meaning = if is("insufficient_quota") || is("billing_hard_limit_reached") {
        Some(ErrorKind::QuotaExceeded)
    } else if !matches!(status, 400 | 404 | 422) {
        None
    } else if is("model_not_found") || param.as_deref() == Some("model") {
        Some(ErrorKind::UnknownModel)
    } else if param.as_deref() == Some("voice") || says("'voice'") {
        Some(ErrorKind::UnknownVoice)
    } else if param.as_deref() == Some("input") || says("maximum input limit") {
        Some(ErrorKind::InvalidText)
    } else {
        None
    };
    Refusal { kind: meaning, code: code.or(kind), ..Refusal::default() }
}
