//! What attributes say, in numbers. What says nothing is none.

use std::time::Duration;

/// The longest pause, as at Azure.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(20);

/// `500ms`, `1.5s`.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let text = text.trim().trim_start_matches('+');
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 0.001),
        None => (text.strip_suffix('s')?, 1.0),
    };
    let seconds = number_of(number)? * unit;
    Duration::try_from_secs_f32(seconds).ok()
}

/// How long a `break` of that strength is, as at Azure.
pub(super) fn strength(name: &str) -> Option<Duration> {
    let milliseconds = match name.trim() {
        "none" => 0,
        "x-weak" => 250,
        "weak" => 500,
        "medium" => 750,
        "strong" => 1000,
        "x-strong" => 1250,
        _ => return None,
    };
    Some(Duration::from_millis(milliseconds))
}

/// Times the pace: a name, a number, a change in per cent (`+20%`), or a share of it (`80%`, as SSML 1.1 has it).
pub fn rate(text: &str) -> Option<f32> {
    let times = match text.trim() {
        "x-slow" => 0.5,
        "slow" => 0.64,
        "medium" | "default" => 1.0,
        "fast" => 1.55,
        "x-fast" => 2.0,
        other => match other.strip_suffix('%') {
            Some(share) if !is_signed(share) => number_of(share)? / 100.0,
            Some(change) => 1.0 + number_of(change)? / 100.0,
            None => number_of(other)?,
        },
    };
    (times > 0.0).then(|| times.clamp(0.25, 4.0))
}

/// Times the pitch: a name, semitones (`+2st`), or a change in per cent. In Hertz it is none, since nobody knows a voice's
/// own.
pub(super) fn pitch(text: &str) -> Option<f32> {
    let times = match text.trim() {
        "x-low" => 0.55,
        "low" => 0.8,
        "medium" | "default" => 1.0,
        "high" => 1.2,
        "x-high" => 1.45,
        other => match (other.strip_suffix('%'), other.strip_suffix("st")) {
            (Some(change), _) => 1.0 + number_of(change)? / 100.0,
            (_, Some(semitones)) => (number_of(semitones)? / 12.0).exp2(),
            _ => return None,
        },
    };
    (times > 0.0).then(|| times.clamp(0.5, 2.0))
}

/// Times the level: a name, a number of 100, a change of that, a change in per cent, or decibels.
pub fn volume(text: &str) -> Option<f32> {
    let times = match text.trim() {
        "silent" => 0.0,
        "x-soft" => 0.2,
        "soft" => 0.4,
        "medium" => 0.6,
        "loud" => 0.8,
        "x-loud" | "default" => 1.0,
        other => match (other.strip_suffix('%'), other.strip_suffix("dB")) {
            (Some(change), _) => 1.0 + number_of(change)? / 100.0,
            (_, Some(decibels)) => 10f32.powf(number_of(decibels)? / 20.0),
            _ if is_signed(other) => 1.0 + number_of(other)? / 100.0,
            _ => number_of(other)? / 100.0,
        },
    };
    Some(times.clamp(0.0, 4.0))
}

fn is_signed(number: &str) -> bool {
    number.trim().starts_with(['+', '-'])
}

fn number_of(text: &str) -> Option<f32> {
    text.trim().parse().ok().filter(|number: &f32| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_as_its_dialects_mean_it() {
        assert_eq!(duration("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(duration("1.5s"), Some(Duration::from_millis(1500)));
        assert_eq!(duration("90s"), Some(Duration::from_secs(90)));
        assert_eq!(["-1s", "5", "s", "NaNs", ""].map(duration), [None; 5]);
        assert_eq!(
            ["slow", "+50%", "-50%", "80%", "1.5", "0", "NaN"].map(rate),
            [Some(0.64), Some(1.5), Some(0.5), Some(0.8), Some(1.5), None, None]
        );
        assert_eq!(["high", "+12st", "-10%", "200Hz"].map(pitch), [Some(1.2), Some(2.0), Some(0.9), None]);
        assert_eq!(
            ["silent", "50", "+20", "-100%", "+6dB"].map(|it| volume(it).map(|it| (it * 100.0) as u32)),
            [Some(0), Some(50), Some(120), Some(0), Some(199)]
        );
    }
}
