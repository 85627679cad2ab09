//! Requests whose gateway is gone.

use billing::{Amounts, Attempt, Basis, Ledger, Nanos, Outcome};

use crate::both::on_both;
use crate::site::{AT, GRANTED, Site, a_month, attempt, growth, hold, is_refused, mark, settlement};

on_both!(
    what_a_crash_left_is_settled_from_its_mark,
    a_lease_that_was_renewed_is_left_alone,
    who_comes_late_puts_it_right,
    who_comes_late_with_the_same_changes_no_money,
    a_call_that_was_never_made_is_taken_back,
    nothing_grows_after_the_reaper,
    more_than_one_batch_is_reaped,
    two_reapers_settle_once,
    what_cannot_be_read_keeps_nothing_else_from_being_reaped,
);

const LATER: i64 = AT + 60_001;

async fn what_a_crash_left_is_settled_from_its_mark(site: &Site) {
    let crashed = site.open().await;
    site.give("ann", &[a_month(100)]).await;
    crashed.hold(hold("r1", 100)).await.unwrap();
    crashed.close().await;

    let database = site.open().await;
    assert_eq!(database.reap(AT + 60_000).await.unwrap(), 0, "its lease has not ended");
    assert_eq!(database.reap(LATER).await.unwrap(), 1);
    assert_eq!(database.reap(LATER).await.unwrap(), 0);
    assert_eq!(site.text("SELECT outcome FROM requests").await, "lost");
    assert_eq!(site.balance("client:ann").await, 100, "it is charged, not just released");
    assert!(is_refused(&database.hold(hold("r2", 1)).await.unwrap()));
    site.assert_books_agree().await;
}

async fn a_lease_that_was_renewed_is_left_alone(site: &Site) {
    let database = site.open().await;
    for id in ["r1", "r2"] {
        database.hold(hold(id, 100)).await.unwrap();
    }
    let mut renewed = mark("r1", 40);
    renewed.lease_until_unix_ms = LATER + 5000;
    renewed.number = 2;
    database.renew(vec![mark("r1", 1), renewed, mark("gone", 1)]).await.unwrap();
    // One that was made before, and comes after.
    database.renew(vec![mark("r1", 1)]).await.unwrap();
    assert_eq!(database.reap(LATER).await.unwrap(), 1);
    assert_eq!(database.reap(LATER + 5001).await.unwrap(), 1);
    assert_eq!(site.balance("client:ann").await, 140, "by the last mark");
    site.assert_books_agree().await;
}

async fn who_comes_late_puts_it_right(site: &Site) {
    for (id, truth) in [("less", 30), ("more", 170)] {
        let database = site.open().await;
        database.hold(hold(id, 100)).await.unwrap();
        assert_eq!(database.reap(LATER).await.unwrap(), 1);
        let mut end = settlement(id, truth);
        end.row.audio_ms = 9999;
        end.row.voice = Some("nova".into());
        end.row.outcome = Outcome::HungUp;
        for _ in 0..3 {
            database.settle(end.clone()).await.unwrap();
        }
        let entries = format!("SELECT count(*) FROM ledger WHERE kind = 'adjust' AND request = '{id}'");
        assert_eq!(site.number(&entries).await, 2, "one for the client, one for the call");
        let charge = format!("SELECT charge_nanos FROM requests WHERE id = '{id}'");
        assert_eq!(site.number(&charge).await, truth);
        site.assert_books_agree().await;
    }
    assert_eq!(site.balance("client:ann").await, 200);
    assert_eq!(site.balance("cost:openai").await, 200);
    assert_eq!(site.number("SELECT sum(audio_ms) FROM spent WHERE key = ''").await, 2 * 9999);
    assert_eq!(site.number("SELECT count(*) FROM requests WHERE outcome = 'hung_up'").await, 2);
    assert_eq!(site.number("SELECT count(*) FROM reaped").await, 0);
}

async fn who_comes_late_with_the_same_changes_no_money(site: &Site) {
    let database = site.open().await;
    database.hold(hold("r1", 100)).await.unwrap();
    database.reap(LATER).await.unwrap();
    database.settle(settlement("r1", 100)).await.unwrap();
    assert_eq!(site.number("SELECT count(*) FROM ledger WHERE kind = 'adjust'").await, 0);
    assert_eq!(site.text("SELECT outcome FROM requests").await, "completed");
    site.assert_books_agree().await;
}

