//! Azure over REST: synthesis, tokens, the list of voices.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use ureq::Agent;
use vendors::{Kind, Vendor};

use crate::client::{Answer, get, only_truth, read};
use crate::decode::{Heard, decode};

const TEXT: &str = "The boats come in at five, and the town is still asleep.";
const SPEECH: &str = "/cognitiveservices/v1";
const TOKEN: &str = "/sts/v1.0/issueToken";
const KEY: (&str, &str) = ("Ocp-Apim-Subscription-Key", "good-1234");
const PCM: (&str, &str) = ("X-Microsoft-OutputFormat", "raw-16khz-16bit-mono-pcm");
const SSML: (&str, &str) = ("Content-Type", "application/ssml+xml");

const FORMATS: &str = "\
    amr-wb-16000hz audio-16khz-16bit-32kbps-mono-opus audio-16khz-32kbitrate-mono-mp3 \
    audio-16khz-64kbitrate-mono-mp3 audio-16khz-128kbitrate-mono-mp3 audio-24khz-16bit-24kbps-mono-opus \
    audio-24khz-16bit-48kbps-mono-opus audio-24khz-48kbitrate-mono-mp3 audio-24khz-96kbitrate-mono-mp3 \
    audio-24khz-160kbitrate-mono-mp3 audio-48khz-96kbitrate-mono-mp3 audio-48khz-192kbitrate-mono-mp3 \
    ogg-16khz-16bit-mono-opus ogg-24khz-16bit-mono-opus ogg-48khz-16bit-mono-opus raw-8khz-8bit-mono-alaw \
    raw-8khz-8bit-mono-mulaw raw-8khz-16bit-mono-pcm raw-16khz-16bit-mono-pcm raw-16khz-16bit-mono-truesilk \
    raw-22050hz-16bit-mono-pcm raw-24khz-16bit-mono-pcm raw-24khz-16bit-mono-truesilk \
    raw-44100hz-16bit-mono-pcm raw-48khz-16bit-mono-pcm webm-16khz-16bit-mono-opus \
    webm-24khz-16bit-24kbps-mono-opus webm-24khz-16bit-mono-opus riff-8khz-8bit-mono-alaw \
    riff-8khz-8bit-mono-mulaw riff-8khz-16bit-mono-pcm riff-22050hz-16bit-mono-pcm \
    riff-24khz-16bit-mono-pcm riff-44100hz-16bit-mono-pcm riff-48khz-16bit-mono-pcm \
    riff-16khz-16bit-mono-pcm riff-16khz-16kbps-mono-siren audio-16khz-16kbps-mono-siren g722-16khz-64kbps \
    audio-24khz-16bit-mono-flac audio-48khz-16bit-mono-flac";

fn agent() -> Agent {
    let patience = Some(Duration::from_secs(60));
    Agent::config_builder().http_status_as_error(false).timeout_global(patience).build().into()
}

fn post(vendor: &Vendor, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let request = agent().post(format!("{}{path}", vendor.base_url()));
    read(
        headers
            .iter()
            .fold(request, |request, (name, value)| request.header(*name, *value))
            .send(body)
            .unwrap(),
    )
}

fn speak(vendor: &Vendor, ssml: &str) -> Answer {
    post(vendor, SPEECH, &[KEY, PCM, SSML], ssml)
}

/// Milliseconds of 16 kHz PCM.
fn milliseconds(answer: &Answer) -> usize {
    assert_eq!((answer.status, answer.body.len() % 32), (200, 0));
    answer.body.len() / 32
}

fn ssml(inside: &str) -> String {
    format!(
        "<speak version='1.0' xmlns='http://www.w3.org/2001/10/synthesis' \
         xmlns:mstts='https://www.w3.org/2001/mstts' xml:lang='en-US'>\
         <voice name='en-US-JennyNeural'>{inside}</voice></speak>"
    )
}

