//! What is kept, for whom, where, and what it costs.

use std::path::Path;

use billing::{Action, Budget, Measure};

use super::*;
use crate::tab::tests::budget;

#[tokio::test]
async fn what_has_no_price_without_a_call_is_always_called() {
    let stage = stage(&in_memory());
    for number in 0..2 {
        let (spoken, ()) = tokio::join!(stage.ask_of(request(number, "unpriced:anna")), async {
            let feed = stage.call(number).await;
            feed.unbounded_send(samples(300, 0.5)).unwrap();
            feed.close_channel();
        });
        assert_eq!(heard(spoken).await.0, CacheUse::Bypass);
    }
    assert!(stage.settled().await.values().all(|row| *row == (DONE, false, 90, vec![90])));
}

#[tokio::test]
async fn what_was_kept_takes_no_more_of_a_budget_than_it_costs() {
    let ledger = MemoryLedger::with_budgets(vec![budget(96, Action::Refuse)]);
    let stage = stage_with(&in_memory(), ledger);
    stage.say("1", 0).await;
    for id in ["2", "3"] {
        assert_eq!(
            heard(stage.ask(id).await).await.0,
            CacheUse::Hit,
            "3 of what is left of 96 after a call of 90"
        );
    }
    let error = stage.ask("4").await.err().unwrap();
    assert_eq!((error.kind(), stage.called()), (ErrorKind::BudgetExceeded, 1));
    assert_eq!(stage.settled().await["3"], (DONE, true, 3, vec![]));
}

#[tokio::test]
async fn of_what_was_kept_only_the_price_counts_not_how_long_it_is() {
    let audio = Budget { measure: Measure::Audio, limit: 2600, ..budget(0, Action::Refuse) };
    let stage = stage_with(&in_memory(), MemoryLedger::with_budgets(vec![audio]));
    stage.say("1", 0).await;
    stage.engine.settled().await;
    assert_eq!(heard(stage.ask("2").await).await.0, CacheUse::Hit);
    assert_eq!(stage.settled().await["2"], (DONE, true, 3, vec![]));
}

#[tokio::test]
async fn what_costs_nothing_is_given_whatever_the_ledger_says() {
    let stage = stage_with(&in_memory(), MemoryLedger::with_budgets(vec![budget(90, Action::Refuse)]));
    stage.say_to(request("1", "free:anna"), 0).await;
    stage.engine.settled().await;
    stage.ledger.break_off(true);
    let spoken = stage.ask_of(request("2", "free:anna")).await.unwrap();
    stage.ledger.break_off(false);
    assert_eq!(heard(Ok(spoken)).await.0, CacheUse::Hit);
    assert_eq!(stage.settled().await["2"], (DONE, true, 0, vec![]));
    assert_eq!(stage.called(), 1);
}

#[tokio::test]
async fn clients_hear_what_was_spoken_for_others_only_where_they_share() {
    for shared in [false, true] {
        let stage = stage(&CacheSettings { shared, ..in_memory() });
        stage.say("1", 0).await;
        let mut other = request("2", "one:anna");
        other.terms.client = "ben".into();
        let (spoken, ()) = tokio::join!(stage.ask_of(other), async {
            if !shared {
                let feed = stage.call(1).await;
                feed.unbounded_send(samples(300, 0.5)).unwrap();
                feed.close_channel();
            }
        });
        assert_eq!(heard(spoken).await.0, if shared { CacheUse::Hit } else { CacheUse::Miss });
    }
}

#[tokio::test]
async fn what_is_on_disk_outlasts_a_restart_and_what_is_damaged_is_spoken_anew() {
    let folder = tempfile::tempdir().unwrap();
    let settings = |folder: &Path| CacheSettings {
        disk: Some((folder.to_owned(), 1 << 20)),
        ..CacheSettings::default()
    };
    let first = stage(&settings(folder.path()));
    let spoken = first.say("1", 0).await;
    first.engine.settled().await;
    assert_eq!(heard(first.ask("2").await).await, (CacheUse::Hit, spoken.1.clone()));

    let second = stage(&settings(folder.path()));
    assert_eq!(heard(second.ask("3").await).await, (CacheUse::Hit, spoken.1.clone()));
    assert_eq!(second.called(), 0);
    assert_eq!(second.settled().await["3"], (DONE, true, 3, vec![]));

    let file = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let mut bytes = std::fs::read(&file).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&file, bytes).unwrap();
    assert_eq!(second.say("4", 0).await, (CacheUse::Miss, spoken.1));
}

#[tokio::test]
async fn memory_has_a_bound_and_holds_what_was_used_last() {
    let shelf = Shelf::new(10_000, None, None);
    let keys: Vec<Key> = (0..50).map(|n| Key::parse(&format!("{n:02x}").repeat(32)).unwrap()).collect();
    for key in &keys {
        let chunk = AudioChunk { bytes: vec![0; 1000].into(), samples: 1000, last: true, words: Vec::new() };
        let recording = Recording::of(SampleRate::new(1000).unwrap(), [chunk].iter());
        shelf.keep_in_memory(key, &Arc::new(recording));
        assert!(shelf.weight() <= 10_000);
    }
    assert!(shelf.weight() > 5000 && shelf.has(&keys[49]) && !shelf.has(&keys[0]));
}

#[tokio::test]
async fn a_speech_beyond_the_bound_is_not_kept_and_nobody_joins_it_any_more() {
    let stage = stage(&CacheSettings { memory_bytes: 1000, ..CacheSettings::default() });
    let (leader, feed) = tokio::join!(stage.ask("1"), async {
        let feed = stage.call(0).await;
        feed.unbounded_send(samples(100, 0.1)).unwrap();
        feed
    });
    let mut leader = leader.unwrap();
    let mut joined = stage.ask("2").await.unwrap();
    for _ in 0..10 {
        feed.unbounded_send(samples(100, 0.1)).unwrap();
    }
    // The slower one is waited for: so much and no more is held for it.
    let mut quicker = 0;
    while let Some(chunk) = leader.audio.next().now_or_never() {
        quicker += chunk.unwrap().unwrap().bytes.len();
    }
    assert_eq!(quicker, 1200);
    let (alone, ()) = tokio::join!(stage.ask("3"), async {
        stage.call(1).await.unbounded_send(samples(100, 0.1)).unwrap();
    });
    assert_eq!(alone.unwrap().cache, Some(CacheUse::Miss));
    feed.close_channel();
    let (quicker, slower) = tokio::join!(rest(&mut leader.audio), rest(&mut joined.audio));
    assert_eq!((quicker.len(), slower.len()), (1000, 2200));
    assert_eq!(stage.say("4", 2).await.0, CacheUse::Miss);
}
