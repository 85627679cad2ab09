//! What each command does.

pub(crate) mod archive;
pub(crate) mod backup;
pub(crate) mod clients;
pub(crate) mod config;
pub(crate) mod costs;
pub(crate) mod doctor;
pub(crate) mod keys;
pub(crate) mod lexicon;
pub(crate) mod models;
pub(crate) mod reconcile;
pub(crate) mod route;
pub(crate) mod say_as;
pub(crate) mod serve;
pub(crate) mod speak;
pub(crate) mod usage;
pub(crate) mod voices;

use std::io::{self, Write};

use serde::Serialize;
use tokio::runtime::Runtime;

use crate::failure::Failure;

/// Whoever runs the command is the client that a server without API keys serves.
pub(crate) const LOCAL: &str = "local";

/// Runs the work to its end; whatever a blocking thread is still busy with then is left behind.
fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = Runtime::new().map_err(|error| Failure::machine("no threads can be started", &error))?;
    let outcome = runtime.block_on(work);
    runtime.shutdown_background();
    outcome
}

/// The line that names what of a text nobody can read.
fn left_out(dropped: &[String]) -> String {
    format!("left out: {}", dropped.join(", "))
}

/// Prints a result on standard output.
fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    let printed = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    printed.map_err(|error| Failure::writing("standard output", &error))
}

/// Prints a result on standard output as JSON.
fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let json = serde_json::to_string_pretty(value);
    let json = json.map_err(|error| Failure::machine("the result cannot be printed", &error))?;
    print(&format!("{json}\n"))
}

/// A table: columns as wide as their widest cell, two spaces apart.
fn columns<R: AsRef<[String]>>(rows: impl IntoIterator<Item = R>) -> String {
    let rows: Vec<R> = rows.into_iter().collect();
    let mut widths: Vec<usize> = Vec::new();
    for row in &rows {
        widths.resize(widths.len().max(row.as_ref().len()), 0);
        for (width, cell) in widths.iter_mut().zip(row.as_ref()) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut table = String::new();
    for row in &rows {
        let cells = row.as_ref().iter().zip(&widths);
        let line: String = cells.map(|(cell, &width)| format!("{cell:width$}  ")).collect();
        table.push_str(line.trim_end());
        table.push('\n');
    }
    table
}
