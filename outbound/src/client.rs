use std::sync::Arc;
use std::time::Duration;

use rustls::{ClientConfig, RootCertStore};
use speech::SpeechError;

use crate::{Access, Deadlines, Remote};

/// An idle connection is closed before the load balancers in front of the vendors do it, who mostly wait a minute.
const POOL_IDLE: Duration = Duration::from_secs(50);

/// The pool of connections that all vendors share. Cheap to clone.
///
/// Redirects are not followed, bodies are not unpacked, and the environment's proxy variables are not read: a key
/// goes to the configured address or nowhere. TLS is rustls with ring and Mozilla's roots, HTTP/2 where the vendor
/// speaks it.
#[derive(Clone)]
pub struct Outbound {
    pub(crate) http: reqwest::Client,
    /// For WebSockets, which need HTTP/1.1.
    pub(crate) tls: Arc<ClientConfig>,
    pub(crate) deadlines: Deadlines,
}

impl Outbound {
    /// An empty pool.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`](speech::ErrorKind::Internal) when TLS cannot be set up.
    pub fn new(deadlines: Deadlines) -> Result<Self, SpeechError> {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        Self::trusting(roots, deadlines)
    }

    fn trusting(roots: RootCertStore, deadlines: Deadlines) -> Result<Self, SpeechError> {
        let mut tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(SpeechError::internal)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let sockets = Arc::new(tls.clone());
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .tcp_nodelay(true)
            .connect_timeout(deadlines.connect)
            .pool_idle_timeout(POOL_IDLE)
            .user_agent(concat!("voice-soundboard/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(SpeechError::internal)?;
        Ok(Self { http, tls: sockets, deadlines })
    }

    /// The server of one backend.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`](speech::ErrorKind::InvalidParameter) about `base_url` or `api_key` when they
    /// cannot be used. Neither is quoted.
    pub fn remote(&self, access: Access<'_>) -> Result<Remote, SpeechError> {
        Remote::open(self.clone(), access)
    }
}
