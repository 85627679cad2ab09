//! Applications on ElevenLabs' own packages.

use std::time::Duration;

use serde_json::Value;
use vendors::{Fault, Script};

use super::{SENTENCE, SPOKEN, Spoken, served_whole};
use crate::harness::federation::{ELEVENLABS_VOICES, replay, speeches};
use crate::harness::tools::Sdk;
use crate::harness::waiting::between_looks;
use crate::harness::{Federation, eventually, plausible};

/// What both applications say beside [`SENTENCE`]; see `python/elevenlabs_sdk.py`.
const REPLY: &str = "And whose little boat is that, down by the mill?";
const WRITTEN: &str = "On May 3rd, Dr. Lee paid $4.50 for tea.";

/// Who answers to George and `eleven_multilingual_v2`.
const KOKORO: Spoken =
    Spoken { backend: "kokoro", voice: "bm_george", model: "kokoro-82m-v1.0", charged: None };
const OPENAI: Spoken = Spoken { backend: "openai", voice: "ballad", model: "gpt-4o-mini-tts", charged: None };
const ELEVENLABS: Spoken = Spoken {
    backend: "elevenlabs",
    voice: "JBFqnCBsd6RMkjVDRZzb",
    model: "eleven_multilingual_v2",
    charged: Some(SENTENCE.len()),
};

#[rustfmt::skip]
const ALL_FORMATS: [&str; 28] = [
    "mp3_22050_32", "mp3_24000_48", "mp3_44100_32", "mp3_44100_64", "mp3_44100_96", "mp3_44100_128",
    "mp3_44100_192", "pcm_8000", "pcm_16000", "pcm_22050", "pcm_24000", "pcm_32000", "pcm_44100", "pcm_48000",
    "wav_8000", "wav_16000", "wav_22050", "wav_24000", "wav_32000", "wav_44100", "wav_48000", "ulaw_8000",
    "alaw_8000", "opus_48000_32", "opus_48000_64", "opus_48000_96", "opus_48000_128", "opus_48000_192",
];

/// Some of each way to write samples, for a voice that takes its time.
const SOME_FORMATS: [&str; 4] = ["pcm_8000", "wav_48000", "ulaw_8000", "opus_48000_64"];

/// Checks what one application sees of a gateway where one backend speaks.
fn answered_by(federation: &Federation, spoken: &Spoken, sdk: Sdk, asked: &[&str]) {
    let scenarios = ["convert", "formats", "stream", "timestamps", "dialogue", "lists", "errors"];
    let seen = federation.play(sdk, &scenarios, asked);
    let seconds = sounds(federation);
    headers(&seen["convert"], spoken);
    formats(federation, asked, seconds);
    let heard = federation.heard(&["timed.mp3", "timed_stream.mp3", "dialogue_timed.mp3"]);
    let turns = format!("{SENTENCE}{REPLY}");
    times(&seen["timestamps"]["whole"], WRITTEN, heard[0].seconds);
    times(&seen["timestamps"]["lines"], WRITTEN, heard[1].seconds);
    times(&seen["dialogue"]["whole"], &turns, heard[2].seconds);
    assert_eq!(
        seen["dialogue"]["voices"],
        serde_json::json!(["JBFqnCBsd6RMkjVDRZzb", "21m00Tcm4TlvDq8ikWAM"])
    );
    assert_eq!(seen["dialogue"]["inputs"], serde_json::json!([0, 1]));
    lists(&seen["lists"], spoken);
    errors(&seen["errors"]);
    let rows = federation.server.rows();
    let completed = spoken.is_journaled(&rows, "elevenlabs");
    assert_eq!(completed, asked.len() + 3, "a file, two streams and every format: {rows:?}");
    let outcomes: Vec<_> = rows.iter().filter(|row| row["outcome"] != "completed").collect();
    assert!(outcomes.iter().all(|row| row["audio_ms"] == 0 && row["door"] == "elevenlabs"), "{outcomes:?}");
}

