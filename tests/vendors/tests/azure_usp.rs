//! Azure's WebSocket: the whole exchange, as the SDKs have it.

use serde_json::{Value, json};
use tungstenite::Message;
use vendors::{Kind, Served, Vendor};

use crate::client::{post, read, truths_once};
use crate::usp::{Heard, KEY, PATHS, Spoken, Usp};

const PCM: &str = "raw-24khz-16bit-mono-pcm";
const ONE: &str = "0123456789abcdef0123456789abcdef";
const TWO: &str = "FEDCBA9876543210FEDCBA9876543210";

fn vendor() -> Vendor {
    Vendor::start(Kind::Azure).unwrap()
}

fn ssml(inside: &str) -> String {
    format!(
        "<speak version='1.0' xmlns='http://www.w3.org/2001/10/synthesis' \
         xmlns:mstts='http://www.w3.org/2001/mstts' xml:lang='en-US'>\
         <voice name='en-US-GuyNeural'>{inside}</voice></speak>"
    )
}

/// The only turn on a new socket.
fn turn(vendor: &Vendor, options: &Value, ssml: &str) -> Spoken {
    let mut usp = Usp::open(vendor);
    usp.configure();
    usp.ask(ONE, PCM, options, ssml);
    let spoken = usp.hear_turn(ONE);
    usp.leave();
    spoken
}

/// The records of the turns, once all of them have ended.
fn turns(vendor: &Vendor) -> Vec<Served> {
    let truth = truths_once(vendor, |truth| truth.iter().all(|served| served.ended));
    truth.into_iter().filter(|served| served.turn_of.is_some()).collect()
}

#[test]
fn both_sdks_ways_of_writing_are_understood_on_both_paths() {
    let vendor = vendor();
    let text = "It is the size of the sea that counts.";
    let by_rest = post(&vendor, "/cognitiveservices/v1", &json!(ssml(text))).body;
    // JavaScript writes `Path: ssml`, three booleans as strings and ids in upper case; Python none of that.
    let javascript = json!({
        "bookmarkEnabled": false, "punctuationBoundaryEnabled": "false", "sentenceBoundaryEnabled": "false",
        "sessionEndEnabled": true, "visemeEnabled": false, "wordBoundaryEnabled": "true",
    });
    let python = json!({"sessionEndEnabled": true, "wordBoundaryEnabled": true, "visemeEnabled": false});
    for (path, colon, id, options) in [(PATHS[1], ": ", TWO, javascript), (PATHS[0], ":", ONE, python)] {
        let headers = [(KEY, "good"), ("Sec-WebSocket-Protocol", "USP"), ("X-ConnectionId", id)];
        let mut usp = Usp::try_open(&vendor, path, &headers).unwrap();
        usp.colon = colon;
        usp.configure();
        usp.ask(id, PCM, &options, &ssml(text));
        let spoken = usp.hear_turn(id);
        assert_eq!(spoken.order, ["turn.start", "response", "audio", "turn.end"]);
        assert_eq!(spoken.audio, by_rest, "the same, and no header before it");
        let words: Vec<&str> =
            spoken.all("WordBoundary").iter().map(|word| word["text"]["Text"].as_str().unwrap()).collect();
        assert_eq!(words, ["It", "is", "the", "size", "of", "the", "sea", "that", "counts"]);
        assert_eq!(spoken.metadata.len(), words.len() + 1);
        assert_eq!(
            spoken.metadata.last().unwrap(),
            &("SessionEnd".to_owned(), json!({"Offset": 24_700_000}))
        );
        // Python talks on, and expects no answer.
        usp.say("telemetry", id, "application/json", "{}");
        usp.leave();
    }
    let turns = turns(&vendor);
    assert_eq!(turns.len(), 2);
    for (turn, path) in turns.iter().zip([PATHS[1], PATHS[0]]) {
        assert_eq!((turn.path.as_str(), turn.status, turn.complete), (path, 200, true));
        assert_eq!((turn.billed_characters, turn.characters_served, turn.audio_ms_served), (38, 38, 2_470));
        assert_eq!((turn.body.as_str(), turn.format.as_str()), (ssml(text).as_str(), PCM));
        assert_eq!(turn.bytes_served, by_rest.len() as u64);
    }
    assert_eq!([TWO, ONE], [&turns[0].request_id, &turns[1].request_id].map(String::as_str));
}

