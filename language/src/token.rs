//! What the normaliser gives.

use std::fmt;

use speech::{Boundary, Span};

/// A word, or several that are read as one: "$1.5 million".
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// As it stands in the plain text, without the punctuation around it; empty for punctuation that stands alone.
    pub text: String,
    /// Where that came from in the client's text.
    pub span: Span,
    /// What it was taken for.
    pub class: Class,
    /// What is said: words with single spaces between them, each of letters, apostrophes and hyphens, perhaps with a
    /// comma where a reader would pause. Outside [`Class::Word`] a single capital letter, or one with "'s", is the
    /// letter's name: "G P U's".
    pub said: String,
    /// Punctuation before it, as written.
    pub lead: String,
    /// Punctuation after it, as written.
    pub trail: String,
    /// What ends with it.
    pub ends: Option<Boundary>,
}

/// Nobody's text belongs in a log.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({} at {}+{})", self.class.name(), self.span.offset, self.span.length)
    }
}

/// What a token was taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// A word as it is written.
    Word,
    /// Punctuation that stands alone: nothing is said.
    Pause,
    /// "12", "-3", "1,299", "2.5": a number that only counts.
    Number,
    /// "3rd", "21st".
    Ordinal,
    /// "3/4", "½", "2½".
    Fraction,
    /// "5–10", "pp. 3-7".
    Range,
    /// "1999", "the 1990s", "'68", "44 BC".
    Year,
    /// "2024-05-17", "May 17, 2024", "17/05/2024".
    Date,
    /// "3:30 p.m.", "15:45", "noon".
    Time,
    /// "1h 20min", "02:15:09", "P1D".
    Duration,
    /// "$1.5 million", "EUR 1,299.00", "5¢".
    Money,
    /// "50%", "2.5 ‰".
    Percent,
    /// "10 km/h", "3 GHz", "5 lbs", "20 °C".
    Unit,
    /// "+1 (555) 010-9999".
    Phone,
    /// "16:9", "3-2" of a game.
    Ratio,
    /// "v1.2.3", "3.0.0-rc.1".
    Version,
    /// "Henry VIII", "Chapter IV".
    Roman,
    /// "Dr.", "St.", "etc.".
    Abbreviation,
    /// "GPU", "U.S.", "R&D": letter by letter.
    Initials,
    /// "me@example.org".
    Email,
    /// `https://example.org/a?b=1`.
    Url,
    /// "notes.txt", "/usr/bin", "C:\\Temp".
    File,
    /// "#NoFilter".
    Hashtag,
    /// "@someone".
    Handle,
    /// "snake_case", "camelCase()", "x86_64", "--flag".
    Code,
    /// "x² + 1 = 5", "≥".
    Math,
    /// "👍".
    Emoji,
    /// A sign read by its name: "&", "§".
    Sign,
    /// Letters of another script, written in Latin ones.
    Foreign,
    /// The client's own words for it.
    Alias,
    /// The client's own respelling, in `said` as it was given; "'s" may follow.
    Respelling,
    /// The client's own phonemes in IPA, in `said` as they were given; "'s" may follow.
    Ipa,
    /// Signs and letters that nobody could read: nothing is said.
    Unreadable,
}

impl Class {
    /// The stable name that interfaces show.
    pub fn name(self) -> &'static str {
        match self {
            Self::Word => "word",
            Self::Pause => "pause",
            Self::Number => "number",
            Self::Ordinal => "ordinal",
            Self::Fraction => "fraction",
            Self::Range => "range",
            Self::Year => "year",
            Self::Date => "date",
            Self::Time => "time",
            Self::Duration => "duration",
            Self::Money => "money",
            Self::Percent => "percent",
            Self::Unit => "unit",
            Self::Phone => "phone",
            Self::Ratio => "ratio",
            Self::Version => "version",
            Self::Roman => "roman",
            Self::Abbreviation => "abbreviation",
            Self::Initials => "initials",
            Self::Email => "email",
            Self::Url => "url",
            Self::File => "file",
            Self::Hashtag => "hashtag",
            Self::Handle => "handle",
            Self::Code => "code",
            Self::Math => "math",
            Self::Emoji => "emoji",
            Self::Sign => "sign",
            Self::Foreign => "foreign",
            Self::Alias => "alias",
            Self::Respelling => "respelling",
            Self::Ipa => "ipa",
            Self::Unreadable => "unreadable",
        }
    }
}
