//! What a collector of OTLP is told of a server, configured by nothing but the standard variables.

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message as _;
use serde_json::json;
use vendors::{Kind, Vendor};

use crate::collector::listen;
use crate::harness::Server;
use crate::harness::server::config;

const TRACE: u128 = 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736;

#[test]
fn a_server_that_ends_has_told_its_collector_everything() {
    let (address, told) = listen();
    let vendor = Vendor::start(Kind::OpenAi).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let toml = format!(
        "[backends.openai]\nkind = \"openai\"\nbase_url = \"{}\"\napi_key = {{ env = \"E2E_VENDORS_KEY\" }}\n\
         models = [\"tts-1\"]\n",
        vendor.base_url()
    );
    let config = config(&folder, &toml);
    let mut server = Server::with(|serve| {
        serve.arg("--config").arg(config).env("E2E_VENDORS_KEY", "sk-of-the-gateway-zqxw");
        serve.env("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{address}"));
    });
    let traceparent = format!("00-{TRACE:032x}-00f067aa0ba902b7-01");
    let speech = json!({ "voice": "openai:nova", "input": "My diagnosis is private." });
    server.speak_with(&[("traceparent", &traceparent)], &speech).audio();
    server.terminate();
    assert!(server.wait().success(), "{}", server.log());
    let asked = vendor.truth();
    assert!(!asked.is_empty() && asked.iter().all(|served| !served.headers.contains_key("traceparent")));

    let (mut spans, mut metrics) = (Vec::new(), Vec::new());
    for told in told.try_iter() {
        let said = String::from_utf8_lossy(&told.message).into_owned();
        assert!(!said.contains("diagnosis") && !said.contains("zqxw"), "{said}");
        if told.path == "/v1/traces" {
            let told = ExportTraceServiceRequest::decode(&*told.message).unwrap();
            spans.extend(
                told.resource_spans.into_iter().flat_map(|of| of.scope_spans).flat_map(|of| of.spans),
            );
        } else {
            let told = ExportMetricsServiceRequest::decode(&*told.message).unwrap();
            let scopes = told.resource_metrics.into_iter().flat_map(|of| of.scope_metrics);
            metrics.extend(scopes.flat_map(|scope| scope.metrics).map(|metric| metric.name));
        }
    }
    spans.retain(|span| span.trace_id == TRACE.to_be_bytes());
    let mut names: Vec<_> = spans.iter().map(|span| span.name.as_str()).collect();
    names.sort_unstable();
    let layers = ["attempt", "cache", "compile", "encode", "hold", "meter", "route", "settle", "split"];
    assert_eq!(names, [&["POST /v1/audio/speech"][..], &layers].concat());
    for name in ["soundboard_requests", "soundboard_first_audio", "soundboard_ledger"] {
        assert!(metrics.iter().any(|told| told == name), "{name} in {metrics:?}");
    }
}
