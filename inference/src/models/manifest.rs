//! The list of files: what each is, and where it comes from.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use serde::Deserialize;

use super::{Checksum, StoreError, sign};

/// The machines that files may be for: operating system and processor, as Rust names them.
const TARGETS: [&str; 3] = ["linux-x86_64", "linux-aarch64", "macos-aarch64"];

/// The machine that this is.
pub(super) fn this_target() -> String {
    format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH)
}

/// Which program fetches a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Client {
    /// A wheel, by `python3 -m pip download`.
    Pip,
    /// A tarball, by `npm pack`.
    Npm,
}

/// An archive in a package registry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Who fetches it.
    pub client: Client,
    /// Its name in the registry.
    pub name: String,
    /// Its exact version.
    pub version: String,
    /// pip only: the Python version asked for, such as `3.12`.
    pub python: Option<String>,
    /// pip only: the platform tag asked for; `any` for a wheel without machine code.
    pub platform: Option<String>,
    /// Bytes of the archive.
    pub size: u64,
    /// Of the archive; it is not opened before size and sha256 are right.
    pub sha256: Checksum,
    /// The licence of what is in it.
    pub licence: String,
    /// Who made what is in it.
    pub origin: String,
}

/// A member of a package.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The package's id in the manifest.
    pub package: String,
    /// The member's path inside it.
    pub path: String,
}

/// A file that the program uses.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// What the program asks for, such as `kokoro/voices/af_heart.bin`.
    pub name: String,
    /// Only on this machine; on all where it is `None`.
    pub target: Option<String>,
    /// Bytes.
    pub size: u64,
    /// Of the whole file.
    pub sha256: Checksum,
    /// The members that, put together in this order, are the file.
    pub parts: Vec<Part>,
    /// A second source of the same bytes.
    pub url: Option<String>,
}

/// A list of files that may be trusted.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    packages: BTreeMap<String, Package>,
    files: Vec<File>,
}

impl Manifest {
    /// The manifest that is compiled into the program.
    ///
    /// # Errors
    /// Only if it was built with a broken one.
    pub fn builtin() -> Result<Self, StoreError> {
        Self::parse(include_str!("../../../config/models.toml"))
    }

    /// A manifest from outside: `signature` is the text of its `.minisig` file, `public_key` the key that the
    /// operator pinned. The signature is checked before anything is parsed.
    ///
    /// # Errors
    /// [`StoreError::Signature`] unless the pinned key signed exactly these bytes; [`StoreError::Manifest`] when
    /// what was signed is not a manifest.
    pub fn signed(toml: &[u8], signature: &str, public_key: &str) -> Result<Self, StoreError> {
        sign::verify(toml, signature, public_key)?;
        let text = std::str::from_utf8(toml).map_err(|_| StoreError::Manifest("it is not UTF-8".into()))?;
        Self::parse(text)
    }

