//! Words cut short: "Dr.", "St.", "etc.", "No."

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::Class;
use crate::sentence::{Match, Sentence};

/// When letters are an abbreviation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    /// With a stop or without.
    Always,
    /// With its stop.
    Stop,
    /// Before a word with a capital; a stop may follow.
    Name,
    /// With a stop before a word with a capital.
    StopName,
    /// After a word with a capital; a stop may follow.
    AfterName,
    /// With a stop after a word with a capital.
    StopAfterName,
    /// With a stop, and a figure or a Roman numeral after it.
    Number,
    /// With a stop that ends no sentence.
    Inside,
    /// With a stop after "2nd".
    AfterOrdinal,
    /// Before "by".
    By,
}
use When::{AfterName, AfterOrdinal, Always, By, Inside, Name, Number, Stop, StopAfterName, StopName};

/// Letters, what is said, when. The first that holds is taken. Letters that start small match both cases.
const TABLE: &[(&str, &str, When)] = &[
    // titles
    ("Mr", "mister", Always),
    ("Mrs", "missus", Always),
    ("Ms", "miz", Always),
    ("Mx", "mix", Stop),
    ("Messrs", "messers", Always),
    ("Mme", "madame", Always),
    ("Mlle", "mademoiselle", Always),
    ("Drs", "doctors", StopName),
    ("Dr", "drive", StopAfterName),
    ("Dr", "doctor", Always),
    ("Prof", "professor", Name),
    ("prof", "professor", Stop),
    ("Profs", "professors", StopName),
    ("Rev", "reverend", StopName),
    ("Revd", "reverend", Name),
    ("Fr", "father", StopName),
    ("Gen", "general", StopName),
    ("Col", "colonel", StopName),
    ("Maj", "major", StopName),
    ("Capt", "captain", Name),
    ("capt", "captain", Stop),
    ("Lt", "lieutenant", Name),
    ("Lt", "lieutenant", Stop),
    ("Sgt", "sergeant", Name),
    ("Sgt", "sergeant", Stop),
    ("Cpl", "corporal", StopName),
    ("Pvt", "private", StopName),
    ("Pfc", "private first class", StopName),
    ("Adm", "admiral", StopName),
    ("Cmdr", "commander", StopName),
    ("Cdr", "commander", StopName),
    ("Brig", "brigadier", StopName),
    ("Supt", "superintendent", StopName),
    ("Det", "detective", StopName),
    ("Insp", "inspector", StopName),
    ("Gov", "governor", StopName),
    ("Sen", "senator", StopName),
    ("Sens", "senators", StopName),
    ("Rep", "representative", StopName),
    ("Reps", "representatives", StopName),
    ("Pres", "president", StopName),
    ("Hon", "honorable", StopName),
    ("Amb", "ambassador", StopName),
    ("Br", "brother", StopName),
    ("Jr", "junior", Always),
    ("Sr", "senior", AfterName),
    ("Sr", "senior", Stop),
    ("Esq", "esquire", Always),
    ("Bros", "brothers", Always),
    // companies and places of work
    ("Inc", "incorporated", AfterName),
    ("Inc", "incorporated", Stop),
    ("inc", "including", Inside),
    ("Ltd", "limited", Always),
    ("Co", "company", StopAfterName),
    ("Cos", "companies", Stop),
    ("Corp", "corporation", Always),
    ("corp", "corporation", Stop),
    ("dept", "department", Always),
    ("depts", "departments", Always),
    ("Assn", "association", Always),
    ("assn", "association", Always),
    ("Assoc", "associate", StopName),
    ("assoc", "association", Stop),
    ("univ", "university", Stop),
    ("inst", "institute", Stop),
    ("govt", "government", Always),
    ("mgr", "manager", Always),
    ("asst", "assistant", Always),
    ("mgmt", "management", Always),
    ("attn", "attention", Always),
    ("intl", "international", Always),
    ("natl", "national", Always),
    ("bldg", "building", Always),
    ("hosp", "hospital", Stop),
    ("acad", "academy", Stop),
    ("div", "division", Stop),
    ("exec", "executive", Stop),
    ("sec", "section", Number),
    ("secy", "secretary", Always),
    // streets and lands
    ("Ave", "avenue", AfterName),
    ("ave", "avenue", Stop),
    ("Blvd", "boulevard", Always),
    ("blvd", "boulevard", Always),
    ("Rd", "road", AfterName),
    ("rd", "road", Stop),
    ("Ln", "lane", StopAfterName),
    ("Ct", "court", StopAfterName),
    ("Pl", "place", StopAfterName),
    ("Sq", "square", StopAfterName),
    ("Pkwy", "parkway", Always),
    ("Hwy", "highway", Always),
    ("Rte", "route", Always),
    ("Terr", "terrace", StopAfterName),
    ("Cres", "crescent", StopAfterName),
    ("Apt", "apartment", Stop),
    ("apt", "apartment", Number),
    ("Ste", "suite", Number),
    ("Mt", "mount", Name),
    ("Mts", "mountains", Stop),
    ("mt", "mountain", Stop),
    ("Mtn", "mountain", Always),
    ("Ft", "fort", StopName),
    ("Pt", "point", StopName),
    ("Is", "islands", StopAfterName),
    ("Ter", "terrace", StopAfterName),
    // books
    ("fig", "figure", Number),
    ("figs", "figures", Number),
    ("Fig", "figure", Stop),
    ("Figs", "figures", Stop),
    ("eq", "equation", Number),
    ("eqs", "equations", Number),
    ("Eq", "equation", Stop),
    ("ch", "chapter", Number),
    ("chap", "chapter", Stop),
    ("chaps", "chapters", Stop),
    ("vol", "volume", Stop),
    ("vols", "volumes", Stop),
    ("p", "page", Number),
    ("pp", "pages", Stop),
    ("pg", "page", Number),
    ("pgs", "pages", Number),
    ("ed", "edited", By),
    ("ed", "edition", AfterOrdinal),
    ("eds", "editors", Inside),
    ("ed", "editor", Stop),
    ("trans", "translated", By),
    ("op", "opus", Number),
    ("no", "number", Number),
    ("nos", "numbers", Number),
    ("nr", "number", Number),
    ("art", "article", Number),
    ("para", "paragraph", Number),
    ("sect", "section", Number),
    ("ex", "example", Number),
    ("ext", "extension", Number),
    ("tel", "telephone", Stop),
    ("illus", "illustrated", Stop),
    ("abbr", "abbreviated", Stop),
    ("intro", "introduction", Stop),
    ("col", "column", Number),
    ("cf", "compare", Always),
    ("viz", "namely", Always),
    ("ibid", "ibidem", Stop),
    ("ca", "circa", Stop),
    ("c", "circa", Number),
    ("r", "reigned", Number),
    ("b", "born", Number),
    ("fl", "flourished", Number),
    ("est", "established", Number),
    ("Est", "established", Stop),
    ("est", "estimated", Stop),
    ("etc", "et cetera", Always),
    ("&c", "et cetera", Always),
    ("vs", "versus", Always),
    ("v", "versus", StopName),
    ("e.g", "for example", Always),
    ("eg", "for example", Stop),
    ("i.e", "that is", Always),
    ("ie", "that is", Stop),
    ("i.a", "inter alia", Always),
    ("n.b", "nota bene", Always),
    ("a.k.a", "also known as", Always),
    ("q.v", "which see", Always),
    ("p.s", "P S", Always),
    ("w.r.t", "with respect to", Always),
    ("wrt", "with respect to", Always),
    ("approx", "approximately", Always),
    ("esp", "especially", Stop),
    ("incl", "including", Stop),
    ("excl", "excluding", Stop),
    ("max", "maximum", Inside),
    ("min", "minimum", Inside),
    ("avg", "average", Always),
    ("temp", "temperature", Inside),
    ("misc", "miscellaneous", Stop),
    ("orig", "originally", Stop),
    ("resp", "respectively", Stop),
    ("usu", "usually", Stop),
    ("ref", "reference", Number),
    ("refs", "references", Number),
    ("opp", "opposite", Inside),
    ("anon", "anonymous", Stop),
    ("pseud", "pseudonym", Stop),
    ("syn", "synonym", Stop),
    ("sing", "singular", Inside),
    ("pl", "plural", Inside),
    ("adj", "adjective", Inside),
    ("adv", "adverb", Inside),
    ("prep", "preposition", Inside),
    ("Lat", "Latin", Inside),
    // measures without a figure before them, and time
    ("lbs", "pounds", Always),
    ("lb", "pound", Always),
    ("oz", "ounces", Always),
    ("tsp", "teaspoon", Always),
    ("tbsp", "tablespoon", Always),
    ("sq", "square", Inside),
    ("cu", "cubic", Inside),
    ("qty", "quantity", Always),
    ("hrs", "hours", Always),
    ("hr", "hour", Always),
    ("mins", "minutes", Always),
    ("secs", "seconds", Always),
    ("wk", "week", Always),
    ("wks", "weeks", Always),
    ("mo", "month", Stop),
    ("mos", "months", Stop),
    ("yr", "year", Always),
    ("yrs", "years", Always),
    ("doz", "dozen", Stop),
    ("cont", "continued", Stop),
    ("cont'd", "continued", Always),
    ("int'l", "international", Always),
    ("nat'l", "national", Always),
    ("gov't", "government", Always),
    ("dep't", "department", Always),
    ("ass'n", "association", Always),
    ("mph", "miles per hour", Always),
    ("kph", "kilometers per hour", Always),
    ("rpm", "R P M", Always),
    // degrees
    ("Ph.D", "P H D", Always),
    ("Ph.Ds", "P H D's", Always),
    ("Ph.D.s", "P H D's", Always),
    ("D.Phil", "D phil", Always),
    ("M.Sc", "M S C", Always),
    ("B.Sc", "B S C", Always),
    ("M.Ed", "M ed", Always),
    ("B.Ed", "B ed", Always),
    ("Ed.D", "E D D", Always),
    ("Psy.D", "psy D", Always),
    ("LL.B", "L L B", Always),
    ("LL.M", "L L M", Always),
    ("LL.D", "L L D", Always),
    ("Pharm.D", "pharm D", Always),
    ("M.Div", "M div", Always),
    ("B.Tech", "B tech", Always),
    ("M.Phil", "M phil", Always),
    ("D.Sc", "D S C", Always),
    ("Litt.D", "lit D", Always),
];

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
    let (written, suffix) = core.strip_suffix("'s").map_or((core, ""), |base| (base, "'s"));
    let said = meanings(written).find(|(_, when)| holds(sentence, at, *when, stop))?.0;
    let class =
        if said.split(' ').any(|word| word.len() == 1) { Class::Initials } else { Class::Abbreviation };
    Some(Match::one(class, format!("{said}{suffix}")).closing(if suffix.is_empty() { closes } else { 0 }))
}

/// Whether a stop after these letters belongs to them, so far as they say themselves.
pub(crate) fn is_abbreviation(word: &str) -> bool {
    meanings(word).any(|(_, when)| matches!(when, Always | Stop | Inside | AfterOrdinal | By))
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
    let before = sentence.before(at);
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
