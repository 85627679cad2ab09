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

/// Names and words that a month or a day cut short could be, too.
const AMBIGUOUS: &[&str] = &["Dec", "Jan", "Jun", "Mar", "Mon", "Sat", "Sun", "Wed"];

/// Words before a time.
const TIMES: &[&str] = &[
    "in", "since", "until", "till", "during", "through", "last", "next", "early", "mid", "late", "every",
    "this",
];

/// Reads "Jan.", "Tues" and "Mon-Fri". Without a stop, names and words ("Jan", "Sun") stay what they are.
pub(super) fn rule(sentence: &Sentence<'_>, at: usize) -> Option<Match> {
    let chunk = sentence.chunk(at)?;
    if chunk.core.len() > 13
        || !chunk.core.is_ascii()
        || !chunk.core.ends_with(|c: char| c.is_ascii_lowercase())
    {
        return None;
    }
    let stop = chunk.trail.starts_with('.') && !chunk.trail.starts_with("..");
    let said = |said: String| Match::one(Class::Abbreviation, said).closing(usize::from(stop));
    if let Some((first, last)) = chunk.core.split_once(['-', '/']) {
        if let ("mid" | "Mid" | "early" | "late", Some(last)) = (first, full(last)) {
            return Some(said(format!("{first}-{last}")));
        }
        let join = if chunk.core.contains('/') { "" } else { " to" };
        return Some(said(format!("{}{join} {}", full(first)?, full(last)?)));
    }
    let name = full(chunk.core)?;
    let ambiguous = AMBIGUOUS.contains(&chunk.core);
    let short_word = matches!(chunk.core, "Apr" | "Jul" | "Oct" | "Sep");
    let before = sentence.before(at).to_ascii_lowercase();
    let follows_time = TIMES.contains(&before.as_str()) || (before == "of" && !ambiguous);
    let goes_on = sentence.chunk(at + 1).is_some();
    let is_time = match (stop, ambiguous) {
        (true, true) => goes_on || follows_time,
        (true, false) => true,
        (false, _) => !ambiguous && (!short_word || follows_time),
    };
    is_time.then(|| said(name.to_owned()))
}

fn full(short: &str) -> Option<&'static str> {
    let short = short.trim_end_matches('.');
    MONTHS.iter().chain(DAYS).find(|(written, _)| *written == short).map(|(_, name)| *name)
}
