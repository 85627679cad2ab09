//! `stream-input`: one text.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use super::client::{Rest, audio, open, said, single, single_with};
use crate::backend::CHUNK;
use crate::server::Server;

/// Says a text in these pieces, ends it, and hears everything.
async fn speak(server: &Server, query: &str, pieces: &[&str]) -> Rest {
    let mut talk = single_with(server, "words", query).await;
    talk.say(json!({"text": " "})).await;
    for piece in pieces {
        talk.say(json!({"text": piece, "try_trigger_generation": true})).await;
    }
    talk.say(json!({"text": ""})).await;
    talk.rest().await
}

#[tokio::test]
async fn a_text_in_pieces_is_spoken_and_the_socket_closed() {
    let server = Server::start().await;
    let mut talk = single(&server, "words").await;
    let first = r#"{"text": " ", "try_trigger_generation": true, "voice_settings": null,
        "generation_config": {"chunk_length_schedule": [50]}}"#;
    talk.send(Message::Text(first.into())).await;
    talk.say(json!({"text": "Hello "})).await;
    talk.say(json!({"text": "world. "})).await;
    talk.say(json!({"text": ""})).await;
    let heard = talk.rest().await;
    assert_eq!(heard.code, 1000);
    assert_eq!(said(&server), ["Hello world. "]);
    assert_eq!(heard.audio().len(), 2 * CHUNK * 2);
    assert_eq!(heard.characters(), "Hello |world. ");
    let alignment = json!({
        "chars": ["w", "o", "r", "l", "d", ".", " "],
        "charStartTimesMs": [30, 41, 53, 65, 76, 88, 100],
        "charDurationsMs": [11, 12, 12, 11, 12, 12, 0],
        "charsDurationsMs": [11, 12, 12, 11, 12, 12, 0],
    });
    let second = &heard.frames[1];
    assert_eq!((&second["alignment"], &second["normalizedAlignment"]), (&alignment, &alignment));
    assert_eq!(second["isFinal"], Value::Null);
    let last = json!({"audio": null, "isFinal": true, "alignment": null, "normalizedAlignment": null});
    assert_eq!(heard.frames.last(), Some(&last));
    let rows = server.rows.clone();
    server.ended().await;
    assert_eq!(rows.show(), "req-1 local words completed Some(13)");
}

