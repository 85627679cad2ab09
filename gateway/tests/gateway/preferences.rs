//! What holds for a client's requests where they do not say it themselves: its policy, its fallback, its names for voices.

use std::time::Duration;

use billing::Preferences;
use serde_json::{Value, json};
use speech::{Aliases, Fallback, Policy, Routing};
use tokio::time::Instant;

use crate::client::{Answer, Ask};
use crate::routing::{SOCKETS, SPEAKING, asked, refusal};
use crate::server::{Server, clients, say};
use crate::socket::client::open;

/// Longer than it may take until a change is known.
const A_SECOND: Duration = Duration::from_secs(1);

fn aliases(pairs: &[(&str, &str)]) -> Aliases {
    pairs.iter().map(|(alias, voice)| ((*alias).to_owned(), (*voice).to_owned())).collect()
}

fn local_only() -> Preferences {
    Preferences { policy: Some(Policy::LocalOnly), ..Preferences::default() }
}

/// A key of a client of the database that prefers that.
fn key(server: &Server, client: &str, preferences: Preferences) -> String {
    server.memory.client(client);
    server.memory.prefers(client, preferences);
    server.memory.mint(client, None).0
}

fn read(answer: &Answer) -> Value {
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
    serde_json::from_slice(&answer.body).unwrap()
}

/// How an answer says who spoke: the voice that was asked for, the one that spoke, and why.
fn told(answer: &Answer) -> [&str; 3] {
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
    ["requested-voice", "voice", "reason"].map(|name| answer.header(&format!("x-soundboard-{name}")))
}

#[tokio::test]
async fn no_request_takes_back_what_is_promised_to_a_client_of_the_database() {
    let server = Server::start().await;
    let ann = key(&server, "cl_ann", local_only());
    for (path, body) in SPEAKING {
        for policy in ["cheapest", "exact"] {
            let answer =
                asked(&server, path, body).header("x-soundboard-policy", policy).key(&ann).send().await;
            assert_eq!(answer.status.as_u16(), refusal(path), "{path}: {}", answer.text());
            assert!(answer.text().contains("a request cannot ask for another policy"), "{path}");
        }
    }
    for path in SOCKETS {
        let early = [("x-soundboard-policy", "best"), ("xi-api-key", ann.as_str())];
        let refused = open(&server, path, &early).await.err();
        assert_eq!(refused.map(|(status, _)| status), Some(refusal(path)), "{path}");
    }
    // What she does not say herself holds all the same: nobody here is on this machine.
    let answer = server.speech(say("tone")).key(&ann).send().await;
    assert_eq!(answer.status.as_u16(), 422, "{}", answer.text());
    let explained = server.get("/api/v1/routes/explain?voice=tone").key(&ann).send().await;
    let explained = read(&explained);
    assert_eq!((&explained["policy"], &explained["chosen"]), (&json!("local-only"), &Value::Null));
    assert_eq!(explained["rejected"][0]["filter"], "local");
    let loosened = server.get("/api/v1/routes/explain?voice=tone&policy=best").key(&ann).send().await;
    assert_eq!(loosened.status.as_u16(), 400);
    assert_eq!(*server.work.begun.borrow(), 0, "nothing left this machine");
}

#[tokio::test]
async fn a_request_comes_before_its_client_and_the_client_before_the_server() {
    let server =
        Routing { policy: Some(Policy::Cheapest), fallback: Some(Fallback::None), bypasses_cache: false };
    let server = Server::of(clients(&[("bob", "key-of-bob")]).routed(server, [])).await;
    let preferences = Preferences { policy: Some(Policy::Best), ..Preferences::default() };
    let ann = key(&server, "cl_ann", preferences);
    let explained = async |key: &str, asked: &str| {
        let path = format!("/api/v1/routes/explain?voice=tone{asked}");
        let route = read(&server.get(&path).key(key).send().await);
        [&route["policy"], &route["fallback"]].map(|name| name.as_str().unwrap().to_owned())
    };
    assert_eq!(explained(&ann, "&policy=exact").await, ["exact", "none"]);
    assert_eq!(explained(&ann, "").await, ["best", "none"]);
    assert_eq!(explained("key-of-bob", "").await, ["cheapest", "none"]);
}

#[tokio::test]
async fn a_change_holds_within_a_second_at_an_open_socket_too() {
    let server = Server::start().await;
    let ann = key(
        &server,
        "cl_ann",
        Preferences { aliases: aliases(&[("host", "tone")]), ..Preferences::default() },
    );
    let path = "/v1/text-to-speech/host/multi-stream-input?output_format=pcm_24000";
    let Ok(mut talk) = open(&server, path, &[("xi-api-key", &ann)]).await else { panic!("it opens") };
    assert_eq!(told(&server.speech(say("host")).key(&ann).send().await), ["host", "tone:tone", "alias"]);

    server.memory.prefers("cl_ann", local_only());
    let (since, mut last) = (Instant::now(), Duration::ZERO);
    while server.speech(say("tone")).key(&ann).send().await.status != 422 {
        last = since.elapsed();
        assert!(last < 10 * A_SECOND, "it never holds");
    }
    assert!(last < A_SECOND, "{last:?}");
    talk.say(json!({"text": "Hello.", "context_id": "a", "flush": true})).await;
    let begun = *server.work.begun.borrow();
    let said = talk.hear().await.unwrap_or_default();
    assert!(said.get("audio").is_none_or(Value::is_null), "{said}");
    assert_eq!(*server.work.begun.borrow(), begun, "nothing is spoken");
}

