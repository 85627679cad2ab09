//! What becomes of SSML on its way to each vendor, and that nothing else ever becomes SSML.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};
use tempfile::TempDir;
use vendors::{Kind, Served, Vendor};

use crate::harness::server::config;
use crate::harness::tools::canonical;
use crate::harness::{Server, eventually};

const AZURES_VOICES: u64 = 500;

/// A gateway with three vendors and Kokoro behind it, for this machine only.
struct Market {
    server: Server,
    vendors: [(&'static str, Vendor); 3],
    /// How much of what each was asked has been looked at.
    heard: RefCell<BTreeMap<String, usize>>,
    _folder: TempDir,
}

impl Market {
    fn open() -> Self {
        let kinds = [("azure", Kind::Azure), ("elevenlabs", Kind::ElevenLabs), ("openai", Kind::OpenAi)];
        let vendors = kinds.map(|(name, kind)| (name, Vendor::start(kind).unwrap()));
        let mut toml = "[backends.kokoro]\nkind = \"kokoro\"\n".to_owned();
        for (name, vendor) in &vendors {
            let (url, key) = (vendor.base_url(), "api_key = { env = \"E2E_VENDORS_KEY\" }");
            write!(toml, "[backends.{name}]\nkind = {name:?}\nbase_url = {url:?}\n{key}\n").unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let config = config(&folder, &toml);
        let server = Server::with(|serve| {
            serve.arg("--config").arg(config).env("E2E_VENDORS_KEY", "sk-of-the-gateway");
        });
        eventually("lists of voices", || {
            let listed = |backend: &str| server.get(&format!("/api/v1/voices?backend={backend}")).json();
            let is_listed = listed("azure")["total"].as_u64() >= Some(AZURES_VOICES)
                && listed("elevenlabs")["total"].as_u64() > Some(0);
            is_listed.then_some(())
        });
        Self { server, vendors, heard: RefCell::default(), _folder: folder }
    }

    fn vendor(&self, name: &str) -> &Vendor {
        let found = self.vendors.iter().find(|(known, _)| *known == name);
        &found.unwrap().1
    }

    /// What a vendor was asked to say since it was asked last.
    fn asked(&self, name: &str) -> Vec<String> {
        let mut heard = self.heard.borrow_mut();
        let heard = heard.entry(name.to_owned()).or_default();
        let is_speech = |served: &Served| served.method == "POST" || served.turn_of.is_some();
        let served = self.vendor(name).truth().into_iter().filter(is_speech);
        let bodies: Vec<String> = served.map(|served| served.body).collect();
        bodies[std::mem::replace(heard, bodies.len())..].to_vec()
    }

    /// Has a voice say a document. What was left out, and how long the speech is in hundredths of a second.
    fn say(&self, voice: &str, ssml: &str) -> (String, usize) {
        let body =
            json!({ "voice": voice, "text": ssml, "ssml": true, "format": "pcm", "sample_rate": 8000 });
        let answer = self.server.ask("/api/v1/speech", &body);
        assert_eq!(answer.head.status(), 200, "{voice}");
        let dropped = answer.head.header("x-soundboard-dropped").to_owned();
        (dropped, answer.rest().len() / 160)
    }
}

/// What each backend makes of these; Kokoro's words are what it says when.
const DOCUMENTS: [(&str, &str); 6] = [
    ("pauses", "<speak>One, <break time=\"700ms\"/>two. <break strength=\"strong\"/>Three.</speak>"),
    (
        "prosody",
        "<speak>Calm <prosody rate=\"+20%\" volume=\"50\">quick</prosody> <prosody pitch=\"+2st\" contour=\"(0%,+1st)\">high</prosody>.</speak>",
    ),
    (
        "readings",
        "<speak>On <say-as interpret-as=\"date\" format=\"mdy\">3/4/2024</say-as> the <sub alias=\"world wide web\">WWW</sub> ate a <phoneme alphabet=\"ipa\" ph=\"təˈmɑːtəʊ\">tomato</phoneme>.</speak>",
    ),
    (
        "feelings",
        "<speak><mstts:express-as style=\"cheerful\" styledegree=\"1.5\">What a <emphasis>day</emphasis>!</mstts:express-as></speak>",
    ),
    ("structure", "<speak><p><s>One</s><s>two &amp; R&D</s></p><p>three<bookmark mark=\"end\"/></p></speak>"),
    (
        "strangers",
        "<speak><vendor:thing xmlns:vendor=\"urn:x\" a=\"1\">kept</vendor:thing> <audio src=\"https://x.example/y.wav\">not fetched</audio></speak>",
    ),
];

#[test]
fn each_backend_renders_what_it_can_and_the_rest_is_named() {
    let market = Market::open();
    let mut seen = String::new();
    for (name, ssml) in DOCUMENTS {
        writeln!(seen, "== {name}").unwrap();
        let voices = [
            ("azure", "azure:en-US-JennyNeural"),
            ("elevenlabs", "elevenlabs:21m00Tcm4TlvDq8ikWAM"),
            ("openai", "openai:alloy"),
        ];
        for (vendor, voice) in voices {
            let (dropped, _) = market.say(voice, ssml);
            writeln!(seen, "{vendor}, without [{dropped}]").unwrap();
            for body in market.asked(vendor) {
                let text = match serde_json::from_str::<Value>(&body) {
                    Ok(body) => {
                        let text = if body["input"].is_null() { &body["text"] } else { &body["input"] };
                        let speed = if body["speed"].is_null() {
                            &body["voice_settings"]["speed"]
                        } else {
                            &body["speed"]
                        };
                        if speed.is_null() { text.to_string() } else { format!("{text} at {speed}") }
                    }
                    Err(_) => body,
                };
                writeln!(seen, "  {text}").unwrap();
            }
        }
        let body = json!({ "model": "kokoro", "voice": "kokoro:af_heart", "input": ssml, "ssml": true, "stream": false });
        let answer = market.server.ask("/dev/captioned_speech", &body);
        let dropped = answer.head.header("x-soundboard-dropped").to_owned();
        let spoken: Value = serde_json::from_slice(&answer.rest()).unwrap();
        let words =
            spoken["timestamps"].as_array().unwrap().iter().map(|word| word["word"].as_str().unwrap());
        writeln!(seen, "kokoro, without [{dropped}]\n  {}", words.collect::<Vec<_>>().join(" ")).unwrap();
    }
    insta::assert_snapshot!(seen);
}

#[test]
fn a_pause_is_as_long_with_every_backend() {
    let market = Market::open();
    let voices =
        ["azure:en-US-JennyNeural", "elevenlabs:21m00Tcm4TlvDq8ikWAM", "openai:alloy", "kokoro:af_heart"];
    for voice in voices {
        let length = |pause: &str| {
            let (_, length) =
                market.say(voice, &format!("<speak>One. <break time=\"{pause}\"/>Two.</speak>"));
            length as i64
        };
        let more = length("2500ms") - length("500ms");
        assert!((more - 200).abs() <= 5, "{voice}: {more}");
    }
}

#[test]
fn a_document_of_more_than_ten_minutes_is_spoken_whole() {
    let market = Market::open();
    let sentences: String = (0..200).map(|number| format!("This is sentence {number} of many. ")).collect();
    let ssml = format!(
        "<speak><mstts:express-as style=\"cheerful\"><prosody rate=\"-50%\">{sentences}</prosody></mstts:express-as></speak>"
    );
    let (dropped, length) = market.say("azure:en-US-JennyNeural", &ssml);
    let documents = market.asked("azure");
    assert_eq!((dropped.as_str(), documents.len() > 1), ("", true), "{}", documents.len());
    let words: String = documents
        .iter()
        .map(|document| {
            let document = roxmltree::Document::parse(document).unwrap();
            let tones = ["express-as", "prosody"];
            assert!(tones.iter().all(|tone| document.descendants().any(|node| node.has_tag_name(*tone))));
            document
                .descendants()
                .filter_map(|node| node.text().filter(|_| node.is_text()))
                .collect::<String>()
        })
        .collect();
    assert_eq!(words, sentences);
    // The fake takes 65 ms for a character at its own pace, and ends every sound after ten minutes.
    let (seconds, expected) = (length as f64 / 100.0, sentences.len() as f64 * 0.13);
    assert!(expected > 720.0 && (seconds / expected - 1.0).abs() < 0.01, "{seconds} of {expected}");
}

#[test]
fn who_comes_from_azure_is_answered_by_a_voice_that_stands_in() {
    let server = Server::start();
    let headers =
        [("content-type", "application/ssml+xml"), ("x-microsoft-outputformat", "raw-24khz-16bit-mono-pcm")];
    let answered = [
        // Whom the SDKs ask for where an application names nobody, and where it names a language.
        ("en-US-AvaMultilingualNeural", "kokoro:af_heart"),
        ("en-gb-SoniaNeural", "kokoro:bf_emma"),
        ("Microsoft Server Speech Text to Speech Voice (en-US, GuyNeural)", "kokoro:am_onyx"),
    ];
    for (asked, answering) in answered {
        let document = format!("<speak version='1.0'><voice name='{asked}'>Hello.</voice></speak>");
        let answer = server.post_to("/cognitiveservices/v1", &headers, document.as_bytes());
        assert_eq!(answer.status(), 200, "{asked}");
        assert_eq!(answer.header("x-soundboard-voice"), answering);
    }
    let document = "<speak version='1.0'><voice name='de-DE-KatjaNeural'>Hallo.</voice></speak>";
    assert_eq!(server.post_to("/cognitiveservices/v1", &headers, document.as_bytes()).status(), 400);
}

#[test]
fn phonemes_that_nobody_can_say_are_refused_before_anything_is_said() {
    let server = Server::start();
    let say = |ipa: &str| {
        let text = format!("One. <break/> Two <phoneme alphabet=\"ipa\" ph=\"{ipa}\">tomato</phoneme>.");
        let answer = server.ask(
            "/api/v1/speech",
            &json!({ "voice": "af_heart", "text": text, "ssml": true, "format": "pcm" }),
        );
        let status = answer.head.status();
        answer.rest();
        status
    };
    assert_eq!((say("təˈmɑːtəʊ"), say("!!7")), (200, 400));
}

/// The head of a document that lacks nothing, in Microsoft's own way and in another.
const HEADS: [&str; 2] = [
    "<speak version='1.0' xmlns='http://www.w3.org/2001/10/synthesis' xmlns:mstts='http://www.w3.org/2001/mstts' \
     xmlns:emo='http://www.w3.org/2009/10/emotionml' xml:lang='en-US'>",
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<!-- a document -->\n<speak xml:lang = \"en-US\"\n  xmlns:mstts=\"https://www.w3.org/2001/mstts\"\t\
     xmlns=\"http://www.w3.org/2001/10/synthesis\" version=\"1.0\" >\n",
];

/// What may stand in a voice.
const INSIDES: [&str; 16] = [
    "Plain words.",
    "  two  spaces\tand\r\na line break  ",
    "&lt;tags&gt; &amp; &quot;quotes&quot; &apos;too&apos;",
    "<![CDATA[<raw> & \"quoted\" ]]> then",
    "&#x41;&#66;&#233;&#x1F600; é 日本語",
    "one<!-- a comment -->two",
    "<break/><break time='500ms' /><break strength=\"weak\"></break>word.",
    "<prosody volume='+20%' rate=\"-10.5%\" contour='(0%,+20Hz) (10%,-2st)'>b</prosody> <emphasis level='strong'>c</emphasis>",
    "<mstts:express-as role='Girl' style=\"cheerful\" styledegree='0.5'>d <mstts:silence  type='Sentenceboundary' value='20ms'/></mstts:express-as>",
    "<say-as format='dmy' interpret-as='date'>1/2/2024</say-as> <sub alias='A &quot;B&quot; &lt;C&gt; &#10; D'>E</sub>",
    "<phoneme alphabet='ipa' ph='təˈmeɪtoʊ'>tomato</phoneme>",
    "<lang xml:lang='de-DE'>Guten Tag</lang> <bookmark mark='x&amp;y'/>",
    "<p><s>One.</s>\n<s>Two.</s></p>",
    "<odd:thing xmlns:odd='urn:odd' odd:b='2' a='1'><odd:inner/></odd:thing>word",
    "<mstts:viseme type='redlips_front'/>word<mstts:audioduration value='2s'/>",
    "R&amp;D <m:silence xmlns:m='https://www.w3.org/2001/mstts' type='Leading' value='1s'/>",
];

#[test]
fn what_azure_receives_is_canonically_what_the_client_has_sent() {
    let market = Market::open();
    let folder = tempfile::tempdir().unwrap();
    let (mut files, mut sent) = (Vec::new(), Vec::new());
    for (number, (head, inside)) in
        HEADS.iter().flat_map(|head| INSIDES.map(|inside| (head, inside))).enumerate()
    {
        let document = format!("{head}<voice name='en-US-JennyNeural'>{inside}</voice>\n</speak>\n");
        let headers = [
            ("content-type", "application/ssml+xml"),
            ("x-microsoft-outputformat", "raw-8khz-16bit-mono-pcm"),
        ];
        let answer = market.server.post_to("/cognitiveservices/v1", &headers, document.as_bytes());
        assert_eq!(answer.status(), 200, "{document}: {}", String::from_utf8_lossy(&answer.body));
        let received = market.asked("azure").pop().unwrap();
        for (side, text) in [("sent", &document), ("received", &received)] {
            let file = folder.path().join(format!("{number}-{side}.xml"));
            std::fs::write(&file, text).unwrap();
            files.push(file);
        }
        sent.push(document);
    }
    let canonical = canonical(&files);
    for (document, pair) in sent.iter().zip(canonical.chunks(2)) {
        assert_eq!(pair[1], pair[0], "{document}");
    }
    assert_eq!(canonical.len(), 2 * HEADS.len() * INSIDES.len());
}

/// What a client might write into any field.
const PAYLOADS: [&str; 24] = [
    "\"/><audio src='http://x'/>",
    "' evil='1",
    "\" evil=\"1",
    "</voice><voice name='x'>a",
    "</speak><speak>a",
    "</prosody>a",
    "<break time='9s'/>a",
    "<!--a",
    "-->a",
    "<![CDATA[a",
    "]]>a",
    "<?a b?>",
    "<!DOCTYPE a [<!ENTITY b 'c'>]>&b;",
    "&lt;a",
    "&#60;break/&#62;a",
    "&amp;lt;a",
    "a & b",
    "a\u{2028}<p>b",
    "a\t\n\"b",
    "x\" xmlns:mstts=\"urn:evil",
    "en-US\"><voice name=\"y",
    "{{a}} ${a} %s",
    "\u{feff}<speak>a</speak>",
    "cheerful' role='Girl",
];

/// Elements and the names of their attributes.
fn shape(xml: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(xml).unwrap_or_else(|error| panic!("{error}: {xml}"));
    let nodes = document.descendants().filter(|node| !node.is_text() && !node.is_root());
    let shape = nodes.map(|node| {
        let names: Vec<&str> = node.attributes().map(|attribute| attribute.name()).collect();
        format!("{:?} {names:?} {}", node.tag_name(), node.ancestors().count())
    });
    shape.collect()
}

#[test]
fn nothing_that_a_client_writes_at_any_door_becomes_markup() {
    let market = Market::open();
    let voice = "azure:en-US-JennyNeural";
    let openai = |field: &'static str| {
        move |value: &str| {
            // Without a style there is no degree of it.
            let mut body = json!({ "model": "neural", "voice": voice, "input": "Hello.", "style": "sad" });
            body[field] = value.into();
            ("/v1/audio/speech".to_owned(), body)
        }
    };
    let elevenlabs = |field: &'static str| {
        move |value: &str| {
            let mut body = json!({ "model_id": "neural", "text": "Hello." });
            body[field] = value.into();
            (format!("/v1/text-to-speech/{voice}"), body)
        }
    };
    let native = |field: &'static str| {
        move |value: &str| {
            let mut body = json!({ "voice": voice, "text": "Hello." });
            body[field] = value.into();
            ("/api/v1/speech".to_owned(), body)
        }
    };
    type Ask = Box<dyn Fn(&str) -> (String, Value)>;
    let slots: Vec<(&str, &str, Ask)> = vec![
        ("input", "Hello.", Box::new(openai("input"))),
        ("style", "cheerful", Box::new(openai("style"))),
        ("styledegree", "1.5", Box::new(openai("styledegree"))),
        ("role", "Girl", Box::new(openai("role"))),
        ("lang", "de-DE", Box::new(openai("lang"))),
        ("instructions", "Softly.", Box::new(openai("instructions"))),
        ("text", "Hello.", Box::new(elevenlabs("text"))),
        ("language_code", "de", Box::new(elevenlabs("language_code"))),
        ("native text", "Hello.", Box::new(native("text"))),
        ("native instructions", "Softly.", Box::new(native("instructions"))),
    ];
    let (mut cases, mut taken) = (0, 0);
    for (slot, harmless, ask) in &slots {
        let field = slot.rsplit(' ').next().unwrap();
        let mut received = |value: &str| {
            let (path, body) = ask(value);
            let answer = market.server.ask(&path, &body);
            let (status, dropped) =
                (answer.head.status(), answer.head.header("x-soundboard-dropped").to_owned());
            answer.rest();
            assert!(matches!(status, 200 | 400 | 422), "{slot}: {status}");
            cases += 1;
            let document = market.asked("azure").pop()?;
            Some((document, dropped.split(", ").any(|name| name == field)))
        };
        let (harmless, is_left_out) = received(harmless).unwrap();
        assert_eq!(is_left_out, field == "instructions", "{slot}");
        let expected = shape(&harmless);
        for payload in PAYLOADS {
            if let Some((document, is_left_out)) = received(payload) {
                taken += 1;
                // What is no value of its field is left out, and named.
                let is_there = holds(&document, payload) && shape(&document) == expected;
                assert!(is_there != is_left_out, "{slot}: {payload:?} -> {document}");
            }
        }
    }
    assert!(cases >= 240 && taken >= 150, "{taken} of {cases}");
}

/// Whether a document holds just that, as words or as what an attribute says.
fn holds(document: &str, value: &str) -> bool {
    let document = roxmltree::Document::parse(document).unwrap();
    document.descendants().any(|node| {
        node.text().is_some_and(|text| text == value) || node.attributes().any(|it| it.value() == value)
    })
}
