//! Benchmarks beside the Python packages that they compare with.

use crate::environment;
use crate::steps::{self, Failure, step};
use crate::workspace::Workspace;

/// What can be measured: each is a program of `tests/bench`.
const NAMES: &[&str] = &["kokoro"];

/// Prepares the Python packages and the program that is measured, then measures, everything optimised. The
/// options are the benchmark's own.
pub(crate) fn run(workspace: &Workspace, name: &str, options: &[&str]) -> Result<(), Failure> {
    if !NAMES.contains(&name) {
        return Err(Failure::usage(&format!(
            "There is no benchmark {name:?}. There are: {}.",
            NAMES.join(", ")
        )));
    }
    let python = environment::python(workspace, "bench-python", "tests/bench/requirements.txt")?;
    let packages = ["-p", "voice-soundboard", "-p", "bench"];
    step("build", || steps::run(workspace.cargo(&["build", "--release"]).args(packages)))?;
    step("measurement", || {
        steps::run(workspace.program("release", name).args(options).env("BENCH_PYTHON", &python))
    })
}
