//! The program as a person runs it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::process::Signal;
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::process::signal;
use crate::harness::tools::{decode, rows};
use crate::harness::{Ended, SENTENCE, eventually, pcm_seconds, plausible, program, run, text_of};

/// `speak` with a journal of its own.
fn speak(folder: &TempDir) -> Command {
    let mut command = program();
    command.arg("speak").arg("--data").arg(folder.path().join("data"));
    command
}

fn well(ended: &Ended) {
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
}

/// It failed with that code and one line that holds that word.
fn refused(ended: &Ended, code: i32, word: &str) {
    assert_eq!(ended.code, Some(code), "{}", ended.stderr);
    assert_eq!(ended.stderr.trim_end().lines().count(), 1, "one line: {}", ended.stderr);
    assert!(ended.stderr.contains(word), "{word:?} in {}", ended.stderr);
}

#[test]
fn the_format_follows_the_name_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let formats = ["mp3", "opus", "aac", "flac", "wav", "webm"];
    let files: Vec<PathBuf> =
        formats.iter().map(|format| folder.path().join(format!("sound.{format}"))).collect();
    for file in &files {
        well(&run(speak(&folder).arg(SENTENCE).arg("-o").arg(file), b""));
    }
    for (file, heard) in files.iter().zip(decode(&files)) {
        assert!(plausible(heard.seconds, SENTENCE) && heard.rms > 0.01, "{}: {heard:?}", file.display());
    }
    let wav = fs::read(&files[4]).unwrap();
    let data = u32::from_le_bytes(wav[40..44].try_into().unwrap());
    assert_eq!(data as usize, wav.len() - 44, "a WAV file has true sizes");

    let journal = rows(&folder.path().join("data/soundboard.db"));
    assert_eq!(journal.len(), formats.len());
    assert!(journal.iter().all(|row| row["door"] == "cli" && row["outcome"] == "completed"), "{journal:?}");
}

#[test]
fn text_comes_from_arguments_files_and_standard_input_and_sound_goes_to_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("text.txt");
    fs::write(&file, SENTENCE).unwrap();
    let to_stdout = ["-o", "-", "--format", "pcm"];
    let argument = run(speak(&folder).arg(SENTENCE).args(to_stdout), b"");
    let stdin = run(speak(&folder).arg("-").args(to_stdout), SENTENCE.as_bytes());
    let from_file = run(speak(&folder).arg("--file").arg(&file).args(to_stdout), b"");
    for ended in [&argument, &stdin, &from_file] {
        well(ended);
    }
    assert!(plausible(pcm_seconds(argument.stdout.len()), SENTENCE));
    assert!(argument.stdout == stdin.stdout && argument.stdout == from_file.stdout);
}

#[test]
fn timings_point_at_the_words() {
    let folder = tempfile::tempdir().unwrap();
    let timings = folder.path().join("words.json");
    let text = "“Well,” said Anna — twice — “the naïve plan worked!”\n\nNobody (not even Tom) had bet on it.";
    let ended =
        run(speak(&folder).arg(text).args(["-o", "-", "--format", "pcm", "--timings"]).arg(&timings), b"");
    well(&ended);
    let milliseconds = ended.stdout.len() as u64 / 48;
    let timings: Value = serde_json::from_slice(&fs::read(&timings).unwrap()).unwrap();
    let words = timings.as_array().unwrap();

    let characters: Vec<char> = text.chars().collect();
    let number = |word: &Value, key: &str| word[key].as_u64().unwrap();
    let mut end_of_last = (0, 0);
    let mut spoken = Vec::new();
    for word in words {
        assert_eq!(word["kind"], "measured");
        let (offset, length) = (number(word, "offset"), number(word, "length"));
        let place = offset as usize..(offset + length) as usize;
        let written: String = characters[place].iter().collect();
        assert_eq!(word["text"], written, "the offset is where the word stands");
        let (start, end) = (number(word, "start_ms"), number(word, "end_ms"));
        assert!(start < end && end <= milliseconds, "{word} in {milliseconds} ms");
        assert!((start, offset) >= end_of_last, "{word} after {end_of_last:?}");
        end_of_last = (start.max(end), offset + length);
        spoken.push(written.to_lowercase());
    }
    let expected = "well said anna twice the naïve plan worked nobody not even tom had bet on it";
    let letters = |word: &str| word.chars().filter(|c| c.is_alphabetic()).collect::<String>();
    let spoken: Vec<String> = spoken.iter().map(|word| letters(word)).collect();
    assert_eq!(spoken.join(" "), expected, "every word, in order");
}

