//! Machines without models, and machines without a network.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::harness::{SENTENCE, program, run};

/// The voice that speaks when none is named.
const VOICE: &str = "kokoro/voices/af_heart.bin";

/// The same command on a machine whose package registries cannot be reached.
fn offline(command: &mut Command) -> &mut Command {
    // Nothing listens on port 1, so every attempt fails at once.
    for (name, value) in [
        ("PIP_INDEX_URL", "http://127.0.0.1:1/simple"),
        ("PIP_CONFIG_FILE", "/dev/null"),
        ("PIP_RETRIES", "0"),
        ("PIP_NO_CACHE_DIR", "1"),
        ("npm_config_registry", "http://127.0.0.1:1/"),
        ("npm_config_fetch_retries", "0"),
    ] {
        command.env(name, value);
    }
    for name in
        ["PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"]
    {
        command.env_remove(name);
    }
    command
}

#[test]
fn offline_with_nothing_cached_one_line_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let (cache, output) = (folder.path().join("cache"), folder.path().join("hello.wav"));
    let mut speak = program();
    speak
        .args(["speak", SENTENCE, "-o"])
        .arg(&output)
        .arg("--cache")
        .arg(&cache)
        .arg("--data")
        .arg(folder.path());
    let ended = run(offline(&mut speak), b"");
    assert_eq!(ended.code, Some(5), "{}", ended.stderr);
    assert_eq!(ended.stderr.trim_end().lines().count(), 1, "{}", ended.stderr);
    assert!(ended.stderr.contains(&*cache.to_string_lossy()), "where it looked: {}", ended.stderr);
    assert!(ended.stderr.contains("models pull"), "what to do: {}", ended.stderr);
    assert!(!output.exists());
}

#[test]
fn what_is_cached_is_never_fetched_again() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("hello.wav");
    let mut speak = program();
    speak.args(["speak", SENTENCE, "-o"]).arg(&output).arg("--data").arg(folder.path());
    // Not even the clients are there.
    let ended = run(offline(&mut speak).env("PATH", folder.path()), b"");
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(output.exists());
    for command in ["pull", "verify", "list"] {
        let ended = run(offline(program().args(["models", command])).env("PATH", folder.path()), b"");
        assert_eq!(ended.code, Some(0), "{command}: {}", ended.stderr);
    }
}

#[test]
fn a_flipped_bit_is_found_before_it_is_parsed() {
    let folder = tempfile::tempdir().unwrap();
    let listed = run(program().args(["models", "list", "--json"]), b"");
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    let (models, cache) = (Path::new(listed["cache"].as_str().unwrap()), folder.path().join("cache"));
    copy(models, &cache);
    let voice = listed["files"].as_array().unwrap().iter().find(|file| file["name"] == VOICE).unwrap();
    let victim = cache.join(Path::new(voice["path"].as_str().unwrap()).strip_prefix(models).unwrap());
    let mut bytes = fs::read(&victim).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::remove_file(&victim).unwrap();
    fs::write(&victim, bytes).unwrap();

    let ended = run(offline(program().args(["models", "verify", "--cache"]).arg(&cache)), b"");
    assert_eq!(ended.code, Some(5), "{}", ended.stderr);
    assert!(ended.stderr.contains(VOICE), "{}", ended.stderr);
    let mut speak = program();
    speak.args(["speak", SENTENCE, "-o", "-", "--cache"]).arg(&cache).arg("--data").arg(folder.path());
    let ended = run(offline(&mut speak), b"");
    assert_eq!(ended.code, Some(5), "{}", ended.stderr);
    assert!(ended.stdout.is_empty());
}

/// Copies a folder; files are linked, since nobody writes into them.
fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let copy = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        if fs::hard_link(&file, &copy).is_err() {
            fs::copy(&file, &copy).unwrap();
        }
    }
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
