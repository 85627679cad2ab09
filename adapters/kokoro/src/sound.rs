//! From what the model gives for a piece to what is heard of it.
//!
//! The model puts a third of a second of silence before each piece and half a second after it. It is cut off, and
//! the pause that belongs there is put in its place, so that a sentence sounds the same whether it was
//! synthesised with its neighbours or alone.

use std::ops::Range;

use ebur128::{EbuR128, Mode};

/// Samples per second.
pub(crate) const RATE: u32 = 24_000;

/// Samples for one unit of duration.
const SAMPLES_PER_DURATION: usize = 600;

const SAMPLES_PER_MS: u32 = RATE / 1000;

/// What falls into the silence beside its word is still said, for so many milliseconds.
const LEAST_MS: u32 = 10;

/// 5 ms: energy is measured in such frames.
const FRAME: usize = 120;

/// Above this root mean square a frame is heard. The model's own silence is below 0.0005, its breath below 0.003.
const HEARD: f32 = 0.005;

/// The durations run behind the sound: measured at 120 words after a pause with six voices, the first sound
/// comes 45 ms (median; 0 to 110) before its duration begins.
const LATE: usize = 45 * RATE as usize / 1000;

/// How far an edge of a word may move to the edge of the silence beside it: 70 ms.
const SNAP: usize = 14;

/// Kept before the first and after the last sound: a soft start of a consonant, the end of a breath.
const LEAD: usize = 25 * RATE as usize / 1000;
const TAIL: usize = 35 * RATE as usize / 1000;

/// The edges are faded over 5 ms, so that no cut clicks.
const FADE: usize = FRAME;

/// What every piece is brought to, in LUFS: about what Kokoro's own voices have. They differ by up to 6 dB with the
/// voice and the length of the piece.
const LOUDNESS: f32 = -22.0;

/// One piece as it is heard.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sound {
    /// Without the silence around it.
    pub(crate) samples: Vec<f32>,
    /// For each word of the piece, the samples in which it is heard; none for those without a sound.
    pub(crate) words: Vec<Option<Range<usize>>>,
    /// For each word of the piece, about how many milliseconds each of its symbols is heard.
    pub(crate) symbols_ms: Vec<Vec<u32>>,
}

/// Cuts, levels and times what the model gave: `audio`, and `durations`, one for each id; `sounds` are the words
/// among the ids, and `rests` the samples of silence that belong after each. None if the durations are not those of the
/// audio: no word could be timed.
pub(crate) fn hear(
    audio: &[f32],
    durations: &[i64],
    sounds: &[Range<usize>],
    rests: &[usize],
) -> Option<Sound> {
    let mut ends = Vec::with_capacity(durations.len());
    let mut end = 0usize;
    for duration in durations {
        end += usize::try_from(*duration).ok()? * SAMPLES_PER_DURATION;
        ends.push(end);
    }
    if end != audio.len()
        || sounds.iter().any(|sound| sound.end > ends.len() || (!sound.is_empty() && sound.start == 0))
    {
        return None;
    }
    let heard: Vec<bool> = audio.chunks(FRAME).map(|frame| rms(frame) > HEARD).collect();
    let raw: Vec<Option<Range<usize>>> = sounds
        .iter()
        .map(|sound| {
            let from = ends.get(sound.start.checked_sub(1)?)?;
            let to = ends.get(sound.end.checked_sub(1)?)?;
            (!sound.is_empty()).then(|| from.saturating_sub(LATE)..to.saturating_sub(LATE))
        })
        .collect();
    let spoken = out_of_silence(raw, &heard)
        .into_iter()
        .map(|word| word.map(|word| edges(word.start, word.end, &heard, audio.len())));
    let spoken: Vec<Option<Range<usize>>> = spoken.collect();
    let symbols_ms = sounds.iter().zip(&spoken);
    let symbols_ms =
        symbols_ms.map(|(sound, word)| word.as_ref().map_or(Vec::new(), |word| lasting(sound, word, &ends)));
    let symbols_ms = symbols_ms.collect();
    let first = heard.iter().position(|heard| *heard).unwrap_or(0) * FRAME;
    let last = heard.iter().rposition(|heard| *heard).map_or(audio.len(), |last| (last + 1) * FRAME);
    let from = first.saturating_sub(LEAD);
    let to = (last + TAIL).min(audio.len());
    let mut samples = audio.get(from..to)?.to_vec();
    level(&mut samples);
    fade(&mut samples);
    let length = samples.len();
    let inside = |at: usize| at.saturating_sub(from).min(length);
    let words =
        spoken.into_iter().map(|word| word.map(|word| inside(word.start)..inside(word.end))).collect();
    Some(rest(Sound { samples, words, symbols_ms }, rests))
}

