//! How clients want words to be said: added on the command line, heard from a server that is running.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::server::config;
use crate::harness::tools::{Sdk, rows};
use crate::harness::{Server, program, run};

const TEXT: &str = "The Zorblaxian vote was close.";
const ALIASED: &str = "The river delta vote was close.";

/// `lexicon` on the data of a server.
fn lexicon(server: &Server, arguments: &[&str]) {
    let mut command = program();
    command.arg("lexicon").args(arguments).arg("--data").arg(server.data().path());
    let ended = run(&mut command, b"");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}

fn spoken(server: &Server, changes: &Value) -> Vec<u8> {
    server.speak(changes).audio()
}

#[test]
fn what_the_command_line_adds_is_heard_at_once() {
    let server = Server::start();
    let said = || spoken(&server, &json!({ "input": TEXT }));
    let plain = said();
    lexicon(&server, &["add", "Zorblaxian", "--alias", "river delta"]);
    let aliased = said();
    assert_ne!(plain, aliased);
    assert!(aliased == spoken(&server, &json!({ "input": ALIASED })), "as if the alias had been written");

    lexicon(&server, &["add", "zorblaxian", "--respelling", "zor-BLAX-ee-un", "--client", "local"]);
    let respelled = said();
    assert!(respelled != plain && respelled != aliased, "a client's own comes first");
    lexicon(&server, &["add", "zorblaxian", "--ipa", "ˈkætəlɒɡ", "--client", "local"]);
    assert_ne!(said(), respelled);
    lexicon(&server, &["remove", "zorblaxian", "--client", "local"]);
    assert!(said() == aliased, "everyone's again");
    lexicon(&server, &["remove", "Zorblaxian"]);
    assert!(said() == plain, "nobody's again");
}

#[test]
fn a_requests_own_lexicon_comes_before_all_others() {
    let server = Server::start();
    let asked = |soundboard: &Value| spoken(&server, &json!({ "input": TEXT, "soundboard": soundboard }));
    lexicon(&server, &["add", "Zorblaxian", "--alias", "mountain lake"]);
    let own = asked(&json!({ "lexicon": [{ "word": "Zorblaxian", "alias": "river delta" }] }));
    assert_ne!(own, asked(&json!({})));
    assert!(own == spoken(&server, &json!({ "input": ALIASED })), "as if the alias had been written");
    let marked =
        json!({ "input": "The river `print(1)` delta.", "soundboard": { "markup": { "code": "skip" } } });
    assert!(spoken(&server, &marked) == spoken(&server, &json!({ "input": "The river delta." })));
}

#[test]
fn a_clients_lexicon_is_nobody_elses() {
    let folder = TempDir::new().unwrap();
    let clients = "[clients.ann]\nkeys = [{ env = \"ANN\" }]\n[clients.bob]\nkeys = [{ env = \"BOB\" }]\n";
    let config = config(&folder, clients);
    let server = Server::with(|serve| {
        serve.arg("--config").arg(&config).envs([("ANN", "sk-ann"), ("BOB", "sk-bob")]);
    });
    let said = |key: &str, text: &str| {
        let authorization = format!("Bearer {key}");
        server.speak_with(&[("authorization", &authorization)], &json!({ "input": text })).audio()
    };
    let plain = said("sk-bob", TEXT);
    let mut add = program();
    add.args(["lexicon", "add", "Zorblaxian", "--alias", "river delta", "--client", "ann"])
        .arg("--config")
        .arg(&config)
        .arg("--data")
        .arg(server.data().path());
    let ended = run(&mut add, b"");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(said("sk-ann", TEXT) == said("sk-ann", ALIASED));
    assert!(said("sk-bob", TEXT) == plain);
}

#[test]
fn the_command_line_speaks_with_it_too() {
    let server = Server::start();
    lexicon(&server, &["add", "Zorblaxian", "--alias", "river delta"]);
    let speak = |text: &str| {
        let mut command = program();
        command.args(["speak", text, "-o", "-", "--format", "pcm", "--data"]).arg(server.data().path());
        let ended = run(&mut command, b"");
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        ended.stdout
    };
    assert!(speak(TEXT) == speak(ALIASED));
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("tried.pcm");
    lexicon(&server, &["test", TEXT, "-o", &file.to_string_lossy()]);
    assert!(std::fs::read(file).unwrap() == speak(TEXT));
}