/// The sound of a format that has its codec's name in its own.
fn heard(format: &str, bytes: &[u8]) -> Heard {
    let rate = format.split('-').nth(1).unwrap();
    let rate = rate.strip_suffix("khz").map(|rate| 1000 * rate.parse::<u32>().unwrap());
    let rate = rate.unwrap_or_else(|| format.split('-').nth(1).unwrap().replace("hz", "").parse().unwrap());
    let codec = format.rsplit('-').next().unwrap();
    match (format.starts_with("riff"), codec) {
        (true, "pcm") => decode("wav", rate, bytes),
        (true, codec) => {
            let tag = if codec == "alaw" { 6 } else { 7 };
            assert_eq!((&bytes[..4], bytes[20], bytes[34]), (&b"RIFF"[..], tag, 8), "{format}");
            let size = u32::from_le_bytes(bytes[40..44].try_into().unwrap());
            assert_eq!(size as usize, bytes.len() - 44, "{format}");
            decode(&codec.replace("mulaw", "ulaw"), rate, &bytes[44..])
        }
        (false, codec) => decode(&codec.replace("mulaw", "ulaw"), rate, bytes),
    }
}

#[test]
fn all_41_formats_are_as_long_as_the_text() {
    let vendor = Vendor::start(Kind::Azure).unwrap();
    let formats: Vec<&str> = FORMATS.split_whitespace().collect();
    assert_eq!(formats.len(), 41);
    let seconds = TEXT.len() as f64 * 0.065;
    for format in formats {
        let headers = [KEY, SSML, ("X-Microsoft-OutputFormat", format)];
        let answer = post(&vendor, "/tts/cognitiveservices/v1", &headers, &ssml(TEXT));
        assert_eq!(answer.status, 200, "{format}");
        assert!(answer.header("content-type").starts_with("audio/"), "{format}");
        let is_foreign = ["amr", "g722", "webm"].iter().any(|start| format.starts_with(start))
            || ["truesilk", "siren"].iter().any(|end| format.ends_with(end))
            || (format.starts_with("audio") && format.ends_with("opus"));
        if is_foreign {
            let kbps = answer.body.len() as f64 * 8.0 / seconds / 1000.0;
            assert!((15.0..70.0).contains(&kbps), "{format}: {kbps} kbit/s");
            let again = post(&vendor, SPEECH, &headers, &ssml(TEXT));
            assert_eq!(again.body, answer.body, "{format}");
        } else {
            let heard = heard(format, &answer.body);
            let long = (seconds..seconds + 0.15).contains(&(heard.seconds() + 1e-3));
            assert!(long && heard.is_audible(), "{format}: {} s at {}", heard.seconds(), heard.rate);
        }
    }
}

#[test]
fn breaks_are_silent_and_rates_obeyed() {
    let vendor = Vendor::start(Kind::Azure).unwrap();
    let plain = milliseconds(&speak(&vendor, &ssml("Hello there.")));
    assert_eq!(plain, 12 * 65);
    for (inside, more) in [
        ("Hello <break time='700ms'/>there.", 700),
        ("Hello <break time=\"1.5s\"/>there.", 1_500),
        ("Hello <break time='1h'/>there.", 750),
        ("Hello <break time='90s'/>there.", 20_000),
        ("Hello <break/>there.", 750),
        ("Hello <break strength='x-strong'/>there.", 1_250),
        ("Hello <break strength='none'/>there.", 0),
    ] {
        assert_eq!(milliseconds(&speak(&vendor, &ssml(inside))), plain + more, "{inside}");
    }
    for (rate, milliseconds_spoken) in [
        ("+100%", 390),
        ("-50%", 1_560),
        ("2", 390),
        ("x-fast", 390),
        ("9", 390),
        ("medium", 780),
        ("0%", 780),
    ] {
        let inside = format!("<prosody rate='{rate}'>Hello there.</prosody>");
        assert_eq!(milliseconds(&speak(&vendor, &ssml(&inside))), milliseconds_spoken, "{rate}");
    }
    let paused = speak(&vendor, &ssml("Hello <break time='1s'/>there."));
    let silence = &paused.body[6 * 65 * 32..][..32_000];
    assert!(silence.iter().all(|&byte| byte == 0), "it is digital silence");
}

