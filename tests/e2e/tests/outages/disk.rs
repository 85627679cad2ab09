//! Disks that fail.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::harness::{Server, Till, run};

/// A little more than a gateway wants to see free.
const SIZE: &str = "size=24m";

/// A file system in memory, which only the gateway sees that lies on it.
pub(crate) struct SmallDisk {
    filler: PathBuf,
}

impl SmallDisk {
    /// A gateway whose data directory is on one.
    pub(crate) fn under(till: &mut Till) -> (Server, Self) {
        let data = till.data.path().to_owned();
        let server = till.open_with(|serve| *serve = mounted(serve, &data));
        till.look_through(&server);
        let seen = format!("/proc/{}/root{}", server.pid(), data.display());
        let filler = PathBuf::from(seen).join("filler");
        (server, Self { filler })
    }

    /// Leaves not a byte of it.
    pub(crate) fn fill(&self) {
        let mut filler = File::create(&self.filler).unwrap();
        let zeros = vec![0; 64 * 1024];
        let full = loop {
            if let Err(error) = filler.write_all(&zeros) {
                break error;
            }
        };
        assert_eq!(full.kind(), ErrorKind::StorageFull);
    }

    pub(crate) fn empty(&self) {
        fs::remove_file(&self.filler).unwrap();
    }
}

/// The same command with a small disk mounted at `folder`, in a mount namespace of its own. Who is not root is root in
/// a user namespace of its own, too.
fn mounted(command: &Command, folder: &Path) -> Command {
    let mount = format!("mount -t tmpfs -o {SIZE} tmpfs \"$0\" && exec \"$@\"");
    let mut unshare = Command::new("unshare");
    let is_root = rustix::process::geteuid().is_root();
    unshare.args(if is_root { &["--mount"][..] } else { &["--mount", "--map-root-user"] });
    unshare.args(["sh", "-c", &mount]).arg(folder).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => unshare.env(name, value),
            None => unshare.env_remove(name),
        };
    }
    unshare
}

/// A disk whose cache is never written to it while a file says so.
pub(crate) struct FailingDisk {
    switch: PathBuf,
    _folder: TempDir,
}

impl FailingDisk {
    /// A gateway on one.
    pub(crate) fn under(till: &Till) -> (Server, Self) {
        let folder = tempfile::tempdir().unwrap();
        let (library, switch) = (folder.path().join("fsync.so"), folder.path().join("fails"));
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/outages/fsync.c");
        let built = run(Command::new("cc").args(["-shared", "-fPIC", "-o"]).args([&library, &source]), b"");
        assert_eq!(built.code, Some(0), "{}", built.stderr);
        let server = till.open_with(|serve| {
            serve.env("LD_PRELOAD", &library).env("FSYNC_FAILS_WHILE", &switch);
        });
        (server, Self { switch, _folder: folder })
    }

    pub(crate) fn fail(&self) {
        File::create(&self.switch).unwrap();
    }

    pub(crate) fn work(&self) {
        fs::remove_file(&self.switch).unwrap();
    }
}