async fn a_call_that_was_never_made_is_taken_back(site: &Site) {
    let database = site.open().await;
    database.hold(hold("r1", 100)).await.unwrap();
    let mut next = growth("r1", 100, 200);
    let elsewhere = Attempt { backend: "elevenlabs".into(), ..attempt(3, 5) };
    next.mark.settlement.attempts = vec![attempt(1, 100), attempt(2, 90), elsewhere];
    database.grow(next).await.unwrap();
    database.reap(LATER).await.unwrap();
    assert_eq!((site.balance("cost:openai").await, site.balance("cost:elevenlabs").await), (190, 5));
    let mut end = settlement("r1", 100);
    end.attempts = vec![attempt(1, 100), Attempt { backend: "elevenlabs".into(), ..attempt(2, 1) }];
    end.charge.nanos = Nanos::new(101);
    end.charge.basis = Basis::Estimated;
    database.settle(end).await.unwrap();
    assert_eq!((site.balance("cost:openai").await, site.balance("cost:elevenlabs").await), (100, 1));
    let sent = "SELECT sum(characters) FROM ledger WHERE backend =";
    assert_eq!(site.number(&format!("{sent} 'openai'")).await, 10);
    assert_eq!(site.number(&format!("{sent} 'elevenlabs'")).await, 10);
    site.assert_books_agree().await;
}

async fn nothing_grows_after_the_reaper(site: &Site) {
    let database = site.open().await;
    database.hold(hold("r1", 100)).await.unwrap();
    database.reap(LATER).await.unwrap();
    let mut only_a_mark = growth("r1", 0, 100);
    only_a_mark.more = Amounts::default();
    for more in [growth("r1", 10, 110), only_a_mark] {
        assert!(database.grow(more).await.unwrap_err().is_hold_gone());
    }
    assert_eq!(database.hold(hold("r2", 1)).await.unwrap(), GRANTED);
    site.assert_books_agree().await;
}

async fn more_than_one_batch_is_reaped(site: &Site) {
    let database = site.open().await;
    let holds = (0..600).map(|number| database.hold(hold(&format!("r{number}"), 1)));
    for verdict in futures::future::join_all(holds).await {
        assert_eq!(verdict.unwrap(), GRANTED);
    }
    assert_eq!(database.reap(LATER).await.unwrap(), 600);
    assert_eq!(site.balance("client:ann").await, 600);
    site.assert_books_agree().await;
}

async fn two_reapers_settle_once(site: &Site) {
    let databases = [site.open().await, site.open().await];
    let holds = (0..50).map(|number| databases[0].hold(hold(&format!("r{number}"), 1)));
    futures::future::join_all(holds).await;
    let (one, other) = tokio::join!(databases[0].reap(LATER), databases[1].reap(LATER));
    assert_eq!(one.unwrap() + other.unwrap(), 50);
    assert_eq!(site.balance("client:ann").await, 50);
    site.assert_books_agree().await;
}

async fn what_cannot_be_read_keeps_nothing_else_from_being_reaped(site: &Site) {
    let database = site.open().await;
    let holds = (0..600).map(|number| database.hold(hold(&format!("r{number:03}"), 1)));
    futures::future::join_all(holds).await;
    // The oldest of them are of a program that writes otherwise.
    let unreadable = format!("UPDATE holds SET mark = '{{}}', lease_until = {AT} WHERE request < 'r550'");
    site.execute(&unreadable).await.unwrap();
    assert_eq!(database.reap(LATER).await.unwrap(), 50);
    assert_eq!(database.reap(LATER).await.unwrap(), 0);
    assert_eq!(site.number("SELECT count(*) FROM holds WHERE mark = '{}'").await, 550, "none is released");
    // Those that their program still comes for, and those that it has left in a way that can be read.
    database.settle(settlement("r000", 7)).await.unwrap();
    let readable = serde_json::to_string(&settlement("r001", 5)).unwrap();
    site.execute(&format!("UPDATE holds SET mark = '{readable}' WHERE request = 'r001'")).await.unwrap();
    assert_eq!(database.reap(LATER).await.unwrap(), 0);
    assert_eq!(database.reap(LATER + 3_600_001).await.unwrap(), 1);
    assert_eq!(site.balance("client:ann").await, 50 + 7 + 5);
    site.assert_books_agree().await;
}
