//! Who may ask, in Azure's ways, and how who may not is told so that no SDK waits for ever.

use gateway::Config;
use serde_json::{Value, json};

use super::client::{PATHS, open, streaming};
use super::{RAW, ssml};
use crate::access::Log;
use crate::server::{ONE, Server, config};

const HEADER: &str = "ocp-apim-subscription-key";

async fn with_keys() -> Server {
    let config = Config { header_timeout_seconds: ONE, max_sockets_per_key: ONE, ..config() };
    Server::with(config, &[("ann", "secret-of-ann"), ("bob", "secret-of-bob")]).await
}

#[tokio::test]
async fn the_header_carries_a_key_also_beside_an_empty_bearer() {
    let server = with_keys().await;
    for path in ["/cognitiveservices/voices/list", "/tts/cognitiveservices/voices/list"] {
        assert_eq!(server.with_key(path, "secret-of-ann").send().await.status, 200);
        assert_eq!(server.get(path).key("secret-of-ann").send().await.status, 200);
        // As the SDK for Python asks.
        let both = server.with_key(path, "secret-of-ann").header("authorization", "Bearer ");
        assert_eq!(both.send().await.status, 200);
        let of_two = server.with_key(path, "secret-of-ann").key("secret-of-bob");
        assert_eq!(of_two.send().await.status, 401);
    }
    let elsewhere = server.with_key("/v1/audio/voices", "secret-of-ann");
    assert_eq!(elsewhere.send().await.status, 401, "another door's");
}