#[test]
fn what_is_spoken_is_the_text_and_nothing_else() {
    let vendor = Vendor::start(Kind::Azure).unwrap();
    for (inside, characters) in [
        ("\n  <p>\n    <s>One.</s>\n    <s>Two.</s>\n  </p>\n", 8),
        ("<!-- nobody reads this -->a<![CDATA[ <b> ]]>c", 7),
        ("<sub alias='World Wide Web'>WWW</sub>", 14),
        ("fish &amp; chips &#x1F41F;", 14),
        ("<mstts:express-as style='cheerful' styledegree='2'>Yes!</mstts:express-as>", 4),
        ("<phoneme alphabet='ipa' ph='t'>t</phoneme><unknown attribute='x'>u</unknown>", 2),
    ] {
        assert_eq!(milliseconds(&speak(&vendor, &ssml(inside))), characters * 65, "{inside}");
    }
    let two = "<speak>never <voice name='en-US-GuyNeural'>One.</voice> heard \
               <voice name='Microsoft Server Speech Text to Speech Voice (ja-JP, NanamiNeural)'>二つ</voice></speak>";
    assert_eq!(milliseconds(&speak(&vendor, two)), 6 * 65);
}

#[test]
fn what_azure_would_not_take_is_refused_by_status_and_a_line_of_text() {
    let vendor = Vendor::start(Kind::Azure).unwrap();
    let good = ssml("Hello.");
    for (headers, status) in [
        (vec![KEY, PCM, SSML], 200),
        (vec![KEY, PCM, ("Content-Type", "application/ssml+xml; charset=utf-8")], 200),
        (vec![KEY, PCM, ("Content-Type", "text/plain")], 415),
        (vec![KEY, PCM], 415),
        (vec![KEY, SSML], 400),
        (vec![KEY, SSML, ("X-Microsoft-OutputFormat", "audio-24khz-mp3")], 400),
        (vec![PCM, SSML], 401),
        (vec![PCM, SSML, ("Ocp-Apim-Subscription-Key", "bad")], 401),
        (vec![PCM, SSML, ("Ocp-Apim-Subscription-Key", "")], 401),
        (vec![PCM, SSML, ("Authorization", "Bearer ")], 401),
        (vec![PCM, SSML, ("Authorization", "Bearer made-up")], 401),
        // What a Python SDK sends.
        (vec![KEY, PCM, SSML, ("Authorization", "Bearer ")], 200),
        (vec![PCM, SSML, ("Authorization", "Bearer aad#/resource/1#entra")], 200),
        (vec![PCM, SSML, ("Authorization", "Bearer aad#/resource/1#bad")], 401),
    ] {
        assert_eq!(post(&vendor, SPEECH, &headers, &good).status, status, "{headers:?}");
    }
    assert_eq!(post(&vendor, "/cognitiveservices/v2", &[KEY, PCM, SSML], &good).status, 404);
    let many = format!("<speak>{}</speak>", "<voice name='en-US-GuyNeural'>a</voice>".repeat(51));
    let deep = ssml(&format!("{}{}", "<s>".repeat(600), "</s>".repeat(600)));
    for (ssml, reason) in [
        ("<speak>Hello.</speak>", "Ssml should contain at least one [voice] tag"),
        ("<speak><voice name='en-US-Nobody'>Hello.</voice></speak>", "Unsupported voice en-US-Nobody."),
        ("<speak><voice>Hello.</voice></speak>", "Unsupported voice ."),
        ("<voice name='en-US-GuyNeural'>Hello.</voice>", "SSML is invalid"),
        ("<speak><voice name='en-US-GuyNeural'>Fish & chips</voice></speak>", "SSML is invalid"),
        ("<speak><voice name='en-US-GuyNeural'>Hello.</speak>", "SSML is invalid"),
        ("<speak><mstts:x/><voice name='en-US-GuyNeural'/></speak>", "SSML is invalid"),
        ("<!DOCTYPE speak [<!ENTITY a 'a'>]><speak>&a;</speak>", "SSML is invalid"),
        ("", "SSML is invalid"),
        (&many, "Ssml should contain at most 50 [voice] and [audio] tags"),
        (&deep, "SSML is invalid: its elements are nested too deeply."),
    ] {
        let answer = speak(&vendor, ssml);
        let said = String::from_utf8(answer.body.clone()).unwrap();
        assert!(answer.status == 400 && said.starts_with(reason), "{}: {said}", answer.status);
        assert!(answer.header("content-type").starts_with("text/plain"));
    }
    assert!(vendor.truth().iter().all(|served| (served.billed_characters > 0) == (served.status == 200)));
}

