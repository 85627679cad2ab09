//! ElevenLabs' WebSockets.

use std::collections::BTreeSet;
use std::slice::from_ref;

use serde_json::{Value, json};
use vendors::{Kind, Vendor};

use crate::client::{Socket, audio, joined_audio, only_truth, post};
use crate::decode::decode;

const RACHEL: &str = "/v1/text-to-speech/21m00Tcm4TlvDq8ikWAM";
const DIALOGUE: &str = "/v1/text-to-dialogue/multi-stream-input";

fn pcm_of(vendor: &Vendor, text: &str) -> Vec<u8> {
    post(vendor, &format!("{RACHEL}/stream?output_format=pcm_16000"), &json!({"text": text})).body
}

/// All of one list in the messages' alignments.
fn all(messages: &[Value], name: &str) -> Vec<Value> {
    messages
        .iter()
        .flat_map(|message| message["alignment"][name].as_array().cloned().unwrap_or_default())
        .collect()
}

fn text(messages: &[Value]) -> String {
    all(messages, "chars").iter().map(|character| character.as_str().unwrap().to_owned()).collect()
}

/// The next messages up to one that is final.
fn hear_context(socket: &mut Socket) -> Vec<Value> {
    let mut messages = Vec::new();
    loop {
        let message = socket.hear();
        let last = message["isFinal"] == true || message["is_final"] == true;
        messages.push(message);
        if last {
            return messages;
        }
    }
}

#[test]
fn text_in_pieces_is_the_same_speech() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    let mut socket = Socket::open(&vendor, &format!("{RACHEL}/stream-input?output_format=pcm_16000"));
    socket.say(json!({"text": " ", "try_trigger_generation": true, "voice_settings": null}));
    for piece in ["The boats ", "come in at five, ", "and nobody shouts. "] {
        socket.say(json!({"text": piece}));
    }
    socket.say(json!({"text": ""}));
    let (messages, code) = socket.hear_out();
    assert_eq!(code, 1000);
    let (last, spoken) = messages.split_last().unwrap();
    assert_eq!((&last["audio"], &last["isFinal"]), (&json!(null), &json!(true)));
    let said = "The boats come in at five, and nobody shouts. ";
    assert_eq!(text(spoken), said);
    let truth = only_truth(&vendor);
    assert_eq!((truth.status, truth.complete), (101, true));
    assert_eq!((truth.characters_served, truth.audio_ms_served), (46, 46 * 65));
    assert_eq!(truth.body.lines().count(), 5);
    assert_eq!(joined_audio(spoken), pcm_of(&vendor, said));
    for message in spoken {
        assert_eq!(
            (&message["isFinal"], &message["normalizedAlignment"]),
            (&json!(null), &message["alignment"])
        );
        let list = |name: &str| message["alignment"][name].as_array().unwrap().clone();
        assert_eq!(list("charStartTimesMs")[0], 0, "relative to the message");
        assert_eq!(list("charDurationsMs"), list("charsDurationsMs"));
        assert_eq!(list("chars").len(), list("charStartTimesMs").len());
        let ms: u64 = list("charDurationsMs").iter().map(|ms| ms.as_u64().unwrap()).sum();
        assert_eq!(ms, audio(message).len() as u64 / 32);
    }
}

#[test]
fn audio_leaves_at_a_flush_and_at_sentence_ends_past_the_schedule() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    let mut socket = Socket::open(&vendor, &format!("{RACHEL}/stream-input?output_format=pcm_16000"));
    socket.say(json!({"text": " ", "generation_config": {"chunk_length_schedule": [20, 50]}}));
    socket.say(json!({"text": "Short. "}));
    socket.say(json!({"text": "But this is enough. And more "}));
    assert_eq!(text(&[socket.hear()]), "Short. But this ");
    assert_eq!(text(&[socket.hear()]), "is enough. ");
    socket.say(json!({"text": "to come. "}));
    socket.say(json!({"text": "Now!", "flush": true}));
    assert_eq!(text(&[socket.hear()]), "And more to come");
    assert_eq!(text(&[socket.hear()]), ". Now! ");
    socket.say(json!({"text": ""}));
    assert_eq!(socket.hear()["isFinal"], true);
}

