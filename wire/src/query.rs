//! Reads the query of a URL.

use std::ops::RangeInclusive;

use crate::RequestError;

/// The fields of a URL's query, decoded. One that is empty counts as absent.
#[derive(Clone)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// What stands behind the `?`, if anything does.
    pub fn parse(query: Option<&str>) -> Self {
        let fields = form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned();
        Self(fields.filter(|(_, value)| !value.is_empty()).collect())
    }

    /// The first value of a field.
    pub fn get(&self, param: &str) -> Option<&str> {
        self.all(param).next()
    }

    /// Every value of a field that may be repeated.
    pub fn all(&self, param: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(name, _)| name == param).map(|(_, value)| value.as_str())
    }

    /// Every field and its value, in order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Refuses every other field.
    ///
    /// # Errors
    /// When there is one.
    pub fn only(&self, allowed: &'static [&'static str]) -> Result<(), RequestError> {
        match self.0.iter().all(|(name, _)| allowed.contains(&name.as_str())) {
            true => Ok(()),
            false => Err(RequestError::UnknownField { param: Some("query"), allowed }),
        }
    }

    /// `true` or `false`, in any case.
    ///
    /// # Errors
    /// When it is neither.
    pub fn flag(&self, param: &'static str) -> Result<Option<bool>, RequestError> {
        match self.get(param).map(str::to_ascii_lowercase).as_deref() {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(_) => Err(RequestError::WrongShape { param, expected: "true or false" }),
        }
    }

    /// A whole number of that range; `expected` says which.
    ///
    /// # Errors
    /// When it is none.
    pub fn number(
        &self,
        param: &'static str,
        range: RangeInclusive<u64>,
        expected: &'static str,
    ) -> Result<Option<u64>, RequestError> {
        let Some(value) = self.get(param) else { return Ok(None) };
        let number = value.parse().ok().filter(|number| range.contains(number));
        number.map(Some).ok_or(RequestError::WrongShape { param, expected })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_decoded_and_may_be_repeated() {
        let query = Query::parse(Some("voice_ids=a%3Ab&voice_ids=c+d&empty=&flag=True&n=4"));
        assert_eq!(query.all("voice_ids").collect::<Vec<_>>(), ["a:b", "c d"]);
        assert_eq!((query.get("empty"), query.get("nothing")), (None, None));
        assert_eq!(query.flag("flag"), Ok(Some(true)));
        assert_eq!(query.number("n", 0..=4, "at most 4"), Ok(Some(4)));
        assert!(Query::parse(None).get("n").is_none());
    }

    #[test]
    fn what_is_no_flag_and_no_number_is_refused_and_not_quoted() {
        let query = Query::parse(Some("flag=secret&n=-1"));
        let error = query.flag("flag").unwrap_err();
        assert_eq!(error.to_string(), "flag must be true or false.");
        assert!(query.number("n", 0..=4, "at most 4").is_err());
    }
}
