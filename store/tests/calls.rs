//! The calls of a backend, as they are held against what its vendor says.

use billing::{Attempt, Called, Calls, Ledger, Month, Nanos};

use crate::both::on_both;
use crate::site::{AT, Site, attempt, hold, settlement};

on_both!(
    a_call_is_found_as_it_was_settled,
    what_was_adjusted_is_in_the_call,
    only_one_backend_and_one_time_are_asked_for,
    of_several_calls_nobody_knows_what_each_counted,
);

const OCTOBER_ENDS: i64 = 1_793_491_200_000;

async fn found(site: &Site, backend: &str) -> Vec<Called> {
    let october: Month = "2026-10".parse().unwrap();
    assert_eq!(october.to_unix_ms(), OCTOBER_ENDS);
    let database = site.open().await;
    database.calls(backend, october.from_unix_ms(), OCTOBER_ENDS).await.unwrap()
}

async fn a_call_is_found_as_it_was_settled(site: &Site) {
    let settled = settlement("r1", 300);
    site.open().await.settle(settled.clone()).await.unwrap();
    let called = Called { at_unix_ms: AT, attempt: attempt(1, 300), usage: settled.row.usage };
    assert_eq!(found(site, "openai").await, [called]);
}

async fn what_was_adjusted_is_in_the_call(site: &Site) {
    let database = site.open().await;
    // A gateway died: what its mark said was settled, and then its own end of it came after all.
    let mut mark = hold("r1", 500);
    mark.mark.settlement.attempts = vec![Attempt { vendor_request: None, characters: 40, ..attempt(1, 500) }];
    database.hold(mark).await.unwrap();
    assert_eq!(database.reap(AT + 3_600_000).await.unwrap(), 1);
    assert_eq!(found(site, "openai").await[0].attempt.cost, Nanos::new(500));
    database.settle(settlement("r1", 300)).await.unwrap();
    let calls = found(site, "openai").await;
    assert_eq!(calls.iter().map(|called| &called.attempt).collect::<Vec<_>>(), [&attempt(1, 300)]);
}

async fn only_one_backend_and_one_time_are_asked_for(site: &Site) {
    let database = site.open().await;
    let mut other = settlement("r1", 300);
    other.attempts[0].backend = "elevenlabs".into();
    let mut later = settlement("r2", 300);
    later.row.at_unix_ms = OCTOBER_ENDS;
    let mut last = settlement("r3", 300);
    last.row.at_unix_ms = OCTOBER_ENDS - 1;
    for settled in [other, later, last] {
        database.settle(settled).await.unwrap();
    }
    let times = |calls: Vec<Called>| calls.iter().map(|called| called.at_unix_ms).collect::<Vec<_>>();
    assert_eq!(times(found(site, "openai").await), [OCTOBER_ENDS - 1]);
    assert_eq!(times(found(site, "elevenlabs").await), [AT]);
    assert!(found(site, "nobody").await.is_empty());
}

async fn of_several_calls_nobody_knows_what_each_counted(site: &Site) {
    let mut settled = settlement("r1", 300);
    settled.attempts = vec![attempt(1, 100), attempt(2, 200)];
    site.open().await.settle(settled).await.unwrap();
    let calls = found(site, "openai").await;
    assert_eq!(calls.iter().map(|called| called.attempt.cost.get()).collect::<Vec<_>>(), [100, 200]);
    assert!(calls.iter().all(|called| called.usage == speech::Usage::default()));
}