#[test]
fn turns_follow_one_another_on_a_socket_each_with_a_record_of_its_own() {
    let vendor = vendor();
    let path = format!("{}?deploymentId=our-own", PATHS[0]);
    let mut usp = Usp::try_open(&vendor, &path, &[(KEY, "good")]).unwrap();
    usp.configure();
    let own = "<speak><voice name='Our Own'>Two.</voice></speak>";
    usp.ask(ONE, PCM, &json!({}), &ssml("One."));
    // The second does not wait for the end of the first.
    usp.ask(TWO, "audio-24khz-48kbitrate-mono-mp3", &json!({"sessionEndEnabled": true}), own);
    assert_eq!(usp.hear_turn(ONE).audio.len(), 4 * 65 * 48);
    let second = usp.hear_turn(TWO);
    assert_eq!(second.audio[0], 0xFF, "MP3 has begun anew");
    assert_eq!(second.all("SessionEnd").len(), 1);
    usp.leave();
    let turns = turns(&vendor);
    let of_socket = |turn: &Served| (turn.turn_of, turn.query.clone(), turn.billed_characters);
    let socket = (Some(1), "deploymentId=our-own".to_owned(), 4);
    assert_eq!(turns.iter().map(of_socket).collect::<Vec<_>>(), [socket.clone(), socket]);
    let socket = &vendor.truth()[0];
    assert_eq!((socket.status, socket.complete, socket.billed_characters), (101, true, 0));
    assert_eq!(socket.body.matches("X-RequestId:").count(), 5, "every message, word for word");
}

#[test]
fn boundaries_tell_when_what_is_said() {
    let vendor = vendor();
    let options = json!({
        "wordBoundaryEnabled": true, "punctuationBoundaryEnabled": true, "sentenceBoundaryEnabled": true,
        "bookmarkEnabled": true,
    });
    let inside = "<bookmark mark='start'/>Don't go. <break time='1s'/>漢字、<bookmark mark='end'/>ok";
    let spoken = turn(&vendor, &options, &ssml(inside));
    let spans = |kind: &str| -> Vec<(String, u64, u64)> {
        let all = ["WordBoundary", "SentenceBoundary"].map(|name| spoken.all(name)).concat();
        let wanted = all.into_iter().filter(|data| data["text"]["BoundaryType"] == kind);
        wanted
            .map(|data| {
                let text = data["text"]["Text"].as_str().unwrap().to_owned();
                assert_eq!(data["text"]["Length"], text.chars().count());
                (text, data["Offset"].as_u64().unwrap() / 10_000, data["Duration"].as_u64().unwrap() / 10_000)
            })
            .collect()
    };
    let span = |text: &str, start: u64, length: u64| (text.to_owned(), start, length);
    // Ten characters, a second of silence, five characters; 65 ms each.
    assert_eq!(
        spans("WordBoundary"),
        [
            span("Don't", 0, 325),
            span("go", 390, 130),
            span("漢", 1_650, 65),
            span("字", 1_715, 65),
            span("ok", 1_845, 130)
        ]
    );
    assert_eq!(spans("PunctuationBoundary"), [span(".", 520, 65), span("、", 1_780, 65)]);
    assert_eq!(spans("SentenceBoundary"), [span("Don't go.", 0, 585), span("漢字、ok", 1_650, 325)]);
    let bookmarks =
        [json!({"Offset": 0, "Bookmark": "start"}), json!({"Offset": 18_450_000, "Bookmark": "end"})];
    assert_eq!(spoken.all("Bookmark"), bookmarks.iter().collect::<Vec<_>>());
    let offsets: Vec<u64> =
        spoken.metadata.iter().map(|(_, data)| data["Offset"].as_u64().unwrap()).collect();
    assert!(offsets.is_sorted());
    assert!(spoken.all("Viseme").is_empty() && spoken.all("SessionEnd").is_empty(), "nobody wanted them");
    let silent = turn(&vendor, &json!({}), &ssml(inside));
    assert_eq!((silent.audio == spoken.audio, silent.metadata.len()), (true, 0));
}