/// How many milliseconds each symbol of a word is heard: as long as the model takes for it, the first from where the word
/// begins, the last until where it ends.
fn lasting(sound: &Range<usize>, word: &Range<usize>, ends: &[usize]) -> Vec<u32> {
    let mut begun = word.start;
    let lasts = sound.clone().map(|symbol| {
        let end = ends.get(symbol).filter(|_| symbol + 1 < sound.end);
        let over = end.map_or(word.end, |end| end.saturating_sub(LATE)).min(word.end).max(begun);
        let samples = over - std::mem::replace(&mut begun, over);
        u32::try_from(samples).unwrap_or(u32::MAX) / SAMPLES_PER_MS
    });
    lasts.map(|ms| ms.max(LEAST_MS)).collect()
}

/// Lengthens the silences that the model left too short. Where it left none, it was right to read on.
fn rest(sound: Sound, rests: &[usize]) -> Sound {
    let Sound { samples, mut words, symbols_ms } = sound;
    let heard: Vec<bool> = samples.chunks(FRAME).map(|frame| rms(frame) > HEARD).collect();
    let mut rested: Vec<f32> = Vec::with_capacity(samples.len());
    let (mut taken, mut later) = (0, 0);
    for at in 0..words.len() {
        if let Some(word) = words.get_mut(at).and_then(Option::as_mut) {
            *word = word.start + later..word.end + later;
        }
        let wanted = rests.get(at).copied().unwrap_or(0);
        let end = words.get(at).cloned().flatten().map(|word| word.end - later);
        let next = words.iter().skip(at + 1).flatten().next().map(|next| next.start);
        let (Some(end), Some(next), true) = (end, next, wanted > 0) else { continue };
        let Some(silence) = silence(&heard, end, next) else { continue };
        let missing = wanted.saturating_sub(silence.len());
        let middle = ((silence.start + silence.end) / 2).clamp(taken, samples.len());
        rested.extend(samples.get(taken..middle).unwrap_or_default());
        rested.extend(std::iter::repeat_n(0.0, missing));
        (taken, later) = (middle, later + missing);
    }
    rested.extend(samples.get(taken..).unwrap_or_default());
    Sound { samples: rested, words, symbols_ms }
}

/// The longest silence between the end of a word and the start of the next, in samples; at least 10 ms.
fn silence(heard: &[bool], end: usize, next: usize) -> Option<Range<usize>> {
    let (first, last) = ((end / FRAME).saturating_sub(SNAP / 2), next / FRAME + SNAP / 2);
    let frames = heard.get(first..last.min(heard.len()))?;
    let mut longest = 0..0;
    let mut start = 0;
    for (at, is_heard) in frames.iter().enumerate() {
        if *is_heard {
            start = at + 1;
        } else if at + 1 - start > longest.len() {
            longest = start..at + 1;
        }
    }
    (longest.len() >= 2).then(|| (first + longest.start) * FRAME..(first + longest.end) * FRAME)
}

