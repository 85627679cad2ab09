//! How far a long work is: bars on a terminal, plain lines or nothing elsewhere.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use inference::models::Progress;

/// How often a bar moves by itself.
const TICK: Duration = Duration::from_millis(200);

/// From so many bytes on a package is really arriving; fewer may be notes that a client makes for itself before it
/// finds out that there is no network, and then the one line to read is the error.
const ARRIVING: u64 = 64 * 1024;

/// A pull of models: one bar for each package on its way.
#[derive(Debug)]
pub(crate) struct Pull {
    screen: MultiProgress,
    under_way: Mutex<HashMap<String, Package>>,
}

#[derive(Debug)]
struct Package {
    bar: ProgressBar,
    bytes: u64,
    /// Whether a plain line told of its beginning.
    told: bool,
}

impl Pull {
    /// Bars when standard error is a terminal, otherwise one line when a package begins to arrive and one when it
    /// is here.
    pub(crate) fn new() -> Self {
        Self { screen: MultiProgress::new(), under_way: Mutex::default() }
    }

    fn say(&self, line: &str) {
        if self.screen.is_hidden() {
            eprintln!("{line}");
        }
    }

    fn under_way(&self) -> MutexGuard<'_, HashMap<String, Package>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress for Pull {
    fn begin(&self, package: &str, bytes: u64) {
        let bar = ProgressBar::new(bytes)
            .with_style(style("{prefix:32!} {bar:30} {bytes:>10} of {total_bytes:10} {bytes_per_sec}"))
            .with_prefix(package.to_owned());
        let bar = self.screen.add(bar);
        bar.enable_steady_tick(TICK);
        let first_try = self.under_way().insert(package.to_owned(), Package { bar, bytes, told: false });
        if let Some(first_try) = first_try {
            first_try.bar.finish_and_clear();
        }
    }

    fn advance(&self, package: &str, bytes: u64) {
        if let Some(package_under_way) = self.under_way().get_mut(package) {
            package_under_way.bar.set_position(bytes);
            if bytes > ARRIVING && !std::mem::replace(&mut package_under_way.told, true) {
                self.say(&format!("fetching {package} ({:.1} MB)", package_under_way.bytes as f64 / 1e6));
            }
        }
    }

    fn finish(&self, package: &str) {
        if let Some(package) = self.under_way().remove(package) {
            package.bar.finish();
        }
        self.say(&format!("fetched {package}, checked"));
    }

    fn waiting(&self) {
        let line = "another process is fetching models; waiting for it";
        // On a terminal this prints, elsewhere the other does.
        let _ = self.screen.println(line);
        self.say(line);
    }
}

/// A text being spoken: how many of its characters are.
#[derive(Debug)]
pub(crate) struct Speaking(ProgressBar);

impl Speaking {
    /// A bar over that many characters; invisible when standard error is no terminal.
    pub(crate) fn new(characters: usize) -> Self {
        let bar = ProgressBar::new(characters as u64)
            .with_style(style("speaking {bar:40} {percent:>3} %  {elapsed}, {eta} to go"));
        bar.enable_steady_tick(TICK);
        Self(bar)
    }

    /// The text is spoken up to this character.
    pub(crate) fn reached(&self, character: usize) {
        self.0.set_position(character as u64);
    }
}

/// Whatever comes next on the terminal finds a clean line.
impl Drop for Speaking {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// The templates are constants; were one wrong, the plain bar still does.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
