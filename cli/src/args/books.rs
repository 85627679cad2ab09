//! What was used, what it cost, and where that is kept.

use std::path::PathBuf;

use billing::{Dimension, Month, Timeframe};
use clap::Args;

use super::accounts::Data;

/// What a month cost.
#[derive(Debug, Args)]
pub(crate) struct Costs {
    /// Which month, UTC [default: this one].
    #[arg(long, value_name = "YEAR-MONTH")]
    pub(crate) month: Option<Month>,
    /// Draw the charges, a bar for each day.
    #[arg(long, conflicts_with = "csv")]
    pub(crate) chart: bool,
    /// Print CSV, for a spreadsheet.
    #[arg(long)]
    pub(crate) csv: bool,
    #[command(flatten)]
    pub(crate) data: Data,
}

/// What was used.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  voice-soundboard usage --timeframe 24h --group-by hour
  voice-soundboard usage --timeframe 7d --group-by voice,day
  voice-soundboard usage --timeframe 30d --group-by client,tag:project --csv")]
pub(crate) struct Usage {
    /// The last hours or days, this hour among them: 24h, 7d.
    #[arg(long, value_name = "TIME", default_value = "7d")]
    pub(crate) timeframe: Timeframe,
    /// By what to tell it apart: client, key, voice, language, backend, door, model, day, hour, tag:NAME.
    #[arg(long, value_name = "DIMENSION,...", value_delimiter = ',')]
    pub(crate) group_by: Vec<Dimension>,
    /// Of this client only, by name or id.
    #[arg(long, value_name = "NAME")]
    pub(crate) client: Option<String>,
    /// Print CSV, for a spreadsheet.
    #[arg(long)]
    pub(crate) csv: bool,
    #[command(flatten)]
    pub(crate) data: Data,
}

/// Holds the ledger against a vendor's export.
#[derive(Debug, Args)]
#[command(after_help = "\
The export is CSV, JSON or a JSON object a line, with these names where the vendor has them:
  OpenAI, usage export and API:   start_time, model, num_model_requests, characters, input_tokens, output_tokens
  ElevenLabs, GET /v1/history:    request_id, date_unix, model_id, text, character_count_change_from, ..._to
  any other vendor:               request_id, day, model, calls, characters, credits, input_tokens,
                                  output_tokens, cost_usd

Calls are matched by the vendor's id of the request, else added up by day and model. Ends with 0 where both
agree, and with 4 where they do not.")]
pub(crate) struct Reconcile {
    /// Which backend, by its name in the configuration.
    #[arg(long, value_name = "NAME")]
    pub(crate) backend: String,
    /// The vendor's export; '-' reads it from standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) export: PathBuf,
    /// Which month, UTC [default: this one].
    #[arg(long, value_name = "YEAR-MONTH")]
    pub(crate) month: Option<Month>,
    #[command(flatten)]
    pub(crate) data: Data,
}

/// Copies the database.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The copy; must not exist.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) data: Data,
}

/// Puts a copy back.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// A copy that 'backup' made.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) data: Data,
}

/// Moves a closed month out of the database.
#[derive(Debug, Args)]
pub(crate) struct Archive {
    /// Which month, UTC; it must be over.
    #[arg(long, value_name = "YEAR-MONTH")]
    pub(crate) month: Month,
    /// Where to.
    #[arg(long, value_name = "DIR")]
    pub(crate) to: PathBuf,
    #[command(flatten)]
    pub(crate) data: Data,
}
