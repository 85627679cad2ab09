//! What a request says of whom it may be spoken by, at every door, and what its client was promised.

use billing::Preferences;
use serde_json::json;
use speech::{Policy, Routing};

use crate::client::Ask;
use crate::server::{Server, clients, say};
use crate::socket::client::open;

/// Everything that speaks, and the body of each.
pub(crate) const SPEAKING: [(&str, &str); 11] = [
    ("/v1/audio/speech", OPENAI),
    ("/dev/captioned_speech", OPENAI),
    ("/api/v1/speech", NATIVE),
    ("/api/v1/estimate", NATIVE),
    ("/v1/text-to-speech/tone", ELEVENLABS),
    ("/v1/text-to-speech/tone/stream", ELEVENLABS),
    ("/v1/text-to-speech/tone/with-timestamps", ELEVENLABS),
    ("/v1/text-to-speech/tone/stream/with-timestamps", ELEVENLABS),
    ("/v1/text-to-dialogue", ELEVENLABS),
    ("/v1/text-to-dialogue/stream", ELEVENLABS),
    ("/v1/text-to-dialogue/with-timestamps", ELEVENLABS),
];
const OPENAI: &str = r#"{"model":"sine-1","input":"Hello.","voice":"tone"}"#;
const NATIVE: &str = r#"{"text":"Hello.","voice":"tone"}"#;
const ELEVENLABS: &str = r#"{"text":"Hello.","inputs":[{"text":"Hello.","voice_id":"tone"}]}"#;
pub(crate) const SOCKETS: [&str; 3] = [
    "/v1/text-to-speech/tone/stream-input",
    "/v1/text-to-speech/tone/multi-stream-input",
    "/v1/text-to-dialogue/multi-stream-input",
];

pub(crate) fn asked(server: &Server, path: &str, body: &str) -> Ask {
    server.post(path).header("content-type", "application/json").body(body)
}

/// ElevenLabs has a status of its own for what cannot be taken.
pub(crate) fn refusal(path: &str) -> u16 {
    if path.starts_with("/v1/text-to-") { 422 } else { 400 }
}

fn by(policy: Policy) -> Routing {
    Routing { policy: Some(policy), ..Routing::default() }
}

/// Nothing that ann sends leaves this machine; bob says nothing of it.
async fn with_a_promise() -> Server {
    let both = clients(&[("ann", "key-of-ann"), ("bob", "key-of-bob")]);
    let promised = Preferences { policy: Some(Policy::LocalOnly), ..Preferences::default() };
    Server::of(both.routed(by(Policy::Cheapest), [("ann".to_owned(), promised)])).await
}