#[test]
fn a_token_is_as_good_as_a_key_while_it_lives() {
    let vendor = Vendor::start(Kind::Azure).unwrap();
    let issue = || {
        let answer = post(&vendor, TOKEN, &[KEY], "");
        assert_eq!(answer.status, 200);
        String::from_utf8(answer.body).unwrap()
    };
    let status = |token: &str| {
        let bearer = format!("Bearer {token}");
        post(&vendor, SPEECH, &[PCM, SSML, ("Authorization", &bearer)], &ssml("Hello.")).status
    };
    let token = issue();
    let parts: Vec<&str> = token.split('.').collect();
    let claims: Value = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    assert!(parts.len() == 3 && claims["exp"].as_u64().unwrap() > 1_700_000_000, "{claims}");
    let another = issue();
    assert_ne!(token, another);
    assert_eq!((status(&token), status(&another), status("eyJ.made.up")), (200, 200, 401));
    vendor.expire_tokens();
    assert_eq!((status(&token), status(&issue())), (401, 200));
    vendor.tokens_live(Duration::ZERO);
    assert_eq!(status(&issue()), 401);
    assert_eq!(post(&vendor, TOKEN, &[("Ocp-Apim-Subscription-Key", "wrong")], "").status, 401);
    assert_eq!(post(&vendor, TOKEN, &[("Authorization", "Bearer aad##good")], "").status, 401);
    let logged = format!("{:?}", vendor.truth());
    assert!(!logged.contains(&token) && !logged.contains("good-1234"), "keys and tokens are cut short");
}

