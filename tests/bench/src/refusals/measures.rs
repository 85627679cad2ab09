//! What is measured of a document.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;

use super::answer::Answers;
use super::way::{WAYS, Way};
use crate::Result;
use crate::doors::{Programs, ssml};
use crate::process::processor_time;

/// Milliseconds of processor time that a refusal may cost.
pub const TARGET: f64 = 50.0;

/// Documents before the first that counts.
const WARM_UP: usize = 5;

/// What stands above the rows.
pub const HEAD: &str = "\
| what is refused | bytes | by way of | answers | gateway's CPU, ms | target 50 ms |
|---|---|---|---|---|---|";

/// All about one document by one way.
#[derive(Debug)]
pub struct Measured {
    name: &'static str,
    bytes: usize,
    way: Way,
    /// How it was answered.
    pub answers: Answers,
    /// Milliseconds of the gateway's processor time for each answer.
    cost: f64,
}

/// Has a document spoken by every way: what is refused afterwards is then refused for what it is.
///
/// # Errors
/// It is refused.
pub async fn check_speaking(programs: &Programs) -> Result<()> {
    for way in WAYS {
        let answer = way.send(programs.gateway(), ssml::document("The kettle is on.").into()).await?;
        if !answer.is_speech() {
            return Err(format!("a document without faults was answered: {answer} ({way})").into());
        }
    }
    Ok(())
}

/// Sends a document so often, each time over a new connection, one after the other. The gateway has no other work.
///
/// # Errors
/// There is no answer.
pub async fn measure(
    name: &'static str,
    document: &Bytes,
    way: Way,
    programs: &Programs,
    tries: usize,
) -> Result<Measured> {
    let mut answers = Answers::default();
    for _ in 0..WARM_UP {
        answers.extend([way.send(programs.gateway(), document.clone()).await?]);
    }
    let before = processor_time(programs.gateway.pid())?;
    for _ in 0..tries {
        answers.extend([way.send(programs.gateway(), document.clone()).await?]);
    }
    let cost = each(processor_time(programs.gateway.pid())? - before, tries);
    Ok(Measured { name, bytes: document.len(), way, answers, cost })
}

fn each(all: Duration, tries: usize) -> f64 {
    all.as_secs_f64() * 1000.0 / tries as f64
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, bytes, way, answers, cost } = self;
        let verdict = match (answers.are_one_refusal(), *cost <= TARGET) {
            (true, true) => "reached",
            (true, false) => "MISSED",
            (false, _) => "NOT REFUSED",
        };
        write!(f, "| {name} | {bytes} | {way} | {answers} | {cost:.2} | {verdict} |")
    }
}

#[cfg(test)]
mod tests {
    use super::super::answer::Answer;
    use super::*;

    #[test]
    fn a_row_says_what_a_refusal_costs_and_whether_that_is_too_much() {
        let row = |answer: Answer, all: u64| {
            let mut answers = Answers::default();
            answers.extend([answer; 4]);
            let cost = each(Duration::from_millis(all), 4);
            Measured { name: "1 MB", bytes: 9, way: Way::Post, answers, cost }.to_string()
        };
        assert_eq!(row(Answer::Status(413), 10), "| 1 MB | 9 | REST | 4 × 413 | 2.50 | reached |");
        assert_eq!(row(Answer::Status(413), 210), "| 1 MB | 9 | REST | 4 × 413 | 52.50 | MISSED |");
        assert_eq!(row(Answer::Status(200), 10), "| 1 MB | 9 | REST | 4 × 200 | 2.50 | NOT REFUSED |");
    }
}
