//! Voice agents: text that is still being written, over WebSockets without an SDK; see `python/voice_agent.py`.

use serde_json::{Value, json};
use vendors::{Fault, Script};

use crate::harness::federation::speeches;
use crate::harness::tools::Heard;
use crate::harness::{Federation, plausible};

const SENTENCE: &str = "The river bends twice at the old bridge.";
const REPLY: &str = "And whose little boat is that, down by the mill?";

/// How a socket says when characters are heard.
struct Dialect {
    starts: &'static str,
    durations: &'static [&'static str],
    /// Whether times count from the start of the context, and not of the message.
    absolute: bool,
}

const SPEECH: Dialect = Dialect {
    starts: "charStartTimesMs",
    durations: &["charDurationsMs", "charsDurationsMs"],
    absolute: false,
};
const DIALOGUE: Dialect =
    Dialect { starts: "char_start_times_ms", durations: &["char_durations_ms"], absolute: false };

impl Dialect {
    /// Checks that the characters join to the text, one after the other, within the sound. Times that count from a
    /// message are added up as voice agents do it: each message goes on where the last of its characters ends.
    fn tells(&self, alignments: &Value, text: &str, seconds: f64) {
        let (mut joined, mut origin, mut now, mut at_once) = (String::new(), 0, 0, 0);
        for alignment in alignments.as_array().unwrap() {
            let list = |key: &str| -> Vec<u64> {
                let list = alignment[key].as_array().unwrap_or_else(|| panic!("no {key}: {alignment}"));
                list.iter().map(|time| time.as_u64().unwrap()).collect()
            };
            let (characters, starts) = (alignment["chars"].as_array().unwrap(), list(self.starts));
            let durations = list(self.durations[0]);
            assert!(characters.len() == starts.len() && starts.len() == durations.len(), "{alignment}");
            assert!(self.durations.iter().all(|key| list(key) == durations), "{alignment}");
            for (character, start) in characters.iter().zip(&starts) {
                let start = origin + start;
                assert!(now <= start, "{character} at {start}, after {now}: {alignment}");
                at_once += usize::from(start == now);
                joined += character.as_str().unwrap();
                now = start;
            }
            if !self.absolute {
                origin = now + durations.last().unwrap();
            }
        }
        let letters = |text: &str| text.split_whitespace().collect::<String>();
        assert_eq!(letters(&joined), letters(text));
        let last = now as f64 / 1000.0;
        assert!(
            (0.7 * seconds..seconds + 0.1).contains(&last),
            "the last at {last} s of {seconds}: {alignments}"
        );
        assert!(at_once * 4 < text.len(), "{at_once} characters are heard with the one before: {alignments}");
    }
}

/// Checks that a file sounds as long as that text, and is one encoding from beginning to end.
fn sounds(federation: &Federation, name: &str, heard: &Heard, text: &str) {
    assert_eq!((heard.rate, heard.channels), (44_100, 1), "{name}: {heard:?}");
    assert!(plausible(heard.seconds, text) && heard.rms > 0.02, "{name}: {heard:?}");
    let bytes = federation.kept(name);
    let tags = bytes.windows(3).skip(1).filter(|bytes| bytes == b"ID3").count();
    assert_eq!(tags, 0, "{name}: an ID3 tag in the middle");
}

fn is_final(messages: &Value) {
    let (last, others) = messages.as_array().unwrap().split_last().unwrap();
    assert!(
        *last == true && others.iter().all(|other| *other == false),
        "only the last is final: {messages}"
    );
}

/// Checks what a voice agent hears of one backend, through every socket.
fn agent_of(backend: &'static str) {
    let federation = Federation::of(&[backend]);
    let turns = format!("{SENTENCE} {REPLY}");

    let seen = federation.play_agent("agent");
    assert_eq!((&seen["code"], &seen["rest"]), (&1000.into(), &json!([])), "{seen}");
    let heard = federation.heard(&["one.mp3", "two.mp3"]);
    let absolute = Dialect { absolute: true, ..SPEECH };
    for ((context, text), heard) in [("one", SENTENCE), ("two", REPLY)].into_iter().zip(&heard) {
        let told = &seen["contexts"][context];
        sounds(&federation, &format!("{context}.mp3"), heard, text);
        absolute.tells(&told["alignments"], text, heard.seconds);
        is_final(&told["final"]);
        assert_eq!(told["names"], json!([context]));
    }
    let rows = federation.server.rows_once(2);
    row_of(&rows, backend, SENTENCE, &heard[0]);
    row_of(&rows, backend, REPLY, &heard[1]);

    for (scenario, dialect) in [("single", SPEECH), ("dialogue", DIALOGUE)] {
        let seen = federation.play_agent(scenario);
        assert_eq!(seen["code"], 1000, "{seen}");
        let seconds = federation.kept(&format!("{scenario}.pcm")).len() as f64 / 32_000.0;
        assert!(plausible(seconds, &turns), "{scenario}: {seconds} s");
        dialect.tells(&seen["alignments"], &turns, seconds);
        is_final(&seen["final"]);
    }
}

