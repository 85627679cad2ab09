//! Applications on Microsoft's own package, and one without.

mod rest;
mod sound;
mod told;

use serde_json::{Value, json};
use vendors::{Fault, Script};

use super::SENTENCE;
use crate::harness::federation::speeches;
use crate::harness::tools::Sdk;
use crate::harness::{Federation, eventually};

const SDKS: [Sdk; 3] = [Sdk::AzurePython, Sdk::AzureJavaScript, Sdk::AzureBrowser];

/// Who speaks.
struct Speaker {
    backend: &'static str,
    /// As the application asks for it.
    name: &'static str,
    /// As its backend calls it.
    voice: &'static str,
    locale: &'static str,
}

const KOKORO: Speaker =
    Speaker { backend: "kokoro", name: "kokoro:af_heart", voice: "af_heart", locale: "en-US" };
const ELEVENLABS: Speaker = Speaker {
    backend: "elevenlabs",
    name: "elevenlabs:JBFqnCBsd6RMkjVDRZzb",
    voice: "JBFqnCBsd6RMkjVDRZzb",
    locale: "en-GB",
};

/// By the name that it has at Azure.
const AZURE: Speaker =
    Speaker { backend: "azure", name: "en-US-JennyNeural", voice: "en-US-JennyNeural", locale: "en-US" };

/// Each way to write samples, and each kind of stream; of the last, what the fake Azure says is no sound.
const ALL_FORMATS: [&str; 7] = [
    "Riff24Khz16BitMonoPcm",
    "Riff8Khz8BitMonoMULaw",
    "Raw48Khz16BitMonoPcm",
    "Raw8Khz8BitMonoALaw",
    "Audio24Khz96KBitRateMonoMp3",
    "Ogg24Khz16BitMonoOpus",
    "Webm24Khz16BitMonoOpus",
];

/// What nobody but Azure makes.
const SILK: &str = "Raw24Khz16BitMonoTrueSilk";

/// For a voice that takes its time.
const SOME_FORMATS: [&str; 2] = ["Raw8Khz8BitMonoALaw", "Webm24Khz16BitMonoOpus"];

/// Checks what one application sees of a gateway where one backend speaks.
fn answered_by(federation: &Federation, speaker: &Speaker, sdk: Sdk, formats: &[&str]) {
    let asked = [&[speaker.name], formats].concat();
    let scenarios = ["speak", "formats", "stream", "events", "turns", "voices", "errors"];
    let seen = federation.play(sdk, &scenarios, &asked);
    let ways: &[_] = if sdk == Sdk::AzurePython { &["http", "ws", "token"] } else { &["http", "token"] };
    for way in ways {
        is_spoken(&seen["speak"][way]);
        sound::is_riff(&federation.kept(&format!("{way}.wav")), 16_000, SENTENCE, &seen["speak"][way]);
    }
    for format in formats {
        is_spoken(&seen["formats"][format]);
    }
    sound::formats(federation, formats, &seen["formats"]);
    sound::stream(federation, sdk, &seen["stream"]);
    is_spoken(&seen["events"]);
    let bytes = federation.kept("events.raw").len();
    told::everything(&seen["events"], bytes);
    if sdk != Sdk::AzurePython {
        told::in_time(&seen["events"]);
    }
    for turn in seen["turns"]["turns"].as_array().unwrap() {
        is_spoken(turn);
    }
    assert_eq!(seen["turns"]["connected"], 1, "both on one socket: {seen}");
    voices(federation, speaker, sdk, &seen["voices"]);
    errors(speaker, sdk, &seen["errors"]);
    rows(federation, speaker, ways.len() + formats.len() + 4);
}

fn is_spoken(ended: &Value) {
    assert_eq!(ended["reason"], "SynthesizingAudioCompleted", "{ended}");
}

fn voices(federation: &Federation, speaker: &Speaker, sdk: Sdk, seen: &Value) {
    let listed = federation.server.get("/cognitiveservices/voices/list").json();
    let names = |list: &Value, name: &str| -> Vec<Value> {
        list.as_array().unwrap().iter().map(|voice| voice[name].clone()).collect()
    };
    let all = names(&seen["all"], "name");
    assert_eq!(all, names(&listed, "ShortName"), "all that there are, as they are called");
    let is_speaker = |voice: &&Value| voice["name"] == speaker.name;
    let known = seen["all"].as_array().unwrap().iter().find(is_speaker);
    assert_eq!(known.unwrap_or_else(|| panic!("{all:?}"))["locale"], speaker.locale);
    let american = seen["american"].as_array().unwrap();
    assert!(!american.is_empty() && american.len() < all.len(), "{american:?}");
    assert!(american.iter().all(|voice| voice["locale"] == "en-US"), "{american:?}");
    if sdk == Sdk::AzurePython {
        assert_eq!(seen["over_ws"], seen["all"]);
    }
}

