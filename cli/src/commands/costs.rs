//! Shows what a month cost whom.

mod chart;

use billing::{Accounts, Client, ClientNames, Costs, Month, Reports, Scope, Sums};
use serde_json::json;
use speech::Clock as _;
use wire::soundboard::CostsBody;

use super::clients::unread;
use super::{block_on, columns, print, print_json};
use crate::args::{self, Global};
use crate::compose;
use crate::config::Config;
use crate::environment::SystemClock;
use crate::failure::Failure;

/// The columns of figures.
pub(super) const FIGURES: [&str; 9] = [
    "REQUESTS",
    "CHARACTERS",
    "AUDIO",
    "ERRORS",
    "CACHE HITS",
    "VENDOR COST",
    "(ESTIMATED)",
    "CHARGE",
    "(ESTIMATED)",
];

/// Prints a month's costs.
pub(crate) fn run(asked: &args::Costs, config: &Config, global: &Global) -> Result<(), Failure> {
    let now = SystemClock.unix_ms();
    let month = asked.month.unwrap_or_else(|| Month::of(now));
    let (costs, names) = block_on(async {
        let store = compose::books(config).await?;
        let scope =
            Scope { from_unix_ms: month.from_unix_ms(), to_unix_ms: month.to_unix_ms(), client: None };
        let report = store.usage(scope, Costs::DIMENSIONS.to_vec()).await.map_err(unread)?;
        Ok((Costs::of(&report), Client::names(store.clients().await.map_err(unread)?)))
    })?;
    if global.json {
        print_json(&json!(CostsBody::new(month, &costs, &names)))
    } else if asked.csv {
        print(&CostsBody::new(month, &costs, &names).to_csv())
    } else if asked.chart {
        print(&chart::of(month, now, &costs.by_day))
    } else {
        print(&table(month, &costs, &names))
    }
}

fn table(month: Month, costs: &Costs, names: &ClientNames) -> String {
    let parts = [
        ("client", &costs.by_client),
        ("backend", &costs.by_backend),
        ("voice", &costs.by_voice),
        ("day", &costs.by_day),
    ];
    let head = ["BY", "NAME"].into_iter().chain(FIGURES).map(str::to_owned).collect();
    let whole = row(["month".to_owned(), month.to_string()], &costs.total);
    let parts = parts.into_iter().flat_map(|(by, parts)| {
        parts.iter().map(move |(name, sums)| {
            let shown = match by {
                "client" => named(name, names),
                _ if name.is_empty() => "-".to_owned(),
                _ => name.clone(),
            };
            row([by.to_owned(), shown], sums)
        })
    });
    columns([head, whole].into_iter().chain(parts))
}

/// `Ann (cl_a)`; the id alone of a client that is called by it, or was forgotten.
pub(super) fn named(id: &str, names: &ClientNames) -> String {
    match names.get(id) {
        Some(name) if name != id => format!("{name} ({id})"),
        _ => id.to_owned(),
    }
}

/// A line of a table: what it is about, and its figures.
pub(super) fn row(about: impl IntoIterator<Item = String>, sums: &Sums) -> Vec<String> {
    let figures = [
        sums.requests.to_string(),
        sums.characters.to_string(),
        audio(sums.audio_ms),
        sums.errors.to_string(),
        sums.cache_hits.to_string(),
        format!("{} USD", sums.vendor_cost),
        format!("{} USD", sums.vendor_cost_estimated),
        format!("{} USD", sums.charge),
        format!("{} USD", sums.charge_estimated),
    ];
    about.into_iter().chain(figures).collect()
}

/// `1:02:03`: hours, minutes and seconds.
fn audio(ms: u64) -> String {
    let seconds = ms.div_ceil(1000);
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use billing::Nanos;

    use super::*;

    #[test]
    fn a_table_names_clients_and_tells_what_is_estimated() {
        let sums =
            |nanos| Sums { requests: 1, charge: Nanos::new(nanos), audio_ms: 61_500, ..Sums::default() };
        let estimated = Sums { charge_estimated: Nanos::new(5_000_000), ..sums(10_000_000) };
        let costs = Costs {
            total: sums(30_000_000),
            by_client: [("cl_a".into(), sums(20_000_000)), ("local".into(), estimated)].into(),
            by_backend: [("".into(), sums(0))].into(),
            ..Costs::default()
        };
        let names =
            [("cl_a", "Ann"), ("local", "local")].map(|(id, name)| (id.to_owned(), name.to_owned())).into();
        let table = table("2026-10".parse().unwrap(), &costs, &names);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(
            lines,
            [
                "BY       NAME        REQUESTS  CHARACTERS  AUDIO    ERRORS  CACHE HITS  VENDOR COST  (ESTIMATED)  CHARGE    (ESTIMATED)",
                "month    2026-10     1         0           0:01:02  0       0           0.00 USD     0.00 USD     0.03 USD  0.00 USD",
                "client   Ann (cl_a)  1         0           0:01:02  0       0           0.00 USD     0.00 USD     0.02 USD  0.00 USD",
                "client   local       1         0           0:01:02  0       0           0.00 USD     0.00 USD     0.01 USD  0.005 USD",
                "backend  -           1         0           0:01:02  0       0           0.00 USD     0.00 USD     0.00 USD  0.00 USD",
            ]
        );
    }
}
