//! Tokens that stand for a key for a while.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::{Pepper, digest};

/// `{"alg":"HS256","typ":"JWT"}` in base64url.
const HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";

/// What a token says. Whoever has it can read it, so a key is in it by its public name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Whose it is: the id of a client.
    #[serde(rename = "sub")]
    pub client: String,
    /// The key that it stands for; none where nobody has a key.
    pub key: Option<String>,
    /// When it was made, Unix seconds.
    #[serde(rename = "iat")]
    pub issued_unix: i64,
    /// From when on it is nothing any more, Unix seconds.
    #[serde(rename = "exp")]
    pub expires_unix: i64,
}

/// Makes a token: a JSON Web Token (RFC 7519), signed by HMAC-SHA-256.
pub fn sign(pepper: &Pepper, claims: &Claims) -> SecretString {
    // Serialising strings and numbers to memory has no way to fail.
    let claims = URL_SAFE_NO_PAD.encode(serde_json::to_vec(claims).unwrap_or_default());
    let signed = format!("{HEADER}.{claims}");
    let signature = URL_SAFE_NO_PAD.encode(signature(pepper, &signed).finalize().into_bytes());
    format!("{signed}.{signature}").into()
}

/// What a token says; none of one that is over, or that was not made with this pepper.
///
/// Its header is compared as a whole: there is one algorithm, and nobody who sends a token chooses it.
pub fn claims(pepper: &Pepper, token: &[u8], now_unix: i64) -> Option<Claims> {
    let (signed, sent) = std::str::from_utf8(token).ok()?.rsplit_once('.')?;
    let claims = signed.strip_prefix(HEADER)?.strip_prefix('.')?;
    signature(pepper, signed).verify_slice(&URL_SAFE_NO_PAD.decode(sent).ok()?).ok()?;
    let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
    (now_unix < claims.expires_unix).then_some(claims)
}

/// Under a key of its own, made of the pepper, so that no digest of an API key is anybody's signature.
fn signature(pepper: &Pepper, signed: &str) -> Hmac<Sha256> {
    let mut block = [0; 64];
    block[..32].copy_from_slice(&digest(pepper, b"tokens"));
    let mut mac = Hmac::<Sha256>::new(&block.into());
    mac.update(signed.as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    const NOON: i64 = 43_200;

    fn pepper(byte: u8) -> Pepper {
        Pepper::new([byte; 32])
    }

    fn of_ann() -> Claims {
        Claims {
            client: "cl_ann".into(),
            key: Some("vs_k3v7q2m9xa".into()),
            issued_unix: NOON,
            expires_unix: NOON + 600,
        }
    }

    /// Signed by Python's `hmac` under `hmac.digest(bytes([7] * 32), b"tokens", "sha256")`.
    #[test]
    fn it_is_a_json_web_token() {
        let (claims, signature) = (
            "eyJzdWIiOiJjbF9hbm4iLCJrZXkiOiJ2c19rM3Y3cTJtOXhhIiwiaWF0Ijo0MzIwMCwiZXhwIjo0MzgwMH0",
            "cdcvyNfb-mUwgrKMppSracDj3ZiFs0Uz023zxagOwU4",
        );
        assert_eq!(sign(&pepper(7), &of_ann()).expose_secret(), format!("{HEADER}.{claims}.{signature}"));
    }

    #[test]
    fn it_says_what_was_signed_until_it_is_over() {
        let token = sign(&pepper(7), &of_ann());
        let at = |now| claims(&pepper(7), token.expose_secret().as_bytes(), now);
        assert_eq!(at(NOON), Some(of_ann()));
        assert_eq!(at(NOON + 599), Some(of_ann()));
        assert_eq!(at(NOON + 600), None);
    }

    #[test]
    fn only_who_has_the_pepper_can_make_one() {
        let token = sign(&pepper(7), &of_ann());
        let token = token.expose_secret();
        assert_eq!(claims(&pepper(8), token.as_bytes(), NOON), None);
        for (at, _) in token.char_indices() {
            let other = if token[at..].starts_with('A') { "B" } else { "A" };
            let forged = [&token[..at], other, &token[at + 1..]].concat();
            assert_eq!(claims(&pepper(7), forged.as_bytes(), NOON), None, "{at}");
        }
    }

    #[test]
    fn what_is_no_token_says_nothing() {
        let (header, none) = (HEADER, URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#));
        let body = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&of_ann()).unwrap());
        for wrong in [
            "",
            ".",
            "..",
            "vs_k3v7q2m9xa",
            header,
            &format!("{header}."),
            &format!("{header}.."),
            &format!("{header}.{body}"),
            &format!("{header}.{body}."),
            &format!("{none}.{body}."),
            &format!("{header}.{body}.é"),
        ] {
            assert_eq!(claims(&pepper(7), wrong.as_bytes(), NOON), None, "{wrong}");
        }
        assert_eq!(claims(&pepper(7), b"\xff.\xff.\xff", NOON), None);
    }
}