/// Checks how each mistake is told: by a status where the package reads it, else by how the socket is closed.
fn errors(speaker: &Speaker, sdk: Sdk, seen: &Value) {
    let (stranger, refusal, bad) = match sdk {
        Sdk::AzurePython => ("AuthenticationFailure", "401", "BadRequest"),
        Sdk::AzureJavaScript => ("ConnectionFailure", "401", "BadRequestParameters"),
        _ => ("ConnectionFailure", "The key, or the token, is nobody's", "BadRequestParameters"),
    };
    let nobody = match speaker.backend {
        "azure" => "The backend azure does not have this voice.",
        _ => "There is no voice \"en-US-NobodyNeural\".",
    };
    for (mistake, code, told) in [
        ("key", stranger, refusal),
        ("voice", bad, nobody),
        ("written", bad, nobody),
        ("unclosed", bad, "at line 1, column "),
        ("voiceless", bad, "Ssml should contain at least one [voice] tag."),
    ] {
        let ended = &seen[mistake];
        assert_eq!((&ended["reason"], &ended["code"]), (&"Canceled".into(), &code.into()), "{ended}");
        assert!(ended["details"].as_str().unwrap().contains(told), "{ended}");
    }
    assert_eq!(seen["voices_of_stranger"], "Canceled", "{seen}");
}

/// Checks that each text has its row, and each mistake of a client that is known.
fn rows(federation: &Federation, speaker: &Speaker, spoken: usize) {
    let mut rows = federation.server.rows_once(spoken + 4);
    rows.retain(|row| {
        assert_eq!((&row["client"], &row["door"]), (&"app".into(), &"azure".into()), "{row}");
        row["outcome"] != "completed" || {
            let who = json!([row["backend"], row["voice"]]);
            assert_eq!(who, json!([speaker.backend, speaker.voice]), "{row}");
            assert!(row["audio_ms"].as_u64().unwrap() > 2000, "{row}");
            false
        }
    });
    let mut refused: Vec<_> = rows.iter().map(|row| row["outcome"].as_str().unwrap()).collect();
    refused.sort_unstable();
    assert_eq!(refused, ["invalid_text", "invalid_text", "unknown_voice", "unknown_voice"], "{rows:?}");
}

#[test]
fn kokoro_answers_microsofts_package_for_python() {
    answered_by(&Federation::of(&["kokoro"]), &KOKORO, Sdk::AzurePython, &SOME_FORMATS);
}

#[test]
fn kokoro_answers_microsofts_package_for_javascript() {
    answered_by(&Federation::of(&["kokoro"]), &KOKORO, Sdk::AzureJavaScript, &SOME_FORMATS);
}

#[test]
fn elevenlabs_answers_microsofts_package_for_python() {
    answered_by(&Federation::of(&["elevenlabs"]), &ELEVENLABS, Sdk::AzurePython, &ALL_FORMATS);
}

#[test]
fn elevenlabs_answers_microsofts_package_for_javascript_over_tls() {
    answered_by(&Federation::behind_tls(&["elevenlabs"]), &ELEVENLABS, Sdk::AzureJavaScript, &ALL_FORMATS);
}

#[test]
fn elevenlabs_answers_microsofts_package_for_browsers_whose_key_in_the_query_stays_secret() {
    let federation = Federation::of(&["elevenlabs"]);
    answered_by(&federation, &ELEVENLABS, Sdk::AzureBrowser, &SOME_FORMATS);
    let log = federation.server.log();
    assert!(log.contains("/cognitiveservices/websocket/v1"), "{log}");
    assert!(!log.contains(federation.key()) && !log.contains("a-wrong-key"), "{log}");
}

#[test]
fn azure_answers_its_own_package_for_python() {
    answered_by(&Federation::of(&["azure"]), &AZURE, Sdk::AzurePython, &ALL_FORMATS[..6]);
}

#[test]
fn azure_answers_its_own_package_for_javascript() {
    answered_by(&Federation::of(&["azure"]), &AZURE, Sdk::AzureJavaScript, &ALL_FORMATS[..6]);
}

#[test]
fn what_only_azure_makes_is_handed_on_by_azure_and_refused_by_everybody_else() {
    for speaker in [AZURE, ELEVENLABS] {
        let federation = Federation::of(&[speaker.backend]);
        for sdk in SDKS {
            let ended = &federation.play(sdk, &["formats"], &[speaker.name, SILK])["formats"][SILK];
            if speaker.backend == "azure" {
                is_spoken(ended);
                let served = federation.azure.truth();
                let speech =
                    served.iter().rfind(|served| served.format == "raw-24khz-16bit-mono-truesilk").unwrap();
                assert_eq!(federation.kept(SILK).len() as u64, speech.bytes_served, "{speech:?}");
            } else {
                assert_eq!(ended["reason"], "Canceled", "{ended}");
                assert!(
                    ended["details"].as_str().unwrap().contains("raw-24khz-16bit-mono-truesilk"),
                    "{ended}"
                );
            }
        }
    }
}

