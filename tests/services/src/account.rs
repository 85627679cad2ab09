//! As whom a service runs.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// Whom a service may run as that refuses root; the first that the machine knows.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

/// Another user than ours.
#[derive(Clone, Copy)]
pub(crate) struct Account {
    user: u32,
    group: u32,
}

impl Account {
    /// An unprivileged one if we are root; none if we are not: then ours will do.
    pub(crate) fn unprivileged() -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            return None;
        }
        let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        let found = UNPRIVILEGED.iter().find_map(|name| {
            let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
            let mut ids = line.split(':').skip(2);
            Some(Self { user: ids.next()?.parse().ok()?, group: ids.next()?.parse().ok()? })
        });
        assert!(
            found.is_some(),
            "root should not run services, nor would Postgres let it, and there is no user {}",
            UNPRIVILEGED.join(" or ")
        );
        found
    }

    /// Gives a directory to whom the service runs as.
    pub(crate) fn own(account: Option<Self>, directory: &Path) {
        let Some(Self { user, group }) = account else { return };
        if let Err(error) = std::os::unix::fs::chown(directory, Some(user), Some(group)) {
            panic!("{} cannot be given to user {user}: {error}", directory.display());
        }
    }

    /// A command that is run as that, in a process group of its own: no Ctrl-C at a terminal reaches it.
    pub(crate) fn command(account: Option<Self>, program: &Path) -> Command {
        let mut command = Command::new(program);
        if let Some(Self { user, group }) = account {
            command.uid(user).gid(group);
        }
        command.process_group(0);
        command
    }
}
