//! Applications on OpenAI's own packages.

use std::collections::BTreeMap;

use serde_json::Value;
use vendors::{Fault, Script};

use super::{SENTENCE, SPOKEN, Spoken, served_whole};
use crate::harness::federation::{ELEVENLABS_VOICES, replay, speeches};
use crate::harness::tools::{Heard, Sdk};
use crate::harness::{Federation, eventually, pcm_seconds, plausible};

const SDKS: [Sdk; 2] = [Sdk::OpenAiPython, Sdk::OpenAiJavaScript];

/// Who answers to `alloy` and `tts-1`.
const KOKORO: Spoken =
    Spoken { backend: "kokoro", voice: "af_alloy", model: "kokoro-82m-v1.0", charged: None };
const OPENAI: Spoken = Spoken { backend: "openai", voice: "alloy", model: "tts-1", charged: None };
const ELEVENLABS: Spoken = Spoken {
    backend: "elevenlabs",
    voice: "SAz9YHcvj6GT2YYXdXww",
    model: "eleven_multilingual_v2",
    charged: Some(SENTENCE.len()),
};

/// Checks what an application got in every format; the seconds of its PCM.
fn every_format(federation: &Federation, types: &Value) -> f64 {
    for (name, content_type) in [
        ("mp3", "audio/mpeg"),
        ("opus", "audio/opus"),
        ("aac", "audio/aac"),
        ("flac", "audio/flac"),
        ("wav", "audio/wav"),
        ("pcm", "audio/pcm"),
    ] {
        assert_eq!(types[name], content_type);
    }
    let pcm = federation.kept("speech.pcm");
    let seconds = pcm_seconds(pcm.len());
    assert!(plausible(seconds, SENTENCE), "{seconds} s");
    let heard = heard(federation);
    for (name, container, codec, rates) in [
        // A vendor's own MP3 keeps its rate.
        ("mp3", "mp3", "mp3", [24_000, 44_100]),
        ("opus", "ogg", "opus", [48_000; 2]),
        ("aac", "aac", "aac", [24_000; 2]),
        ("flac", "flac", "flac", [24_000, 44_100]),
        ("wav", "wav", "pcm_s16le", [24_000, 44_100]),
    ] {
        let heard = &heard[name];
        assert!(heard.container.contains(container) && heard.codec.starts_with(codec), "{name}: {heard:?}");
        assert!(rates.contains(&heard.rate) && heard.channels == 1, "{name}: {heard:?}");
        assert!((heard.seconds - seconds).abs() < 0.15, "{name}: {heard:?}, not {seconds} s");
        assert!(heard.peak <= 1.0 && (heard.rms / heard_rms(&pcm) - 1.0).abs() < 0.1, "{name}: {heard:?}");
    }
    seconds
}

/// What FFmpeg makes of the compressed formats and the WAV; PCM has nothing to decode.
fn heard(federation: &Federation) -> BTreeMap<&'static str, Heard> {
    let names = ["mp3", "opus", "aac", "flac", "wav"];
    let files = names.map(|name| format!("speech.{name}"));
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    names.into_iter().zip(federation.heard(&files)).collect()
}

/// The loudness of 16-bit samples, full scale being 1.
fn heard_rms(pcm: &[u8]) -> f64 {
    let squares: f64 =
        pcm.chunks_exact(2).map(|s| (f64::from(i16::from_le_bytes([s[0], s[1]])) / 32_768.0).powi(2)).sum();
    (squares / (pcm.len() / 2) as f64).sqrt()
}

/// Checks what both applications see of a gateway where one backend speaks.
fn answered_by(federation: &Federation, spoken: &Spoken) {
    for sdk in SDKS {
        let seen = federation.play(sdk, &["formats", "extras", "lists", "errors", "key_errors"], &[]);
        every_format(federation, &seen["formats"]);
        spoken.is_named(&seen["extras"]);
        let (plain, quiet) = (federation.kept("plain.pcm"), federation.kept("quiet.pcm"));
        assert_eq!(plain.len(), quiet.len());
        let quieter = heard_rms(&quiet) / heard_rms(&plain);
        assert!((quieter - 0.5).abs() < 0.01, "half as loud: {quieter}");
        lists(&seen["lists"], spoken);
        errors(&seen["errors"]);
        let stranger = &seen["key_errors"];
        assert_eq!(stranger["class"], "AuthenticationError", "{stranger}");
        assert_eq!(
            (&stranger["status"], &stranger["code"]),
            (&401.into(), &"invalid_api_key".into()),
            "{stranger}"
        );
    }
    let rows = federation.server.rows();
    assert_eq!(spoken.is_journaled(&rows, "openai"), 16, "six formats and two extras, twice: {rows:?}");
}

