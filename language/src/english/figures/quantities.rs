//! "10 km/h", "5 lbs", "20 °C", "5'11\"", "40.7° N", "2.5M users".

use super::numerals::{Amount, Kind, amount, loose_range, numeral, single};
use super::place::{Found, Place, counts_things};
use super::scan::{dash, digits_of, ends_word, is_one_of, letters, small, space, spaced, word};
use super::units::{CUT_SHORT, LENGTHS, UNITS, Where};
use crate::Class;

/// Bytes of the longest sign of a unit.
const LONGEST: usize = 5;

/// Nothing that is measured has more sides.
const MOST_SIDES: usize = 6;

/// A unit by its name for one thing.
pub(super) struct Unit {
    pub(super) one: String,
}

impl Unit {
    /// "miles per hour", "feet", "degrees Celsius".
    pub(super) fn many(&self) -> String {
        let head = self.one.find(" per ").or(self.one.find(" of ")).unwrap_or(self.one.len());
        let (name, rest) = self.one.split_at(head);
        let name = match name {
            _ if name.ends_with("foot") => name.replace("foot", "feet"),
            _ if name.ends_with("inch") => format!("{name}es"),
            _ if name.ends_with("hertz")
                || name.ends_with("horsepower")
                || name == "lux"
                || name == "c c" =>
            {
                name.to_owned()
            }
            _ if name.starts_with("degree ") => name.replacen("degree", "degrees", 1),
            _ => format!("{name}s"),
        };
        name + rest
    }
}

pub(super) fn read<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    caliber(place)
        .or_else(|| feet(place))
        .or_else(|| inches_by_inches(place))
        .or_else(|| inch_marks(place))
        .or_else(|| degrees(place))
        .or_else(|| shortened(place))
        .or_else(|| measured(place))
        .or_else(|| times(place))
}

/// The unit that a text starts with; `apart` from its number or not.
pub(super) fn unit<'s>(place: &Place<'_>, text: &'s str, apart: bool) -> Option<(Unit, &'s str)> {
    let (first, left) = simple(place, text, apart)?;
    let rate = left.strip_prefix('/').or_else(|| space(left)?.strip_prefix('/').map(spaced));
    match rate.and_then(|text| per(place, text)) {
        Some((second, left)) => {
            let (squared, left) = left
                .strip_prefix('²')
                .or_else(|| left.strip_prefix("^2"))
                .map_or(("", left), |left| (" squared", left));
            Some((Unit { one: format!("{} per {second}{squared}", first.one) }, left))
        }
        None => Some((first, left)),
    }
}

/// What something is counted by: "h" or "month".
pub(super) fn per<'s>(place: &Place<'_>, text: &'s str) -> Option<(String, &'s str)> {
    if let Some((unit, left)) = simple(place, text, false).or_else(|| simple(place, text, true)) {
        return Some((unit.one, left));
    }
    let (name, left) = letters(text);
    let name = match name {
        "d" => "day",
        "w" => "week",
        "y" | "a" => "year",
        _ if name.len() > 1 && name.chars().all(char::is_lowercase) => name,
        _ => return None,
    };
    ends_word(left).then(|| (name.to_owned(), left))
}

fn simple<'s>(place: &Place<'_>, text: &'s str, apart: bool) -> Option<(Unit, &'s str)> {
    if let Some(left) =
        text.strip_prefix("fl oz").or_else(|| text.strip_prefix("fl. oz")).filter(|left| ends_word(left))
    {
        return Some((Unit { one: "fluid ounce".to_owned() }, left.strip_prefix('.').unwrap_or(left)));
    }
    if let Some((power, left)) = spelled_power(text) {
        let (unit, left) = simple(place, spaced(left), true)?;
        return Some((Unit { one: format!("{power} {}", unit.one) }, left));
    }
    let end = text.find(|c: char| !c.is_alphabetic() && !matches!(c, '℃' | '℉')).unwrap_or(text.len());
    let (sign, left) = text.split_at(end);
    if sign.is_empty() || sign.len() > LONGEST {
        return None;
    }
    // "I-95 N" goes north.
    if place.named && sign.len() == 1 && sign.starts_with(|c: char| c.is_ascii_uppercase()) {
        return None;
    }
    let sign =
        if sign.is_ascii() { sign.to_owned() } else { sign.replace('μ', "µ").replace('\u{2126}', "Ω") };
    let fits = |place: Where| place == Where::Anywhere || (place == Where::Apart) == apart;
    let (_, one, _) = UNITS.iter().find(|(written, _, place)| *written == sign && fits(*place))?;
    let mut one = (*one).to_owned();
    if place.british() && (one.contains("meter") || one.contains("liter")) {
        one = one.replace("meter", "metre").replace("liter", "litre");
    }
    let left = match power(left).filter(|_| LENGTHS.contains(&sign.as_str())) {
        Some((power, left)) => {
            one = format!("{power} {one}");
            left
        }
        None => left,
    };
    let left = if CUT_SHORT.contains(&sign.as_str()) { left.strip_prefix('.').unwrap_or(left) } else { left };
    (ends_word(left) || left.starts_with('²')).then_some((Unit { one }, left))
}

