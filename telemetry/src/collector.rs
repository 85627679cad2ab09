//! Who is told, by the standard `OTEL_*` variables.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use opentelemetry_otlp::{
    MetricExporter, Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _,
};
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use crate::TelemetryError;

const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const PROTOCOL: &str = "OTEL_EXPORTER_OTLP_PROTOCOL";
const CERTIFICATE: &str = "OTEL_EXPORTER_OTLP_CERTIFICATE";
const TIMEOUT: &str = "OTEL_EXPORTER_OTLP_TIMEOUT";
const DISABLED: &str = "OTEL_SDK_DISABLED";

/// The specification's own default.
const TEN_SECONDS: Duration = Duration::from_secs(10);

/// A collector of OTLP over HTTP, or none. What is sent along (`OTEL_EXPORTER_OTLP_HEADERS`), how often, which traces
/// and under which name is read from the environment by OpenTelemetry itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collector {
    /// Where spans go.
    traces: Option<String>,
    /// Where metrics go.
    metrics: Option<String>,
    /// Whom it may show a certificate of, beside the usual authorities.
    certificate: Option<PathBuf>,
    timeout: Option<Duration>,
}

impl Collector {
    /// The one that these variables name. `OTEL_EXPORTER_OTLP_ENDPOINT` gets `/v1/traces` and `/v1/metrics` behind it;
    /// `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` and `..._METRICS_ENDPOINT` are taken as they are.
    ///
    /// # Errors
    /// A variable that cannot be heeded.
    pub fn from_env(env: impl Fn(&str) -> Option<String>) -> Result<Self, TelemetryError> {
        let env = |name: &str| env(name).filter(|value| !value.is_empty());
        if env(DISABLED).is_some_and(|value| value.eq_ignore_ascii_case("true")) {
            return Ok(Self::default());
        }
        if let Some(other) = env(PROTOCOL).filter(|protocol| protocol != "http/protobuf") {
            return Err(wrong(PROTOCOL, format!("is {other:?}; only http/protobuf is spoken here")));
        }
        let timeout = env(TIMEOUT).map(|value| value.parse().map(Duration::from_millis)).transpose();
        let endpoint = |signal: &str| {
            let own = env(&format!("OTEL_EXPORTER_OTLP_{}_ENDPOINT", signal.to_uppercase()));
            let under = |base: String| format!("{}/v1/{signal}", base.trim_end_matches('/'));
            let silent =
                env(&format!("OTEL_{}_EXPORTER", signal.to_uppercase())).is_some_and(|name| name == "none");
            own.or_else(|| env(ENDPOINT).map(under)).filter(|_| !silent)
        };
        Ok(Self {
            traces: endpoint("traces"),
            metrics: endpoint("metrics"),
            certificate: env(CERTIFICATE).map(PathBuf::from),
            timeout: timeout.map_err(|_| wrong(TIMEOUT, "is no number of milliseconds".to_owned()))?,
        })
    }

    pub(crate) fn traces(&self) -> Result<Option<SpanExporter>, TelemetryError> {
        let Some(endpoint) = &self.traces else { return Ok(None) };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(self.client()?)
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(endpoint);
        Ok(Some(exporter.build()?))
    }

    pub(crate) fn metrics(&self) -> Result<Option<MetricExporter>, TelemetryError> {
        let Some(endpoint) = &self.metrics else { return Ok(None) };
        let exporter = MetricExporter::builder()
            .with_http()
            .with_http_client(self.client()?)
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(endpoint);
        Ok(Some(exporter.build()?))
    }

    /// One that waits on the thread of its exporter.
    fn client(&self) -> Result<reqwest::blocking::Client, TelemetryError> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        if let Some(path) = &self.certificate {
            trust(&mut roots, path)?;
        }
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = reqwest::blocking::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .timeout(self.timeout.unwrap_or(TEN_SECONDS));
        Ok(client.build()?)
    }
}

fn trust(roots: &mut RootCertStore, path: &Path) -> Result<(), TelemetryError> {
    let unusable =
        |error: String| wrong(CERTIFICATE, format!("({}) cannot be used: {error}", path.display()));
    let certificates = CertificateDer::pem_file_iter(path).map_err(|error| unusable(error.to_string()))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
        roots.add(certificate).map_err(|error| unusable(error.to_string()))?;
    }
    Ok(())
}

fn wrong(variable: &'static str, problem: String) -> TelemetryError {
    TelemetryError::Variable { variable, problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(set: &[(&str, &str)]) -> Result<Collector, TelemetryError> {
        Collector::from_env(|name| {
            set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn without_an_endpoint_nobody_is_told() {
        let nobody = Collector::default();
        assert_eq!(read(&[]).unwrap(), nobody);
        assert_eq!(read(&[(ENDPOINT, "")]).unwrap(), nobody);
        assert_eq!(read(&[(ENDPOINT, "http://one:4318"), (DISABLED, "true")]).unwrap(), nobody);
        assert!(nobody.traces().unwrap().is_none() && nobody.metrics().unwrap().is_none());
    }

    #[test]
    fn an_endpoint_is_for_both_unless_one_has_its_own() {
        let one = read(&[(ENDPOINT, "http://one:4318/")]).unwrap();
        assert_eq!(one.traces.as_deref(), Some("http://one:4318/v1/traces"));
        assert_eq!(one.metrics.as_deref(), Some("http://one:4318/v1/metrics"));
        let two = read(&[
            (ENDPOINT, "http://one:4318"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://two/spans"),
        ]);
        assert_eq!(two.unwrap().traces.as_deref(), Some("http://two/spans"));
        let only = read(&[(ENDPOINT, "http://one:4318"), ("OTEL_METRICS_EXPORTER", "none")]).unwrap();
        assert!(only.traces.is_some() && only.metrics.is_none());
    }

    #[test]
    fn what_cannot_be_heeded_is_named() {
        let error = read(&[(ENDPOINT, "http://one:4317"), (PROTOCOL, "grpc")]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "OTEL_EXPORTER_OTLP_PROTOCOL is \"grpc\"; only http/protobuf is spoken here"
        );
        assert!(read(&[(TIMEOUT, "soon")]).unwrap_err().to_string().starts_with(TIMEOUT));
        let missing = read(&[(ENDPOINT, "https://one"), (CERTIFICATE, "/nowhere.pem")]).unwrap();
        assert!(missing.traces().unwrap_err().to_string().contains("/nowhere.pem"));
    }
}
