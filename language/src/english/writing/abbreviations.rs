//! Words cut short: "Dr.", "St.", "etc.", "No."

mod table;

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::Class;
use crate::sentence::{Match, Sentence};

use When::{AfterName, AfterOrdinal, Always, By, Inside, Name, Number, Stop, StopAfterName, StopName};
use table::{TABLE, When};

/// Reads an abbreviation, with its stop if it has one.
pub(super) fn rule(sentence: &Sentence<'_>, at: usize) -> Option<Match> {
    let chunk = sentence.chunk(at)?;
    let core = chunk.core;
    if core.len() > 8 || !core.is_ascii() {
        return None;
    }
    let stop = chunk.trail.starts_with('.') && !chunk.trail.starts_with("..");
    let closes = usize::from(stop);
    let read = |said: &str| Some(Match::one(Class::Abbreviation, said).closing(closes));
    if matches!(core, "St" | "ST" | "Sts") {
        return read(saint_or_street(sentence, at, stop)?);
    }
    if core == "al" && matches!(sentence.before(at), "et" | "Et") {
        return read("al");
    }
    if core == "approx" && describes(sentence, at) {
        return read("approximate");
    }
    let (written, suffix) = core.strip_suffix("'s").map_or((core, ""), |base| (base, "'s"));
    // "V. S. Naipaul", but "P. 5".
    let is_initial = core.len() == 1
        && core.starts_with(char::is_uppercase)
        && !sentence.core(at + 1).starts_with(|c: char| c.is_ascii_digit());
    if is_initial {
        return None;
    }
    let said = meanings(written)
        .find(|(_, when)| holds(sentence, at, *when, stop))
        .or_else(|| in_capitals(sentence, at, stop))?
        .0;
    let class =
        if said.split(' ').any(|word| word.len() == 1) { Class::Initials } else { Class::Abbreviation };
    Some(Match::one(class, format!("{said}{suffix}")).closing(if suffix.is_empty() { closes } else { 0 }))
}

/// "the approx. height", but "the approx. five".
fn describes(sentence: &Sentence<'_>, at: usize) -> bool {
    const DETERMINERS: &[&str] =
        &["the", "a", "an", "this", "that", "its", "our", "my", "your", "his", "her", "their", "any", "each"];
    const NUMBERS: &[&str] = &[
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
        "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "half",
    ];
    let next = sentence.core(at + 1);
    let number = next.split('-').next().is_some_and(|next| NUMBERS.contains(&next));
    DETERMINERS.contains(&sentence.before(at).to_ascii_lowercase().as_str())
        && next.starts_with(char::is_alphabetic)
        && !number
}

/// Whether a stop after these letters belongs to them, so far as they say themselves.
pub(crate) fn is_abbreviation(word: &str) -> bool {
    meanings(word).any(|(_, when)| matches!(when, Always | Stop | Inside | AfterOrdinal | By))
}

/// Whether a stop after these letters belongs to them, since they introduce what follows: a figure, or a name.
pub(crate) fn introduces(word: &str, next: &str) -> bool {
    let single = word.len() == 1 && word.starts_with(char::is_uppercase);
    let (figure, name) = (next.starts_with(char::is_numeric), next.starts_with(char::is_uppercase));
    let fits = |when| match when {
        Number => figure,
        Name | StopName => name && word.starts_with(char::is_uppercase),
        _ => false,
    };
    !single && meanings(word).any(|(_, when)| fits(when))
}

/// The table by its letters.
static BY_LETTERS: LazyLock<HashMap<&str, Vec<(&str, When)>>> = LazyLock::new(|| {
    let mut by_letters: HashMap<&str, Vec<(&str, When)>> = HashMap::new();
    for (letters, said, when) in TABLE {
        by_letters.entry(letters).or_default().push((said, *when));
    }
    by_letters
});

/// What letters may mean: first as they are written, then as if the first of them were small.
fn meanings(written: &str) -> impl Iterator<Item = (&'static str, When)> {
    let exact = BY_LETTERS.get(written);
    let capital = written.starts_with(|c: char| c.is_ascii_uppercase());
    let small = capital.then(|| BY_LETTERS.get(lowered(written).as_str())).flatten();
    exact.into_iter().chain(small).flatten().copied()
}

