//! When a second is asked beside the first, who is heard then, and who pays.

use std::sync::Arc;
use std::time::Duration;

use billing::{Action, Nanos, Settlement};
use speech::{ErrorKind, Fallback, Gender, Policy, Routing, VoiceId};
use testing::MemoryLedger;
use tokio::time::{Instant, timeout};

use crate::health::Quantile;
use crate::tab::tests::budget;
use crate::tests::{Actor, Deed, House, Noon, by, falling, house_with, listen, three};
use crate::{Cache, CacheSettings, CacheUse, Parts, Reason};

/// Of the calls that [`House::warm`] makes, within which 19 of 20 have begun to speak.
const USUAL: Duration = ms(190);

/// What saying "Hello." costs.
const DEAR: i64 = 600_000;
const CHEAP: i64 = 60_000;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

const fn after(wait: u64) -> Deed {
    Deed::Late(ms(wait), &Deed::Speaks)
}

fn hedged(parts: &mut Parts) {
    parts.routing.hedge = Quantile::new(0.95);
}

fn two() -> (Arc<Actor>, Arc<Actor>) {
    let (dear, cheap, _) = three();
    (dear, cheap)
}

fn house(dear: &Arc<Actor>, cheap: &Arc<Actor>) -> House {
    house_with(&[dear, cheap], MemoryLedger::default(), hedged)
}

impl House {
    /// Anna speaks so many times, after 10 ms, 20 ms and so on.
    async fn warm(&self, dear: &Actor, times: u64) {
        dear.will((1..=times).map(|time| after(10 * time)));
        for time in 1..=times {
            let spoken = self.ask(&format!("warm{time}"), "anna", "A", Routing::default()).await.unwrap();
            listen(spoken).await.unwrap();
        }
        self.engine.settled().await;
    }

    async fn settled(&self, id: &str) -> Settlement {
        self.engine.settled().await;
        self.ledger.settlements().into_iter().find(|settled| settled.row.id == id).unwrap()
    }

    /// Who was called, with what that cost us; what the client is charged; and who was heard.
    async fn books(&self, id: &str) -> (Vec<(String, i64)>, i64, String) {
        let Settlement { row, charge, attempts } = self.settled(id).await;
        let costs = attempts.into_iter().map(|attempt| (attempt.backend, attempt.cost.get()));
        (costs.collect(), charge.nanos.get(), row.backend.unwrap())
    }
}

fn both_called() -> Vec<(String, i64)> {
    vec![("dear".to_owned(), DEAR), ("cheap".to_owned(), CHEAP)]
}

#[tokio::test(start_paused = true)]
async fn where_the_first_is_later_than_mostly_a_second_is_asked_who_may_be_faster() {
    let (dear, cheap) = two();
    let house = house(&dear, &cheap);
    house.warm(&dear, 20).await;
    dear.will([after(1000)]);
    let began = Instant::now();
    let spoken = house.ask("r", "anna", "Hello.", Routing::default()).await.unwrap();
    assert_eq!(began.elapsed(), USUAL);
    assert_eq!((spoken.voice.id.to_string().as_str(), spoken.reason.name()), ("cheap:cleo", "hedged"));
    assert_eq!(spoken.requested_voice, "anna");
    assert!(spoken.tried.is_empty(), "nobody has failed");
    assert_eq!(dear.awaited(), 0, "it was hung up on");

    assert_eq!(listen(spoken).await.unwrap().len(), 6 * 800);
    assert_eq!(began.elapsed(), USUAL);
    assert_eq!(house.books("r").await, (both_called(), CHEAP, "cheap".into()));
}

#[tokio::test(start_paused = true)]
async fn the_first_may_still_be_faster() {
    let (dear, cheap) = two();
    let house = house(&dear, &cheap);
    house.warm(&dear, 20).await;
    dear.will([after(300)]);
    cheap.will([after(500)]);
    let began = Instant::now();
    let spoken = house.ask("r", "anna", "Hello.", Routing::default()).await.unwrap();
    assert_eq!(began.elapsed(), ms(300));
    assert_eq!((spoken.voice.id.to_string().as_str(), spoken.reason), ("dear:anna", Reason::Exact));
    assert_eq!((cheap.said().len(), cheap.awaited()), (1, 0), "called, and hung up on");
    listen(spoken).await.unwrap();
    assert_eq!(house.books("r").await, (both_called(), DEAR, "dear".into()));
}

#[tokio::test(start_paused = true)]
async fn nobody_else_is_asked_as_long_as_the_first_is_no_later_than_mostly() {
    let (dear, cheap) = two();
    let house = house(&dear, &cheap);
    house.warm(&dear, 20).await;
    dear.will([after(189)]);
    house.ask("r", "anna", "Hello.", Routing::default()).await.unwrap();
    assert!(cheap.said().is_empty());
}

