use proptest::prelude::*;

use super::*;

fn measures() -> impl Strategy<Value = Measure> {
    prop_oneof![Just(Measure::Money), Just(Measure::Characters), Just(Measure::Audio)]
}

fn actions() -> impl Strategy<Value = Action> {
    prop_oneof![Just(Action::Warn), Just(Action::Throttle), Just(Action::Refuse)]
}

/// Small, so that limits are met, and now and then as large as there is.
fn counts() -> impl Strategy<Value = i64> {
    prop_oneof![9 => 0..20_i64, 1 => Just(i64::MAX)]
}

prop_compose! {
    fn standings_strategy()(measure in measures(), action in actions(), limit in counts(), spent in counts(), held in counts()) -> Standing {
        Standing { budget: Budget { key: None, measure, limit, window: Window::Day, action }, spent, held }
    }
}

prop_compose! {
    fn amounts()(charge in counts(), characters in 0..10_u64, audio_ms in 0..10_u64) -> Amounts {
        Amounts { charge: Nanos::new(charge), characters, audio_ms }
    }
}

fn used(standing: &Standing) -> i128 {
    i128::from(standing.spent) + i128::from(standing.held)
}

/// Worked out from the words alone: what is short of room, with holds and without.
fn is_short(standing: &Standing, held: i64, more: &Amounts) -> bool {
    let wanted = more.of(standing.budget.measure);
    wanted > 0
        && i128::from(standing.spent) + i128::from(held) + i128::from(wanted)
            > i128::from(standing.budget.limit)
}

proptest! {
    #[test]
    fn no_budget_is_passed_but_those_that_only_warn(
        standings in prop::collection::vec(standings_strategy(), 0..5), more in amounts(),
    ) {
        let mut after = standings.clone();
        let verdict = admit(&mut after, &more);
        let short: Vec<&Standing> =
            standings.iter().filter(|standing| is_short(standing, standing.held, &more)).collect();
        match verdict {
            Verdict::Granted { over } => {
                prop_assert!(short.iter().all(|standing| standing.budget.action == Action::Warn));
                prop_assert_eq!(over, !short.is_empty());
                for (before, after) in standings.iter().zip(&after) {
                    let wanted = more.of(before.budget.measure);
                    prop_assert_eq!(after.held, before.held.saturating_add(wanted));
                    prop_assert!(
                        wanted == 0 || after.budget.action == Action::Warn || used(after) <= after.budget.limit.into()
                    );
                }
            }
            Verdict::Refused { budget, only_held } => {
                prop_assert_eq!(&after, &standings, "nothing is held");
                let refusing: Vec<&&Standing> =
                    short.iter().filter(|standing| standing.budget.action != Action::Warn).collect();
                prop_assert!(refusing.iter().any(|standing| standing.budget == budget));
                prop_assert_eq!(only_held, refusing.iter().all(|standing| !is_short(standing, 0, &more)));
                let refuses_outright = refusing.iter().any(|standing| standing.budget.action == Action::Refuse);
                prop_assert_eq!(budget.action == Action::Refuse, refuses_outright);
            }
        }
    }

    #[test]
    fn the_order_of_budgets_decides_nothing(
        (standings, shuffled) in prop::collection::vec(standings_strategy(), 0..5)
            .prop_flat_map(|standings| (Just(standings.clone()), Just(standings).prop_shuffle())),
        more in amounts(),
    ) {
        let (mut one, mut other) = (standings.clone(), shuffled.clone());
        match (admit(&mut one, &more), admit(&mut other, &more)) {
            (Verdict::Granted { over }, Verdict::Granted { over: again }) => prop_assert_eq!(over, again),
            (
                Verdict::Refused { budget, only_held },
                Verdict::Refused { budget: another, only_held: again },
            ) => {
                prop_assert_eq!((budget.action, only_held), (another.action, again));
                prop_assert_eq!((one, other), (standings, shuffled), "nothing is held");
            }
            different => prop_assert!(false, "{different:?}"),
        }
    }

    #[test]
    fn requests_one_after_the_other_never_pass_a_limit(
        limit in 0..50_i64, requests in prop::collection::vec(1..10_i64, 0..30),
    ) {
        let budget = Budget { key: None, measure: Measure::Money, limit, window: Window::Day, action: Action::Refuse };
        let mut standings = [Standing { budget, spent: 0, held: 0 }];
        for charge in requests {
            let before = standings[0].held;
            let verdict = admit(&mut standings, &Amounts { charge: Nanos::new(charge), ..Amounts::default() });
            let fits = before + charge <= limit;
            prop_assert_eq!(matches!(verdict, Verdict::Granted { over: false }), fits);
            prop_assert_eq!(standings[0].held, if fits { before + charge } else { before });
        }
    }

    #[test]
    fn what_passes_an_amount_and_the_amount_make_the_whole(one in amounts(), other in amounts()) {
        let beyond = one.beyond(other);
        let whole = other.plus(beyond);
        for measure in [Measure::Money, Measure::Characters, Measure::Audio] {
            prop_assert_eq!(whole.of(measure), one.of(measure).max(other.of(measure)));
        }
    }
}

fn standing(action: Action, measure: Measure, limit: i64, spent: i64, held: i64) -> Standing {
    Standing { budget: Budget { key: None, measure, limit, window: Window::Month, action }, spent, held }
}

fn ten_of_everything() -> Amounts {
    Amounts { charge: Nanos::new(10), characters: 10, audio_ms: 10 }
}

#[test]
fn a_budget_that_refuses_speaks_before_one_that_throttles() {
    let throttling = standing(Action::Throttle, Measure::Money, 5, 5, 0);
    let refusing = standing(Action::Refuse, Measure::Characters, 10, 0, 1);
    for mut standings in [[throttling.clone(), refusing.clone()], [refusing.clone(), throttling]] {
        let refused = Verdict::Refused { budget: refusing.budget.clone(), only_held: false };
        assert_eq!(admit(&mut standings, &ten_of_everything()), refused);
    }
}

#[test]
fn what_only_holds_stand_in_the_way_of_may_come_again() {
    let mut standings = [standing(Action::Refuse, Measure::Audio, 10, 0, 1)];
    let refused = admit(&mut standings, &ten_of_everything());
    assert!(matches!(refused, Verdict::Refused { only_held: true, .. }));
    standings[0].held = 0;
    assert_eq!(admit(&mut standings, &ten_of_everything()), Verdict::Granted { over: false });
    assert_eq!(standings[0].held, 10);
}

#[test]
fn what_is_free_is_served_on_an_empty_budget() {
    let mut standings = [
        standing(Action::Refuse, Measure::Money, 0, 0, 0),
        standing(Action::Refuse, Measure::Money, 5, 9, 0),
    ];
    let free = Amounts { characters: 1000, ..Amounts::default() };
    assert_eq!(admit(&mut standings, &free), Verdict::Granted { over: false });
}

#[test]
fn a_budget_is_stored_in_words() {
    let budget = standing(Action::Throttle, Measure::Money, 30_000_000, 0, 0).budget;
    let json = serde_json::to_string(&budget).unwrap();
    assert_eq!(json, r#"{"measure":"money","limit":30000000,"window":"month","action":"throttle"}"#);
    assert_eq!(serde_json::from_str::<Budget>(&json).unwrap(), budget);
}