/// Checks the one row of a context that said this text.
fn row_of(rows: &[Value], backend: &str, text: &str, heard: &Heard) {
    let is_of = |row: &&Value| row["characters"].as_u64().unwrap().abs_diff(text.len() as u64) <= 1;
    let row = rows.iter().find(is_of).unwrap_or_else(|| panic!("no row of {text:?}: {rows:?}"));
    let who = json!([row["client"], row["door"], row["backend"], row["outcome"]]);
    assert_eq!(who, json!(["app", "elevenlabs", backend, "completed"]), "{row}");
    let seconds = row["audio_ms"].as_f64().unwrap() / 1000.0;
    assert!((seconds - heard.seconds).abs() < 0.15, "{row}, {heard:?}");
}

#[test]
fn kokoro_speaks_while_a_voice_agent_writes() {
    agent_of("kokoro");
}

#[test]
fn openai_speaks_while_a_voice_agent_writes() {
    agent_of("openai");
}

#[test]
fn elevenlabs_speaks_while_a_voice_agent_writes() {
    agent_of("elevenlabs");
}

#[test]
fn a_wrong_key_is_refused_before_a_voice_agent_is_let_in() {
    let federation = Federation::of(&["elevenlabs"]);
    let seen = federation.play_agent("refused");
    assert_eq!(
        (&seen["status"], &seen["detail"]["code"]),
        (&401.into(), &"invalid_api_key".into()),
        "{seen}"
    );
    assert!(seen["voice"].to_string().contains("voice_not_found"), "{seen}");
    assert!(speeches(&federation.elevenlabs).is_empty(), "nobody was asked");
}

#[test]
fn a_fault_ends_the_context_of_a_voice_agent_and_not_its_socket() {
    for backend in ["openai", "elevenlabs"] {
        let federation = Federation::of(&[backend]);
        let mut expected = Vec::new();
        for (fault, outcome) in [
            (Fault::RateLimited, "rate_limited"),
            (Fault::Quota, "quota_exceeded"),
            (Fault::ServerError, "backend_failed"),
            (Fault::BadKey, "backend_failed"),
            (Fault::Cut, "backend_failed"),
            (Fault::WrongContentType, "backend_failed"),
            (Fault::JsonError, "backend_failed"),
            (Fault::JsonAsAudio, "backend_failed"),
            (Fault::ZeroAudio, "backend_failed"),
            (Fault::TooShort, "backend_failed"),
        ] {
            federation.vendor(backend).script(Script::once(fault));
            let seen = federation.play_agent("failing");
            let failed = seen["failed"].as_array().unwrap();
            let (last, told) = failed.split_last().unwrap();
            assert_eq!(last["isFinal"], true, "{fault:?} of {backend}: {seen}");
            let error = told.last().unwrap_or_else(|| panic!("{fault:?} of {backend} is silent: {seen}"));
            assert!(
                error["error"].is_string() && error["contextId"] == "one",
                "{fault:?} of {backend}: {seen}"
            );
            assert!(error["message"].as_str().unwrap().len() > 10, "{fault:?} of {backend}: {seen}");
            let next = seen["next"].as_array().unwrap();
            let audio: u64 = next.iter().map(|message| message["audio"].as_u64().unwrap()).sum();
            assert!(
                audio > 20_000 && next.last().unwrap()["isFinal"] == true,
                "after {fault:?} of {backend}: {seen}"
            );
            assert_eq!(seen["code"], 1000, "{fault:?} of {backend}: {seen}");
            expected.extend([outcome, "completed"]);
        }
        let rows = federation.server.rows_once(expected.len());
        let outcomes: Vec<_> = rows.iter().map(|row| row["outcome"].as_str().unwrap()).collect();
        assert_eq!(outcomes, expected, "{backend}");
        assert!(rows.iter().all(|row| row["backend"] == backend && row["door"] == "elevenlabs"), "{rows:?}");
    }
}
