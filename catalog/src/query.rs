//! What is searched for.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use billing::Nanos;
use speech::SpeechError;

use crate::cursor::Cursor;
use crate::fields::Field;

/// The parameters that are no filters by a field's values.
const OTHERS: [&str; 5] = ["q", "max_price_per_1k_usd", "sort", "limit", "cursor"];

/// Voices of a page.
pub(crate) const MOST: usize = 500;
pub(crate) const USUAL: usize = 100;

/// Characters of a text that is searched for.
pub(crate) const MOST_CHARACTERS: usize = 200;

/// What comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sort {
    /// Whoever fits best: more of the words, in weightier places; more of the values that were asked for; who can speak
    /// now; whose own language it is; who sounds better by the catalogue's mark.
    #[default]
    Fit,
    /// By name, in the order of the alphabet.
    Name,
    /// The cheapest; those last whose price nobody has said.
    Price,
}

impl Sort {
    pub(crate) const ALL: [Self; 3] = [Self::Fit, Self::Name, Self::Price];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Fit => "fit",
            Self::Name => "name",
            Self::Price => "price",
        }
    }
}

/// A search of the catalogue. The filters are `gender`, `language` and `locale` (BCP 47: `en` takes in `en-GB`), `accent`,
/// `age`, `style`, `use_case`, `backend`, `model`, `capability`, `format`, `sample_rate` and `status`; a voice must pass
/// all. Of several values of one filter, it must have any.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    pub(crate) wanted: Wanted,
    pub(crate) sort: Sort,
    pub(crate) limit: usize,
    pub(crate) after: Option<Cursor>,
}

/// Which voices, whatever their order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Wanted {
    /// By the field, any of these values, folded.
    pub(crate) values: BTreeMap<Field, BTreeSet<String>>,
    /// Words that each must have; empty where none were asked for.
    pub(crate) text: String,
    /// The most that 1,000 characters may cost.
    pub(crate) most_price: Option<Nanos>,
}

impl Default for Query {
    /// Everybody.
    fn default() -> Self {
        Self { wanted: Wanted::default(), sort: Sort::default(), limit: USUAL, after: None }
    }
}

impl Query {
    /// Reads the parameters of a query, decoded. One without a value counts as absent; values may be separated by commas.
    ///
    /// # Errors
    /// [`InvalidParameter`](speech::ErrorKind::InvalidParameter) with what is allowed: a parameter that there is not, or a
    /// value that no voice can have. A value that no voice happens to have is no error.
    pub fn parse<N: AsRef<str>, V: AsRef<str>>(
        parameters: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, SpeechError> {
        let mut query = Self::default();
        let mut cursor = None;
        for (name, value) in parameters {
            let (name, value) = (name.as_ref(), value.as_ref().trim());
            match name {
                _ if value.is_empty() && Self::names().any(|known| known == name) => {}
                "q" => query.add_text(value)?,
                "max_price_per_1k_usd" => query.wanted.most_price = Some(price(value)?),
                "sort" => query.sort = sort(value)?,
                "limit" => query.limit = limit(value)?,
                "cursor" => cursor = Some(value.to_owned()),
                _ => query.add_values(name, value)?,
            }
        }
        query.after = cursor.map(|cursor| Cursor::read(&cursor, query.fingerprint())).transpose()?;
        Ok(query)
    }

    fn names() -> impl Iterator<Item = &'static str> {
        Field::ALL.into_iter().map(Field::name).chain(OTHERS)
    }

    fn add_text(&mut self, text: &str) -> Result<(), SpeechError> {
        if !self.wanted.text.is_empty() {
            self.wanted.text.push(' ');
        }
        self.wanted.text.push_str(text);
        if self.wanted.text.chars().count() > MOST_CHARACTERS {
            let message = format!("A search is for {MOST_CHARACTERS} characters at most.");
            return Err(SpeechError::invalid_parameter("q", message));
        }
        Ok(())
    }

    fn add_values(&mut self, name: &str, values: &str) -> Result<(), SpeechError> {
        let Some(field) = Field::ALL.into_iter().find(|field| field.name() == name) else {
            let shown: String = name.chars().take(64).collect();
            let message = format!("Voices are not searched by {shown:?}.");
            return Err(SpeechError::invalid_parameter("query", message).allowing(Self::names()));
        };
        let wanted = self.wanted.values.entry(field).or_default();
        for value in values.split(',').map(str::trim).filter(|value| !value.is_empty()) {
            wanted.insert(field.read(value)?);
        }
        if wanted.is_empty() {
            self.wanted.values.remove(&field);
        }
        Ok(())
    }

    /// Tells this query from others, whatever page of it is asked for. Another release of this program may tell it otherwise:
    /// a search that was begun before goes on from its first page.
    pub(crate) fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&self.wanted, self.sort).hash(&mut hasher);
        hasher.finish()
    }
}