#[test]
fn what_is_refused_says_so_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out.wav");
    let refuse = |arguments: &[&str]| run(speak(&folder).args(arguments).arg("-o").arg(&output), b"");
    refused(&refuse(&["Hello.", "--voice", "nobody"]), 3, "nobody");
    refused(&refuse(&["Hello.", "--voice", "jf_alpha"]), 3, "jf_alpha");
    refused(&refuse(&[""]), 3, "empty");
    refused(&refuse(&["Hello.", "--speed", "0"]), 3, "0.25");
    refused(&refuse(&["--file", "no-such-file.txt"]), 2, "no-such-file.txt");
    assert!(!output.exists());

    let unknown = run(program().args(["speak", "Hello.", "-o", "out.midi"]).current_dir(folder.path()), b"");
    assert_eq!(unknown.code, Some(2), "{}", unknown.stderr);
    assert!(unknown.stderr.contains("flac"), "names the formats: {}", unknown.stderr);
    assert_eq!(run(program().arg("sing"), b"").code, Some(2));

    let json = run(speak(&folder).args(["Hello.", "--voice", "nobody", "-o", "-", "--json"]), b"");
    let body: Value = serde_json::from_str(&json.stderr).unwrap();
    assert_eq!((json.code, &body["error"]["code"]), (Some(3), &"unknown_voice".into()), "{body}");
}

#[test]
fn an_interrupted_command_leaves_no_half_file() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    let mut child = speak(&folder)
        .arg(text_of(20_000))
        .args(["--speed", "2", "-o"])
        .arg(out.join("sound.mp3"))
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    eventually("sound on the disk", || (bytes_in(&out) > 1000).then_some(()));
    assert!(child.try_wait().unwrap().is_none(), "it is still speaking");
    signal(&child, Signal::INT);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(fs::read_dir(&out).unwrap().count(), 0, "nothing is left");
    let journal = rows(&folder.path().join("data/soundboard.db"));
    assert_eq!(journal.len(), 1);
    assert_eq!(journal[0]["outcome"], "hung_up");
}

fn bytes_in(folder: &Path) -> u64 {
    let files = fs::read_dir(folder).unwrap().filter_map(Result::ok);
    files.filter_map(|file| Some(file.metadata().ok()?.len())).sum()
}

#[test]
fn voices_and_the_doctor_tell_what_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let voices = run(program().args(["voices", "--language", "en-GB"]), b"");
    well(&voices);
    let listed = String::from_utf8(voices.stdout).unwrap();
    assert!(listed.contains("bm_george") && !listed.contains("af_heart"), "{listed}");

    let mut doctor = program();
    let found = run(doctor.arg("doctor").env("VOICE_SOUNDBOARD_DATA", folder.path()), b"");
    well(&found);
    assert!(!found.stdout.is_empty());

    let help = run(program().args(["speak", "--help"]), b"");
    assert!(String::from_utf8(help.stdout).unwrap().contains("Examples"));
}

#[test]
fn the_configuration_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let check = |toml: &str| {
        fs::write(&file, toml).unwrap();
        run(program().args(["config", "check", "--config"]).arg(&file), b"")
    };
    well(&check("[voices]\nnarrator = \"kokoro:bm_george\"\n"));
    refused(&check("colour = \"blue\"\n"), 2, "colour");
    refused(&check("[backends.kokoro]\nkind = \"gramophone\"\n"), 2, "expected \"kokoro\"");
}