    fn parse(text: &str) -> Result<Self, StoreError> {
        let manifest: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| text[..span.start].lines().count().max(1));
            StoreError::Manifest(format!("line {line}: {}", error.message().replace('\n', ", ")))
        })?;
        manifest.check().map_err(StoreError::Manifest)?;
        Ok(manifest)
    }

    /// Every file that this machine can use.
    pub fn files(&self) -> impl Iterator<Item = &File> {
        let here = this_target();
        self.files.iter().filter(move |file| file.target.as_ref().is_none_or(|target| *target == here))
    }

    /// The package of that id.
    pub fn package(&self, id: &str) -> Option<&Package> {
        self.packages.get(id)
    }

    /// The file of that name, for this machine.
    ///
    /// # Errors
    /// [`StoreError::Unknown`], or [`StoreError::Target`] where it exists for other machines only.
    pub fn file(&self, name: &str) -> Result<&File, StoreError> {
        self.files().find(|file| file.name == name).ok_or_else(|| self.no_file(name))
    }

    /// The files that the name stands for: one file, or all below it as in a directory.
    pub(super) fn select(&self, name: &str) -> Result<Vec<&File>, StoreError> {
        let below = |file: &File| {
            file.name.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let chosen: Vec<_> = self.files().filter(|file| below(file)).collect();
        if chosen.is_empty() { Err(self.no_file(name)) } else { Ok(chosen) }
    }

    fn no_file(&self, name: &str) -> StoreError {
        let elsewhere: Vec<_> = self
            .files
            .iter()
            .filter(|file| file.name == name)
            .filter_map(|file| file.target.as_deref())
            .collect();
        if elsewhere.is_empty() {
            return StoreError::Unknown(name.into());
        }
        StoreError::Target { name: name.into(), target: this_target(), available: elsewhere.join(", ") }
    }

    /// Refuses what could lead outside the cache or into a client's options, even when it was signed.
    fn check(&self) -> Result<(), String> {
        for (id, package) in &self.packages {
            package.check().map_err(|fault| format!("package {id:?}: {fault}"))?;
        }
        for (index, file) in self.files.iter().enumerate() {
            self.check_file(file).map_err(|fault| format!("file {:?}: {fault}", file.name))?;
            let clashes = |other: &File| {
                other.name == file.name
                    && (other.target == file.target || other.target.is_none() || file.target.is_none())
            };
            if self.files[..index].iter().any(clashes) {
                return Err(format!("file {:?} is listed twice", file.name));
            }
        }
        Ok(())
    }

    fn check_file(&self, file: &File) -> Result<(), String> {
        if !stays_inside(&file.name) {
            return Err("a name is a relative path without . and ..".into());
        }
        if let Some(target) = file.target.as_deref().filter(|target| !TARGETS.contains(target)) {
            return Err(format!("{target:?} is not a target; {} are", TARGETS.join(", ")));
        }
        if file.parts.is_empty() {
            return Err("it has no parts".into());
        }
        for Part { package, path } in &file.parts {
            if !self.packages.contains_key(package) {
                return Err(format!("there is no package {package:?}"));
            }
            if !stays_inside(path) {
                return Err(format!("{path:?} leads out of its package"));
            }
        }
        match &file.url {
            Some(url) if !may_be_fetched(url) => Err(format!("{url:?} is not an https address")),
            _ => Ok(()),
        }
    }
}

impl Package {
    /// Name and version, as people write them.
    pub fn label(&self) -> String {
        format!("{} {}", self.name, self.version)
    }

    fn check(&self) -> Result<(), String> {
        let plain = |text: &str, marks: &str| {
            text.starts_with(|first: char| first.is_ascii_alphanumeric())
                && text.chars().all(|c| c.is_ascii_alphanumeric() || marks.contains(c))
        };
        let name = match self.client {
            Client::Npm => {
                let bare = self.name.strip_prefix('@').and_then(|scoped| scoped.split_once('/'));
                bare.map_or(plain(&self.name, "-._"), |(scope, name)| {
                    plain(scope, "-._") && plain(name, "-._")
                })
            }
            Client::Pip => plain(&self.name, "-._"),
        };
        let pins = match (self.client, &self.python, &self.platform) {
            (Client::Pip, Some(python), Some(platform)) => plain(python, ".") && plain(platform, "._"),
            (Client::Npm, None, None) => true,
            _ => return Err("python and platform are for pip, and needed there".into()),
        };
        // What follows goes to a client as arguments: none may look like an option, a path or an address.
        if name && pins && plain(&self.version, "-._+!") {
            Ok(())
        } else {
            Err("its name, version, python or platform has characters that no registry allows".into())
        }
    }
}

/// A relative path of ordinary names only.
pub(super) fn stays_inside(path: &str) -> bool {
    !path.is_empty()
        && !path.contains(['\\', '\0', ':'])
        && path.split('/').all(|name| !name.is_empty())
        && Path::new(path).components().all(|component| matches!(component, Component::Normal(_)))
        && !path.split('/').any(|name| name == ".")
}

/// https; plain http only to this machine, where nobody listens on the way.
fn may_be_fetched(url: &str) -> bool {
    let loopback = ["http://127.0.0.1:", "http://[::1]:", "http://localhost:"];
    url.is_ascii()
        && !url.contains(|c: char| c.is_ascii_whitespace() || c.is_ascii_control())
        && (url.starts_with("https://") || loopback.iter().any(|start| url.starts_with(start)))
}
