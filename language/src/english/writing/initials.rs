//! Letters that are said one by one, and acronyms that are words.

use super::fragments::{is_pronounceable, letters};
use crate::Class;
use crate::sentence::{Match, Sentence};

/// Capitals that are said as a word and are no word otherwise.
const ACRONYMS: &[&str] = &[
    "AIDS", "ANSI", "APEC", "ASCII", "ASEAN", "ASIC", "AWOL", "BAFTA", "BASIC", "BIOS", "CAD", "CERN",
    "COBOL", "CORS", "COVID", "CRISPR", "CUDA", "DARPA", "DEFCON", "DINO", "DOS", "DRAM", "EBITDA", "EGOT",
    "EULA", "FEMA", "FICA", "FIFA", "FIFO", "FLOTUS", "FOIA", "FOMO", "FTSE", "GIF", "GIFS", "GNU", "GUI",
    "GUIS", "HIPAA", "HUD", "HVAC", "IATA", "IBAN", "ICE", "IKEA", "IMAP", "IMAX", "INTERPOL", "ISIS", "ISO",
    "JPEG", "JPEGS", "LAN", "LASER", "LASIK", "LED", "LEED", "LIBOR", "LIFO", "MADD", "MCAT", "MERS", "MIDI",
    "MIME", "MOOC", "MPEG", "NAACP", "NAFTA", "NASA", "NASCAR", "NASDAQ", "NATO", "NIMBY", "NOLA", "NORAD",
    "NVIDIA", "OLED", "OPEC", "OSHA", "PAC", "PETA", "PIN", "PINS", "POTUS", "PTA", "QWERTY", "RADAR",
    "RAID", "RAM", "RICO", "RISC", "ROFL", "ROM", "SARS", "SAT", "SATS", "SCOTUS", "SCSI", "SCUBA", "SETI",
    "SIDS", "SIM", "SONAR", "SPAC", "SWAT", "TASER", "TEFL", "TIFF", "UEFA", "UNESCO", "UNICEF", "VAT",
    "VRAM", "WAN", "WYSIWYG", "YOLO", "ZIP", "LARP", "MASH", "PEN", "POW", "SEAL", "SQUID", "TESOL", "OK",
];

/// Capitals that are said as a word, and how.
const SAID: &[(&str, &str)] = &[
    ("GAN", "gan"),
    ("GANS", "gans"),
    ("JSON", "jason"),
    ("GAAP", "gap"),
    ("TED", "ted"),
    ("SIMD", "sim D"),
    ("TOML", "toml"),
    ("CMOS", "sea moss"),
    ("EPROM", "E prom"),
    ("EEPROM", "E E prom"),
    ("GMAT", "G mat"),
    ("LSAT", "L sat"),
    ("VIM", "vim"),
    ("SIEM", "sim"),
    ("NICU", "nick U"),
];

/// Four letters or more that look like a word and are spelled.
const SPELLED: &[&str] = &[
    "AARP", "ABBA", "ACLU", "AIPAC", "ASAP", "ASMR", "AWOS", "CACM", "COPD", "EEOC", "EIEIO", "ELISA",
    "ESOL", "ETFS", "EULAS", "FAQS", "HDMI", "IEEE", "ISBN", "ISSN", "OECD", "OAUTH", "PETN", "TEPCO",
    "UCLA", "UCSD", "UNLV", "USAF", "USAID", "USDA", "USMC", "USPS", "USSR", "UTEP", "YMCA", "YWCA", "ACLS",
    "AFAIK", "ETAS", "IOUS", "UAVS", "UFOS", "SUVS", "APIS", "URLS", "CEOS", "CIAS", "IRAS", "OPIC", "IPAS",
    "IOT", "ALS", "IMHO", "NYSE", "APA", "API", "ATP", "ADA",
];

