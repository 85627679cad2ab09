//! The program with its models, which it fetches when they are not in the user's cache.

use std::process::Command;

use inference::models::default_cache_dir;
use tempfile::TempDir;

use crate::program::{names_in, program, run, world};

/// The program in a world of its own, but with the user's models.
fn with_models(world: &TempDir) -> Command {
    let mut command = program(world);
    command.env("VOICE_SOUNDBOARD_CACHE", default_cache_dir(|name| std::env::var_os(name)).expect("a home"));
    for client in ["PIP_INDEX_URL", "PIP_RETRIES", "npm_config_registry", "npm_config_fetch_retries"] {
        match std::env::var_os(client) {
            Some(value) => command.env(client, value),
            None => command.env_remove(client),
        };
    }
    command
}

#[test]
fn onnx_runtime_sends_nothing_to_its_maker() {
    let world = world();
    let caches = world.path().join("caches");
    let ended = run(with_models(&world)
        .args(["speak", "Hi.", "-o", "hi.wav"])
        .env("XDG_CACHE_HOME", &caches)
        .env_remove("ORT_DISABLE_TELEMETRY"));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(world.path().join("hi.wav").is_file(), "the library was loaded and used");
    // What it would send it first writes here, under its maker's name.
    assert!(!caches.join("Microsoft").exists(), "{:?}", names_in(&caches));
}
