//! Deepgram's Aura: `POST /v1/speak`, where a voice is a model by its full name, `aura-2-thalia-en`.
//!
//! Deepgram has no list of voices to ask for; `voices` in the settings replaces those that are known here, and `models`
//! means nothing. It reads its text in its own way: no pace, no instructions, no language beside the voice's own, no
//! times of words.
//!
//! Not sure, and therefore read liberally: whether an answer's headers begin with `dg-` or, as was reported of the
//! second Aura, with `x-dg-`; the words of a refused voice. Facts: <https://developers.deepgram.com/docs/tts-rest>.

use std::sync::Arc;

use outbound::{Outbound, Refusal, Remote};
use serde::Deserialize;
use serde_json::json;
use speech::{
    AudioFormat, Backend, BoxFuture, Capabilities, Codec, Date, ErrorKind, Model, Receipt, SampleRate, Sound,
    SpeechError, Speed, Utterance, Voice,
};

use crate::Settings;
use crate::sound::sound_of;
use crate::text::{leaves_out_of_text, most_bytes, text_for};
use crate::voices::Voices;

/// Deepgram's own server.
const OWN: &str = "https://api.deepgram.com/v1";

/// What every voice here is a voice of.
const MODEL: &str = "aura-2";

/// Code points of a text.
const MOST_CHARACTERS: usize = 2000;

/// At which a voice is at its best.
const BEST_RATE: SampleRate = SampleRate::new(24_000).unwrap();

/// The rates of samples as they are; the first is a voice's own.
const LINEAR_RATES: [u32; 5] = [24_000, 48_000, 32_000, 16_000, 8_000];

/// The rates of G.711.
const G711_RATES: [u32; 2] = [8_000, 16_000];

/// The usual rate of G.711.
const TELEPHONE_RATE: SampleRate = SampleRate::new(8_000).unwrap();

/// The one rate of its MP3.
const MP3_RATE: SampleRate = SampleRate::new(22_050).unwrap();

struct Deepgram {
    remote: Remote,
    models: Arc<[Model]>,
    voices: Voices,
}

/// Opens Deepgram's server, or the one that the settings name.
///
/// # Errors
/// [`ErrorKind::InvalidParameter`] about the setting that cannot be used.
pub(crate) fn open(settings: Settings, outbound: Outbound) -> Result<Arc<dyn Backend>, SpeechError> {
    let remote = settings.open(&outbound, OWN, ("authorization", "Token "), read_refusal)?;
    let model = Model {
        id: MODEL.to_owned(),
        name: "Aura 2".to_owned(),
        most_characters: Some(MOST_CHARACTERS),
        languages: Vec::new(),
        deprecated_after: settings.deprecated_after,
    };
    let name = &settings.name;
    let voices = settings.voices.iter().map(|id| describe(name, id, settings.deprecated_after)).collect();
    Ok(Arc::new(Deepgram { remote, models: Arc::new([model]), voices }))
}

/// A voice as its name describes it: `aura-2-thalia-en` is Thalia and speaks English.
fn describe(backend: &str, id: &str, deprecated_after: Option<Date>) -> Voice {
    let (rest, language) = id.rsplit_once('-').unwrap_or((id, ""));
    let person = rest.rsplit('-').next().unwrap_or(rest);
    let (initial, others) = person.split_at(person.chars().next().map_or(0, char::len_utf8));
    Voice {
        name: initial.to_uppercase() + others,
        languages: if language.len() == 2 { vec![language.to_owned()] } else { Vec::new() },
        deprecated_after,
        ..Voice::named(backend, id)
    }
}

impl Backend for Deepgram {
    fn name(&self) -> &str {
        self.remote.name()
    }

    fn kind(&self) -> &str {
        "deepgram"
    }