fn price(value: &str) -> Result<Nanos, SpeechError> {
    value.parse().map_err(|_| {
        let message = "A price is an amount of US dollars, with at most nine digits behind the point: 0.03.";
        SpeechError::invalid_parameter("max_price_per_1k_usd", message)
    })
}

fn sort(value: &str) -> Result<Sort, SpeechError> {
    Sort::ALL.into_iter().find(|sort| sort.name() == value).ok_or_else(|| {
        SpeechError::invalid_parameter("sort", "Voices are not sorted by that.")
            .allowing(Sort::ALL.into_iter().map(Sort::name))
    })
}

fn limit(value: &str) -> Result<usize, SpeechError> {
    value
        .parse()
        .ok()
        .filter(|limit| (1..=MOST).contains(limit))
        .ok_or_else(|| SpeechError::invalid_parameter("limit", format!("A page has 1 to {MOST} voices.")))
}

#[cfg(test)]
mod tests {
    use speech::ErrorKind;

    use super::*;
    use crate::Parameter;

    fn error(name: &str, value: &str) -> SpeechError {
        Query::parse([(name, value)]).unwrap_err()
    }

    #[test]
    fn values_are_any_of_and_an_empty_one_asks_for_nothing() {
        let repeated = Query::parse([("style", "Warm"), ("style", "well_rounded"), ("backend", "")]).unwrap();
        assert_eq!(repeated, Query::parse([("style", "well-rounded, warm,")]).unwrap());
        assert_eq!(Query::parse([("backend", ""), ("gender", ","), ("q", " ")]).unwrap(), Query::default());
    }

    #[test]
    fn values_may_be_written_as_people_write_them() {
        for (name, value, read) in [
            ("gender", "Female", "female"),
            ("age", "Middle_Aged", "middle-aged"),
            ("language", "en_GB", "en-gb"),
            ("language", "German", "de"),
            ("accent", "UK", "british"),
            ("use_case", "Customer Service", "customer-service"),
            ("sample_rate", "24000", "24000"),
            ("model", "eleven_v3", "eleven_v3"),
        ] {
            let query = Query::parse([(name, value)]).unwrap();
            let values: Vec<_> = query.wanted.values.values().flatten().collect();
            assert_eq!(values, [read], "{name}={value}");
        }
    }

    #[test]
    fn what_no_voice_can_be_is_refused_with_what_it_can_be() {
        for (name, value, param, allowed) in [
            ("colour", "red", "query", "language"),
            ("colour", "", "query", "max_price_per_1k_usd"),
            ("gender", "robot", "gender", "neutral"),
            ("language", "klingon", "language", "cy"),
            ("language", "qq", "language", "en"),
            ("locale", "en-", "locale", "en"),
            ("age", "7", "age", "middle-aged"),
            ("capability", "telepathy", "capability", "visemes"),
            ("format", "gif", "format", "mp3"),
            ("status", "asleep", "status", "unavailable"),
            ("sort", "colour", "sort", "price"),
        ] {
            let error = error(name, value);
            assert_eq!((error.kind(), error.param()), (ErrorKind::InvalidParameter, Some(param)), "{name}");
            assert!(error.allowed().iter().any(|name| name == allowed), "{name}: {error}");
        }
        for (name, value) in [
            ("sample_rate", "0"),
            ("sample_rate", "fast"),
            ("limit", "0"),
            ("limit", "501"),
            ("max_price_per_1k_usd", "-1"),
            ("max_price_per_1k_usd", "cheap"),
            ("cursor", "x"),
        ] {
            assert_eq!(error(name, value).param(), Some(name), "{value}");
        }
        assert_eq!(error("q", &"a".repeat(201)).param(), Some("q"));
        assert!(Query::parse([("style", "foo"), ("language", "ceb"), ("limit", "500")]).is_ok());
    }

    #[test]
    fn every_parameter_that_is_named_is_known() {
        let parameters: Vec<_> = Query::parameters().collect();
        assert!(Query::names().eq(parameters.iter().map(|parameter| parameter.name)));
        assert_eq!(parameters.len(), 18);
        for Parameter { name, says, choices, takes_several } in parameters {
            assert!(Query::parse([(name, "")]).is_ok() && says.ends_with('.'), "{name}");
            choices
                .iter()
                .for_each(|choice| assert!(Query::parse([(name, choice)]).is_ok(), "{name}={choice}"));
            let several = choices.join(",");
            assert!(choices.is_empty() || Query::parse([(name, several)]).is_ok() == takes_several, "{name}");
            assert!(choices.is_empty() || Query::parse([(name, "another")]).is_err(), "{name}");
        }
    }
}
