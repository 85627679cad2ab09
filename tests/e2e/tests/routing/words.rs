//! Each word is heard once, whoever breaks off where.

use std::collections::HashMap;
use std::fs;
use std::thread;

use serde_json::json;
use vendors::{Fault, Script};

use super::house::{House, STREAMS};
use crate::harness::federation::speeches;
use crate::harness::server::config;
use crate::harness::{Server, eventually, tools};
use crate::understood::{edits, words};

const RESUME: (&str, &str) = ("x-soundboard-fallback", "resume");

/// Sentences of each listener's text.
const SENTENCES: usize = 10;

#[test]
fn of_fifty_who_hear_a_voice_break_off_each_hears_every_sentence_once() {
    let house = House::open();
    let sentence = |listener, number| format!("This is sentence {number} for listener {listener}.");
    let text = |listener| {
        let sentences: Vec<_> = (1..=SENTENCES).map(|number| sentence(listener, number)).collect();
        sentences.join(" ")
    };
    let answers = thread::scope(|scope| {
        scope.spawn(|| {
            eventually("second sentences", || (speeches(&house.openai).len() > STREAMS).then_some(()));
            house.openai.script(Script::once(Fault::Cut).after_bytes(20_000).times(0));
        });
        house.all_ask("alloy", &[RESUME], text)
    });
    for (_, answer) in answers {
        assert_eq!(answer.header("x-soundboard-requested-voice"), "alloy");
        assert!(!answer.audio().is_empty());
    }
    let mut heard: HashMap<String, Vec<&str>> = HashMap::new();
    for backend in ["openai", "elevenlabs"] {
        for (served, said) in house.said(backend) {
            match served.fault {
                None => heard.entry(said.trim().to_owned()).or_default().push(backend),
                Some(_) => assert!(!served.complete, "{said}"),
            }
        }
    }
    for listener in 0..STREAMS {
        let mut speakers = Vec::new();
        for number in 1..=SENTENCES {
            let sentence = sentence(listener, number);
            let by = heard.remove(&sentence).unwrap_or_else(|| panic!("nobody says {sentence:?}"));
            let [by] = by.as_slice() else { panic!("{sentence:?} by {by:?}") };
            speakers.push(*by);
        }
        speakers.dedup();
        assert!(
            ["openai elevenlabs", "openai", "elevenlabs"].contains(&speakers.join(" ").as_str()),
            "{speakers:?}"
        );
    }
    assert!(heard.is_empty(), "{heard:?}");
    let broken = speeches(&house.openai).iter().filter(|served| served.fault.is_some()).count();
    assert!(broken > 0, "nobody broke off");
    house.closes_with_true_books();
}

/// Plain sentences, as in `understood.rs`; each begins with its number.
const TALE: [&str; 8] = [
    "One, my sister keeps two brown horses behind the house.",
    "Two, the baker on the corner sells warm bread every day.",
    "Three, the children built a small boat out of old wood.",
    "Four, all the lights went out, and nobody knew why.",
    "Five, a good map is worth more than a fast car.",
    "Six, the old bridge was built by the people of the village.",
    "Seven, they sang together while they washed the dishes.",
    "Eight, when the snow melts, the fields turn green again.",
];

/// Both are Kokoro, one behind a gateway of its own that dies while it speaks.
#[test]
fn a_tale_whose_teller_dies_is_understood_from_beginning_to_end() {
    let teller = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let toml = format!(
        "[backends.teller]\nkind = \"openai\"\nbase_url = \"{}\"\napi_key = {{ env = \"E2E_VENDORS_KEY\" }}\n\
         models = [\"tts-1\"]\nvoices = [\"marin\"]\n[backends.kokoro]\nkind = \"kokoro\"\n",
        teller.base_url()
    );
    let config = config(&folder, &toml);
    let server = Server::with(|serve| {
        serve.arg("--config").arg(config).env("E2E_VENDORS_KEY", "sk-of-a-test");
    });
    let tale = TALE.join(" ");
    let asked = json!({ "model": "tts-1", "voice": "marin", "input": tale, "response_format": "wav" });
    let mut heard = server.ask_with("/v1/audio/speech", &[RESUME], &asked);
    assert_eq!((heard.head.status(), heard.head.header("x-soundboard-voice")), (200, "teller:marin"));
    // A second of it.
    let mut wav = heard.read(48_000);
    teller.kill();
    wav.extend(heard.rest());

    let file = folder.path().join("tale.wav");
    fs::write(&file, wav).unwrap();
    let written = tools::transcribe(&[file]).remove(0);
    let spoken = "SELECT ledger.backend, count(*) AS calls FROM ledger WHERE kind = 'settle' AND attempt > 0
                  GROUP BY ledger.backend ORDER BY ledger.backend";
    let (said, understood) = (words(&tale), words(&written));
    let data = server.data();
    drop(server.stop());
    let calls = tools::select(&data.path().join("soundboard.db"), spoken);
    assert_eq!(calls.len(), 2, "both have spoken: {calls:?}");
    // Less than half a sentence; one that is left out or said twice would be ten.
    assert!(edits(&said, &understood) <= 4, "{written}\n{calls:?}");
}
