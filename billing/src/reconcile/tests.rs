use proptest::prelude::*;

use super::*;
use crate::Basis;

const NOON: i64 = 1_793_448_000_000;

fn called(id: Option<&str>, characters: u64) -> Called {
    Called {
        at_unix_ms: NOON,
        attempt: Attempt {
            number: 1,
            backend: "openai".into(),
            model: "tts-1".into(),
            rate: "openai/tts-1@2023-11-06".into(),
            vendor_request: id.map(str::to_owned),
            characters,
            cost: Nanos::new(characters as i64 * 15_000),
            basis: Basis::Reported,
        },
        usage: Usage::default(),
    }
}

fn characters(calls: u64, characters: u64) -> Counts {
    Counts { calls, characters: Some(characters), ..Counts::default() }
}

fn named(id: &str, count: u64) -> Record {
    Record { id: Some(id.into()), counts: characters(1, count), ..sum(1, count) }
}

fn sum(calls: u64, count: u64) -> Record {
    let (day, model) = (Some(day_of(NOON)), Some("tts-1".into()));
    Record { id: None, day, model, counts: characters(calls, count) }
}

fn call(id: &str) -> Subject {
    Subject::Call { request_id: id.into() }
}

fn that_day() -> Subject {
    Subject::Sum { day: Some(day_of(NOON)), model: Some("tts-1".into()) }
}

fn differs(subject: Subject, quantity: Quantity, here: i64, there: i64) -> Difference {
    Difference::Differs { subject, quantity, here, there }
}

#[test]
fn the_same_calls_do_not_differ_in_whatever_order() {
    let calls = [called(Some("a"), 5), called(Some("b"), 7)];
    assert_eq!(reconcile(&calls, &[named("b", 7), named("a", 5)]), []);
    assert_eq!(reconcile(&[], &[]), []);
}

#[test]
fn a_call_that_one_side_has_not_is_named() {
    let (here, there) = ([called(Some("a"), 5), called(Some("b"), 7)], [named("a", 5), named("c", 7)]);
    let [Difference::MissingThere { subject, here }, Difference::MissingHere { subject: other, there }] =
        &reconcile(&here, &there)[..]
    else {
        panic!("two differences, and no sum that hides them")
    };
    assert_eq!((subject, here.characters, here.cost), (&call("b"), Some(7), Some(Nanos::new(105_000))));
    assert_eq!((other, there), (&call("c"), &characters(1, 7)));
}

#[test]
fn what_both_count_is_compared_and_only_that() {
    let mut here = called(Some("a"), 5);
    here.usage =
        Usage { characters: Some(3), input_tokens: Some(9), output_tokens: Some(1), ..Usage::default() };
    let there = Counts {
        calls: 1,
        characters: Some(6),
        credits: Some(4),
        input_tokens: None,
        output_tokens: Some(2),
        cost: Some(Nanos::new(75_001)),
    };
    let record = Record { counts: there, ..named("a", 0) };
    assert_eq!(
        reconcile(&[here], &[record]),
        [
            differs(call("a"), Quantity::Characters, 5, 6),
            differs(call("a"), Quantity::Credits, 3, 4),
            differs(call("a"), Quantity::OutputTokens, 1, 2),
            differs(call("a"), Quantity::CostNanos, 75_000, 75_001),
        ]
    );
}

#[test]
fn a_vendor_that_only_adds_up_is_compared_by_day_and_model() {
    let calls = [called(Some("a"), 5), called(None, 7)];
    assert_eq!(reconcile(&calls, &[sum(2, 12)]), []);
    assert_eq!(
        reconcile(&calls, &[sum(3, 17)]),
        [differs(that_day(), Quantity::Calls, 2, 3), differs(that_day(), Quantity::Characters, 12, 17)]
    );
    let another = Record { model: Some("tts-1-hd".into()), ..sum(1, 5) };
    let subject = another.subject();
    assert_eq!(
        reconcile(&calls, &[sum(2, 12), another]),
        [Difference::MissingHere { subject, there: characters(1, 5) }]
    );
}

#[test]
fn days_and_models_that_a_vendor_does_not_tell_apart_are_added_up() {
    let mut next = called(None, 7);
    next.at_unix_ms += 24 * 3_600_000;
    next.attempt.model = "tts-1-hd".into();
    let calls = [called(Some("a"), 5), next];
    let days = [
        Record { model: None, ..sum(1, 5) },
        Record { model: None, day: Some(day_of(calls[1].at_unix_ms)), ..sum(1, 7) },
    ];
    assert_eq!(reconcile(&calls, &days), []);
    assert_eq!(reconcile(&calls, &[Record { model: None, day: None, ..sum(2, 12) }]), []);
    let all = Subject::Sum { day: None, model: None };
    assert_eq!(
        reconcile(&calls, &[Record { model: None, day: None, ..sum(2, 13) }]),
        [differs(all, Quantity::Characters, 12, 13)]
    );
}

#[test]
fn a_call_that_got_no_id_may_be_one_that_the_vendor_names() {
    let calls = [called(Some("a"), 5), called(None, 7)];
    assert_eq!(reconcile(&calls, &[named("a", 5), named("b", 7)]), []);
    assert_eq!(
        reconcile(&calls, &[named("a", 5), named("b", 8)]),
        [differs(that_day(), Quantity::Characters, 7, 8)]
    );
    assert!(
        matches!(&reconcile(&calls, &[named("a", 5)])[..], [Difference::MissingThere { here, .. }] if here.characters == Some(7))
    );
}

#[test]
fn a_call_that_was_refused_is_nowhere_and_not_missed() {
    assert_eq!(reconcile(&[called(Some("a"), 0), called(None, 0)], &[]), []);
    assert_eq!(reconcile(&[], &[named("a", 0)]), []);
}

#[test]
fn differences_are_told_in_words_and_in_json() {
    let difference = differs(call("req_7"), Quantity::OutputTokens, 1, 2);
    let json =
        r#"{"difference":"differs","request_id":"req_7","quantity":"output_tokens","here":1,"there":2}"#;
    assert_eq!(serde_json::to_string(&difference).unwrap(), json);
    let difference = Difference::MissingHere { subject: that_day(), there: characters(2, 12) };
    let json = r#"{"difference":"missing_here","day":"2026-10-31","model":"tts-1","there":{"calls":2,"characters":12}}"#;
    assert_eq!(serde_json::to_string(&difference).unwrap(), json);
    assert_eq!(
        (call("req_7").to_string(), that_day().to_string()),
        ("request req_7".into(), "2026-10-31 tts-1".into())
    );
}

proptest! {
    #[test]
    fn a_ledger_equals_itself_and_no_change_goes_unseen(
        counts in prop::collection::vec((1..100_u64, any::<bool>()), 1..20), at: prop::sample::Index, more in 1..10_u64,
    ) {
        let calls: Vec<Called> = counts.iter().enumerate().map(|(number, (count, has_id))| {
            called(has_id.then(|| format!("id{number}")).as_deref(), *count)
        }).collect();
        let mut records: Vec<Record> = calls.iter().map(Record::from).collect();
        prop_assert_eq!(reconcile(&calls, &records), []);
        let total = counts.iter().map(|(count, _)| count).sum();
        prop_assert_eq!(reconcile(&calls, &[sum(counts.len() as u64, total)]), []);
        let changed = at.index(records.len());
        records[changed].counts.characters = Some(counts[changed].0 + more);
        prop_assert_eq!(reconcile(&calls, &records).len(), 1);
        records.remove(changed);
        prop_assert!(!reconcile(&calls, &records).is_empty());
    }
}
