//! Tests that go on for longer than a test may.

use crate::environment;
use crate::steps::{self, Failure, step};
use crate::workspace::Workspace;

/// Random requests, faults and hang-ups: the end-to-end test of the ledger with so many seeds.
pub(crate) fn ledger(workspace: &Workspace, seeds: &str) -> Result<(), Failure> {
    if !seeds.parse::<u64>().is_ok_and(|seeds| seeds > 0) {
        return Err(Failure::usage("How many seeds? For example: cargo xtask soak ledger --seeds 200\n"));
    }
    environment::python(workspace, "e2e-python", "tests/e2e/python/requirements.txt")?;
    let mut build = workspace.cargo(&["build", "-p", "voice-soundboard"]);
    step("build", || steps::run(&mut build))?;
    let mut test = workspace.cargo(&["test", "-p", "e2e", "--", "--nocapture", "money::seeds"]);
    step("soak", || steps::run(test.env("LEDGER_SEEDS", seeds)))
}
