//! SSML through the doors of APIs that have none.

use gateway::Config;
use serde_json::json;

use crate::backend::{CHUNK, CHUNKS};
use crate::client::Answer;
use crate::server::{Server, config};

const DOCUMENT: &str = "<speak>One, <break time=\"1s\"/>two <emphasis>and</emphasis> three.</speak>";

/// Two passages with a second between them, as samples of 24 kHz.
const HEARD: usize = 2 * (2 * CHUNKS * CHUNK + 24_000);

async fn openai(server: &Server, body: serde_json::Value) -> Answer {
    let mut asked = json!({"model":"sine-1","voice":"tone","response_format":"pcm"});
    asked.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    server.asks("/v1/audio/speech", asked.to_string()).send().await
}

#[tokio::test]
async fn every_door_speaks_ssml_where_its_client_calls_it_so() {
    let server = Server::start().await;
    let native = json!({"text":DOCUMENT,"voice":"tone","format":"pcm","ssml":true}).to_string();
    let elevenlabs = json!({"text":DOCUMENT,"model_id":"sine-1"}).to_string();
    let ours = json!({"text":DOCUMENT,"model_id":"sine-1","soundboard":{"ssml":true}}).to_string();
    let path = "/v1/text-to-speech/tone?output_format=pcm_24000";
    for answer in [
        openai(&server, json!({"input":DOCUMENT,"ssml":true})).await,
        openai(&server, json!({"input":DOCUMENT,"soundboard":{"ssml":true}})).await,
        server.asks("/api/v1/speech", native).send().await,
        server.asks(&format!("{path}&enable_ssml_parsing=true"), elevenlabs).send().await,
        server.asks(path, ours).send().await,
    ] {
        assert_eq!((answer.status.as_u16(), answer.header("x-soundboard-dropped")), (200, "emphasis"));
        assert_eq!(answer.body.len(), HEARD);
    }
    let said: Vec<String> =
        server.work.utterances.lock().unwrap().iter().map(|it| it.graph.text().as_str().to_owned()).collect();
    assert_eq!(said, ["One,", "two and three."].repeat(5));
}

#[tokio::test]
async fn nobody_is_taken_for_a_writer_of_ssml_who_does_not_say_so() {
    let server = Server::start().await;
    let answer = openai(&server, json!({"input":"1 <speak> 2"})).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (200, 2 * CHUNKS * CHUNK));
}

#[tokio::test]
async fn what_is_wrong_with_it_is_told_with_its_place() {
    let server = Server::start().await;
    let wrong = openai(&server, json!({"input":"<speak>\n a <p>b</speak>","ssml":true})).await;
    insta::assert_snapshot!(wrong.show(), @r#"
    400 Bad Request
    {"error":{"message":"The SSML has the end of another element than was begun last, at line 2, column 8.","type":"invalid_request_error","param":"input","code":"invalid_text"}}
    "#);
    let flag = openai(&server, json!({"input":"a","ssml":"secret"})).await;
    assert_eq!(flag.status.as_u16(), 400);
    assert!(!flag.text().contains("secret"));
}

#[tokio::test]
async fn nothing_is_fetched_unless_the_server_is_set_up_for_it() {
    let fetching =
        json!({"input":"<speak><audio src=\"https://x.example\">a bell</audio></speak>","ssml":true});
    let answer = openai(&Server::start().await, fetching.clone()).await;
    assert_eq!((answer.status.as_u16(), answer.header("x-soundboard-dropped")), (200, "audio"));
    let server = Server::with(Config { ssml_fetch: true, ..config() }, &[]).await;
    let answer = openai(&server, fetching).await;
    // The tone reads no SSML, and fetches nothing either.
    assert_eq!((answer.status.as_u16(), answer.header("x-soundboard-dropped")), (200, "audio"));
}
