//! Usage, configuration, errors and exit codes, as far as they need no model.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The program in a world of its own: no settings, no models, no registry to fetch them from.
pub(super) fn program(world: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_voice-soundboard"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("VOICE_SOUNDBOARD_") {
            command.env_remove(name);
        }
    }
    command
        .current_dir(world.path())
        .env("VOICE_SOUNDBOARD_CACHE", world.path().join("cache"))
        .env("VOICE_SOUNDBOARD_DATA", world.path().join("data"))
        .env("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
        .env("PIP_RETRIES", "0")
        .env("npm_config_registry", "http://127.0.0.1:1/")
        .env("npm_config_fetch_retries", "0")
        .stdin(Stdio::null());
    command
}

pub(super) struct Ended {
    pub(super) code: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

pub(super) fn run(command: &mut Command) -> Ended {
    let output = command.output().expect("the program starts");
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

pub(super) fn ran(world: &TempDir, arguments: &[&str]) -> Ended {
    run(program(world).args(arguments))
}

pub(super) fn world() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

/// It ended with that code and one line that begins with `error:` and holds these words.
pub(super) fn complains(ended: &Ended, code: i32, words: &[&str]) {
    assert_eq!(ended.code, Some(code), "{}", ended.stderr);
    assert_eq!(ended.stderr.lines().count(), 1, "one line: {}", ended.stderr);
    assert!(ended.stderr.starts_with("error: "), "{}", ended.stderr);
    for word in words {
        assert!(ended.stderr.contains(word), "{word:?} in {}", ended.stderr);
    }
    assert_eq!(ended.stdout, "");
}

pub(super) fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("it is a directory");
    entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect()
}

/// Whether the journal holds a row with that outcome: SQLite keeps short texts as they are.
pub(super) fn journal_holds(world: &TempDir, outcome: &str) -> bool {
    let files = fs::read_dir(world.path().join("data")).expect("the journal is there");
    let mut contents = files.map(|file| fs::read(file.expect("an entry").path()).expect("it is read"));
    contents.any(|bytes| bytes.windows(outcome.len()).any(|window| window == outcome.as_bytes()))
}

#[test]
fn help_teaches() {
    let world = world();
    let help = ran(&world, &["--help"]);
    assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""));
    for word in ["Examples:", "Exit codes:", "missing model", "serve", "doctor", "VOICE_SOUNDBOARD_LISTEN"] {
        assert!(help.stdout.contains(word), "{word:?} in {}", help.stdout);
    }
    let speak = ran(&world, &["speak", "--help"]);
    for command in ["say-as", "lexicon"] {
        let help = ran(&world, &[command, "--help"]);
        assert!(help.stdout.contains("Examples:"), "{}", help.stdout);
    }
    assert!(speak.stdout.contains("af_bella(2)+af_sky(1)") && speak.stdout.contains("--timings"));
    assert_eq!(
        ran(&world, &["--version"]).stdout.trim(),
        concat!("voice-soundboard ", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn a_wrong_command_line_is_one_line_with_a_way_out() {
    let world = world();
    complains(&ran(&world, &[]), 2, &["--help"]);
    complains(&ran(&world, &["sing"]), 2, &["sing", "--help"]);
    complains(&ran(&world, &["speak"]), 2, &["<TEXT>", "--file", "'-'"]);
    complains(&ran(&world, &["speak", "-o", "x.mp3"]), 2, &["<TEXT>", "'-' to read standard input"]);
    complains(&ran(&world, &["speak", "Hi.", "--voise", "x"]), 2, &["--voise", "--voice"]);
    complains(&ran(&world, &["speak", "Hi.", "--file", "f"]), 2, &["--file"]);
    complains(&ran(&world, &["speak", "Hi.", "-o", "x", "--format", "midi"]), 2, &["midi", "flac"]);
    complains(&ran(&world, &["speak", "Hi.", "-o", "x.midi"]), 2, &["x.midi", "flac", "ogg", "--format"]);
    complains(
        &ran(&world, &["speak", "Hi.", "-o", "x.wav", "--format", "mp3"]),
        2,
        &["x.wav says wav", "--format says mp3"],
    );
    complains(&ran(&world, &["speak", "--file", "absent.txt", "-o", "x.wav"]), 2, &["absent.txt"]);
    let nowhere = ran(&world, &["speak", "Hi.", "-o", "absent/x.wav"]);
    complains(&nowhere, 2, &["absent/x.wav", "the directory absent does not exist"]);
    assert!(!nowhere.stderr.contains(".part"), "{}", nowhere.stderr);
    complains(&ran(&world, &["speak", "Hi.", "-o", "-", "--timings", "-"]), 2, &["standard output"]);
    complains(&ran(&world, &["serve", "--listen", "8080"]), 2, &["8080", "like 127.0.0.1:8080"]);
    assert!(names_in(world.path()).is_empty(), "nothing was opened for it");
}

#[test]
fn without_a_sound_card_a_way_out_is_named() {
    let world = world();
    let ended = run(program(&world).args(["speak", "Hi."]).env("PATH", world.path()));
    complains(&ended, 2, &["aplay", "-o FILE"]);
}

#[test]
fn what_cannot_be_spoken_is_refused_before_a_model_is_fetched() {
    let world = world();
    fs::write(world.path().join("latin1.txt"), b"caf\xe9").expect("it is written");
    complains(&ran(&world, &["speak", " ", "-o", "x.wav"]), 3, &["empty"]);
    complains(&ran(&world, &["speak", "Hi.", "--speed", "0", "-o", "x.wav"]), 3, &["0.25"]);
    complains(&ran(&world, &["speak", "Hi.", "--speed", "NaN", "-o", "x.wav"]), 3, &["0.25"]);
    complains(&ran(&world, &["speak", "Hi.", "--speed", "-1", "-o", "x.wav"]), 3, &["0.25"]);
    complains(&ran(&world, &["speak", "--file", "latin1.txt", "-o", "x.wav"]), 2, &["UTF-8", "byte 3"]);
    complains(
        &ran(&world, &["speak", "Hi.", "--voice", "nobody", "-o", "x.wav"]),
        3,
        &["nobody", "af_heart"],
    );
    complains(
        &ran(&world, &["speak", "Hi.", "--model", "nonsense", "-o", "x.wav"]),
        3,
        &["nonsense", "kokoro"],
    );
    complains(&ran(&world, &["speak", "Hi.", "--voice", "jf_alpha", "-o", "x.wav"]), 3, &["Japanese"]);
    complains(&ran(&world, &["speak", "Hi.", "--voice", "af_sky(x)", "-o", "x.wav"]), 3, &["weight"]);
    for outcome in
        ["invalid_text", "invalid_parameter", "unknown_model", "unknown_voice", "voice_unavailable"]
    {
        assert!(journal_holds(&world, outcome), "{outcome}");
    }
    let mut left = names_in(world.path());
    left.sort();
    assert_eq!(left, ["data", "latin1.txt"], "no sound, no cache of models");
}

#[test]
fn with_json_an_error_is_the_native_body() {
    let world = world();
    let ended = ran(&world, &["--json", "speak", "Hi.", "--speed", "9", "-o", "-"]);
    let body: Value = serde_json::from_str(&ended.stderr).expect("JSON");
    assert_eq!(ended.code, Some(3));
    assert_eq!(
        (&body["error"]["code"], &body["error"]["param"]),
        (&"invalid_parameter".into(), &"speed".into())
    );
    for field in ["message", "allowed", "request_id"] {
        assert!(body["error"].get(field).is_some(), "{field} in {body}");
    }
    let usage = ran(&world, &["sing", "--json"]);
    let body: Value = serde_json::from_str(&usage.stderr).expect("JSON");
    assert_eq!((usage.code, &body["error"]["code"]), (Some(2), &"usage".into()));
}

#[test]
fn offline_with_nothing_cached_the_error_names_file_place_and_remedy() {
    let world = world();
    let cache = world.path().join("cache");
    let ended = ran(&world, &["speak", "Hello.", "-o", "hello.wav"]);
    complains(&ended, 5, &[&cache.to_string_lossy(), "voice-soundboard models pull"]);
    assert!(!names_in(world.path()).iter().any(|name| name.contains("wav") || name.contains("part")));

    assert!(journal_holds(&world, "model_missing"));

    let verify = ran(&world, &["models", "verify"]);
    assert_eq!(verify.code, Some(5));
    assert!(verify.stdout.contains("missing"), "{}", verify.stdout);
    let last = verify.stdout.lines().last().unwrap_or_default();
    assert!(last.starts_with("0 of ") && last.ends_with(" are right"), "{last}");
    let list = ran(&world, &["models", "list", "--json"]);
    let listed: Value = serde_json::from_str(&list.stdout).expect("JSON");
    assert!(
        listed["files"].as_array().is_some_and(|files| files.iter().all(|file| file["state"] == "missing"))
    );

    let doctor = ran(&world, &["doctor"]);
    assert_eq!(doctor.code, Some(5), "{}", doctor.stdout);
    assert!(doctor.stdout.contains("NEEDED"), "{}", doctor.stdout);
    let total = listed["files"].as_array().map_or(0, Vec::len);
    assert!(doctor.stdout.contains(&format!("{total} of {total} files missing")), "{}", doctor.stdout);
    assert_eq!(doctor.stdout.matches("models pull").count(), 1, "said once: {}", doctor.stdout);
}

#[test]
fn voices_are_listed_without_a_model() {
    let world = world();
    let british = ran(&world, &["voices", "--language", "en-GB", "--gender", "male"]);
    assert_eq!(british.code, Some(0), "{}", british.stderr);
    assert!(british.stdout.contains("kokoro:bm_george") && british.stdout.contains("ballad"));
    assert!(!british.stdout.contains("bf_emma") && !british.stdout.contains("am_echo"));
    let all: Value = serde_json::from_str(&ran(&world, &["voices", "--json"]).stdout).expect("JSON");
    assert_eq!(all["total"], 54);
    let japanese = ran(&world, &["voices", "--language", "ja"]);
    assert!(japanese.stdout.contains("Japanese cannot be"), "{}", japanese.stdout);
}

#[test]
fn the_effective_configuration_is_printed_without_secrets() {
    let world = world();
    let file = world.path().join("config.toml");
    fs::write(&file, "listen = '127.0.0.1:9999'\n[clients.app]\nkeys = [{ env = 'APP_KEY' }]")
        .expect("it is written");
    let check = |command: &mut Command| run(command.args(["config", "check", "--config"]).arg(&file));

    let ended =
        check(program(&world).env("APP_KEY", "sk-1234").env("VOICE_SOUNDBOARD_HTTP__MAX_IN_FLIGHT", "7"));
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let printed: toml::Table = ended.stdout.parse().expect("what is printed is a configuration");
    assert_eq!(printed["listen"].as_str(), Some("127.0.0.1:9999"));
    assert_eq!(printed["http"]["max_in_flight"].as_integer(), Some(7));
    assert!(ended.stdout.contains("APP_KEY") && !ended.stdout.contains("sk-1234"));
    let url = "redis://:hush@redis.internal:6379/1";
    let ended = check(program(&world).env("APP_KEY", "sk-1234").env("VOICE_SOUNDBOARD_REDIS", url));
    assert!(ended.stdout.contains("redis.internal:6379/1") && !ended.stdout.contains("hush"));

    complains(&check(&mut program(&world)), 2, &["APP_KEY", "not set"]);
    fs::write(&file, "[clients.app]\nkeys = ['sk-1234']").expect("it is written");
    let ended = check(&mut program(&world));
    complains(&ended, 2, &["line 2", "env"]);
    assert!(!ended.stderr.contains("sk-1234"));
    fs::write(&file, "[clients]\napp = 'sk-1234'").expect("it is written");
    let ended = check(&mut program(&world));
    complains(&ended, 2, &["line 2", "expected a table"]);
    assert!(!ended.stderr.contains("sk-1234"));
    for (wrong, word) in [
        ("[voices]\nnarrator = 'nobody'", "narrator"),
        ("[voices]\nnarrator = 'jf_alpha'", "narrator"),
        (
            "[clients.app]\nkeys = [{ env = 'PATH' }]\n[clients.app.voices]\nhost = 'nobody'",
            "[clients.app.voices] host",
        ),
        ("[clients.app]\nkeys = [{ env = 'PATH' }]\npolicy = 'nearest'", "local-only"),
        ("[backends]", "[backends]"),
        ("[backends.'a:b']\nkind = 'kokoro'", "a:b"),
        ("[backends.kokoro]\nkind = 'gramophone'", "expected \"kokoro\""),
        ("[http]\ncors_origins = ['app.example']", "app.example"),
        ("[models]\nmanifest = 'own.toml'", "public_key"),
        ("[routing]\nhedge = 95.0", "from 0.5 to 0.999"),
        ("[routing]\nhedge = nan", "from 0.5 to 0.999"),
        ("redis = 'localhost:6379'", "rediss://"),
        ("[cache]\nredis_seconds = 5", "set redis"),
    ] {
        fs::write(&file, wrong).expect("it is written");
        complains(&check(&mut program(&world)), 2, &[word]);
    }
    fs::write(&file, "\nlisten_on = 1").expect("it is written");
    complains(&check(&mut program(&world)), 2, &["line 2", "\"listen_on\"", "\"listen\""]);
}

#[test]
fn a_server_without_keys_is_not_opened_to_the_network() {
    let world = world();
    complains(&ran(&world, &["serve", "--listen", "0.0.0.0:0"]), 2, &["keys", "127.0.0.1"]);
}

#[test]
fn a_manifest_of_ones_own_must_be_signed_by_the_pinned_key() {
    let world = world();
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../config/models.toml");
    fs::copy(manifest, world.path().join("own.toml")).expect("it is copied");
    let made = ran(&world, &["models", "keygen", "--json"]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let made: Value = serde_json::from_str(&made.stdout).expect("JSON");
    complains(&ran(&world, &["models", "keygen"]), 2, &["models.key"]);

    let own = |command: &[&str]| {
        let key = made["public_key"].as_str().expect("a key");
        run(program(&world)
            .args(command)
            .env("VOICE_SOUNDBOARD_MODELS__MANIFEST", "own.toml")
            .env("VOICE_SOUNDBOARD_MODELS__PUBLIC_KEY", key))
    };
    complains(&own(&["models", "list"]), 2, &["own.toml.minisig"]);
    assert_eq!(ran(&world, &["models", "sign", "own.toml"]).code, Some(0));
    assert_eq!(own(&["models", "list"]).code, Some(0));
    fs::write(world.path().join("own.toml"), "# changed afterwards").expect("it is written");
    complains(&own(&["models", "list"]), 2, &["not what was signed"]);
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let world = world();
    let mut child = program(&world)
        .args(["voices", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().expect("a pipe").read_to_string(&mut said).expect("UTF-8");
    assert_eq!((child.wait().expect("it ends").code(), said.as_str()), (Some(0), ""));
}

#[test]
fn a_server_answers_while_its_models_are_still_missing_and_ends_when_they_cannot_be_had() {
    let world = world();
    let mut child = program(&world)
        .args(["serve", "--listen", "127.0.0.1:0", "--log-format", "json"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let lines: Vec<String> = BufReader::new(child.stderr.take().expect("a pipe"))
        .lines()
        .map(|line| line.expect("UTF-8"))
        .collect();
    assert_eq!(child.wait().expect("it ends").code(), Some(5), "{lines:?}");
    let logged: Vec<Value> = lines.iter().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let says = |words: &str| {
        logged.iter().any(|line| line["message"].as_str().is_some_and(|said| said.contains(words)))
    };
    assert!(says("listening on http://127.0.0.1:") && says("no keys configured"), "{lines:?}");
    assert!(lines.last().is_some_and(|line| line.contains("models pull")), "{lines:?}");
    assert!(!says("stopping"), "nobody asked it to: {lines:?}");
}

#[test]
fn the_cache_flag_comes_before_its_variable() {
    let world = world();
    let ended = run(program(&world).args(["models", "list", "--cache", "elsewhere", "--json"]));
    let listed: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!(listed["cache"], "elsewhere");
}

#[test]
fn a_cache_that_is_named_by_no_whole_path_counts_as_not_named() {
    let world = world();
    for nothing in ["", "elsewhere"] {
        let ended = run(program(&world)
            .args(["models", "list", "--json"])
            .env("VOICE_SOUNDBOARD_CACHE", nothing)
            .env("XDG_CACHE_HOME", world.path()));
        let listed: Value = serde_json::from_str(&ended.stdout).expect("JSON");
        assert_eq!(listed["cache"], world.path().join("voice-soundboard").to_string_lossy().as_ref());
    }
}
