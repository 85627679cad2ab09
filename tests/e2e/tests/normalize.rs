//! What would be said, shown before it is.

use serde_json::{Value, json};

use crate::harness::http::Answer;
use crate::harness::{Server, program, run};

const JSON: (&str, &str) = ("content-type", "application/json");

fn normalize(server: &Server, request: &Value) -> Answer {
    server.post_to("/api/v1/normalize", &[JSON], request.to_string().as_bytes())
}

#[test]
fn the_normalised_text_is_shown_with_spans_into_both_texts() {
    let server = Server::start();
    let request = json!({ "text": "Zoë owes **$5**.", "lexicon": [{ "word": "Zoë", "alias": "Zoe" }] });
    let answer = normalize(&server, &request);
    assert_eq!(answer.status(), 200);
    let expected = json!({
        "text": "Zoe owes five dollars.",
        "tokens": [
            { "text": "Zoë", "class": "alias", "said": "Zoe",
              "offset": 0, "length": 3, "said_offset": 0, "said_length": 3 },
            { "text": "owes", "class": "word", "said": "owes",
              "offset": 4, "length": 4, "said_offset": 4, "said_length": 4 },
            { "text": "$5", "class": "money", "said": "five dollars",
              "offset": 11, "length": 2, "said_offset": 9, "said_length": 12 },
        ],
        "dropped": [],
    });
    assert_eq!(answer.json(), expected);
    let british = normalize(&server, &json!({ "text": "3/4/2024", "language": "en-GB" })).json();
    assert_eq!(british["tokens"][0]["class"], "date");
    assert_ne!(british["text"], normalize(&server, &json!({ "text": "3/4/2024" })).json()["text"]);
    assert!(server.stop().is_empty(), "nothing was spoken, so there is no row");
}

#[test]
fn what_is_left_out_is_named_before_it_is_spoken_and_when_it_is() {
    let server = Server::start();
    let text = "The sign says 漢字 and العربية.";
    let shown = normalize(&server, &json!({ "text": text })).json();
    assert_eq!(shown["dropped"], json!(["script:arabic", "script:han"]));
    let spoken = server.speak(&json!({ "input": text, "instructions": "Whisper." }));
    assert_eq!(spoken.header("x-soundboard-dropped"), "script:arabic, script:han, instructions");
    assert!(!spoken.audio().is_empty());
}

#[test]
fn the_command_line_shows_the_same() {
    let server = Server::start();
    let text = "Dr. Ng paid $5 at 3:30 p.m.";
    let mut command = program();
    command.args(["say-as", "-", "--json", "--data"]).arg(server.data().path());
    let ended = run(&mut command, text.as_bytes());
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let shown: Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!(shown, normalize(&server, &json!({ "text": text })).json());
}

#[test]
fn a_long_text_is_shown_and_a_longer_one_refused() {
    let server = Server::start();
    let sentence = "On 3/4/2024 Dr. Ng paid $1.5 million. ";
    let text: String = sentence.chars().cycle().take(100_000).collect();
    let answer = normalize(&server, &json!({ "text": text }));
    assert_eq!(answer.status(), 200);
    let shown = answer.json();
    let last = shown["tokens"].as_array().unwrap().last().unwrap().clone();
    assert!(last["offset"].as_u64().unwrap() > 99_900, "{last}");
    let refused = normalize(&server, &json!({ "text": format!("{text}a") }));
    assert_eq!((refused.status(), refused.json()["error"]["code"].as_str()), (400, Some("invalid_text")));
}

#[test]
fn what_is_wrong_is_said_in_our_own_envelope_without_a_word_of_the_text() {
    let server = Server::with(|serve| {
        serve.args(["-vv", "--log-format", "json"]);
    });
    let text = "Marmalade zeppelins quarrel.";
    let mut kept = String::new();
    for (request, param) in [
        (json!({ "text": format!("{text}\0") }), json!("text")),
        (json!({ "text": 7 }), json!("text")),
        (json!({ "text": text, "language": "marmalade" }), json!("language")),
        (json!({ "text": text, "markup": { "marmalade": "skip" } }), json!("markup")),
        (json!({ "text": text, "lexicon": [{ "word": "zeppelins" }] }), json!("lexicon")),
        (json!({ "text": text, "marmalade": 1 }), Value::Null),
    ] {
        let answer = normalize(&server, &request);
        let body = answer.json();
        let error = body["error"].as_object().unwrap();
        let mut keys: Vec<_> = error.keys().map(String::as_str).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["allowed", "code", "message", "param", "request_id"], "{body}");
        assert_eq!((answer.status(), &error["param"]), (400, &param), "{body}");
        assert_eq!(error["request_id"], answer.header("x-soundboard-request-id"));
        kept += &body.to_string();
    }
    assert_eq!(normalize(&server, &json!({ "text": text })).status(), 200);
    kept += &server.log();
    for word in ["marmalade", "zeppelin", "quarrel"] {
        assert!(!kept.to_lowercase().contains(word), "{word:?} was kept: {kept}");
    }
}
