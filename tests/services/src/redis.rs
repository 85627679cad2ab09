//! A Redis server of one's own.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::account::Account;
use crate::daemon::{Daemon, Home, Kind};
use crate::watch::Ends;

const KIND: Kind = Kind {
    name: "Redis",
    ready: "Ready to accept connections",
    ends: Ends { pid_file: "redis.pid", signal: "TERM" },
};

/// A Redis server on a free port of the loopback, which writes nothing to the disk: whoever ends it empties it. Dropped, or
/// when the process ends, it is stopped.
pub struct Redis {
    daemon: Daemon,
}

/// The server's program, in `PATH`. None where it is not installed.
pub fn redis_program() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).map(|folder| folder.join("redis-server")).find(|program| program.is_file())
}

impl Redis {
    /// Starts one, which takes some hundredths of a second.
    ///
    /// # Panics
    /// Where Redis is not installed, or does not start.
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// The same with these settings, such as `["requirepass", "hush"]`.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    pub fn with(settings: &[[&str; 2]]) -> Self {
        let Some(program) = redis_program() else {
            panic!(
                "Redis is not installed; `cargo xtask test` installs it, as does `apt-get install redis-server`"
            )
        };
        let home = Home::of(&KIND);
        let data = home.directory.join("data");
        if let Err(error) = std::fs::create_dir(&data) {
            panic!("{} cannot be made: {error}", data.display());
        }
        Account::own(home.account, &data);
        let settings: Vec<String> =
            settings.iter().flat_map(|[name, value]| [format!("--{name}"), (*value).to_owned()]).collect();
        let account = home.account;
        let command = move |port| command(&program, account, &data, &settings, port);
        Self { daemon: Daemon::start(&KIND, home, command) }
    }

    /// Where it is: `redis://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.daemon.port())
    }

    /// Kills it: its clients' connections break, what was in it is gone, and nobody answers until
    /// [`restart`](Self::restart).
    pub fn kill(&self) {
        self.daemon.kill();
    }

    /// Stops it where it is: connections stay, and can be made, but nobody answers on them.
    pub fn stop(&self) {
        self.daemon.stop();
    }

    /// Lets it go on after [`stop`](Self::stop).
    pub fn cont(&self) {
        self.daemon.cont();
    }

    /// Ends it in good order, or what is left of it, and starts it again, empty, at the same address. It answers on return.
    ///
    /// # Panics
    /// Where it does not start again.
    pub fn restart(&self) {
        self.daemon.restart();
    }
}

/// What starts a server on that port.
fn command(program: &Path, account: Option<Account>, data: &Path, settings: &[String], port: u16) -> Command {
    let mut command = Account::command(account, program);
    command.current_dir(data).args(["--bind", "127.0.0.1", "--daemonize", "no", "--save", ""]);
    command.arg("--port").arg(port.to_string());
    // Its pid file tells whom to end, and that it works there tells that it is ours.
    command.arg("--dir").arg(data).arg("--pidfile").arg(data.join(KIND.ends.pid_file));
    command.args(settings).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}