#[tokio::test]
async fn no_key_and_a_wrong_one() {
    let server = with_keys().await;
    let ask = || server.ssml(RAW, ssml("tone", "Hello."));
    insta::assert_snapshot!(ask().send().await.show(), @"
    401 Unauthorized
    There is no key. Send one in the header Ocp-Apim-Subscription-Key, or a token as Authorization: Bearer.
    ");
    insta::assert_snapshot!(ask().header(HEADER, "secret-of-eve").send().await.show(), @"
    401 Unauthorized
    The key, or the token, is nobody's, or no longer anybody's.
    ");
    assert_eq!(ask().header("authorization", "Bearer ").send().await.status, 401);
    let in_query = server.get("/cognitiveservices/voices/list?Ocp-Apim-Subscription-Key=secret-of-ann");
    assert_eq!(in_query.send().await.status, 401, "no socket");
}

#[tokio::test]
async fn a_socket_may_have_its_key_in_the_head_or_in_the_query() {
    let server = Server::with(config(), &[("ann", "secret-of-ann")]).await;
    for path in PATHS {
        let queries = [
            format!("{path}?Ocp-Apim-Subscription-Key=secret-of-ann&X-ConnectionId=4A1C"),
            format!("{path}?Authorization=Bearer%20secret-of-ann"),
        ];
        for query in &queries {
            let mut talk = open(&server, query, &[]).await.unwrap_or_else(|refusal| panic!("{refusal:?}"));
            talk.ask("1", &ssml("tone", "Hello.")).await;
            assert_eq!(talk.turn().await.close, None, "{query}");
        }
        for header in [(HEADER, "secret-of-ann"), ("authorization", "Bearer secret-of-ann")] {
            assert!(open(&server, path, &[header]).await.is_ok());
        }
    }
}

#[tokio::test]
async fn who_reads_a_status_is_refused_with_one() {
    let server = with_keys().await;
    let usp = ("sec-websocket-protocol", "USP");
    let in_query = format!("{}?Ocp-Apim-Subscription-Key=secret-of-eve", PATHS[1]);
    for (path, headers) in [
        (PATHS[1], &[(HEADER, "secret-of-eve")][..]),
        (PATHS[1], &[(HEADER, "secret-of-eve"), usp]),
        (PATHS[1], &[("authorization", "Bearer secret-of-eve")]),
        (PATHS[1], &[usp]),
        (&in_query, &[usp]),
        (&in_query, &[(HEADER, "")]),
    ] {
        let Err((status, reason)) = open(&server, path, headers).await else {
            panic!("{path} {headers:?} is let in")
        };
        assert_eq!(status, 401, "{path} {headers:?}");
        assert!(!reason.is_empty());
    }
    let ann = [(HEADER, "secret-of-ann"), usp];
    let talk = open(&server, PATHS[1], &ann).await.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    assert_eq!(talk.protocol, "USP");
    let Err((status, reason)) = open(&server, PATHS[1], &ann).await else { panic!("is let in") };
    assert_eq!(status, 429);
    insta::assert_snapshot!(reason, @"There are too many sockets of a client; at most 1 are allowed at a time.");
}

#[tokio::test]
async fn who_reads_none_is_let_in_and_told_behind_its_document() {
    let server = with_keys().await;
    let wrong = format!("{}?Ocp-Apim-Subscription-Key=secret-of-eve", PATHS[0]);
    let expired = format!("{}?Authorization=Bearer%20a.b.c", PATHS[0]);
    for (path, code) in [(PATHS[0], 1008), (&wrong, 1008), (&expired, 1008)] {
        let mut talk = open(&server, path, &[]).await.unwrap_or_else(|refusal| panic!("{refusal:?}"));
        talk.say("speech.config", "", "{}").await;
        talk.ask("1", &ssml("tone", "Hello.")).await;
        let told = talk.turn().await;
        assert!(told.paths.is_empty(), "{:?}", told.paths);
        let (told, reason) = told.close.unwrap();
        assert_eq!(told, code, "{path}");
        assert!((1..=123).contains(&reason.len()), "{reason}");
    }
    // Who asks for nothing is told, too.
    let mut quiet = open(&server, &wrong, &[]).await.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    assert_eq!(quiet.closed().await.0, 1008);
    let rows = server.rows.clone();
    server.ended().await;
    assert_eq!(rows.show(), "", "strangers leave no row");
}

#[tokio::test]
async fn too_many_sockets_are_told_in_either_way_and_journaled() {
    let server = with_keys().await;
    let ann = format!("{}?Ocp-Apim-Subscription-Key=secret-of-ann", PATHS[0]);
    let _first = open(&server, &ann, &[]).await.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    let mut second = open(&server, &ann, &[]).await.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    second.ask("1", &ssml("tone", "Hello.")).await;
    insta::assert_debug_snapshot!(second.closed().await, @r#"
    (
        4429,
        "There are too many sockets of a client; at most 1 are allowed at a time.",
    )
    "#);
    drop((_first, second));
    let rows = server.rows.clone();
    server.ended().await;
    insta::assert_snapshot!(rows.show(), @"req-2 ann - rate_limited None");
}

#[tokio::test]
async fn a_key_that_ends_ends_its_socket() {
    let server = Server::start().await;
    server.memory.client("cl_ann");
    let (key, prefix) = server.memory.mint("cl_ann", None);
    let Ok(mut talk) = open(&server, PATHS[1], &[(HEADER, &key)]).await else { panic!("is refused") };
    talk.ask("1", &ssml("tone", "Hello.")).await;
    assert_eq!(talk.turn().await.close, None);
    let Ok(mut text) = open(&server, PATHS[1], &[(HEADER, &key)]).await else { panic!("is refused") };
    text.say("synthesis.context", "1", &streaming("tone", json!({}), &[]).to_string()).await;
    text.write("1", &["Hello. And so on"]).await;
    while text.hear().await.unwrap_or_else(|close| panic!("{close:?}")).path != "audio" {}
    server.memory.kept().keys.retain(|key| key.prefix != prefix);
    while server.get("/v1/models").key(&key).send().await.status != 401 {
        tokio::task::yield_now().await;
    }
    talk.ask("2", &ssml("tone", "More.")).await;
    assert_eq!(talk.closed().await.0, 1008);
    text.write("1", &[" for ever"]).await;
    let told = text.turn().await;
    assert_eq!((told.close.unwrap().0, told.end), (1008, Value::Null), "it has no end");
}

#[tokio::test]
async fn without_keys_a_foreign_page_hears_nothing() {
    let server = Server::start().await;
    let own = format!("http://{}", server.address);
    let mut talk =
        open(&server, PATHS[0], &[("origin", &own)]).await.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    talk.ask("1", &ssml("tone", "Hello.")).await;
    assert_eq!(talk.turn().await.close, None);
    let foreign = [("origin", "https://evil.example")];
    let mut talk = open(&server, PATHS[0], &foreign).await.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    talk.ask("1", &ssml("tone", "Hello.")).await;
    let told = talk.turn().await;
    assert_eq!((told.paths.len(), told.close.unwrap().0), (0, 1008));
}

#[tokio::test]
async fn no_key_and_no_text_is_in_any_log_line_at_any_level() {
    let (log, _guard) = Log::of_everything();
    let server = Server::with(config(), &[("ann", "secret-of-ann")]).await;
    let said = ssml("tone", "My diagnosis is private.<bookmark mark='diagnosis'/>");
    for owner in ["ann", "eve"] {
        let ask = server.ssml(RAW, said.as_str()).header(HEADER, &format!("secret-of-{owner}"));
        ask.header("x-requestid", "4A1C").send().await;
        for field in ["Ocp-Apim-Subscription-Key=", "Authorization=Bearer%20"] {
            let path = format!("{}?{field}secret-of-{owner}", PATHS[0]);
            let mut talk = open(&server, &path, &[]).await.unwrap_or_else(|refusal| panic!("{refusal:?}"));
            talk.dictate("1", "tone", &["My diagnosis is ", "private. My diagnosis"]).await;
            for said in [&said, &said.replace("</voice>", "")] {
                talk.ask("2", said).await;
            }
            while talk.turn().await.close.is_none() {}
        }
    }
    let token = server.post("/sts/v1.0/issueToken").header(HEADER, "secret-of-ann").send().await;
    server.ssml(RAW, said.replace("</voice>", "")).key(token.text()).send().await;
    server.ended().await;
    let text = log.text();
    assert!(text.contains("/tts/cognitiveservices/websocket/v1"), "the log is not read:\n{text}");
    for secret in ["diagnosis", "secret-of", token.text()] {
        assert!(!text.contains(secret), "{secret} is in the log:\n{text}");
    }
}
