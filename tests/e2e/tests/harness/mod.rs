//! What the tests stand on.

pub(crate) mod federation;
pub(crate) mod http;
pub(crate) mod process;
pub(crate) mod program;
pub(crate) mod server;
pub(crate) mod till;
pub(crate) mod tools;
pub(crate) mod waiting;

pub(crate) use federation::Federation;
pub(crate) use program::{Ended, program, run};
pub(crate) use server::Server;
pub(crate) use till::Till;
pub(crate) use waiting::{Stopwatch, eventually};

/// About three seconds of speech.
pub(crate) const SENTENCE: &str = "The kettle is on, and the toast is nearly done.";

/// As many sentences as it takes to fill `characters`, no two neighbours alike.
pub(crate) fn text_of(characters: usize) -> String {
    const SENTENCES: [&str; 4] = [
        "The morning train leaves the station a little before eight. ",
        "Behind the mill, two children were building a boat out of driftwood. ",
        "She closed the window, put the letter down, and listened to the rain. ",
        "Nobody in the village could remember who had planted the pear trees. ",
    ];
    let mut text = String::new();
    for sentence in SENTENCES.iter().cycle() {
        if text.len() + sentence.len() > characters {
            break;
        }
        text.push_str(sentence);
    }
    text.trim_end().to_owned()
}

/// The length of what `response_format: "pcm"` gives: 24 kHz, 16 bit, mono.
pub(crate) fn pcm_seconds(bytes: usize) -> f64 {
    bytes as f64 / 48_000.0
}

/// Whether so much sound is plausible for that text: people read 8 to 25 characters a second.
pub(crate) fn plausible(seconds: f64, text: &str) -> bool {
    let characters = text.chars().count() as f64;
    (characters / 25.0..characters / 8.0 + 1.0).contains(&seconds)
}
