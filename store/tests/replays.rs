//! Answers that are given again.

use billing::{Begun, Replay, Replays};

use crate::both::on_both;
use crate::site::{AT, Site};

on_both!(
    an_answer_is_given_again,
    of_many_at_once_one_is_the_first,
    a_claim_ends_by_itself,
    a_claim_is_its_own_requests_again,
    a_renewed_claim_goes_on,
    an_abandoned_key_is_free,
    who_comes_late_changes_nothing,
    what_is_past_is_swept,
);

const BODY: [u8; 32] = [1; 32];
const OTHER: [u8; 32] = [2; 32];

fn replay() -> Replay {
    Replay {
        request: "r1".into(),
        head: r#"{"content-type":"audio/mpeg"}"#.into(),
        audio: vec![0, 1, 0xff, b'\''],
    }
}

async fn an_answer_is_given_again(site: &Site) {
    let (here, there) = (site.open().await, site.open().await);
    assert_eq!(here.begin("ann", "k", "r1", BODY, AT, AT + 60).await.unwrap(), Begun::First);
    assert_eq!(there.begin("ann", "k", "r2", BODY, AT, AT + 60).await.unwrap(), Begun::Running);
    assert_eq!(there.begin("ann", "k", "r2", OTHER, AT, AT + 60).await.unwrap(), Begun::Another);
    for other in [("bob", "k"), ("ann", "K")] {
        assert_eq!(there.begin(other.0, other.1, "r2", OTHER, AT, AT + 60).await.unwrap(), Begun::First);
    }
    here.finish("ann", "k", replay(), AT + 1000).await.unwrap();
    assert_eq!(
        there.begin("ann", "k", "r2", BODY, AT + 999, AT + 2000).await.unwrap(),
        Begun::Done(replay())
    );
    assert_eq!(there.begin("ann", "k", "r2", OTHER, AT + 999, AT + 2000).await.unwrap(), Begun::Another);
    assert_eq!(
        there.begin("ann", "k", "r2", OTHER, AT + 1000, AT + 2000).await.unwrap(),
        Begun::First,
        "a day later"
    );
}

async fn of_many_at_once_one_is_the_first(site: &Site) {
    let databases = [site.open().await, site.open().await];
    let asking: Vec<_> = (0..32)
        .map(|number| {
            let request = format!("r{number}");
            tokio::spawn(databases[number % 2].begin("ann", "k", &request, BODY, AT, AT + 60))
        })
        .collect();
    let mut first = 0;
    for asked in asking {
        match asked.await.unwrap().unwrap() {
            Begun::First => first += 1,
            begun => assert_eq!(begun, Begun::Running),
        }
    }
    assert_eq!(first, 1);
}

async fn a_claim_ends_by_itself(site: &Site) {
    let database = site.open().await;
    database.begin("ann", "k", "r1", BODY, AT, AT + 60).await.unwrap();
    assert_eq!(database.begin("ann", "k", "r2", BODY, AT + 59, AT + 120).await.unwrap(), Begun::Running);
    assert_eq!(database.begin("ann", "k", "r2", OTHER, AT + 60, AT + 120).await.unwrap(), Begun::First);
    assert_eq!(database.begin("ann", "k", "r3", OTHER, AT + 119, AT + 180).await.unwrap(), Begun::Running);
}

async fn a_claim_is_its_own_requests_again(site: &Site) {
    let database = site.open().await;
    for _ in 0..2 {
        assert_eq!(database.begin("ann", "k", "r1", BODY, AT, AT + 60).await.unwrap(), Begun::First);
    }
    database.finish("ann", "k", replay(), AT + 1000).await.unwrap();
    let done = database.begin("ann", "k", "r1", BODY, AT, AT + 60).await.unwrap();
    assert_eq!(done, Begun::Done(replay()), "and is not begun anew");
}

async fn a_renewed_claim_goes_on(site: &Site) {
    let (here, there) = (site.open().await, site.open().await);
    here.begin("ann", "k", "r1", BODY, AT, AT + 60).await.unwrap();
    here.renew("ann", "k", "r1", AT + 120).await.unwrap();
    here.renew("ann", "k", "another", AT + 500).await.unwrap();
    assert_eq!(there.begin("ann", "k", "r2", BODY, AT + 119, AT + 180).await.unwrap(), Begun::Running);
    assert_eq!(there.begin("ann", "k", "r2", BODY, AT + 120, AT + 180).await.unwrap(), Begun::First);
    here.renew("ann", "k", "r1", AT + 500).await.unwrap();
    assert_eq!(there.begin("ann", "k", "r3", BODY, AT + 180, AT + 240).await.unwrap(), Begun::First);
    let replay = Replay { request: "r3".into(), ..replay() };
    there.finish("ann", "k", replay.clone(), AT + 1000).await.unwrap();
    there.renew("ann", "k", "r3", AT + 240).await.unwrap();
    let kept = there.begin("ann", "k", "r4", BODY, AT + 999, AT + 1059).await.unwrap();
    assert_eq!(kept, Begun::Done(replay), "what is done is kept as long as it was to be");
}

async fn an_abandoned_key_is_free(site: &Site) {
    let database = site.open().await;
    database.begin("ann", "k", "r2", BODY, AT, AT + 60).await.unwrap();
    database.abandon("ann", "k", "r2").await.unwrap();
    assert_eq!(database.begin("ann", "k", "r1", OTHER, AT, AT + 60).await.unwrap(), Begun::First);
    database.finish("ann", "k", replay(), AT + 1000).await.unwrap();
    database.abandon("ann", "k", "r1").await.unwrap();
    let kept = database.begin("ann", "k", "r3", OTHER, AT, AT + 60).await.unwrap();
    assert_eq!(kept, Begun::Done(replay()), "what is done stays");
}

/// The first has lost its claim to a second, who sends the same.
async fn who_comes_late_changes_nothing(site: &Site) {
    let database = site.open().await;
    database.begin("ann", "k", "r1", BODY, AT, AT + 60).await.unwrap();
    assert_eq!(database.begin("ann", "k", "r2", BODY, AT + 60, AT + 120).await.unwrap(), Begun::First);
    database.abandon("ann", "k", "r1").await.unwrap();
    database.finish("ann", "k", replay(), AT + 1000).await.unwrap();
    assert_eq!(database.begin("ann", "k", "r3", BODY, AT + 119, AT + 180).await.unwrap(), Begun::Running);
    let second = Replay { request: "r2".into(), ..replay() };
    for _ in 0..2 {
        database.finish("ann", "k", second.clone(), AT + 1000).await.unwrap();
    }
    database.finish("ann", "k", replay(), AT + 2000).await.unwrap();
    let kept = database.begin("ann", "k", "r3", BODY, AT + 999, AT + 1059).await.unwrap();
    assert_eq!(kept, Begun::Done(second));
}

async fn what_is_past_is_swept(site: &Site) {
    let database = site.open().await;
    for (key, until) in [("past", AT), ("kept", AT + 1)] {
        database.begin("ann", key, "r1", BODY, AT - 60, AT).await.unwrap();
        database.finish("ann", key, replay(), until).await.unwrap();
    }
    database.sweep(AT).await.unwrap();
    assert_eq!(site.number("SELECT count(*) FROM replays").await, 1);
    assert_eq!(database.begin("ann", "kept", "r2", BODY, AT, AT + 60).await.unwrap(), Begun::Done(replay()));
}
