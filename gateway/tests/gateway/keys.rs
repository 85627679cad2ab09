//! Who may ask.

use crate::server::{Server, config, say};

async fn with_keys() -> Server {
    Server::with(config(), &[("ann", "secret-of-ann"), ("bob", "secret-of-bob")]).await
}

#[tokio::test]
async fn no_key() {
    let answer = with_keys().await.speech(say("tone")).send().await;
    assert_eq!(answer.header("www-authenticate"), "Bearer");
    assert_eq!(answer.header("x-request-id"), "req-1");
    insta::assert_snapshot!(answer.show(), @r#"
    401 Unauthorized
    {"error":{"message":"You didn't provide an API key. Send it in the Authorization header, as \"Bearer YOUR_KEY\".","type":"invalid_request_error","param":null,"code":null}}
    "#);
}

#[tokio::test]
async fn a_wrong_key() {
    let answer = with_keys().await.speech(say("tone")).key("secret-of-eve").send().await;
    insta::assert_snapshot!(answer.show(), @r#"
    401 Unauthorized
    {"error":{"message":"Incorrect API key provided. Use one that this gateway's operator has configured.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}
    "#);
}

#[tokio::test]
async fn a_key_makes_its_owner_the_client() {
    let server = with_keys().await;
    for key in ["secret-of-bob", "secret-of-ann"] {
        assert_eq!(server.speech(say("tone")).key(key).send().await.status, 200);
    }
    let rows = server.rows.clone();
    server.ended().await;
    insta::assert_snapshot!(rows.show(), @r#"
    req-1 bob tone completed Some(13)
    req-2 ann tone completed Some(13)
    "#);
}

#[tokio::test]
async fn without_keys_everybody_is_local_whatever_they_send() {
    let server = Server::start().await;
    assert_eq!(server.speech(say("tone")).send().await.status, 200);
    assert_eq!(server.speech(say("tone")).key("sk-anything").send().await.status, 200);
    let rows = server.rows.clone();
    server.ended().await;
    insta::assert_snapshot!(rows.show(), @r#"
    req-1 local tone completed Some(13)
    req-2 local tone completed Some(13)
    "#);
}

#[tokio::test]
async fn without_keys_a_foreign_name_for_this_machine_is_refused() {
    let server = Server::start().await;
    let answer = server.speech(say("tone")).header("host", "evil.example").send().await;
    insta::assert_snapshot!(answer.show(), @r#"
    403 Forbidden
    {"error":{"message":"This gateway has no API keys, so it answers only to this machine's own names, such as localhost or 127.0.0.1. To reach it by another name, configure an API key.","type":"invalid_request_error","param":null,"code":"host_not_allowed"}}
    "#);
}

#[tokio::test]
async fn probes_need_no_key_and_other_servers_probes_find_nothing() {
    let server = with_keys().await;
    insta::assert_snapshot!(server.get("/healthz").send().await.show(), @r#"
    200 OK
    {"status":"alive"}
    "#);
    for path in ["/health", "/v1/readyz", "/v1/test"] {
        assert_eq!(server.get(path).send().await.status, 404, "{path}");
    }
    for path in ["/v1/models", "/v1/audio/voices", "/anything", "/healthz/"] {
        assert_eq!(server.get(path).send().await.status, 401, "{path}");
    }
}
