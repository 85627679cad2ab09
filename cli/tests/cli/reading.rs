//! How texts are read and words are said, as far as that needs no model.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{complains, names_in, program, ran, run, world};

/// What was printed by a command that must have worked.
fn printed(world: &TempDir, arguments: &[&str]) -> String {
    let ended = ran(world, arguments);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    ended.stdout
}

fn printed_json(world: &TempDir, arguments: &[&str]) -> Value {
    serde_json::from_str(&printed(world, &[arguments, &["--json"]].concat())).expect("JSON")
}

#[test]
fn what_would_be_said_is_shown_with_its_places() {
    let world = world();
    fs::write(world.path().join("text.md"), "Zoë paid *$5*, `twice`.").expect("it is written");
    let shown = printed(&world, &["say-as", "text.md", "--markup", "code=skip"]);
    assert!(shown.starts_with("Zoë paid five dollars"), "{shown}");
    assert!(!shown.contains("twice"), "{shown}");
    assert!(shown.lines().any(|line| line == "10+2  \"$5\" -> \"five dollars\"  (money)"), "{shown}");

    let date = |language: &str| printed(&world, &["say-as", "--text", "3/4/2024", "--language", language]);
    assert!(date("en-US").starts_with("March") && date("en-GB").contains("April"), "{}", date("en-GB"));

    let body = printed_json(&world, &["say-as", "--text", "Hi, $5."]);
    assert_eq!(
        body["tokens"][1],
        json!({ "text": "$5", "class": "money", "said": "five dollars", "offset": 4, "length": 2,
                "said_offset": 4, "said_length": 12 })
    );
    assert_eq!(body["dropped"], json!([]));
    let dropped = |text: &str| printed_json(&world, &["say-as", "--text", text])["dropped"].clone();
    assert_eq!(dropped("Hello, 漢字."), json!(["script:han"]));
    assert!(printed(&world, &["say-as", "--text", "Hello, 漢字."]).contains("left out: script:han"));
    assert!(!names_in(world.path()).contains(&"cache".to_owned()), "no model is fetched for it");
}

#[test]
fn what_cannot_be_shown_is_refused() {
    let world = world();
    complains(&ran(&world, &["say-as"]), 2, &["<FILE>", "--help"]);
    complains(&ran(&world, &["say-as", "absent.txt"]), 2, &["absent.txt"]);
    complains(&ran(&world, &["say-as", "--text", " "]), 3, &["empty"]);
    complains(&ran(&world, &["say-as", "--text", "a", "--language", "de"]), 2, &["en-US", "en-GB"]);
    complains(&ran(&world, &["say-as", "--text", "a", "--markup", "code=omit"]), 2, &["omit", "announce"]);
    complains(&ran(&world, &["speak", "a", "-o", "a.wav", "--markup", "code"]), 2, &["PART=MANNER"]);
}

#[test]
fn an_entry_is_added_tried_listed_and_removed() {
    let world = world();
    printed(&world, &["lexicon", "add", "W3C", "--alias", "web council"]);
    printed(&world, &["lexicon", "add", "Nguyen", "--ipa", "ˈwɪn", "--client", "local"]);
    let tried = printed(&world, &["lexicon", "test", "Nguyen's W3C."]);
    for line in ["\"W3C\" -> \"web council\"  (alias of everyone)", "(ipa of local)", "models pull"] {
        assert!(tried.contains(line), "{line} in {tried}");
    }
    assert!(printed(&world, &["lexicon", "test", "hello"]).contains("no entry applies"));
    assert!(printed(&world, &["say-as", "--text", "the W3C"]).starts_with("the web council\n"));

    let both = json!([{ "client": null, "word": "W3C", "alias": "web council" },
                      { "client": "local", "word": "Nguyen", "ipa": "ˈwɪn" }]);
    assert_eq!(printed_json(&world, &["lexicon", "list"])["entries"], both);
    let own = printed(&world, &["lexicon", "list", "--client", "local"]);
    assert!(own.contains("Nguyen") && !own.contains("W3C"), "{own}");

    complains(&ran(&world, &["lexicon", "remove", "Nguyen"]), 3, &["everyone", "lexicon list"]);
    printed(&world, &["lexicon", "remove", "Nguyen", "--client", "local"]);
    printed(&world, &["lexicon", "remove", "W3C"]);
    assert_eq!(printed_json(&world, &["lexicon", "list"]), json!({ "entries": [] }));
}

