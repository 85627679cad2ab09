//! The program with its models, which it fetches when they are not in the user's cache.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::iter;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use inference::models::default_cache_dir;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{journal_holds, names_in, program, run, world};

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

#[test]
fn what_is_left_out_is_said() {
    let world = world();
    let speak = |text: &str, more: &[&str]| {
        let ended = run(with_models(&world).args(["speak", text, "-o", "hi.wav"]).args(more));
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        ended
    };
    assert_eq!(speak("Hi 你好.", &[]).stderr, "left out: script:han\n");
    assert_eq!(speak("Hi.", &[]).stderr, "");
    for (text, dropped) in [("Hi 你好.", json!(["script:han"])), ("Hi.", json!([]))] {
        let summary: Value = serde_json::from_str(&speak(text, &["--json"]).stdout).expect("JSON");
        assert_eq!(summary["dropped"], dropped, "{summary}");
    }
}

/// Tells a child what a terminal or a supervisor would.
fn signal(child: &Child, name: &str) {
    let told = Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(told.expect("kill is installed").success());
}

/// Asks again and again, for a minute at least.
fn eventually<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let asked = iter::repeat_with(|| {
        thread::park_timeout(Duration::from_millis(5));
        found()
    });
    asked.take(12_000).flatten().next().unwrap_or_else(|| panic!("no {what} within a minute"))
}

#[test]
fn each_way_to_end_it_leaves_no_half_file_but_a_row() {
    for (name, code) in [("-HUP", 129), ("-INT", 130), ("-TERM", 143)] {
        let world = world();
        let text = "All that is said here takes a while. ".repeat(200);
        let mut child =
            with_models(&world).args(["speak", &text, "-o", "long.pcm"]).spawn().expect("it starts");
        eventually("sound", || {
            let mut parts = names_in(world.path()).into_iter().filter(|name| name.ends_with(".part"));
            let part = fs::metadata(world.path().join(parts.next()?)).ok()?;
            (part.len() > 0).then_some(())
        });
        signal(&child, name);
        assert_eq!(child.wait().expect("it ends").code(), Some(code), "{name}");
        assert_eq!(names_in(world.path()), ["data"], "{name}");
        assert!(journal_holds(&world, "hung_up"), "{name}");
    }
}

#[test]
fn a_program_that_outlives_its_terminal_goes_on() {
    let world = world();
    let speak = with_models(&world);
    let text = "All that is said here takes a while. ".repeat(5);
    let mut child = Command::new("nohup");
    child.arg(speak.get_program()).args(["speak", &text, "-o", "whole.pcm"]).current_dir(world.path());
    for (name, value) in speak.get_envs() {
        match value {
            Some(value) => child.env(name, value),
            None => child.env_remove(name),
        };
    }
    let mut child = child.stdin(Stdio::null()).spawn().expect("nohup is installed");
    eventually("file", || names_in(world.path()).iter().any(|name| name.ends_with(".part")).then_some(()));
    signal(&child, "-HUP");
    assert!(child.wait().expect("it ends").success());
    assert!(world.path().join("whole.pcm").is_file());
}

#[test]
fn without_a_file_the_text_is_heard() {
    let world = world();
    let (player, heard) = (world.path().join("aplay"), world.path().join("heard.wav"));
    fs::write(&player, "#!/bin/sh\ncat > heard.wav\n").expect("it is written");
    fs::set_permissions(&player, fs::Permissions::from_mode(0o755)).expect("it may be run");
    let usual = std::env::var_os("PATH").unwrap_or_default();
    let path =
        std::env::join_paths(std::iter::once(world.path().to_owned()).chain(std::env::split_paths(&usual)));
    let ended = run(with_models(&world).args(["speak", "Hi."]).env("PATH", path.expect("no colon in it")));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(fs::read(heard).expect("it was played").starts_with(b"RIFF"));
}

#[test]
fn a_second_signal_ends_a_server_at_once_and_keeps_its_rows() {
    let world = world();
    let mut child = with_models(&world)
        .args(["serve", "--listen", "localhost:0", "--log-format", "json"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
    let mut says = |words: &str| {
        let line = lines.find_map(|line| line.ok().filter(|line| line.contains(words)));
        line.unwrap_or_else(|| panic!("it never says {words:?}"))
    };
    let line = says("listening on http://");
    let address = line.split("http://").nth(1).and_then(|rest| rest.split('"').next()).expect("an address");
    says("ready to speak");

    let text = "All that is said here takes a while. ".repeat(100);
    let body =
        json!({ "model": "tts-1", "voice": "alloy", "response_format": "pcm", "input": text }).to_string();
    let mut stream = TcpStream::connect(address).expect("it listens");
    write!(
        stream,
        "POST /v1/audio/speech HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .expect("it is sent");
    let mut head = [0; 2000];
    stream.read_exact(&mut head).expect("sound arrives");
    assert!(head.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&head));

    signal(&child, "-TERM");
    says("a second signal ends at once");
    signal(&child, "-TERM");
    assert_eq!(child.wait().expect("it ends").code(), Some(143));
    assert!(journal_holds(&world, "overloaded"), "the row of what was broken off");
}