/// Two or three letters that are words even alone, in capitals for emphasis.
const WORDS: &[&str] = &[
    "ACT", "ADD", "AGE", "AGO", "AH", "AIM", "AIR", "ALL", "AN", "AND", "ANY", "ARE", "ARM", "ART", "AS",
    "ASK", "AT", "ATE", "BAD", "BAG", "BAN", "BAR", "BAT", "BE", "BED", "BEE", "BEG", "BET", "BIG", "BIT",
    "BOX", "BOY", "BUN", "BUS", "BUT", "BUY", "BY", "BYE", "CAN", "CAP", "CAR", "CAT", "COW", "CRY", "CUP",
    "CUT", "DAD", "DAY", "DID", "DIE", "DIG", "DIP", "DO", "DOG", "DON", "DRY", "DUE", "EAR", "EAT", "EGG",
    "END", "EYE", "FAN", "FAR", "FAT", "FEE", "FEW", "FIT", "FIX", "FLY", "FOG", "FOR", "FOX", "FUN", "GAP",
    "GAS", "GET", "GO", "GOD", "GOT", "GUN", "GUY", "HA", "HAD", "HAS", "HAT", "HE", "HER", "HEY", "HI",
    "HID", "HIM", "HIS", "HIT", "HOT", "HOW", "HUG", "IF", "ILL", "IN", "INK", "IS", "ITS", "JAM", "JAR",
    "JOB", "JOY", "KEY", "KID", "LAW", "LAY", "LEG", "LET", "LIE", "LOT", "LOW", "MAD", "MAN", "MAP", "MAY",
    "ME", "MEN", "MET", "MIX", "MOM", "MUD", "MUM", "MY", "NET", "NEW", "NO", "NOD", "NOR", "NOT", "NOW",
    "NUT", "ODD", "OF", "OFF", "OH", "OIL", "OLD", "ON", "ONE", "OR", "OUR", "OUT", "OWN", "PAY", "PEN",
    "PET", "PIE", "PIG", "PUT", "RAN", "RAT", "RAW", "RED", "RID", "ROW", "RUN", "SAD", "SAID", "SAW", "SAY",
    "SEA", "SEE", "SET", "SEX", "SHE", "SHY", "SIT", "SIX", "SKY", "SO", "SON", "SUM", "SUN", "TAX", "TEA",
    "TEN", "THE", "TIE", "TIP", "TO", "TOE", "TOO", "TOP", "TOY", "TRY", "TWO", "UP", "USE", "VAN", "VIA",
    "WAR", "WAS", "WAY", "WE", "WET", "WHY", "WIN", "WON", "WOW", "YEA", "YES", "YET", "YOU", "ZOO",
];

/// Words between others in capitals, initials alone.
const BOTH: &[&str] = &[
    "AM", "IT", "MS", "PM", "US", "WHO", "MR", "AD", "ID", "PT", "ST", "DR", "CIA", "PC", "AI", "ERA", "PE",
];

/// Words before initials that could be a word: "the WHO", "our IT".
const ARTICLES: &[&str] = &[
    "the", "an", "our", "your", "my", "their", "its", "his", "her", "in", "of", "for", "and", "by", "with",
    "from", "to", "a",
];

/// Capitals and small letters as people write and say them.
const MIXED: &[(&str, &str)] = &[
    ("BEd", "B ed"),
    ("BSc", "B S C"),
    ("BTech", "B tech"),
    ("DDoS", "D doss"),
    ("DIYer", "D I Y er"),
    ("DPhil", "D phil"),
    ("GHz", "gigahertz"),
    ("IoT", "I O T"),
    ("KiB", "kibibytes"),
    ("LLaMA", "llama"),
    ("LoRA", "laura"),
    ("MoMA", "moma"),
    ("DALL-E", "Dolly"),
    ("LLM", "L L M"),
    ("LaTeX", "lay tech"),
    ("MSc", "M S C"),
    ("MHz", "megahertz"),
    ("MiG", "mig"),
    ("MiGs", "migs"),
    ("MPhil", "M phil"),
    ("MiB", "mebibytes"),
    ("GiB", "gibibytes"),
    ("NGO", "N G O"),
    ("PhD", "P H D"),
    ("PhDs", "P H D's"),
    ("SaaS", "sass"),
    ("VoIP", "voyp"),
    ("WiFi", "Wi-Fi"),
    ("XeTeX", "zee tech"),
    ("YoY", "year over year"),
    ("QoQ", "quarter over quarter"),
    ("MoM", "month over month"),
    ("PaaS", "pass"),
    ("IaaS", "I ass"),
    ("arXiv", "archive"),
    ("cURL", "curl"),
    ("dB", "decibels"),
    ("eBay", "eBay"),
    ("eBook", "eBook"),
    ("eSIM", "E SIM"),
    ("iCloud", "iCloud"),
    ("iMac", "iMac"),
    ("iOS", "I O S"),
    ("iPad", "iPad"),
    ("iPads", "iPads"),
    ("iPhone", "iPhone"),
    ("iPhones", "iPhones"),
    ("iPod", "iPod"),
    ("kB", "kilobytes"),
    ("kHz", "kilohertz"),
    ("kWh", "kilowatt hours"),
    ("kW", "kilowatts"),
    ("macOS", "mac O S"),
    ("mRNA", "M R N A"),
    ("tvOS", "T V O S"),
    ("TeX", "tech"),
    ("McDonald", "McDonald"),
    ("JSON", "jason"),
    ("SQL", "S Q L"),
    ("NoSQL", "no S Q L"),
    ("MySQL", "my S Q L"),
    ("PostgreSQL", "postgres"),
    ("SQLite", "S Q lite"),
    ("GitHub", "GitHub"),
    ("HTTPS", "H T T P S"),
    ("OAuth", "oh auth"),
    ("YAML", "yammel"),
    ("CPUs", "C P U's"),
];

