//! Ctrl-C, SIGTERM, and a terminal that has gone.

use std::fs;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::failure::{Exit, Failure};

/// The three ways to ask a program to end.
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Option<Signal>,
}

impl Signals {
    /// From now on none of them ends the program by itself.
    pub(crate) fn listen() -> Result<Self, Failure> {
        let listen = |kind| signal(kind).map_err(|error| Failure::machine("signals cannot be heard", &error));
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
            hang_up: if heeds_hang_up() { Some(listen(SignalKind::hangup())?) } else { None },
        })
    }

    /// Resolves when the next one comes, with the exit code that says so.
    pub(crate) async fn next(&mut self) -> Exit {
        tokio::select! {
            _ = self.interrupt.recv() => Exit::Interrupted,
            _ = self.terminate.recv() => Exit::Terminated,
            Some(_) = async { self.hang_up.as_mut()?.recv().await } => Exit::HungUp,
        }
    }

    /// Does the work, or drops it when a signal comes first.
    pub(crate) async fn or<T>(
        &mut self,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        tokio::select! {
            exit = self.next() => Err(Failure::Quiet(exit)),
            outcome = work => outcome,
        }
    }
}

/// `nohup` starts a program with SIGHUP ignored, and then it must stay so. Where the system does not say (Linux does,
/// in proc_pid_status(5)), nothing is changed.
fn heeds_hang_up() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    // The lowest bit is signal 1, which is SIGHUP.
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 0)
}