/// Checks that everything in the default format sounds, as long as its text; the seconds of the sentence.
fn sounds(federation: &Federation) -> f64 {
    let turns = format!("{SENTENCE} {REPLY}");
    let files = [
        ("convert.mp3", SENTENCE),
        ("stream.mp3", SENTENCE),
        ("timed.mp3", WRITTEN),
        ("timed_stream.mp3", WRITTEN),
        ("dialogue.mp3", &turns),
        ("dialogue_stream.mp3", &turns),
        ("dialogue_timed.mp3", &turns),
    ];
    let heard = federation.heard(&files.map(|(name, _)| name));
    for ((name, text), heard) in files.iter().zip(&heard) {
        assert_eq!(
            (heard.codec.as_str(), heard.rate, heard.channels),
            ("mp3float", 44_100, 1),
            "{name}: {heard:?}"
        );
        assert!(plausible(heard.seconds, text), "{name}: {heard:?}");
        assert!(heard.peak <= 1.0 && heard.rms > 0.02, "{name}: {heard:?}");
    }
    for twins in [[0, 1], [2, 3], [4, 5], [5, 6]] {
        let [one, other] = twins.map(|file| heard[file].seconds);
        assert!(
            (one - other).abs() < 0.1,
            "{}: {one} s, {}: {other} s",
            files[twins[0]].0,
            files[twins[1]].0
        );
    }
    let faster = federation.kept("faster.pcm_24000").len() as f64 / 48_000.0;
    let ratio = heard[0].seconds / faster;
    assert!((1.1..1.3).contains(&ratio), "1.2 times as fast: {ratio}");
    heard[0].seconds
}

fn headers(seen: &Value, spoken: &Spoken) {
    spoken.is_named(seen);
    assert_eq!(seen["content-type"], "audio/mpeg", "{seen}");
    assert!(!seen["request-id"].as_str().unwrap().is_empty(), "{seen}");
    let cost = SENTENCE.len().to_string();
    assert_eq!(
        (&seen["character-cost"], &seen["x-character-count"]),
        (&cost.as_str().into(), &cost.as_str().into())
    );
    assert_eq!(seen["x-soundboard-characters"], cost, "{seen}");
    assert_eq!(seen["content-encoding"], Value::Null, "{seen}");
}

/// Checks each format by its name: `codec_rate` or `codec_rate_kbps`.
fn formats(federation: &Federation, asked: &[&str], seconds: f64) {
    let (mut names, mut rates) = (Vec::new(), Vec::new());
    for name in asked {
        let mut parts = name.split('_');
        let (codec, rate) = (parts.next().unwrap(), parts.next().unwrap().parse::<u64>().unwrap());
        match codec {
            "pcm" | "ulaw" | "alaw" => {
                let sample = if codec == "pcm" { 2 } else { 1 };
                let long = federation.kept(name).len() as f64 / (rate * sample) as f64;
                assert!((long - seconds).abs() < 0.15, "{name}: {long} s, not {seconds} s");
            }
            _ => {
                names.push(*name);
                rates.push((codec, rate));
            }
        }
    }
    for ((name, (codec, rate)), heard) in names.iter().zip(rates).zip(federation.heard(&names)) {
        let expected = match codec {
            "mp3" => "mp3float",
            "opus" => "opus",
            _ => "pcm_s16le",
        };
        assert!(heard.codec.starts_with(expected), "{name}: {heard:?}");
        assert_eq!((heard.rate, heard.channels), (rate, 1), "{name}: {heard:?}");
        assert!((heard.seconds - seconds).abs() < 0.15, "{name}: {heard:?}, not {seconds} s");
        assert!(heard.rms > 0.02, "{name}: {heard:?}");
    }
}

/// Checks that the characters join to the text, and are heard in turn within the sound.
fn times(alignments: &Value, text: &str, seconds: f64) {
    let (mut joined, mut now) = (String::new(), 0.0);
    for alignment in alignments.as_array().unwrap() {
        let list = |key: &str| alignment[key].as_array().unwrap();
        let (characters, starts, ends) = (list("characters"), list("starts"), list("ends"));
        assert!(characters.len() == starts.len() && starts.len() == ends.len(), "{alignment}");
        for ((character, start), end) in characters.iter().zip(starts).zip(ends) {
            let (start, end) = (start.as_f64().unwrap(), end.as_f64().unwrap());
            assert!(
                now <= start && start <= end,
                "{character} at {start} to {end}, after {now}: {alignment}"
            );
            joined += character.as_str().unwrap();
            now = start;
        }
        now = ends.last().map_or(now, |end| end.as_f64().unwrap());
    }
    assert_eq!(joined, text);
    assert!((0.7 * seconds..seconds + 0.1).contains(&now), "the last ends at {now} of {seconds} s");
}

