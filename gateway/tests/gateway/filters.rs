//! What there is not to be filtered or chosen by is refused with what there is, wherever it can be asked for.

use serde_json::Value;

use crate::admin::Admin;
use crate::client::{Answer, Ask};
use crate::server::Server;

/// Our own refusal: of which parameter, and all that is allowed.
fn refused(answer: &Answer, asked: &str) -> (String, Vec<String>) {
    assert_eq!(answer.status.as_u16(), 400, "{asked}: {}", answer.text());
    let said: Value = serde_json::from_slice(&answer.body).unwrap();
    let allowed = said["error"]["allowed"].as_array().unwrap().iter();
    let allowed = allowed.map(|name| name.as_str().unwrap().to_owned()).collect();
    (said["error"]["param"].as_str().unwrap_or_default().to_owned(), allowed)
}

#[track_caller]
fn lists(answer: &Answer, asked: &str, param: &str, some: &[&str]) {
    let (about, allowed) = refused(answer, asked);
    assert_eq!(about, param, "{asked}");
    for name in some {
        assert!(allowed.iter().any(|known| known == name), "{asked} does not list {name}: {allowed:?}");
    }
}

#[tokio::test]
async fn filters_of_lists() {
    let (server, admin) = (Server::start().await, Admin::start().await);
    for (query, param, some) in [
        ("colour=red", "query", &["q", "gender", "language", "style", "backend", "limit", "cursor"][..]),
        ("gender=robot", "gender", &["female", "male", "neutral"]),
        ("language=klingon", "language", &["en", "de", "zh"]),
        ("locale=xx-YY", "locale", &["en", "de"]),
        ("age=7", "age", &["young", "middle-aged", "old"]),
        ("capability=telepathy", "capability", &["ssml", "timings", "visemes"]),
        ("format=gif", "format", &["mp3", "wav"]),
        ("status=asleep", "status", &["available", "unavailable"]),
        ("sort=colour", "sort", &["fit", "name", "price"]),
    ] {
        let asked = format!("/api/v1/voices?{query}");
        lists(&server.get(&asked).send().await, &asked, param, some);
    }
    let asked = "/api/v1/voices/changes?since=yesterday";
    lists(&server.get(asked).send().await, asked, "query", &["before", "limit"]);
    for (asked, param, some) in [
        (
            "/api/v1/usage?group_by=colour",
            "group_by",
            &["client", "voice", "language", "backend", "tag:NAME"][..],
        ),
        ("/api/v1/usage?colour=red", "query", &["timeframe", "group_by", "client", "format"]),
        ("/api/v1/usage?format=xml", "format", &["json", "csv"]),
        ("/api/v1/costs?colour=red", "query", &["month", "format"]),
        ("/api/v1/costs?format=xml", "format", &["json", "csv"]),
    ] {
        lists(&admin.get(asked).await, asked, param, some);
    }
}

#[tokio::test]
async fn ways_of_a_request() {
    let server = Server::start().await;
    let policies =
        ["exact", "equivalent", "cheapest", "fastest", "best", "local-first", "local-only", "weighted"];
    let fallbacks = ["none", "before-audio", "resume"];
    let explain = async |query: &str, param: &str, some: &[&str]| {
        let asked = format!("/api/v1/routes/explain?voice=tone&{query}");
        lists(&server.get(&asked).send().await, &asked, param, some);
    };
    explain("policy=nearest", "policy", &policies).await;
    explain("fallback=perhaps", "fallback", &fallbacks).await;
    explain("language=klingon", "language", &["en", "de", "zh"]).await;
    explain("colour=red", "query", &["voice", "policy", "fallback", "model", "language", "characters"]).await;
    let say = |path: &str| server.post(path).header("content-type", "application/json");
    for path in ["/api/v1/speech", "/api/v1/estimate"] {
        for (field, value, some) in [
            ("policy", "nearest", &policies[..]),
            ("fallback", "perhaps", &fallbacks),
            ("language", "klingon", &["en", "de", "zh"]),
        ] {
            let body = format!(r#"{{"text":"Hello.","voice":"tone","{field}":"{value}"}}"#);
            lists(&say(path).body(body.clone()).send().await, &body, field, some);
        }
    }
    let body = r#"{"text":"Hello.","language":"klingon"}"#;
    let answer = say("/api/v1/normalize").body(body).send().await;
    lists(&answer, body, "language", &["en-US", "en-GB"]);
    let preview =
        |header: &str| -> Ask { server.get("/api/v1/voices/tone/preview").header(header, "nearest") };
    for (header, some) in [("x-soundboard-policy", &policies[..]), ("x-soundboard-fallback", &fallbacks)] {
        lists(&preview(header).send().await, header, header, some);
    }
    assert_eq!(*server.work.begun.borrow(), 0, "nobody was asked to speak");
}
