//! Every outage there is, of each vendor, while fifty ask it.

use std::thread;

use vendors::{Fault, Script};

use super::house::{ASKED, Asked, House};
use crate::harness::http::Answer;
use crate::harness::pcm_seconds;

/// What the fakes speak a character in.
const SECONDS_PER_CHARACTER: f64 = 0.065;

const ONE_SENTENCE: &str = "the morning train leaves the station a little before eight.";

/// More than one of them, each long enough to be broken off.
const SENTENCES: &str = "the morning train leaves the station a little before eight. Behind the mill, two children were \
                         building a boat out of driftwood. She closed the window, and listened to the rain.";

/// So much is heard of a speech that breaks off: less than a second.
const LATER: u64 = 40_000;

const FAILED: &[&str] = &["backend_failed"];
const SILENT: &[&str] = &["deadline_exceeded"];
const FAILED_OR_SILENT: &[&str] = &["backend_failed", "deadline_exceeded"];
const LIMITED: &[&str] = &["rate_limited"];
const USED_UP: &[&str] = &["quota_exceeded"];

/// What is wrong, and what that may be called.
type Outage = (Script, &'static [&'static str]);

/// What is wrong at a vendor before anything can be heard.
fn before_audio() -> Vec<Outage> {
    [
        (Fault::RateLimited, LIMITED),
        (Fault::Quota, USED_UP),
        (Fault::ServerError, FAILED),
        (Fault::Unavailable, FAILED),
        (Fault::BadKey, FAILED),
        (Fault::SlowFirstByte, SILENT),
        (Fault::Cut, FAILED),
        (Fault::Stall, SILENT),
        (Fault::WrongContentType, FAILED),
        (Fault::JsonError, FAILED),
        (Fault::JsonAsAudio, FAILED),
        (Fault::GzipBomb, FAILED),
        (Fault::ZeroAudio, FAILED),
    ]
    .map(|(fault, code)| (Script::once(fault).times(0), code))
    .into()
}

/// What goes wrong in the middle of a speech.
fn in_mid_speech() -> Vec<Outage> {
    [
        (Script::once(Fault::Cut).after_bytes(LATER), FAILED),
        (Script::once(Fault::Stall).after_bytes(LATER), SILENT),
        (Script::once(Fault::OneByteASecond), SILENT),
        // Too much, or too much for its time, which depends on who else is busy.
        (Script::once(Fault::HugeBody), FAILED_OR_SILENT),
        (Script::once(Fault::TooShort), FAILED),
    ]
    .map(|(script, code)| (script.times(0), code))
    .into()
}

#[test]
fn whatever_breaks_before_the_first_audio_everybody_is_served_by_another() {
    for_each(before_audio(), |asked, outage| outlives(asked, outage, &[], ONE_SENTENCE));
}

#[test]
fn whatever_breaks_in_mid_speech_another_goes_on_for_those_who_allow_it() {
    let allow = [("x-soundboard-fallback", "resume")];
    for_each(in_mid_speech(), |asked, outage| outlives(asked, outage, &allow, SENTENCES));
}

/// Those that take half a minute at the same time, the others a few at a time.
fn for_each(outages: Vec<Outage>, suffers: impl Fn(Asked, Outage) + Sync) {
    let is_slow =
        |script: &Script| matches!(script.fault, Fault::SlowFirstByte | Fault::OneByteASecond | Fault::Stall);
    let (slow, fast): (Vec<_>, Vec<_>) = outages.into_iter().partition(|(script, _)| is_slow(script));
    thread::scope(|scope| {
        let suffers = &suffers;
        for outage in slow {
            for asked in ASKED {
                scope.spawn(move || suffers(asked, outage));
            }
        }
        for asked in ASKED {
            let fast = fast.clone();
            scope.spawn(move || fast.into_iter().for_each(|outage| suffers(asked, outage)));
        }
    });
}

/// The vendor that is asked breaks: all hear their whole text of the other one, and are told so.
fn outlives(asked: Asked, (script, codes): Outage, headers: &[(&str, &str)], end: &str) {
    let what = format!("{:?} of {}", script.fault, asked.backend);
    let house = House::open();
    house.vendor(asked.backend).script(script);
    let mut switches = 0;
    for (text, answer) in house.all_ask(asked.voice, headers, |number| format!("Number {number}: {end}")) {
        switches += usize::from(is_switched(&answer, asked, codes, &what));
        let (seconds, spoken) = (pcm_seconds(answer.audio().len()), text.chars().count());
        let rests = 0.18 * text.matches(". ").count() as f64;
        let whole = spoken as f64 * SECONDS_PER_CHARACTER;
        assert!((whole - 0.1..whole + rests + 0.1).contains(&seconds), "{what}: {seconds} s of {whole}");
    }
    assert!(switches > 0, "{what}: nobody has seen it");
    house.vendor(asked.backend).script(Script::once(Fault::None));
    house.closes_with_true_books();
}

/// Whether somebody else had been tried, of an answer that must say who speaks and why.
fn is_switched(answer: &Answer, asked: Asked, codes: &[&str], what: &str) -> bool {
    assert_eq!(answer.status(), 200, "{what}: {}", String::from_utf8_lossy(&answer.body));
    let said = |name| answer.header(name);
    assert_eq!(said("x-soundboard-requested-voice"), asked.voice, "{what}");
    assert_eq!(said("x-soundboard-reason"), "fallback", "{what}");
    let (backend, voice) = said("x-soundboard-voice").split_once(':').unwrap();
    assert!(backend != asked.backend && !voice.is_empty(), "{what}: {backend}:{voice}");
    assert_eq!(said("x-soundboard-backend"), backend, "{what}");
    // Whoever came when all knew of it was not sent there any more.
    let tried = said("x-soundboard-tried");
    let voice = format!("{}:{}", asked.backend, asked.voice);
    let is_expected = codes.iter().any(|code| tried == format!("{voice}={code}"));
    assert!(tried.is_empty() || is_expected, "{what}: {tried} for {codes:?} of {voice}");
    !tried.is_empty()
}
