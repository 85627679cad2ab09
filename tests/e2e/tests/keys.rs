//! Who may ask.

use serde_json::json;
use tempfile::TempDir;

use crate::harness::server::{config, serve};
use crate::harness::{SENTENCE, Server, run};

const KEY: &str = "sk-the-right-one";
const CLIENTS: &str = "[clients.app]\nkeys = [{ env = \"E2E_APP_KEY\" }]\n";

/// A server that knows one client, `app`.
pub(crate) fn guarded(folder: &TempDir) -> Server {
    let config = config(folder, CLIENTS);
    Server::with(|serve| {
        serve.arg("--config").arg(config).env("E2E_APP_KEY", KEY);
    })
}

#[test]
fn only_a_known_key_may_ask() {
    let folder = tempfile::tempdir().unwrap();
    let server = guarded(&folder);
    let ask = |authorization: Option<&str>| {
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(authorization.map(|value| ("authorization", value)));
        let body = json!({ "model": "tts-1", "voice": "alloy", "input": SENTENCE });
        server.post(&headers, body.to_string().as_bytes())
    };
    assert_eq!(ask(Some(&format!("Bearer {KEY}"))).status(), 200);

    let refused = |authorization: Option<&str>| {
        let answer = ask(authorization);
        assert_eq!(answer.status(), 401, "{authorization:?}");
        let error = answer.error();
        assert_eq!(error["type"], "invalid_request_error");
        error
    };
    let wrong = refused(Some("Bearer sk-a-wrong-one"));
    assert_eq!(wrong["code"], "invalid_api_key");
    assert_eq!(wrong, refused(Some("Bearer sk-the-right-on")), "one message for every wrong key");
    assert_eq!(wrong, refused(Some(&format!("Bearer {KEY}e"))));
    refused(None);
    refused(Some("Bearer "));
    refused(Some(KEY));
    refused(Some(&format!("Basic {KEY}")));

    assert_eq!(server.get("/v1/models").status(), 401, "everything but health needs a key");
    assert_eq!(server.get("/healthz").status(), 200);
    assert!(server.log().matches("401").count() >= 8, "{}", server.log());
    assert!(!server.log().contains("sk-"), "no key in the log");
    let rows = server.stop();
    // Nobody without a key can fill the disk: of a stranger only the access log tells.
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!((&rows[0]["client"], &rows[0]["outcome"]), (&"app".into(), &"completed".into()));
}

#[test]
fn without_keys_it_serves_this_machine_only_and_says_so() {
    let server = Server::start();
    assert!(server.log().contains("127.0.0.1"));
    let any = server.speak_with(&[("authorization", "Bearer anything")], &json!({ "input": "Hello." }));
    assert_eq!(any.status(), 200, "whatever key is sent");
    assert!(server.log().contains("no keys"), "{}", server.log());
    assert_eq!(server.stop()[0]["client"], "local");

    let data = tempfile::tempdir().unwrap();
    let ended = run(serve(data.path()).args(["--listen", "0.0.0.0:0"]), b"");
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert!(ended.stderr.contains("keys"), "{}", ended.stderr);
}