fn lists(seen: &Value, spoken: &Spoken) {
    let models = seen["models"].as_array().unwrap();
    for name in [spoken.model, spoken.backend, "tts-1", "tts-1-hd", "gpt-4o-mini-tts"] {
        assert!(models.iter().any(|known| known == name), "{name} in {models:?}");
    }
    assert_eq!(seen["each"], seen["models"], "each can be asked for");
    let voices = seen["voices"].as_array().unwrap();
    let find = |id: &str| voices.iter().find(|voice| voice["id"] == id).unwrap_or_else(|| panic!("no {id}"));
    assert_eq!(find(spoken.voice)["backend"], spoken.backend);
    let alloy = find("alloy");
    if spoken.voice != "alloy" {
        assert_eq!(alloy["alias_of"], format!("{}:{}", spoken.backend, spoken.voice));
    }
}

fn errors(seen: &Value) {
    for (mistake, class, status, param) in [
        ("voice", "BadRequestError", 400, "voice"),
        ("model", "NotFoundError", 404, "model"),
        ("empty", "BadRequestError", 400, "input"),
        ("long", "BadRequestError", 400, "input"),
        ("speed", "BadRequestError", 400, "speed"),
        ("format", "BadRequestError", 400, "response_format"),
    ] {
        let raised = &seen[mistake];
        assert_eq!(raised["class"], class, "{mistake}: {raised}");
        assert_eq!(raised["status"], status, "{mistake}: {raised}");
        assert_eq!(raised["param"], param, "{mistake}: {raised}");
        assert_eq!(raised["type"], "invalid_request_error", "{mistake}: {raised}");
        assert!(raised["request_id"].is_string(), "{mistake}: {raised}");
    }
    assert_eq!(seen["model"]["code"], "model_not_found");
}

#[test]
fn kokoro_answers_openais_packages() {
    answered_by(&Federation::of(&["kokoro"]), &KOKORO);
}

#[test]
fn openai_answers_its_own_packages_and_what_it_encodes_goes_through_untouched() {
    let federation = Federation::of(&["openai"]);
    answered_by(&federation, &OPENAI);
    assert_eq!(served_whole(&federation, "openai"), 16);
    let served = speeches(&federation.openai);
    for format in ["mp3", "opus", "aac", "wav"] {
        let asked = format!("\"response_format\":\"{format}\"");
        let speech = served.iter().find(|speech| speech.body.contains(&asked)).unwrap();
        let got = federation.kept(&format!("speech.{format}"));
        assert_eq!(got.len() as u64, speech.bytes_served, "{format}");
        assert!(got == replay(&federation.openai, speech), "{format}");
    }
}

#[test]
fn elevenlabs_answers_openais_packages() {
    let federation = Federation::of(&["elevenlabs"]);
    answered_by(&federation, &ELEVENLABS);
    assert_eq!(served_whole(&federation, "elevenlabs"), 16);
    let seconds = pcm_seconds(federation.kept("speech.pcm").len());
    assert!((seconds - SPOKEN).abs() < 0.01, "{seconds} s of {SPOKEN}");
}

#[test]
fn all_who_speak_are_offered_and_a_model_chooses_among_them() {
    let federation = Federation::of(&["elevenlabs", "openai"]);
    for sdk in SDKS {
        let seen = federation.play(sdk, &["extras", "lists"], &[]);
        OPENAI.is_named(&seen["extras"]);
        let voices = seen["lists"]["voices"].as_array().unwrap();
        let of =
            |backend| voices.iter().filter(|v| v["backend"] == backend && v["alias_of"].is_null()).count();
        assert_eq!((of("elevenlabs"), of("openai")), (ELEVENLABS_VOICES, 13));
    }
}

fn hears_the_beginning_before_the_end(backend: &str, spoken: &Spoken) {
    let federation = Federation::of(&[backend]);
    let vendor = federation.vendor(backend);
    for sdk in SDKS {
        // The rest never comes.
        vendor.script(Script::once(Fault::Stall).after_bytes(60_000));
        let seen = federation.play(sdk, &["beginning"], &[]);
        assert!(seen["beginning"]["bytes"].as_u64().unwrap() > 0, "{seen}");
        spoken.is_named(&seen["beginning"]["headers"]);
    }
    for row in federation.server.rows_once(2) {
        assert_eq!((&row["outcome"], &row["backend"]), (&"hung_up".into(), &backend.into()), "{row}");
        assert!(row["audio_ms"].as_u64().unwrap() > 0, "{row}");
    }
    eventually("end of what nobody hears", || {
        speeches(vendor).iter().all(|speech| speech.ended).then_some(())
    });
}

#[test]
fn openais_packages_hear_the_beginning_of_openai_before_its_end() {
    hears_the_beginning_before_the_end("openai", &OPENAI);
}

