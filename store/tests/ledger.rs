//! Entries, rows and sums of requests that end as they should.

use sqlx::Row;

use billing::{Amounts, Basis, Charge, Ledger, Nanos, Outcome};

use crate::both::on_both;
use crate::site::{AT, GRANTED, Site, attempt, growth, hold, mark, serve, settlement};

on_both!(
    a_request_leaves_its_row_its_entries_and_its_sums,
    what_a_client_is_charged_is_not_what_its_calls_cost,
    a_refused_request_is_settled_too,
    a_request_is_settled_once,
    a_hold_is_put_once,
    a_hold_that_grows_gives_back_all_of_it,
    nothing_can_be_added_to_what_is_settled,
    the_ledger_is_only_added_to,
    many_requests_at_once_leave_books_that_agree,
    odd_names_are_kept_and_harm_nobody,
    what_is_written_survives_a_restart,
    what_no_sum_can_hold_is_written_all_the_same,
);

async fn a_request_leaves_its_row_its_entries_and_its_sums(site: &Site) {
    let database = site.open().await;
    assert_eq!(database.hold(hold("r1", 500)).await.unwrap(), GRANTED);
    assert_eq!(site.balance("client:ann/held").await, -500);
    database.settle(settlement("r1", 300)).await.unwrap();

    let row = &site.rows("SELECT * FROM requests").await[0];

    let texts = ["id", "client", "key", "door", "backend", "voice", "language", "model", "tags", "outcome"]
        .map(|name| row.get::<String, _>(name));
    assert_eq!(
        texts,
        [
            "r1",
            "ann",
            "vs_aaaaaaaaaa",
            "openai",
            "openai",
            "alloy",
            "en",
            "tts-1",
            r#"{"team":"a \"quoted\" one"}"#,
            "completed"
        ]
    );
    let numbers = [
        "at_unix_ms",
        "characters",
        "input_tokens",
        "audio_ms",
        "first_audio_ms",
        "total_ms",
        "cache_hit",
        "charge_nanos",
        "vendor_cost_nanos",
        "hour",
    ]
    .map(|name| row.get::<i64, _>(name));
    assert_eq!(numbers, [AT, 10, 3, 500, 20, 90, 0, 300, 300, AT / 3_600_000]);
    assert_eq!(row.get::<Option<i64>, _>("output_tokens"), None);

    let accounts =
        ["client:ann/held", "client:ann/budget", "client:ann", "income", "cost:openai", "vendor:openai"];
    let mut balances = Vec::new();
    for account in accounts {
        balances.push(site.balance(account).await);
    }
    assert_eq!(balances, [0, 0, 300, -300, 300, -300]);
    let call = &site
        .rows("SELECT backend, model, rate, basis, vendor_request, characters FROM ledger WHERE attempt = 1")
        .await[0];
    let texts = [0, 1, 2, 3, 4].map(|at: usize| call.get::<String, _>(at));
    assert_eq!(texts, ["openai", "tts-1", "openai/tts-1@2025-01-01", "reported", "req_1"]);
    assert_eq!(call.get::<i64, _>(5), 10);
    assert_eq!(site.number("SELECT count(*) FROM holds").await, 0);
    assert_eq!(site.number("SELECT characters FROM spent WHERE key = 'vs_aaaaaaaaaa'").await, 10);
    site.assert_books_agree().await;
}

async fn what_a_client_is_charged_is_not_what_its_calls_cost(site: &Site) {
    let database = site.open().await;
    let mut failed = settlement("r1", 0);
    failed.row.outcome = Outcome::Failed(speech::ErrorKind::BackendFailed);
    failed.attempts = vec![attempt(1, 70), attempt(2, 80)];
    failed.charge = Charge { nanos: Nanos::ZERO, basis: Basis::Estimated };
    database.hold(hold("r1", 200)).await.unwrap();
    database.settle(failed).await.unwrap();
    assert_eq!((site.balance("client:ann").await, site.balance("cost:openai").await), (0, 150));
    assert_eq!(site.number("SELECT errors FROM usage_hours").await, 1);
    assert_eq!(site.text("SELECT charge_basis FROM requests").await, "estimated");
    site.assert_books_agree().await;
}

