//! A file that appears whole or not at all.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempPath};

use super::wav::exact_sizes;
use crate::failure::Failure;

/// What a new file may be read and written by, before the user's umask takes its part.
const NEW_FILE: u32 = 0o666;

/// A file being written beside its final place. Dropped before [`Self::appear`], it is gone, and whatever was
/// there before is untouched.
pub(crate) struct FileInTheMaking {
    target: PathBuf,
    bytes: File,
    /// None where the target is a pipe or a device: there is nothing to replace, so it is written as it is.
    beside: Option<TempPath>,
}

impl FileInTheMaking {
    pub(crate) fn create(path: &Path) -> Result<Self, Failure> {
        Self::open(path).map_err(|error| {
            Failure::usage(format_args!(
                "{} cannot be written: {error}; choose another place",
                path.display()
            ))
        })
    }

    fn open(path: &Path) -> io::Result<Self> {
        // A link stays a link: what it points to is replaced.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let existing = fs::metadata(&target).ok();
        if existing.as_ref().is_some_and(fs::Metadata::is_dir) {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        if existing.as_ref().is_some_and(|existing| !existing.is_file()) {
            let bytes = OpenOptions::new().write(true).open(&target)?;
            return Ok(Self { target, bytes, beside: None });
        }
        let directory = match target.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        let permissions =
            existing.map_or_else(|| Permissions::from_mode(NEW_FILE), |file| file.permissions());
        let (bytes, beside) = tempfile::Builder::new()
            .prefix(".voice-soundboard-")
            .suffix(".part")
            .permissions(permissions)
            .tempfile_in(directory)
            .map(NamedTempFile::into_parts)
            .map_err(|error| said_of(directory, &error))?;
        Ok(Self { target, bytes, beside: Some(beside) })
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.bytes.write_all(bytes).map_err(|error| self.failed(&error))
    }

    /// A WAV file that was written as a stream gets its true sizes. A pipe or a device keeps what it was sent.
    pub(crate) fn with_exact_sizes(mut self) -> Result<Self, Failure> {
        match &self.beside {
            Some(_) => exact_sizes(&mut self.bytes).map_err(|error| self.failed(&error)).map(|()| self),
            None => Ok(self),
        }
    }

    /// The file takes its place, in one step.
    pub(crate) fn appear(self) -> Result<(), Failure> {
        let Self { target, bytes, beside } = self;
        let Some(beside) = beside else { return Ok(()) };
        bytes
            .sync_all()
            .and_then(|()| beside.persist(&target).map_err(|error| error.error))
            .map_err(|error| Failure::writing(target.display(), &error))
    }

    fn failed(&self, error: &io::Error) -> Failure {
        Failure::writing(self.target.display(), error)
    }
}

/// Why nothing can be made there, without the passing name of what was to be made.
fn said_of(directory: &Path, error: &io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::NotFound => {
            io::Error::other(format!("the directory {} does not exist", directory.display()))
        }
        kind => kind.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names_in(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).expect("it is a directory");
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect()
    }

    #[test]
    fn a_file_appears_whole_and_replaces_what_was_there() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("hello.wav");
        fs::write(&path, "old").expect("it is written");
        fs::set_permissions(&path, Permissions::from_mode(0o640)).expect("they are set");

        let mut file = FileInTheMaking::create(&path).expect("it is made");
        file.write(b"new and longer").expect("it is written");
        assert_eq!(fs::read(&path).expect("it is there"), b"old");
        file.appear().expect("it appears");

        assert_eq!(fs::read(&path).expect("it is there"), b"new and longer");
        assert_eq!(fs::metadata(&path).expect("it is there").permissions().mode() & 0o777, 0o640);
        assert_eq!(names_in(directory.path()), ["hello.wav"]);
    }

    #[test]
    fn a_file_that_is_given_up_leaves_nothing() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("hello.wav");
        let mut file = FileInTheMaking::create(&path).expect("it is made");
        file.write(b"half").expect("it is written");
        assert_eq!(names_in(directory.path()).len(), 1, "it is being made beside its place");
        drop(file);
        assert!(names_in(directory.path()).is_empty());
    }

    #[test]
    fn a_link_stays_a_link() {
        let directory = tempfile::tempdir().expect("a directory");
        let (real, link) = (directory.path().join("real.wav"), directory.path().join("link.wav"));
        fs::write(&real, "old").expect("it is written");
        std::os::unix::fs::symlink(&real, &link).expect("it is linked");
        let mut file = FileInTheMaking::create(&link).expect("it is made");
        file.write(b"new").expect("it is written");
        file.appear().expect("it appears");
        assert!(fs::symlink_metadata(&link).expect("it is there").is_symlink());
        assert_eq!(fs::read(&real).expect("it is there"), b"new");
    }

    #[test]
    fn a_device_is_written_as_it_is() {
        let mut file = FileInTheMaking::create(Path::new("/dev/null")).expect("it opens");
        file.write(b"lost").expect("it is written");
        file.appear().expect("nothing is left to do");
        assert!(!fs::metadata("/dev/null").expect("it is there").is_file());
    }
}
