//! Who can speak, and who would.

use clap::Args;

use super::accounts::Data;

/// Searches voices. What a filter may hold is the catalogue's to say.
#[derive(Debug, Args)]
pub(crate) struct Voices {
    /// Words of its name, its description, its styles; a typo is forgiven.
    #[arg(long, value_name = "TEXT")]
    pub(crate) q: Option<String>,
    /// What it speaks: 'en', 'en-GB'.
    #[arg(long, value_name = "TAG")]
    pub(crate) language: Option<String>,
    /// As a listener hears it: female, male, neutral.
    #[arg(long)]
    pub(crate) gender: Option<String>,
    /// How old it sounds: child, young, middle-aged, old.
    #[arg(long)]
    pub(crate) age: Option<String>,
    /// How it speaks its language: 'british'.
    #[arg(long)]
    pub(crate) accent: Option<String>,
    /// How it sounds: 'warm', 'conversational'.
    #[arg(long)]
    pub(crate) style: Option<String>,
    /// What it is made for: 'narration'.
    #[arg(long, value_name = "USE")]
    pub(crate) use_case: Option<String>,
    /// Whose it is, by the configured name.
    #[arg(long, value_name = "NAME")]
    pub(crate) backend: Option<String>,
    /// What comes first: fit, name, price.
    #[arg(long)]
    pub(crate) sort: Option<String>,
    /// How many, 1 to 500 [default: 100].
    #[arg(long, value_name = "NUMBER")]
    pub(crate) limit: Option<String>,
    /// Go on where an earlier search ended.
    #[arg(long)]
    pub(crate) cursor: Option<String>,
}

impl Voices {
    /// As the parameters of `GET /api/v1/voices`.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("q", &self.q),
            ("language", &self.language),
            ("gender", &self.gender),
            ("age", &self.age),
            ("accent", &self.accent),
            ("style", &self.style),
            ("use_case", &self.use_case),
            ("backend", &self.backend),
            ("sort", &self.sort),
            ("limit", &self.limit),
            ("cursor", &self.cursor),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.as_deref()?)))
    }
}

/// Explains a route.
#[derive(Debug, Args)]
pub(crate) struct Route {
    /// The voice as a request names it.
    #[arg(value_name = "VOICE")]
    pub(crate) voice: String,
    /// How the voice is chosen [default: as configured].
    #[arg(long, value_parser = parse_policy)]
    pub(crate) policy: Option<speech::Policy>,
    /// What happens when a backend fails [default: as configured].
    #[arg(long, value_parser = parse_fallback)]
    pub(crate) fallback: Option<speech::Fallback>,
    /// As this client asks, by name or id [default: as whoever runs this command].
    #[arg(long, value_name = "NAME")]
    pub(crate) client: Option<String>,
    /// The model as a request names it.
    #[arg(long)]
    pub(crate) model: Option<String>,
    /// A BCP 47 tag of the text's language.
    #[arg(long, value_name = "TAG")]
    pub(crate) language: Option<String>,
    /// What would be said.
    #[arg(long, conflicts_with = "characters")]
    pub(crate) text: Option<String>,
    /// How long it would be.
    #[arg(long, value_name = "NUMBER", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) characters: u32,
    #[command(flatten)]
    pub(crate) data: Data,
}

pub(super) fn parse_policy(name: &str) -> Result<speech::Policy, String> {
    speech::Policy::parse(name).map_err(|error| error.to_string())
}

pub(super) fn parse_fallback(name: &str) -> Result<speech::Fallback, String> {
    speech::Fallback::parse(name).map_err(|error| error.to_string())
}
