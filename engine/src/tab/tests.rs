use billing::{Outcome, Rates, Window};
use futures::FutureExt as _;
use futures::stream::{self, StreamExt};
use speech::{BoxFuture, Clock, Door, PcmStream, SampleRate, Sound, Terms};
use testing::MemoryLedger;
use tokio::sync::oneshot;

use super::*;
use crate::buy::bought;
use crate::tariff::Tariff;

/// 15 nano-dollars a character for whatever `one` and `two` say; `heard` is paid by the second of audio.
pub(crate) const CARD: &str = r#"
    [[rate]]
    backend = "test"
    models = ["*"]
    from = '1970-01-01'
    usd_per_million_characters = "0.015"
    usd_per_cache_hit = "0.000000003"
    usd_per_joined = "0.000000002"
    [[rate]]
    backend = "heard"
    models = ["*"]
    from = '1970-01-01'
    usd_per_audio_second = "1"
    usd_per_cache_hit = "0.000000003"
    usd_per_joined = "0.000000002"
"#;

#[derive(Debug)]
struct Noon;

impl Clock for Noon {
    fn unix_ms(&self) -> i64 {
        43_200_000
    }
}

/// Books with prices for the backends of tests.
pub(crate) fn books(ledger: Arc<MemoryLedger>) -> Books {
    let kinds = ["one", "two"].map(|name| (name.to_owned(), "test".to_owned()));
    Books::new(ledger, Tariff::new(Rates::read([CARD]).unwrap(), kinds.into()), Arc::new(Noon))
}

/// A tab of nobody in particular.
pub(crate) fn tab() -> Tab {
    books(Arc::default()).open_on(&Terms::new("r1", "local".into(), Door::Cli), None).tab()
}

fn tab_in(books: &Books) -> Tab {
    books.open_on(&Terms::new("r1", "local".into(), Door::Cli), Some(10)).tab()
}

fn call(tab: &Tab, backend: &str, text: &str) -> Call {
    let rate = tab.rate(backend, "m").unwrap();
    Call::new(backend, "m", Claim::of(rate, text, Speed::NORMAL), true)
}

pub(crate) fn budget(limit: i64, action: Action) -> Budget {
    Budget { key: None, measure: Measure::Money, limit, window: Window::Day, action }
}

fn silence() -> Sound {
    PcmStream { sample_rate: SampleRate::MIN, chunks: stream::empty().boxed() }.into()
}

#[tokio::test]
async fn what_a_call_may_cost_is_on_hold_before_it_is_made_and_its_mark_tells_of_it() {
    let ledger = Arc::new(MemoryLedger::default());
    let tab = tab_in(&books(ledger.clone()));
    let attempt = tab.begin(call(&tab, "one", "ten points")).await.unwrap();
    let [(held, mark)] = ledger.holds().try_into().unwrap();
    assert_eq!((held.charge.get(), held.characters), (150, 10));
    let told = mark.settlement;
    assert_eq!((told.charge.nanos.get(), told.attempts.len(), told.row.outcome), (150, 1, Outcome::Lost));
    assert_eq!(mark.lease_until_unix_ms, 43_200_000 + 30_000);

    // The second call is told of before it is made, too.
    attempt.answered();
    tab.begin(call(&tab, "two", "ten points, and more")).await.unwrap();
    let [(held, mark)] = ledger.holds().try_into().unwrap();
    assert_eq!(held.charge.get(), 300, "the first was refused and claims nothing any more");
    let costs: Vec<_> = mark.settlement.attempts.iter().map(|attempt| attempt.cost.get()).collect();
    assert_eq!(costs, [0, 300]);
}

#[tokio::test]
async fn what_has_no_price_no_room_or_no_ledger_is_not_called() {
    let unpriced = tab().rate("three", "m").unwrap_err();
    assert_eq!(unpriced.kind(), ErrorKind::UnknownPrice);

    let refused = async |budget: Budget, is_broken: bool| {
        let ledger = Arc::new(MemoryLedger::with_budgets(vec![budget]));
        ledger.break_off(is_broken);
        let tab = tab_in(&books(ledger.clone()));
        let begun = tab.begin(call(&tab, "one", "ten points")).await;
        ledger.break_off(false);
        begun.map(|_| ()).map_err(|error| error.kind())
    };
    assert_eq!(refused(budget(150, Action::Refuse), false).await, Ok(()));
    assert_eq!(refused(budget(149, Action::Refuse), false).await, Err(ErrorKind::BudgetExceeded));
    assert_eq!(refused(budget(149, Action::Warn), false).await, Ok(()));
    assert_eq!(refused(budget(150, Action::Refuse), true).await, Err(ErrorKind::LedgerUnavailable));
}

#[tokio::test]
async fn money_that_is_only_on_hold_is_told_from_money_that_is_gone() {
    let ledger = Arc::new(MemoryLedger::with_budgets(vec![budget(200, Action::Refuse)]));
    let books = books(ledger);
    let first = tab_in(&books);
    first.begin(call(&first, "one", "ten points")).await.unwrap();
    let second = books.open_on(&Terms::new("r2", "local".into(), Door::Cli), None).tab();
    let refused = second.begin(call(&second, "one", "ten points")).await.err().unwrap();
    assert_eq!((refused.kind(), refused.may_succeed_later()), (ErrorKind::BudgetOnHold, true));
    let refused = second.begin(call(&second, "one", &"ten points".repeat(2))).await.err().unwrap();
    assert_eq!(refused.kind(), ErrorKind::BudgetExceeded);
    assert!(refused.message().contains("0.0000002 US dollars"), "{refused}");
    assert_eq!(refused.wait(), Some(Duration::from_secs(12 * 3600)), "until midnight");
}

