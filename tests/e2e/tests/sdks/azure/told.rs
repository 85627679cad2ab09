//! What is told beside the audio.

use serde_json::Value;

/// Ticks in a byte of 24 kHz, 16 bit.
const TICKS_A_BYTE: u64 = 10_000_000 / 48_000;

/// How far a time may be off that is told of the end of one thing and the beginning of another: a twentieth of a second.
const NEXT_TO: u64 = 500_000;

/// How much audio may be there before a word that is heard in it: half a second. Azure's words wait for their visemes.
const SOON: u64 = 5_000_000;

const WORDS: [&str; 18] = [
    "The", "river", "bends", "twice", "at", "the", "old", "bridge", "and", "sleeps", "by", "the", "mill",
    "Whose", "little", "boat", "is", "that",
];
const SENTENCES: [&str; 2] =
    ["The river bends twice at the old bridge, and sleeps by the mill.", "Whose little boat is that?"];

/// Something that lasts.
struct Stretch<'t> {
    text: &'t str,
    start: u64,
    end: u64,
}

/// All that was told of that kind.
fn of<'t>(told: &'t [Value], kind: &str) -> Vec<&'t Value> {
    told.iter().filter(|event| event["event"] == kind).collect()
}

fn stretches<'t>(told: &'t [Value], kind: &str) -> Vec<Stretch<'t>> {
    let read = |event: &'t Value| {
        let (at, ticks) = (event["at"].as_u64().unwrap(), event["ticks"].as_u64().unwrap());
        Stretch { text: event["text"].as_str().unwrap(), start: at, end: at + ticks }
    };
    of(told, kind).into_iter().map(read).collect()
}

/// Checks that everything is told about when its audio is there. The package for Python tells of each kind by itself.
pub(super) fn in_time(seen: &Value) {
    let mut heard = 0;
    for event in seen["events"].as_array().unwrap() {
        heard += event["bytes"].as_u64().unwrap_or_default() * TICKS_A_BYTE;
        if let ("Word" | "Viseme", Some(at)) = (event["event"].as_str().unwrap(), event["at"].as_u64()) {
            assert!(heard <= at + SOON, "{event} after {heard} ticks: {seen}");
        }
    }
}

/// Checks the events of the document that both applications send, whose audio has so many bytes.
pub(super) fn everything(seen: &Value, bytes: usize) {
    let told = seen["events"].as_array().unwrap();
    let end = bytes as u64 * TICKS_A_BYTE + NEXT_TO;
    assert_eq!((&told[0]["event"], &told.last().unwrap()["event"]), (&"started".into(), &"completed".into()));
    let heard: u64 = of(told, "audio").iter().map(|event| event["bytes"].as_u64().unwrap()).sum();
    assert_eq!(heard, bytes as u64, "all audio is told of");

    let words = stretches(told, "Word");
    assert_eq!(words.iter().map(|word| word.text).collect::<Vec<_>>(), WORDS);
    for pair in words.windows(2) {
        let [one, next] = pair else { unreachable!() };
        assert!(one.start < one.end && one.start < next.start, "{} before {}: {seen}", one.text, next.text);
        assert!(one.end <= next.start + NEXT_TO, "{} before {}: {seen}", one.text, next.text);
    }
    assert!(words[0].start < end / 4 && words[17].end > end / 2 && words[17].end <= end, "{seen}");

    punctuation(told, &words, end);
    sentences(told, &words);
    bookmarks(told, &words);
    places(seen, told);
    visemes(told, end);
}

/// Each mark comes behind the word that it follows.
fn punctuation(told: &[Value], words: &[Stretch<'_>], end: u64) {
    let marks = stretches(told, "Punctuation");
    assert_eq!(marks.iter().map(|mark| mark.text).collect::<Vec<_>>(), [",", ".", "?"]);
    for (mark, behind) in marks.iter().zip([7, 12, 17]) {
        let next = words.get(behind + 1).map_or(end, |word| word.start);
        assert!(words[behind].end <= mark.start + NEXT_TO && mark.end <= next + NEXT_TO, "{told:?}");
    }
}

/// Each lasts from its first word to its last.
fn sentences(told: &[Value], words: &[Stretch<'_>]) {
    let sentences = stretches(told, "Sentence");
    assert_eq!(sentences.iter().map(|sentence| sentence.text).collect::<Vec<_>>(), SENTENCES);
    for (sentence, [first, last]) in sentences.iter().zip([[0, 12], [13, 17]]) {
        assert!(sentence.start.abs_diff(words[first].start) <= NEXT_TO, "{told:?}");
        assert!(sentence.end + NEXT_TO >= words[last].end, "{told:?}");
    }
}

/// Each is between the words that it stands between.
fn bookmarks(told: &[Value], words: &[Stretch<'_>]) {
    let marks = of(told, "Bookmark");
    assert_eq!(marks.iter().map(|mark| &mark["text"]).collect::<Vec<_>>(), ["mill", "boat"]);
    for (mark, before) in marks.iter().zip([7, 12]) {
        let at = mark["at"].as_u64().unwrap();
        assert!(words[before].end <= at + NEXT_TO && at <= words[before + 1].start, "{told:?}");
    }
}

/// The package finds each word and mark where it stands in the document.
fn places(seen: &Value, told: &[Value]) {
    let document = seen["document"].as_str().unwrap();
    for event in ["Word", "Punctuation"].into_iter().flat_map(|kind| of(told, kind)) {
        let number = |key: &str| usize::try_from(event[key].as_u64().unwrap()).unwrap();
        let place = number("place")..number("place") + number("length");
        assert_eq!(event["text"], document[place], "{event}");
    }
}

/// The shapes of the mouth, one after the other.
fn visemes(told: &[Value], end: u64) {
    let visemes: Vec<_> = of(told, "Viseme")
        .iter()
        .map(|event| (event["at"].as_u64().unwrap(), event["id"].as_u64().unwrap()))
        .collect();
    assert!(visemes.len() > 2 * WORDS.len(), "{visemes:?}");
    assert!(visemes.iter().all(|(at, id)| *at <= end && *id <= 21), "{visemes:?}");
    assert!(visemes.windows(2).all(|pair| pair[0].0 <= pair[1].0), "{visemes:?}");
    let mut ids: Vec<_> = visemes.iter().map(|(_, id)| id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert!(ids.len() >= 8, "{visemes:?}");
}
