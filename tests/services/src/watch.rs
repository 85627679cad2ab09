//! Who ends a service when nobody wants it any more.

use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};

use crate::account::Account;

const SCRIPT: &str = include_str!("watch.sh");

/// A shell that waits for the end of a pipe from us: it comes when this is dropped, and when our process ends, however
/// it ends. Then it stops the service and removes its directory.
pub(crate) struct Watch {
    shell: Child,
    pipe: Option<ChildStdin>,
}

/// How a service is ended in good order.
pub(crate) struct Ends {
    /// Where it says its process' id, in the directory `data` in which it works.
    pub(crate) pid_file: &'static str,
    pub(crate) signal: &'static str,
}

impl Watch {
    /// Watches over a service that keeps its things in that directory.
    pub(crate) fn over(directory: &Path, account: Option<Account>, ends: &Ends) -> Self {
        let shell = Account::command(account, Path::new("/bin/sh"))
            .args(["-c", SCRIPT, "watch"])
            .arg(directory)
            .args([ends.pid_file, ends.signal])
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let mut shell = shell.unwrap_or_else(|error| panic!("/bin/sh cannot be started: {error}"));
        let pipe = shell.stdin.take();
        Self { shell, pipe }
    }

    /// Ends the service; returns when it has ended.
    pub(crate) fn end(&mut self) {
        drop(self.pipe.take());
        drop(self.shell.wait());
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.end();
    }
}
