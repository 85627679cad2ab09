//! Signatures of manifests: ed25519, in the files of minisign, so that either program reads the other's.

use std::fs::{self, OpenOptions};
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use minisign::{KeyPair, PublicKey, PublicKeyBox, SecretKeyBox, SignatureBox};

use super::StoreError;

/// Makes a key pair: the secret key for [`sign`], readable by its owner only, and the public key that operators
/// pin. With a password the secret key is encrypted. Returns the public key as one line of base64, the form for
/// a configuration file.
///
/// # Errors
/// [`StoreError::Key`] if either file exists: a key is never overwritten.
pub fn keygen(secret: &Path, public: &Path, password: Option<String>) -> Result<String, StoreError> {
    if let Some(there) = [secret, public].into_iter().find(|path| fs::symlink_metadata(path).is_ok()) {
        return Err(exists(there));
    }
    let pair = match password {
        Some(password) => KeyPair::generate_encrypted_keypair(Some(password)),
        None => KeyPair::generate_unencrypted_keypair(),
    }
    .map_err(|error| StoreError::Key(format!("no key can be made: {error}")))?;
    let unwritten = |error| StoreError::Key(format!("no key can be written: {error}"));
    let secret_text = pair.sk.to_box(None).map_err(unwritten)?.into_string();
    let public_text = pair.pk.to_box().map_err(unwritten)?.into_string();
    write_new(secret, &secret_text, 0o600)?;
    write_new(public, &public_text, 0o644)?;
    Ok(pair.pk.to_base64())
}

/// Signs the manifest with the secret key; the signature is written beside it, as `NAME.minisig`, and its path
/// returned. An earlier signature is replaced.
///
/// # Errors
/// [`StoreError::Key`] if the key is not one or wants another password, [`StoreError::Io`] from the disk.
pub fn sign(manifest: &Path, secret: &Path, password: Option<String>) -> Result<PathBuf, StoreError> {
    let bytes = fs::read(manifest).map_err(StoreError::io("read", manifest))?;
    let text = fs::read_to_string(secret).map_err(StoreError::io("read", secret))?;
    let unusable = |error| StoreError::Key(format!("{} cannot sign: {error}", secret.display()));
    let key = SecretKeyBox::from_string(&text).and_then(|key| match password {
        Some(password) => key.into_secret_key(Some(password)),
        None => key.into_unencrypted_secret_key(),
    });
    let name = manifest.file_name().unwrap_or_default().to_string_lossy();
    let signature = key
        .and_then(|key| minisign::sign(None, &key, Cursor::new(&bytes), Some(&format!("file:{name}")), None))
        .map_err(unusable)?;
    let mut path = manifest.as_os_str().to_owned();
    path.push(".minisig");
    let path = PathBuf::from(path);
    fs::write(&path, signature.into_string()).map_err(StoreError::io("write", &path))?;
    Ok(path)
}

/// Whether that key signed exactly these bytes; `public_key` is its base64, or the whole text of its file.
pub(super) fn verify(bytes: &[u8], signature: &str, public_key: &str) -> Result<(), StoreError> {
    let key = if public_key.trim().lines().count() > 1 {
        PublicKeyBox::from_string(public_key.trim()).and_then(PublicKeyBox::into_public_key)
    } else {
        PublicKey::from_base64(public_key.trim())
    }
    .map_err(|_| StoreError::Key("the pinned public key is not a minisign key".into()))?;
    let refused = |why: &str| StoreError::Signature(why.to_owned());
    if signature.trim().is_empty() {
        return Err(refused("it is not signed"));
    }
    let malformed = || refused("its signature is not a minisign signature");
    // The library takes the last line's length for granted: 64 bytes are 86 characters and two of padding.
    if !signature.lines().nth(3).is_some_and(|line| line.len() == 88 && line.ends_with("==")) {
        return Err(malformed());
    }
    let text = signature;
    let signature = SignatureBox::from_string(text).map_err(|_| malformed())?;
    // It also reads past what it has no use for; one signature has one form.
    if !signature.to_string().lines().eq(text.lines()) {
        return Err(malformed());
    }
    if signature.keynum() != key.keynum() {
        return Err(refused("it is signed by another key than the pinned one"));
    }
    // Legacy signatures, over the text and not over its hash, are nothing that `sign` makes: not accepted.
    minisign::verify(&key, &signature, Cursor::new(bytes), true, false, false)
        .map_err(|_| refused("it is not what was signed"))
}

fn write_new(path: &Path, text: &str, mode: u32) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let mut file = options.open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => exists(path),
        _ => StoreError::io("create", path)(error),
    })?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(StoreError::io("write", path))
}

fn exists(path: &Path) -> StoreError {
    StoreError::Key(format!("{} exists and is never overwritten; choose another name", path.display()))
}
