//! Traces, as a collector sees them.

use std::sync::mpsc::Receiver;
use std::time::Duration;

use http_body_util::BodyExt as _;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use prost::Message as _;
use telemetry::{Collector, Telemetry};
use tracing_subscriber::layer::SubscriberExt as _;

use crate::collector::{Told, listen};
use crate::server::{Server, config, say};

/// The trace of a client, and its own span there.
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

/// A collector, and who tells it of what happens on this thread, which is the one that the server of a test runs on.
struct Trace {
    told: Receiver<Told>,
    telemetry: Telemetry,
    _guard: tracing::subscriber::DefaultGuard,
}

impl Trace {
    async fn begin() -> Self {
        let (address, told) = listen();
        let env =
            move |name: &str| (name == "OTEL_EXPORTER_OTLP_ENDPOINT").then(|| format!("http://{address}"));
        let starting = move || Telemetry::start(&Collector::from_env(env).unwrap()).unwrap();
        let telemetry = tokio::task::spawn_blocking(starting).await.unwrap();
        let subscriber = tracing_subscriber::registry().with(telemetry.layer());
        Self { told, telemetry, _guard: tracing::subscriber::set_default(subscriber) }
    }

    /// Every span, once all have ended: a line for each under its parent's, in the order in which they began.
    async fn end(self, server: Server) -> String {
        server.ended().await;
        tokio::task::spawn_blocking(|| self.telemetry.end(Duration::from_secs(10))).await.unwrap();
        let mut spans: Vec<_> = self.told.try_iter().flat_map(spans).collect();
        spans.sort_by_key(|span| span.start_time_unix_nano);
        assert!(spans.iter().all(|span| span.trace_id == bytes(TRACE)), "{spans:#?}");
        let mut lines = String::new();
        show(&spans, &bytes(PARENT), "", &mut lines);
        assert_eq!(lines.lines().count(), spans.len(), "each has its place: {spans:#?}");
        lines
    }
}

fn spans(told: Told) -> Vec<Span> {
    // The same collector is told of metrics, too.
    if told.path != "/v1/traces" {
        return Vec::new();
    }
    let told = ExportTraceServiceRequest::decode(&*told.message).unwrap();
    let scopes = told.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
    scopes.flat_map(|scope| scope.spans).collect()
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn show(spans: &[Span], parent: &[u8], indent: &str, lines: &mut String) {
    for span in spans.iter().filter(|span| span.parent_span_id == parent) {
        let failed = span.status.as_ref().is_some_and(|status| status.code() == StatusCode::Error);
        let mut line = format!("{indent}{}{}", span.name, if failed { " FAILED" } else { "" });
        for attribute in &span.attributes {
            match attribute.value.as_ref().and_then(|value| value.value.as_ref()).unwrap() {
                Value::StringValue(value) => line += &format!(" {}={value}", attribute.key),
                Value::IntValue(value) => line += &format!(" {}={value}", attribute.key),
                Value::BoolValue(value) => line += &format!(" {}={value}", attribute.key),
                other => panic!("{} is {other:?}", attribute.key),
            }
        }
        *lines += &(line + "\n");
        show(spans, &span.span_id, &format!("{indent}  "), lines);
    }
}

async fn ask(server: &Server, path: &str, body: impl Into<Vec<u8>>) -> http::Response<hyper::body::Incoming> {
    let ask = server.post(path).header("content-type", "application/json").body(body);
    ask.header("traceparent", &format!("00-{TRACE}-{PARENT}-01")).key("secret-of-ann").begin().await
}

#[tokio::test]
async fn a_speech_is_a_span_for_each_layer_and_call_in_the_clients_trace() {
    let trace = Trace::begin().await;
    let server = Server::with(config(), &[("ann", "secret-of-ann")]).await;
    ask(&server, "/v1/audio/speech", say("tone")).await.into_body().collect().await.unwrap();
    insta::assert_snapshot!(trace.end(server).await, @r#"
    POST /v1/audio/speech http.request.method=POST http.route=/v1/audio/speech http.response.status_code=200 client=ann complete=true
      meter outcome=completed
        compile outcome=completed
          route outcome=completed
            hold
            cache outcome=completed
              encode outcome=completed
                split outcome=completed
                  attempt number=1 backend=tone model=sine-1 outcome=completed
        settle
    "#);
}

#[tokio::test]
async fn every_call_has_its_own_span() {
    let trace = Trace::begin().await;
    let server = Server::with(config(), &[("ann", "secret-of-ann")]).await;
    let body = r#"{"inputs":[{"text":"A private question?","voice_id":"tone"},{"text":"Answer.","voice_id":"words"}]}"#;
    ask(&server, "/v1/text-to-dialogue", body).await.into_body().collect().await.unwrap();
    insta::assert_snapshot!(trace.end(server).await, @"
    POST /v1/text-to-dialogue http.request.method=POST http.route=/v1/text-to-dialogue http.response.status_code=200 client=ann complete=true
      converse outcome=completed
        hold
        attempt number=1 backend=tone model=sine-1 outcome=completed
        grow
        attempt number=2 backend=tone model=sine-1 outcome=completed
        settle
    ");
}

#[tokio::test]
async fn what_fails_says_so_wherever_it_passes() {
    let trace = Trace::begin().await;
    let server = Server::with(config(), &[("ann", "secret-of-ann")]).await;
    ask(&server, "/v1/audio/speech", say("busy")).await.into_body().collect().await.unwrap();
    ask(&server, "/v1/audio/speech", say("breaks")).await.into_body().collect().await.unwrap_err();
    insta::assert_snapshot!(trace.end(server).await, @r#"
    POST /v1/audio/speech FAILED http.request.method=POST http.route=/v1/audio/speech http.response.status_code=503 client=ann complete=true
      meter FAILED outcome=overloaded
        compile FAILED outcome=overloaded
          route FAILED outcome=overloaded
            hold
            cache FAILED outcome=overloaded
              encode FAILED outcome=overloaded
                split FAILED outcome=overloaded
                  attempt FAILED number=1 backend=tone model=sine-1 outcome=overloaded
        settle
    POST /v1/audio/speech http.request.method=POST http.route=/v1/audio/speech http.response.status_code=200 client=ann complete=false
      meter FAILED outcome=backend_failed
        compile FAILED outcome=backend_failed
          route FAILED outcome=backend_failed
            hold
            cache FAILED outcome=backend_failed
              encode FAILED outcome=backend_failed
                split FAILED outcome=backend_failed
                  attempt FAILED number=1 backend=tone model=sine-1 outcome=backend_failed
        settle
    "#);
}

#[tokio::test]
async fn a_hang_up_ends_every_span() {
    let trace = Trace::begin().await;
    let server = Server::with(config(), &[("ann", "secret-of-ann")]).await;
    server.work.gate.send_replace(1);
    let mut left = ask(&server, "/v1/audio/speech", say("gated")).await;
    left.body_mut().frame().await.unwrap().unwrap();
    drop(left);
    insta::assert_snapshot!(trace.end(server).await, @r#"
    POST /v1/audio/speech http.request.method=POST http.route=/v1/audio/speech http.response.status_code=200 client=ann complete=false
      meter outcome=hung_up
        compile outcome=hung_up
          route outcome=hung_up
            hold
            cache outcome=hung_up
              encode outcome=hung_up
                split outcome=hung_up
                  attempt number=1 backend=tone model=sine-1 outcome=hung_up
        settle
    "#);
}