#[test]
fn contexts_share_a_socket_and_nothing_else() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    let mut socket = Socket::open(
        &vendor,
        &format!("{RACHEL}/multi-stream-input?auto_mode=true&output_format=mp3_44100_128"),
    );
    for id in ["one", "two"] {
        socket.say(json!({"text": " ", "context_id": id, "voice_settings": {"speed": 1.0}}));
    }
    socket.say(json!({"text": ""}));
    let mut first = Vec::new();
    let sentence = "It is the size of the sea that counts, said nobody at all.";
    for _ in 0..3 {
        socket.say(json!({"text": sentence, "context_id": "one"}));
        socket.say(json!({"text": "", "context_id": "one"}));
        first.extend((0..4).map(|_| socket.hear()));
    }
    socket.say(json!({"text": "Two.", "context_id": "two"}));
    let second = socket.hear();
    assert_eq!(
        (&second["contextId"], &second["context_id"], text(from_ref(&second))),
        (&json!("two"), &json!("two"), "Two. ".into())
    );
    socket.say(json!({"context_id": "one", "flush": true}));
    socket.say(json!({"context_id": "one", "close_context": true}));
    first.extend(hear_context(&mut socket));
    assert!(first.iter().all(|message| message["contextId"] == "one"));
    assert_eq!(text(&first), format!("{sentence} ").repeat(3), "not glued");
    // One continuous stream: a decoder plays it to the end.
    let heard = decode("mp3", 44_100, &joined_audio(&first));
    let seconds = 59.0 * 3.0 * 0.065;
    assert!((seconds..seconds + 0.15).contains(&heard.seconds()), "{}", heard.seconds());
    // Nothing is opened by what is about a closed context, or about none.
    socket.say(json!({"context_id": "one", "flush": true}));
    socket.say(json!({"text": "", "context_id": "never"}));
    socket.say(json!({"close_socket": true}));
    let (rest, code) = socket.hear_out();
    assert_eq!(rest.iter().filter(|message| message["isFinal"] == true).count(), 1);
    assert_eq!(
        (&rest.last().unwrap()["contextId"], &rest.last().unwrap()["isFinal"], code),
        (&json!("two"), &json!(true), 1000)
    );
}

#[test]
fn times_count_from_the_start_of_the_context_when_asked_to() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    let path = format!("{RACHEL}/multi-stream-input?sync_alignment=true&output_format=pcm_16000");
    let mut socket = Socket::open(&vendor, &path);
    for _ in 0..2 {
        socket.say(json!({"text": "Exactly so many characters.", "context_id": "a", "flush": true}));
    }
    socket.say(json!({"context_id": "a", "close_context": true}));
    let messages = hear_context(&mut socket);
    let starts = all(&messages, "charStartTimesMs");
    assert_eq!(starts, (0..56).map(|character| json!(character * 65)).collect::<Vec<_>>());
}

#[test]
fn a_context_that_goes_wrong_ends_alone() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    let mut socket = Socket::open(&vendor, &format!("{RACHEL}/multi-stream-input"));
    socket.say(json!({"text": "x", "context_id": "bad", "voice_settings": {"speed": 9}}));
    let (error, end) = (socket.hear(), socket.hear());
    assert_eq!(
        (&error["contextId"], error["message"].is_string(), error["error"].is_string()),
        (&json!("bad"), true, true)
    );
    assert_eq!((&end["contextId"], &end["isFinal"]), (&json!("bad"), &json!(true)));
    for id in 0..6 {
        socket.say(json!({"text": "Hello ", "context_id": id.to_string()}));
    }
    assert_eq!(
        (socket.hear()["contextId"].clone(), socket.hear()["isFinal"].clone()),
        (json!("5"), json!(true))
    );
    socket.say(json!({"context_id": "0", "close_context": true}));
    assert_eq!(text(&hear_context(&mut socket)), "Hello ");
    socket.say(json!({"close_socket": true}));
    let (rest, code) = socket.hear_out();
    assert_eq!((text(&rest), code), ("Hello ".repeat(4), 1000));
    assert!(only_truth(&vendor).complete);
}