/// "MR. DARCY", "5 LBS. OF FISH", "NO. 5": in capitals among others, or before a figure, with its stop.
fn in_capitals(sentence: &Sentence<'_>, at: usize, stop: bool) -> Option<(&'static str, When)> {
    /// Words, names and states in capitals.
    const OTHERS: &[&str] = &["CA", "ED", "EST", "FIG", "IS", "MAX", "MO"];
    let core = sentence.core(at);
    if !stop || core.len() < 2 || !core.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let shouted = is_among_capitals(sentence, at);
    let fits = |when| when == Number || (shouted && !OTHERS.contains(&core));
    let (title, small) = (titled(core), core.to_ascii_lowercase());
    let both = [title.as_str(), small.as_str()].into_iter().filter_map(|letters| BY_LETTERS.get(letters));
    both.flatten().copied().find(|(_, when)| fits(*when) && holds(sentence, at, *when, stop))
}

/// Whether there are other words near, all of them in capitals.
fn is_among_capitals(sentence: &Sentence<'_>, at: usize) -> bool {
    let near = || (at.saturating_sub(4)..at).chain(at + 1..at + 5).map(|near| sentence.core(near));
    near().all(|core| !core.contains(char::is_lowercase))
        && near().any(|core| core.len() > 1 && core.starts_with(char::is_uppercase))
}

/// "MARY" as "Mary".
fn titled(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_string() + &chars.as_str().to_lowercase())
}

/// With its first letter small.
fn lowered(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_ascii_lowercase().to_string() + chars.as_str())
}

fn holds(sentence: &Sentence<'_>, at: usize, when: When, stop: bool) -> bool {
    let next = sentence.chunk(at + 1);
    let trail = sentence.chunk(at).map_or("", |chunk| chunk.trail);
    let next_core =
        next.filter(|_| trail.len() <= 1 && (trail.is_empty() || trail == ".")).map_or("", |next| next.core);
    let is_name = |word: &str| word.starts_with(char::is_uppercase);
    let before = sentence.before(at);
    // "Elm Dr. is" but "Then Dr. Smith".
    let after_name = is_name(before) && before.chars().count() > 1 && !is_opener(before);
    match when {
        Always => true,
        Stop => stop,
        Name => is_name(next_core),
        StopName => stop && is_name(next_core),
        AfterName => is_name(before) && (stop || before.chars().count() > 1),
        StopAfterName => {
            stop && (after_name || before == "&")
                && (!is_name(next_core) || next_core.chars().count() == 1 || is_state(next_core))
        }
        Number => {
            stop && (next_core.starts_with(|c: char| c.is_ascii_digit())
                || super::roman::value(next_core).is_some_and(|_| next_core != "I"))
        }
        Inside => stop && trail == "." && !next_core.is_empty(),
        AfterOrdinal => {
            stop && (before.ends_with("st")
                || before.ends_with("nd")
                || before.ends_with("rd")
                || before.ends_with("th")
                || matches!(before, "rev" | "revised" | "Revised"))
                && before
                    .starts_with(|c: char| c.is_ascii_digit() || matches!(c, 'r' | 'R' | 'f' | 's' | 't'))
        }
        By => stop && next_core == "by",
    }
}

fn is_opener(word: &str) -> bool {
    matches!(
        word,
        "The"
            | "Then"
            | "When"
            | "And"
            | "But"
            | "If"
            | "As"
            | "Ask"
            | "Is"
            | "Was"
            | "Did"
            | "Does"
            | "Has"
            | "Had"
            | "In"
            | "On"
            | "At"
            | "To"
            | "For"
            | "From"
            | "With"
            | "By"
            | "Dear"
            | "Hello"
            | "Hi"
            | "Thanks"
            | "Yes"
            | "No"
            | "Call"
            | "See"
            | "Meet"
            | "While"
            | "Since"
            | "After"
            | "Before"
            | "Our"
            | "My"
            | "Her"
            | "His"
            | "Mr"
            | "Mrs"
            | "Can"
            | "Will"
            | "Could"
            | "Would"
            | "Once"
            | "Like"
            | "Today"
            | "Yesterday"
            | "Tell"
            | "That"
            | "This"
            | "So"
            | "Or"
    )
}

fn is_state(word: &str) -> bool {
    matches!(word, "NW" | "NE" | "SW" | "SE" | "North" | "South" | "East" | "West")
}

