//! Clients, what they prefer, their keys and their budgets.

use std::path::PathBuf;

use billing::{Action, Budget, Measure, Nanos, Window};
use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use speech::{Fallback, Policy};

use super::voices::{parse_fallback, parse_policy};

const HOUR_MS: i64 = 3_600_000;

/// Clients.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  voice-soundboard clients create newsroom --budget-usd 20 --window month
  voice-soundboard clients create kiosk --budget-characters 50000 --window day --action throttle
  voice-soundboard clients show newsroom
  voice-soundboard clients budget newsroom --budget-usd 50 --window rolling_30d --action warn
  voice-soundboard clients set newsroom --policy local-only --fallback none
  voice-soundboard clients alias newsroom narrator kokoro:bm_george
  voice-soundboard clients forget newsroom

A running server knows of every change within a second.")]
pub(crate) struct Clients {
    #[command(subcommand)]
    pub(crate) action: ClientsAction,
    #[command(flatten)]
    pub(crate) data: Data,
}

/// Where it all lies.
#[derive(Debug, Args)]
pub(crate) struct Data {
    /// Where the database lies [default: voice-soundboard in the user's data directory].
    #[arg(id = "data", long = "data", global = true, value_name = "DIR", overrides_with = "data")]
    pub(crate) directory: Option<PathBuf>,
}

/// What to do about clients.
#[derive(Debug, Subcommand)]
pub(crate) enum ClientsAction {
    /// Add a client.
    Create {
        /// What people call it; no two have the same.
        #[arg(value_name = "NAME")]
        name: String,
        /// How its voices are chosen, where a request does not say; local-only no request takes back.
        #[arg(long, value_parser = parse_policy)]
        policy: Option<Policy>,
        /// What happens when a backend fails, where a request does not say.
        #[arg(long, value_parser = parse_fallback)]
        fallback: Option<Fallback>,
        #[command(flatten)]
        budget: BudgetFlags,
    },
    /// List the clients.
    List,
    /// Show a client, and how its budgets stand.
    Show {
        /// Its name or id.
        #[arg(value_name = "NAME")]
        client: String,
    },
    /// Give a client other budgets in place of those that it has.
    Budget {
        /// Its name or id.
        #[arg(value_name = "NAME")]
        client: String,
        /// For one of its keys, by public prefix; the client's own budgets stay.
        #[arg(long, value_name = "PREFIX")]
        key: Option<String>,
        #[command(flatten)]
        budget: BudgetFlags,
        /// No budget at all: no limit.
        #[arg(long, conflicts_with_all = ["budget_usd", "budget_characters", "budget_audio_seconds"])]
        none: bool,
    },
    /// Say how its requests are routed that do not say it themselves.
    Set {
        /// Its name or id.
        #[arg(value_name = "NAME")]
        client: String,
        #[command(flatten)]
        preferences: PreferenceFlags,
    },
    /// Give a voice another name, for this client alone; it comes before everyone's.
    Alias {
        /// Its name or id.
        #[arg(value_name = "NAME")]
        client: String,
        /// The other name.
        #[arg(value_name = "ALIAS")]
        alias: String,
        /// The voice that is meant, such as kokoro:bm_george.
        #[arg(value_name = "VOICE", required_unless_present = "remove")]
        voice: Option<String>,
        /// Take the name back.
        #[arg(long, conflicts_with = "voice")]
        remove: bool,
    },
    /// Delete what is personal of a client: name, preferences, keys, lexicon, stored answers, tags. Its sums stay, under its id.
    Forget {
        /// Its name or id.
        #[arg(value_name = "NAME")]
        client: String,
    },
}

/// One of the two, or both.
#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = true)]
pub(crate) struct PreferenceFlags {
    /// How its voices are chosen; 'unset' leaves it to the configuration.
    #[arg(long, value_parser = |name: &str| or_unset(name, parse_policy))]
    pub(crate) policy: Option<OrUnset<Policy>>,
    /// What happens when a backend fails; 'unset' leaves it to the configuration.
    #[arg(long, value_parser = |name: &str| or_unset(name, parse_fallback))]
    pub(crate) fallback: Option<OrUnset<Fallback>>,
}

