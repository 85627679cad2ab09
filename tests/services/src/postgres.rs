//! A Postgres server of one's own.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::account::Account;
use crate::daemon::{Daemon, Home, Kind};
use crate::watch::Ends;

/// Settings for tests that are about something else than what a power cut leaves: commits wait for no disk.
pub const HASTY: &[&str] = &["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

/// Where Debian puts the programs of each version.
const DEBIAN: &str = "/usr/lib/postgresql";

const KIND: Kind = Kind {
    name: "Postgres",
    ready: "database system is ready to accept connections",
    ends: Ends { pid_file: "postmaster.pid", signal: "QUIT" },
};

/// A Postgres server with a cluster of its own, on a free port of the loopback. It is as durable as Postgres is by
/// default. Dropped, or when the process ends, it is stopped and its directory removed.
pub struct Postgres {
    programs: PathBuf,
    databases: AtomicU32,
    daemon: Daemon,
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
        let home = Home::of(&KIND);
        initialise(&programs, home.account, &home.directory);
        let (account, directory) = (home.account, home.directory.clone());
        let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
        let postgres = programs.join("postgres");
        let command = move |port| command(&postgres, account, &directory, &settings, port);
        let daemon = Daemon::start(&KIND, home, command);
        Self { programs, databases: AtomicU32::new(0), daemon }
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
        finish(command.arg(format!("--port={}", self.daemon.port())).arg(&name));
        self.url_of(&name)
    }

    fn url_of(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.daemon.port())
    }

    /// Kills all its processes, as if the machine had lost its power (but what the kernel holds for the disk, it has).
    /// Its clients' connections break, and nobody answers until [`restart`](Self::restart).
    pub fn kill(&self) {
        self.daemon.kill();
    }

    /// Stops all its processes where they are: connections stay, and can be made, but nobody answers on them.
    pub fn stop(&self) {
        self.daemon.stop();
    }

    /// Lets it go on after [`stop`](Self::stop).
    pub fn cont(&self) {
        self.daemon.cont();
    }

    /// Ends it in good order, or what is left of it, and starts it again where it was: with the same data at the same
    /// address. It answers on return.
    ///
    /// # Panics
    /// Where it does not start again.
    pub fn restart(&self) {
        self.daemon.restart();
    }
}

/// Makes an empty cluster. Nobody loses anything if a power cut destroys it.
fn initialise(programs: &Path, account: Option<Account>, directory: &Path) {
    let mut command = Account::command(account, &programs.join("initdb"));
    command.args(["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C"]);
    command.arg("--pgdata").arg(directory.join("data")).current_dir(directory);
    finish(&mut command);
}

/// What starts a server on that port.
fn command(
    postgres: &Path,
    account: Option<Account>,
    directory: &Path,
    settings: &[String],
    port: u16,
) -> Command {
    let mut command = Account::command(account, postgres);
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
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// Runs a program to its end.
fn finish(command: &mut Command) {
    let done = command.stdin(Stdio::null()).output();
    let done = done.unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"));
    assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
}