#[tokio::test]
async fn pieces_of_one_character_are_the_same_text() {
    let server = Server::start().await;
    let text = "Well, I never! You came at 3.15 p.m. sharp? Yes.";
    let whole = speak(&server, "", &[text]).await;
    let whole_said = std::mem::take(&mut *server.work.utterances.lock().unwrap());
    let letters: Vec<String> = text.chars().map(String::from).collect();
    let pieces = speak(&server, "", &letters.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let join = |said: Vec<String>| said.concat();
    let whole_said = whole_said.iter().map(|utterance| utterance.graph.text().as_str().to_owned()).collect();
    assert_eq!(join(said(&server)), join(whole_said));
    assert_eq!(join(said(&server)), text);
    assert_eq!(whole.characters().replace('|', "").replace("  ", " ").trim_end(), text);
    assert_eq!(pieces.characters().replace('|', "").replace("  ", " ").trim_end(), text);
}

#[tokio::test]
async fn times_count_from_the_message_or_from_the_start() {
    let server = Server::start().await;
    let starts = |heard: &Rest| {
        let of = |frame: &Value| frame["alignment"]["charStartTimesMs"][0].as_u64();
        heard.frames.iter().filter_map(of).collect::<Vec<_>>()
    };
    // Between two sentences there is a rest of 180 ms.
    let text = ["Ab cd. ", "Ef."];
    assert_eq!(starts(&speak(&server, "", &text).await), [10, 30, 210]);
    assert_eq!(starts(&speak(&server, "&sync_alignment=true", &text).await), [10, 110, 390]);
}

#[tokio::test]
async fn the_ends_of_messages_add_up_to_the_audio() {
    let server = Server::start().await;
    for voice in ["words", "late", "early"] {
        let mut talk = single(&server, voice).await;
        for text in ["One two three. ", "Four five. ", "Six."] {
            talk.say(json!({"text": text})).await;
        }
        talk.say(json!({"text": ""})).await;
        let heard = talk.rest().await;
        let (mut told_ms, mut starts) = (0, Vec::new());
        for frame in &heard.frames {
            let Some(characters) = frame["alignment"]["chars"].as_array() else { continue };
            let times = |key: &str| -> Vec<u64> {
                let times = frame["alignment"][key].as_array().unwrap().iter();
                times.map(|time| time.as_u64().unwrap()).collect()
            };
            let (from, durations) = (times("charStartTimesMs"), times("charDurationsMs"));
            let begun = characters
                .iter()
                .zip(&from)
                .filter(|(c, _)| c.as_str().unwrap().starts_with(char::is_uppercase));
            starts.extend(begun.map(|(_, at)| told_ms + at));
            told_ms += from.last().unwrap() + durations.last().unwrap();
        }
        // Six words of 100 ms, each from its 10th to its 80th, and a rest of 180 ms after a sentence.
        assert_eq!(starts, [10, 490, 870], "{voice}");
        let audio_ms = heard.audio().len() as u64 / 48;
        assert!((audio_ms - 20..=audio_ms).contains(&told_ms), "{voice}: {told_ms} of {audio_ms}");
    }
}

#[tokio::test]
async fn a_flush_is_heard_before_the_text_ends() {
    let server = Server::start().await;
    let mut talk = single(&server, "words").await;
    talk.say(json!({"text": "Wait for"})).await;
    talk.say(json!({"text": " it", "flush": true})).await;
    for _ in 0..3 {
        assert_eq!(audio(&talk.hear().await.unwrap()).len(), CHUNK * 2);
    }
    talk.say(json!({"text": " now", "flush": false})).await;
    talk.say(json!({"flush": true})).await;
    while audio(&talk.hear().await.unwrap()).len() < CHUNK * 2 {}
    talk.say(json!({"text": ""})).await;
    assert_eq!(talk.rest().await.code, 1000);
    assert_eq!(said(&server), ["Wait for it", " now"]);
}

#[tokio::test]
async fn a_text_without_a_word_is_over_at_once_and_leaves_no_row() {
    let server = Server::start().await;
    for pieces in [&[][..], &[" ", "\n"], &["…"]] {
        let heard = speak(&server, "", pieces).await;
        assert_eq!((heard.frames.len(), heard.code), (1, 1000), "{pieces:?}");
        assert_eq!(heard.frames[0]["isFinal"], true);
    }
    let rows = server.rows.clone();
    server.ended().await;
    assert_eq!(rows.show(), "");
}

#[tokio::test]
async fn all_sentences_are_one_mp3() {
    let server = Server::start().await;
    let path = "/v1/text-to-speech/words/stream-input?output_format=mp3_44100_128";
    let Ok(mut talk) = open(&server, path, &[]).await else { panic!("is refused") };
    for text in ["One two three four. ", "Five six seven eight. ", "Nine."] {
        talk.say(json!({"text": text, "flush": true})).await;
    }
    talk.say(json!({"text": ""})).await;
    let mp3 = talk.rest().await.audio();
    // Nine words of 100 ms and two rests of 180 ms, in frames of 1152 samples at 44.1 kHz.
    let frames = (1260.0_f64 * 44.1 / 1152.0).ceil() as usize;
    let mut at = 0;
    let mut count = 0;
    while at < mp3.len() {
        assert_eq!(&mp3[at..at + 2], b"\xFF\xFB", "MPEG-1 layer III without CRC at byte {at}");
        assert_eq!(mp3[at + 2] >> 2, 0b10_0100, "128 kbit/s at 44.1 kHz");
        at += 144 * 128_000 / 44_100 + usize::from(mp3[at + 2] >> 1 & 1);
        count += 1;
    }
    assert_eq!(at, mp3.len(), "the last frame is whole");
    // The encoder's own delay is two or three frames, once.
    assert!((frames..=frames + 3).contains(&count), "{count} frames for {frames}");
}

#[tokio::test]
async fn the_query_and_the_first_message_say_how_to_speak() {
    let server = Server::start().await;
    let query = "&model_id=sine-1&language_code=en&seed=7&auto_mode=true&enable_logging=false&unknown=1";
    let mut talk = single_with(&server, "words", query).await;
    let settings = json!({"speed": 1.1, "stability": 0.5});
    let config = json!({"chunk_length_schedule": [50]});
    talk.say(json!({"text": " ", "voice_settings": settings, "generation_config": config})).await;
    talk.say(json!({"text": "Hello."})).await;
    talk.say(json!({"text": ""})).await;
    assert_eq!(talk.rest().await.code, 1000);
    let utterances = server.work.utterances.lock().unwrap();
    let delivery = &utterances[0].delivery;
    assert_eq!((delivery.speed.times(), delivery.language.as_deref()), (1.1, Some("en")));
    let extras: Value = delivery.extras.iter().map(|(field, value)| (field, value.clone())).collect();
    let expected = json!({
        "seed": 7, "auto_mode": true, "enable_logging": false, "voice_settings": {"stability": 0.5},
        "generation_config": config,
    });
    assert_eq!(extras, expected);
}

#[tokio::test]
async fn complete_messages_need_no_space_between_them() {
    let server = Server::start().await;
    let heard = speak(&server, "&auto_mode=true", &["It rains.", "Dr.", "No", "came", ", too."]).await;
    assert_eq!(said(&server).concat(), "It rains. Dr. No came, too.");
    assert_eq!(heard.code, 1000);
}

#[tokio::test]
async fn a_complete_message_is_spoken_though_nothing_follows() {
    let server = Server::start().await;
    for text in ["Hello.", "well then"] {
        let mut talk = single_with(&server, "words", "&auto_mode=true").await;
        talk.say(json!({"text": text})).await;
        let heard = timeout(Duration::from_secs(5), talk.hear()).await.expect("waits for more");
        assert!(!audio(&heard.unwrap()).is_empty(), "{text}");
    }
}

#[tokio::test]
async fn without_auto_mode_messages_may_cut_a_word_in_two() {
    let server = Server::start().await;
    speak(&server, "", &["Hel", "lo wor", "ld."]).await;
    assert_eq!(said(&server).concat(), "Hello world.");
}
