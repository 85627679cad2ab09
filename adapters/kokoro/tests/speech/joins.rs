//! Pieces that are synthesised alone sound like one reading.

use tokio::sync::OnceCell;

use crate::heard::{Heard, RATE, energy, loudness, speak};

const PARAGRAPHS: &str = "The old man walked slowly along the empty beach, while the sun went down behind the hills, and the fishing \
    boats came home one after the other. He had been waiting for this evening all summer long. Nobody else was there. \
    Stop! He turned around and saw the dog, which had followed him from the village without a sound.\n\n\
    It rained all the next day. They stayed at home, read the papers, and looked out of the window at the grey sea. \
    In the evening a friend came by with a cake, and they talked for hours about the winter that lay ahead of them.";

/// The text as two voices read it; synthesised once for all tests.
async fn readings() -> [(&'static str, &'static Heard); 2] {
    static HEART: OnceCell<Heard> = OnceCell::const_new();
    static MICHAEL: OnceCell<Heard> = OnceCell::const_new();
    let read = |voice| async move {
        match speak(PARAGRAPHS, voice, 1.0).await {
            Ok(heard) => heard,
            Err(error) => panic!("{voice}: {error}"),
        }
    };
    [
        ("af_heart", HEART.get_or_init(|| read("af_heart")).await),
        ("am_michael", MICHAEL.get_or_init(|| read("am_michael")).await),
    ]
}

/// Where one chunk ends and the next begins.
fn joins(heard: &Heard) -> Vec<usize> {
    let ends = heard.chunks.iter().scan(0, |end, chunk| {
        *end += chunk.samples.len();
        Some(*end)
    });
    ends.take(heard.chunks.len() - 1).collect()
}

/// Milliseconds of silence around that sample.
fn silence_at(energy: &[f32], sample: usize) -> usize {
    let frame = sample / 120;
    let quiet = |energy: &&f32| **energy < 0.01;
    let before = energy[..frame].iter().rev().take_while(quiet).count();
    let after = energy[frame..].iter().take_while(quiet).count();
    (before + after) * 5
}

#[tokio::test]
async fn each_join_has_one_right_pause() {
    for (voice, heard) in readings().await {
        let energy = energy(&heard.samples());
        let joins = joins(heard);
        assert!(joins.len() >= 3, "{voice}: several pieces");
        let pauses: Vec<usize> = joins.iter().map(|join| silence_at(&energy, *join)).collect();
        // Kokoro's own: 110 to 190 ms at a comma, 220 to 260 ms at a stop; ours at a paragraph.
        assert!(pauses.iter().all(|pause| (20..=850).contains(pause)), "{voice}: {pauses:?}");
        assert_eq!(
            pauses.iter().filter(|pause| **pause >= 500).count(),
            1,
            "{voice}: one paragraph ends: {pauses:?}"
        );
        assert!(silence_at(&energy, 0) <= 60, "{voice}: nothing is waited for at the start");
    }
}

#[tokio::test]
async fn no_join_clicks() {
    for (voice, heard) in readings().await {
        let samples = heard.samples();
        for join in joins(heard) {
            let steps = samples[join - 48..join + 48].windows(2).map(|pair| (pair[1] - pair[0]).abs());
            let step = steps.fold(0.0, f32::max);
            assert!(step < 0.01, "{voice}: a step of {step} at {join}");
        }
        assert!(samples.iter().all(|sample| sample.abs() < 1.0), "{voice}: nothing is clipped");
        let mean = samples.iter().sum::<f32>() / samples.len() as f32;
        assert!(mean.abs() < 0.002, "{voice}: no direct current: {mean}");
    }
}

#[tokio::test]
async fn all_pieces_are_equally_loud() {
    for (voice, heard) in readings().await {
        let spoken = heard.chunks.iter().filter(|chunk| chunk.samples.len() > RATE / 2);
        let loud: Vec<f64> = spoken.map(|chunk| loudness(&chunk.samples)).collect();
        let (quietest, loudest) =
            loud.iter().fold((0f64, -70f64), |(q, l), lufs| (q.min(*lufs), l.max(*lufs)));
        assert!(loudest - quietest <= 1.0, "{voice}: {loud:?}");
    }
}

#[tokio::test]
async fn a_long_text_comes_in_pieces_and_the_first_is_short() {
    let [(_, heard), _] = readings().await;
    let seconds: Vec<f64> =
        heard.chunks.iter().map(|chunk| chunk.samples.len() as f64 / RATE as f64).collect();
    assert!(seconds[0] < 4.5, "{seconds:?}");
    assert!(seconds.iter().all(|seconds| *seconds < 25.0), "{seconds:?}");
    assert_eq!(heard.words().len(), PARAGRAPHS.split_whitespace().count());
}
