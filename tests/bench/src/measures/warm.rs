//! Both sides with their models loaded.

use super::announce;
use crate::report::{Goal, Row};
use crate::speakers::{Heard, Ours, Theirs};
use crate::stand::Stand;
use crate::{Pair, Result, texts};

/// Six requests at once: seconds of audio made in a second.
///
/// The sides do not pause equally long between words and sentences, so the seconds that the same texts take are
/// given too.
///
/// # Errors
/// Either side fails.
pub fn throughput(stand: &Stand, rounds: usize) -> Result<Vec<Row>> {
    let taken = take(
        "throughput",
        stand,
        rounds,
        |ours| ours.requests(&texts::SENTENCES),
        |theirs| theirs.requests(&texts::SENTENCES),
    )?;
    Ok(vec![
        Row::of("6 requests, both cores: audio seconds per second", &taken, Heard::pace)
            .with_goal(Goal::RatioAtLeast(1.05)),
        Row::of("the same 6 requests, s", &taken, |heard| heard.seconds),
        Row::of("the audio they give, s", &taken, Heard::audio_seconds),
    ])
}

/// One sentence and a long text, streamed: how long until the first audio, and until the last.
///
/// # Errors
/// Either side fails.
pub fn first_audio(stand: &Stand, rounds: usize) -> Result<Vec<Row>> {
    let streamed =
        |name, text: &str| take(name, stand, rounds, |ours| ours.stream(text), |theirs| theirs.stream(text));
    let sentence = streamed("first audio of 26 words", texts::SENTENCE)?;
    let long = streamed("first audio of 150 words", &texts::long())?;
    Ok(vec![
        Row::of("26 words: first audio, s", &sentence, |heard| heard.first_audio),
        Row::of("150 words: first audio, s", &long, |heard| heard.first_audio)
            .with_goal(Goal::RatioAtMost(0.5)),
        Row::of("150 words, one request: audio seconds per second", &long, Heard::pace),
        Row::of("150 words: the whole text, s", &long, |heard| heard.seconds),
    ])
}

/// All rounds, after both sides have spoken once.
fn take(
    measure: &str,
    stand: &Stand,
    rounds: usize,
    ours: impl Fn(&Ours) -> Result<Heard>,
    theirs: impl Fn(&mut Theirs) -> Result<Heard>,
) -> Result<Vec<Pair<Heard>>> {
    let our_side = Ours::open(&stand.store)?;
    let mut their_side = Theirs::open(stand)?;
    our_side.requests(&[texts::GREETING, texts::GREETING])?;
    their_side.stream(texts::GREETING)?;
    let round = |round| {
        announce(measure, round, rounds);
        Pair::take(round, || ours(&our_side), || theirs(&mut their_side))
    };
    (0..rounds).map(round).collect()
}
