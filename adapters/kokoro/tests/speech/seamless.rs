//! Ten minutes of speech: nobody hears where one piece ends and the next begins.
//!
//! What a listener could hear at a join is a step in level or in colour of the voice. The same steps are measured where
//! the model itself goes from one sentence, clause or word to the next inside a piece: joins must be no rougher.

use std::f32::consts::TAU;

use tokio::sync::OnceCell;

use crate::heard::{Heard, RATE, loudness, speak};

/// The hard sentences of the test of intelligibility; the third of their cells is what is written. Most are a piece each.
const SENTENCES: &str = include_str!("../../../../tests/words/hard.tsv");

/// Two or three of these are one piece: where they meet, the model speaks on.
const SHORT: &str = "The kettle sang. Nobody moved. It was late. The dog slept by the door. She wrote a letter. He read the \
    paper. Outside it snowed. A car went by. The clock struck nine. They said good night. The stairs creaked. A lamp \
    went out. The wind rose. It shook the old windows. Nobody woke up. The fire burned low. Morning came. The snow was \
    deep. Birds sat on the fence. She made some tea. He cut the bread. They ate in silence. The road was closed. No bus \
    came that day. They stayed at home. The children built a fort. A neighbour brought soup. It was hot and good. The \
    sun came out. Water ran from the roof. He swept the steps. She called her mother. The line was bad. They talked \
    anyway. The post came at noon. There was one letter. It had no stamp. He put it on the shelf. She laughed at him. \
    The day went by. The light turned gold. A train was heard far off. They set the table. Everyone sat down. The soup \
    was finished. The candles burned. He told a story. She knew it well. They went to bed. The house was still.";

/// Each of these is several pieces, which meet at commas or at none.
const LONG: &str = "When the first boat of the morning left the harbour with its lamps still burning, the women on the quay \
    pulled their coats tighter, counted the barrels that were left behind, and walked back to the village without \
    looking round, although every one of them was listening for the engine until it could be heard no more. \
    The engineer who had designed the bridge thirty years before the flood came back to see what was left of it and \
    found that the two middle pillars had moved more than a hand's breadth towards the sea while everything else stood \
    exactly where his drawings had put it at the time. \
    If you follow the path behind the mill, keep the river on your left, and do not turn off at the chapel, you will \
    come to a gate that nobody has opened for years, behind which an orchard begins, with apples that are small, sour, \
    and better than any that you can buy in town. \
    The committee that was asked to look into the delays of the northern line met for the first time in a room above \
    the ticket office where the windows could not be opened and the only map on the wall showed a railway that had been \
    given up before any of its members were born. \
    She had learned early, from an aunt who kept bees, that whoever is calm is seldom stung, that smoke should be used \
    sparingly, that a hive remembers a clumsy hand, and that honey tastes of whatever grew within an hour's flight.";

/// Speech on each side of a meeting that is compared: 150 ms.
const BESIDE: usize = RATE * 3 / 20;

/// What stands between two words.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mark {
    Stop,
    Comma,
    None,
}

/// Where one word ends and the next begins.
struct Meeting {
    mark: Mark,
    /// Among the short sentences, of which several are one piece.
    is_short: bool,
    is_join: bool,
    step: Step,
}

/// How much changes across a pause.
#[derive(Clone, Copy)]
struct Step {
    decibels: f32,
    /// Mean difference of the spectrum's shape in 24 bands, in decibels.
    colour: f32,
}

fn text() -> String {
    let rows = SENTENCES.lines().filter(|line| !line.starts_with('#') && !line.starts_with("id\t"));
    let written: Vec<&str> = rows.filter_map(|row| row.split('\t').nth(2)).collect();
    let mut paragraphs: Vec<String> = written.chunks(6).map(|sentences| sentences.join(" ")).collect();
    paragraphs.extend([SHORT.to_owned(), LONG.to_owned()]);
    paragraphs.join("\n\n")
}

async fn ten_minutes() -> &'static Heard {
    static HEARD: OnceCell<Heard> = OnceCell::const_new();
    let read = || async {
        match speak(&text(), "af_heart", 1.0).await {
            Ok(heard) => heard,
            Err(error) => panic!("{error}"),
        }
    };
    HEARD.get_or_init(read).await
}

/// Where any two words meet that have enough speech around them to compare.
fn meetings(heard: &Heard) -> Vec<Meeting> {
    let text: Vec<char> = text().chars().collect();
    let samples = heard.samples();
    let end = text.len() - LONG.chars().count();
    let short = end - SHORT.chars().count()..end;
    let words: Vec<_> = (0..)
        .zip(&heard.chunks)
        .flat_map(|(piece, chunk)| chunk.words.iter().map(move |w| (piece, w)))
        .collect();
    let sample = |milliseconds: u64| milliseconds as usize * RATE / 1000;
    let between = words.windows(2).filter_map(|pair| {
        let [(piece, word), (next_piece, next)] = pair else { return None };
        let marks: String = text.get(word.offset + word.length..next.offset)?.iter().collect();
        let mark = match marks {
            marks if marks.contains(['.', '!', '?']) => Mark::Stop,
            marks if marks.contains([',', ';', ':']) => Mark::Comma,
            marks if marks == " " => Mark::None,
            _ => return None,
        };
        let step = step(&samples, sample(word.end_ms), sample(next.start_ms))?;
        Some(Meeting { mark, is_short: short.contains(&word.offset), is_join: piece != next_piece, step })
    });
    between.collect()
}

