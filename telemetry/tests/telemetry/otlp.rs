//! What a collector is told.

use std::sync::Arc;
use std::time::Duration;

use billing::Outcome;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::metrics::v1::Metric;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use prost::Message as _;
use telemetry::{Collector, Telemetry};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::collector::{Told, listen};
use crate::ledger::{Paper, settlement};

const PATIENCE: Duration = Duration::from_secs(10);

fn spans(told: Told) -> Vec<Span> {
    if told.path != "/v1/traces" {
        return Vec::new();
    }
    let told = ExportTraceServiceRequest::decode(&*told.message).unwrap();
    let scopes = told.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
    scopes.flat_map(|scope| scope.spans).collect()
}

fn metrics(told: Told) -> Vec<Metric> {
    if told.path != "/v1/metrics" {
        return Vec::new();
    }
    let told = ExportMetricsServiceRequest::decode(&*told.message).unwrap();
    let scopes = told.resource_metrics.into_iter().flat_map(|resource| resource.scope_metrics);
    scopes.flat_map(|scope| scope.metrics).collect()
}

fn at(endpoint: &str) -> Telemetry {
    let env = |name: &str| (name == "OTEL_EXPORTER_OTLP_ENDPOINT").then(|| endpoint.to_owned());
    Telemetry::start(&Collector::from_env(env).unwrap()).unwrap()
}

#[test]
fn spans_are_told_with_their_parents_at_the_end_at_the_latest() {
    let (address, told) = listen();
    let telemetry = at(&format!("http://{address}"));
    let subscriber = tracing_subscriber::registry().with(telemetry.layer());
    tracing::subscriber::with_default(subscriber, || {
        let client = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned();
        let carrier = std::collections::HashMap::from([("traceparent".to_owned(), client)]);
        let request = tracing::info_span!(target: "trace", "request");
        request.set_parent(TraceContextPropagator::new().extract(&carrier)).unwrap();
        let _request = request.enter();
        let _attempt = tracing::info_span!(target: "trace", "attempt", backend = "kokoro").entered();
        let _foreign = tracing::info_span!("what a library does", text = "secret").entered();
        tracing::error!("secret");
    });
    telemetry.end(PATIENCE);

    let spans: Vec<_> = told.try_iter().flat_map(spans).collect();
    let named = |name: &str| spans.iter().find(|span| span.name == name).unwrap();
    let (request, attempt) = (named("request"), named("attempt"));
    assert_eq!(spans.len(), 2, "nobody else's: {spans:?}");
    assert_eq!(request.trace_id, 0x4bf92f3577b34da6a3ce929d0e0e4736_u128.to_be_bytes());
    assert_eq!(request.parent_span_id, 0x00f067aa0ba902b7_u64.to_be_bytes());
    assert_eq!((&attempt.trace_id, &attempt.parent_span_id), (&request.trace_id, &request.span_id));
    assert_eq!(attempt.attributes[0].key, "backend");
    assert!(!format!("{spans:?}").contains("secret"));
}

#[tokio::test]
async fn metrics_are_told_by_the_same_instruments() {
    let (address, told) = listen();
    let telemetry = tokio::task::spawn_blocking(move || at(&format!("http://{address}"))).await.unwrap();
    let ledger = telemetry.metrics().watch(Arc::new(Paper::default()));
    ledger.settle(settlement("r1", "one", Outcome::Completed)).await.unwrap();
    tokio::task::spawn_blocking(move || telemetry.end(PATIENCE)).await.unwrap();

    let metrics: Vec<_> = told.try_iter().flat_map(metrics).collect();
    let requests = metrics.iter().find(|metric| metric.name == "soundboard_requests").unwrap();
    let Some(Data::Sum(requests)) = &requests.data else { panic!("a counter is a sum") };
    assert!(requests.is_monotonic);
    assert_eq!(requests.data_points[0].value, Some(Value::AsInt(1)));
    let first_audio = metrics.iter().find(|metric| metric.name == "soundboard_first_audio").unwrap();
    assert!(matches!(first_audio.data, Some(Data::Histogram(_))));
    assert_eq!(first_audio.unit, "s");
}

#[test]
fn nobody_is_waited_for_longer_than_that() {
    // It takes connections, and never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let telemetry = at(&format!("http://{}", silent.local_addr().unwrap()));
    tracing::subscriber::with_default(tracing_subscriber::registry().with(telemetry.layer()), || {
        tracing::info_span!(target: "trace", "request").in_scope(|| ());
    });
    let began = tokio::time::Instant::now();
    telemetry.end(Duration::from_millis(200));
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}
