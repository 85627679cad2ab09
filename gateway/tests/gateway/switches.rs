//! Who goes on where another has failed in mid-speech, as those are told who listen.

use serde_json::{Value, json};
use speech::Gender;

use crate::access::Log;
use crate::actor::{Actor, Deed, RATES, Stage};
use crate::client::Ask;
use crate::server::{House, Server};

const TEXT: &str = "The first one. The second one. The third one.";

/// Says it by the left, who falls in the second sentence, so that the right goes on.
const SWITCHED: &str = "14=right:berta";

type Asked = (&'static str, Value);

fn openai(field: &str, value: Value) -> Value {
    let mut body = json!({"model": "tts-1", "voice": "anna", "input": TEXT, "response_format": "wav"});
    body[field] = value;
    body
}

/// Everything that is sent as it is made.
fn flowing() -> [Asked; 7] {
    [
        ("/v1/audio/speech", openai("response_format", json!("mp3"))),
        ("/v1/audio/speech", openai("stream_format", json!("sse"))),
        ("/dev/captioned_speech", openai("stream", json!(true))),
        ("/api/v1/speech", json!({"voice": "anna", "text": TEXT})),
        ("/v1/text-to-speech/anna", json!({"text": TEXT})),
        ("/v1/text-to-speech/anna/stream", json!({"text": TEXT})),
        ("/v1/text-to-speech/anna/stream/with-timestamps", json!({"text": TEXT})),
    ]
}

/// Everything that is sent once it is whole.
fn whole() -> [Asked; 4] {
    [
        ("/v1/audio/speech", openai("response_format", json!("wav"))),
        ("/dev/captioned_speech", openai("stream", json!(false))),
        ("/api/v1/speech", json!({"voice": "anna", "text": TEXT, "format": "wav"})),
        ("/v1/text-to-speech/anna/with-timestamps", json!({"text": TEXT})),
    ]
}

/// May be resumed by another.
fn resumed(server: &Server, (path, body): &Asked) -> Ask {
    let ask = server.post(path).header("content-type", "application/json").body(body.to_string());
    ask.header("x-soundboard-fallback", "resume")
}

async fn stage_of_a_fall() -> Stage {
    let stage = Stage::open().await;
    stage.left.will([Deed::Speaks, Deed::BreaksOff]);
    stage
}

#[tokio::test]
async fn what_is_sent_as_it_is_made_has_a_trailer_over_either_http() {
    // A stage for each: who falls too often is let rest.
    for asked in flowing() {
        for is_h2 in [false, true] {
            let stage = stage_of_a_fall().await;
            let ask = resumed(&stage.server, &asked);
            let answer = match is_h2 {
                true => ask.send_h2().await,
                false => ask.header("te", "trailers").send().await,
            };
            let path = asked.0;
            assert_eq!((answer.status.as_u16(), answer.whole), (200, true), "{path}");
            assert_eq!(answer.header("x-soundboard-voice"), "left:anna", "{path}: it has begun");
            assert_eq!(answer.header("x-soundboard-reason"), "exact", "{path}");
            assert_eq!(answer.header("trailer"), "x-soundboard-switched", "{path}");
            assert_eq!(answer.header("x-soundboard-switched"), "-", "{path}: nobody knew");
            assert_eq!(answer.trailer("x-soundboard-switched"), SWITCHED, "{path}, HTTP/2: {is_h2}");
            assert_eq!(stage.right.said(), [" The second one.", " The third one."], "{path}");
        }
    }
}

#[tokio::test]
async fn who_takes_no_trailers_is_sent_none_and_hears_everything() {
    let asked = &flowing()[0];
    let stage = stage_of_a_fall().await;
    let untold = resumed(&stage.server, asked).send().await;
    let stage = stage_of_a_fall().await;
    let told = resumed(&stage.server, asked).header("te", "trailers").send().await;
    assert_eq!((untold.whole, untold.trailers.len(), told.trailers.len()), (true, 0, 1));
    assert_eq!(untold.body, told.body);
}

#[tokio::test]
async fn what_is_sent_once_it_is_whole_says_so_at_its_head() {
    for asked in whole() {
        let stage = stage_of_a_fall().await;
        let ask = resumed(&stage.server, &asked).header("x-soundboard-content-length", "exact");
        let answer = ask.header("te", "trailers").send().await;
        let path = asked.0;
        assert_eq!((answer.status.as_u16(), answer.whole), (200, true), "{path}: {}", answer.text());
        assert_eq!(answer.header("x-soundboard-voice"), "left:anna", "{path}");
        assert_eq!(answer.header("x-soundboard-switched"), SWITCHED, "{path}");
        assert_eq!((answer.header("trailer"), answer.trailers.len()), ("-", 0), "{path}");
    }
}

#[tokio::test]
async fn an_answer_that_is_given_again_says_it_at_its_head() {
    let stage = stage_of_a_fall().await;
    let ask =
        || resumed(&stage.server, &flowing()[0]).header("idempotency-key", "k").header("te", "trailers");
    let first = ask().send().await;
    assert_eq!((first.trailer("x-soundboard-switched"), first.whole), (SWITCHED, true));
    let again = ask().send().await;
    assert_eq!(again.header("x-soundboard-cache"), "hit");
    assert_eq!(again.header("x-soundboard-switched"), SWITCHED);
    assert_eq!((again.header("trailer"), again.trailers.len()), ("-", 0));
    assert_eq!(again.body, first.body);
}

#[tokio::test]
async fn a_trailer_is_announced_only_where_there_is_somebody_who_might_go_on() {
    let stage = Stage::open().await;
    let (path, body) = &flowing()[3];
    let smooth = resumed(&stage.server, &(path, body.clone())).header("te", "trailers").send().await;
    assert_eq!((smooth.header("trailer"), smooth.trailers.len()), ("x-soundboard-switched", 0));
    let pinned = json!({"voice": "left:anna", "text": TEXT});
    let alone = resumed(&stage.server, &(path, pinned)).send().await;
    assert_eq!((alone.status.as_u16(), alone.header("trailer")), (200, "-"));
    let ask = stage.server.post(path).header("content-type", "application/json").body(body.to_string());
    assert_eq!(ask.send().await.header("trailer"), "-", "who has begun is not followed by another");
}

#[tokio::test]
async fn whoever_was_to_go_on_and_failed_as_well_is_not_named() {
    let [left, right, third] = [("left", "anna"), ("right", "berta"), ("third", "clara")]
        .map(|(name, voice)| Actor::new(name, &[(voice, Gender::Female)]));
    left.will([Deed::Speaks, Deed::BreaksOff]);
    right.will([Deed::Refuses]);
    let house = House { others: vec![left, right, third], rates: RATES, ..House::default() };
    let server = Server::of_house(house).await;
    let answer = resumed(&server, &flowing()[0]).header("te", "trailers").send().await;
    assert_eq!(answer.trailer("x-soundboard-switched"), "14=third:clara");
}

#[tokio::test]
async fn the_log_and_the_trace_say_who_and_where_and_not_what() {
    let (log, _guard) = Log::of_everything();
    let stage = stage_of_a_fall().await;
    resumed(&stage.server, &flowing()[0]).header("te", "trailers").send().await;
    stage.server.ended().await;
    let log = log.text();
    let told = "another voice goes on from=left:anna to=right:berta offset=14";
    let lines: Vec<&str> = log.lines().filter(|line| line.contains(told)).collect();
    assert_eq!(lines.len(), 2, "{log}");
    assert!(lines[0].contains(" INFO ") && lines[0].contains("engine::"), "{}", lines[0]);
    assert!(lines[1].contains(" trace: "), "{}", lines[1]);
    assert!(!log.contains("second"), "{log}");
    let access = log.lines().find(|line| line.contains(" access: ")).unwrap();
    assert!(access.contains("complete=true"), "{access}");
}
