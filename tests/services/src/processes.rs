//! Signals to a process and all that it has started.

use std::fs;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};

/// A process of ours, and its children.
#[derive(Clone, Copy)]
pub(crate) struct Tree(Pid);

impl Tree {
    /// Of a child process that was not waited for yet: until it is, nobody else has its id.
    pub(crate) fn of(child: &std::process::Child) -> Self {
        Self(Pid::from_child(child))
    }

    /// Stops them all: none is left that runs.
    pub(crate) fn stop(self) {
        signal(self.0, Signal::STOP);
        // Only what stands still has no more children.
        let seen = WaitIdOptions::STOPPED | WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        let _ = waitid(WaitId::Pid(self.0), seen);
        self.signal_children(Signal::STOP);
    }

    /// Lets all go on that were stopped.
    pub(crate) fn go_on(self) {
        self.signal_children(Signal::CONT);
        signal(self.0, Signal::CONT);
    }

    /// Kills them all.
    pub(crate) fn kill(self) {
        self.stop();
        self.signal_children(Signal::KILL);
        signal(self.0, Signal::KILL);
    }

    fn signal_children(self, what: Signal) {
        let parent = format!("PPid:\t{}", self.0);
        let Ok(entries) = fs::read_dir("/proc") else { return };
        for entry in entries.flatten() {
            let id = entry.file_name().to_str().and_then(|name| name.parse().ok()).and_then(Pid::from_raw);
            let status = || fs::read_to_string(entry.path().join("status")).unwrap_or_default();
            if let Some(id) = id
                && status().lines().any(|line| line == parent)
            {
                signal(id, what);
            }
        }
    }
}

/// A process that is gone needs no signal.
pub(crate) fn signal(process: Pid, what: Signal) {
    let _ = kill_process(process, what);
}
