use std::sync::Arc;
use std::time::Duration;

use rustls::{ClientConfig, RootCertStore};
use speech::{SharedLines, SpeechError};

use crate::line::Lines;
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
    /// Where other gateways' calls are counted, too.
    pub(crate) lines: Option<Lines>,
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
        Ok(Self { http, tls: sockets, deadlines, lines: None })
    }

    /// The same, whose remotes share their slots with those of other gateways that have the same key at the same address.
    pub fn sharing(self, lines: Arc<dyn SharedLines>) -> Self {
        Self { lines: Some(Lines::new(lines)), ..self }
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

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::net::SocketAddr;
    use std::num::NonZeroUsize;

    use http::{Request, Response, Version};
    use http_body_util::Full;
    use hyper::body::{Bytes, Incoming};
    use hyper::service::service_fn;
    use hyper_util::rt::{TokioExecutor, TokioIo};
    use hyper_util::server::conn::auto;
    use rustls::ServerConfig;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;

    use super::*;
    use crate::Refusal;

    /// A server of the name `localhost` that prefers HTTP/2 and answers with the version that it is spoken to in; and
    /// its certificate.
    async fn server() -> (SocketAddr, CertificateDer<'static>) {
        let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
        let certificate = own.cert.der().clone();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut tls = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.clone()], key)
            .unwrap();
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let tls = TlsAcceptor::from(Arc::new(tls));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // Who does not believe the certificate goes away.
                let Ok(stream) = tls.accept(stream).await else { continue };
                let serving = auto::Builder::new(TokioExecutor::new());
                drop(serving.serve_connection(TokioIo::new(stream), service_fn(answer)).await);
            }
        });
        (address, certificate)
    }

    async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let mut response = Response::new(Full::from("{}"));
        if request.headers().contains_key("upgrade") {
            *response.status_mut() = http::StatusCode::TOO_MANY_REQUESTS;
        } else if request.version() != Version::HTTP_2 {
            *response.status_mut() = http::StatusCode::HTTP_VERSION_NOT_SUPPORTED;
        }
        Ok(response)
    }

    fn remote(address: SocketAddr, trusted: Option<CertificateDer<'static>>) -> Remote {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(trusted);
        let base_url = format!("https://localhost:{}", address.port());
        let access = Access {
            name: "acme",
            base_url: &base_url,
            key: None,
            account: None,
            concurrency: NonZeroUsize::MIN,
            read_refusal: |_, _| Refusal::default(),
        };
        Outbound::trusting(roots, Deadlines::default()).unwrap().remote(access).unwrap()
    }

    #[tokio::test]
    async fn a_server_is_believed_by_its_certificate_and_spoken_to_in_its_best_version() {
        let (address, certificate) = server().await;
        assert!(remote(address, Some(certificate)).get(["voices"]).send().await.is_ok());
        let error = remote(address, None).get(["voices"]).send().await.err().unwrap();
        assert_eq!(error.message(), "The backend acme cannot be reached.");
        assert!(!webpki_roots::TLS_SERVER_ROOTS.is_empty());
    }

    #[tokio::test]
    async fn a_socket_asks_for_the_same_certificate_and_for_an_older_version() {
        let (address, certificate) = server().await;
        let refused = remote(address, Some(certificate)).socket(["follow"], &[]).await.err().unwrap();
        assert_eq!(refused.kind(), speech::ErrorKind::RateLimited);
        let error = remote(address, None).socket(["follow"], &[]).await.err().unwrap();
        assert_eq!(error.message(), "The backend acme cannot be reached.");
    }
}