/// A value; none is 'unset'.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OrUnset<T>(pub(crate) Option<T>);

fn or_unset<T>(name: &str, parse: fn(&str) -> Result<T, String>) -> Result<OrUnset<T>, String> {
    match name {
        "unset" => Ok(OrUnset(None)),
        name => parse(name).map(|value| OrUnset(Some(value))).map_err(|error| format!("{error} Or 'unset'.")),
    }
}

/// Up to three limits, over one window.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Budget", group(ArgGroup::new("amount").multiple(true)))]
pub(crate) struct BudgetFlags {
    /// At most so many US dollars.
    #[arg(long, value_name = "DOLLARS", allow_negative_numbers = true, group = "amount")]
    budget_usd: Option<Nanos>,
    /// At most so many characters of text.
    #[arg(long, value_name = "COUNT", group = "amount")]
    budget_characters: Option<u32>,
    /// At most so many seconds of audio.
    #[arg(long, value_name = "SECONDS", group = "amount")]
    budget_audio_seconds: Option<u32>,
    /// Over what time: day or month (UTC), or a rolling one: rolling_24h, rolling_30d.
    #[arg(long, value_name = "WINDOW", default_value = "month", requires = "amount")]
    window: Window,
    /// What becomes of a request that finds no room.
    #[arg(long, value_name = "ACTION", default_value = "refuse", requires = "amount")]
    action: ActionFlag,
}

/// What becomes of a request that finds no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ActionFlag {
    /// It is refused.
    Refuse,
    /// It is served by something cheaper, or refused.
    Throttle,
    /// It is served, and its answer says so.
    Warn,
}

impl BudgetFlags {
    /// The budgets that they mean, of a client or of one of its keys.
    pub(crate) fn budgets(&self, key: Option<&str>) -> Vec<Budget> {
        let action = match self.action {
            ActionFlag::Refuse => Action::Refuse,
            ActionFlag::Throttle => Action::Throttle,
            ActionFlag::Warn => Action::Warn,
        };
        let limits = [
            (Measure::Money, self.budget_usd.map(Nanos::get)),
            (Measure::Characters, self.budget_characters.map(i64::from)),
            (Measure::Audio, self.budget_audio_seconds.map(|seconds| i64::from(seconds) * 1000)),
        ];
        let budget = |(measure, limit): (Measure, Option<i64>)| {
            Some(Budget { key: key.map(str::to_owned), measure, limit: limit?, window: self.window, action })
        };
        limits.into_iter().filter_map(budget).collect()
    }
}

/// API keys.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  KEY=$(voice-soundboard keys create --client newsroom)
  voice-soundboard keys create --client newsroom --expires-in 90d
  voice-soundboard keys list --client newsroom
  voice-soundboard keys rotate vs_k3v7q2m9xa --grace 24h
  voice-soundboard keys revoke vs_k3v7q2m9xa

A key is shown once, when it is made. Afterwards it is known by its public prefix.")]
pub(crate) struct Keys {
    #[command(subcommand)]
    pub(crate) action: KeysAction,
    #[command(flatten)]
    pub(crate) data: Data,
}

/// What to do about keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysAction {
    /// Make a key, and print it alone.
    Create {
        /// Whose, by name or id.
        #[arg(long, value_name = "NAME")]
        client: String,
        #[command(flatten)]
        expiry: Expiry,
    },
    /// List the keys.
    List {
        /// Of this client only, by name or id.
        #[arg(long, value_name = "NAME")]
        client: Option<String>,
    },
    /// Make a key in place of another, and print it alone. Budgets of the other hold for it as well.
    Rotate {
        /// The other's public prefix.
        #[arg(value_name = "PREFIX")]
        prefix: String,
        #[command(flatten)]
        expiry: Expiry,
        /// How long the other still opens: 30m, 24h, 7d [default: it ends at once].
        #[arg(long, value_name = "TIME", value_parser = milliseconds)]
        grace: Option<i64>,
    },
    /// End a key: it opens nothing any more.
    Revoke {
        /// Its public prefix.
        #[arg(value_name = "PREFIX")]
        prefix: String,
    },
}

