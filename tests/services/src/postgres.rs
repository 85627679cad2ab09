//! A Postgres server of one's own.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal};

use crate::account::Account;
use crate::processes::{Tree, signal};
use crate::watch::Watch;

/// Settings for tests that are about something else than what a power cut leaves: commits wait for no disk.
pub const HASTY: &[&str] = &["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

/// Where Debian puts the programs of each version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The longest that a server may take to start, recovery after a crash included.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a server says once it serves.
const READY: &str = "database system is ready to accept connections";

/// How often another port is tried where somebody else took the free one first.
const MOST_TRIES: u32 = 5;

/// A Postgres server with a cluster of its own, on a free port of the loopback. It is as durable as Postgres is by
/// default. Dropped, or when the process ends, it is stopped and its directory removed.
pub struct Postgres {
    programs: PathBuf,
    account: Option<Account>,
    directory: PathBuf,
    settings: Vec<String>,
    port: u16,
    databases: AtomicU32,
    running: Mutex<Running>,
}

struct Running {
    server: Child,
    watch: Watch,
}

/// The folder with Postgres' programs: in `PATH`, or where Debian puts them, of the newest version. None where it is
/// not installed.
pub fn postgres_programs() -> Option<PathBuf> {
    let has_all = |folder: &PathBuf| {
        ["initdb", "postgres", "createdb"].iter().all(|program| folder.join(program).is_file())
    };
    let path = env::var_os("PATH").unwrap_or_default();
    if let Some(folder) = env::split_paths(&path).find(has_all) {
        return Some(folder);
    }
    let version = |folder: &PathBuf| folder.file_name()?.to_str()?.parse::<u32>().ok();
    let folders = std::fs::read_dir(DEBIAN).ok()?.flatten().map(|entry| entry.path());
    let newest = folders.filter(|folder| has_all(&folder.join("bin"))).max_by_key(version)?;
    Some(newest.join("bin"))
}

impl Postgres {
    /// Starts one, which takes a second or two.
    ///
    /// # Panics
    /// Where Postgres is not installed, or does not start.
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// The same with these settings, such as `max_connections=5`.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    pub fn with(settings: &[&str]) -> Self {
        let Some(programs) = postgres_programs() else {
            panic!(
                "Postgres is not installed; `cargo xtask test` installs it, as does `apt-get install postgresql`"
            )
        };
        let account = Account::unprivileged();
        let directory = match tempfile::Builder::new().prefix("postgres-").tempdir() {
            // The watch removes it.
            Ok(directory) => directory.keep(),
            Err(error) => panic!("there is no directory for Postgres: {error}"),
        };
        Account::own(account, &directory);
        let watch = Watch::over(&directory, account);
        initialise(&programs, account, &directory);
        let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
        for tried in 1.. {
            let port = free_port();
            match serve(&programs, account, &directory, &settings, port) {
                Ok(server) => {
                    let running = Mutex::new(Running { server, watch });
                    let databases = AtomicU32::new(0);
                    return Self { programs, account, directory, settings, port, databases, running };
                }
                Err(log) if tried == MOST_TRIES || !log.contains("Address already in use") => {
                    panic!("Postgres does not start:\n{log}")
                }
                Err(_) => {}
            }
        }
        unreachable!("the last try returns or panics")
    }

    /// One that all tests of a process share; it ends with the process. Let each have a database of its own.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// Where its first database is: `postgres://postgres@127.0.0.1:PORT/postgres`.
    pub fn url(&self) -> String {
        self.url_of("postgres")
    }

    /// Makes an empty database, in some hundredths of a second, and says where it is.
    ///
    /// # Panics
    /// Where the server does not answer.
    pub fn url_of_new_database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut command = Command::new(self.programs.join("createdb"));
        command.args(["--host=127.0.0.1", "--username=postgres", "--no-password"]);
        finish(command.arg(format!("--port={}", self.port)).arg(&name));
        self.url_of(&name)
    }

    fn url_of(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Kills all its processes, as if the machine had lost its power (but what the kernel holds for the disk, it has).
    /// Its clients' connections break, and nobody answers until [`restart`](Self::restart).
    pub fn kill(&self) {
        let mut running = self.running();
        if is_running(&mut running.server) {
            Tree::of(&running.server).kill();
        }
        drop(running.server.wait());
    }

    /// Stops all its processes where they are: connections stay, and can be made, but nobody answers on them.
    pub fn stop(&self) {
        let mut running = self.running();
        if is_running(&mut running.server) {
            Tree::of(&running.server).stop();
        }
    }

    /// Lets it go on after [`stop`](Self::stop).
    pub fn cont(&self) {
        let mut running = self.running();
        if is_running(&mut running.server) {
            Tree::of(&running.server).go_on();
        }
    }

    /// Ends it in good order, or what is left of it, and starts it again where it was: with the same data at the same
    /// address. It answers on return.
    ///
    /// # Panics
    /// Where it does not start again.
    pub fn restart(&self) {
        let mut running = self.running();
        if is_running(&mut running.server) {
            Tree::of(&running.server).go_on();
            // Postgres' fast shutdown: it waits for no client.
            signal(Pid::from_child(&running.server), Signal::INT);
        }
        drop(running.server.wait());
        match serve(&self.programs, self.account, &self.directory, &self.settings, self.port) {
            Ok(server) => running.server = server,
            Err(log) => panic!("Postgres does not start again:\n{log}"),
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

/// Makes an empty cluster. Nobody loses anything if a power cut destroys it.
fn initialise(programs: &Path, account: Option<Account>, directory: &Path) {
    let mut command = Account::command(account, &programs.join("initdb"));
    command.args(["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C"]);
    command.arg("--pgdata").arg(directory.join("data")).current_dir(directory);
    finish(&mut command);
}

/// Starts a server and waits until it answers; what it said instead, if it does not.
fn serve(
    programs: &Path,
    account: Option<Account>,
    directory: &Path,
    settings: &[String],
    port: u16,
) -> Result<Child, String> {
    let mut command = Account::command(account, &programs.join("postgres"));
    command.arg("-D").arg(directory.join("data")).current_dir(directory);
    let ours = [
        format!("port={port}"),
        "listen_addresses=127.0.0.1".to_owned(),
        "unix_socket_directories=".to_owned(),
        // In its directory, with which it goes even when the server is killed.
        "dynamic_shared_memory_type=mmap".to_owned(),
    ];
    for setting in ours.iter().chain(settings) {
        command.args(["-c", setting]);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut server = command.spawn().map_err(|error| format!("{error}"))?;
    let (tell, told) = channel();
    if let Some(stderr) = server.stderr.take() {
        let log = directory.join("log");
        std::thread::spawn(move || listen(BufReader::new(stderr), &log, &tell));
    }
    if told.recv_timeout(PATIENCE).is_ok() {
        return Ok(server);
    }
    Tree::of(&server).kill();
    drop(server.wait());
    Err(std::fs::read_to_string(directory.join("log")).unwrap_or_default())
}

/// Writes what a server says into its log, and tells when it is ready.
fn listen(lines: impl BufRead, log: &Path, tell: &Sender<()>) {
    let mut log = std::fs::File::create(log);
    for line in lines.lines().map_while(Result::ok) {
        if let Ok(log) = &mut log {
            drop(writeln!(log, "{line}"));
        }
        if line.contains(READY) {
            let _ = tell.send(());
        }
    }
}

/// A port that nobody has, a moment ago.
fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    listener.map_or_else(|error| panic!("there is no free port: {error}"), |address| address.port())
}

/// Runs a program to its end.
fn finish(command: &mut Command) {
    let done = command.stdin(Stdio::null()).output();
    let done = done.unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"));
    assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
}
