//! What the tests of the store share: a directory with a signed manifest, and pulls into it.

use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use inference::models::{Checksum, Manifest, ModelStore, StoreError, sign};
use tempfile::TempDir;

use super::package::{Archive, wheel};
use super::registry::Registry;

/// A directory with a key, a manifest that it signed, and a cache.
pub(crate) struct House {
    pub(crate) dir: TempDir,
    pub(crate) key: String,
    toml: String,
}

impl House {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let key = sign::keygen(&dir.path().join("key"), &dir.path().join("key.pub"), None).unwrap();
        Self { dir, key, toml: String::new() }
    }

    /// Lists the archive as package `id`.
    pub(crate) fn package(&mut self, id: &str, archive: &Archive) {
        let (client, pins) = match archive.file_name.ends_with(".whl") {
            true => ("pip", "python = \"3.12\"\nplatform = \"any\"\n"),
            false => ("npm", ""),
        };
        self.toml += &format!(
            "[packages.{id}]\nclient = \"{client}\"\nname = \"{}\"\nversion = \"{}\"\n{pins}size = {}\n\
             sha256 = \"{}\"\nlicence = \"CC0-1.0\"\norigin = \"these tests\"\n",
            archive.name,
            archive.version,
            archive.bytes.len(),
            Checksum::of(&archive.bytes),
        );
    }

    /// Lists a file with that content, made of `(package, member)`; `more` is added as it is.
    pub(crate) fn file(&mut self, name: &str, content: &[u8], parts: &[(&str, &str)], more: &str) {
        let parts: Vec<_> = parts
            .iter()
            .map(|(package, path)| format!("{{ package = \"{package}\", path = \"{path}\" }}"))
            .collect();
        self.toml += &format!(
            "[[files]]\nname = \"{name}\"\nsize = {}\nsha256 = \"{}\"\nparts = [{}]\n{more}\n",
            content.len(),
            Checksum::of(content),
            parts.join(", "),
        );
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn cache(&self) -> PathBuf {
        self.path("cache")
    }

    /// Signs the manifest as it is now, and reads it as an operator's program does.
    pub(crate) fn manifest(&self) -> Result<Manifest, StoreError> {
        let path = self.path("models.toml");
        let signature = self.path("models.toml.minisig");
        // Signed once only: a puller may be reading it.
        if !fs::read_to_string(&path).is_ok_and(|signed| signed == self.toml) {
            fs::write(&path, &self.toml).unwrap();
            assert_eq!(sign::sign(&path, &self.path("key"), None).unwrap(), signature);
        }
        Manifest::signed(self.toml.as_bytes(), &fs::read_to_string(signature).unwrap(), &self.key)
    }

    pub(crate) fn store(&self) -> ModelStore {
        ModelStore::open(self.manifest().unwrap(), self.cache())
    }

    /// Adds lines to the manifest as they are.
    pub(crate) fn add(&mut self, toml: &str) {
        self.toml += toml;
    }

    /// A pull in a process of its own, whose clients know no registry but this one.
    pub(crate) fn puller(&self, registry: &str) -> Command {
        self.manifest().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_models-puller"));
        command.args(["models.toml", "models.toml.minisig", "key.pub", "cache"].map(|name| self.path(name)));
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(|name| {
                name.to_lowercase().starts_with("pip_") || name.to_lowercase().ends_with("_proxy")
            }) {
                command.env_remove(name);
            }
        }
        command.env("PIP_CONFIG_FILE", "/dev/null").env("PIP_RETRIES", "0");
        command.env("PIP_INDEX_URL", format!("http://{registry}/simple"));
        command.env("npm_config_userconfig", "/dev/null").env("npm_config_fetch_retries", "0");
        command.env("npm_config_registry", format!("http://{registry}/"));
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Pulls to the end.
    pub(crate) fn pull(&self, registry: &Registry) -> Told {
        tell(self.puller(&registry.address).output().unwrap())
    }

    /// Names of what lies in a directory of the cache.
    pub(crate) fn lies_in(&self, directory: &str) -> Vec<String> {
        names_in(&self.cache().join(directory))
    }
}

/// A house whose cache holds `voice.bin` already, put there as a copied cache is.
pub(crate) fn furnished() -> (House, ModelStore, Vec<u8>) {
    let content: Vec<u8> = (0..100_000_u32).map(|n| ((n * 7) >> 3) as u8).collect();
    let mut house = House::new();
    house.package("p", &wheel("p", &[]));
    house.file("kit/voice.bin", &content, &[("p", "p/voice.bin")], "");
    let store = house.store();
    let path = store.list()[0].path.clone();
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, &content).unwrap();
    (house, store, content)
}

pub(crate) fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// How a pull ended.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) code: Option<i32>,
    pub(crate) events: Vec<String>,
    pub(crate) error: String,
}

pub(crate) fn tell(output: std::process::Output) -> Told {
    Told {
        code: output.status.code(),
        events: String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect(),
        error: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A pull that goes on while the test does something else.
pub(crate) struct Running {
    pub(crate) child: Child,
    events: Lines<BufReader<ChildStdout>>,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let events = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, events }
    }

    /// Waits for an event that begins so.
    pub(crate) fn wait_for(&mut self, start: &str) {
        let heard = self.events.by_ref().map(Result::unwrap).any(|event| event.starts_with(start));
        assert!(heard, "the pull ended without {start:?}");
    }

    /// Waits until its client is where the registry stalls.
    pub(crate) fn reach(&mut self, stalled: &Receiver<()>) {
        while stalled.recv_timeout(Duration::from_millis(50)).is_err() {
            assert!(self.goes_on(), "the pull ended before it reached the stall");
        }
    }

    pub(crate) fn goes_on(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// As the system does when memory is short: no chance to clean up.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn end(self) -> Told {
        tell(self.child.wait_with_output().unwrap())
    }
}