#[test]
fn openais_packages_hear_the_beginning_of_elevenlabs_before_its_end() {
    hears_the_beginning_before_the_end("elevenlabs", &ELEVENLABS);
}

#[test]
fn openais_packages_try_again_when_a_vendor_is_busy() {
    for backend in ["openai", "elevenlabs"] {
        let federation = Federation::of(&[backend]);
        for (tries, sdk) in [(2, SDKS[0]), (4, SDKS[1])] {
            federation.vendor(backend).script(Script::once(Fault::RateLimited));
            let seen = federation.play(sdk, &["busy"], &[]);
            let bytes = usize::try_from(seen["busy"].as_u64().unwrap()).unwrap();
            assert!((pcm_seconds(bytes) - SPOKEN).abs() < 0.01, "{seen}");
            let statuses: Vec<_> =
                speeches(federation.vendor(backend)).iter().map(|speech| speech.status).collect();
            assert_eq!(statuses, [429, 200].repeat(tries / 2), "{backend}, {sdk:?}");
            let rows = federation.server.rows_once(tries);
            let outcomes: Vec<_> = rows.iter().map(|row| row["outcome"].as_str().unwrap()).collect();
            assert_eq!(outcomes, ["rate_limited", "completed"].repeat(tries / 2), "{backend}, {sdk:?}");
        }
    }
}

fn streaming(sdk: Sdk) -> Value {
    let federation = Federation::of(&["kokoro"]);
    let seen = federation.play(sdk, &["streaming"], &[])["streaming"].take();
    let seconds = |key: &str| seen[key].as_f64().unwrap();
    let length = pcm_seconds(usize::try_from(seen["bytes"].as_u64().unwrap()).unwrap());
    assert!(plausible(length, &[SENTENCE; 6].join(" ")), "{length} s of sound");
    assert!(seconds("first_seconds") < seconds("last_seconds") / 2.0, "{seen}");
    seen
}

#[test]
fn python_streams() {
    let seen = streaming(Sdk::OpenAiPython);
    KOKORO.is_named(&seen["headers"]);
    assert_eq!(seen["request_id"], seen["headers"]["x-soundboard-request-id"]);
}

#[test]
fn javascript_streams() {
    streaming(Sdk::OpenAiJavaScript);
}

fn reads_events(backend: &str) -> Value {
    let federation = Federation::of(&[backend]);
    let seen = federation.play(Sdk::OpenAiPython, &["events"], &[])["events"].take();
    assert_eq!(seen["content_type"], "text/event-stream");
    assert_eq!(seen["every_line_is_data"], true);
    let types = seen["types"].as_array().unwrap();
    let (last, deltas) = types.split_last().unwrap();
    assert_eq!(last, "speech.audio.done");
    assert!(!deltas.is_empty() && deltas.iter().all(|kind| kind == "speech.audio.delta"), "{types:?}");
    let usage = |key: &str| seen["usage"][key].as_u64().unwrap();
    assert_eq!(usage("total_tokens"), usage("input_tokens") + usage("output_tokens"));
    assert_eq!(seen["same_audio"], true, "as without events");
    for row in federation.server.rows() {
        assert_eq!((&row["outcome"], &row["backend"]), (&"completed".into(), &backend.into()));
        // Only OpenAI says what it counted.
        for tokens in ["input_tokens", "output_tokens"] {
            let told = if backend == "openai" { seen["usage"][tokens].clone() } else { Value::Null };
            assert_eq!(row[tokens], told, "{row}");
        }
    }
    seen["usage"].clone()
}

#[test]
fn python_reads_server_sent_events_of_kokoro() {
    reads_events("kokoro");
}

#[test]
fn python_reads_server_sent_events_of_openai_and_what_it_counted() {
    let usage = reads_events("openai");
    // As the fake counts: four characters a token, 1250 tokens a minute.
    assert_eq!(usage["input_tokens"], SENTENCE.len().div_ceil(4), "{usage}");
    assert_eq!(usage["output_tokens"], (SPOKEN / 60.0 * 1250.0).ceil() as u64, "{usage}");
}

#[test]
fn python_reads_server_sent_events_of_elevenlabs() {
    reads_events("elevenlabs");
}

#[test]
fn python_speaks_twice_at_once() {
    let federation = Federation::of(&["kokoro"]);
    let seen = federation.play(Sdk::OpenAiPython, &["asynchronous"], &[]);
    for bytes in seen["asynchronous"]["bytes"].as_array().unwrap() {
        let bytes = usize::try_from(bytes.as_u64().unwrap()).unwrap();
        assert!(plausible(pcm_seconds(bytes), SENTENCE), "{seen}");
    }
}