#[test]
fn visemes_are_shapes_of_the_mouth_and_faces_come_in_parts() {
    let vendor = vendor();
    let options = json!({"visemeEnabled": true});
    let spoken = turn(&vendor, &options, &ssml("Hello, boss"));
    let shapes: Vec<(u64, u64)> = spoken
        .all("Viseme")
        .iter()
        .map(|data| (data["Offset"].as_u64().unwrap() / 650_000, data["VisemeId"].as_u64().unwrap()))
        .collect();
    assert_eq!(shapes, [(0, 12), (1, 4), (2, 14), (4, 8), (5, 0), (7, 21), (8, 8), (9, 15)]);
    assert!(spoken.all("Viseme").iter().all(|data| data["IsLastAnimation"] == true));
    let spoken = turn(&vendor, &options, &ssml("<mstts:viseme type='FacialExpression'/>Hello"));
    let mut face = String::new();
    let mut faces = Vec::new();
    for data in spoken.all("Viseme") {
        face += data["AnimationChunk"].as_str().unwrap();
        if data["IsLastAnimation"] == true {
            faces.push(serde_json::from_str::<Value>(&std::mem::take(&mut face)).unwrap());
        }
    }
    let frames: Vec<&Value> = faces.iter().map(|face| &face["FrameIndex"]).collect();
    assert_eq!(frames, [0, 3, 7, 15]);
    assert!(faces.iter().all(|face| face["BlendShapes"][0].as_array().unwrap().len() == 55));
}

#[test]
fn a_riff_format_has_its_header_and_no_two_streams_one_name() {
    let vendor = vendor();
    let mut usp = Usp::open(&vendor);
    usp.configure();
    let mut streams = Vec::new();
    for id in [ONE, TWO] {
        usp.ask(id, "riff-16khz-16bit-mono-pcm", &json!({}), &ssml("Hi."));
        let mut bytes = Vec::new();
        loop {
            match usp.hear() {
                Heard::Audio { stream, content_type, bytes: more, .. } => {
                    assert_eq!(content_type, "audio/x-wav");
                    streams.push(stream);
                    bytes.extend(more);
                }
                Heard::Text { path, .. } if path == "turn.end" => break,
                _ => {}
            }
        }
        assert_eq!((&bytes[..4], bytes.len()), (&b"RIFF"[..], 44 + 3 * 65 * 32));
    }
    streams.dedup();
    assert!(streams.len() == 2 && streams[0] != streams[1], "{streams:?}");
}

#[test]
fn keys_come_in_headers_or_in_the_query() {
    let vendor = vendor();
    let answer = ureq::post(format!("{}/sts/v1.0/issueToken", vendor.base_url()))
        .header(KEY, "good")
        .send("")
        .unwrap();
    let token = String::from_utf8(read(answer).body).unwrap();
    let bearer = format!("Bearer {token}");
    let in_query = |pairs: &str| format!("{}?{pairs}&X-ConnectionId=FEDC", PATHS[1]);
    for (path, headers, status) in [
        (PATHS[0].to_owned(), vec![(KEY, "good")], 101),
        (PATHS[0].to_owned(), vec![("Authorization", bearer.as_str())], 101),
        (PATHS[0].to_owned(), vec![(KEY, "good"), ("Authorization", "Bearer ")], 101),
        (in_query("Ocp-Apim-Subscription-Key=good%2Dsecret"), vec![], 101),
        (in_query(&format!("Authorization=Bearer%20{token}")), vec![], 101),
        (in_query(&format!("Authorization=Bearer+{token}")), vec![], 101),
        (in_query("Ocp-Apim-Subscription-Key=bad"), vec![], 401),
        (in_query("Authorization=Bearer%20made.up.secret"), vec![], 401),
        (PATHS[0].to_owned(), vec![(KEY, "wrong")], 401),
        (PATHS[0].to_owned(), vec![], 401),
    ] {
        let opened = Usp::try_open(&vendor, &path, &headers);
        assert_eq!(opened.err().unwrap_or(101), status, "{path} {headers:?}");
    }
    let logged = format!("{:?}", vendor.truth());
    assert!(!logged.contains(&token) && !logged.contains("good%2Dsecret"));
}