async fn a_refused_request_is_settled_too(site: &Site) {
    let database = site.open().await;
    let mut refused = settlement("r1", 0);
    refused.attempts.clear();
    refused.row.outcome = Outcome::Failed(speech::ErrorKind::BudgetExceeded);
    (refused.row.backend, refused.row.voice, refused.row.payer.key) = (None, None, None);
    database.settle(refused).await.unwrap();
    assert_eq!(site.number("SELECT count(*) FROM ledger WHERE kind = 'settle'").await, 1);
    assert_eq!(site.number("SELECT characters FROM spent").await, 0, "it takes nothing of a budget");
    assert_eq!(site.number("SELECT characters FROM usage_hours").await, 10, "but is told");
    site.assert_books_agree().await;
}

async fn a_request_is_settled_once(site: &Site) {
    let database = site.open().await;
    database.hold(hold("r1", 500)).await.unwrap();
    let both = tokio::join!(database.settle(settlement("r1", 300)), database.settle(settlement("r1", 300)));
    both.0.and(both.1).unwrap();
    // Who retries knows no better than who settled.
    database.settle(settlement("r1", 400)).await.unwrap();
    assert_eq!(site.balance("client:ann").await, 300);
    assert_eq!(site.number("SELECT requests FROM usage_hours").await, 1);
    site.assert_books_agree().await;
}

async fn a_hold_is_put_once(site: &Site) {
    let database = site.open().await;
    let both = tokio::join!(database.hold(hold("r1", 500)), database.hold(hold("r1", 500)));
    assert_eq!((both.0.unwrap(), both.1.unwrap()), (GRANTED, GRANTED));
    database.hold(hold("r1", 500)).await.unwrap();
    assert_eq!(site.balance("client:ann/held").await, -500);
    site.assert_books_agree().await;
}

async fn a_hold_that_grows_gives_back_all_of_it(site: &Site) {
    let database = site.open().await;
    database.hold(hold("r1", 100)).await.unwrap();
    for more in [10, 20, 30] {
        assert_eq!(database.grow(growth("r1", more, 100)).await.unwrap(), GRANTED);
    }
    let mut only_a_mark = growth("r1", 0, 160);
    only_a_mark.more = Amounts::default();
    assert_eq!(database.grow(only_a_mark).await.unwrap(), GRANTED);
    assert_eq!(site.balance("client:ann/held").await, -160);
    assert_eq!(site.number("SELECT characters FROM holds").await, 40);
    assert_eq!(site.number("SELECT count(*) FROM ledger WHERE kind = 'hold'").await, 4);
    site.assert_books_agree().await;
    database.settle(settlement("r1", 150)).await.unwrap();
    assert_eq!(site.balance("client:ann/held").await, 0);
    site.assert_books_agree().await;
}

async fn nothing_can_be_added_to_what_is_settled(site: &Site) {
    let database = site.open().await;
    database.hold(hold("r1", 100)).await.unwrap();
    database.settle(settlement("r1", 100)).await.unwrap();
    for error in [database.grow(growth("r1", 10, 110)).await, database.hold(hold("r1", 100)).await] {
        assert!(error.unwrap_err().is_hold_gone());
    }
    assert!(database.grow(growth("r2", 10, 110)).await.unwrap_err().is_hold_gone());
    database.renew(vec![mark("r1", 10)]).await.unwrap();
    assert_eq!(site.number("SELECT count(*) FROM holds").await, 0);
    site.assert_books_agree().await;
}