#[tokio::test]
async fn every_door_takes_what_is_known_and_lists_it_where_it_is_not() {
    let server = Server::start().await;
    for (path, body) in SPEAKING {
        let known = asked(&server, path, body).header("x-soundboard-policy", "exact");
        let known = known.header("x-soundboard-fallback", "none").header("x-soundboard-cache", "bypass");
        assert_eq!(known.send().await.status.as_u16(), 200, "{path}");
        for (header, allowed) in [
            (
                "x-soundboard-policy",
                "exact, equivalent, cheapest, fastest, best, local-first, local-only, weighted",
            ),
            ("x-soundboard-fallback", "none, before-audio, resume"),
            ("x-soundboard-cache", "bypass"),
        ] {
            let answer = asked(&server, path, body).header(header, "nearest").send().await;
            let said = answer.text();
            assert_eq!(answer.status.as_u16(), refusal(path), "{path}: {said}");
            let listed = said.replace(r#"",""#, ", ");
            assert!(listed.contains(allowed) && said.contains(header), "{path}: {said}");
        }
    }
    for path in SOCKETS {
        let refused = open(&server, path, &[("x-soundboard-policy", "nearest")]).await.err();
        let (status, said) = refused.unwrap_or_else(|| panic!("{path} opens"));
        assert!(
            status == refusal(path) && said.to_string().contains("local-only, weighted"),
            "{path}: {status} {said}"
        );
        assert!(open(&server, path, &[("x-soundboard-policy", "exact")]).await.is_ok(), "{path}");
    }
}

#[tokio::test]
async fn each_door_says_it_in_its_own_words() {
    let server = Server::start().await;
    let wrong = |path, body| asked(&server, path, body).header("x-soundboard-fallback", "maybe");
    insta::assert_snapshot!(wrong("/v1/audio/speech", OPENAI).send().await.show(), @r#"
    400 Bad Request
    {"error":{"message":"There is no fallback \"maybe\". Allowed: none, before-audio, resume.","type":"invalid_request_error","param":"x-soundboard-fallback","code":"invalid_value"}}
    "#);
    insta::assert_snapshot!(wrong("/v1/text-to-speech/tone", ELEVENLABS).send().await.show(), @r#"
    422 Unprocessable Entity
    {"detail":{"type":"validation_error","code":"invalid_parameters","message":"There is no fallback \"maybe\". Allowed: none, before-audio, resume.","status":"invalid_parameters","request_id":"req-2","param":"x-soundboard-fallback"}}
    "#);
    insta::assert_snapshot!(wrong("/api/v1/speech", NATIVE).send().await.show(), @r#"
    400 Bad Request
    {"error":{"code":"invalid_parameter","message":"There is no fallback \"maybe\".","param":"x-soundboard-fallback","allowed":["none","before-audio","resume"],"request_id":"req-3"}}
    "#);
}

#[tokio::test]
async fn our_own_api_has_fields_for_it_which_the_headers_may_not_gainsay() {
    let server = Server::start().await;
    let body = r#"{"text":"Hello.","voice":"tone","policy":"exact","fallback":"resume"}"#;
    assert_eq!(asked(&server, "/api/v1/speech", body).send().await.status.as_u16(), 200);
    let agreed = asked(&server, "/api/v1/speech", body).header("x-soundboard-policy", "exact");
    assert_eq!(agreed.send().await.status.as_u16(), 200);
    let torn =
        asked(&server, "/api/v1/speech", body).header("x-soundboard-policy", "local-only").send().await;
    insta::assert_snapshot!(torn.show(), @r#"
    400 Bad Request
    {"error":{"code":"invalid_parameter","message":"The body names one policy, and the header x-soundboard-policy another.","param":"policy","allowed":[],"request_id":"req-3"}}
    "#);
    let unknown = body.replace("resume", "perhaps");
    insta::assert_snapshot!(asked(&server, "/api/v1/speech", &unknown).send().await.show(), @r#"
    400 Bad Request
    {"error":{"code":"invalid_parameter","message":"fallback is none of the allowed values.","param":"fallback","allowed":["none","before-audio","resume"],"request_id":"req-4"}}
    "#);
}

#[tokio::test]
async fn no_request_takes_back_that_nothing_leaves_this_machine() {
    let server = with_a_promise().await;
    for (path, body) in SPEAKING {
        let asked = |policy| asked(&server, path, body).header("x-soundboard-policy", policy);
        let answer = asked("cheapest").key("key-of-ann").send().await;
        assert_eq!(answer.status.as_u16(), refusal(path), "{path}: {}", answer.text());
        assert!(answer.text().contains("a request cannot ask for another policy"), "{path}");
        assert_eq!(asked("exact").key("key-of-bob").send().await.status.as_u16(), 200, "{path}");
    }
    let in_body = r#"{"text":"Hello.","voice":"tone","policy":"exact"}"#;
    let answer = asked(&server, "/api/v1/speech", in_body).key("key-of-ann").send().await;
    assert_eq!(answer.status.as_u16(), 400, "{}", answer.text());
    assert_eq!(*server.work.begun.borrow(), SPEAKING.len() - 1, "bob's, and of those no estimate");
}

#[tokio::test]
async fn nor_does_a_socket_whose_key_comes_early_or_late() {
    let server = with_a_promise().await;
    for path in SOCKETS {
        let early = [("x-soundboard-policy", "best"), ("xi-api-key", "key-of-ann")];
        let refused = open(&server, path, &early).await.err();
        assert_eq!(refused.map(|(status, _)| status), Some(refusal(path)), "{path}");
    }
    let Ok(mut talk) = open(&server, SOCKETS[0], &[("x-soundboard-policy", "best")]).await else {
        panic!("it opens for whoever has yet to say who asks")
    };
    talk.say(json!({"text": " ", "xi_api_key": "key-of-ann"})).await;
    talk.say(json!({"text": "Hello.", "flush": true})).await;
    let heard = talk.rest().await;
    let said = json!(heard.frames).to_string();
    assert!(said.contains("a request cannot ask for another policy"), "{said}");
    assert_eq!(*server.work.begun.borrow(), 0, "nothing is spoken");
}

#[tokio::test]
async fn another_policy_is_another_request_to_who_repeats_one() {
    let server = Server::start().await;
    let asked = |policy| {
        server.speech(say("tone")).header("idempotency-key", "k").header("x-soundboard-policy", policy).send()
    };
    assert_eq!(asked("exact").await.status.as_u16(), 200);
    assert_eq!(asked("exact").await.header("x-soundboard-cache"), "hit");
    assert_eq!(asked("local-only").await.status.as_u16(), 422);
}