/// "²" or "3" behind a length.
fn power(text: &str) -> Option<(&'static str, &str)> {
    let text = text.strip_prefix('^').unwrap_or(text);
    let mut chars = text.chars();
    let power = match chars.next()? {
        '²' | '2' => "square",
        '³' | '3' => "cubic",
        _ => return None,
    };
    Some((power, chars.as_str()))
}

/// "sq ft", "cu. in".
fn spelled_power(text: &str) -> Option<(&'static str, &str)> {
    let (power, left) = match letters(text) {
        ("sq", left) => ("square", left),
        ("cu", left) => ("cubic", left),
        _ => return None,
    };
    let left = left.strip_prefix('.').unwrap_or(left);
    left.starts_with(char::is_whitespace).then_some((power, left))
}

/// "10 km/h", "3-5 kg", "¾ in".
fn measured<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let ranged = || amount(place, place.text).and_then(|found| with_unit(place, found));
    let loose = || loose_range(place, place.text).and_then(|found| with_unit(place, found));
    let (amount, unit, mut left) = ranged().or_else(loose).or_else(|| rate(place))?;
    let mut said = counted(place, &amount, &unit, left);
    while let Some(next) = spaced(left).strip_prefix(['×', 'x'])
        && let Some((amount, unit, next)) =
            self::amount(place, spaced(next)).and_then(|found| with_unit(place, found))
    {
        said = format!("{said} by {}", counted(place, &amount, &unit, next));
        left = next;
    }
    Some(Found::new(Class::Unit, said, left))
}

/// "60 beats/min", "5 miles/hour": several of anything in some time.
fn rate<'s>(place: &Place<'s>) -> Option<(Amount, Unit, &'s str)> {
    let (amount, left) = amount(place, place.text)?;
    let (things, left) = letters(space(left)?);
    let (time, left) = per(place, left.strip_prefix('/')?)?;
    let is_time = is_one_of(&time, "hour minute second day week month year night person mile");
    let thing = things.strip_suffix('s').filter(|thing| thing.len() > 2 && is_time)?;
    Some((amount, Unit { one: format!("{thing} per {time}") }, left))
}

fn with_unit<'s>(place: &Place<'s>, (amount, left): (Amount, &'s str)) -> Option<(Amount, Unit, &'s str)> {
    let joined = left.strip_prefix('-').and_then(|left| unit(place, left, false));
    if let Some((unit, left)) = joined {
        // "a 10-kg bag"
        let kind = if amount.kind == Kind::Part { Kind::Part } else { Kind::One };
        return Some((Amount { kind, ..amount }, unit, left));
    }
    let next = spaced(left);
    let (unit, left) = unit(place, next, next.len() < left.len())
        .or_else(|| inches(next, left))
        .or_else(|| cups(next, left))?;
    Some((amount, unit, left))
}

/// "in" behind white space is an inch only where nothing else follows that it could introduce.
fn inches<'s>(next: &'s str, left: &'s str) -> Option<(Unit, &'s str)> {
    let behind = word(next, "in").filter(|_| next.len() < left.len())?;
    let measures = ["wide", "long", "tall", "high", "deep", "thick", "x", "by", "of", "across", "apart"];
    let is_unit = behind.starts_with('.')
        || behind.is_empty() && left.len() != next.len()
        || behind.starts_with([',', ')', '²', '³', '×'])
        || measures.iter().any(|measure| word(spaced(behind), measure).is_some());
    let behind = behind.strip_prefix('.').unwrap_or(behind);
    is_unit.then(|| (Unit { one: "inch".to_owned() }, behind))
}

/// "2 c. flour"
fn cups<'s>(next: &'s str, left: &'s str) -> Option<(Unit, &'s str)> {
    let behind = next.strip_prefix("c.").filter(|_| next.len() < left.len())?;
    let is_unit = behind.strip_prefix(' ').is_some_and(|thing| thing.starts_with(char::is_lowercase));
    is_unit.then(|| (Unit { one: "cup".to_owned() }, behind))
}