fn lists(seen: &Value, spoken: &Spoken) {
    let ids = |list: &Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
    };
    let pages: Vec<_> = seen["pages"].as_array().unwrap().iter().map(ids).collect();
    let (last, full) = pages.split_last().unwrap();
    assert!(full.iter().all(|page| page.len() == 100) && (1..=100).contains(&last.len()));
    let (mut paged, mut all) = (pages.concat(), ids(&seen["all"]));
    assert_eq!(paged.len(), seen["total"], "as many as promised");
    paged.sort_unstable();
    all.sort_unstable();
    assert_eq!(paged, all, "the pages hold each voice once");
    all.dedup();
    assert_eq!(paged.len(), all.len(), "no voice twice");
    assert!(all.iter().any(|id| id == spoken.voice), "{} in {all:?}", spoken.voice);
    let searched = ids(&seen["searched"]);
    let finds_george = spoken.backend == "openai" || searched.iter().any(|name| name.contains("George"));
    assert!(finds_george, "{searched:?}");
    assert!(!seen["george"].as_str().unwrap().is_empty());
    for settings in ["settings", "default_settings"] {
        assert_eq!(seen[settings], 0.5);
    }
    assert!(!ids(&seen["models"]).is_empty());
    assert_eq!(seen["status"], "active");
}

fn errors(seen: &Value) {
    for (mistake, statuses, code) in [
        ("key", &[401][..], "invalid_api_key"),
        ("voice", &[400, 404], "voice_not_found"),
        ("model", &[400, 404], "model_not_found"),
        ("long", &[400], "max_character_limit_exceeded"),
        ("speed", &[400, 422], "invalid_parameters"),
    ] {
        let raised = &seen[mistake];
        let detail = &raised["detail"];
        assert!(statuses.contains(&raised["status"].as_u64().unwrap()), "{mistake}: {raised}");
        assert_eq!((&detail["code"], &detail["status"]), (&code.into(), &code.into()), "{mistake}: {raised}");
        assert!(detail["message"].as_str().unwrap().len() > 10, "{mistake}: {raised}");
        assert_eq!(detail["request_id"], raised["headers"]["x-soundboard-request-id"], "{mistake}: {raised}");
    }
}

/// The other application does so over plain HTTP.
#[test]
fn kokoro_answers_elevenlabs_package_for_python_over_tls() {
    let federation = Federation::behind_tls(&["kokoro"]);
    answered_by(&federation, &KOKORO, Sdk::ElevenLabsPython, &SOME_FORMATS);
    realtime(&federation, "kokoro");
}

#[test]
fn kokoro_answers_elevenlabs_package_for_javascript() {
    answered_by(&Federation::of(&["kokoro"]), &KOKORO, Sdk::ElevenLabsJavaScript, &["opus_48000_32"]);
}

#[test]
fn openai_answers_elevenlabs_package_for_python_over_tls() {
    let federation = Federation::behind_tls(&["openai"]);
    answered_by(&federation, &OPENAI, Sdk::ElevenLabsPython, &ALL_FORMATS);
    served_whole(&federation, "openai");
    realtime(&federation, "openai");
}

#[test]
fn openai_answers_elevenlabs_package_for_javascript() {
    let federation = Federation::of(&["openai"]);
    answered_by(&federation, &OPENAI, Sdk::ElevenLabsJavaScript, &ALL_FORMATS);
    served_whole(&federation, "openai");
}

/// What ElevenLabs' own packages see where ElevenLabs speaks: its lists, its price, and its very bytes.
fn as_without_us(federation: &Federation, sdk: Sdk) {
    answered_by(federation, &ELEVENLABS, sdk, &ALL_FORMATS);
    served_whole(federation, "elevenlabs");
    let seen = federation.play(sdk, &["convert", "lists"], &[]);
    let served = speeches(&federation.elevenlabs);
    let speech = served.last().unwrap();
    let got = federation.kept("convert.mp3");
    assert_eq!(got.len() as u64, speech.bytes_served);
    assert_eq!(SENTENCE.len() as u64, speech.characters_served);
    assert!(got == replay(&federation.elevenlabs, speech), "untouched");
    assert_eq!(seen["convert"]["request-id"], format!("{:020x}", speech.at), "the vendor's own id");
    let seconds = federation.heard(&["convert.mp3"])[0].seconds;
    assert!((seconds - SPOKEN).abs() < 0.1, "{seconds} s of {SPOKEN}");
    assert!(seen["lists"]["all"].as_array().unwrap().len() >= ELEVENLABS_VOICES);
    assert_eq!(seen["lists"]["george"], "George");
    let models = seen["lists"]["models"].as_array().unwrap();
    for model in
        ["eleven_v4", "eleven_v3", "eleven_multilingual_v2", "eleven_flash_v2_5", "eleven_monolingual_v1"]
    {
        assert!(models.iter().any(|known| known == model), "{model} in {models:?}");
    }
}

