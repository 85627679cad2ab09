//! A server of a test's own, from its start to its end.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal};

use crate::account::Account;
use crate::processes::{Tree, signal};
use crate::watch::{Ends, Watch};

/// The longest that a server may take to start, recovery after a crash included.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often another port is tried where somebody else took the free one first.
const MOST_TRIES: u32 = 5;

/// What is to be known of a kind of server.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// What it says once it serves.
    pub(crate) ready: &'static str,
    pub(crate) ends: Ends,
}

/// Where a server keeps its things: a directory of its own, which is removed when this is dropped or the process ends.
pub(crate) struct Home {
    pub(crate) account: Option<Account>,
    pub(crate) directory: PathBuf,
    watch: Watch,
}

/// A server on a free port of the loopback. Dropped, or when the process ends, it is stopped.
pub(crate) struct Daemon {
    kind: &'static Kind,
    directory: PathBuf,
    port: u16,
    command: Box<dyn Fn(u16) -> Command + Send + Sync>,
    running: Mutex<Running>,
}

struct Running {
    server: Child,
    watch: Watch,
}

impl Home {
    pub(crate) fn of(kind: &'static Kind) -> Self {
        let account = Account::unprivileged();
        let prefix = kind.name.to_lowercase() + "-";
        let directory = match tempfile::Builder::new().prefix(&prefix).tempdir() {
            // The watch removes it.
            Ok(directory) => directory.keep(),
            Err(error) => panic!("there is no directory for {}: {error}", kind.name),
        };
        Account::own(account, &directory);
        let watch = Watch::over(&directory, account, &kind.ends);
        Self { account, directory, watch }
    }
}

impl Daemon {
    /// Starts the one whose command that is for a port, and returns when it answers. It may speak on either output.
    pub(crate) fn start(
        kind: &'static Kind,
        home: Home,
        command: impl Fn(u16) -> Command + Send + Sync + 'static,
    ) -> Self {
        let Home { directory, watch, .. } = home;
        for tried in 1.. {
            let port = free_port();
            match serve(kind, &directory, command(port)) {
                Ok(server) => {
                    let running = Mutex::new(Running { server, watch });
                    return Self { kind, directory, port, command: Box::new(command), running };
                }
                Err(log) if tried == MOST_TRIES || !log.contains("Address already in use") => {
                    panic!("{} does not start:\n{log}", kind.name)
                }
                Err(_) => {}
            }
        }
        unreachable!("the last try returns or panics")
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Kills all its processes.
    pub(crate) fn kill(&self) {
        let mut running = self.running();
        if is_running(&mut running.server) {
            Tree::of(&running.server).kill();
        }
        drop(running.server.wait());
    }

    /// Stops all its processes where they are.
    pub(crate) fn stop(&self) {
        let mut running = self.running();
        if is_running(&mut running.server) {
            Tree::of(&running.server).stop();
        }
    }

    /// Lets it go on.
    pub(crate) fn cont(&self) {
        let mut running = self.running();
        if is_running(&mut running.server) {
            Tree::of(&running.server).go_on();
        }
    }

    /// Ends it in good order, or what is left of it, and starts it again where it was.
    pub(crate) fn restart(&self) {
        let mut running = self.running();
        if is_running(&mut running.server) {
            Tree::of(&running.server).go_on();
            // Both shut down by it in good order, and wait for no client.
            signal(Pid::from_child(&running.server), Signal::INT);
        }
        drop(running.server.wait());
        match serve(self.kind, &self.directory, (self.command)(self.port)) {
            Ok(server) => running.server = server,
            Err(log) => panic!("{} does not start again:\n{log}", self.kind.name),
        }
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.watch.end();
        drop(self.server.wait());
    }
}

/// Whether nobody has ended it; while this says so, its id is its own.
fn is_running(server: &mut Child) -> bool {
    matches!(server.try_wait(), Ok(None))
}

/// Starts a server and waits until it answers; what it said instead, if it does not.
fn serve(kind: &Kind, directory: &Path, mut command: Command) -> Result<Child, String> {
    let mut server = command.stdin(Stdio::null()).spawn().map_err(|error| format!("{error}"))?;
    let (tell, told) = channel();
    let stdout = server.stdout.take().map(|output| Box::new(output) as Box<dyn Read + Send>);
    let stderr = server.stderr.take().map(|output| Box::new(output) as Box<dyn Read + Send>);
    if let Some(output) = stdout.or(stderr) {
        let (log, ready) = (directory.join("log"), kind.ready);
        std::thread::spawn(move || listen(BufReader::new(output), &log, ready, &tell));
    }
    if told.recv_timeout(PATIENCE).is_ok() {
        return Ok(server);
    }
    Tree::of(&server).kill();
    drop(server.wait());
    Err(std::fs::read_to_string(directory.join("log")).unwrap_or_default())
}

/// Writes what a server says into its log, and tells when it is ready.
fn listen(lines: impl BufRead, log: &Path, ready: &str, tell: &Sender<()>) {
    let mut log = std::fs::File::create(log);
    for line in lines.lines().map_while(Result::ok) {
        if let Ok(log) = &mut log {
            drop(writeln!(log, "{line}"));
        }
        if line.contains(ready) {
            let _ = tell.send(());
        }
    }
}

/// A port that nobody has, a moment ago.
fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    listener.map_or_else(|error| panic!("there is no free port: {error}"), |address| address.port())
}
