//! Shows what was used.

use billing::{Accounts as _, Client, ClientNames, Dimension, Report, Reports, Scope};
use serde_json::json;
use speech::Clock as _;
use wire::soundboard::UsageBody;

use super::clients::{known, unread};
use super::costs::{FIGURES, named, row};
use super::{block_on, columns, print, print_json};
use crate::args::{Global, Usage};
use crate::compose;
use crate::config::Config;
use crate::environment::SystemClock;
use crate::failure::Failure;

/// Prints the sums of the last hours or days.
pub(crate) fn run(asked: &Usage, config: &Config, global: &Global) -> Result<(), Failure> {
    let now = SystemClock.unix_ms();
    let (report, names) = block_on(async {
        let store = compose::books(config).await?;
        let client = match &asked.client {
            Some(client) => Some(known(&store, client).await?.id),
            None => None,
        };
        let (from_unix_ms, to_unix_ms) = (asked.timeframe.from_unix_ms(now), asked.timeframe.to_unix_ms(now));
        let scope = Scope { from_unix_ms, to_unix_ms, client };
        let report = store.usage(scope, asked.group_by.clone()).await.map_err(unread)?;
        Ok((report, Client::names(store.clients().await.map_err(unread)?)))
    })?;
    if global.json {
        print_json(&json!(UsageBody::new(&report, &names)))
    } else if asked.csv {
        print(&UsageBody::new(&report, &names).to_csv())
    } else {
        print(&table(&asked.group_by, &report, &names))
    }
}

fn table(group_by: &[Dimension], report: &Report, names: &ClientNames) -> String {
    let head = group_by.iter().map(|dimension| dimension.to_string().to_uppercase());
    let head: Vec<String> = head.chain(FIGURES.map(str::to_owned)).collect();
    let rows = report.iter().map(|(group, sums)| {
        let value = |dimension| match (dimension, group.get(dimension).cloned().flatten()) {
            (Dimension::Client, Some(client)) => named(&client, names),
            (_, value) => value.unwrap_or_else(|| "-".to_owned()),
        };
        row(group_by.iter().map(value), sums)
    });
    columns(std::iter::once(head).chain(rows))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use billing::Sums;

    use super::*;

    #[test]
    fn a_table_has_a_column_for_each_dimension_in_the_order_asked_for() {
        let group = BTreeMap::from([
            (Dimension::Voice, Some("kokoro:af_heart".to_owned())),
            (Dimension::Client, Some("cl_a".to_owned())),
            (Dimension::Tag("team".into()), None),
        ]);
        let names = [("cl_a".to_owned(), "Ann".to_owned())].into();
        let report = vec![(group, Sums { requests: 3, ..Sums::default() })];
        let table =
            table(&[Dimension::Tag("team".into()), Dimension::Voice, Dimension::Client], &report, &names);
        let lines: Vec<Vec<&str>> = table
            .lines()
            .map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect())
            .collect();
        assert_eq!(lines[0][..4], ["TAG:TEAM", "VOICE", "CLIENT", "REQUESTS"]);
        assert_eq!(lines[1][..4], ["-", "kokoro:af_heart", "Ann (cl_a)", "3"]);
    }
}