#[tokio::test(start_paused = true)]
async fn nobody_else_is_asked_before_it_is_known_what_is_late() {
    let (dear, cheap) = two();
    let house = house(&dear, &cheap);
    house.warm(&dear, 19).await;
    dear.will([after(1000)]);
    house.ask("r", "anna", "Hello.", Routing::default()).await.unwrap();
    assert!(cheap.said().is_empty());
}

#[tokio::test(start_paused = true)]
async fn it_is_off_unless_it_is_set_up() {
    let (dear, cheap) = two();
    let house = house_with(&[&dear, &cheap], MemoryLedger::default(), |_| {});
    house.warm(&dear, 20).await;
    dear.will([after(1000)]);
    let spoken = house.ask("r", "anna", "Hello.", Routing::default()).await.unwrap();
    assert_eq!((spoken.voice.id.backend.as_str(), cheap.said().len()), ("dear", 0));
}

#[tokio::test(start_paused = true)]
async fn nobody_else_is_asked_whom_the_request_may_not_reach() {
    let (dear, cheap) = two();
    let house = house(&dear, &cheap);
    house.warm(&dear, 20).await;
    let ways = [
        ("dear:anna", Routing::default()),
        ("anna", falling(Fallback::None)),
        ("anna", falling(Fallback::Resume)),
    ];
    for (number, (voice, routing)) in ways.into_iter().enumerate() {
        dear.will([after(1000)]);
        let spoken = house.ask(&format!("r{number}"), voice, "Hello.", routing).await.unwrap();
        assert_eq!((spoken.reason, cheap.said().len()), (Reason::Exact, 0), "{number}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_hangs_up_hangs_up_on_both_and_pays_for_the_first() {
    let (dear, cheap) = two();
    let house = house(&dear, &cheap);
    house.warm(&dear, 20).await;
    dear.will([after(1000)]);
    cheap.will([after(1000)]);
    let mut asking = Box::pin(house.ask("r", "anna", "Hello.", Routing::default()));
    assert!(timeout(ms(250), &mut asking).await.is_err());
    assert_eq!((dear.awaited(), cheap.awaited()), (1, 1));
    let (held, _) = house.ledger.holds().remove(0);
    assert_eq!(held.charge, Nanos::new(DEAR + CHEAP), "both may have to be paid");
    drop(asking);
    assert_eq!((dear.awaited(), cheap.awaited()), (0, 0));
    assert_eq!(house.books("r").await, (both_called(), DEAR, "dear".into()));
}

#[tokio::test(start_paused = true)]
async fn where_the_first_fails_the_second_stands_in_for_it() {
    let (dear, cheap) = two();
    let house = house(&dear, &cheap);
    house.warm(&dear, 20).await;
    dear.will([Deed::Late(ms(300), &Deed::BreaksOff)]);
    cheap.will([after(500)]);
    let began = Instant::now();
    let spoken = house.ask("r", "anna", "Hello.", Routing::default()).await.unwrap();
    assert_eq!((spoken.reason, began.elapsed()), (Reason::Fallback, USUAL + ms(500)));
    let anna = VoiceId { backend: "dear".into(), voice: "anna".into() };
    assert_eq!(spoken.tried, [(anna, ErrorKind::BackendFailed)]);
    assert_eq!(cheap.said().len(), 1);
    listen(spoken).await.unwrap();
    assert_eq!(house.books("r").await, (both_called(), CHEAP, "cheap".into()));
}

#[tokio::test(start_paused = true)]
async fn where_the_second_fails_whatever_it_says_the_first_is_waited_for() {
    let (dear, cheap) = two();
    let house = house(&dear, &cheap);
    house.warm(&dear, 20).await;
    for (id, kind) in [("r1", ErrorKind::BackendFailed), ("r2", ErrorKind::InvalidText)] {
        dear.will([after(1000)]);
        cheap.will([Deed::Refuses(kind)]);
        let spoken = house.ask(id, "anna", "Hello.", Routing::default()).await.unwrap();
        assert_eq!((spoken.voice.id.backend.as_str(), spoken.reason), ("dear", Reason::Exact));
        assert_eq!(
            spoken.tried.first().map(|(voice, failed)| (voice.backend.as_str(), *failed)),
            Some(("cheap", kind))
        );
        listen(spoken).await.unwrap();
        let (costs, charge, heard) = house.books(id).await;
        assert_eq!(costs, [("dear".to_owned(), DEAR), ("cheap".to_owned(), 0)]);
        assert_eq!((charge, heard.as_str()), (DEAR, "dear"));
    }
}

#[tokio::test(start_paused = true)]
async fn of_what_both_say_that_of_the_first_is_told() {
    let (dear, cheap) = two();
    let house = house(&dear, &cheap);
    house.warm(&dear, 20).await;
    dear.will([Deed::Late(ms(300), &Deed::BreaksOff)]);
    cheap.will([Deed::Refuses(ErrorKind::QuotaExceeded); 9]);
    let error = house.ask("r", "anna", "Hello.", Routing::default()).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::BackendFailed);
}

#[tokio::test(start_paused = true)]
async fn the_second_is_of_another_backend() {
    let (dear, _) = two();
    let two_of_it = [("cleo", Gender::Female), ("cora", Gender::Female)];
    let cheap = Arc::new(Actor::new("cheap", "cheap", &two_of_it));
    let house = house(&dear, &cheap);
    cheap.will([after(10); 20]);
    for time in 0..20 {
        let id = format!("warm{time}");
        listen(house.ask(&id, "anna", "A", by(Policy::Cheapest)).await.unwrap()).await.unwrap();
    }
    let (candidates, _) = house.explained("anna", by(Policy::Cheapest)).await;
    assert!(candidates[1].starts_with("cheap:"), "{candidates:?}");
    cheap.will([after(1000)]);
    let spoken = house.ask("r", "anna", "Hello.", by(Policy::Cheapest)).await.unwrap();
    assert_eq!((spoken.voice.id.to_string().as_str(), spoken.reason), ("dear:anna", Reason::Hedged));
}

#[tokio::test(start_paused = true)]
async fn a_budget_that_has_no_room_for_both_is_left_to_the_first() {
    for (room, reason) in [(DEAR + CHEAP - 1, Reason::Exact), (DEAR + CHEAP, Reason::Hedged)] {
        let (dear, cheap) = two();
        let spent = 20 * DEAR / 6;
        let ledger = MemoryLedger::with_budgets(vec![budget(spent + room, Action::Refuse)]);
        let house = house_with(&[&dear, &cheap], ledger, hedged);
        house.warm(&dear, 20).await;
        dear.will([after(1000)]);
        let spoken = house.ask("r", "anna", "Hello.", Routing::default()).await.unwrap();
        assert_eq!(spoken.reason, reason);
        assert_eq!(cheap.said().len(), usize::from(reason == Reason::Hedged));
    }
}

#[tokio::test(start_paused = true)]
async fn where_too_many_are_tried_again_nobody_is_hedged() {
    let (dear, cheap) = two();
    let house = house(&dear, &cheap);
    house.warm(&dear, 20).await;
    while house.engine.0.planner.retries.try_withdraw() {}
    dear.will([after(1000)]);
    let spoken = house.ask("r", "anna", "Hello.", Routing::default()).await.unwrap();
    assert_eq!((spoken.reason, cheap.said().len()), (Reason::Exact, 0));
}

#[tokio::test(start_paused = true)]
async fn who_stalls_does_not_keep_the_listener_of_another() {
    let (dear, cheap) = two();
    let house = house(&dear, &cheap);
    house.warm(&dear, 20).await;
    dear.will([Deed::Stalls]);
    let began = Instant::now();
    let spoken = house.ask("r", "anna", "Hello.", Routing::default()).await.unwrap();
    listen(spoken).await.unwrap();
    assert_eq!(began.elapsed(), USUAL);
    // Whether it takes the request is never known, and so is taken for granted; it is not the client's concern.
    let settled = house.settled("r").await;
    assert_eq!((settled.charge.nanos, settled.attempts.len()), (Nanos::new(CHEAP), 2));
}

#[tokio::test(start_paused = true)]
async fn who_joins_a_speech_is_not_hedged_and_hears_it_to_the_end() {
    let (dear, cheap) = two();
    let house = house_with(&[&dear, &cheap], MemoryLedger::default(), |parts| {
        hedged(parts);
        let settings = CacheSettings { memory_bytes: 1 << 20, ..CacheSettings::default() };
        parts.cache = Cache::open(&settings, Arc::new(Noon)).unwrap();
    });
    dear.will((1..=20).map(|time| after(10 * time)));
    for time in 1..=20 {
        let text = format!("The number {time}.");
        listen(house.ask(&text, "anna", &text, Routing::default()).await.unwrap()).await.unwrap();
    }
    dear.will([after(1000)]);
    let ask = |id| house.ask(id, "anna", "Hello.", Routing::default());
    let (leader, joined) = tokio::join!(ask("leader"), ask("joined"));
    let (leader, joined) = (leader.unwrap(), joined.unwrap());
    assert_eq!(leader.reason, Reason::Hedged);
    assert_eq!((joined.reason, joined.cache), (Reason::Exact, Some(CacheUse::Joined)));
    assert_eq!((dear.said().len(), cheap.said().len()), (21, 1));
    assert_eq!(listen(joined).await.unwrap().len(), 6 * 800);
    assert_eq!(listen(leader).await.unwrap().len(), 6 * 800);
    assert_eq!(house.books("leader").await, (both_called(), CHEAP, "cheap".into()));
    assert_eq!(house.books("joined").await, (Vec::new(), 0, "dear".into()));
}
