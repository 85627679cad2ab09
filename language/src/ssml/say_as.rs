//! `say-as`, in English words.

use crate::english::{self, cardinal, digit, month_name, ordinal};

/// What is said of a text that is to be read in that manner; none where we know no better than the reader.
/// <https://learn.microsoft.com/azure/ai-services/speech-service/speech-synthesis-markup-pronunciation#say-as-element>
pub(super) fn said(text: &str, manner: &str, format: Option<&str>) -> Option<String> {
    let said = match manner {
        "characters" | "character" | "letters" | "spell-out" | "verbatim" | "alphanumeric" => spelled(text),
        "digits" | "number_digit" => text.split(|c: char| !c.is_ascii_digit()).filter_map(figures).collect(),
        "telephone" => telephone(text),
        "cardinal" | "number" => {
            vec![whole(text).map(|digits| cardinal(&digits)).unwrap_or_else(|| english::said(text))]
        }
        "ordinal" => vec![ordinal(&cardinal(&whole(text)?))],
        "date" => {
            vec![english::said(&date(text, format.unwrap_or_default()).unwrap_or_else(|| text.to_owned()))]
        }
        "duration" => {
            vec![duration(text, format.unwrap_or("hms")).unwrap_or_else(|| english::said(text))]
        }
        "time" | "currency" | "fraction" | "unit" | "address" | "name" => {
            vec![english::said(text)]
        }
        _ => return None,
    };
    let said: Vec<String> = said.into_iter().filter(|part| !part.is_empty()).collect();
    (!said.is_empty()).then(|| said.join(", "))
}

/// Letter by letter, figure by figure.
fn spelled(text: &str) -> Vec<String> {
    let letter = |c: char| match digit(c) {
        Some(digit) => digit.to_owned(),
        None if c.is_alphabetic() => c.to_uppercase().collect(),
        None => english::said(&c.to_string()),
    };
    text.chars().filter(|c| !c.is_whitespace()).map(letter).collect()
}

fn figures(digits: &str) -> Option<String> {
    let said: Vec<&str> = digits.chars().filter_map(digit).collect();
    (!said.is_empty()).then(|| said.join(" "))
}

/// Group by group, with a rest between them.
fn telephone(text: &str) -> Vec<String> {
    let plus = text.trim_start().starts_with('+').then(|| "plus".to_owned());
    plus.into_iter().chain(text.split(|c: char| !c.is_ascii_digit()).filter_map(figures)).collect()
}

/// A whole number, without what parts its thousands.
fn whole(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| !matches!(c, ',' | ' ' | '\u{a0}' | '\u{202f}')).collect();
    let is_number = !digits.is_empty() && digits.len() <= 30 && digits.chars().all(|c| c.is_ascii_digit());
    is_number.then_some(digits)
}

/// A date of figures as it is written out: `mdy` of "3/4/2024" is "March 4, 2024".
fn date(text: &str, format: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(['/', '-', '.', ' ']).filter(|part| !part.is_empty()).collect();
    if parts.len() != format.len() || parts.iter().any(|part| !part.chars().all(|c| c.is_ascii_digit())) {
        return None;
    }
    let part = |of: char| format.find(of).and_then(|at| parts.get(at)).copied();
    let month = match part('m') {
        Some(month) => Some(month_name(month.parse().ok()?)?),
        None => None,
    };
    let day = part('d').map(|day| day.trim_start_matches('0'));
    match (month, day, part('y')) {
        (Some(month), Some(day), Some(year)) => Some(format!("{month} {day}, {year}")),
        (Some(month), Some(day), None) => Some(format!("{month} {day}")),
        (Some(month), None, Some(year)) => Some(format!("{month} {year}")),
        (Some(month), None, None) => Some(month.to_owned()),
        (None, None, Some(year)) => Some(year.to_owned()),
        _ => None,
    }
}

/// A length of time in words: `hms` of "01:18:30" is "one hour, eighteen minutes and thirty seconds".
fn duration(text: &str, format: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(':').map(str::trim).collect();
    if parts.len() != format.len() {
        return None;
    }
    let mut said = Vec::new();
    for (part, unit) in parts.into_iter().zip(format.chars()) {
        let number: u32 = part.parse().ok()?;
        let unit = match unit {
            'h' => "hour",
            'm' => "minute",
            's' => "second",
            _ => return None,
        };
        let many = if number == 1 { "" } else { "s" };
        said.extend((number > 0).then(|| format!("{} {unit}{many}", cardinal(&number.to_string()))));
    }
    let last = said.pop()?;
    Some(if said.is_empty() { last } else { format!("{} and {last}", said.join(", ")) })
}

#[cfg(test)]
mod tests {
    use super::said;

    #[test]
    fn each_manner_reads_in_its_own_way() {
        let read = |text, manner, format| said(text, manner, format).unwrap();
        assert_eq!(read("W3c", "characters", None), "W, three, C");
        assert_eq!(read("1024", "digits", None), "one zero two four");
        assert_eq!(read("1,024", "cardinal", None), "one thousand twenty-four");
        assert_eq!(read("3", "ordinal", None), "third");
        assert_eq!(
            read("(888) 555-1212", "telephone", None),
            "eight eight eight, five five five, one two one two"
        );
        assert_eq!(read("3/4/2024", "date", Some("mdy")), "March fourth, twenty twenty-four");
        assert_eq!(read("3/4/2024", "date", Some("dmy")), "April third, twenty twenty-four");
        assert_eq!(
            read("01:18:30", "duration", Some("hms")),
            "one hour, eighteen minutes and thirty seconds"
        );
        assert_eq!(read("18:01", "duration", Some("ms")), "eighteen minutes and one second");
        assert_eq!(read("00:40:00", "duration", None), "forty minutes");
        assert_eq!(read("$3.50", "currency", None), "three dollars and fifty cents");
        assert_eq!(said("x", "expletive", None), None);
    }
}