/// The step from the end of one word to the start of the next. Levels are those of the loudest 50 ms within 300: a breath
/// at the end of a sentence is no step.
fn step(samples: &[f32], end: usize, start: usize) -> Option<Step> {
    let before = samples.get(end.checked_sub(BESIDE)?..end)?;
    let after = samples.get(start..start + BESIDE)?;
    let level = |samples: &[f32]| {
        let power = |window: &[f32]| window.iter().map(|s| s * s).sum::<f32>() / window.len() as f32;
        10.0 * samples.chunks(RATE / 20).map(power).fold(0.0, f32::max).log10()
    };
    let loudest = |from: usize, to: usize| samples.get(from..to).map(level);
    let decibels = (loudest(end.checked_sub(2 * BESIDE)?, end)? - loudest(start, start + 2 * BESIDE)?).abs();
    let (before_bands, after_bands) = (bands(before), bands(after));
    let differences = before_bands.iter().zip(&after_bands).map(|(before, after)| (before - after).abs());
    Some(Step { decibels, colour: differences.sum::<f32>() / 24.0 })
}

/// The shape of a spectrum: decibels in 24 bands from 100 to 8000 Hz, less their mean.
fn bands(samples: &[f32]) -> Vec<f32> {
    let decibels: Vec<f32> = (0..24)
        .map(|band| {
            let frequency = 100.0 * 80f32.powf(band as f32 / 23.0);
            let powers = samples.chunks_exact(480).map(|frame| power(frame, frequency));
            10.0 * (powers.sum::<f32>() + 1e-9).log10()
        })
        .collect();
    let mean = decibels.iter().sum::<f32>() / 24.0;
    decibels.into_iter().map(|decibel| decibel - mean).collect()
}

/// The power at one frequency under a Hann window.
fn power(frame: &[f32], frequency: f32) -> f32 {
    let turn = TAU / frame.len() as f32;
    let (mut real, mut imaginary) = (0.0, 0.0);
    for (at, sample) in frame.iter().enumerate() {
        let weighted = sample * (1.0 - (at as f32 * turn).cos());
        let phase = at as f32 * TAU * frequency / RATE as f32;
        real += weighted * phase.cos();
        imaginary += weighted * phase.sin();
    }
    (real * real + imaginary * imaginary) / frame.len() as f32
}

/// The value that this share of all stays below.
fn quantile(values: impl Iterator<Item = f32>, share: f32) -> f32 {
    let mut sorted: Vec<f32> = values.collect();
    sorted.sort_by(f32::total_cmp);
    sorted[((sorted.len() - 1) as f32 * share) as usize]
}

#[tokio::test]
async fn joins_are_no_rougher_than_what_the_model_speaks_in_one_go() {
    let heard = ten_minutes().await;
    assert!(heard.seconds() > 600.0, "{} seconds", heard.seconds());
    let meetings = meetings(heard);
    let mut rough = Vec::new();
    // Where a sentence ends alike: after a long one everybody's voice has come further down. Who takes breath inside a
    // phrase makes a comma there.
    for (mark, breath, only_short, at_least) in
        [(Mark::Stop, Mark::Stop, true, 8), (Mark::Comma, Mark::None, false, 8)]
    {
        let steps = |joins: bool| -> Vec<Step> {
            let those = meetings.iter().filter(|meeting| {
                let alike = meeting.mark == mark || (joins && meeting.mark == breath);
                meeting.is_join == joins && alike && (meeting.is_short || !only_short)
            });
            those.map(|meeting| meeting.step).collect()
        };
        let (joins, own) = (steps(true), steps(false));
        assert!(
            joins.len() >= at_least && own.len() >= 20,
            "{mark:?}: {} joins, {} of its own",
            joins.len(),
            own.len()
        );
        for (what, value) in [("level", (|s| s.decibels) as fn(&Step) -> f32), ("colour", |s| s.colour)] {
            // The usual join is what one in four of the model's own is, and the rough ones are no rougher.
            for (share, of_own) in [(0.5, 0.75), (0.9, 0.9)] {
                let join = quantile(joins.iter().map(value), share);
                let within = quantile(own.iter().map(value), of_own);
                let told = format!(
                    "{mark:?}, {what}: {join:.1} dB at {share} of {} joins, {within:.1} dB at {of_own} of {} of its own",
                    joins.len(),
                    own.len()
                );
                println!("{told}");
                if join > within * 1.2 + 0.5 {
                    rough.push(told);
                }
            }
        }
    }
    // No single join stands out of what the model does by itself.
    for (what, value) in [("level", (|s| s.decibels) as fn(&Step) -> f32), ("colour", |s| s.colour)] {
        let worst = |joins: bool| {
            let those = meetings.iter().filter(|meeting| meeting.is_join == joins);
            those.map(|meeting| value(&meeting.step)).fold(0.0, f32::max)
        };
        let told =
            format!("{what} at worst: {:.1} dB at a join, {:.1} dB of its own", worst(true), worst(false));
        println!("{told}");
        if worst(true) > worst(false) * 1.25 {
            rough.push(told);
        }
    }
    assert!(rough.is_empty(), "{}", rough.join("\n"));
}

#[tokio::test]
async fn every_piece_is_within_a_loudness_unit_of_the_others() {
    let heard = ten_minutes().await;
    let loudness: Vec<f64> = heard
        .chunks
        .iter()
        .filter(|chunk| chunk.samples.len() > RATE / 2)
        .map(|chunk| loudness(&chunk.samples))
        .collect();
    let (quietest, loudest) =
        loudness.iter().fold((0f64, -70f64), |(q, l), lufs| (q.min(*lufs), l.max(*lufs)));
    println!("{} pieces from {quietest:.2} to {loudest:.2} LUFS", loudness.len());
    assert!(loudest - quietest <= 1.0, "{quietest} to {loudest} LUFS");
}