    fn house(&self) -> &str {
        self.remote.address()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            streaming: true,
            formats: vec![Codec::Pcm, Codec::Mp3, Codec::Ulaw, Codec::Alaw],
            sample_rates: LINEAR_RATES.into(),
            ..Capabilities::default()
        }
    }

    fn models(&self) -> Arc<[Model]> {
        Arc::clone(&self.models)
    }

    fn voices(&self) -> Arc<[Voice]> {
        self.voices.all()
    }

    fn voice(&self, name: &str) -> Result<Voice, SpeechError> {
        self.voices.find(self.name(), name)
    }

    fn leaves_out(&self, utterance: &Utterance) -> Vec<String> {
        let delivery = &utterance.delivery;
        let mut dropped = leaves_out_of_text(&utterance.graph);
        let unsaid = [
            ("speed", delivery.speed != Speed::NORMAL),
            ("instructions", delivery.instructions.is_some()),
            ("language", delivery.language.is_some()),
        ];
        dropped.extend(unsaid.iter().filter(|(_, is_asked)| *is_asked).map(|(name, _)| (*name).to_owned()));
        dropped.extend(delivery.extras.beside(&[]));
        dropped
    }

    fn speak(&self, utterance: Utterance, receipt: Receipt) -> BoxFuture<Result<Sound, SpeechError>> {
        Box::pin(speak(self.remote.clone(), utterance, receipt))
    }
}

async fn speak(remote: Remote, utterance: Utterance, receipt: Receipt) -> Result<Sound, SpeechError> {
    let (encoding, format) = encoding_for(utterance.delivery.format);
    let mut call =
        remote.post(["speak"]).query("model", &utterance.delivery.voice).query("encoding", encoding);
    if let Some(rate) = format.rate.filter(|_| format.codec.is_headerless()) {
        call = call.query("sample_rate", &rate.to_string()).query("container", "none");
    }
    let call = call.json(json!({ "text": text_for(&utterance.graph) }).to_string());
    let slot = remote.slot(&receipt).await?;
    let answer = call.send().await?;
    receipt.take();
    receipt.note(|usage| {
        let said = |names: [&str; 2]| names.iter().find_map(|name| answer.header(name)).map(str::to_owned);
        usage.request_id = said(["dg-request-id", "x-dg-request-id"]);
        usage.characters = said(["dg-char-count", "x-dg-characters"]).and_then(|count| count.parse().ok());
    });
    let bytes = answer.audio(format.codec, most_bytes(utterance.graph.text(), format)).await?;
    Ok(sound_of(bytes, format, slot))
}

/// Deepgram's name for an encoding, and what it gives then: what is wanted, or else samples to make it of.
fn encoding_for(wanted: AudioFormat) -> (&'static str, AudioFormat) {
    let at = |usual: SampleRate, rates: &[u32]| {
        let rate = wanted.rate.unwrap_or(usual);
        rates.contains(&rate.get()).then(|| AudioFormat::from(wanted.codec).at(rate))
    };
    let given = match wanted.codec {
        Codec::Pcm => at(BEST_RATE, &LINEAR_RATES).map(|format| ("linear16", format)),
        Codec::Ulaw => at(TELEPHONE_RATE, &G711_RATES).map(|format| ("mulaw", format)),
        Codec::Alaw => at(TELEPHONE_RATE, &G711_RATES).map(|format| ("alaw", format)),
        Codec::Mp3 if wanted.bit_rate.is_none() => {
            at(MP3_RATE, &[MP3_RATE.get()]).map(|format| ("mp3", format))
        }
        _ => None,
    };
    given.unwrap_or(("linear16", AudioFormat::from(Codec::Pcm).at(BEST_RATE)))
}

/// What a refusal means.
fn read_refusal(status: u16, body: &[u8]) -> Refusal {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Refused {
        #[serde(alias = "category")]
        err_code: String,
        #[serde(alias = "message")]
        err_msg: String,
    }
    let Refused { err_code, err_msg } = serde_json::from_slice(body).unwrap_or_default();
    let kind = match status {
        // Its texts are far below what a body may hold.
        413 => Some(ErrorKind::InvalidText),
        400 if err_msg.to_lowercase().contains("model") => Some(ErrorKind::UnknownVoice),
        _ => None,
    };
    Refusal { kind, code: Some(err_code.to_ascii_lowercase()), ..Refusal::default() }
}
