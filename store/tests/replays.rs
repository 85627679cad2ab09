//! Answers that are given again.

use billing::{Begun, Replay, Replays};

use crate::both::on_both;
use crate::site::{AT, Site};

on_both!(
    an_answer_is_given_again,
    of_many_at_once_one_is_the_first,
    a_claim_ends_by_itself,
    an_abandoned_key_is_free,
    an_answer_is_kept_for_its_own_body_only,
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
    assert_eq!(here.begin("ann", "k", BODY, AT, AT + 60).await.unwrap(), Begun::First);
    assert_eq!(there.begin("ann", "k", BODY, AT, AT + 60).await.unwrap(), Begun::Running);
    assert_eq!(there.begin("ann", "k", OTHER, AT, AT + 60).await.unwrap(), Begun::Another);
    for other in [("bob", "k"), ("ann", "K")] {
        assert_eq!(there.begin(other.0, other.1, OTHER, AT, AT + 60).await.unwrap(), Begun::First);
    }
    here.finish("ann", "k", BODY, replay(), AT + 1000).await.unwrap();
    assert_eq!(there.begin("ann", "k", BODY, AT + 999, AT + 2000).await.unwrap(), Begun::Done(replay()));
    assert_eq!(there.begin("ann", "k", OTHER, AT + 999, AT + 2000).await.unwrap(), Begun::Another);
    assert_eq!(
        there.begin("ann", "k", OTHER, AT + 1000, AT + 2000).await.unwrap(),
        Begun::First,
        "a day later"
    );
}

async fn of_many_at_once_one_is_the_first(site: &Site) {
    let databases = [site.open().await, site.open().await];
    let asking: Vec<_> = (0..32)
        .map(|number| tokio::spawn(databases[number % 2].begin("ann", "k", BODY, AT, AT + 60)))
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
    database.begin("ann", "k", BODY, AT, AT + 60).await.unwrap();
    assert_eq!(database.begin("ann", "k", BODY, AT + 59, AT + 120).await.unwrap(), Begun::Running);
    assert_eq!(database.begin("ann", "k", OTHER, AT + 60, AT + 120).await.unwrap(), Begun::First);
    assert_eq!(database.begin("ann", "k", OTHER, AT + 119, AT + 180).await.unwrap(), Begun::Running);
}

async fn an_abandoned_key_is_free(site: &Site) {
    let database = site.open().await;
    database.begin("ann", "k", BODY, AT, AT + 60).await.unwrap();
    database.abandon("ann", "k", OTHER).await.unwrap();
    assert_eq!(database.begin("ann", "k", BODY, AT, AT + 60).await.unwrap(), Begun::Running);
    database.abandon("ann", "k", BODY).await.unwrap();
    assert_eq!(database.begin("ann", "k", OTHER, AT, AT + 60).await.unwrap(), Begun::First);
    database.finish("ann", "k", OTHER, replay(), AT + 1000).await.unwrap();
    database.abandon("ann", "k", OTHER).await.unwrap();
    let kept = database.begin("ann", "k", OTHER, AT, AT + 60).await.unwrap();
    assert_eq!(kept, Begun::Done(replay()), "what is done stays");
}

async fn an_answer_is_kept_for_its_own_body_only(site: &Site) {
    let database = site.open().await;
    database.begin("ann", "k", BODY, AT, AT + 60).await.unwrap();
    database.begin("ann", "k", OTHER, AT + 60, AT + 120).await.unwrap();
    database.finish("ann", "k", BODY, replay(), AT + 1000).await.unwrap();
    assert_eq!(database.begin("ann", "k", OTHER, AT + 61, AT + 120).await.unwrap(), Begun::Running);
}

async fn what_is_past_is_swept(site: &Site) {
    let database = site.open().await;
    for (key, until) in [("past", AT), ("kept", AT + 1)] {
        database.begin("ann", key, BODY, AT - 60, AT).await.unwrap();
        database.finish("ann", key, BODY, replay(), until).await.unwrap();
    }
    database.sweep(AT).await.unwrap();
    assert_eq!(site.number("SELECT count(*) FROM replays").await, 1);
    assert_eq!(database.begin("ann", "kept", BODY, AT, AT + 60).await.unwrap(), Begun::Done(replay()));
}
