//! Project chores. `cargo xtask` lists them.

mod bench;
mod checks;
mod environment;
mod soak;
mod steps;
mod tests;
mod workspace;

use std::env;
use std::process::ExitCode;

use steps::Failure;
use workspace::Workspace;

const HELP: &str = "\
Project chores. Whatever a chore needs beyond Rust, Python's pip and npm, it installs itself.

cargo xtask test         everything the tests need, where it is missing; then every test
cargo xtask check        what else must hold: format, clippy, docs, licences and bans
cargo xtask ci           check, then test
cargo xtask bench NAME   a benchmark, with the Python packages that it compares with: kokoro (tests/bench) or
                         words (tests/words); what follows the name goes to the benchmark, such as --help
cargo xtask soak ledger [--seeds N]
                         the ledger beside what fake vendors served, of N seeds (200) of random requests and faults
";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = Workspace::find().and_then(|workspace| match arguments[..] {
        ["test"] => tests::all(&workspace),
        ["check"] => checks::all(&workspace),
        ["ci"] => checks::all(&workspace).and_then(|()| tests::all(&workspace)),
        ["bench", name, ref options @ ..] => bench::run(&workspace, name, options),
        ["soak", "ledger"] => soak::ledger(&workspace, "200"),
        ["soak", "ledger", "--seeds", seeds] => soak::ledger(&workspace, seeds),
        _ => Err(Failure::usage(HELP)),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            failure.exit_code()
        }
    }
}