#[test]
fn dialogues_speak_snake_case() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    let mut socket = Socket::open(&vendor, &format!("{DIALOGUE}?output_format=pcm_16000&model_id=eleven_v4"));
    let voices = ["21m00Tcm4TlvDq8ikWAM", "JBFqnCBsd6RMkjVDRZzb"];
    socket.say(json!({"context_id": "c", "voices": voices}));
    let inputs = json!([{"text": "Who? ", "voice_id": voices[0]}, {"text": "Me.", "voice_id": voices[1], "new_turn": true}]);
    socket.say(json!({"context_id": "c", "inputs": inputs, "flush": true}));
    let message = socket.hear();
    assert_eq!(message.as_object().unwrap().keys().collect::<BTreeSet<_>>().len(), 4);
    assert_eq!((&message["context_id"], &message["is_final"]), (&json!("c"), &json!(false)));
    assert_eq!(text(from_ref(&message)), "Who? Me. ");
    assert_eq!(message["alignment"]["char_start_times_ms"][2], 130);
    assert_eq!(message["alignment"]["char_durations_ms"][8], 65);
    assert_eq!(audio(&message).len(), 9 * 65 * 32);
    socket.say(json!({"context_id": "c", "close_context": true}));
    assert_eq!(socket.hear(), json!({"context_id": "c", "is_final": true}));
}

#[test]
fn keys_come_with_the_upgrade_or_with_the_first_message() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    let path = format!("{RACHEL}/stream-input");
    assert_eq!(Socket::try_open(&vendor, &path, Some("bad")).err(), Some(401));
    assert_eq!(Socket::try_open(&vendor, &format!("{path}?authorization=wrong"), None).err(), Some(401));
    assert!(Socket::try_open(&vendor, &format!("{path}?single_use_token=good"), None).is_ok());
    for (first, code) in [
        (json!({"text": " ", "xi_api_key": "good"}), 1000),
        (json!({"text": " ", "xi-api-key": "bad"}), 1008),
        (json!({"text": " "}), 1008),
    ] {
        let mut socket = Socket::try_open(&vendor, &path, None).unwrap();
        socket.say(first);
        if code == 1000 {
            socket.say(json!({"text": ""}));
        }
        assert_eq!(socket.hear_out().1, code);
    }
}

#[test]
fn a_session_that_cannot_be_ends_with_a_reason_and_1008() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    for (path, error) in [
        ("/v1/text-to-speech/nobody/stream-input".to_owned(), "voice_not_found"),
        (format!("{RACHEL}/stream-input?model_id=eleven_v3"), "unsupported_model"),
        (format!("{DIALOGUE}?model_id=eleven_flash_v2_5"), "unsupported_model"),
        (format!("{RACHEL}/stream-input?output_format=wav_44100"), "enum"),
        (format!("{RACHEL}/stream-input?inactivity_timeout=1"), "input_timeout_exceeded"),
    ] {
        let (messages, code) = Socket::open(&vendor, &path).hear_out();
        assert_eq!((&messages[0]["error"], &messages[0]["code"], code), (&json!(error), &json!(1008), 1008));
        assert!(messages[0]["message"].is_string());
    }
    let mut socket = Socket::open(&vendor, &format!("{RACHEL}/stream-input"));
    socket.say(json!({"text": 7, "voice_settings": {"speed": 3}}));
    assert_eq!(socket.hear_out().1, 1008);
}