#[tokio::test]
async fn each_client_is_answered_by_whom_it_means() {
    let kiosk = Preferences { aliases: aliases(&[("host", "tone:words")]), ..Preferences::default() };
    let configured = clients(&[("kiosk", "key-of-kiosk"), ("bob", "key-of-bob")]);
    let server = Server::of(configured.routed(Routing::default(), [("kiosk".to_owned(), kiosk)])).await;
    let own = aliases(&[("host", "tone:tone"), ("alloy", "words"), ("lost", "nobody")]);
    let ann = key(&server, "cl_ann", Preferences { aliases: own, ..Preferences::default() });
    let ask = |key: &str, voice: &str| server.speech(say(voice)).key(key).send();
    assert_eq!(told(&ask("key-of-kiosk", "host").await), ["host", "tone:words", "alias"]);
    assert_eq!(told(&ask(&ann, "host").await), ["host", "tone:tone", "alias"]);
    assert_eq!(told(&ask(&ann, "alloy").await), ["alloy", "tone:words", "alias"], "before everyone's");
    assert_eq!(told(&ask("key-of-kiosk", "alloy").await), ["alloy", "tone:tone", "alias"]);
    assert_eq!(ask("key-of-bob", "host").await.status.as_u16(), 400, "it is nobody's name for bob");
    let lost = ask(&ann, "lost").await;
    assert!(
        lost.status == 400 && lost.text().contains("There is no voice \\\"nobody\\\""),
        "{}",
        lost.text()
    );

    let elevenlabs = |path: &str| Ask::new(server.address, "POST", path).header("xi-api-key", &ann);
    let dialogue = elevenlabs("/v1/text-to-dialogue").header("content-type", "application/json").body(
        json!({"inputs": [{"text": "Hello.", "voice_id": "host"}, {"text": "Hi.", "voice_id": "alloy"}]})
            .to_string(),
    );
    let dialogue = dialogue.send().await;
    assert_eq!(dialogue.header("x-soundboard-voice"), "tone:tone, tone:words", "{}", dialogue.text());
    let talk = open(&server, "/v1/text-to-speech/host/stream-input", &[("xi-api-key", &ann)]).await;
    let Ok(mut talk) = talk else { panic!("it opens") };
    talk.say(json!({"text": "Hello."})).await;
    talk.say(json!({"text": ""})).await;
    assert_eq!(talk.rest().await.code, 1000);
    let utterances = server.work.utterances.lock().unwrap();
    assert_eq!(utterances.last().map(|last| last.delivery.voice.as_str()), Some("tone"));
}

#[tokio::test]
async fn a_client_finds_its_own_names_wherever_it_finds_everyones() {
    let server = Server::with(crate::server::config(), &[("bob", "key-of-bob")]).await;
    let own = aliases(&[("host", "words"), ("alloy", "words"), ("lost", "nobody")]);
    let ann = key(&server, "cl_ann", Preferences { aliases: own, ..Preferences::default() });
    let get = async |key: &str, path: &str| read(&server.get(path).key(key).send().await);
    let led = async |key: &str| {
        let voices = get(key, "/v1/audio/voices").await;
        let named = voices["voices"].as_array().unwrap().iter();
        let mut led: Vec<String> = named
            .filter_map(|voice| Some(format!("{} -> {}", voice["id"].as_str()?, voice["alias_of"].as_str()?)))
            .collect();
        led.sort();
        led
    };
    let stand_in = "21m00Tcm4TlvDq8ikWAM -> tone:tone";
    assert_eq!(led(&ann).await, [stand_in, "alloy -> tone:words", "host -> tone:words"]);
    assert_eq!(led("key-of-bob").await, [stand_in, "alloy -> tone:tone"]);
    for path in ["/v1/voices", "/v2/voices?page_size=100"] {
        let of_ann = get(&ann, path).await.to_string();
        assert!(of_ann.contains(r#""voice_id":"host""#), "{path}: {of_ann}");
        assert!(!get("key-of-bob", path).await.to_string().contains(r#""voice_id":"host""#), "{path}");
    }
    assert_eq!(get(&ann, "/v1/voices/host").await["labels"]["alias_of"], "tone:words");
    assert_eq!(get(&ann, "/api/v1/voices/host").await["id"], "tone:words");
    assert_eq!(get(&ann, "/api/v1/routes/explain?voice=host").await["chosen"], "tone:words");
    let preview = server.get("/api/v1/voices/host/preview").key(&ann).send().await;
    assert_eq!(preview.header("x-soundboard-voice"), "tone:words", "{}", preview.text());
    for path in ["/api/v1/voices/host", "/api/v1/voices/host/equivalents", "/v1/voices/host"] {
        let answer = server.get(path).key("key-of-bob").send().await;
        assert!(answer.status.is_client_error(), "{path}: {}", answer.text());
    }
}
