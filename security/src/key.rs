//! What a key looks like, and what is kept of it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::SecretString;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::Pepper;

/// What every key begins with, so that scanners of source code know one when they see it.
const MARK: &str = "vs_";

/// RFC 4648's base32, in lower case: no character of it is mistaken for another.
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Characters of a key that tell it from others, beside those that are secret.
const PUBLIC: usize = 10;

/// Random bytes that nobody can guess, and their length in base64url.
const SECRET_BYTES: usize = 32;
const SECRET: usize = (SECRET_BYTES * 4).div_ceil(3);

/// A new key.
pub struct Minted {
    /// By which it is found: `vs_` and ten characters.
    pub prefix: String,
    /// The whole key, to be shown to its owner once.
    pub key: SecretString,
    /// What is stored of it: [`digest`].
    pub digest: [u8; 32],
    /// With which pepper: its [fingerprint](Pepper::fingerprint).
    pub pepper: String,
}

/// Its public part only.
impl fmt::Debug for Minted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Minted({})", self.prefix)
    }
}

/// Makes a key.
pub fn mint(pepper: &Pepper) -> Minted {
    let prefix = format!("{MARK}{}", public_name::<PUBLIC>());
    let key = format!("{prefix}_{}", URL_SAFE_NO_PAD.encode(random::<SECRET_BYTES>()));
    let digest = digest(pepper, key.as_bytes());
    Minted { prefix, digest, pepper: pepper.fingerprint(), key: key.into() }
}

/// The public prefix of what looks like a key of ours; none of anything else.
pub fn prefix_of(key: &[u8]) -> Option<&str> {
    let (prefix, secret) = key.split_at_checked(MARK.len() + PUBLIC)?;
    let is_base64url = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let public = prefix.strip_prefix(MARK.as_bytes())?;
    let secret = secret.strip_prefix(b"_")?;
    let is_ours = public.iter().all(|byte| BASE32.contains(byte))
        && secret.len() == SECRET
        && secret.iter().all(is_base64url);
    if is_ours { std::str::from_utf8(prefix).ok() } else { None }
}

/// HMAC-SHA-256 of a whole key with the pepper (RFC 2104).
pub fn digest(pepper: &Pepper, key: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new(&pepper.block().into());
    mac.update(key);
    mac.finalize().into_bytes().into()
}

/// Whether this is the key of that digest. How long that takes tells nothing of either.
pub fn verify(pepper: &Pepper, key: &[u8], known: &[u8; 32]) -> bool {
    digest(pepper, key).ct_eq(known).into()
}

/// A new client's id: `cl_` and 80 random bits. It says nothing of anybody.
pub fn client_id() -> String {
    format!("cl_{}", public_name::<16>())
}

fn public_name<const CHARACTERS: usize>() -> String {
    random::<CHARACTERS>().map(|byte| char::from(BASE32[usize::from(byte % 32)])).into_iter().collect()
}

#[expect(clippy::expect_used, reason = "without randomness a key could be guessed or come twice")]
pub(crate) fn random<const BYTES: usize>() -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn pepper(beginning: &[u8]) -> Pepper {
        let mut bytes = [0; 32];
        bytes[..beginning.len()].copy_from_slice(beginning);
        Pepper::new(bytes)
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// RFC 4231, test cases 1 and 2. HMAC itself fills a short key up with zeros, so a pepper may as well.
    #[test]
    fn the_digest_is_hmac_sha_256() {
        for (key, text, expected) in [
            (&[0x0b; 20][..], "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (
                b"Jefe",
                "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
        ] {
            assert_eq!(hex(&digest(&pepper(key), text.as_bytes())), expected);
        }
    }

    #[test]
    fn a_key_looks_as_it_is_told() {
        let Minted { prefix, key, .. } = mint(&pepper(b"p"));
        let key = key.expose_secret();
        assert_eq!((prefix.len(), key.len()), (13, 57), "{key}");
        assert_eq!(prefix_of(key.as_bytes()), Some(&*prefix));
        assert!(key.starts_with("vs_") && key[13..].starts_with('_'), "{key}");
        assert_eq!(URL_SAFE_NO_PAD.decode(&key[14..]).unwrap().len(), 32);
    }

    #[test]
    fn only_what_looks_like_a_key_has_a_prefix() {
        let minted = mint(&pepper(b"p"));
        let key = minted.key.expose_secret();
        let (public, secret) = (&key[3..13], &key[14..]);
        for other in [
            "",
            "vs_",
            "sk-0123456789",
            public,
            &minted.prefix,
            &key[..56],
            &format!("{key}A"),
            &key.to_uppercase(),
            &format!("vs_{public}.{secret}"),
            &format!("vs-{public}_{secret}"),
            &format!("vs_0{}_{secret}", &public[1..]),
            &format!("vs_{public}_{}=", &secret[1..]),
            &format!("vs_{public}_{}é", &secret[2..]),
        ] {
            assert_eq!(prefix_of(other.as_bytes()), None, "{other}");
        }
        assert_eq!(prefix_of(&[0xff; 57]), None);
    }

    #[test]
    fn a_key_is_known_by_its_digest_with_the_same_pepper_only() {
        let (ours, other) = (pepper(b"ours"), pepper(b"other"));
        let Minted { key, digest, .. } = mint(&ours);
        let key = key.expose_secret().as_bytes();
        assert!(verify(&ours, key, &digest));
        assert!(!verify(&other, key, &digest));
        assert!(!verify(&ours, &key[..56], &digest));
        assert!(!verify(&ours, mint(&ours).key.expose_secret().as_bytes(), &digest));
    }

    #[test]
    fn no_key_comes_twice_and_none_is_shown() {
        let (one, other) = (mint(&pepper(b"p")), mint(&pepper(b"p")));
        assert_ne!(one.prefix, other.prefix);
        assert_ne!(one.key.expose_secret()[14..], other.key.expose_secret()[14..]);
        let shown = format!("{one:?} {:?}", one.key);
        assert!(shown.contains(&one.prefix) && !shown.contains(&one.key.expose_secret()[14..]), "{shown}");
    }

    #[test]
    fn a_clients_id_says_nothing() {
        let (one, other) = (client_id(), client_id());
        assert!(one.starts_with("cl_") && one.len() == 19 && one != other, "{one} {other}");
    }
}
