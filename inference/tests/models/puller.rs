//! A pull in a process of its own, for the tests that give it an environment, run two at once, or kill it.
//!
//! Arguments: the manifest, its signature, the public key, the cache directory, the names. Each event is a line
//! on standard output; the exit code is 5 when a model is missing, 1 for any other error.

use std::io::Write;
use std::process::ExitCode;

use inference::models::{Manifest, ModelStore, Progress, StoreError};

struct Told;

fn tell(event: std::fmt::Arguments<'_>) {
    let mut out = std::io::stdout().lock();
    // Who does not listen any more does not matter.
    let _ = writeln!(out, "{event}");
    let _ = out.flush();
}

impl Progress for Told {
    fn begin(&self, package: &str, bytes: u64) {
        tell(format_args!("begin {package} {bytes}"));
    }

    fn advance(&self, package: &str, bytes: u64) {
        tell(format_args!("advance {package} {bytes}"));
    }

    fn finish(&self, package: &str) {
        tell(format_args!("finish {package}"));
    }

    fn waiting(&self) {
        tell(format_args!("waiting"));
    }
}

fn pull(arguments: &[String]) -> Result<(), StoreError> {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let manifest = match &arguments[0][..] {
        "builtin" => Manifest::builtin()?,
        path => Manifest::signed(read(path).as_bytes(), &read(&arguments[1]), &read(&arguments[2]))?,
    };
    let names: Vec<&str> = arguments[4..].iter().map(String::as_str).collect();
    ModelStore::open(manifest, &arguments[3]).pull(&names, &Told)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match pull(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(if error.is_missing_model() { 5 } else { 1 })
        }
    }
}