/// A unit behind its amount, for one thing or several.
pub(super) fn counted(place: &Place<'_>, amount: &Amount, unit: &Unit, left: &str) -> String {
    let article =
        if unit.one.starts_with(['a', 'e', 'i', 'o']) || unit.one.starts_with("hour") { "an" } else { "a" };
    let joined = left.starts_with('-');
    match amount.kind {
        Kind::Part if amount.said == "one half" => format!("half {article} {}", unit.one),
        Kind::Part => format!("{} of {article} {}", amount.said, unit.one),
        Kind::One => format!("{} {}", amount.said, unit.one),
        _ if joined || place.is_one_thing(left) => format!("{} {}", amount.said, unit.one),
        _ => format!("{} {}", amount.said, unit.many()),
    }
}

/// ".45 cal".
fn caliber<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (digits, left) = digits_of(place.text.strip_prefix('.')?, 2, 2)?;
    let next = left.strip_prefix('-').unwrap_or_else(|| spaced(left));
    let left = word(next, "cal").or_else(|| word(next, "caliber")).or_else(|| word(next, "calibre"))?;
    Some(Found::new(Class::Unit, format!("{} caliber", place.cardinal(digits)), left))
}

/// "9\"x13\" pan".
fn inches_by_inches<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let side = |text| {
        let (amount, left) = single(place, text)?;
        Some((format!("{} inch", amount.said), left.strip_prefix(['"', '”', '″'])?))
    };
    let (mut said, mut left) = side(place.text)?;
    let mut sides = 1;
    while sides < MOST_SIDES
        && let Some((other, next)) = spaced(left).strip_prefix(['x', 'X', '×']).map(spaced).and_then(side)
    {
        said = format!("{said} by {other}");
        (left, sides) = (next, sides + 1);
    }
    (sides > 1).then(|| Found::new(Class::Unit, said, left))
}

/// "12\" vinyl", "12″".
fn inch_marks<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (amount, left) = single(place, place.text)?;
    let wares = "pizza pizzas screen screens display monitor tv led lcd oled vinyl record records single ruler pipe wheel wheels \
        laptop tablet floppy disk drive nail nails tall wide long high deep thick barrel x by piece pieces pan pans pot pots strip strips hole holes hose tube board \
        bolt bolts screw screws";
    let left = left.strip_prefix('″').or_else(|| {
        let left = left.strip_prefix(['"', '”'])?;
        is_one_of(letters(spaced(left)).0, wares).then_some(left)
    })?;
    let unit = Unit { one: "inch".to_owned() };
    let one_thing =
        !is_one_of(letters(spaced(left)).0, "tall wide long high deep thick x by") && space(left).is_some();
    let said = if one_thing { format!("{} inch", amount.said) } else { counted(place, &amount, &unit, left) };
    Some(Found::new(Class::Unit, said, left))
}

/// "5'11\"".
fn feet<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (feet, left) = digits_of(place.text, 1, 3)?;
    let left = left.strip_prefix(['\'', '’', '′'])?;
    let gap = left
        .strip_prefix(' ')
        .filter(|text| digits_of(text, 1, 2).is_some_and(|(_, left)| left.starts_with(['"', '”', '″'])));
    let Some((inches, left)) = digits_of(gap.unwrap_or(left), 1, 2) else {
        let is_prime = place.text.get(feet.len()..).is_some_and(|text| text.starts_with('′'));
        let unit = Unit { one: "foot".to_owned() };
        let unit = if feet == "1" { unit.one } else { unit.many() };
        return is_prime.then(|| Found::new(Class::Unit, format!("{} {unit}", place.cardinal(feet)), left));
    };
    let left = left.strip_prefix(['"', '”', '″']).or_else(|| left.strip_prefix("''")).unwrap_or(left);
    if small(inches)? < 12 {
        return Some(Found::new(
            Class::Unit,
            format!("{} foot {}", place.cardinal(feet), place.cardinal(inches)),
            left,
        ));
    }
    let count = |number: &str, unit: &str| {
        format!("{} {unit}{}", place.cardinal(number), if number == "1" { "" } else { "s" })
    };
    let said = format!("{} {}", count(feet, "minute"), count(inches, "second"));
    (small(inches)? < 60).then(|| Found::new(Class::Duration, said, left))
}

/// "20 °C", "-5°", "40.7° N", "40°42′46″ N".
fn degrees<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (amount, left) = amount(place, place.text)?;
    let (unit, mut left) = bare_degree(place, left).or_else(|| degree(spaced(left)))?;
    let mut said = counted(place, &amount, &Unit { one: unit.to_owned() }, left);
    for (mark, other, name) in [('′', '\'', "minute"), ('″', '"', "second")] {
        if let Some((number, next)) = numeral(left)
            && let Some(next) = next.strip_prefix([mark, other, '’', '”'])
        {
            let plural = if number.is_one() { "" } else { "s" };
            said = format!("{said} {} {name}{plural}", number.said(place));
            left = next;
        }
    }
    let direction = [("N", "north"), ("S", "south"), ("E", "east"), ("W", "west")];
    for (letter, name) in direction {
        if let Some(left) = spaced(left).strip_prefix(letter).filter(|left| ends_word(left)) {
            return Some(Found::new(Class::Unit, format!("{said} {name}"), left));
        }
    }
    Some(Found::new(Class::Unit, said, left))
}

