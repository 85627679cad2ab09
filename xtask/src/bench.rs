//! Benchmarks, and the Python packages that some of them compare with.

use std::path::PathBuf;
use std::process::Command;

use crate::environment;
use crate::steps::{self, Failure, step};
use crate::workspace::Workspace;

/// Prepares what is measured, everything optimised, then measures. The options are the benchmark's own.
pub(crate) fn run(workspace: &Workspace, name: &str, options: &[&str]) -> Result<(), Failure> {
    let benchmark = match name {
        "cache" => cache,
        "catalogue" | "reading" | "routing" => return alone(workspace, name, options),
        "doors" | "ssml" => return beside_fakes(workspace, name, options),
        "kokoro" => kokoro,
        "ledger" => ledger,
        "reports" => reports,
        "words" => words,
        _ => {
            return Err(Failure::usage(&format!(
                "There is no benchmark {name:?}. There are: cache, catalogue, doors, kokoro, ledger, reading, reports, routing, ssml, words."
            )));
        }
    };
    benchmark(workspace, options)
}

/// A program of `tests/bench` that compares with nginx.
fn cache(workspace: &Workspace, options: &[&str]) -> Result<(), Failure> {
    environment::nginx()?;
    build(workspace, &["-p", "bench", "--bin", "cache"])?;
    step("measurement", || steps::run(workspace.program("release", "cache").args(options)))
}

/// A program of `tests/bench` that compares with nobody.
fn alone(workspace: &Workspace, name: &str, options: &[&str]) -> Result<(), Failure> {
    build(workspace, &["-p", "bench", "--bin", name])?;
    step("measurement", || steps::run(workspace.program("release", name).args(options)))
}

/// A program of `tests/bench` that starts a gateway, and the fake vendors as its backends.
fn beside_fakes(workspace: &Workspace, name: &str, options: &[&str]) -> Result<(), Failure> {
    build(workspace, &["-p", "voice-soundboard", "-p", "vendors", "-p", "bench", "--bins"])?;
    step("measurement", || steps::run(workspace.program("release", name).args(options)))
}

/// A program of `tests/bench` that compares with a Python package.
fn kokoro(workspace: &Workspace, options: &[&str]) -> Result<(), Failure> {
    let python = python(workspace)?;
    build(workspace, &["-p", "voice-soundboard", "-p", "bench"])?;
    step("measurement", || {
        steps::run(workspace.program("release", "kokoro").args(options).env("BENCH_PYTHON", python))
    })
}

/// A program of `tests/bench` that compares our gateway with itself without a ledger.
fn ledger(workspace: &Workspace, options: &[&str]) -> Result<(), Failure> {
    environment::postgres()?;
    build(workspace, &["-p", "bench", "--bin", "ledger"])?;
    step("measurement", || steps::run(workspace.program("release", "ledger").args(options)))
}

/// A program of `tests/bench` that fills databases of its own.
fn reports(workspace: &Workspace, options: &[&str]) -> Result<(), Failure> {
    environment::postgres()?;
    build(workspace, &["-p", "bench", "--bin", "reports"])?;
    step("measurement", || steps::run(workspace.program("release", "reports").args(options)))
}

/// A script of `tests/words`, whose ears are those of the end-to-end tests.
fn words(workspace: &Workspace, options: &[&str]) -> Result<(), Failure> {
    let python = python(workspace)?;
    let ears = environment::python(workspace, "e2e-python", "tests/e2e/python/requirements.txt")?;
    let mut bench = Command::new(python);
    bench.arg("tests/words/bench.py").args(options).arg("--into").arg(workspace.target.join("words"));
    bench.env("JUDGE_PYTHON", ears).current_dir(&workspace.root);
    // Whoever brings programs of their own needs none of ours.
    let speaks_ours =
        |option: &&str| !["--binary", "--again", "--help"].iter().any(|no| option.starts_with(no));
    if options.iter().all(speaks_ours) {
        build(workspace, &["-p", "voice-soundboard"])?;
        bench.arg("--binary").arg(workspace.target.join("release").join("voice-soundboard"));
    }
    step("speech and judgement", || steps::run(&mut bench))
}

/// A Python that has the packages.
fn python(workspace: &Workspace) -> Result<PathBuf, Failure> {
    environment::python(workspace, "bench-python", "tests/bench/requirements.txt")
}

fn build(workspace: &Workspace, packages: &[&str]) -> Result<(), Failure> {
    step("build", || steps::run(workspace.cargo(&["build", "--release"]).args(packages)))
}
