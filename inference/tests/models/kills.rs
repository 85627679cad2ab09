//! Pulls that die, and pulls that meet.

use std::fs;

use inference::models::StoreError;

use super::house::Running;
use super::kit::{models, models_of};

#[test]
fn a_kill_at_any_moment_leaves_nothing_that_is_later_trusted() {
    let models = models_of(8_000_000);
    let survives = |when: &str| {
        for file in models.house.store().verify() {
            let missing = matches!(file.state, Err(StoreError::Missing { .. }));
            assert!(file.state.is_ok() || missing, "killed {when}: {:?}", file.state);
        }
    };
    let start_over = || fs::remove_dir_all(models.house.cache().join("files")).unwrap();

    for (path, after) in [
        ("/simple/half-a/", 0),
        ("/files/half_a-1.0-py3-none-any.whl", 4_000_000),
        ("/files/voices-1.0.0.tgz", 100),
    ] {
        let registry = models.registry();
        let stalled = registry.stall(path, after);
        let mut pull = Running::start(models.house.puller(&registry.address));
        pull.reach(&stalled);
        pull.kill();
        survives(path);
        registry.release();
        start_over();
    }
    for event in ["begin", "advance half-a 1.0", "finish voices", "finish half-a", "finish half-b"] {
        let mut pull = Running::start(models.house.puller(&models.registry().address));
        pull.wait_for(event);
        pull.kill();
        survives(event);
        start_over();
    }
    // While it unpacks, joins and syncs: as soon as the model has grown so far, wherever it grows.
    let mut cut_short = 0;
    for bytes in [1, 5_000_000, 9_000_000, 15_000_000] {
        let mut pull = Running::start(models.house.puller(&models.registry().address));
        let desk = models.house.cache().join("staging").join(pull.child.id().to_string());
        let growing = [desk.join("0.0.part"), models.house.store().list()[0].path.clone()];
        let length = |path| fs::metadata(path).map_or(0, |found| found.len());
        while growing.iter().map(length).max() < Some(bytes) && pull.goes_on() {
            std::thread::yield_now();
        }
        cut_short += usize::from(pull.goes_on());
        pull.kill();
        survives("over its desk");
        start_over();
    }
    assert!(cut_short > 0, "no pull was cut short over its desk");

    let told = models.house.pull(&models.registry());
    assert_eq!((told.code, &*told.error), (Some(0), ""));
    models.assert_whole();
}

#[test]
fn two_processes_take_turns_and_the_second_fetches_nothing() {
    let models = models();
    let registry = models.registry();
    let stalled = registry.stall("/files/half_a-1.0-py3-none-any.whl", 1_000);
    let mut first = Running::start(models.house.puller(&registry.address));
    first.reach(&stalled);
    let mut second = Running::start(models.house.puller(&registry.address));
    second.wait_for("waiting");
    registry.release();
    assert_eq!((first.end().code, second.end().code), (Some(0), Some(0)));
    assert_eq!(registry.requests("/files/"), 3);
    models.assert_whole();
}

#[test]
fn whoever_waits_goes_on_when_the_one_before_is_killed() {
    let models = models();
    let registry = models.registry();
    let stalled = registry.stall("/files/half_b-1.0-py3-none-any.whl", 1_000);
    let mut first = Running::start(models.house.puller(&registry.address));
    first.reach(&stalled);
    let mut second = Running::start(models.house.puller(&registry.address));
    second.wait_for("waiting");
    first.kill();
    let told = second.end();
    assert_eq!((told.code, &*told.error), (Some(0), ""));
    models.assert_whole();
    registry.release();
}
