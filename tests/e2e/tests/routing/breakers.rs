//! A vendor that is down is left alone, and asked again by itself.

use vendors::{Fault, Script};

use super::house::House;
use crate::harness::eventually;
use crate::harness::federation::speeches;

const SERIES: &str = "soundboard_breaker_state{backend=\"openai\",";

/// The breaker's level as the page of metrics says it; none where it has never opened.
fn level(house: &House) -> Option<u64> {
    let page = house.metrics();
    let levels = page.lines().filter(|line| line.starts_with(SERIES));
    levels.map(|line| line.rsplit(' ').next().unwrap().parse().unwrap()).max()
}

#[test]
fn a_vendor_that_is_down_is_left_alone_until_it_is_back() {
    let house = House::open();
    assert_eq!(level(&house), None);
    let who = || {
        let answer = house.asks("alloy", &[], "All is well.");
        assert_eq!(answer.status(), 200);
        answer.header("x-soundboard-backend").to_owned()
    };
    assert_eq!(who(), "openai");

    house.openai.script(Script::once(Fault::Unavailable).times(0));
    // Each call that is made to try it out doubles the rest that it is given: after three, it is four seconds at least.
    const OPENING: usize = 5;
    eventually("long rest", || {
        assert_eq!(who(), "elevenlabs");
        (speeches(&house.openai).len() >= 1 + OPENING + 3).then_some(())
    });
    assert_eq!(level(&house), Some(2));
    let called = speeches(&house.openai).len();
    // So few that a busy machine can say them within the rest.
    for _ in 0..5 {
        let answer = house.asks("alloy", &[], "All is well.");
        assert_eq!((answer.status(), answer.header("x-soundboard-backend")), (200, "elevenlabs"));
        assert_eq!(
            (answer.header("x-soundboard-reason"), answer.header("x-soundboard-tried")),
            ("fallback", "")
        );
    }
    assert_eq!(speeches(&house.openai).len(), called, "it is called while it rests");
    let log = house.server.log();
    assert!(log.contains("a circuit breaker has turned"), "{log}");

    house.openai.script(Script::once(Fault::None));
    eventually("return", || (who() == "openai").then_some(()));
    eventually("closed breaker", || (level(&house) == Some(0)).then_some(()));
    for _ in 0..20 {
        assert_eq!(who(), "openai");
    }
    house.closes_with_true_books();
}

#[test]
fn a_gateway_that_starts_while_a_vendor_is_down_still_lists_its_voices() {
    let house = House::open();
    let listed = [house.listed("openai"), house.listed("elevenlabs")];
    let house = house.again(|house| {
        house.elevenlabs.break_lists(true);
        house.elevenlabs.script(Script::once(Fault::Unavailable).times(0));
    });
    assert_eq!([house.listed("openai"), house.listed("elevenlabs")], listed);
    eventually("vendor that could not be asked", || {
        house.server.log().contains("models and voices could not be listed").then_some(())
    });
    assert_eq!([house.listed("openai"), house.listed("elevenlabs")], listed);
    let answer = house.asks("EXAVITQu4vr4xnSDxMaL", &[], "All is well.");
    assert_eq!((answer.status(), answer.header("x-soundboard-backend")), (200, "openai"));
    house.elevenlabs.script(Script::once(Fault::None));
    let answer = house.asks("EXAVITQu4vr4xnSDxMaL", &[], "All is well.");
    assert_eq!(answer.header("x-soundboard-voice"), "elevenlabs:EXAVITQu4vr4xnSDxMaL");
}