/// "St. Louis" and "Main St."
fn saint_or_street(sentence: &Sentence<'_>, at: usize, stop: bool) -> Option<&'static str> {
    let plural = sentence.core(at) == "Sts";
    let next = sentence.chunk(at + 1).filter(|next| next.lead.is_empty()).map_or("", |next| next.core);
    let trail = sentence.chunk(at).map_or("", |chunk| chunk.trail);
    let saint_follows =
        matches!(trail, "" | ".") && next.starts_with(char::is_uppercase) && next.chars().count() > 2;
    let shouted = sentence.core(at) == "ST" && is_among_capitals(sentence, at);
    let cased = |word: &str| if shouted { titled(word) } else { word.to_owned() };
    let (next, before) = (cased(next), cased(sentence.before(at)));
    let (next, before) = (next.as_str(), before.as_str());
    let street_before =
        before.ends_with("th") || before.ends_with("nd") || before.ends_with("rd") || before.ends_with("st");
    let named = (before.starts_with(char::is_uppercase) && !is_opener(before))
        || (street_before && before.starts_with(|c: char| c.is_ascii_digit()));
    let street = named && (!saint_follows || is_state(next) || !is_saint(next));
    match (street, saint_follows || stop) {
        (true, _) => Some(if plural { "streets" } else { "street" }),
        (false, true) => Some(if saint_follows {
            if plural { "saints" } else { "saint" }
        } else if plural {
            "streets"
        } else {
            "street"
        }),
        (false, false) => None,
    }
}

fn is_saint(word: &str) -> bool {
    let word = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word);
    matches!(
        word,
        "Louis"
            | "Paul"
            | "Peter"
            | "John"
            | "Mary"
            | "James"
            | "George"
            | "Andrew"
            | "Andrews"
            | "Patrick"
            | "Petersburg"
            | "Francis"
            | "Joseph"
            | "Thomas"
            | "Michael"
            | "Nicholas"
            | "Augustine"
            | "Lucia"
            | "Moritz"
            | "Tropez"
            | "Helena"
            | "Helens"
            | "Kitts"
            | "Vincent"
            | "Croix"
            | "Lawrence"
            | "Albans"
            | "Ives"
            | "Catherine"
            | "Anne"
            | "Anthony"
            | "Bernard"
            | "Cloud"
            | "Clair"
            | "Germain"
            | "Johns"
            | "Martin"
            | "Stephen"
            | "Valentine"
            | "David"
            | "Jude"
            | "Pancras"
            | "Mark"
            | "Matthew"
            | "Luke"
            | "Barts"
            | "Denis"
            | "Gallen"
            | "Elmo"
            | "Nick"
            | "Bartholomew"
            | "Benedict"
            | "Charles"
            | "Clare"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{English, compile, normalise};
    use speech::{Reading, SpeechText};
    use std::sync::Arc;

    fn said(text: &str) -> String {
        let text = SpeechText::new(text, None).unwrap_or_else(|error| panic!("{text}: {error}"));
        let graph = compile(text, &Reading::default()).unwrap_or_else(|error| panic!("{error}"));
        normalise(&Arc::new(graph), English::American).text
    }

    #[test]
    fn no_stop_is_left_before_a_small_word() {
        for (letters, ..) in TABLE.iter().filter(|(_, _, when)| matches!(when, Always | Stop | Inside)) {
            let text = format!("we saw the {letters}. thing");
            let said = said(&text);
            assert!(!said.contains('.') && said.ends_with(" thing"), "{text}: {said}");
        }
    }

    #[test]
    fn no_stop_is_left_before_a_figure() {
        for (letters, meaning, _) in TABLE.iter().filter(|(_, _, when)| *when == Number) {
            let text = format!("we saw ({letters}. 12)");
            assert_eq!(said(&text), format!("we saw ({meaning} twelve)"), "{text}");
        }
    }

    #[test]
    fn no_stop_is_left_after_a_title() {
        for (letters, meaning, _) in TABLE.iter().filter(|(_, _, when)| matches!(when, Name | StopName)) {
            let text = format!("we saw {letters}. Jones");
            assert_eq!(said(&text), format!("we saw {meaning} Jones"), "{text}");
        }
    }
}