/// Reads letters that are not a plain word: "GPU", "U.S.", "X", "CD-ROM", "PhD", and words in capitals.
pub(super) fn rule(sentence: &Sentence<'_>, at: usize) -> Option<Match> {
    let chunk = sentence.chunk(at)?;
    let core = chunk.core;
    let mut chars = core.chars();
    let (first, second) = (chars.next()?, chars.next());
    if second.is_some()
        && !core.bytes().any(|b| b.is_ascii_uppercase() || b == b'.')
        && !has_single_letter(core)
    {
        return None;
    }
    let (base, suffix) = without_suffix(core);
    if second.is_none() || base.chars().count() == 1 {
        return single(sentence, at, first, suffix);
    }
    let owned = if suffix.is_empty() { base } else { base.trim_end_matches('.') };
    if let Some(said) = dotted(owned, chunk.trail.starts_with('.')) {
        let closes = usize::from(chunk.trail.starts_with('.') && suffix.is_empty());
        return Some(Match::one(Class::Initials, said + suffix).closing(closes));
    }
    let known = MIXED.iter().find(|(written, _)| *written == core || *written == base);
    if let Some((written, said)) = known {
        let suffix = if *written == core { "" } else { suffix };
        let class = if *written == *said { Class::Word } else { Class::Initials };
        return Some(Match::one(class, format!("{said}{suffix}")));
    }
    if core.contains(['-', '‐', '‑']) {
        return hyphenated(core);
    }
    let said = emphasised(sentence, at, base)
        .map(|said| said + suffix)
        .or_else(|| plural(core))
        .or_else(|| capitals(base).map(|said| said + suffix))?;
    let spelled =
        said.split(' ').all(|part| part.trim_end_matches("'s").chars().count() == 1) && said.contains(' ');
    Some(Match::one(if spelled { Class::Initials } else { Class::Word }, said))
}

/// How letters in capitals are said; nothing if there is a small one.
pub(super) fn capitals(text: &str) -> Option<String> {
    if text.len() < 2 || !text.bytes().all(|b| b.is_ascii_uppercase()) {
        return None;
    }
    if let Some((_, said)) = SAID.iter().find(|(written, _)| *written == text) {
        return Some((*said).to_owned());
    }
    if ACRONYMS.contains(&text) {
        return Some(text.to_owned());
    }
    let lower = text.to_ascii_lowercase();
    let word = match text.len() {
        2 | 3 => WORDS.contains(&text),
        _ => !SPELLED.contains(&text) && is_pronounceable(&lower),
    };
    Some(if word { lower } else { letters(text) })
}

/// "GPUs": the small s is that of a plural.
fn plural(core: &str) -> Option<String> {
    let base = core.strip_suffix('s').filter(|base| base.len() >= 2)?;
    let said = capitals(base)?;
    Some(if said.ends_with(|c: char| c.is_ascii_uppercase()) && said.contains(' ') {
        said + "'s"
    } else {
        said + "s"
    })
}

/// A word in capitals among others, or one that is more often shouted than spelled.
fn emphasised(sentence: &Sentence<'_>, at: usize, base: &str) -> Option<String> {
    if base.len() < 2 || !base.bytes().all(|b| b.is_ascii_uppercase()) || ACRONYMS.contains(&base) {
        return None;
    }
    let lower = base.to_ascii_lowercase();
    let shouted = is_shouted(sentence, at);
    if BOTH.contains(&base) {
        let article = ARTICLES.contains(&sentence.before(at).to_ascii_lowercase().as_str());
        let word = if matches!(base, "IT" | "WHO") {
            shouted || !article
        } else {
            shouted && matches!(base, "AM" | "US")
        };
        return word.then_some(lower);
    }
    let known = SPELLED.contains(&base) || (base.len() <= 3 && is_initialism(base));
    (shouted && !known && is_pronounceable(&lower)).then_some(lower)
}

/// Three letters that are hardly ever a word.
fn is_initialism(text: &str) -> bool {
    const KNOWN: &[&str] = &[
        "ABC", "SEC", "IMO", "PHI", "PII", "NAV", "API", "ATM", "BBC", "CBS", "CEO", "CFO", "CIA", "CPU",
        "CTO", "DIY", "DNA", "DUI", "DVD", "EPA", "ETA", "EU", "FAQ", "FBI", "FDA", "GDP", "GPU", "IBM",
        "ICU", "IPO", "IQ", "IRA", "IRS", "IT", "IVF", "KGB", "LA", "NBA", "NBC", "NFL", "NHL", "NSA", "NYC",
        "PBS", "PDF", "RNA", "SOS", "SUV", "TV", "UFO", "UK", "UN", "URL", "USA", "USB", "VIP", "VPN", "XML",
        "AI", "EA", "IP", "UI", "UX", "OS", "IOU", "IUD", "AKA", "EPA", "UAE",
    ];
    KNOWN.contains(&text)
}

