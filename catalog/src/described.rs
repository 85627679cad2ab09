//! Voices by what they are like.

use speech::{ErrorKind, SpeechError};

use crate::fields::Field;
use crate::texts::asked;
use crate::{Entry, Index, Query};

/// Values that an error lists.
const MOST_VALUES: usize = 50;

impl Index {
    /// The available voices that a description fits, best first, at most so many: `?gender=female&language=en&style=warm`, with
    /// the filters of a [`Query`], or in plain words, `?a warm british woman`. The `?` may be left out.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`] where the filters cannot be read; [`ErrorKind::UnknownVoice`] where nobody fits, with
    /// what it is that leaves nobody.
    pub fn described(&self, description: &str, most: usize) -> Result<Vec<&Entry>, SpeechError> {
        let description = description.strip_prefix('?').unwrap_or(description);
        let query = match description.contains('=') {
            true => Query::parse(form_urlencoded::parse(description.as_bytes())),
            false => Query::parse([("q", description)]),
        };
        let mut query = query.map_err(|error| error.about("voice"))?;
        if query.wanted == Default::default() {
            let message = "A description says something of the voice: ?gender=female&language=en, or ?a warm british woman.";
            return Err(SpeechError::invalid_parameter("voice", message));
        }
        query.wanted.values.entry(Field::Status).or_insert_with(|| ["available".to_owned()].into());
        (query.limit, query.after) = (most, None);
        let found = self.found(&query);
        if found.is_empty() && most > 0 { Err(self.nobody_fits(&query)) } else { Ok(found) }
    }

    /// What it is that leaves nobody: what nobody fits by itself, or all of it together.
    fn nobody_fits(&self, query: &Query) -> SpeechError {
        let conditions = conditions(query);
        let fits_nobody = |condition: &Query| self.found(condition).is_empty();
        let alone: Vec<&Condition> =
            conditions.iter().filter(|condition| fits_nobody(&condition.query)).collect();
        let allowed = alone.iter().find_map(|condition| condition.field).map(|field| {
            let values = self.values(field).all().map(|value| value.shown.clone());
            values.take(MOST_VALUES).collect::<Vec<_>>()
        });
        let named = |conditions: &[&Condition]| {
            conditions.iter().map(|condition| condition.name.as_str()).collect::<Vec<_>>().join(", ")
        };
        let message = match alone.is_empty() {
            true => {
                let all: Vec<&Condition> = conditions.iter().collect();
                format!("No available voice is all of this together: {}.", named(&all))
            }
            false => format!("No available voice is this: {}.", named(&alone)),
        };
        SpeechError::new(ErrorKind::UnknownVoice, message)
            .about("voice")
            .allowing(allowed.unwrap_or_default())
    }
}

/// A part of a query.
struct Condition {
    name: String,
    /// Where it is of one.
    field: Option<Field>,
    /// That part, of voices that are available.
    query: Query,
}

fn conditions(query: &Query) -> Vec<Condition> {
    let status = query.wanted.values.get(&Field::Status).cloned().unwrap_or_default();
    let mut conditions = Vec::new();
    let mut add = |name: String, field, ask: &dyn Fn(&mut Query)| {
        let mut query = Query { limit: 1, ..Query::default() };
        query.wanted.values.insert(Field::Status, status.clone());
        ask(&mut query);
        conditions.push(Condition { name, field, query });
    };
    for (field, values) in query.wanted.values.iter().filter(|(field, _)| **field != Field::Status) {
        let shown = values.iter().map(String::as_str).collect::<Vec<_>>().join(",");
        let name = format!("{}={}", field.name(), shown.chars().take(64).collect::<String>());
        add(name, Some(*field), &|query| _ = query.wanted.values.insert(*field, values.clone()));
    }
    for word in asked(&query.wanted.text) {
        add(format!("{word:?}"), None, &|query| query.wanted.text.clone_from(&word));
    }
    if let Some(most) = query.wanted.most_price {
        add(format!("max_price_per_1k_usd={most}"), None, &|query| query.wanted.most_price = Some(most));
    }
    conditions
}

#[cfg(test)]
mod tests;
