//! HTTPS on our own listener.

use std::io;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// The certificate that the listener shows, and its key. Cheap to clone.
#[derive(Clone)]
pub struct Tls(TlsAcceptor);

/// A certificate or a key that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The chain is empty.
    #[error(
        "the certificate file holds no certificate; it must hold the whole chain in PEM, the server's own first"
    )]
    NoCertificate,
    /// The chain is not PEM.
    #[error("the certificate file cannot be read: {0}")]
    BadCertificate(pem::Error),
    /// There is no key.
    #[error(
        "the key file holds no private key; it must hold the one of the first certificate in PEM, unencrypted"
    )]
    NoKey,
    /// The key is not PEM.
    #[error("the key file cannot be read: {0}")]
    BadKey(pem::Error),
    /// Key and certificate do not belong together.
    #[error("the private key is not that of the first certificate")]
    Mismatch,
    /// Of a kind that is not supported.
    #[error("certificate and key cannot be used: {0}")]
    Unusable(rustls::Error),
}

impl Tls {
    /// Of a chain of certificates, the server's own first, and its private key, both in PEM.
    ///
    /// # Errors
    /// One of them is missing, cannot be read or used, or they do not belong together.
    pub fn from_pem(cert_chain: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        let chain: Vec<_> = CertificateDer::pem_slice_iter(cert_chain)
            .collect::<Result<_, _>>()
            .map_err(TlsError::BadCertificate)?;
        if chain.is_empty() {
            return Err(TlsError::NoCertificate);
        }
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| match error {
            pem::Error::NoItemsFound => TlsError::NoKey,
            error => TlsError::BadKey(error),
        })?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Unusable)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(|error| match error {
                rustls::Error::InconsistentKeys(_) => TlsError::Mismatch,
                error => TlsError::Unusable(error),
            })?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    /// The server's side of the handshake.
    pub(crate) async fn accept(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        self.0.accept(stream).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (String, String) {
        let rcgen::CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        (cert.pem(), signing_key.serialize_pem())
    }

    fn refused(chain: &str, key: &str) -> TlsError {
        Tls::from_pem(chain.as_bytes(), key.as_bytes()).err().unwrap()
    }

    #[test]
    fn what_belongs_together_is_taken_and_each_fault_is_named() {
        let (chain, key) = pair();
        assert!(Tls::from_pem(chain.as_bytes(), key.as_bytes()).is_ok());
        assert!(
            Tls::from_pem(format!("{chain}{key}").as_bytes(), key.as_bytes()).is_ok(),
            "one file for both"
        );
        let (_, other) = pair();
        assert!(matches!(refused(&chain, &other), TlsError::Mismatch));
        assert!(matches!(refused("", &key), TlsError::NoCertificate));
        assert!(matches!(refused(&key, &key), TlsError::NoCertificate));
        assert!(matches!(refused(&chain, ""), TlsError::NoKey));
        assert!(matches!(refused(&chain, &chain), TlsError::NoKey));
        assert!(matches!(refused(&chain.replace("-----END", "END"), &key), TlsError::BadCertificate(_)));
        assert!(matches!(refused(&chain, &key.replace("-----END", "END")), TlsError::BadKey(_)));
        let nonsense = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        assert!(matches!(refused(&chain, nonsense), TlsError::Unusable(_)));
    }

    #[test]
    fn an_error_never_holds_the_key() {
        let (chain, key) = pair();
        let middle = key.lines().nth(1).unwrap();
        let broken = key.replace("-----END", "END");
        let error = refused(&chain, &broken);
        assert!(!format!("{error} {error:?}").contains(middle));
    }
}