#[test]
fn five_hundred_voices_have_their_real_fields() {
    let vendor = Vendor::start(Kind::Azure).unwrap();
    let list = get(&vendor, "/cognitiveservices/voices/list");
    assert_eq!(get(&vendor, "/tts/cognitiveservices/voices/list").body, list.body);
    let voices = list.json().as_array().unwrap().clone();
    let by_name: BTreeMap<&str, &Value> =
        voices.iter().map(|voice| (voice["ShortName"].as_str().unwrap(), voice)).collect();
    assert_eq!((voices.len(), by_name.len()), (500, 500));
    let values =
        |field: &str| -> BTreeSet<String> { voices.iter().map(|voice| voice[field].to_string()).collect() };
    assert!(values("Locale").len() > 80 && values("LocaleName").len() == values("Locale").len());
    assert_eq!(values("Gender"), ["\"Female\"", "\"Male\"", "\"Neutral\""].map(str::to_owned).into());
    assert_eq!(values("VoiceType"), ["\"Neural\"", "\"NeuralHD\""].map(str::to_owned).into());
    assert_eq!(values("Status"), ["\"Deprecated\"", "\"GA\"", "\"Preview\""].map(str::to_owned).into());
    assert_eq!(values("SampleRateHertz"), ["\"24000\"", "\"48000\""].map(str::to_owned).into());
    for field in ["Name", "DisplayName", "LocalName", "LocaleName"] {
        assert!(voices.iter().all(|voice| voice[field].is_string()), "{field}");
    }
    for field in [
        "SecondaryLocaleList",
        "StyleList",
        "RolePlayList",
        "ExtendedPropertyMap",
        "WordsPerMinute",
        "VoiceTag",
    ] {
        let having = voices.iter().filter(|voice| !voice[field].is_null()).count();
        assert!((1..500).contains(&having), "{field}: {having}");
    }
    let jenny = by_name["en-US-JennyNeural"];
    assert_eq!(jenny["Name"], "Microsoft Server Speech Text to Speech Voice (en-US, JennyNeural)");
    let styles = "assistant chat customerservice newscast angry cheerful sad excited friendly terrified shouting \
                  unfriendly whispering hopeful";
    assert_eq!(jenny["StyleList"], json!(styles.split(' ').collect::<Vec<_>>()));
    assert_eq!(
        (&jenny["Gender"], &jenny["LocaleName"]),
        (&json!("Female"), &json!("English (United States)"))
    );
    assert_eq!(by_name["zh-CN-XiaoxiaoNeural"]["RolePlayList"].as_array().unwrap().len(), 8);
    assert_eq!(by_name["en-US-Ava:DragonHDLatestNeural"]["VoiceType"], "NeuralHD");
    assert!(by_name["en-US-AvaMultilingualNeural"]["SecondaryLocaleList"].as_array().unwrap().len() > 20);
    for name in ["GuyNeural", "AriaNeural"] {
        assert_eq!(by_name[format!("en-US-{name}").as_str()]["Status"], "GA");
    }
    for name in [
        "en-GB-SoniaNeural",
        "de-DE-KatjaNeural",
        "fr-FR-DeniseNeural",
        "es-ES-ElviraNeural",
        "ja-JP-NanamiNeural",
    ] {
        assert_eq!(by_name[name]["Locale"], name[..5]);
    }
    let again = Vendor::start(Kind::Azure).unwrap();
    assert_eq!(get(&again, "/cognitiveservices/voices/list").body, list.body);
    again.list_voices(10_000);
    let many = get(&again, "/cognitiveservices/voices/list").json();
    let names: BTreeSet<&str> =
        many.as_array().unwrap().iter().map(|voice| voice["ShortName"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 10_000);
    let anna = again.add_voice("Anna");
    let hello =
        |voice: &str| speak(&again, &format!("<speak><voice name='{voice}'>Hi.</voice></speak>")).status;
    assert_eq!((hello(&anna), again.remove_voice(&anna), hello(&anna)), (200, true, 400));
}

#[test]
fn a_voice_of_ones_own_speaks_where_it_is_deployed() {
    let vendor = Vendor::start(Kind::Azure).unwrap();
    let own = "<speak><voice name='Our Own Voice'>Hi.</voice></speak>";
    let answer = post(&vendor, "/cognitiveservices/v1?deploymentId=5f6a-01", &[KEY, PCM, SSML], own);
    assert_eq!(milliseconds(&answer), 3 * 65);
    let truth = only_truth(&vendor);
    assert_eq!((truth.query.as_str(), truth.body.as_str()), ("deploymentId=5f6a-01", own));
    assert_eq!((truth.format.as_str(), truth.turn_of), ("raw-16khz-16bit-mono-pcm", None));
    assert_eq!(speak(&vendor, own).status, 400);
}

#[test]
fn a_request_has_its_own_id_or_gets_one() {
    let vendor = Vendor::start(Kind::Azure).unwrap();
    let id = "01234567-89ab-cdef-0123-456789abcdef";
    let answer = post(&vendor, SPEECH, &[KEY, PCM, SSML, ("X-RequestId", id)], &ssml("Hi."));
    assert_eq!((answer.header("x-requestid"), vendor.truth()[0].request_id.as_str()), (id, id));
    let answer = post(&vendor, SPEECH, &[KEY, PCM, SSML], "no");
    let given = answer.header("x-requestid");
    assert_eq!((given.len(), given), (32, vendor.truth()[1].request_id.as_str()));
}

#[test]
fn everything_is_billed_but_the_tags_speak_and_voice() {
    let vendor = Vendor::start(Kind::Azure).unwrap();
    for (ssml, characters) in [
        ("<speak><voice name='en-US-GuyNeural'>Hello</voice></speak>", 5),
        (
            "<speak version = '1.0'\n><voice\nname='en-US-GuyNeural' effect='a>b' >Hello</voice\n></speak >\n",
            6,
        ),
        // Six letters, two of which count twice.
        ("<speak><voice name='zh-CN-XiaoxiaoNeural'>ab漢字cd</voice></speak>", 8),
        // An iteration mark and the number zero are Han, kana and full stops are not, and outside the first plane it goes on.
        ("<speak><voice name='ja-JP-NanamiNeural'>々〇かカ。𠀀</voice></speak>", 9),
        ("<speak><voice name='en-US-GuyNeural'>a<break time='1s'/>b</voice></speak>", 20),
        ("<speak><voice name='en-US-GuyNeural'>&lt;voice&gt;</voice></speak>", 13),
        ("<speak><!-- <voice> --><voice name='en-US-GuyNeural'><![CDATA[<voice>]]></voice></speak>", 35),
        ("<?xml version='1.0'?><speak><voice name='en-US-GuyNeural'>é🐟</voice></speak>", 23),
        ("<s:speak xmlns:s='urn:s'><s:voice name='en-US-GuyNeural'>x<s:s>y</s:s></s:voice></s:speak>", 13),
        ("<speak><voice name='en-US-GuyNeural'/></speak>", 0),
    ] {
        assert_eq!(speak(&vendor, ssml).status, 200, "{ssml}");
        let truth = vendor.truth().pop().unwrap();
        assert_eq!((truth.billed_characters, truth.body.as_str()), (characters, ssml));
    }
}
