//! Reading files that are not trusted yet.

use std::fmt;
use std::fs;
use std::io::{self, Read, Seek};
use std::path::Path;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::Fault;

/// A sha256, written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Checksum([u8; 32]);

impl Checksum {
    /// The sha256 of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl TryFrom<String> for Checksum {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err("a sha256 has lower-case hexadecimal digits only"),
        };
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != 32 || !rest.is_empty() {
            return Err("a sha256 has 64 digits");
        }
        let mut bytes = [0; 32];
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = digit(*high)? << 4 | digit(*low)?;
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why an untrusted file was not taken.
#[derive(Debug)]
pub(super) enum Unfit {
    /// Nothing is there.
    Absent,
    /// What is there is not it.
    Faulty(Fault),
    /// It cannot be read.
    Unreadable(io::Error),
}

impl From<io::Error> for Unfit {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Absent,
            _ => Self::Unreadable(error),
        }
    }
}

impl From<Fault> for Unfit {
    fn from(fault: Fault) -> Self {
        Self::Faulty(fault)
    }
}

/// Looks at the file without reading it: a regular file of this size, not a link.
pub(super) fn shape(path: &Path, size: u64) -> Result<(), Unfit> {
    let found = fs::symlink_metadata(path)?;
    if found.is_symlink() {
        return Err(Fault::Symlink.into());
    }
    if !found.is_file() {
        return Err(Fault::NotAFile.into());
    }
    Ok(length(found.len(), size)?)
}

/// Reads the whole file, if it is what it should be.
pub(super) fn bytes(path: &Path, size: u64, checksum: Checksum) -> Result<Vec<u8>, Unfit> {
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    // One byte more than it should have, so that a file that grew meanwhile is noticed and never fills memory.
    open(path, size)?.take(size.saturating_add(1)).read_to_end(&mut bytes)?;
    length(bytes.len() as u64, size)?;
    if Checksum::of(&bytes) != checksum {
        return Err(Fault::Changed.into());
    }
    Ok(bytes)
}

/// Reads the file once through; if it is what it should be, hands it back open and at its start.
pub(super) fn file(path: &Path, size: u64, checksum: Checksum) -> Result<fs::File, Unfit> {
    let mut file = open(path, size)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 17];
    let mut seen = 0;
    let mut rest = (&file).take(size.saturating_add(1));
    loop {
        match rest.read(&mut buffer)? {
            0 => break,
            read => {
                hasher.update(&buffer[..read]);
                seen += read as u64;
            }
        }
    }
    length(seen, size)?;
    if Checksum(hasher.finalize().into()) != checksum {
        return Err(Fault::Changed.into());
    }
    file.rewind()?;
    Ok(file)
}

/// Opens what [`shape`] looked at, and makes sure that it is still that.
fn open(path: &Path, size: u64) -> Result<fs::File, Unfit> {
    shape(path, size)?;
    let file = fs::File::open(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let (named, opened) = (fs::symlink_metadata(path)?, file.metadata()?);
        // A link that was put there between the look and the opening has another inode than its target.
        if (named.dev(), named.ino()) != (opened.dev(), opened.ino()) {
            return Err(Fault::Symlink.into());
        }
    }
    Ok(file)
}

fn length(found: u64, expected: u64) -> Result<(), Fault> {
    match found.cmp(&expected) {
        std::cmp::Ordering::Less => Err(Fault::Short { found, expected }),
        std::cmp::Ordering::Greater => Err(Fault::Long { expected }),
        std::cmp::Ordering::Equal => Ok(()),
    }
}
