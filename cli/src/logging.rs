//! Log lines, on standard error. Nobody's text is in them.

use std::io::{self, IsTerminal};
use std::panic::{self, PanicHookInfo};

use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry, fmt};

use crate::config::LogFormat;

/// Our own rooms. What other libraries log stays at warnings however often `-v` is given: at their finest some
/// print what they are handed, and that is somebody's text.
const ROOMS: [&str; 9] =
    ["voice_soundboard", "gateway", "engine", "kokoro", "inference", "store", "audio", "language", "access"];

/// Who is told of traces.
pub(crate) type Spans = Box<dyn Layer<Registry> + Send + Sync>;

/// Starts logging. `usual` is how much without `-v`: a server tells what it does, a command only what is wrong.
/// `spans` is who is told of traces, if anybody.
pub(crate) fn start(format: LogFormat, usual: Level, verbose: u8, spans: Option<Spans>) {
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
    tracing_subscriber::registry().with(spans).with(lines.with_filter(targets)).init();
    panic::set_hook(Box::new(log_place));
}

/// Where a panic happened, and not what it says: that may quote a client's text.
fn log_place(panicked: &PanicHookInfo<'_>) {
    let place = panicked.location().map(ToString::to_string);
    tracing::error!(place, "a fault of ours: please report this place");
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// Lines in memory.
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("nobody panicked").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_panic_is_logged_by_its_place_without_the_text_that_it_quotes() {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = fmt().with_writer(move || writer.clone()).with_ansi(false).finish();
        let said = tracing::subscriber::with_default(subscriber, || {
            let usual = panic::take_hook();
            panic::set_hook(Box::new(log_place));
            let caught = panic::catch_unwind(|| {
                let text = String::from("der Schl\u{fc}ssel");
                text[..9].len()
            });
            panic::set_hook(usual);
            *caught.expect_err("it cuts a character in two").downcast::<String>().expect("a message")
        });

        let logged = String::from_utf8(lines.0.lock().expect("nobody panicked").clone()).expect("UTF-8");
        assert!(said.contains("der Schl"), "the message itself quotes: {said}");
        assert!(logged.contains("logging.rs:"), "{logged}");
        assert!(!logged.contains("Schl"), "{logged}");
    }
}