#[test]
fn an_entry_that_could_not_be_said_is_refused() {
    let world = world();
    let add = |saying: &[&str]| ran(&world, &[&["lexicon", "add"], saying].concat());
    complains(&add(&["Køge", "--ipa", "ˈkø"]), 3, &["English IPA", "character 2"]);
    complains(&add(&["X", "--alias", "?!"]), 3, &["alias", "letter or digit"]);
    complains(&add(&["...", "--alias", "x"]), 3, &["without a letter, digit or sign"]);
    complains(&add(&["X"]), 2, &["--alias", "--respelling", "--ipa"]);
    complains(&add(&["X", "--alias", "x", "--ipa", "x"]), 2, &["--alias", "--ipa"]);
    complains(&add(&["X", "--alias", "x", "--client", "bob"]), 2, &["bob", "local", "--client"]);
    let config = world.path().join("config.toml");
    fs::write(&config, "[clients.app]\nkeys = [{ env = 'APP_KEY' }]").expect("it is written");
    let mut with_clients = program(&world);
    with_clients.args(["lexicon", "add", "X", "--alias", "x", "--client", "bob", "--config"]).arg(&config);
    complains(&run(&mut with_clients), 2, &["bob", "app, local"]);
    let mut of_app = program(&world);
    of_app.args(["lexicon", "add", "X", "--alias", "x", "--client", "app", "--config"]).arg(&config);
    assert_eq!(run(&mut of_app).code, Some(0));
}

#[test]
fn a_list_is_imported_whole_or_not_at_all() {
    let world = world();
    let import = |text: &str| {
        fs::write(world.path().join("list.tsv"), text).expect("it is written");
        ran(&world, &["lexicon", "import", "list.tsv"])
    };
    complains(&import("GIF\talias\tgift\nSQL\tsaying\tsequel"), 2, &["line 2", "respelling"]);
    complains(&import("GIF\talias\tgift\n\nKøge\tipa\tˈkø"), 3, &["Line 3", "character 2"]);
    assert_eq!(printed_json(&world, &["lexicon", "list"]), json!({ "entries": [] }));
    // With the mark that some editors put first.
    assert_eq!(import("\u{FEFF}# ours\nGIF\talias\tgift\n\nSQL\trespelling\tSEE-kwul\n").code, Some(0));
    assert!(printed(&world, &["say-as", "--text", "a GIF"]).starts_with("a gift\n"));
}

#[test]
fn a_lexicon_has_a_limit_for_each_client_and_for_everyone() {
    let world = world();
    let lines = |numbers: std::ops::Range<usize>| -> String {
        numbers.map(|number| format!("word{number}\talias\tspoken\n")).collect()
    };
    let import = |text: &str, whose: &[&str]| {
        fs::write(world.path().join("list.tsv"), text).expect("it is written");
        ran(&world, &[&["lexicon", "import", "list.tsv"], whose].concat())
    };
    for whose in [&[][..], &["--client", "local"]] {
        assert_eq!(import(&lines(0..9_999), whose).code, Some(0));
        complains(&import(&lines(9_999..10_001), whose), 3, &["10001 entries", "at most 10000"]);
        let add = |word: &str| ran(&world, &[&["lexicon", "add", word, "--alias", "x"], whose].concat());
        assert_eq!(add("word9999").code, Some(0), "all of the two were refused");
        complains(&add("word10000"), 3, &["10001 entries", "at most 10000"]);
        assert_eq!(add("word0").code, Some(0), "instead of one that was there");
    }
    let listed = printed_json(&world, &["lexicon", "list"]);
    assert_eq!(listed["entries"].as_array().map(Vec::len), Some(20_000));
}