#[tokio::test]
async fn who_hangs_up_before_the_answer_pays_for_it_if_it_comes() {
    for (speaks, cost) in [(true, 150), (false, 0)] {
        let ledger = Arc::new(MemoryLedger::default());
        let books = books(ledger.clone());
        let row = books.open_on(&Terms::new("r1", "local".into(), Door::Cli), Some(10));
        let tab = row.tab();
        let attempt = tab.begin(call(&tab, "one", "ten points")).await.unwrap();
        let (vendor, answer) = oneshot::channel::<bool>();
        let receipt = attempt.receipt();
        let speaking: BoxFuture<_> = Box::pin(async move {
            if !answer.await.unwrap() {
                return Err(SpeechError::internal("no"));
            }
            receipt.take();
            Ok(silence())
        });
        let mut buying = Box::pin(bought(attempt, speaking, false));
        assert!(buying.as_mut().now_or_never().is_none());
        drop(buying);
        drop(row);
        tokio::task::yield_now().await;
        assert!(ledger.settlements().is_empty(), "nobody knows yet");
        vendor.send(speaks).unwrap();
        books.settled().await;
        let [settled] = ledger.settlements().try_into().unwrap();
        assert_eq!((settled.row.outcome, settled.charge.nanos.get()), (Outcome::HungUp, cost));
        assert!(ledger.holds().is_empty());
    }
}

#[tokio::test]
async fn who_hangs_up_while_the_call_waits_for_its_turn_buys_nothing() {
    let ledger = Arc::new(MemoryLedger::default());
    let books = books(ledger.clone());
    let row = books.open_on(&Terms::new("r1", "local".into(), Door::Cli), Some(10));
    let tab = row.tab();
    let attempt = tab.begin(call(&tab, "one", "ten points")).await.unwrap();
    attempt.receipt().queue(true);
    let (turn, waits) = oneshot::channel::<()>();
    let speaking: BoxFuture<_> = Box::pin(async move {
        waits.await.unwrap();
        panic!("it is called")
    });
    let mut buying = Box::pin(bought(attempt, speaking, false));
    assert!(buying.as_mut().now_or_never().is_none());
    drop((buying, row));
    assert!(turn.is_closed(), "its place is free");
    books.settled().await;
    let [settled] = ledger.settlements().try_into().unwrap();
    assert_eq!((settled.row.outcome, settled.charge.nanos.get()), (Outcome::HungUp, 0));
}

#[tokio::test]
async fn a_mark_tells_of_whom_is_called_even_if_another_was_to_be() {
    let ledger = Arc::new(MemoryLedger::default());
    let tab = tab_in(&books(ledger.clone()));
    let thought_of = call(&tab, "one", "ten points");
    assert!(tab.hold("one", "m", thought_of.claim).await.is_ok());
    tab.begin(call(&tab, "two", "ten points")).await.unwrap();
    let [(_, mark)] = ledger.holds().try_into().unwrap();
    let called: Vec<_> = mark.settlement.attempts.iter().map(|attempt| attempt.backend.as_str()).collect();
    assert_eq!(called, ["two"]);
}

#[tokio::test]
async fn text_that_a_budget_has_no_room_for_is_neither_sent_nor_paid_for() {
    let ledger = Arc::new(MemoryLedger::with_budgets(vec![budget(200, Action::Refuse)]));
    let books = books(ledger.clone());
    let row = books.open_on(&Terms::new("r1", "local".into(), Door::Cli), None);
    let tab = row.tab();
    let claim = Claim::of(tab.rate("one", "m").unwrap(), "", Speed::NORMAL);
    let attempt = tab.begin(Call::new("one", "m", claim, false)).await.unwrap();
    attempt.receipt().take();
    attempt.write("ten points", Speed::NORMAL).await.unwrap();
    let refused = attempt.write("ten points", Speed::NORMAL).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::BudgetExceeded);
    attempt.answered();
    drop(row);
    books.settled().await;
    let [settled] = ledger.settlements().try_into().unwrap();
    assert_eq!((settled.row.characters, settled.charge.nanos.get()), (Some(10), 150));
}

#[tokio::test]
async fn what_we_break_off_is_no_hang_up_and_is_not_charged() {
    let ledger = Arc::new(MemoryLedger::default());
    let books = books(ledger.clone());
    let row = books.open_on(&Terms::new("r1", "local".into(), Door::Cli), Some(10));
    let tab = row.tab();
    let attempt = tab.begin(call(&tab, "one", "ten points")).await.unwrap();
    attempt.receipt().take();
    attempt.answered();
    crate::break_off((row, "and whatever holds it"), ErrorKind::DeadlineExceeded);
    books.settled().await;
    let [settled] = ledger.settlements().try_into().unwrap();
    assert_eq!(settled.row.outcome, Outcome::Failed(ErrorKind::DeadlineExceeded));
    assert_eq!((settled.charge.nanos.get(), settled.vendor_cost().get()), (0, 150));
}
