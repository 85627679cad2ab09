//! Budgets cannot be overrun.

use billing::{Action, Budget, Ledger, Measure, Verdict, Window};
use store::Database;

use crate::both::on_both;
use crate::site::{AT, GRANTED, Site, a_month, growth, hold, is_refused, serve, settlement};

on_both!(
    a_budget_for_exactly_so_many_serves_exactly_so_many,
    two_programs_on_one_database_share_a_budget,
    a_growth_without_room_leaves_the_hold,
    only_money_on_hold_is_missing,
    a_keys_budget_counts_its_own_requests_only,
    characters_and_audio_are_counted_too,
    a_budget_that_warns_refuses_nobody,
    a_request_counts_in_its_own_month_only,
    a_rolling_window_forgets_by_the_hour,
    a_rolling_window_is_not_passed_at_the_turn_of_an_hour,
    a_changed_budget_holds_at_once,
);

/// 64 ask at once, of these databases in turn; says how many are served.
async fn race(databases: &[Database]) -> usize {
    let asking = (0..64).map(|number| {
        let database = databases[number % databases.len()].clone();
        tokio::spawn(async move { serve(&database, &format!("r{number}"), 100).await })
    });
    let mut served = 0;
    for asked in asking.collect::<Vec<_>>() {
        served += usize::from(asked.await.unwrap() == GRANTED);
    }
    served
}

async fn a_budget_for_exactly_so_many_serves_exactly_so_many(site: &Site) {
    let database = site.open().await;
    site.give("ann", &[a_month(20 * 100)]).await;
    assert_eq!(race(&[database]).await, 20);
    assert_eq!(site.balance("client:ann").await, 2000);
    site.assert_books_agree().await;
}

async fn two_programs_on_one_database_share_a_budget(site: &Site) {
    let databases = [site.open().await, site.open().await];
    site.give("ann", &[a_month(20 * 100 + 99)]).await;
    assert_eq!(race(&databases).await, 20);
    site.assert_books_agree().await;
}

async fn a_growth_without_room_leaves_the_hold(site: &Site) {
    let database = site.open().await;
    site.give("ann", &[a_month(100)]).await;
    database.hold(hold("r1", 60)).await.unwrap();
    assert_eq!(database.grow(growth("r1", 40, 100)).await.unwrap(), GRANTED);
    assert!(is_refused(&database.grow(growth("r1", 1, 101)).await.unwrap()));
    assert_eq!(site.number("SELECT charge FROM holds").await, 100);
    assert!(site.text("SELECT mark FROM holds").await.contains("100"), "the mark is the one before");
    database.settle(settlement("r1", 70)).await.unwrap();
    // What was not used is there again, for one.
    assert!(is_refused(&database.hold(hold("r2", 31)).await.unwrap()));
    assert_eq!(database.hold(hold("r3", 30)).await.unwrap(), GRANTED);
    site.assert_books_agree().await;
}

async fn only_money_on_hold_is_missing(site: &Site) {
    let database = site.open().await;
    site.give("ann", &[a_month(100)]).await;
    database.hold(hold("r1", 60)).await.unwrap();
    let refused = |only_held| Verdict::Refused { budget: a_month(100), only_held };
    assert_eq!(database.hold(hold("r2", 60)).await.unwrap(), refused(true));
    assert_eq!(database.hold(hold("r2", 101)).await.unwrap(), refused(false));
    database.settle(settlement("r1", 60)).await.unwrap();
    assert_eq!(database.hold(hold("r2", 60)).await.unwrap(), refused(false));
    assert_eq!(site.number("SELECT count(*) FROM ledger WHERE request = 'r2'").await, 0);
}

async fn a_keys_budget_counts_its_own_requests_only(site: &Site) {
    let database = site.open().await;
    let key = |name: &str, limit| Budget { key: Some(name.to_owned()), ..a_month(limit) };
    site.give("ann", &[key("vs_aaaaaaaaaa", 100), key("vs_bbbbbbbbbb", 300), a_month(250)]).await;
    let with = |key: Option<&str>, id, nanos| {
        let mut hold = hold(id, nanos);
        hold.mark.settlement.row.payer.key = key.map(Into::into);
        database.hold(hold)
    };
    assert_eq!(with(Some("vs_aaaaaaaaaa"), "r1", 100).await.unwrap(), GRANTED);
    assert!(is_refused(&with(Some("vs_aaaaaaaaaa"), "r2", 1).await.unwrap()));
    assert_eq!(with(Some("vs_bbbbbbbbbb"), "r3", 100).await.unwrap(), GRANTED);
    assert_eq!(with(None, "r4", 50).await.unwrap(), GRANTED);
    assert!(is_refused(&with(Some("vs_bbbbbbbbbb"), "r5", 1).await.unwrap()), "the client has no more");
    database.settle(settlement("r1", 10)).await.unwrap();
    assert_eq!(with(Some("vs_aaaaaaaaaa"), "r6", 90).await.unwrap(), GRANTED);
}

