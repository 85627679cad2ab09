//! Azure's REST API by hand.

use serde_json::Value;

use super::super::SENTENCE;
use super::{AZURE, ELEVENLABS, KOKORO, Speaker, sound};
use crate::harness::Federation;
use crate::harness::http::{self, Answer};

const FORMATS: [&str; 4] = [
    "riff-24khz-16bit-mono-pcm",
    "raw-8khz-8bit-mono-alaw",
    "audio-24khz-96kbitrate-mono-mp3",
    "webm-24khz-16bit-mono-opus",
];

/// Somebody with plain HTTP, and one header that says who that is.
struct Caller<'f> {
    federation: &'f Federation,
    header: (&'static str, String),
}

impl Caller<'_> {
    fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let server = &self.federation.server;
        let mut post = server.agent().post(format!("{}{path}", server.address()));
        let (name, value) = &self.header;
        for (name, value) in headers.iter().chain([&(*name, value.as_str())]) {
            post = post.header(*name, *value);
        }
        http::read(post.send(body.as_bytes()).unwrap())
    }

    fn speak(&self, voice: &str, format: &str) -> Answer {
        let document = format!(
            "<speak version='1.0' xmlns='http://www.w3.org/2001/10/synthesis' xml:lang='en-US'>\
             <voice name='{voice}'>{SENTENCE}</voice></speak>"
        );
        let headers = [("content-type", "application/ssml+xml"), ("x-microsoft-outputformat", format)];
        self.post("/cognitiveservices/v1", &headers, &document)
    }

    fn voices(&self, path: &str) -> Value {
        let server = &self.federation.server;
        let (name, value) = &self.header;
        let get = server.agent().get(format!("{}{path}", server.address())).header(*name, value);
        let answer = http::read(get.call().unwrap());
        assert_eq!(answer.status(), 200, "{answer:?}");
        answer.json()
    }
}

/// Checks what somebody with plain HTTP gets, by a key and by a token.
fn answered_by(speaker: &Speaker) {
    let federation = Federation::of(&[speaker.backend]);
    let key = federation.key().to_owned();
    let known = Caller { federation: &federation, header: ("ocp-apim-subscription-key", key) };
    let token = known.post("/sts/v1.0/issueToken", &[], "");
    assert_eq!(token.status(), 200, "{token:?}");
    let token = String::from_utf8(token.body).unwrap();
    assert_eq!(token.split('.').count(), 3, "a web token: {token}");
    let bearer = Caller { federation: &federation, header: ("authorization", format!("Bearer {token}")) };
    // What the fake says in WebM is no speech.
    let formats = if speaker.backend == "azure" { &FORMATS[..3] } else { &FORMATS[..] };
    for (caller, format) in [&known, &bearer].into_iter().cycle().zip(formats.iter().copied()) {
        let answer = caller.speak(speaker.name, format);
        assert_eq!(answer.status(), 200, "{format}: {answer:?}");
        assert_eq!(answer.header("x-soundboard-backend"), speaker.backend, "{format}");
        assert!(answer.header("content-type").starts_with("audio/"), "{format}: {:?}", answer.head);
        federation.keep(format, &answer.body);
        sound::is(&federation, format);
    }
    let voices = known.voices("/cognitiveservices/voices/list");
    assert_eq!(voices, bearer.voices("/tts/cognitiveservices/voices/list"));
    for voice in voices.as_array().unwrap() {
        for field in
            ["Name", "DisplayName", "LocalName", "ShortName", "Gender", "Locale", "LocaleName", "VoiceType"]
        {
            assert!(voice[field].as_str().is_some_and(|value| !value.is_empty()), "{field}: {voice}");
        }
    }
    refused(&known, &bearer, speaker);
    let rows = federation.server.rows();
    let spoken = rows.iter().filter(|row| row["outcome"] == "completed" && row["door"] == "azure");
    assert_eq!(spoken.count(), formats.len(), "{rows:?}");
}

fn refused(known: &Caller<'_>, bearer: &Caller<'_>, speaker: &Speaker) {
    let stranger = Caller {
        federation: known.federation,
        header: ("ocp-apim-subscription-key", "a-wrong-key".to_owned()),
    };
    for (answer, status) in [
        (stranger.speak(speaker.name, FORMATS[0]), 401),
        (stranger.post("/sts/v1.0/issueToken", &[], ""), 401),
        (bearer.post("/sts/v1.0/issueToken", &[], ""), 401),
        (known.speak("en-US-NobodyNeural", FORMATS[0]), 400),
        (known.speak(speaker.name, "audio-of-my-own"), 400),
        (known.post("/cognitiveservices/v1", &[("content-type", "text/plain")], SENTENCE), 415),
    ] {
        let told = String::from_utf8_lossy(&answer.body);
        assert_eq!(answer.status(), status, "{told}");
        assert!(told.ends_with('.') && !told.starts_with('{'), "a sentence: {told}");
    }
}

#[test]
fn kokoro_answers_azures_rest() {
    answered_by(&KOKORO);
}

#[test]
fn elevenlabs_answers_azures_rest() {
    answered_by(&ELEVENLABS);
}

#[test]
fn azure_answers_its_own_rest() {
    answered_by(&AZURE);
}
