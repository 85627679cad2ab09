//! What a search can be told, one by one.

use crate::fields::Field;
use crate::query::{MOST, MOST_CHARACTERS, Query, Sort, USUAL};

/// A parameter of a [`Query`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it asks for, in a sentence or two.
    pub says: String,
    /// All values that it can have; empty where there is no end to them.
    pub choices: Vec<&'static str>,
    /// Whether it may have several values, with commas in between.
    pub takes_several: bool,
}

impl Query {
    /// Every parameter.
    pub fn parameters() -> impl Iterator<Item = Parameter> {
        let filters = Field::ALL.into_iter().map(|field| Parameter {
            name: field.name(),
            says: says(field).to_owned(),
            choices: field.choices(),
            takes_several: true,
        });
        let other = |name, says, choices| Parameter { name, says, choices, takes_several: false };
        let others = [
            other(
                "q",
                format!(
                    "Free text of at most {MOST_CHARACTERS} characters; each word must be met, and may have a typo."
                ),
                Vec::new(),
            ),
            other(
                "max_price_per_1k_usd",
                "What 1,000 characters may cost at most, in US dollars: `0.03`.".to_owned(),
                Vec::new(),
            ),
            other(
                "sort",
                "What comes first; `fit` unless it says otherwise.".to_owned(),
                Sort::ALL.map(Sort::name).into(),
            ),
            other(
                "limit",
                format!("Voices of a page: 1 to {MOST}; {USUAL} unless it says otherwise."),
                Vec::new(),
            ),
            other(
                "cursor",
                "The page after another: `next_cursor` of that one, with all else as it was.".to_owned(),
                Vec::new(),
            ),
        ];
        filters.chain(others)
    }
}

fn says(field: Field) -> &'static str {
    match field {
        Field::Gender => "As a listener hears it.",
        Field::Language => "What it speaks, as BCP 47 tags or English names; `en` takes in `en-GB`.",
        Field::Locale => "Language and region of its own language, as BCP 47 tags: `en-GB`.",
        Field::Accent => "Its accent: `british`, `southern american`.",
        Field::Age => "How old it sounds.",
        Field::Style => "How it sounds, or what it is made for: `warm`, `conversational`.",
        Field::UseCase => "What it is made for: `narration`, `customer-service`.",
        Field::Backend => "Who has it, by the backends' configured names.",
        Field::Model => "The models that speak with it, by their ids.",
        Field::Capability => "What its backend can do.",
        Field::Format => "What its backend can be asked for without anybody converting it.",
        Field::SampleRate => "Samples a second of what its backend makes by itself: `24000`.",
        Field::Status => "Whether it can speak now.",
    }
}