async fn the_ledger_is_only_added_to(site: &Site) {
    let database = site.open().await;
    serve(&database, "r1", 100).await;
    for crime in ["UPDATE ledger SET nanos = 0", "DELETE FROM ledger"] {
        let error = site.execute(crime).await.unwrap_err();
        assert!(error.to_string().contains("only added to"), "{error}");
    }
    assert!(site.execute("INSERT INTO ledger SELECT * FROM ledger").await.is_err(), "an entry is there once");
    assert_eq!(site.number("SELECT count(*) FROM ledger").await, 4);
    site.assert_books_agree().await;
}

async fn many_requests_at_once_leave_books_that_agree(site: &Site) {
    let database = site.open().await;
    let served = (0..300).map(|number: i64| {
        let database = database.clone();
        tokio::spawn(async move {
            let id = format!("r{number}");
            database.hold(hold(&id, 1000)).await.unwrap();
            let mut end = settlement(&id, number);
            end.row.at_unix_ms = AT + number * 60_000;
            end.row.payer.client = format!("client {}", number % 7).into();
            end.row.cache_hit = number % 5 == 0;
            end.row.voice = Some(format!("voice {}", number % 3));
            database.settle(end).await.unwrap();
        })
    });
    for served in served.collect::<Vec<_>>() {
        served.await.unwrap();
    }
    assert_eq!(site.number("SELECT count(*) FROM requests").await, 300);
    assert_eq!(-site.balance("income").await, (0..300).sum::<i64>());
    site.assert_books_agree().await;
}

async fn odd_names_are_kept_and_harm_nobody(site: &Site) {
    let database = site.open().await;
    let mut odd = hold("r1", 100);
    odd.mark.settlement.row.voice = Some("a\0b".into());
    database.hold(odd).await.unwrap();
    let mut odd = settlement("r1", 100);
    odd.row.voice = Some("a\0b\\u0000'\"; DROP TABLE requests; --".into());
    odd.row.tags = std::sync::Arc::new([("x".repeat(4000), "Zürich 🎙".to_owned())].into());
    let (odd, plain) = tokio::join!(database.settle(odd), database.settle(settlement("r2", 5)));
    odd.and(plain).unwrap();
    assert_eq!(
        site.text("SELECT voice FROM requests WHERE id = 'r1'").await,
        "ab\\u0000'\"; DROP TABLE requests; --"
    );
    site.assert_books_agree().await;
}

async fn what_is_written_survives_a_restart(site: &Site) {
    let database = site.open().await;
    serve(&database, "r1", 100).await;
    database.hold(hold("r2", 50)).await.unwrap();
    database.close().await;
    let database = site.open().await;
    assert_eq!(database.grow(growth("r2", 7, 57)).await.unwrap(), GRANTED);
    database.settle(settlement("r2", 57)).await.unwrap();
    assert_eq!(site.balance("client:ann").await, 157);
    site.assert_books_agree().await;
}

async fn what_no_sum_can_hold_is_written_all_the_same(site: &Site) {
    let database = site.open().await;
    let endless = |id: &str| {
        let mut end = settlement(id, i64::MAX);
        (end.row.characters, end.row.audio_ms) = (Some(u64::MAX), u64::MAX);
        end
    };
    database.hold(hold("r0", 1)).await.unwrap();
    database.reap(AT + 60_001).await.unwrap();
    let ends = (0..6).map(|number| database.settle(endless(&format!("r{number}"))));
    futures::future::try_join_all(ends).await.unwrap();
    database.settle(endless("r6")).await.unwrap();
    assert_eq!(site.number("SELECT count(*) FROM requests").await, 7);
    for sum in ["charge", "characters", "audio_ms"] {
        for table in ["spent", "usage_hours"] {
            assert_eq!(site.number(&format!("SELECT max({sum}) FROM {table}")).await, i64::MAX, "{table}");
        }
    }
    site.give("ann", &[crate::site::a_month(100)]).await;
    assert!(crate::site::is_refused(&database.hold(hold("r7", 1)).await.unwrap()));
}
