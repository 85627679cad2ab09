//! ElevenLabs' synthesis over HTTP.

use serde_json::{Value, json};
use vendors::{Kind, Vendor};

use crate::client::{audio, joined_audio, post};
use crate::decode::decode;

const TEXT: &str = "The boats come in at five, and the town is still asleep.";
const RACHEL: &str = "/v1/text-to-speech/21m00Tcm4TlvDq8ikWAM";

const FORMATS: &str = "mp3_22050_32 mp3_24000_48 mp3_44100_32 mp3_44100_64 mp3_44100_96 mp3_44100_128 \
                       mp3_44100_192 pcm_8000 pcm_16000 pcm_22050 pcm_24000 pcm_32000 pcm_44100 pcm_48000 \
                       wav_8000 wav_16000 wav_22050 wav_24000 wav_32000 wav_44100 wav_48000 ulaw_8000 alaw_8000 \
                       opus_48000_32 opus_48000_64 opus_48000_96 opus_48000_128 opus_48000_192";

#[test]
fn all_28_formats_are_speech_as_long_as_the_text() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    let formats: Vec<&str> = FORMATS.split_whitespace().collect();
    assert_eq!(formats.len(), 28);
    for format in formats {
        let mut parts = format.split('_');
        let (codec, rate) = (parts.next().unwrap(), parts.next().unwrap().parse().unwrap());
        let whole = post(&vendor, &format!("{RACHEL}?output_format={format}"), &json!({"text": TEXT}));
        assert_eq!(whole.status, 200, "{format}");
        assert!(whole.header("content-type").starts_with("audio/"));
        let heard = decode(codec, rate, &whole.body);
        let seconds = TEXT.len() as f64 * 0.065;
        assert_eq!(heard.rate, rate, "{format}");
        assert!(
            (seconds..seconds + 0.15).contains(&(heard.seconds() + 1e-3)),
            "{format}: {}",
            heard.seconds()
        );
        assert!(heard.is_audible(), "{format}");
        let stream =
            post(&vendor, &format!("{RACHEL}/stream?output_format={format}"), &json!({"text": TEXT}));
        if codec == "wav" {
            assert_eq!(
                (stream.status, &stream.json()["detail"][0]["loc"][1]),
                (422, &"output_format".into())
            );
        } else {
            assert_eq!(stream.body, whole.body, "{format}");
        }
        if let Some(kbps) = parts.next().filter(|_| codec == "mp3") {
            let heard = whole.body.len() as f64 * 8.0 / heard.seconds() / 1000.0;
            assert!((heard / kbps.parse::<f64>().unwrap() - 1.0).abs() < 0.02, "{format}: {heard} kbit/s");
        }
    }
}

/// How far two recordings of the same differ, in dB of signal to noise.
fn snr(signal: &[f32], copy: &[f32]) -> f32 {
    let power = |samples: &mut dyn Iterator<Item = f32>| samples.map(|sample| sample * sample).sum::<f32>();
    let noise = power(&mut signal.iter().zip(copy).map(|(a, b)| a - b));
    10.0 * (power(&mut signal.iter().copied()) / noise).log10()
}

#[test]
fn the_rates_and_the_telephone_formats_sound_alike() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    let heard = |codec: &str, rate: u32| {
        let path = format!("{RACHEL}?output_format={codec}_{rate}");
        decode(codec, rate, &post(&vendor, &path, &json!({"text": TEXT})).body).samples
    };
    let telephone = heard("pcm", 8_000);
    for codec in ["ulaw", "alaw"] {
        let snr = snr(&telephone, &heard(codec, 8_000));
        assert!(snr > 30.0, "{codec}: {snr} dB");
    }
    // Every second sample of a rate is a sample of half the rate.
    let half = |samples: Vec<f32>| samples.into_iter().step_by(2).collect::<Vec<_>>();
    let spoken = snr(&heard("pcm", 24_000), &half(heard("pcm", 48_000)));
    // The filter gives up the topmost twentieth of the band, where the hissing of an s is.
    assert!(spoken > 28.0, "{spoken} dB");
    let resampled = snr(&heard("pcm", 22_050), &half(heard("pcm", 44_100)));
    // Here the halved rate also folds back what it cannot hold.
    assert!(resampled > 20.0, "{resampled} dB");
}

#[test]
fn the_headers_tell_the_cost() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    for (model, cost) in
        [("eleven_multilingual_v2", "11"), ("eleven_flash_v2_5", "6"), ("eleven_turbo_v2", "6")]
    {
        let answer = post(&vendor, RACHEL, &json!({"text": "Hello world", "model_id": model}));
        assert_eq!((answer.header("character-cost"), answer.header("x-character-count")), (cost, "11"));
        assert_eq!(answer.header("current-concurrent-requests"), "1");
        assert_eq!(answer.header("maximum-concurrent-requests"), "15");
        assert_ne!(answer.header("request-id"), "");
    }
}

