//! Outages while a text is still being written: on a socket, too, nobody hears an error that another could have spoken, as
//! long as nothing was heard; who hears a speech break off is told so.

use std::net::TcpStream;
use std::thread;

use serde_json::{Value, json};
use tungstenite::client::IntoClientRequest;
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::{HandshakeError, Message};
use vendors::{Fault, Script};

use super::house::{ASKED, Asked, House, STREAMS};
use crate::harness::{Server, pcm_seconds};

/// What the fakes speak a character in.
const SECONDS_PER_CHARACTER: f64 = 0.065;

/// Of a socket's messages, those of more than a second; so much is heard of a speech that breaks off.
const LATER: u64 = 100_000;

/// What came on a socket.
#[derive(Debug)]
struct Heard {
    seconds: f64,
    /// What was told to be wrong.
    error: Option<String>,
    close: CloseCode,
}

/// Half of the sockets are for one text each, half for several contexts, of which each says one.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Path {
    Single,
    Multi,
}

impl Path {
    fn name(self) -> &'static str {
        match self {
            Self::Single => "stream-input",
            Self::Multi => "multi-stream-input",
        }
    }

    /// A text, as it is written.
    fn messages(self, text: &str) -> Vec<Value> {
        let (begun, rest) = text.split_at(text.len() / 2);
        match self {
            Self::Single => [" ", begun, rest, ""].map(|text| json!({ "text": text })).into(),
            Self::Multi => {
                let words = [" ", begun, rest].map(|text| json!({ "text": text, "context_id": "one" }));
                words.into_iter().chain([json!({ "close_socket": true })]).collect()
            }
        }
    }
}

/// Writes a text to a socket, and hears all that comes.
fn dictate(server: &Server, path: Path, voice: &str, fallback: Option<&str>, text: &str) -> Heard {
    let address = server.address().strip_prefix("http://").unwrap();
    let url = format!("ws://{address}/v1/text-to-speech/{voice}/{}?output_format=pcm_24000", path.name());
    let mut upgrade = url.into_client_request().unwrap();
    if let Some(fallback) = fallback {
        upgrade.headers_mut().insert("x-soundboard-fallback", fallback.parse().unwrap());
    }
    let line = TcpStream::connect(address).unwrap();
    let (mut socket, _) = tungstenite::client(upgrade, line)
        .map_err(|error| match error {
            HandshakeError::Failure(error) => error,
            HandshakeError::Interrupted(_) => unreachable!("the line waits"),
        })
        .unwrap();
    for message in path.messages(text) {
        // Of one that has failed already nothing more is read; what it says of that is.
        let _ = socket.send(Message::text(message.to_string()));
    }
    let (mut bytes, mut error) = (0, None);
    loop {
        let message = match socket.read().unwrap() {
            Message::Close(close) => {
                return Heard { seconds: pcm_seconds(bytes), error, close: close.unwrap().code };
            }
            message => serde_json::from_str::<Value>(message.to_text().unwrap()).unwrap(),
        };
        assert!(error.is_none() || message["isFinal"] == true, "something comes after an error: {message}");
        if message["error"].is_string() {
            error = Some(message["message"].as_str().unwrap().to_owned());
        }
        let audio = message["audio"].as_str().unwrap_or_default();
        bytes += audio.len() / 4 * 3 - audio.bytes().filter(|byte| *byte == b'=').count();
    }
}

/// Many write at the same time, each the text of its number: each text, and what its writer hears.
fn all_dictate(house: &House, voice: &str, fallback: Option<&str>, end: &str) -> Vec<(Path, String, Heard)> {
    thread::scope(|scope| {
        let writing = (0..STREAMS).map(|number| {
            let path = if number % 2 == 0 { Path::Single } else { Path::Multi };
            let text = format!("Number {number}: {end}");
            scope.spawn(move || {
                let heard = dictate(&house.server, path, voice, fallback, &text);
                (path, text, heard)
            })
        });
        let writing: Vec<_> = writing.collect();
        writing.into_iter().map(|writing| writing.join().unwrap()).collect()
    })
}

fn open() -> House {
    House::beside(&format!("[http]\nmax_sockets_per_key = {STREAMS}\n"))
}

/// Whether all of a text was heard: of several sentences, each has a space or a rest behind it.
fn is_whole(heard: &Heard, text: &str) -> bool {
    let whole = text.chars().count() as f64 * SECONDS_PER_CHARACTER;
    let between = 0.18 * text.matches(". ").count() as f64;
    (whole - 0.1..whole + between + 0.1).contains(&heard.seconds)
}

