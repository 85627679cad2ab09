//! `GET /openapi.json` says what is served, and what it says is served.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use billing::{Dimension, Nanos, Report, Sums};
use serde_json::{Map, Value, json};

use crate::actor::Stage;
use crate::admin::Admin;
use crate::catalogue::Kept;
use crate::client::Ask;
use crate::server::{House, Server};

const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];

async fn document(server: &Server) -> Value {
    let answer = server.get("/openapi.json").send().await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/json"));
    serde_json::from_slice(&answer.body).unwrap()
}

fn paths(document: &Value) -> &Map<String, Value> {
    document["paths"].as_object().unwrap()
}

/// Method, path and description of every operation.
fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    paths(document).iter().flat_map(|(path, item)| {
        METHODS.iter().filter_map(move |method| Some((*method, path.as_str(), item.get(*method)?)))
    })
}

/// Everything in a value that is under that key, however deep.
fn under<'v>(value: &'v Value, key: &str) -> Vec<&'v Value> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| if name == key { vec![value] } else { under(value, key) })
            .collect(),
        Value::Array(values) => values.iter().flat_map(|value| under(value, key)).collect(),
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn it_names_every_route_of_ours() {
    let document = document(&Server::start().await).await;
    let routes: Vec<String> = operations(&document)
        .map(|(method, path, _)| {
            let admins = if paths(&document)[path].get("servers").is_some() { " (admin)" } else { "" };
            format!("{method} {path}{admins}")
        })
        .collect();
    insta::assert_snapshot!(routes.join("\n"), @"
    get /api/v1/clients (admin)
    post /api/v1/clients (admin)
    get /api/v1/clients/{client} (admin)
    patch /api/v1/clients/{client} (admin)
    delete /api/v1/clients/{client} (admin)
    put /api/v1/clients/{client}/budgets (admin)
    get /api/v1/clients/{client}/keys (admin)
    post /api/v1/clients/{client}/keys (admin)
    delete /api/v1/clients/{client}/keys/{key} (admin)
    post /api/v1/clients/{client}/keys/{key}/rotate (admin)
    get /api/v1/costs (admin)
    post /api/v1/estimate
    post /api/v1/normalize
    get /api/v1/routes/explain
    post /api/v1/speech
    get /api/v1/usage (admin)
    get /api/v1/voices
    get /api/v1/voices/changes
    get /api/v1/voices/{voice}
    get /api/v1/voices/{voice}/equivalents
    get /api/v1/voices/{voice}/preview
    get /healthz
    get /metrics (admin)
    get /openapi.json
    get /readyz
    ");
}

#[tokio::test]
async fn it_is_the_same_at_both_addresses_and_for_who_has_no_key() {
    let public = Server::with(crate::server::config(), &[("ann", "key-of-ann")]).await;
    let admin = Admin::with(&[("admin", "key-of-admin")], "127.0.0.1:0").await;
    let at_admins = admin.get("/openapi.json").await;
    assert_eq!(document(&public).await, serde_json::from_slice::<Value>(&at_admins.body).unwrap());
}

#[tokio::test]
async fn each_path_takes_the_methods_that_it_names_and_no_other() {
    let (public, admin) = (Server::start().await, Admin::start().await);
    let document = document(&public).await;
    for (path, item) in paths(&document) {
        let is_admins = item.get("servers").is_some();
        let address = if is_admins { admin.address } else { public.address };
        let refusal = Ask::new(address, "TRACE", path).send().await;
        assert_eq!(refusal.status, 405, "{path}");
        let allowed: BTreeSet<String> =
            refusal.header("allow").split(',').map(|method| method.trim().to_lowercase()).collect();
        let mut named: BTreeSet<String> = METHODS
            .iter()
            .filter(|method| item.get(**method).is_some())
            .map(|&method| method.to_owned())
            .collect();
        if named.contains("get") {
            named.insert("head".to_owned());
        }
        assert_eq!(allowed, named, "{path}");
    }
}

#[tokio::test]
async fn it_is_whole() {
    let document = document(&Server::start().await).await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let reference = |value: &Value| value.as_str().unwrap().strip_prefix('#').unwrap().to_owned();
    for missing in under(&document, "$ref").into_iter().map(reference) {
        assert!(document.pointer(&missing).is_some(), "{missing} leads nowhere");
    }
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap();
        assert!(ids.insert(id), "{id} comes twice");
        assert!(operation["summary"].is_string(), "{method} {path}");
        let statuses = operation["responses"].as_object().unwrap();
        assert!(statuses.keys().any(|status| status.starts_with('2')), "{method} {path}");
        for (status, response) in statuses {
            assert!(response["headers"].get("x-soundboard-request-id").is_some(), "{method} {path} {status}");
            let is_error = status.parse::<u16>().unwrap() >= 400 && id != "readyz";
            let error = json!("#/components/schemas/ErrorEnvelope");
            assert!(!is_error || response.pointer("/content/application~1json/schema/$ref") == Some(&error));
        }
        let named: BTreeSet<&str> =
            path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let declared = parameters.iter().filter(|parameter| parameter["in"] == "path");
        let declared: BTreeSet<&str> =
            declared.map(|parameter| parameter["name"].as_str().unwrap()).collect();
        assert_eq!(named, declared, "{method} {path}");
    }
}