#[test]
fn a_clients_lexicon_is_tried_without_a_row_in_the_clients_name() {
    let folder = TempDir::new().unwrap();
    let config = config(&folder, "[clients.ann]\nkeys = [{ env = \"ANN\" }]\n");
    let run = |arguments: &[&str]| {
        let mut command = program();
        command.args(arguments).arg("--config").arg(&config).arg("--data").arg(folder.path());
        let ended = run(&mut command, b"");
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    };
    let file = folder.path().join("tried.pcm");
    let tried = |text: &str| {
        run(&["lexicon", "test", text, "--client", "ann", "-o", &file.to_string_lossy()]);
        std::fs::read(&file).unwrap()
    };
    let plain = tried(TEXT);
    run(&["lexicon", "add", "Zorblaxian", "--alias", "mountain lake", "--client", "local"]);
    assert!(tried(TEXT) == plain, "not with the lexicon of whoever tries it");
    run(&["lexicon", "add", "Zorblaxian", "--alias", "river delta", "--client", "ann"]);
    let aliased = tried(TEXT);
    assert!(aliased != plain && aliased == tried(ALIASED), "as if the alias had been written");
    let rows = rows(&folder.path().join("soundboard.db"));
    assert_eq!(rows.len(), 4);
    assert!(rows.iter().all(|row| row["client"] == "local" && row["door"] == "cli"), "{rows:?}");
}

#[test]
fn phonemes_are_shown_as_kokoro_gets_them() {
    let folder = TempDir::new().unwrap();
    let lexicon = |arguments: &[&str]| {
        let mut command = program();
        let ended = run(command.arg("lexicon").args(arguments).arg("--data").arg(folder.path()), b"");
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        serde_json::from_slice::<Value>(&ended.stdout).unwrap()
    };
    let before = lexicon(&["test", "Nguyen", "--json"]);
    assert_eq!(before["applied"], json!([]));
    lexicon(&["add", "Nguyen", "--ipa", "ˈwɪn", "--json"]);
    let after = lexicon(&["test", "Nguyen's", "--json"]);
    assert_eq!(after["phonemes"]["en-US"], "wˈɪnz");
    assert_eq!(after["applied"][0]["client"], Value::Null);
    assert_ne!(after["phonemes"], before["phonemes"]);
}

#[test]
fn an_unmodified_sdk_brings_a_lexicon_of_its_own() {
    let server = Server::start();
    let seen = Sdk::OpenAiPython.play(&["lexicon", &server.base_url(), "any key"], None)["lexicon"].take();
    assert_eq!(seen["differs"], true, "{seen}");
    assert_eq!(seen["as_the_alias"], true, "{seen}");
    let refused = &seen["refused"];
    assert_eq!(refused["class"], "BadRequestError", "{seen}");
    assert_eq!(
        (&refused["param"], &refused["status"]),
        (&"soundboard.lexicon".into(), &400.into()),
        "{seen}"
    );
}

#[test]
fn nobodys_words_are_in_the_log() {
    let server = Server::with(|serve| {
        serve.args(["-vv", "--log-format", "json"]);
    });
    lexicon(&server, &["add", "marmalade", "--alias", "zeppelin"]);
    let of_request = json!({ "lexicon": [{ "word": "quarrel", "respelling": "WALRUS" }] });
    spoken(&server, &json!({ "input": "A marmalade quarrel.", "soundboard": of_request }));
    let wrong = json!({ "lexicon": [{ "word": "quarrel", "ipa": "ø walrus" }] });
    let refused = server.speak(&json!({ "input": "A marmalade quarrel.", "soundboard": wrong }));
    assert_eq!((refused.status(), refused.error()["param"].as_str()), (400, Some("soundboard.lexicon")));
    let kept = format!("{}{:?}{}", server.log(), server.rows_once(2), refused.error()).to_lowercase();
    for word in ["marmalade", "zeppelin", "quarrel", "walrus"] {
        assert!(!kept.contains(word), "{word:?} was kept: {kept}");
    }
}