/// The vendor that is asked breaks: all hear their whole text of the other one.
fn outlives(house: &House, asked: Asked, script: Script, fallback: Option<&str>, end: &str) {
    let what = format!("{:?} of {}", script.fault, asked.backend);
    let suffered =
        || house.vendor(asked.backend).truth().iter().filter(|served| served.fault.is_some()).count();
    let before = suffered();
    house.vendor(asked.backend).script(script);
    for (path, text, heard) in all_dictate(house, asked.voice, fallback, end) {
        assert_eq!((&heard.error, heard.close), (&None, CloseCode::Normal), "{what}, {path:?}");
        assert!(is_whole(&heard, &text), "{what}, {path:?}: {heard:?}");
    }
    house.vendor(asked.backend).script(Script::once(Fault::None));
    assert!(suffered() > before, "{what}: nobody has seen it");
}

const ONE_SENTENCE: &str = "the morning train leaves the station a little before eight.";

const SENTENCES: &str = "the morning train leaves the station a little before eight. Behind the mill, two children were \
                         building a boat out of driftwood. She closed the window, and listened to the rain.";

#[test]
fn whatever_breaks_before_the_first_audio_of_a_socket_everybody_is_served_by_another() {
    let [openai, elevenlabs] = ASKED;
    let all_at = |faults: &[Fault]| {
        let house = open();
        for fault in faults {
            outlives(&house, elevenlabs, Script::once(*fault).times(0), None, ONE_SENTENCE);
        }
        house.closes_with_true_books_of_one_each();
    };
    thread::scope(|scope| {
        scope.spawn(|| {
            all_at(&[
                Fault::RateLimited,
                Fault::Quota,
                Fault::ServerError,
                Fault::Unavailable,
                Fault::BadKey,
                Fault::Cut,
                Fault::WrongContentType,
                Fault::JsonError,
                Fault::JsonAsAudio,
                Fault::ZeroAudio,
            ]);
        });
        // These take half a minute each.
        for fault in [Fault::SlowFirstByte, Fault::Stall] {
            scope.spawn(move || all_at(&[fault]));
        }
        // Its breaker opens at the first: each in a house of its own.
        scope.spawn(|| {
            for fault in [Fault::RateLimited, Fault::Cut, Fault::JsonAsAudio] {
                let house = open();
                outlives(&house, openai, Script::once(fault).times(0), None, ONE_SENTENCE);
                house.closes_with_true_books_of_one_each();
            }
        });
    });
}

#[test]
fn who_allows_it_hears_another_go_on_where_a_speech_on_a_socket_breaks_off() {
    thread::scope(|scope| {
        for asked in ASKED {
            scope.spawn(move || {
                let house = open();
                let cut = Script::once(Fault::Cut).after_bytes(LATER).times(0);
                outlives(&house, asked, cut, Some("resume"), SENTENCES);
                house.closes_with_true_books();
            });
        }
    });
}

#[test]
fn who_hears_a_speech_on_a_socket_break_off_is_told_so() {
    thread::scope(|scope| {
        for (asked, fault) in ASKED.into_iter().flat_map(|asked| [(asked, Fault::Cut), (asked, Fault::Stall)])
        {
            scope.spawn(move || {
                let house = open();
                house.vendor(asked.backend).script(Script::once(fault).after_bytes(LATER).times(0));
                let mut told = 0;
                for (path, text, heard) in all_dictate(&house, asked.voice, None, SENTENCES) {
                    let what = format!("{fault:?} of {}, {path:?}: {heard:?}", asked.backend);
                    match &heard.error {
                        None => {
                            assert!(is_whole(&heard, &text) && heard.close == CloseCode::Normal, "{what}")
                        }
                        Some(message) => {
                            told += 1;
                            assert!(heard.seconds > 0.0 && message.len() > 10, "{what}");
                            let close =
                                if path == Path::Single { CloseCode::Error } else { CloseCode::Normal };
                            assert_eq!(heard.close, close, "{what}");
                        }
                    }
                }
                assert!(told > 0, "{fault:?} of {}: nobody has heard it", asked.backend);
                house.vendor(asked.backend).script(Script::once(Fault::None));
                house.closes_with_true_books_of_one_each();
            });
        }
    });
}