/// "37.5C", "350F" behind "at".
fn bare_degree<'s>(place: &Place<'s>, text: &'s str) -> Option<(&'static str, &'s str)> {
    let (unit, left) = match text.strip_prefix('C') {
        Some(left) => ("degree Celsius", left),
        None => ("degree Fahrenheit", text.strip_prefix('F')?),
    };
    let (number, _) = numeral(place.text)?;
    let compared = "at to of is was below above around about over under hit hits reached between and by than";
    let is_warmth = number.part.is_some()
        || place.sign == "minus"
        || (number.whole.len() > 1 && is_one_of(place.before, compared));
    (ends_word(left) && is_warmth).then_some((unit, left))
}

/// "°C" and what else a degree may be of.
fn degree(text: &str) -> Option<(&'static str, &str)> {
    let left = match text.strip_prefix("deg").filter(|left| ends_word(left)) {
        Some(left) => left.strip_prefix('.').unwrap_or(left),
        None => text.strip_prefix(['°', 'º', '˚'])?,
    };
    for (letter, name) in [('C', "degree Celsius"), ('F', "degree Fahrenheit")] {
        if let Some(left) = spaced(left).strip_prefix(letter).filter(|left| ends_word(left)) {
            return Some((name, left));
        }
    }
    Some(("degree", left))
}

/// "10x", "3x5", "1920×1080".
fn times<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    let (first, mut left) = amount(place, place.text)?;
    let mut said = sized(place, place.text).unwrap_or(first.said);
    let mut sides = 1;
    while let Some(next) = left.strip_prefix(['x', '×', 'X']).or_else(|| left.strip_prefix(" x "))
        && let Some((_, behind)) = amount(place, next)
    {
        if sides == MOST_SIDES {
            return None;
        }
        said = format!("{said} by {}", sized(place, next)?);
        (left, sides) = (behind, sides + 1);
    }
    if sides > 1 {
        if left.starts_with('^') || left.starts_with("⁰¹²³⁴⁵⁶⁷⁸⁹⁻".chars().collect::<Vec<_>>().as_slice())
        {
            return None;
        }
        return match unit(place, left.trim_start(), left.starts_with(' ')) {
            Some((unit, left)) => Some(Found::new(Class::Unit, format!("{said} {}", unit.many()), left)),
            None => Some(Found::new(Class::Unit, said, left)),
        };
    }
    let left = left.strip_prefix(['x', '×'])?;
    let said = if first.kind == Kind::One { format!("{said} time") } else { format!("{said} times") };
    ends_word(left).then(|| Found::new(Class::Unit, said, left))
}

/// A side of a picture is read as years are.
fn sized(place: &Place<'_>, text: &str) -> Option<String> {
    let (number, _) = numeral(text)?;
    let is_long = number.part.is_none() && number.whole.len() == 4;
    Some(if is_long { crate::english::cardinals::paired(&number.whole) } else { amount(place, text)?.0.said })
}

/// " km²": nobody has metres of them.
fn is_area(place: &Place<'_>, text: &str) -> bool {
    space(text)
        .and_then(|text| unit(place, text, true))
        .is_some_and(|(unit, _)| unit.one.starts_with("square "))
}

/// "10k", "2.5M users".
fn shortened<'s>(place: &Place<'s>) -> Option<Found<'s>> {
    if let Some(left) = word(place.text, "401k") {
        return Some(Found::new(Class::Code, "four oh one K", left));
    }
    let (amount, left) = amount(place, place.text)?;
    let (short, left) = letters(left);
    let name = match short {
        "k" if ["run", "race"].iter().any(|race| word(spaced(left), race).is_some()) => "K",
        "k" => "thousand",
        "mn" => "million",
        "bn" => "billion",
        "tn" => "trillion",
        "M" if amount.said.contains(" point ") => "million",
        "K" if counts_things(left) => "thousand",
        "M" | "m" if counts_things(left) || is_area(place, left) => "million",
        "B" if counts_things(left) => "billion",
        _ => return None,
    };
    if let Some((unit, left)) =
        unit(place, spaced(left), true).filter(|_| matches!(name, "million" | "billion"))
    {
        return Some(Found::new(Class::Unit, format!("{} {name} {}", amount.said, unit.many()), left));
    }
    let is_range = dash(left).and_then(|left| digits_of(left, 1, 3)).is_some();
    (!is_range).then(|| Found::new(Class::Number, format!("{} {name}", amount.said), left))
}
