//! Who may ask, in ElevenLabs' way.

use crate::client::Ask;
use crate::server::{Server, config};

async fn with_keys() -> Server {
    Server::with(config(), &[("ann", "secret-of-ann"), ("bob", "secret-of-bob")]).await
}

/// The start of a WebSocket.
fn upgrade(server: &Server, path: &str) -> Ask {
    server
        .get(path)
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
}

#[tokio::test]
async fn no_key_and_a_wrong_one() {
    let server = with_keys().await;
    insta::assert_snapshot!(server.hello("tone").await.show(), @r#"
    401 Unauthorized
    {"detail":{"type":"authentication_error","code":"missing_api_key","message":"You didn't provide an API key. Send it in the header xi-api-key.","status":"missing_api_key","request_id":"req-1","param":null}}
    "#);
    let answer = server.get("/v1/voices").header("xi-api-key", "secret-of-eve").send().await;
    insta::assert_snapshot!(answer.show(), @r#"
    401 Unauthorized
    {"detail":{"type":"authentication_error","code":"invalid_api_key","message":"Incorrect API key provided. Use one that this gateway's operator has configured.","status":"invalid_api_key","request_id":"req-2","param":null}}
    "#);
}

#[tokio::test]
async fn either_header_carries_a_key() {
    let server = with_keys().await;
    for path in ["/v1/voices", "/v1/models", "/v1/audio/voices"] {
        assert_eq!(server.get(path).header("xi-api-key", "secret-of-ann").send().await.status, 200, "{path}");
        assert_eq!(server.get(path).key("secret-of-ann").send().await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn of_two_keys_the_doors_own_counts_and_the_other_is_nobody_elses() {
    let server = with_keys().await;
    let ask = async |path: &str, xi: &str, bearer: &str| {
        server.get(path).header("xi-api-key", xi).key(bearer).send().await.status.as_u16()
    };
    assert_eq!(ask("/v1/voices", "secret-of-ann", "sk-anything").await, 200);
    assert_eq!(ask("/v1/voices", "sk-anything", "secret-of-ann").await, 401);
    assert_eq!(ask("/v1/audio/voices", "sk-anything", "secret-of-ann").await, 200);
    assert_eq!(ask("/v1/voices", "secret-of-ann", "secret-of-ann").await, 200);
    assert_eq!(ask("/v1/voices", "secret-of-ann", "secret-of-bob").await, 401);
}

#[tokio::test]
async fn a_browsers_socket_may_carry_its_key_in_the_query() {
    let server = with_keys().await;
    let socket = "/v1/text-to-speech/tone/stream-input";
    for query in [
        "xi-api-key=secret-of-ann",
        "xi_api_key=secret-of-ann",
        "authorization=secret-of-ann",
        "authorization=Bearer%20secret-of-ann&model_id=eleven_flash_v2_5",
    ] {
        let status = upgrade(&server, &format!("{socket}?{query}")).begin().await.status();
        assert_ne!(status, 401, "{query}");
        let dialogue = format!("/v1/text-to-dialogue/multi-stream-input?{query}");
        assert_ne!(upgrade(&server, &dialogue).begin().await.status(), 401, "{query}");
    }
    for query in
        ["?xi_api_key=secret-of-eve", "?authorization=Bearer%20secret-of-eve", "?authorization=Bearer%20"]
    {
        let status = upgrade(&server, &format!("{socket}{query}")).begin().await.status();
        assert_eq!(status, 401, "{query}");
    }
    // Its key may still come in the first message.
    for query in ["", "?xi_api_key=", "?key=secret-of-ann"] {
        let status = upgrade(&server, &format!("{socket}{query}")).begin().await.status();
        assert_eq!(status, 101, "{query}");
        let elsewhere = upgrade(&server, &format!("/v1/text-to-speech/tone/stream{query}"));
        assert_eq!(elsewhere.begin().await.status(), 401, "{query}");
    }
    assert_eq!(server.get("/v1/voices?xi-api-key=secret-of-ann").send().await.status, 401, "no socket");
    let elsewhere = upgrade(&server, "/v1/audio/speech?xi-api-key=secret-of-ann");
    assert_eq!(elsewhere.begin().await.status(), 401, "another door's");
}
