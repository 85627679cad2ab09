//! The store: a manifest, and the directory where its files are kept.

use std::fs;
use std::path::{Path, PathBuf};

use super::check::{self, Unfit};
use super::{Checksum, File, Manifest, Progress, StoreError, pull};

/// Hands out files that are what the manifest says, and fetches those that are not there.
///
/// In the cache directory, `files/` holds what was fetched, each file under the start of its own sha256, so that
/// versions never mix; `derived/` holds what is made from them; `staging/` what a pull is busy with. Only
/// [`pull`](Self::pull) writes, so that a cache which was filled once may be read-only. All calls block.
#[derive(Clone, Debug)]
pub struct ModelStore {
    manifest: Manifest,
    cache: PathBuf,
}

/// A file of the manifest, and how it stands.
#[derive(Debug)]
pub struct Stored<'a> {
    /// Its line in the manifest.
    pub file: &'a File,
    /// Where it lies, or would.
    pub path: PathBuf,
    /// What the look at it gave: [`StoreError::Missing`], [`StoreError::Damaged`] or [`StoreError::Io`].
    pub state: Result<(), StoreError>,
}

impl ModelStore {
    /// A store in that directory, which need not exist yet.
    pub fn open(manifest: Manifest, cache: impl Into<PathBuf>) -> Self {
        Self { manifest, cache: cache.into() }
    }

    /// What the manifest lists.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The directory that everything lies in.
    pub fn cache(&self) -> &Path {
        &self.cache
    }

    /// Every file for this machine, and whether one of its size is there; nothing is read.
    pub fn list(&self) -> Vec<Stored<'_>> {
        self.each(|file, path| check::shape(path, file.size))
    }

    /// Every file for this machine, read through and compared with its sha256.
    pub fn verify(&self) -> Vec<Stored<'_>> {
        self.each(|file, path| check::file(path, file.size, file.sha256).map(drop))
    }

    /// Which of these files or directories of files have yet to be fetched. Looks at sizes only, so that it
    /// costs nothing to ask before each use; damage is found by the use itself.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] or [`StoreError::Target`] for a name that is not to be had.
    pub fn missing(&self, names: &[&str]) -> Result<Vec<&File>, StoreError> {
        let mut files = self.select(names)?;
        files.retain(|file| check::shape(&self.place(file), file.size).is_err());
        Ok(files)
    }

    /// Fetches whichever of these files or directories of files (`kokoro` is all that begins with `kokoro/`) are
    /// not there or are damaged; with no names, all files for this machine. When it returns without an error,
    /// they are all there.
    ///
    /// Safe to be killed at any moment, and to be run by several processes at once: they take turns.
    ///
    /// # Errors
    /// Any [`StoreError`]; what was complete before it is kept.
    pub fn pull(&self, names: &[&str], progress: &dyn Progress) -> Result<(), StoreError> {
        let files = if names.is_empty() { self.manifest.files().collect() } else { self.select(names)? };
        pull::pull(self, files, progress)
    }

    /// Where the file lies. It was read through and is right at this moment; whoever opens the path later trusts
    /// that nobody else writes in the user's cache. Use [`bytes`](Self::bytes) wherever bytes will do.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::Damaged`], and as in [`missing`](Self::missing).
    pub fn path(&self, name: &str) -> Result<PathBuf, StoreError> {
        let file = self.manifest.file(name)?;
        let path = self.place(file);
        self.at(file, check::file(&path, file.size, file.sha256))?;
        Ok(path)
    }

    /// The file's bytes: those that are returned are those that were checked.
    ///
    /// # Errors
    /// As [`path`](Self::path).
    pub fn bytes(&self, name: &str) -> Result<Vec<u8>, StoreError> {
        let file = self.manifest.file(name)?;
        self.at(file, check::bytes(&self.place(file), file.size, file.sha256))
    }

    /// What the manifest says that the file's sha256 is: the key for what is derived from it.
    ///
    /// # Errors
    /// As [`missing`](Self::missing).
    pub fn source_sha256(&self, name: &str) -> Result<Checksum, StoreError> {
        Ok(self.manifest.file(name)?.sha256)
    }

    /// One digest of all files that these names stand for: another as soon as one of them is another.
    ///
    /// # Errors
    /// As [`missing`](Self::missing).
    pub fn digest(&self, names: &[&str]) -> Result<Checksum, StoreError> {
        let mut listed = String::new();
        for name in names {
            for file in self.manifest.select(name)? {
                listed += &format!("{} {}\n", file.sha256, file.name);
            }
        }
        Ok(Checksum::of(listed.as_bytes()))
    }

    /// Where graphs that are derived from these files are kept. It need not exist yet; whoever writes there makes it,
    /// and checks what lies there.
    pub fn derived_dir(&self) -> PathBuf {
        self.cache.join("derived")
    }

    /// Where the file is kept.
    pub(super) fn place(&self, file: &File) -> PathBuf {
        let name = file.name.rsplit('/').next().unwrap_or(&file.name);
        self.cache.join("files").join(format!("{:.16}-{name}", file.sha256.to_string()))
    }

    /// A real directory in the cache; a link in its place would lead writes elsewhere.
    pub(super) fn directory(&self, name: &str) -> Result<PathBuf, StoreError> {
        let path = self.cache.join(name);
        fs::create_dir_all(&path).map_err(StoreError::io("create", &path))?;
        let found = fs::symlink_metadata(&path).map_err(StoreError::io("read", &path))?;
        if found.is_dir() {
            return Ok(path);
        }
        let source = std::io::Error::new(std::io::ErrorKind::NotADirectory, "it is a symbolic link");
        Err(StoreError::io("use", &path)(source))
    }

    fn select(&self, names: &[&str]) -> Result<Vec<&File>, StoreError> {
        let mut files: Vec<&File> = Vec::new();
        for name in names {
            for file in self.manifest.select(name)? {
                if !files.iter().any(|known| known.name == file.name) {
                    files.push(file);
                }
            }
        }
        Ok(files)
    }

    fn each(&self, look: impl Fn(&File, &Path) -> Result<(), Unfit>) -> Vec<Stored<'_>> {
        let stored = |file| {
            let path = self.place(file);
            let state = self.at(file, look(file, &path));
            Stored { file, path, state }
        };
        self.manifest.files().map(stored).collect()
    }

    /// Says which file it was.
    fn at<T>(&self, file: &File, outcome: Result<T, Unfit>) -> Result<T, StoreError> {
        let (name, path) = (file.name.clone(), self.place(file));
        outcome.map_err(|unfit| match unfit {
            Unfit::Absent => StoreError::Missing { name, path },
            Unfit::Faulty(fault) => StoreError::Damaged { name, path, fault },
            Unfit::Unreadable(source) => StoreError::Io { doing: "read", path, source },
        })
    }
}