/// Checks that a text is spoken while the packages write it: its first sentences are heard before the last is there.
fn follows(speaker: &Speaker) {
    let federation = Federation::of(&[speaker.backend]);
    let text = [SENTENCE; 7].join(" ");
    for (before, sdk) in SDKS.into_iter().enumerate() {
        let seen = &federation.play(sdk, &["written"], &[speaker.name])["written"];
        is_spoken(seen);
        assert_eq!(seen["heard_before_its_end"], true, "{seen}");
        let words: Vec<_> =
            seen["words"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
        assert_eq!(words.join(" "), text.replace('.', " ."), "each word and each mark once: {seen}");
        let samples = federation.kept("written.raw").len() / 2;
        assert!(
            (samples as f64 / 24_000.0 - seen["seconds"].as_f64().unwrap()).abs() < 0.01,
            "{samples}: {seen}"
        );
        let rows = federation.server.rows_once(before + 1);
        let row = rows.last().unwrap();
        let who = json!([row["outcome"], row["backend"], row["voice"], row["characters"]]);
        assert_eq!(who, json!(["completed", speaker.backend, speaker.voice, text.len()]), "{row}");
    }
}

#[test]
fn kokoro_speaks_while_microsofts_packages_write() {
    follows(&KOKORO);
}

#[test]
fn elevenlabs_speaks_while_microsofts_packages_write() {
    follows(&ELEVENLABS);
}

#[test]
fn azure_speaks_while_microsofts_packages_write() {
    follows(&AZURE);
}

/// Checks that what is stopped in mid-speech ends there, for the vendor and in the ledger too.
fn stops(speaker: &Speaker) {
    let federation = Federation::of(&[speaker.backend]);
    for (before, sdk) in SDKS.into_iter().enumerate() {
        if speaker.backend != "kokoro" {
            // The rest never comes.
            federation.vendor(speaker.backend).script(Script::once(Fault::Stall).after_bytes(60_000));
        }
        let seen = federation.play(sdk, &["stop"], &[speaker.name]);
        assert!(seen["stop"]["heard"].as_u64().unwrap() > 0, "{seen}");
        if sdk == Sdk::AzurePython {
            assert_eq!(seen["stop"]["cancelled"], "CancelledByUser", "{seen}");
            is_spoken(&seen["stop"]["next"]);
        }
        let stopped = eventually("row of what was stopped", || {
            let mut rows = federation.server.rows();
            rows.retain(|row| row["outcome"] == "hung_up");
            rows.get(before).cloned()
        });
        assert_eq!(stopped["backend"], speaker.backend, "{stopped}");
    }
    if speaker.backend != "kokoro" {
        let vendor = federation.vendor(speaker.backend);
        eventually("end of what nobody hears", || {
            speeches(vendor).iter().all(|speech| speech.ended).then_some(())
        });
    }
}

#[test]
fn microsofts_packages_stop_kokoro_in_mid_speech() {
    stops(&KOKORO);
}

#[test]
fn microsofts_packages_stop_elevenlabs_in_mid_speech() {
    stops(&ELEVENLABS);
}

#[test]
fn microsofts_packages_stop_azure_in_mid_speech() {
    stops(&AZURE);
}

/// What each package makes of too many requests.
fn is_too_much(sdk: Sdk, ended: &Value) {
    let code = if sdk == Sdk::AzurePython { "TooManyRequests" } else { "ConnectionFailure" };
    assert_eq!((&ended["reason"], &ended["code"]), (&"Canceled".into(), &code.into()), "{ended}");
    assert!(ended["details"].as_str().unwrap().contains("4429"), "{ended}");
}

#[test]
fn a_busy_vendor_is_too_many_requests_to_microsofts_packages() {
    for speaker in [ELEVENLABS, AZURE] {
        let federation = Federation::of(&[speaker.backend]);
        federation.vendor(speaker.backend).script(Script::once(Fault::RateLimited).times(0));
        for sdk in SDKS {
            is_too_much(sdk, &federation.play(sdk, &["busy"], &[speaker.name])["busy"]);
        }
    }
}

#[test]
fn a_budget_that_is_used_up_is_too_many_requests_to_microsofts_packages() {
    let federation = Federation::of(&["kokoro"]);
    let key = federation.key_of_the_broke();
    for sdk in SDKS {
        is_too_much(sdk, &federation.play_with(&key, sdk, &["busy"], &[KOKORO.name])["busy"]);
    }
}
