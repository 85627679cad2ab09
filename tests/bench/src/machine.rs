//! The machine that figures come from.

use std::fs;
use std::thread;

/// Its processor and how many threads it runs at once.
pub fn description() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let processor = model.map_or("a processor of unknown name", |(_, name)| name);
    let threads = thread::available_parallelism().map_or(0, usize::from);
    format!("{processor}, {threads} threads, {}", std::env::consts::OS)
}
