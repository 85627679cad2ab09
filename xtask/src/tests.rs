//! Every test there is, on real parts.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::environment;
use crate::steps::{Failure, cannot_start, run, step};
use crate::workspace::Workspace;

/// What the tests need, then the tests.
pub(crate) fn all(workspace: &Workspace) -> Result<(), Failure> {
    environment::python(workspace, "e2e-python", "tests/e2e/python/requirements.txt")?;
    environment::node(workspace, "tests/e2e/node")?;
    environment::postgres()?;
    environment::redis()?;
    // The very targets that `cargo test` builds, and the program among them, in one go.
    step("build", || run(&mut workspace.cargo(&["build", "--workspace", "--all-targets"])))?;
    step("models", || run(workspace.program("debug", "voice-soundboard").args(["models", "pull"])))?;
    let counts = step("tests", || test(&mut workspace.cargo(&["test", "--workspace", "--no-fail-fast"])))?;
    eprintln!();
    println!("{} passed, {} failed", counts.passed, counts.failed);
    if counts.all_well { Ok(()) } else { Err(Failure::new("Some tests failed: see above.")) }
}

#[derive(Default)]
struct Counts {
    passed: u32,
    failed: u32,
    all_well: bool,
}

/// Shows what the tests print, and adds up the closing lines of their many binaries.
fn test(command: &mut Command) -> Result<Counts, Failure> {
    let mut tests = command.stdout(Stdio::piped()).spawn().map_err(|error| cannot_start(command, &error))?;
    let mut counts = Counts::default();
    if let Some(output) = tests.stdout.take() {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            println!("{line}");
            if let Some(rest) = line.strip_prefix("test result: ") {
                counts.passed += count(rest, "passed");
                counts.failed += count(rest, "failed");
            }
        }
    }
    let status = tests.wait().map_err(|error| cannot_start(command, &error))?;
    counts.all_well = status.success() && counts.failed == 0 && counts.passed > 0;
    Ok(counts)
}

/// The number before `word` in "ok. 12 passed; 0 failed; 0 ignored".
fn count(line: &str, word: &str) -> u32 {
    let words: Vec<&str> = line.split([' ', ';', '.']).filter(|word| !word.is_empty()).collect();
    words
        .windows(2)
        .find_map(|pair| if pair[1] == word { pair[0].parse().ok() } else { None })
        .unwrap_or_default()
}

#[cfg(test)]
mod unit {
    use super::count;

    #[test]
    fn the_closing_line_of_a_test_binary_is_read() {
        let line = "FAILED. 12 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.02s";
        assert_eq!((count(line, "passed"), count(line, "failed")), (12, 3));
    }
}
