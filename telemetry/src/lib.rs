//! What those who run the gateway are told of its requests: metrics and traces. Never what was said, and no key.
//!
//! Instruments and spans are OpenTelemetry's. One set of instruments is read twice: by whoever asks for
//! [`Metrics::render`], in Prometheus' text format, and by an exporter that pushes it by OTLP over HTTP. Spans are
//! those of `tracing` whose target is `trace`. Nothing is pushed, and no span is made, unless the standard `OTEL_*`
//! variables name a collector.

mod breakers;
mod collector;
mod labels;
mod metrics;
mod watched;

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::ExporterBuildError;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::registry::LookupSpan;

pub use breakers::Breaker;
pub use collector::Collector;
pub use metrics::Metrics;

/// What `OTEL_SERVICE_NAME` may say otherwise.
const SERVICE: &str = "voice-soundboard";

/// The target of the spans that are told.
const TARGET: &str = "trace";

/// Telemetry cannot be set up as the environment asks.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// A variable holds what it cannot.
    #[error("{variable} {problem}")]
    Variable {
        /// Its name.
        variable: &'static str,
        /// What is wrong with it, as the rest of the sentence.
        problem: String,
    },
    /// An exporter cannot be built.
    #[error("the exporter of metrics and traces cannot be set up: {0}")]
    Exporter(#[from] ExporterBuildError),
    /// Its HTTP client cannot be built.
    #[error("the exporter's HTTP client cannot be set up: {0}")]
    Client(#[from] reqwest::Error),
    /// Its TLS cannot be set up.
    #[error("the exporter's TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// The metrics cannot be read.
    #[error("metrics cannot be set up: {0}")]
    Metrics(#[from] opentelemetry_sdk::error::OTelSdkError),
}

/// Metrics and traces at work.
pub struct Telemetry {
    meters: SdkMeterProvider,
    traces: Option<SdkTracerProvider>,
    metrics: Metrics,
}

impl Telemetry {
    /// Starts to count; and to tell the collector, as far as there is one.
    ///
    /// Not from within a runtime: the exporters have threads of their own, which wait for the network.
    ///
    /// # Errors
    /// The environment asks for what cannot be done.
    pub fn start(collector: &Collector) -> Result<Self, TelemetryError> {
        let resource = Resource::builder().with_attribute(service_version());
        // A detector puts `unknown_service` where nobody has given a name.
        let resource = match std::env::var_os("OTEL_SERVICE_NAME") {
            Some(_) => resource.build(),
            None => resource.with_service_name(SERVICE).build(),
        };
        let registry = prometheus::Registry::new();
        let page = opentelemetry_prometheus::exporter()
            .with_registry(registry.clone())
            .without_target_info()
            .scope_info_enabled(false)
            .build()?;
        let mut meters = SdkMeterProvider::builder().with_resource(resource.clone()).with_reader(page);
        if let Some(exporter) = collector.metrics()? {
            meters = meters.with_reader(PeriodicReader::builder(exporter).build());
        }
        let traces = collector.traces()?.map(|exporter| {
            opentelemetry::global::set_text_map_propagator(TraceContextPropagator::new());
            SdkTracerProvider::builder().with_resource(resource).with_batch_exporter(exporter).build()
        });
        let meters = meters.build();
        let metrics = Metrics::new(&meters, registry);
        Ok(Self { meters, traces, metrics })
    }

    /// What a subscriber needs, so that spans are told; nothing where nobody is.
    pub fn layer<S>(&self) -> Option<Box<dyn Layer<S> + Send + Sync>>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        let tracer = self.traces.as_ref()?.tracer(SERVICE);
        let spans = tracing_opentelemetry::layer()
            .with_tracer(tracer)
            .with_location(false)
            .with_target(false)
            .with_threads(false)
            .with_level(false)
            .with_tracked_inactivity(false);
        Some(spans.with_filter(Targets::new().with_target(TARGET, LevelFilter::TRACE)).boxed())
    }

    /// What counts.
    pub fn metrics(&self) -> Metrics {
        self.metrics.clone()
    }

    /// Tells what is not told yet, and ends; waits no longer than `patience`.
    pub fn end(self, patience: Duration) {
        let (done, ended) = mpsc::channel();
        thread::spawn(move || {
            // What cannot be told is in the log by then.
            if let Some(traces) = &self.traces {
                let _ = traces.shutdown_with_timeout(patience);
            }
            let _ = self.meters.shutdown();
            let _ = done.send(());
        });
        let _ = ended.recv_timeout(patience);
    }
}

fn service_version() -> opentelemetry::KeyValue {
    opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION"))
}