/// A short word after a pause may by its durations be over before any sound: then it is what is heard next, and takes
/// its time from the word after it.
fn out_of_silence(mut words: Vec<Option<Range<usize>>>, heard: &[bool]) -> Vec<Option<Range<usize>>> {
    for at in 0..words.len() {
        let Some(word) = words.get(at).cloned().flatten() else { continue };
        let (first, last) = (word.start / FRAME, word.end / FRAME);
        let is_heard = |frame: &usize| heard.get(*frame).copied().unwrap_or(false);
        if (first..last).any(|frame| is_heard(&frame)) {
            continue;
        }
        let Some(sound) = (last..last + 2 * SNAP).find(is_heard) else { continue };
        let end = sound * FRAME + word.len();
        let next = words.iter_mut().skip(at + 1).flatten().next();
        if let Some(next) = next.filter(|next| next.end > end) {
            next.start = next.start.max(end);
            words[at] = Some(sound * FRAME..end);
        }
    }
    words
}

/// Moves the edges of a word out of silence, and its start back to where its sound begins.
fn edges(from: usize, to: usize, heard: &[bool], length: usize) -> Range<usize> {
    let is_heard = |frame: usize| heard.get(frame).copied().unwrap_or(false);
    let (first, last) = (from / FRAME, (to / FRAME).max(from / FRAME + 1));
    let mut start = from;
    if is_heard(first) {
        let silent = (1..=SNAP.min(first)).find(|back| !is_heard(first - back));
        if let Some(back) = silent {
            start = (first - back + 1) * FRAME;
        }
    } else if let Some(frame) = (first..last).find(|frame| is_heard(*frame)) {
        start = frame * FRAME;
    }
    let mut end = to;
    if !is_heard(last.saturating_sub(1))
        && let Some(frame) = (first..last).rev().find(|frame| is_heard(*frame))
    {
        end = (frame + 1) * FRAME;
    }
    start.min(length)..end.max(start + FRAME).min(length)
}

/// Brings a piece to [`LOUDNESS`]; the few peaks that come near full scale are rounded, never cut.
fn level(samples: &mut [f32]) {
    let gain = loudness(samples).map_or(1.0, |now| 10f32.powf((LOUDNESS - now as f32) / 20.0));
    for sample in samples {
        *sample = round(*sample * gain.clamp(0.4, 2.5));
    }
}

/// The integrated loudness in LUFS (ITU-R BS.1770: as loud as people find it, pauses left out); none for silence. What
/// is shorter than the 400 ms that it is measured over is measured as if it went on.
fn loudness(samples: &[f32]) -> Option<f64> {
    let mut meter = EbuR128::new(1, RATE, Mode::I).ok()?;
    let least = RATE as usize * 2 / 5;
    for _ in 0..least.div_ceil(samples.len().max(1)) {
        meter.add_frames_f32(samples).ok()?;
    }
    meter.loudness_global().ok().filter(|loudness| loudness.is_finite())
}

/// Leaves what is below 0.8 as it is, and bends what is above it so that it stays below 1.
fn round(sample: f32) -> f32 {
    const KNEE: f32 = 0.8;
    let size = sample.abs();
    if size <= KNEE {
        return sample;
    }
    if !sample.is_finite() {
        return 0.0;
    }
    (KNEE + (1.0 - KNEE) * ((size - KNEE) / (1.0 - KNEE)).tanh()).copysign(sample)
}

fn fade(samples: &mut [f32]) {
    let length = FADE.min(samples.len() / 2);
    let gains = (0..length).map(|at| at as f32 / length as f32);
    for (sample, gain) in samples.iter_mut().zip(gains.clone()) {
        *sample *= gain;
    }
    for (sample, gain) in samples.iter_mut().rev().zip(gains) {
        *sample *= gain;
    }
}

