//! What must hold of a change besides its tests.

use std::process::Command;

use crate::steps::{Failure, run, step};
use crate::workspace::Workspace;

/// Changes what is refused, so it is pinned like any dependency.
const CARGO_DENY: &str = "0.20.2";

/// The quick checks first.
pub(crate) fn all(workspace: &Workspace) -> Result<(), Failure> {
    step("format", || run(&mut workspace.cargo(&["fmt", "--all", "--check"])))?;
    step("licences, bans, sources", || {
        run(cargo_deny(workspace)?.args(["check", "licenses", "bans", "sources"]))
    })?;
    step("clippy", || {
        run(&mut workspace.cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
    })?;
    step("docs", || {
        run(workspace.cargo(&["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))
    })
}

/// Built from source on first use, unoptimised: a minute on two cores.
fn cargo_deny(workspace: &Workspace) -> Result<Command, Failure> {
    let folder = workspace.target.join("cargo-deny").join(CARGO_DENY);
    let program = folder.join("bin").join("cargo-deny");
    if !program.exists() {
        step("cargo-deny, built once", || {
            run(workspace
                .cargo(&["install", "cargo-deny", "--version", CARGO_DENY, "--locked", "--debug", "--quiet"])
                .arg("--root")
                .arg(&folder)
                .arg("--target-dir")
                .arg(folder.join("build")))?;
            // Only the program is kept: what it was built from is ten times as large.
            std::fs::remove_dir_all(folder.join("build"))
                .map_err(|error| Failure::new(format!("{} cannot be emptied: {error}", folder.display())))
        })?;
    }
    let mut command = Command::new(program);
    command.current_dir(&workspace.root);
    Ok(command)
}
