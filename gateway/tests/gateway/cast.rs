//! Who speaks in a dialogue, as its headers say.

use serde_json::json;

use crate::actor::{Deed, Stage};
use crate::client::Ask;

/// Anna's line has fifteen characters.
fn dialogue(stage: &Stage, call: &str) -> Ask {
    let lines = json!({"inputs": [
        {"voice_id": "anna", "text": "The first line."},
        {"voice_id": "arno", "text": "The second line."},
        {"voice_id": "anna", "text": "The third line."},
    ]});
    stage.server.asks(&format!("/v1/text-to-dialogue{call}"), lines.to_string()).header("te", "trailers")
}

#[tokio::test]
async fn they_are_those_whom_the_policy_chooses() {
    let stage = Stage::open().await;
    for call in ["", "/stream", "/with-timestamps", "/stream/with-timestamps"] {
        let answer = dialogue(&stage, call).header("x-soundboard-policy", "cheapest").send().await;
        assert_eq!(answer.status.as_u16(), 200, "{call}: {}", answer.text());
        assert_eq!(answer.header("x-soundboard-requested-voice"), "anna, arno", "{call}");
        assert_eq!(answer.header("x-soundboard-voice"), "right:berta, right:bert", "{call}");
        assert_eq!(answer.header("x-soundboard-reason"), "cheapest", "{call}");
    }
    assert!(stage.left.said().is_empty());
}

#[tokio::test]
async fn whoever_fails_in_the_first_line_is_not_among_them() {
    let stage = Stage::open().await;
    stage.left.will([Deed::Refuses]);
    let answer = dialogue(&stage, "").send().await;
    assert_eq!(answer.header("x-soundboard-voice"), "right:berta, left:arno");
    assert_eq!(answer.header("x-soundboard-reason"), "fallback");
    assert_eq!(answer.header("x-soundboard-tried"), "left:anna=backend_failed");
    assert_eq!((answer.whole, answer.trailers.len()), (true, 0));
    assert_eq!(stage.right.said(), ["The first line.", "The third line."], "who took the part keeps it");
}

#[tokio::test]
async fn whoever_takes_over_a_later_line_is_named_in_the_trailer() {
    let stage = Stage::open().await;
    stage.left.will([Deed::Speaks, Deed::Refuses]);
    let answer = dialogue(&stage, "/stream").send().await;
    assert_eq!(answer.header("x-soundboard-voice"), "left:anna, left:arno", "arno was still to speak");
    assert_eq!(answer.trailer("x-soundboard-switched"), "15=right:bert");
    assert_eq!((answer.whole, stage.right.said()), (true, vec!["The second line.".to_owned()]));
}

#[tokio::test]
async fn once_all_is_spoken_they_are_those_who_were_heard() {
    let stage = Stage::open().await;
    stage.left.will([Deed::Speaks, Deed::Refuses]);
    let answer = dialogue(&stage, "/with-timestamps").send().await;
    assert_eq!(answer.header("x-soundboard-voice"), "left:anna, right:bert");
    assert_eq!(answer.header("x-soundboard-switched"), "15=right:bert");

    let stage = Stage::open().await;
    stage.left.will([Deed::Speaks, Deed::Speaks, Deed::Refuses]);
    let answer = dialogue(&stage, "/with-timestamps").header("x-soundboard-fallback", "resume").send().await;
    assert_eq!(answer.header("x-soundboard-voice"), "left:anna, left:arno", "each has begun");
    assert_eq!(answer.header("x-soundboard-switched"), "31=right:berta");
}

#[tokio::test]
async fn nobody_begins_where_the_policy_leaves_one_of_them_to_nobody() {
    let stage = Stage::open().await;
    let answer = dialogue(&stage, "").header("x-soundboard-policy", "local-only").send().await;
    assert_eq!(answer.status.as_u16(), 422);
    assert!(answer.text().contains("left:anna (local: "), "{}", answer.text());
    assert!(stage.left.said().is_empty() && stage.right.said().is_empty());
    let rows = stage.server.rows.clone();
    stage.server.ended().await;
    assert_eq!(rows.show(), "req-1 local - no_candidate None");
}

#[tokio::test]
async fn before_anybody_was_heard_whoever_stands_in_takes_over_from_nobody() {
    let stage = Stage::open().await;
    stage.left.will([Deed::Refuses]);
    let lines = json!({"inputs": [
        {"voice_id": "anna", "text": "... "},
        {"voice_id": "arno", "text": "The first line."},
    ]});
    let ask = stage.server.asks("/v1/text-to-dialogue", lines.to_string()).header("te", "trailers");
    let answer = ask.send().await;
    assert_eq!(answer.header("x-soundboard-voice"), "left:anna, right:bert");
    assert_eq!(answer.header("x-soundboard-tried"), "left:arno=backend_failed");
    assert_eq!((answer.whole, answer.trailers.len()), (true, 0));
    let rows = stage.server.rows.clone();
    stage.server.ended().await;
    assert_eq!(rows.show(), "req-1 local bert completed Some(19)", "who has spoken stands in the row");
}
