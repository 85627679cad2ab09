use super::*;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// One call after another, each of which ends in that way.
fn calls(breaker: &mut Breaker, now: Instant, failed: &[bool]) {
    for failed in failed {
        let permit = breaker.admit();
        match failed {
            true => breaker.failed(permit, ErrorKind::BackendFailed, now, 0.0),
            false => breaker.succeeded(permit, now),
        }
    }
}

#[test]
fn two_thirds_of_many_calls_are_too_many_to_fail() {
    let (now, mut breaker) = (Instant::now(), Breaker::new(5));
    calls(&mut breaker, now, &[true, true, false, true, true, false, true, true, false]);
    assert_eq!(breaker.state(now), State::Closed, "of nine nothing can be said");
    calls(&mut breaker, now, &[true]);
    assert_eq!(breaker.state(now), State::Open { wait: SHORTEST / 2 });

    let mut breaker = Breaker::new(5);
    for _ in 0..20 {
        calls(&mut breaker, now, &[true, false]);
        assert_eq!(breaker.state(now), State::Closed, "a half is not");
    }
}

#[test]
fn what_was_long_ago_is_forgotten() {
    let (now, mut breaker) = (Instant::now(), Breaker::new(5));
    calls(&mut breaker, now, &[true; 4]);
    assert!(!breaker.is_blank(now + MEMORY - seconds(1)));
    assert!(breaker.is_blank(now + MEMORY));
    calls(&mut breaker, now + MEMORY, &[true]);
    assert_eq!(breaker.state(now + MEMORY), State::Closed);
}

#[test]
fn what_a_call_tells_of_an_earlier_phase_is_no_news() {
    let (now, mut breaker) = (Instant::now(), Breaker::new(5));
    let (late_success, late_failure) = (breaker.admit(), breaker.admit());
    calls(&mut breaker, now, &[true; 5]);
    breaker.succeeded(late_success, now);
    breaker.failed(late_failure, ErrorKind::BackendFailed, now, 1.0);
    assert_eq!(breaker.state(now), State::Open { wait: SHORTEST / 2 });

    let now = now + SHORTEST;
    let mut probe = breaker.admit();
    breaker.freed(late_failure, now);
    breaker.heard(&mut { late_success });
    assert_eq!(breaker.state(now), State::Open { wait: SHORTEST }, "the probe alone decides");
    breaker.heard(&mut probe);
    assert_eq!(breaker.state(now), State::Closed);
    breaker.failed(late_failure, ErrorKind::BackendFailed, now, 1.0);
    assert!(breaker.is_blank(now));
    breaker.failed(probe, ErrorKind::BackendFailed, now, 1.0);
    assert!(!breaker.is_blank(now), "but how the probe goes on is");
}