#[test]
fn what_azure_would_not_speak_closes_the_socket_and_says_why() {
    let vendor = vendor();
    let closes = |speak: &dyn Fn(&mut Usp)| {
        let mut usp = Usp::open(&vendor);
        speak(&mut usp);
        let (code, reason) = usp.hear_close();
        assert!(reason.len() <= 123);
        (code, reason)
    };
    let long = ssml(&"a".repeat(64 << 10));
    for (ssml, reason) in [
        ("<speak>Hello.</speak>", "Ssml should contain at least one [voice] tag"),
        ("<speak><voice name='en-US-Nobody'>Hi.</voice></speak>", "Unsupported voice en-US-Nobody."),
        ("<speak><voice name='en-US-GuyNeural'>Fish & chips", "SSML is invalid"),
        (&long, "SSML is too long"),
    ] {
        let (code, said) = closes(&|usp| {
            usp.configure();
            usp.ask(ONE, PCM, &json!({}), ssml);
        });
        assert!(code == 1007 && said.starts_with(reason), "{code}: {said}");
    }
    let hello = ssml("Hello.");
    let unread = (64 << 10) - ssml("<!---->Hi.").len();
    let as_much_as_fits = ssml(&format!("<!--{}-->Hi.", "a".repeat(unread)));
    let (code, said) = closes(&|usp| {
        usp.configure();
        usp.ask(ONE, PCM, &json!({}), &as_much_as_fits);
        usp.hear_turn(ONE);
        usp.ask(TWO, "audio-of-no-kind", &json!({}), &hello);
    });
    assert_eq!((code, said.as_str()), (1007, "Output format [audio-of-no-kind] is not supported."));
    for speak in [
        (&|usp: &mut Usp| usp.ask(ONE, PCM, &json!({}), &hello)) as &dyn Fn(&mut Usp),
        &|usp| {
            usp.configure();
            usp.ask("not-an-id", PCM, &json!({}), &hello);
        },
        &|usp| usp.say("speech.config", ONE, "application/json", "{"),
        &|usp| usp.send(Message::Text("no headers at all".into())),
        &|usp| usp.send(Message::Binary(vec![0, 1, 2].into())),
    ] {
        assert_eq!(closes(speak).0, 1007);
    }
    let turns = turns(&vendor);
    let refused =
        turns.iter().filter(|turn| turn.status == 1007 && turn.billed_characters == 0 && !turn.complete);
    assert_eq!((turns.len(), refused.count()), (8, 7));
}

#[test]
fn who_stops_a_turn_keeps_the_socket() {
    let vendor = vendor();
    let mut usp = Usp::open(&vendor);
    usp.configure();
    vendor.hold(1);
    let long = "It goes on and on. ".repeat(100);
    usp.ask(ONE, PCM, &json!({"sessionEndEnabled": true}), &ssml(&long));
    // The first stretch of it comes, and then nothing until it is stopped.
    truths_once(&vendor, |truth| truth.iter().any(|served| served.bytes_served > 0));
    usp.say("synthesis.control", ONE, "application/json", r#"{"action":"stop"}"#);
    let stopped = usp.hear_turn(ONE);
    assert_eq!((stopped.audio.len(), stopped.order.len()), (4 * 65 * 48, 4));
    vendor.let_go();
    usp.ask(TWO, PCM, &json!({}), &ssml("Next."));
    assert_eq!(usp.hear_turn(TWO).audio.len(), 5 * 65 * 48);
    usp.leave();
    let turns = turns(&vendor);
    assert_eq!([turns[0].complete, turns[1].complete], [false, true]);
    assert_eq!(turns[0].billed_characters, long.len() as u64);
    assert_eq!(turns[0].audio_ms_served, 4 * 65);
}
