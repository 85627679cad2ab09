//! Months and weekdays cut short, where no figure is with them.

use crate::Class;
use crate::sentence::{Match, Sentence};

const MONTHS: &[(&str, &str)] = &[
    ("Jan", "January"),
    ("Feb", "February"),
    ("Mar", "March"),
    ("Apr", "April"),
    ("Jun", "June"),
    ("Jul", "July"),
    ("Aug", "August"),
    ("Sep", "September"),
    ("Sept", "September"),
    ("Oct", "October"),
    ("Nov", "November"),
    ("Dec", "December"),
];

const DAYS: &[(&str, &str)] = &[
    ("Mon", "Monday"),
    ("Tue", "Tuesday"),
    ("Tues", "Tuesday"),
    ("Wed", "Wednesday"),
    ("Thu", "Thursday"),
    ("Thur", "Thursday"),
    ("Thurs", "Thursday"),
    ("Fri", "Friday"),
    ("Sat", "Saturday"),
    ("Sun", "Sunday"),
];

/// Reads "Jan.", "Tues" and "Mon-Fri". Without a stop, names and words ("Jan", "Sun") stay what they are.
pub(super) fn rule(sentence: &Sentence<'_>, at: usize) -> Option<Match> {
    let chunk = sentence.chunk(at)?;
    if chunk.core.len() > 13 || !chunk.core.starts_with(|c: char| c.is_ascii_uppercase()) {
        return None;
    }
    let stop = chunk.trail.starts_with('.') && !chunk.trail.starts_with("..");
    let said = |said: String| Match::one(Class::Abbreviation, said).closing(usize::from(stop));
    if let Some((first, last)) = chunk.core.split_once(['-', '–', '/']) {
        let join = if chunk.core.contains('/') { "" } else { " to" };
        return Some(said(format!("{}{join} {}", full(first)?, full(last)?)));
    }
    let name = full(chunk.core)?;
    let ends = sentence.chunk(at + 1).is_none();
    let ambiguous =
        matches!(chunk.core, "Jan" | "Mar" | "Sun" | "Sat" | "Wed" | "Mon" | "Dec" | "Jun" | "Oct");
    let clear = matches!(
        chunk.core,
        "Tue" | "Tues" | "Thu" | "Thur" | "Thurs" | "Fri" | "Feb" | "Aug" | "Sept" | "Nov"
    );
    (clear || (stop && !(ends && ambiguous))).then(|| said(name.to_owned()))
}

fn full(short: &str) -> Option<&'static str> {
    let short = short.trim_end_matches('.');
    MONTHS.iter().chain(DAYS).find(|(written, _)| *written == short).map(|(_, name)| *name)
}
