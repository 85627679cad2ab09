//! How long those who say a text in turn are waited for, and who may go on for another.

use std::sync::Arc;
use std::time::Duration;

use futures::stream::{self, StreamExt as _};
use speech::{Codec, Door, ErrorKind, Fallback, Routing, SpeechError, Terms, Turn, VoiceId};
use testing::MemoryLedger;
use tokio::time::Instant;

use crate::tests::{Actor, Deed, House, falling, house_with, listen, three};
use crate::{Reason, Spoken};

const REFUSES: Deed = Deed::Refuses(ErrorKind::BackendFailed);

fn house(actors: &[&Arc<Actor>]) -> House {
    house_with(actors, MemoryLedger::default(), |_| {})
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

impl House {
    /// Voices take turns.
    async fn stage(&self, lines: &[(&str, &str)], routing: Routing) -> Result<Spoken, SpeechError> {
        let terms =
            Terms { format: Codec::Pcm.into(), routing, ..Terms::new("r1", "local".into(), Door::Cli) };
        let turn = |(voice, text): &(&str, &str)| Turn {
            voice: (*voice).into(),
            text: (*text).to_owned(),
            flush: true,
        };
        let turns: Vec<Turn> = lines.iter().map(turn).collect();
        self.engine.converse(terms, &[], stream::iter(turns).boxed()).await
    }
}

#[tokio::test(start_paused = true)]
async fn all_who_are_asked_for_the_first_sentence_share_a_minute() {
    for deed in [Deed::Stalls, Deed::Trickles] {
        let (dear, cheap, own) = three();
        let house = house(&[&dear, &cheap, &own]);
        [&dear, &cheap, &own].into_iter().for_each(|actor| actor.will([deed]));
        let began = Instant::now();
        let error = house.ask("r1", "anna", "Hello.", falling(Fallback::Resume)).await.err().unwrap();
        assert_eq!((error.kind(), began.elapsed()), (ErrorKind::DeadlineExceeded, seconds(60)));
        assert!(error.message().contains(" 30 seconds"), "of the voice that was asked for: {error}");
        assert_eq!([&dear, &cheap, &own].map(|actor| actor.said().len()), [1, 1, 1]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_voice_that_is_only_busy_here_is_waited_for_once_and_then_another_goes_on() {
    for (times, goes_on) in [(1, 0), (2, 1)] {
        let (dear, _, own) = three();
        let house = house(&[&dear, &own]);
        dear.will([Deed::Speaks]);
        dear.will([Deed::Refuses(ErrorKind::Overloaded)].repeat(times));
        let spoken = house.ask("r1", "anna", "One. Two.", falling(Fallback::Resume)).await.unwrap();
        let tally = spoken.tally.clone();
        listen(spoken).await.unwrap();
        assert_eq!((own.said().len(), tally.switches().len()), (goes_on, goes_on), "{times}");
    }
}

#[tokio::test(start_paused = true)]
async fn so_do_all_who_are_asked_for_a_later_one() {
    let (dear, _, own) = three();
    let house = house(&[&dear, &own]);
    dear.will([Deed::Speaks, Deed::Trickles]);
    own.will([Deed::Trickles]);
    let began = Instant::now();
    let spoken = house.ask("r1", "anna", "One. Two. Three.", falling(Fallback::Resume)).await.unwrap();
    assert_eq!(began.elapsed(), Duration::ZERO);
    let tally = spoken.tally.clone();
    assert_eq!(listen(spoken).await.unwrap_err().kind(), ErrorKind::DeadlineExceeded);
    assert_eq!(began.elapsed(), seconds(60));
    assert_eq!((dear.said().len(), own.said().len()), (2, 1));
    assert_eq!(tally.switches(), [(4, VoiceId { backend: "own".into(), voice: "dora".into() })]);
}

#[tokio::test(start_paused = true)]
async fn a_voice_that_is_alone_is_waited_for_as_long_as_several() {
    let (dear, ..) = three();
    let house = house(&[&dear]);
    dear.will([Deed::Speaks, Deed::Trickles]);
    let spoken = house.ask("r1", "anna", "One. Two.", falling(Fallback::Resume)).await.unwrap();
    let began = Instant::now();
    assert_eq!(listen(spoken).await.unwrap_err().kind(), ErrorKind::DeadlineExceeded);
    assert_eq!(began.elapsed(), seconds(60));
}

#[tokio::test(start_paused = true)]
async fn where_too_many_are_tried_again_one_failover_is_all_there_is() {
    let (dear, cheap, own) = three();
    let house = house(&[&dear, &cheap, &own]);
    while house.engine.0.planner.retries.try_withdraw() {}
    [&dear, &cheap].into_iter().for_each(|actor| actor.will([REFUSES]));
    assert!(house.ask("r1", "anna", "Hello.", falling(Fallback::Resume)).await.is_err());
    assert_eq!([&dear, &cheap, &own].map(|actor| actor.said().len()), [1, 1, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_switch_is_told_of_whoever_goes_on() {
    let (dear, cheap, own) = three();
    let house = house(&[&dear, &cheap, &own]);
    dear.will([Deed::Speaks, REFUSES]);
    cheap.will([REFUSES]);
    own.will([REFUSES]);
    let routing = falling(Fallback::Resume);
    let names = house.explained("anna", routing).await.0;
    let broken = house.ask("r1", "anna", "One. Two.", routing).await.unwrap();
    let tally = broken.tally.clone();
    assert!(listen(broken).await.is_err());
    assert_eq!(tally.switches().len(), 1);

    let (last, others) = names.split_last().unwrap();
    assert_eq!(others.len(), 2);
    dear.will([Deed::Speaks, REFUSES]);
    if last.starts_with("own") { &cheap } else { &own }.will([REFUSES]);
    let spoken = house.ask("r2", "anna", "One. Two.", routing).await.unwrap();
    let tally = spoken.tally.clone();
    listen(spoken).await.unwrap();
    assert_eq!(tally.switches(), [(4, VoiceId::parse(last).unwrap())]);
}

#[tokio::test(start_paused = true)]
async fn a_voice_that_was_heard_is_changed_only_where_that_is_allowed() {
    let lines = [("anna", "One."), ("bert", "Two."), ("anna", "Three.")];
    for (fallback, is_whole) in [(Fallback::BeforeAudio, false), (Fallback::Resume, true)] {
        let (dear, _, own) = three();
        let house = house(&[&dear, &own]);
        dear.will([Deed::Speaks, Deed::Speaks, REFUSES]);
        let spoken = house.stage(&lines, falling(fallback)).await.unwrap();
        assert_eq!(spoken.reason, Reason::Exact);
        assert_eq!(listen(spoken).await.is_ok(), is_whole, "{fallback:?}");
        assert_eq!(own.said().len(), usize::from(is_whole));
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_was_not_heard_yet_may_be_another() {
    let (dear, cheap, _) = three();
    let house = house(&[&dear, &cheap]);
    dear.will([Deed::Speaks, REFUSES]);
    let lines = [("anna", "One."), ("bert", "Two.")];
    let spoken = house.stage(&lines, falling(Fallback::BeforeAudio)).await.unwrap();
    listen(spoken).await.unwrap();
    assert_eq!(cheap.said(), ["Two."]);
}
