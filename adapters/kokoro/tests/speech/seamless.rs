//! Ten minutes of speech: nobody hears where one piece ends and the next begins.
//!
//! What a listener could hear at a join is a step in level or in colour of the voice. The same steps are measured at the
//! pauses that the model itself makes inside its pieces: joins must be no rougher than those.

use std::f32::consts::TAU;

use ebur128::{EbuR128, Mode};
use tokio::sync::OnceCell;

use crate::heard::{Heard, RATE, energy, speak};

/// The hard sentences, which are written for the test of intelligibility; the second of their cells is what is written.
const SENTENCES: &str = include_str!("../../../../tests/words/hard.tsv");

/// 5 ms.
const FRAME: usize = RATE / 200;

/// Quieter than this is a pause.
const QUIET: f32 = 0.01;

/// Speech on each side of a pause that is compared: 150 ms.
const BESIDE: usize = 30;

/// Where a listener could hear a step: the frames of the pause.
struct Pause {
    from: usize,
    to: usize,
    is_join: bool,
}

/// How much changes across a pause.
#[derive(Clone, Copy)]
struct Step {
    decibels: f32,
    /// Mean difference of the spectrum's shape in 24 bands, in decibels.
    colour: f32,
}

async fn ten_minutes() -> &'static Heard {
    static HEARD: OnceCell<Heard> = OnceCell::const_new();
    HEARD
        .get_or_init(|| async {
            let written: Vec<&str> = SENTENCES
                .lines()
                .filter(|line| !line.starts_with('#') && !line.starts_with("id\t"))
                .filter_map(|line| line.split('\t').nth(2))
                .collect();
            let paragraphs: Vec<String> = written.chunks(6).map(|sentences| sentences.join(" ")).collect();
            match speak(&paragraphs.join("\n\n"), "af_heart", 1.0).await {
                Ok(heard) => heard,
                Err(error) => panic!("{error}"),
            }
        })
        .await
}

/// Every pause of 40 ms or more, and whether two pieces meet in it.
fn pauses(heard: &Heard, energy: &[f32]) -> Vec<Pause> {
    let mut joins = heard.chunks.iter().scan(0, |end, chunk| {
        *end += chunk.samples.len();
        Some(*end / FRAME)
    });
    let mut join = joins.next();
    let mut pauses = Vec::new();
    let mut at = 0;
    while at < energy.len() {
        let length = energy[at..].iter().take_while(|energy| **energy < QUIET).count();
        let mut is_join = false;
        while join.is_some_and(|join| join <= at + length + 2) {
            is_join = true;
            join = joins.next();
        }
        if length >= 8 || is_join {
            pauses.push(Pause { from: at, to: at + length, is_join });
        }
        at += length + 1;
    }
    pauses
}

/// The step across a pause; none where there is too little speech beside it.
fn step(samples: &[f32], pause: &Pause) -> Option<Step> {
    let before = samples.get((pause.from.checked_sub(BESIDE)?) * FRAME..pause.from * FRAME)?;
    let after = samples.get(pause.to * FRAME..(pause.to + BESIDE) * FRAME)?;
    let level =
        |samples: &[f32]| 10.0 * (samples.iter().map(|s| s * s).sum::<f32>() / samples.len() as f32).log10();
    let (before_bands, after_bands) = (bands(before), bands(after));
    let differences = before_bands.iter().zip(&after_bands).map(|(before, after)| (before - after).abs());
    Some(Step { decibels: (level(before) - level(after)).abs(), colour: differences.sum::<f32>() / 24.0 })
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
async fn joins_are_no_rougher_than_the_model_s_own_pauses() {
    let heard = ten_minutes().await;
    assert!(heard.seconds() > 540.0, "{} seconds", heard.seconds());
    let samples = heard.samples();
    let pauses = pauses(heard, &energy(&samples));
    let steps = |joins: bool| -> Vec<Step> {
        pauses
            .iter()
            .filter(|pause| pause.is_join == joins)
            .filter_map(|pause| step(&samples, pause))
            .collect()
    };
    let (joins, inside) = (steps(true), steps(false));
    assert!(joins.len() >= 60 && inside.len() >= 60, "{} joins, {} pauses", joins.len(), inside.len());
    for (what, value) in [("level", (|s| s.decibels) as fn(&Step) -> f32), ("colour", |s| s.colour)] {
        for share in [0.5, 0.9] {
            let join = quantile(joins.iter().map(value), share);
            let own = quantile(inside.iter().map(value), share);
            println!(
                "{what} at {share}: {join:.1} dB at {} joins, {own:.1} dB at {} pauses",
                joins.len(),
                inside.len()
            );
            assert!(
                join <= own * 1.15 + 0.3,
                "{what} at {share}: {join:.1} dB at joins, {own:.1} dB inside pieces"
            );
        }
    }
}

#[tokio::test]
async fn every_piece_is_within_a_loudness_unit_of_the_others() {
    let heard = ten_minutes().await;
    let loudness: Vec<f64> = heard
        .chunks
        .iter()
        .filter(|chunk| chunk.samples.len() > RATE)
        .map(|chunk| {
            let Ok(mut meter) = EbuR128::new(1, RATE as u32, Mode::I) else { panic!("no meter") };
            meter.add_frames_f32(&chunk.samples).unwrap();
            meter.loudness_global().unwrap()
        })
        .collect();
    let (quietest, loudest) =
        loudness.iter().fold((0f64, -70f64), |(q, l), lufs| (q.min(*lufs), l.max(*lufs)));
    println!("{} pieces from {quietest:.2} to {loudest:.2} LUFS", loudness.len());
    assert!(loudest - quietest <= 1.0, "{quietest} to {loudest} LUFS");
}
