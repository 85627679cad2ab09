//! Who may say what a manifest is.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use inference::models::{Manifest, StoreError, sign};

use super::house::furnished;

/// A manifest, its signature and the key.
fn signed() -> (Vec<u8>, String, String) {
    let house = furnished().0;
    let read = |name: &str| fs::read_to_string(house.path(name)).unwrap();
    (read("models.toml").into_bytes(), read("models.toml.minisig"), house.key.clone())
}

#[track_caller]
fn assert_unsigned(toml: &[u8], signature: &str, key: &str, why: &str) {
    let error = Manifest::signed(toml, signature, key).unwrap_err();
    assert!(matches!(&error, StoreError::Signature(told) if told.contains(why)), "{error}");
    assert!(error.to_string().contains("`voice-soundboard models sign`"));
}

#[test]
fn a_manifest_is_taken_with_the_signature_of_the_pinned_key_only() {
    let (toml, signature, key) = signed();
    assert!(Manifest::signed(&toml, &signature, &key).is_ok());
    let pub_file = format!("untrusted comment: minisign public key\n{key}\n");
    assert!(Manifest::signed(&toml, &signature, &pub_file).is_ok(), "the whole .pub file serves as well");

    assert_unsigned(&toml, "", &key, "it is not signed");
    assert_unsigned(&toml, &signature, &signed().2, "another key than the pinned one");
    assert_unsigned(&[], &signature, &key, "it is not what was signed");
    assert_unsigned(&[&toml[..], b"\n"].concat(), &signature, &key, "it is not what was signed");
    // Not even UTF-8, let alone TOML: the signature speaks first.
    assert_unsigned(b"\xff\xfe", &signature, &key, "it is not what was signed");
    for place in (0..toml.len()).step_by(37) {
        let mut changed = toml.clone();
        changed[place] ^= 1;
        assert_unsigned(&changed, &signature, &key, "it is not what was signed");
    }
    for no_key in ["", "RWQ", &signature, &key[1..]] {
        assert!(matches!(Manifest::signed(&toml, &signature, no_key), Err(StoreError::Key(_))), "{no_key:?}");
    }
}

#[test]
fn a_signature_that_was_cut_or_changed_anywhere_is_refused() {
    let (toml, signature, key) = signed();
    let complete = signature.trim_end().len();
    for length in 0..complete {
        assert_unsigned(&toml, &signature[..length], &key, "");
    }
    // The first line is a comment that minisign, too, calls untrusted.
    let first = signature.find('\n').unwrap() + 1;
    for place in (first..complete).filter(|&place| signature.as_bytes()[place] != b'\n') {
        let mut changed = signature.clone().into_bytes();
        changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
        assert_unsigned(&toml, std::str::from_utf8(&changed).unwrap(), &key, "");
    }
}

/// The example in minisign's own documentation signs the word "test", not its hash.
#[test]
fn a_legacy_signature_is_refused_though_it_is_right() {
    let key = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";
    let signature = "untrusted comment: signature from minisign secret key\n\
        RWQf6LRCGA9i59SLOFxz6NxvASXDJeRtuZykwQepbDEGt87ig1BNpWaVWuNrm73YiIiJbq71Wi+dP9eKL8OC351vwIasSSbXxwA=\n\
        trusted comment: timestamp:1555779966\tfile:test\n\
        QtKMXWyYcwdpZAlPF7tE2ENJkRd1ujvKjlj1m9RtHTBnZPa5WKU5uWRs5GoP5M/VqE81QFuMKI5k/SfNQUaOAA==\n";
    let lenient = minisign::verify(
        &minisign::PublicKey::from_base64(key).unwrap(),
        &minisign::SignatureBox::from_string(signature).unwrap(),
        std::io::Cursor::new(b"test"),
        true,
        false,
        true,
    );
    assert!(lenient.is_ok());
    assert_unsigned(b"test", signature, key, "it is not what was signed");
}

#[test]
fn a_key_is_its_owners_only_and_never_overwritten() {
    let house = furnished().0;
    let (secret, public) = (house.path("key"), house.path("key.pub"));
    assert_eq!(fs::metadata(&secret).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(fs::read_to_string(&public).unwrap().contains(&house.key));
    let before = fs::read(&secret).unwrap();
    for (one, other) in [(&secret, &house.path("new")), (&house.path("new"), &public)] {
        let error = sign::keygen(one, other, None).unwrap_err();
        assert!(matches!(&error, StoreError::Key(told) if told.contains("never overwritten")), "{error}");
    }
    assert_eq!(fs::read(&secret).unwrap(), before);
    assert!(!house.path("new").exists());
}

#[test]
fn a_key_with_a_password_signs_with_it_only() {
    let house = furnished().0;
    let [secret, public, manifest] = ["locked", "locked.pub", "models.toml"].map(|name| house.path(name));
    let key = sign::keygen(&secret, &public, Some("correct horse".into())).unwrap();
    for password in [None, Some("battery staple".into())] {
        let error = sign::sign(&manifest, &secret, password).unwrap_err();
        assert!(matches!(&error, StoreError::Key(told) if told.contains("cannot sign")), "{error}");
    }
    let signature = sign::sign(&manifest, &secret, Some("correct horse".into())).unwrap();
    assert_eq!(signature, house.path("models.toml.minisig"));
    let signature = fs::read_to_string(signature).unwrap();
    assert!(Manifest::signed(&fs::read(&manifest).unwrap(), &signature, &key).is_ok());
}

#[test]
fn a_manifest_or_key_that_is_not_there_is_named() {
    let house = furnished().0;
    let sign = |manifest: &str, key: &str| {
        sign::sign(&house.path(manifest), &house.path(key), None).unwrap_err().to_string()
    };
    assert!(
        sign("none.toml", "key").contains("cannot read") && sign("none.toml", "key").contains("none.toml")
    );
    assert!(sign("models.toml", "none").contains("none"));
    assert!(sign("models.toml", "key.pub").contains("cannot sign"));
}