#[test]
fn characters_are_timed_over_the_audio() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    let asked = json!({"text": TEXT, "voice_settings": {"speed": 0.8}});
    let whole = post(&vendor, &format!("{RACHEL}/with-timestamps?output_format=pcm_48000"), &asked).json();
    let lines = post(&vendor, &format!("{RACHEL}/stream/with-timestamps?output_format=pcm_48000"), &asked);
    assert!(lines.body.split(|&byte| byte == b'\n').all(|line| line.len() < 100_000));
    let lines = lines.lines();
    assert!(lines.len() > 3);
    assert_eq!(joined_audio(&lines), audio(&whole));
    let all = |name: &str| -> Vec<Value> {
        lines.iter().flat_map(|line| line["alignment"][name].as_array().unwrap().clone()).collect()
    };
    let alignment = &whole["alignment"];
    assert_eq!(&whole["normalized_alignment"], alignment);
    for name in ["characters", "character_start_times_seconds", "character_end_times_seconds"] {
        assert_eq!(alignment[name].as_array().unwrap(), &all(name), "{name}");
        assert_eq!(all(name).len(), TEXT.len());
    }
    let text: String =
        all("characters").iter().map(|character| character.as_str().unwrap().to_owned()).collect();
    assert_eq!(text, TEXT);
    let starts = all("character_start_times_seconds");
    let ends = all("character_end_times_seconds");
    assert_eq!(starts[1..], ends[..ends.len() - 1]);
    assert!(starts.is_sorted_by_key(|start| start.as_f64().unwrap()));
    let seconds = audio(&whole).len() as f64 / 96_000.0;
    assert!((ends.last().unwrap().as_f64().unwrap() - seconds).abs() < 0.001);
    assert!((seconds - TEXT.len() as f64 * 0.065 / 0.8).abs() < 0.001);
}

#[test]
fn dialogues_are_spoken_by_the_models_that_can() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    let inputs = json!([
        {"text": "[whispers] Who is there?", "voice_id": "21m00Tcm4TlvDq8ikWAM"},
        {"text": "Only the harbour.", "voice_id": "JBFqnCBsd6RMkjVDRZzb"},
    ]);
    let asked = json!({"inputs": inputs, "model_id": "eleven_v4"});
    let path = "/v1/text-to-dialogue";
    let whole = post(&vendor, &format!("{path}?output_format=pcm_16000"), &asked);
    assert_eq!((whole.status, whole.body.len()), (200, 41 * 65 * 32));
    assert_eq!(post(&vendor, &format!("{path}/stream?output_format=pcm_16000"), &asked).body, whole.body);
    let timed = post(&vendor, &format!("{path}/with-timestamps?output_format=pcm_16000"), &asked).json();
    assert_eq!(audio(&timed), whole.body);
    let lines =
        post(&vendor, &format!("{path}/stream/with-timestamps?output_format=pcm_16000"), &asked).lines();
    assert_eq!(joined_audio(&lines), whole.body);
    let older = post(&vendor, path, &json!({"inputs": inputs, "model_id": "eleven_multilingual_v2"}));
    assert_eq!((older.status, &older.json()["detail"]["code"]), (400, &"unsupported_model".into()));
}

#[test]
fn what_the_vendor_would_not_take_is_refused_in_its_envelope() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    let nobody = "/v1/text-to-speech/nobody";
    for (path, asked, status, code) in [
        (nobody, json!({"text": TEXT}), 404, "voice_not_found"),
        (RACHEL, json!({"text": "x".repeat(10_001)}), 400, "max_character_limit_exceeded"),
        (RACHEL, json!({"text": ""}), 400, "input_text_empty"),
        (RACHEL, json!({"text": TEXT, "model_id": "eleven_v99"}), 400, "model_not_found"),
        (RACHEL, json!({"text": TEXT, "model_id": "eleven_multilingual_sts_v2"}), 400, "model_not_found"),
    ] {
        let answer = post(&vendor, path, &asked);
        let detail = &answer.json()["detail"];
        assert_eq!((answer.status, &detail["code"], &detail["status"]), (status, &code.into(), &code.into()));
        assert_eq!(detail["request_id"], answer.header("request-id"));
        assert!(detail["message"].is_string() && detail["type"].is_string());
    }
    for (asked, place) in [
        (json!({}), "text"),
        (json!({"text": 7}), "text"),
        (json!({"text": TEXT, "voice_settings": {"speed": 2}}), "speed"),
        (json!({"text": TEXT, "voice_settings": {"stability": "low"}}), "stability"),
    ] {
        let answer = post(&vendor, RACHEL, &asked);
        let places = answer.json()["detail"][0]["loc"].as_array().unwrap().clone();
        assert_eq!((answer.status, places.last().unwrap()), (422, &place.into()), "{asked}");
    }
    let flash = json!({"text": "x".repeat(10_001), "model_id": "eleven_flash_v2_5", "voice_settings": null, "more": 1});
    assert_eq!(post(&vendor, RACHEL, &flash).status, 200);
}