#[tokio::test]
async fn every_parameter_is_described_and_its_values_are_named_where_they_end() {
    let document = document(&Server::start().await).await;
    let parameters = |path: &str| document["paths"][path]["get"]["parameters"].as_array().unwrap().clone();
    let search = parameters("/api/v1/voices");
    assert_eq!(search.len(), 18);
    assert!(search.iter().all(|parameter| parameter["description"].is_string()));
    let schema =
        |name: &str| search.iter().find(|parameter| parameter["name"] == name).unwrap()["schema"].clone();
    for (name, value) in [
        ("gender", "neutral"),
        ("age", "middle-aged"),
        ("status", "available"),
        ("capability", "visemes"),
        ("format", "mp3"),
    ] {
        assert!(schema(name)["items"]["enum"].as_array().unwrap().contains(&json!(value)), "{name}");
    }
    assert_eq!(schema("sort")["enum"], json!(["fit", "name", "price"]));
    assert!(schema("style")["items"].get("enum").is_none());
    let preview = parameters("/api/v1/voices/{voice}/preview");
    let headers = preview.iter().filter(|parameter| parameter["in"] == "header");
    let headers: BTreeSet<&str> = headers.map(|parameter| parameter["name"].as_str().unwrap()).collect();
    let routing = ["x-soundboard-policy", "x-soundboard-fallback", "x-soundboard-cache", "x-soundboard-tag"];
    assert_eq!(headers, routing.into());
}