/// When a new key ends.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Expiry {
    /// How long it opens: 30m, 24h, 90d [default: for ever; in place of another, as long as that].
    #[arg(long, value_name = "TIME", value_parser = milliseconds)]
    expires_in: Option<i64>,
}

impl Expiry {
    /// How long it opens, in milliseconds.
    pub(crate) fn lifetime_ms(self) -> Option<i64> {
        self.expires_in
    }
}

fn milliseconds(text: &str) -> Result<i64, String> {
    let wrong = || "write minutes, hours or days, such as 30m, 24h or 90d".to_owned();
    let (count, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
    let unit = match unit {
        "m" => HOUR_MS / 60,
        "h" => HOUR_MS,
        "d" => 24 * HOUR_MS,
        _ => return Err(wrong()),
    };
    let count = count.parse::<u32>().ok().filter(|count| *count > 0).ok_or_else(wrong)?;
    Ok(i64::from(count) * unit)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Cli, Command};

    fn clients(arguments: &[&str]) -> Result<ClientsAction, clap::Error> {
        let line = ["voice-soundboard", "clients"].iter().chain(arguments);
        let Command::Clients(clients) = Cli::try_parse_from(line)?.command else { panic!("it is clients") };
        Ok(clients.action)
    }

    #[test]
    fn flags_make_budgets() {
        let line = [
            "create",
            "ann",
            "--budget-usd",
            "0.03",
            "--budget-audio-seconds",
            "60",
            "--window",
            "rolling_24h",
        ];
        let ClientsAction::Create { name, budget, .. } = clients(&line).unwrap() else {
            panic!("it creates")
        };
        let limit = |measure, limit| Budget {
            key: None,
            measure,
            limit,
            window: Window::Rolling { hours: 24 },
            action: Action::Refuse,
        };
        assert_eq!(name, "ann");
        assert_eq!(budget.budgets(None), [limit(Measure::Money, 30_000_000), limit(Measure::Audio, 60_000)]);
        let ClientsAction::Create { budget, .. } = clients(&["create", "ann"]).unwrap() else {
            panic!("it creates")
        };
        assert_eq!(budget.budgets(None), []);
    }

    #[test]
    fn a_budget_that_is_none_is_refused_in_words() {
        for (line, word) in [
            (&["create", "ann", "--budget-usd", "-1"][..], "--budget-usd"),
            (&["create", "ann", "--budget-usd", "1,50"], "0.015"),
            (&["create", "ann", "--window", "week"], "rolling_24h"),
            (&["create", "ann", "--budget-characters", "many"], "many"),
            (&["budget", "ann", "--none", "--budget-usd", "1"], "--none"),
        ] {
            let error = clients(line).expect_err("it is wrong").to_string();
            assert!(error.contains(word), "{line:?}: {error}");
        }
    }

    #[test]
    fn what_a_client_prefers_is_said_or_unset() {
        let set = ["set", "ann", "--policy", "unset", "--fallback", "none"];
        let ClientsAction::Set { preferences, .. } = clients(&set).unwrap() else { panic!("it sets") };
        assert_eq!(preferences.policy, Some(OrUnset(None)));
        assert_eq!(preferences.fallback, Some(OrUnset(Some(Fallback::None))));
        for (line, word) in [
            (&["set", "ann"][..], "--policy"),
            (&["set", "ann", "--policy", "nearest"], "local-only, weighted. Or 'unset'."),
            (&["set", "ann", "--fallback", "perhaps"], "none, before-audio, resume. Or 'unset'."),
            (&["create", "ann", "--policy", "unset"], "local-only, weighted."),
            (&["alias", "ann", "narrator"], "<VOICE>"),
            (&["alias", "ann", "narrator", "tone", "--remove"], "--remove"),
        ] {
            let error = clients(line).expect_err("it is wrong").to_string();
            assert!(error.contains(word), "{line:?}: {error}");
        }
    }

    #[test]
    fn times_are_written_with_their_unit() {
        assert_eq!(milliseconds("90d"), Ok(90 * 24 * HOUR_MS));
        assert_eq!(milliseconds("30m"), Ok(1_800_000));
        for wrong in ["", "d", "0d", "-1d", "1w", "90", "1.5h", "é", "99999999999d"] {
            assert!(milliseconds(wrong).is_err(), "{wrong}");
        }
    }
}