#[test]
fn elevenlabs_answers_its_own_package_for_python_over_tls_as_without_us() {
    let federation = Federation::behind_tls(&["elevenlabs"]);
    as_without_us(&federation, Sdk::ElevenLabsPython);
    realtime(&federation, "elevenlabs");
}

#[test]
fn elevenlabs_answers_its_own_package_for_javascript_as_without_us() {
    as_without_us(&Federation::of(&["elevenlabs"]), Sdk::ElevenLabsJavaScript);
}

/// Text that is still being written over a WebSocket, which that package insists on being `wss`.
fn realtime(federation: &Federation, backend: &str) {
    federation.play(Sdk::ElevenLabsPython, &["realtime"], &[]);
    let text = format!("{SENTENCE} {REPLY}");
    let heard = &federation.heard(&["realtime.mp3"])[0];
    assert_eq!((heard.codec.as_str(), heard.rate, heard.channels), ("mp3float", 44_100, 1), "{heard:?}");
    assert!(plausible(heard.seconds, &text), "{heard:?}");
    let row = eventually("row of the socket", || {
        federation.server.rows().into_iter().next_back().filter(|row| row["characters"] != SENTENCE.len())
    });
    assert_eq!((&row["outcome"], &row["backend"]), (&"completed".into(), &backend.into()), "{row}");
    // The last word has a space behind it, and the package adds one.
    assert_eq!(row["characters"], text.len() + 2, "{row}");
    let milliseconds = row["audio_ms"].as_f64().unwrap();
    assert!((milliseconds / 1000.0 - heard.seconds).abs() < 0.15, "{row}, {heard:?}");
}

#[test]
fn elevenlabs_packages_hear_the_beginning_before_the_end() {
    for backend in ["openai", "elevenlabs"] {
        let federation = Federation::of(&[backend]);
        let vendor = federation.vendor(backend);
        for sdk in [Sdk::ElevenLabsPython, Sdk::ElevenLabsJavaScript] {
            // The rest never comes.
            vendor.script(Script::once(Fault::Stall).after_bytes(30_000));
            let seen = federation.play(sdk, &["beginning"], &[]);
            assert!(seen["beginning"].as_u64().unwrap() > 0, "{seen}");
        }
        for row in federation.server.rows_once(2) {
            assert_eq!((&row["outcome"], &row["backend"]), (&"hung_up".into(), &backend.into()), "{row}");
        }
        eventually("end of what nobody hears", || {
            speeches(vendor).iter().all(|speech| speech.ended).then_some(())
        });
    }
}

/// The package for Python never tries a text again; that for JavaScript does, after the vendor's own wait.
#[test]
fn a_busy_vendor_is_told_to_elevenlabs_packages_in_their_own_words() {
    for backend in ["openai", "elevenlabs"] {
        let federation = Federation::of(&[backend]);
        let vendor = federation.vendor(backend);
        vendor.script(Script::once(Fault::RateLimited));
        let raised = &federation.play(Sdk::ElevenLabsPython, &["busy"], &[])["busy"];
        assert_eq!(
            (&raised["status"], &raised["headers"]["retry-after"]),
            (&429.into(), &"1".into()),
            "{raised}"
        );
        assert_eq!(raised["detail"]["code"], "rate_limit_exceeded", "{raised}");
        // Within that second the vendor is not called.
        between_looks(Duration::from_secs(1));
        vendor.script(Script::once(Fault::RateLimited));
        let raised = &federation.play(Sdk::ElevenLabsJavaScript, &["busy"], &[])["busy"];
        assert_eq!(raised, &Value::Null);
        let statuses: Vec<_> = speeches(vendor).iter().map(|speech| speech.status).collect();
        assert_eq!(statuses, [429, 429, 200], "{backend}");
        let rows = federation.server.rows_once(3);
        let outcomes: Vec<_> = rows.iter().map(|row| row["outcome"].as_str().unwrap()).collect();
        assert_eq!(outcomes, ["rate_limited", "rate_limited", "completed"], "{backend}");
    }
}
