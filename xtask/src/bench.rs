//! Benchmarks beside the Python packages that they compare with.

use crate::environment;
use crate::steps::{self, Failure, step};
use crate::workspace::Workspace;

/// What can be measured: each is a program of `tests/bench`.
const NAMES: &[&str] = &["kokoro"];

/// Prepares the Python packages, then measures, optimised.
pub(crate) fn run(workspace: &Workspace, name: &str) -> Result<(), Failure> {
    if !NAMES.contains(&name) {
        return Err(Failure::usage(&format!(
            "There is no benchmark {name:?}. There are: {}.",
            NAMES.join(", ")
        )));
    }
    let python = environment::python(workspace, "bench-python", "tests/bench/requirements.txt")?;
    step("measurement", || {
        steps::run(
            workspace.cargo(&["run", "--release", "-p", "bench", "--bin", name]).env("BENCH_PYTHON", &python),
        )
    })
}
