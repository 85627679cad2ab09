//! Log lines, on standard error. Nobody's text is in them.

use std::io::{self, IsTerminal};

use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

use crate::config::LogFormat;

/// Our own rooms. What other libraries log stays at warnings however often `-v` is given: at their finest some
/// print what they are handed, and that is somebody's text.
const ROOMS: [&str; 9] =
    ["voice_soundboard", "gateway", "engine", "kokoro", "inference", "store", "audio", "language", "access"];

/// Starts logging. `usual` is how much without `-v`: a server tells what it does, a command only what is wrong.
pub(crate) fn start(format: LogFormat, usual: Level, verbose: u8) {
    let level = match verbose {
        0 => usual,
        1 => usual.max(Level::DEBUG),
        _ => Level::TRACE,
    };
    let targets =
        Targets::new().with_default(LevelFilter::WARN).with_targets(ROOMS.map(|room| (room, level)));
    let lines = fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    let lines = match format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    tracing_subscriber::registry().with(lines.with_filter(targets)).init();
}