#[tokio::test]
async fn what_is_answered_has_the_fields_that_it_describes() {
    let stage = Stage::with(House { shelf: Some(Arc::new(Kept::default())), ..House::default() }).await;
    let (public, admin) = (stage.server, Admin::start().await);
    assert!(public.engine.refresh().await);
    let document = document(&public).await;
    let made = json!({
        "name": "Ann", "budget": {"limit_usd": 1}, "policy": "best", "fallback": "none", "aliases": {"host": "tone"},
    });
    let client = admin.client(made).await;
    let key = admin.send("POST", &format!("/api/v1/clients/{client}/keys"), json!({})).await;
    admin.has_used(used(&client));
    let asked = |path: &str, body: &str| {
        public.post(path).header("content-type", "application/json").body(body).send()
    };
    for (name, answer) in [
        ("ErrorEnvelope", public.get("/api/v1/nothing").send().await),
        ("Estimate", asked("/api/v1/estimate", r#"{"text":"Hello.","voice":"anna"}"#).await),
        ("NormalizedText", asked("/api/v1/normalize", r#"{"text":"Hello, 5."}"#).await),
        ("VoicesBody", public.get("/api/v1/voices").send().await),
        ("VoiceBody", public.get("/api/v1/voices/anna").send().await),
        ("EquivalentsBody", public.get("/api/v1/voices/anna/equivalents").send().await),
        ("ChangesBody", public.get("/api/v1/voices/changes").send().await),
        ("RouteBody", public.get("/api/v1/routes/explain?voice=anna&policy=weighted").send().await),
        ("RouteBody", public.get("/api/v1/routes/explain?voice=anna&policy=local-only").send().await),
        ("ClientsBody", admin.get("/api/v1/clients").await),
        ("ClientBody", admin.get(&format!("/api/v1/clients/{client}")).await),
        ("NewKeyBody", key),
        ("CostsBody", admin.get("/api/v1/costs").await),
        ("UsageBody", admin.get("/api/v1/usage?group_by=client,backend,voice,day").await),
    ] {
        let told: Value = serde_json::from_slice(&answer.body).unwrap();
        assert!(under(&told, "error").is_empty() || name == "ErrorEnvelope", "{name}: {told}");
        let reference = json!({ "$ref": format!("#/components/schemas/{name}") });
        fits(&document, &reference, &told, name);
    }
}

#[tokio::test]
async fn timed_speech_has_the_fields_that_it_describes() {
    let server = Server::start().await;
    let document = document(&server).await;
    let body = r#"{"text":"Hello.","voice":"words","visemes":true}"#;
    let answer =
        server.post("/api/v1/speech").header("content-type", "application/json").body(body).send().await;
    let told: Value = serde_json::from_str(answer.text().lines().next().unwrap()).unwrap();
    assert!(told["timings"][0]["visemes"][0].is_object(), "{told}");
    let described = &document["paths"]["/api/v1/speech"]["post"]["responses"]["200"]["content"];
    for media_type in ["application/json", "application/x-ndjson"] {
        fits(&document, &described[media_type]["schema"], &told, media_type);
    }
}

/// What one client has used, with a figure of its own in each place.
fn used(client: &str) -> Report {
    let group = [
        (Dimension::Client, client),
        (Dimension::Backend, "left"),
        (Dimension::Voice, "left:anna"),
        (Dimension::Day, "1970-01-01"),
    ];
    let sums = Sums {
        requests: 7,
        characters: 6,
        audio_ms: 5,
        errors: 4,
        cache_hits: 3,
        vendor_cost: Nanos::new(30),
        vendor_cost_estimated: Nanos::new(20),
        charge: Nanos::new(15),
        charge_estimated: Nanos::new(10),
    };
    vec![(group.map(|(dimension, name)| (dimension, Some(name.to_owned()))).into(), sums)]
}

#[tokio::test]
async fn every_figure_of_the_reports_is_described_and_told() {
    let admin = Admin::start().await;
    admin.has_used(used("cl_a"));
    let document = document(&Server::start().await).await;
    let figures = json!({
        "requests": 7, "characters": 6, "audio_ms": 5, "errors": 4, "cache_hits": 3,
        "vendor_cost_nanos": 30, "vendor_cost_usd": "0.00000003",
        "vendor_cost_estimated_nanos": 20, "vendor_cost_estimated_usd": "0.00000002",
        "charge_nanos": 15, "charge_usd": "0.000000015",
        "charge_estimated_nanos": 10, "charge_estimated_usd": "0.00000001",
    });
    let names: BTreeSet<&String> = figures.as_object().unwrap().keys().collect();
    let schema = json!({ "$ref": "#/components/schemas/Figures" });
    let (described, required) = fields(&document, &schema);
    assert_eq!(described.keys().collect::<BTreeSet<_>>(), names);
    assert_eq!(required.iter().collect::<BTreeSet<_>>(), names, "each is always there");
    assert!(described.values().all(|schema| schema["description"].is_string()));
    let told = async |path: &str| serde_json::from_slice::<Value>(&admin.get(path).await.body).unwrap();
    let (costs, usage) = (told("/api/v1/costs").await, told("/api/v1/usage?group_by=client").await);
    for place in [
        &costs,
        &costs["by_client"]["cl_a"],
        &costs["by_backend"]["left"],
        &costs["by_voice"]["left:anna"],
        &costs["by_day"]["1970-01-01"],
        &usage["rows"][0],
    ] {
        for (name, figure) in figures.as_object().unwrap() {
            assert_eq!(&place[name], figure, "{name} of {place}");
        }
    }
}

/// Every field of a value is described, of the type that it has, and none that must be there is missing.
fn fits(document: &Value, schema: &Value, told: &Value, place: &str) {
    let (properties, required) = fields(document, schema);
    match told {
        Value::Object(told) if !properties.is_empty() => {
            for (field, value) in told {
                let place = format!("{place}.{field}");
                let schema = properties.get(field).unwrap_or_else(|| panic!("{place} is not described"));
                fits(document, schema, value, &place);
            }
            for field in required {
                assert!(told.contains_key(&field), "{place}.{field} is missing");
            }
        }
        Value::Array(values) => {
            let items = &resolved(document, schema)["items"];
            values.iter().for_each(|value| fits(document, items, value, place));
        }
        Value::Object(told) if resolved(document, schema)["additionalProperties"].is_object() => {
            let each = &resolved(document, schema)["additionalProperties"];
            told.iter().for_each(|(name, value)| fits(document, each, value, &format!("{place}.{name}")));
        }
        _ => {
            let kind = match told {
                Value::Null => "null",
                Value::Bool(_) => "boolean",
                Value::Number(number) if number.is_f64() => "number",
                Value::Number(_) => "integer",
                Value::String(_) => "string",
                Value::Array(_) => "array",
                Value::Object(_) => "object",
            };
            let kinds = &resolved(document, schema)["type"];
            let fits = kinds == kind || kinds.as_array().is_some_and(|kinds| kinds.contains(&json!(kind)));
            assert!(fits, "{place} is {told}, and described as {schema}");
        }
    }
}

fn resolved<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    match schema.get("$ref").and_then(Value::as_str) {
        Some(reference) => document.pointer(&reference[1..]).unwrap(),
        None => schema,
    }
}

/// The properties of a schema and of all those that it is made of, and which of them must be there.
fn fields<'d>(document: &'d Value, schema: &'d Value) -> (BTreeMap<String, &'d Value>, BTreeSet<String>) {
    let schema = resolved(document, schema);
    let (mut properties, mut required) = (BTreeMap::new(), BTreeSet::new());
    for part in schema["allOf"].as_array().into_iter().flatten() {
        let (more, needed) = fields(document, part);
        properties.extend(more);
        required.extend(needed);
    }
    for part in schema["oneOf"].as_array().into_iter().flatten() {
        properties.extend(fields(document, part).0);
    }
    if let Some(own) = schema["properties"].as_object() {
        properties.extend(own.iter().map(|(name, value)| (name.clone(), value)));
    }
    let own = schema["required"].as_array().into_iter().flatten();
    required.extend(own.filter_map(Value::as_str).map(str::to_owned));
    (properties, required)
}