mod model {
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    enum Step {
        Call,
        /// The call with that number, of those that are running, gets so far.
        Hear(usize),
        Succeed(usize),
        Fail(usize, f64),
        Free(usize),
        HoldOff(u64),
        Wait(u64),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            4 => Just(Step::Call),
            1 => (0usize..9).prop_map(Step::Hear),
            2 => (0usize..9).prop_map(Step::Succeed),
            4 => (0usize..9, 0.0..1.0).prop_map(|(call, luck)| Step::Fail(call, luck)),
            1 => (0usize..9).prop_map(Step::Free),
            1 => (1u64..1000).prop_map(Step::HoldOff),
            3 => prop_oneof![0u64..500, 500u64..40_000].prop_map(Step::Wait),
        ];
        prop::collection::vec(step, 1..200)
    }

    /// A running call: its permit, and the chapter of the model's story that it tells of.
    struct Running {
        permit: Permit,
        chapter: usize,
    }

    /// What has happened since the breaker last turned.
    enum Chapter {
        /// When calls ended, and which failed.
        Closed(Vec<(Instant, bool)>),
        /// Between these times it may become half open.
        Open(Instant, Instant),
        Probing,
    }

    /// The same by plain words: the whole story is kept, and read anew for every question.
    struct Model {
        story: Vec<Chapter>,
        openings: u32,
    }

    impl Model {
        fn now(&self) -> usize {
            self.story.len() - 1
        }

        fn rest(&mut self, now: Instant) -> Chapter {
            let rest = seconds((1u64 << self.openings.min(20)).min(60));
            self.openings += 1;
            Chapter::Open(now + rest / 2, now + rest)
        }

        fn fail(&mut self, now: Instant) {
            let opens = match self.story.last_mut().unwrap() {
                Chapter::Closed(calls) => {
                    calls.push((now, true));
                    let calls: Vec<_> = calls.iter().rev().take(12).collect();
                    let calls: Vec<_> = calls.into_iter().take_while(|(at, _)| now - *at < MEMORY).collect();
                    let failures = calls.iter().filter(|(_, failed)| *failed).count();
                    let newest_fail = calls.len() >= 3 && calls[..3].iter().all(|(_, failed)| *failed);
                    newest_fail || (calls.len() >= 6 && failures * 3 >= calls.len() * 2)
                }
                Chapter::Probing => true,
                Chapter::Open(..) => unreachable!("a call of an open breaker"),
            };
            if opens {
                let rest = self.rest(now);
                self.story.push(rest);
            }
        }
    }

    proptest! {
        #[test]
        fn a_breaker_does_as_its_description_says(steps in steps()) {
            let mut now = Instant::now();
            let mut breaker = Breaker::new(3);
            let mut model = Model { story: vec![Chapter::Closed(Vec::new())], openings: 0 };
            let mut running: Vec<Running> = Vec::new();
            for step in steps {
                let taken = match step {
                    Step::Hear(call) if call < running.len() => Some(call),
                    Step::Succeed(call) | Step::Fail(call, _) | Step::Free(call) if call < running.len() => {
                        Some(call)
                    }
                    _ => None,
                };
                let is_news = taken.is_some_and(|call| running[call].chapter == model.now());
                match (step, taken) {
                    (Step::Wait(ms), _) => now += Duration::from_millis(ms),
                    (Step::HoldOff(seconds), _) => {
                        let wait = Duration::from_secs(seconds);
                        breaker.hold_off(wait, ErrorKind::RateLimited, now);
                        let until = now + wait.min(LONGEST_ON_ITS_WORD);
                        let (least, most) = match model.story.last() {
                            Some(Chapter::Open(least, most)) => (until.max(*least), until.max(*most)),
                            _ => (until, until),
                        };
                        model.story.push(Chapter::Open(least, most));
                    }
                    (Step::Call, _) if !matches!(breaker.state(now), State::Open { .. }) => {
                        if let Chapter::Open(least, _) = model.story.last().unwrap() {
                            prop_assert!(*least <= now, "too soon");
                            model.story.push(Chapter::Probing);
                        }
                        running.push(Running { permit: breaker.admit(), chapter: model.now() });
                    }
                    (Step::Hear(_), Some(call)) => {
                        breaker.heard(&mut running[call].permit);
                        if is_news && matches!(model.story.last(), Some(Chapter::Probing)) {
                            model.story.push(Chapter::Closed(Vec::new()));
                            running[call].chapter = model.now();
                        }
                    }
                    (Step::Succeed(_), Some(call)) => {
                        // Whoever succeeds has been heard before.
                        let mut permit = running.remove(call).permit;
                        breaker.heard(&mut permit);
                        breaker.succeeded(permit, now);
                        if is_news {
                            if matches!(model.story.last(), Some(Chapter::Probing)) {
                                model.story.push(Chapter::Closed(Vec::new()));
                            }
                            if let Some(Chapter::Closed(calls)) = model.story.last_mut() {
                                calls.push((now, false));
                            }
                            model.openings = 0;
                        }
                    }
                    (Step::Fail(_, luck), Some(call)) => {
                        breaker.failed(running.remove(call).permit, ErrorKind::BackendFailed, now, luck);
                        if is_news {
                            model.fail(now);
                        }
                    }
                    (Step::Free(_), Some(call)) => {
                        breaker.freed(running.remove(call).permit, now);
                        if is_news && matches!(model.story.last(), Some(Chapter::Probing)) {
                            model.story.push(Chapter::Open(now, now));
                        }
                    }
                    _ => {}
                }
                let state = breaker.state(now);
                match model.story.last().unwrap() {
                    Chapter::Closed(_) => prop_assert_eq!(state, State::Closed),
                    Chapter::Probing => prop_assert_eq!(state, State::Open { wait: SHORTEST }),
                    Chapter::Open(least, most) => match state {
                        State::Open { wait } => prop_assert!((*least..=*most).contains(&(now + wait))),
                        State::HalfOpen => prop_assert!(*least <= now),
                        State::Closed => prop_assert!(false, "it has closed by itself"),
                    },
                }
                if let (Chapter::Open(_, most), State::Open { .. }) = (model.story.last().unwrap(), state) {
                    prop_assert!(now < *most, "too late");
                }
            }
        }
    }
}
