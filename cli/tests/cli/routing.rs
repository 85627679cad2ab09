//! Who can speak, and who would, from the command line. Nobody is asked to speak, and no model is needed.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::accounts::{said, told};
use crate::program::{complains, names_in, ran, world};

/// A world with Kokoro and, beside it, a vendor that cannot be reached but whose voices are known.
fn two_backends() -> TempDir {
    let world = world();
    let config = "[backends.kokoro]\nkind = 'kokoro'\n\
                  [backends.openai]\nkind = 'openai'\nbase_url = 'http://127.0.0.1:1/v1'\nmodels = ['tts-1']\nvoices = ['alloy', 'nova']\n\
                  [voices]\nhost = 'openai:alloy'\n\
                  [clients.kiosk]\nkeys = [{ env = 'KIOSK' }]\npolicy = 'local-only'\n\
                  [clients.kiosk.voices]\nhost = 'kokoro:af_sky'\n";
    fs::write(world.path().join("c.toml"), config).expect("it is written");
    world
}

fn route(world: &TempDir, more: &[&str]) -> Value {
    told(world, &[&["--config", "c.toml", "route"], more].concat())
}

fn ids(route: &Value, list: &str) -> Vec<String> {
    let named = route[list].as_array().expect("a list").iter();
    named.map(|one| one["id"].as_str().expect("an id").to_owned()).collect()
}

#[test]
fn voices_are_filtered_paged_and_told_as_json() {
    let world = world();
    let page = told(&world, &["voices", "--language", "en", "--gender", "female", "--limit", "5"]);
    let voices = page["voices"].as_array().expect("a list");
    assert_eq!(voices.len(), 5);
    for voice in voices {
        assert_eq!((&voice["gender"], &voice["backend"]), (&json!("female"), &json!("kokoro")), "{voice}");
        assert!(voice["languages"][0].as_str().is_some_and(|tag| tag.starts_with("en")), "{voice}");
    }
    let total = page["total"].as_u64().expect("a number");
    assert_eq!(page["facets"]["gender"]["female"].as_u64(), Some(total), "{}", page["facets"]);
    let cursor = page["next_cursor"].as_str().expect("there are more");
    let line = ["voices", "--language", "en", "--gender", "female", "--limit", "5", "--cursor", cursor];
    let next = told(&world, &line);
    assert!(next["voices"].as_array().is_some_and(|more| more.iter().all(|voice| !voices.contains(voice))));
    assert!(said(&world, &["voices", "--limit", "5"]).contains("5 of 54; more: --cursor "));
    assert!(said(&world, &["voices", "--q", "goerge"]).contains("kokoro:bm_george"), "a typo is forgiven");
    complains(&ran(&world, &["voices", "--gender", "red"]), 3, &["gender", "female"]);
    complains(&ran(&world, &["voices", "--limit", "0"]), 3, &["1 to 500"]);
}

#[test]
fn a_route_is_told_in_words_and_as_the_api_tells_it() {
    let world = two_backends();
    let told = route(&world, &["openai:alloy", "--characters", "10"]);
    assert_eq!((&told["policy"], &told["fallback"]), (&json!("exact"), &json!("before-audio")));
    assert_eq!(
        (&told["chosen"], ids(&told, "candidates")),
        (&json!("openai:alloy"), vec!["openai:alloy".into()])
    );
    let candidate = &told["candidates"][0];
    assert_eq!((&candidate["score"], &candidate["local"]), (&json!(1.0), &json!(false)));
    assert_eq!(candidate["most_nanos"], json!(10 * 15_000), "{candidate}");

    let alloy = route(&world, &["alloy", "--text", "Hi."]);
    assert_eq!(alloy["policy"], "equivalent");
    let candidates = ids(&alloy, "candidates");
    assert_eq!(candidates[0], "openai:alloy");
    assert!(candidates.len() > 1 && candidates[1].starts_with("kokoro:"), "{candidates:?}");
    let local = route(&world, &["alloy", "--policy", "local-only"]);
    assert_eq!(local["rejected"][0]["filter"], "local", "{local}");
    assert!(local["chosen"].as_str().is_some_and(|id| id.starts_with("kokoro:")), "{local}");

    let words = said(
        &world,
        &["--config", "c.toml", "route", "alloy", "--policy", "local-only", "--fallback", "none"],
    );
    let lines: Vec<&str> = words.lines().collect();
    assert_eq!(lines[0], "policy local-only, fallback none");
    assert!(lines[1].starts_with("VOICE") && lines[2].starts_with("kokoro:"), "{words}");
    assert!(words.contains("openai:alloy  not by local"), "{words}");
    assert!(!names_in(world.path()).contains(&"cache".into()), "no model is fetched");
}

#[test]
fn a_route_that_cannot_be_is_refused_with_the_way_out() {
    let world = two_backends();
    let route = |more: &[&str]| ran(&world, &[&["--config", "c.toml", "route"], more].concat());
    complains(&route(&["alloy", "--policy", "nearest"]), 2, &["nearest", "local-only, weighted"]);
    complains(&route(&["alloy", "--fallback", "perhaps"]), 2, &["none, before-audio, resume"]);
    complains(&route(&["alloy", "--characters", "0"]), 2, &["100000"]);
    complains(&route(&["alloy", "--text", "Hi.", "--characters", "5"]), 2, &["--characters"]);
    complains(&route(&["ghost"]), 3, &["\"ghost\"", "af_heart"]);
    complains(&route(&["alloy", "--model", "ghost"]), 3, &["\"ghost\"", "tts-1"]);
    complains(&route(&["alloy", "--client", "ghost"]), 3, &["\"ghost\"", "clients list"]);
}

#[test]
fn a_route_is_that_of_the_client_who_asks() {
    let world = two_backends();
    assert_eq!(route(&world, &["host"])["chosen"], "openai:alloy");
    let kiosk = route(&world, &["host", "--client", "kiosk"]);
    assert_eq!((&kiosk["policy"], &kiosk["chosen"]), (&json!("local-only"), &json!("kokoro:af_sky")));
    let line = ["--config", "c.toml", "route", "host", "--client", "kiosk", "--policy", "cheapest"];
    complains(&ran(&world, &line), 3, &["this machine only", "local-only"]);

    said(&world, &["clients", "create", "newsroom", "--fallback", "none"]);
    said(&world, &["clients", "alias", "newsroom", "host", "kokoro:bm_george"]);
    let newsroom = route(&world, &["host", "--client", "newsroom"]);
    assert_eq!((&newsroom["fallback"], &newsroom["chosen"]), (&json!("none"), &json!("kokoro:bm_george")));
    assert_eq!(newsroom["candidates"][0]["reason"], "alias");
    said(&world, &["clients", "set", "newsroom", "--policy", "local-only"]);
    assert_eq!(route(&world, &["openai:alloy", "--client", "newsroom"])["rejected"][0]["filter"], "local");
}