fn rms(samples: &[f32]) -> f32 {
    (samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len().max(1) as f32).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Silence, a tone, silence, a tone, silence: durations that run 45 ms behind, as the model's do.
    fn two_words(loudness: f32) -> (Vec<f32>, Vec<i64>) {
        let durations = vec![12, 10, 8, 12, 18];
        let mut audio = vec![0.0; 60 * SAMPLES_PER_DURATION];
        let tone = |at: usize| loudness * (at as f32 * 0.3).sin();
        let (first, second) = (12 * 600 - LATE..22 * 600 - LATE - 1200, 30 * 600 - LATE..42 * 600 - LATE);
        for at in first.chain(second) {
            audio[at] = tone(at);
        }
        (audio, durations)
    }

    #[test]
    fn the_silence_around_is_cut_and_words_start_where_sound_starts() {
        let (audio, durations) = two_words(0.3);
        let sound = hear(&audio, &durations, &[1..2, 3..4, 4..4], &[]).unwrap();
        let expected = 30 * 600 + LEAD + TAIL;
        assert!(sound.samples.len().abs_diff(expected) <= 2 * FRAME, "{} {expected}", sound.samples.len());
        let first = sound.words[0].clone().unwrap();
        let second = sound.words[1].clone().unwrap();
        assert!(first.start.abs_diff(LEAD) <= FRAME, "{first:?}");
        assert!(
            first.end.abs_diff(LEAD + 10 * 600 - 1200) <= FRAME,
            "the silence is not part of the word: {first:?}"
        );
        assert!(second.start.abs_diff(LEAD + 18 * 600) <= FRAME, "{second:?}");
        assert_eq!(sound.words[2], None);
    }

    #[test]
    fn edges_are_silent_and_levels_even() {
        let levels: Vec<f32> = [0.06, 0.15, 0.3]
            .into_iter()
            .map(|loudness| {
                let (audio, durations) = two_words(loudness);
                let sound = hear(&audio, &durations, &[1..2, 3..4], &[]).unwrap();
                assert_eq!((sound.samples[0], sound.samples[sound.samples.len() - 1]), (0.0, 0.0));
                rms(&sound.samples)
            })
            .collect();
        assert!(
            levels.iter().all(|level| (level / levels[0]).abs() > 0.97 && level / levels[0] < 1.03),
            "{levels:?}"
        );
    }

    #[test]
    fn peaks_are_rounded_and_never_reach_full_scale() {
        assert_eq!(round(0.5), 0.5);
        assert_eq!(round(-0.8), -0.8);
        assert!(round(1.04) < 1.0 && round(1.04) > 0.95);
        assert!(round(-30.0) >= -1.0);
        assert_eq!(round(f32::NAN), 0.0);
        let rising: Vec<f32> = (0..200).map(|n| round(n as f32 / 100.0)).collect();
        assert!(rising.is_sorted());
    }

    #[test]
    fn symbols_last_as_the_model_says_within_their_word() {
        let ms = |ms: usize| ms * 24;
        let ends: Vec<usize> = [100, 200, 250, 400, 900].map(|end| ms(end) + LATE).into();
        assert_eq!(lasting(&(1..4), &(ms(100)..ms(400)), &ends), [100, 50, 150]);
        assert_eq!(
            lasting(&(1..4), &(ms(60)..ms(300)), &ends),
            [140, 50, 50],
            "its edges are where it is heard"
        );
        assert_eq!(
            lasting(&(1..4), &(ms(230)..ms(400)), &ends),
            [10, 20, 150],
            "a lip that closes is no sound"
        );
    }

    #[test]
    fn durations_of_another_audio_are_noticed() {
        let (audio, mut durations) = two_words(0.3);
        durations[0] += 1;
        assert_eq!(hear(&audio, &durations, &[1..2, 3..4], &[]), None);
        assert_eq!(hear(&audio, &[-1], &[], &[]), None);
    }

    #[test]
    fn a_silence_that_is_too_short_is_lengthened_and_what_follows_comes_later() {
        let (audio, durations) = two_words(0.3);
        let words = [1..2, 3..4];
        let plain = hear(&audio, &durations, &words, &[]).unwrap();
        let silence = 8 * 600 + 1200;
        assert_eq!(hear(&audio, &durations, &words, &[silence - 2400, 0]).unwrap(), plain);
        let rested = hear(&audio, &durations, &words, &[silence + 2400, 9000]).unwrap();
        let later = rested.samples.len() - plain.samples.len();
        assert!(later.abs_diff(2400) <= 2 * FRAME, "{later}");
        let [(first, second), (rested_first, rested_second)] =
            [&plain, &rested].map(|sound| (sound.words[0].clone().unwrap(), sound.words[1].clone().unwrap()));
        assert_eq!(rested_first, first);
        assert_eq!(rested_second, second.start + later..second.end + later);
    }
}
