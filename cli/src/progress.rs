//! How far a long work is: bars on a terminal, plain lines or nothing elsewhere.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use inference::models::Progress;

/// A pull of models: one bar for each package on its way.
#[derive(Debug)]
pub(crate) struct Pull {
    screen: MultiProgress,
    bars: Mutex<HashMap<String, ProgressBar>>,
}

impl Pull {
    /// Bars when standard error is a terminal, otherwise one line when a package starts and one when it is here.
    pub(crate) fn new() -> Self {
        Self { screen: MultiProgress::new(), bars: Mutex::default() }
    }

    fn say(&self, line: &str) {
        if self.screen.is_hidden() {
            eprintln!("{line}");
        }
    }
}

impl Progress for Pull {
    fn begin(&self, package: &str, bytes: u64) {
        self.say(&format!("fetching {package} ({:.1} MB)", bytes as f64 / 1e6));
        let bar = ProgressBar::new(bytes)
            .with_style(style("{prefix:28!} {bar:30} {bytes:>10} of {total_bytes:10} {bytes_per_sec}"))
            .with_prefix(package.to_owned());
        let bar = self.screen.add(bar);
        bar.enable_steady_tick(Duration::from_millis(200));
        let mut bars = self.bars.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(first_try) = bars.insert(package.to_owned(), bar) {
            first_try.finish_and_clear();
        }
    }

    fn advance(&self, package: &str, bytes: u64) {
        let bars = self.bars.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bar) = bars.get(package) {
            bar.set_position(bytes);
        }
    }

    fn finish(&self, package: &str) {
        let mut bars = self.bars.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bar) = bars.remove(package) {
            bar.finish();
        }
        self.say(&format!("checked {package}"));
    }

    fn waiting(&self) {
        let line = "another process is fetching models; waiting for it";
        // Where the screen is hidden this prints nothing, and the other way round.
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
        bar.enable_steady_tick(Duration::from_millis(200));
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