/// Whether at least two of the nearest words are words in capitals, and none is not.
fn is_shouted(sentence: &Sentence<'_>, at: usize) -> bool {
    let near = (at.saturating_sub(3)..at).chain(at + 1..at + 4).map(|near| sentence.core(near));
    let mut shouted = 0;
    for core in near.filter(|core| core.chars().any(char::is_alphabetic)) {
        if core.chars().any(char::is_lowercase) {
            return false;
        }
        let is_word = WORDS.contains(&core)
            || BOTH.contains(&core)
            || (core.len() > 3 && is_pronounceable(&core.to_ascii_lowercase()));
        shouted += usize::from(is_word);
    }
    shouted >= 2
}

/// One letter: its name, unless it is "I", "a" or "A".
fn single(sentence: &Sentence<'_>, at: usize, letter: char, suffix: &str) -> Option<Match> {
    if !letter.is_ascii_alphabetic() {
        return None;
    }
    let chunk = sentence.chunk(at)?;
    let apostrophe = |c: &char| matches!(c, '\'' | '’' | '‘');
    let before = chunk.lead.chars().next_back().filter(apostrophe).map(char::len_utf8);
    let after = chunk.trail.chars().next().filter(apostrophe).map(char::len_utf8);
    if let (true, Some(before)) = (letter.eq_ignore_ascii_case(&'n') && suffix.is_empty(), before) {
        return Some(Match::one(Class::Abbreviation, "and").opening(before).closing(after.unwrap_or(0)));
    }
    // "J. Smith", not "plan B."
    let spelled = at.checked_sub(1).and_then(|before| sentence.chunk(before)).is_some_and(|before| {
        before.trail.is_empty() && before.core.len() == 1 && before.core.starts_with(char::is_uppercase)
    });
    let initial = chunk.trail == "."
        && letter.is_uppercase()
        && letter != 'I'
        && !spelled
        && sentence.core(at + 1).starts_with(char::is_uppercase);
    if suffix.is_empty() && (letter == 'a' || matches!(letter, 'I' | 'A') && !initial) {
        return Some(Match::one(Class::Word, letter.to_string()));
    }
    let said = format!("{}{suffix}", letter.to_ascii_uppercase());
    Some(Match::one(Class::Initials, said).closing(usize::from(initial)))
}

/// "U.S", "e.g", "Ph.D": what stands between the stops, letter by letter.
fn dotted(base: &str, stop: bool) -> Option<String> {
    if !base.contains('.') {
        return None;
    }
    let parts = || base.split('.');
    let short =
        parts().all(|part| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphabetic()));
    let initials = short
        && parts().any(|part| part.len() == 1)
        && parts().all(|part| part.len() == 1 || part.starts_with(char::is_uppercase));
    // "a.b.c" is a name of a program, "a.s.l." is none; "a.m" and "e.g" have one stop.
    let small = !stop && base.bytes().all(|b| !b.is_ascii_uppercase()) && parts().count() > 2;
    (initials && !small).then(|| letters(base))
}

/// "CD-ROM", "X-ray", "GPU-based": part by part, if one of them is spelled.
fn hyphenated(core: &str) -> Option<Match> {
    let parts: Vec<&str> = core.split(['-', '‐', '‑']).collect();
    let mut said = Vec::with_capacity(parts.len());
    let mut spelled = false;
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        if !part.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '’')) {
            return None;
        }
        let (base, suffix) = without_suffix(part);
        let one = base.len() == 1;
        if let Some(letters) = capitals(base)
            .map(|said| said + suffix)
            .or_else(|| plural(part))
            .or_else(|| one.then(|| base.to_uppercase() + suffix))
        {
            spelled = true;
            said.push(letters);
        } else if let Some((_, known)) = MIXED.iter().find(|(written, _)| *written == base) {
            spelled = true;
            said.push(format!("{known}{suffix}"));
        } else {
            said.push(part.replace('’', "'"));
        }
    }
    spelled.then(|| Match::one(Class::Initials, said.join(" ")))
}

/// "GPU's" is "GPU" and "'s"; a bare apostrophe of "PCs'" is no part of the core.
fn without_suffix(core: &str) -> (&str, &'static str) {
    ["'s", "’s", "'S", "’S"]
        .iter()
        .find_map(|suffix| core.strip_suffix(suffix))
        .map_or((core, ""), |base| (base, "'s"))
}

fn has_single_letter(core: &str) -> bool {
    let parts = core.split(['-', '‐', '‑', '\'', '’']);
    core.contains(['-', '‐', '‑', '\'', '’']) && { parts }.any(|part| part.len() == 1)
}
