//! The table: Markdown on standard output, one line as soon as it is known.

use std::fmt;

use crate::Pair;
use crate::statistics::{Estimate, estimate, interval};

/// What is to be reached.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// Ours / theirs at least this.
    RatioAtLeast(f64),
    /// Ours / theirs at most this.
    RatioAtMost(f64),
    /// Ours at most this, whatever theirs is.
    OursAtMost(f64),
}

impl Goal {
    /// Whether the medians reach it, and whether the whole interval does.
    pub(crate) fn verdict(self, ours: Estimate, ratio: Estimate) -> &'static str {
        let reached: fn(f64, f64) -> bool = match self {
            Self::RatioAtLeast(_) => |figure, goal| figure >= goal,
            Self::RatioAtMost(_) | Self::OursAtMost(_) => |figure, goal| figure <= goal,
        };
        let (figures, goal) = match self {
            Self::RatioAtLeast(goal) | Self::RatioAtMost(goal) => (ratio, goal),
            Self::OursAtMost(goal) => (ours, goal),
        };
        let ends = [figures.low, figures.high].map(|end| reached(end, goal));
        match (reached(figures.figure, goal), ends) {
            (true, [true, true]) => "reached",
            (true, _) => "reached by the median; the interval holds the target",
            (false, [false, false]) => "MISSED",
            (false, _) => "MISSED by the median; the interval holds the target",
        }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RatioAtLeast(goal) => write!(f, "ratio ≥ {goal}"),
            Self::RatioAtMost(goal) => write!(f, "ratio ≤ {goal}"),
            Self::OursAtMost(goal) => write!(f, "ours ≤ {goal}"),
        }
    }
}

/// One line of the table.
#[derive(Debug)]
pub struct Row {
    /// What was measured, with its unit.
    pub measured: &'static str,
    /// One pair a round.
    pub pairs: Vec<Pair<f64>>,
    /// What is to be reached, where that is settled.
    pub goal: Option<Goal>,
}

impl Row {
    /// A figure of every round.
    pub fn of<T>(measured: &'static str, rounds: &[Pair<T>], figure: impl Fn(&T) -> f64) -> Self {
        Self { measured, pairs: rounds.iter().map(|pair| pair.map(&figure)).collect(), goal: None }
    }

    /// With something to reach.
    pub fn with_goal(mut self, goal: Goal) -> Self {
        self.goal = Some(goal);
        self
    }
}

/// What stands above the rows.
pub const HEAD: &str = "\
| measured | ours | kokoro-onnx | ours / kokoro-onnx | target | | rounds |
|---|---|---|---|---|---|---|";

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ours = estimate(self.pairs.iter().map(|pair| pair.ours));
        let theirs = estimate(self.pairs.iter().map(|pair| pair.theirs));
        let ratio = estimate(self.pairs.iter().map(Pair::ratio));
        let (Some(ours), Some(theirs), Some(ratio)) = (ours, theirs, ratio) else {
            return write!(f, "| {} | | | | | | 0 |", self.measured);
        };
        let rounds = self.pairs.len();
        let confidence = interval(rounds).confidence;
        let (goal, verdict) = match self.goal {
            Some(goal) => (goal.to_string(), goal.verdict(ours, ratio)),
            None => (String::new(), ""),
        };
        let doubt = if self.goal.is_some() && confidence < 0.95 { ", in few rounds" } else { "" };
        let [ours, theirs, ratio] = [ours, theirs, ratio].map(readable);
        write!(
            f,
            "| {} | {ours} | {theirs} | {ratio} | {goal} | {verdict}{doubt} | {rounds} ({:.0} %) |",
            self.measured,
            100.0 * confidence,
        )
    }
}

/// `figure (low to high)`, with as many decimals as its size deserves.
pub fn readable(Estimate { low, figure, high }: Estimate) -> String {
    let decimals = match figure.abs() {
        100.0.. => 0,
        10.0.. => 1,
        _ => 2,
    };
    format!("{figure:.decimals$} ({low:.decimals$} to {high:.decimals$})")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(ours: [f64; 3], theirs: f64, goal: Goal) -> String {
        let pairs = ours.map(|ours| Pair { ours, theirs }).to_vec();
        Row { measured: "x, s", pairs, goal: Some(goal) }.to_string()
    }

    #[test]
    fn a_row_states_medians_intervals_ratio_and_target() {
        assert_eq!(
            row([1.5, 1.0, 2.0], 2.0, Goal::RatioAtMost(1.1)),
            "| x, s | 1.50 (1.00 to 2.00) | 2.00 (2.00 to 2.00) | 0.75 (0.50 to 1.00) | ratio ≤ 1.1 | reached, in few rounds | 3 (75 %) |"
        );
    }

    #[test]
    fn the_verdict_says_when_it_is_close() {
        let ours = Estimate { low: 1.0, figure: 2.0, high: 3.0 };
        let verdict = |goal: Goal| goal.verdict(ours, ours);
        assert_eq!(verdict(Goal::RatioAtLeast(1.0)), "reached");
        assert_eq!(verdict(Goal::RatioAtLeast(1.5)), "reached by the median; the interval holds the target");
        assert_eq!(verdict(Goal::OursAtMost(1.5)), "MISSED by the median; the interval holds the target");
        assert_eq!(verdict(Goal::RatioAtMost(0.5)), "MISSED");
    }
}
