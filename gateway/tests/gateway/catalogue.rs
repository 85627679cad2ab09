//! Voices of two backends that differ: who sounds like whom, and what has changed.

use std::sync::{Arc, Mutex};

use catalog::{Change, Listing, Shelf, ShelfError};
use serde_json::{Value, json};
use speech::{BoxFuture, Gender};

use crate::actor::Stage;
use crate::server::House;

/// Lists and changes in memory: keeping them is another room's work.
#[derive(Default)]
pub(crate) struct Kept {
    changes: Mutex<Vec<Change>>,
}

impl Shelf for Kept {
    fn listings(&self) -> BoxFuture<Result<Vec<(String, Listing)>, ShelfError>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn keep(&self, _: &str, _: Listing, changes: Vec<Change>) -> BoxFuture<Result<(), ShelfError>> {
        let mut kept = self.changes.lock().unwrap();
        for change in changes {
            let number = kept.len() as i64 + 1;
            kept.push(Change { number, ..change });
        }
        Box::pin(async { Ok(()) })
    }

    fn changes(&self, before: Option<i64>, most: usize) -> BoxFuture<Result<Vec<Change>, ShelfError>> {
        let kept = self.changes.lock().unwrap();
        let older = kept.iter().rev().filter(|change| before.is_none_or(|before| change.number < before));
        let changes = older.take(most).cloned().collect();
        Box::pin(async { Ok(changes) })
    }
}

async fn stage() -> Stage {
    Stage::with(House { shelf: Some(Arc::new(Kept::default())), ..House::default() }).await
}

async fn get(stage: &Stage, path: &str) -> Value {
    let answer = stage.server.get(path).send().await;
    assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text());
    serde_json::from_slice(&answer.body).unwrap()
}

#[tokio::test]
async fn the_nearest_of_each_other_backend_are_told_with_reasons() {
    let stage = stage().await;
    for (of, nearest) in [("anna", "right:berta"), ("left:arno", "right:bert"), ("bert", "left:arno")] {
        let told = get(&stage, &format!("/api/v1/voices/{of}/equivalents")).await;
        let equivalents = told["equivalents"].as_array().unwrap();
        let first = &equivalents[0];
        assert_eq!(
            (&first["id"], &first["reasons"]),
            (&json!(nearest), &json!(["language", "gender", "accent"])),
            "{of}"
        );
        let score = first["score"].as_f64().unwrap();
        assert!((0.9..1.0).contains(&score), "{of}: {told}");
        assert_eq!(equivalents.len(), 1, "{of}: nobody else speaks German: {told}");
    }
}

#[tokio::test]
async fn what_has_come_gone_and_is_called_otherwise_is_told_a_page_at_a_time() {
    let stage = stage().await;
    assert!(stage.server.engine.refresh().await);
    let all = get(&stage, "/api/v1/voices/changes?limit=500").await;
    let all = all["changes"].as_array().unwrap().len();
    stage.left.lists(&[("anna", Gender::Female), ("adam", Gender::Male)]);
    stage.right.lists(&[("berta", Gender::Female)]);
    assert!(stage.server.engine.refresh().await);

    let told = get(&stage, "/api/v1/voices/changes?limit=3").await;
    let mut changes: Vec<String> = told["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| format!("{} {}", change["change"].as_str().unwrap(), change["voice"].as_str().unwrap()))
        .collect();
    changes.sort();
    assert_eq!(changes, ["added left:adam", "removed left:arno", "removed right:bert"]);
    let next = told["next_before"].as_i64().unwrap();
    let rest = get(&stage, &format!("/api/v1/voices/changes?before={next}&limit=500")).await;
    assert_eq!(rest["changes"].as_array().unwrap().len(), all, "those of the beginning");
    assert!(rest["changes"].as_array().unwrap().iter().all(|change| change["change"] == "added"));

    let found = get(&stage, "/api/v1/voices?backend=left").await;
    assert_eq!(found["total"], 2, "{found}");
    let gone = stage.server.get("/api/v1/voices/left:arno/equivalents").send().await;
    assert_eq!(gone.status.as_u16(), 404, "{}", gone.text());
}