async fn characters_and_audio_are_counted_too(site: &Site) {
    let database = site.open().await;
    let of = |measure, limit| Budget { measure, ..a_month(limit) };
    site.give("ann", &[of(Measure::Characters, 25)]).await;
    site.give("bob", &[of(Measure::Audio, 1500)]).await;
    for (client, most) in [("ann", 2), ("bob", 3)] {
        let mut served = 0;
        for number in 0..5 {
            let mut hold = hold(&format!("{client}{number}"), 1);
            hold.mark.settlement.row.payer.client = client.into();
            let end = hold.mark.settlement.clone();
            if database.hold(hold).await.unwrap() == GRANTED {
                database.settle(end).await.unwrap();
                served += 1;
            }
        }
        assert_eq!(served, most, "{client}");
    }
    site.assert_books_agree().await;
}

async fn a_budget_that_warns_refuses_nobody(site: &Site) {
    let database = site.open().await;
    site.give("ann", &[Budget { action: Action::Warn, ..a_month(100) }]).await;
    assert_eq!(database.hold(hold("r1", 100)).await.unwrap(), GRANTED);
    assert_eq!(database.hold(hold("r2", 1)).await.unwrap(), Verdict::Granted { over: true });
    assert_eq!(site.number("SELECT count(*) FROM holds").await, 2);
}

/// The same an hour later: in the next month.
const NEXT: i64 = AT + 3_600_000;

async fn hold_at(database: &Database, id: &str, nanos: i64, at_unix_ms: i64) -> Verdict {
    let mut hold = hold(id, nanos);
    hold.mark.settlement.row.at_unix_ms = at_unix_ms;
    database.hold(hold).await.unwrap()
}

async fn a_request_counts_in_its_own_month_only(site: &Site) {
    let database = site.open().await;
    site.give("ann", &[a_month(100), Budget { window: Window::Day, ..a_month(90) }]).await;
    assert_eq!(hold_at(&database, "r1", 80, AT).await, GRANTED);
    assert_eq!(hold_at(&database, "r2", 90, NEXT).await, GRANTED, "October's hold is October's");
    // They end in the other order, both in November.
    let mut ends = [settlement("r2", 90), settlement("r1", 80)];
    (ends[0].row.at_unix_ms, ends[1].row.total_ms) = (NEXT, 7_200_000);
    for end in ends {
        database.settle(end).await.unwrap();
    }
    assert!(is_refused(&hold_at(&database, "r3", 21, AT).await));
    assert_eq!(
        hold_at(&database, "r4", 10, AT + 1_799_999).await,
        GRANTED,
        "the last millisecond of October"
    );
    assert!(is_refused(&hold_at(&database, "r5", 1, AT + 1_800_000).await), "the first of November");
    assert_eq!(
        hold_at(&database, "r6", 10, NEXT + 86_400_000).await,
        GRANTED,
        "the next day, the same month"
    );
    assert!(is_refused(&hold_at(&database, "r7", 1, NEXT + 86_400_000).await));
    site.assert_books_agree().await;
}

async fn a_rolling_window_forgets_by_the_hour(site: &Site) {
    let database = site.open().await;
    site.give("ann", &[Budget { window: Window::Rolling { hours: 2 }, ..a_month(100) }]).await;
    assert_eq!(serve(&database, "r1", 100).await, GRANTED);
    assert!(is_refused(&hold_at(&database, "r2", 1, NEXT).await));
    assert_eq!(hold_at(&database, "r3", 100, NEXT + 3_600_000).await, GRANTED);
}

async fn a_rolling_window_is_not_passed_at_the_turn_of_an_hour(site: &Site) {
    let database = site.open().await;
    site.give("ann", &[Budget { window: Window::Rolling { hours: 2 }, ..a_month(100) }]).await;
    let held = tokio::join!(
        hold_at(&database, "r1", 60, NEXT - 1),
        hold_at(&database, "r2", 60, NEXT),
        hold_at(&database, "r3", 60, NEXT - 1),
    );
    let granted = [held.0, held.1, held.2].into_iter().filter(|verdict| *verdict == GRANTED).count();
    assert_eq!(granted, 1, "in one batch or in several");
    assert!(is_refused(&hold_at(&database, "r4", 60, NEXT - 1).await), "what came later counts for it, too");
}

async fn a_changed_budget_holds_at_once(site: &Site) {
    let database = site.open().await;
    assert_eq!(
        database.hold(hold("r1", 1_000_000)).await.unwrap(),
        GRANTED,
        "without a budget, all there is"
    );
    site.give("ann", &[a_month(0)]).await;
    assert!(is_refused(&database.hold(hold("r2", 1)).await.unwrap()));
    assert_eq!(database.hold(hold("r3", 0)).await.unwrap(), GRANTED, "what takes nothing has room");
    site.execute("DELETE FROM budgets").await.unwrap();
    assert_eq!(database.hold(hold("r2", 1)).await.unwrap(), GRANTED);
}
