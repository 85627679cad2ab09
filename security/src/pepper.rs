//! What is mixed into every digest, and lies beside the database, not in it.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretBox, SecretString};
use tempfile::NamedTempFile;

use crate::key::{digest, random};

/// A secret of 32 bytes. Without it the digests of keys are of no use, not even to try keys by.
#[derive(Debug)]
pub struct Pepper(SecretBox<[u8; 32]>);

/// There is no pepper.
#[derive(Debug, thiserror::Error)]
pub enum PepperError {
    /// It is not 32 bytes in base64. Never quotes what it is.
    #[error("a pepper is 32 random bytes in base64, as `openssl rand -base64 32` prints them")]
    Malformed,
    /// The file holds something else.
    #[error("{0} holds no pepper: 32 random bytes in base64; without the right one no API key is known")]
    Damaged(PathBuf),
    /// The file can be neither read nor written.
    #[error("the pepper of the API keys, {path}, cannot be used")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Pepper {
    /// These bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(SecretBox::new(Box::new(bytes)))
    }

    /// Given by a configuration, so that several nodes share it.
    ///
    /// # Errors
    /// [`PepperError::Malformed`].
    pub fn parse(text: &SecretString) -> Result<Self, PepperError> {
        text.expose_secret().parse()
    }

    /// The one in that file, which only its owner may read; a new one where there is no file. Of several processes
    /// that make it at the same time, all get the same.
    ///
    /// # Errors
    /// The file is damaged, or can be neither read nor written.
    pub fn load_or_create(path: &Path) -> Result<Self, PepperError> {
        let unusable = |source| PepperError::Io { path: path.to_owned(), source };
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                create(path).and_then(|()| fs::read_to_string(path))
            }
            read => read,
        };
        match text {
            Ok(text) => text.parse().map_err(|_| PepperError::Damaged(path.to_owned())),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                Err(PepperError::Damaged(path.to_owned()))
            }
            Err(error) => Err(unusable(error)),
        }
    }

    /// By which it is known again: 16 hexadecimal digits that nobody could make it, or a key's digest, from. No key
    /// looks like what they are the digest of.
    pub fn fingerprint(&self) -> String {
        digest(self, b"fingerprint").iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// As HMAC-SHA-256 takes it: filled up with zeros to a block, as RFC 2104 has it.
    pub(crate) fn block(&self) -> [u8; 64] {
        let mut block = [0; 64];
        block[..32].copy_from_slice(self.0.expose_secret());
        block
    }
}

/// Base64, with white space around it.
impl FromStr for Pepper {
    type Err = PepperError;

    fn from_str(text: &str) -> Result<Self, PepperError> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| PepperError::Malformed)?;
        bytes.try_into().map(Self::new).map_err(|_| PepperError::Malformed)
    }
}

/// Puts a new pepper there, whole and on disk, unless there is one by now.
fn create(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A temporary file is its owner's alone, and stays so.
    let mut file = NamedTempFile::new_in(directory)?;
    writeln!(file, "{}", STANDARD.encode(random::<32>()))?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => Err(error.error),
        _ => File::open(directory)?.sync_all(),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::thread;

    use super::*;

    fn bytes(pepper: &Pepper) -> [u8; 32] {
        *pepper.0.expose_secret()
    }

    #[test]
    fn a_pepper_is_made_once_and_its_owners_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("pepper");
        let made = Pepper::load_or_create(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(bytes(&Pepper::load_or_create(&path).unwrap()), bytes(&made));
        let given = Pepper::parse(&fs::read_to_string(&path).unwrap().into()).unwrap();
        assert_eq!(bytes(&given), bytes(&made), "what is in the file can be given to another node");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
        let another = tempfile::tempdir().unwrap();
        assert_ne!(bytes(&Pepper::load_or_create(&another.path().join("pepper")).unwrap()), bytes(&made));
    }

    #[test]
    fn all_who_make_it_at_once_get_the_same() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("pepper");
        let made: Vec<_> = thread::scope(|scope| {
            let makers: Vec<_> =
                (0..8).map(|_| scope.spawn(|| bytes(&Pepper::load_or_create(&path).unwrap()))).collect();
            makers.into_iter().map(|maker| maker.join().unwrap()).collect()
        });
        assert!(made.iter().all(|pepper| *pepper == made[0]));
    }

    #[test]
    fn a_damaged_file_is_no_reason_to_make_another() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("pepper");
        for damage in [&b""[..], b"c2hvcnQ=", b"not base64!", b"\xff\xfe"] {
            fs::write(&path, damage).unwrap();
            assert!(matches!(Pepper::load_or_create(&path), Err(PepperError::Damaged(_))));
            assert_eq!(fs::read(&path).unwrap(), damage);
        }
        let nowhere = directory.path().join("nowhere/pepper");
        assert!(matches!(Pepper::load_or_create(&nowhere), Err(PepperError::Io { .. })));
    }

    #[test]
    fn a_fingerprint_tells_peppers_apart() {
        let [one, again, other] = [1, 1, 2].map(|byte| Pepper::new([byte; 32]).fingerprint());
        assert_eq!((one.len(), &one), (16, &again));
        assert_ne!(one, other);
    }

    #[test]
    fn a_pepper_is_32_bytes_of_base64_and_never_shown() {
        let text = STANDARD.encode([7; 32]);
        let pepper = Pepper::parse(&format!(" {text}\n").into()).unwrap();
        assert_eq!(bytes(&pepper), [7; 32]);
        assert!(!format!("{pepper:?}").contains('7'), "{pepper:?}");
        for wrong in ["", "secret", &STANDARD.encode([7; 31]), &STANDARD.encode([7; 33])] {
            let error = Pepper::parse(&wrong.to_owned().into()).unwrap_err().to_string();
            assert!(wrong.is_empty() || !error.contains(wrong), "{error}");
        }
    }
}
