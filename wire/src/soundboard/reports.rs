//! What was used and what it cost, as `/api/v1/usage` and `/api/v1/costs` tell it.

use std::collections::BTreeMap;

use billing::{ClientNames, Costs, Dimension, Month, Report, Sums};
use serde::Serialize;
use utoipa::ToSchema;

/// `GET /api/v1/costs?month=2026-10`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CostsBody {
    /// Which month, UTC.
    pub month: String,
    /// Always `USD`.
    pub currency: &'static str,
    /// All together.
    #[serde(flatten)]
    pub total: Figures,
    /// By client id.
    pub by_client: BTreeMap<String, ClientFigures>,
    /// By backend; requests that nobody was asked for are under the empty name.
    pub by_backend: BTreeMap<String, Figures>,
    /// By `backend:voice`, likewise.
    pub by_voice: BTreeMap<String, Figures>,
    /// By day, UTC, in order.
    pub by_day: BTreeMap<String, Figures>,
}

/// The figures of one client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClientFigures {
    /// What it is called; left out where it was forgotten.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How much.
    #[serde(flatten)]
    pub figures: Figures,
}

/// `GET /api/v1/usage`: `{"rows":[...]}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct UsageBody {
    /// One for each group.
    pub rows: Vec<UsageRow>,
}

/// The figures of one group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct UsageRow {
    /// What it is, by dimension: `{"voice":"openai:alloy","day":"2026-10-31"}`. Null where there is none.
    pub group: BTreeMap<String, Option<String>>,
    /// What the group's client is called; left out where there is none, or it was forgotten.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_name: Option<String>,
    /// How much.
    #[serde(flatten)]
    pub figures: Figures,
}

/// Sums.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Figures {
    /// Requests, failed ones too.
    pub requests: u64,
    /// Code points of text.
    pub characters: u64,
    /// Milliseconds of speech that left.
    pub audio_ms: u64,
    /// Requests that failed.
    pub errors: u64,
    /// Requests answered from what was stored.
    pub cache_hits: u64,
    /// What the vendors take, in billionths of a dollar.
    pub vendor_cost_nanos: i64,
    /// The same in dollars, for people.
    pub vendor_cost_usd: String,
    /// How much of it is estimated: nobody but us has counted.
    pub vendor_cost_estimated_nanos: i64,
    /// The same in dollars, for people.
    pub vendor_cost_estimated_usd: String,
    /// What the clients are charged, in billionths of a dollar.
    pub charge_nanos: i64,
    /// The same in dollars, for people.
    pub charge_usd: String,
    /// How much of it is charged for requests with an estimated cost.
    pub charge_estimated_nanos: i64,
    /// The same in dollars, for people.
    pub charge_estimated_usd: String,
}

impl CostsBody {
    /// A month's costs; clients have these names.
    pub fn new(month: Month, costs: &Costs, names: &ClientNames) -> Self {
        let figures = |by: &BTreeMap<String, Sums>| -> BTreeMap<String, Figures> {
            by.iter().map(|(name, sums)| (name.clone(), sums.into())).collect()
        };
        Self {
            month: month.to_string(),
            currency: "USD",
            total: (&costs.total).into(),
            by_client: figures(&costs.by_client)
                .into_iter()
                .map(|(id, figures)| (id.clone(), ClientFigures { name: names.get(&id).cloned(), figures }))
                .collect(),
            by_backend: figures(&costs.by_backend),
            by_voice: figures(&costs.by_voice),
            by_day: figures(&costs.by_day),
        }
    }
}

impl CostsBody {
    /// The same as CSV (RFC 4180): a line for each of the figures, the month's own first.
    pub fn to_csv(&self) -> String {
        let parts = [("backend", &self.by_backend), ("voice", &self.by_voice), ("day", &self.by_day)];
        let whole = line(["month", self.month.as_str()], &self.total, [""]);
        let clients = self.by_client.iter().map(|(id, ClientFigures { name, figures })| {
            line(["client", id.as_str()], figures, [name.as_deref().unwrap_or_default()])
        });
        let parts = parts.into_iter().flat_map(|(by, figures)| {
            figures.iter().map(move |(name, figures)| line([by, name.as_str()], figures, [""]))
        });
        csv(head(["by", "name"], [CLIENT_NAME]), std::iter::once(whole).chain(clients).chain(parts))
    }
}

impl UsageBody {
    /// A report; clients have these names.
    pub fn new(report: &Report, names: &ClientNames) -> Self {
        let rows = report.iter().map(|(group, sums)| {
            let client = group.get(&Dimension::Client).cloned().flatten();
            UsageRow {
                group: group
                    .iter()
                    .map(|(dimension, value)| (dimension.to_string(), value.clone()))
                    .collect(),
                client_name: client.and_then(|client| names.get(&client).cloned()),
                figures: sums.into(),
            }
        });
        Self { rows: rows.collect() }
    }

    /// The same as CSV (RFC 4180): a column for each dimension, then the figures, and where clients are told apart their
    /// names. Without a row there is no dimension.
    pub fn to_csv(&self) -> String {
        let dimensions: Vec<&str> =
            self.rows.first().into_iter().flat_map(|row| row.group.keys().map(String::as_str)).collect();
        let names_clients = dimensions.contains(&CLIENT);
        let rows = self.rows.iter().map(|UsageRow { group, client_name, figures }| {
            let values = group.values().map(|value| value.as_deref().unwrap_or_default());
            line(values, figures, names_clients.then_some(client_name.as_deref().unwrap_or_default()))
        });
        csv(head(dimensions.iter().copied(), names_clients.then_some(CLIENT_NAME)), rows)
    }
}

/// What the dimension of clients is called in a group.
const CLIENT: &str = "client";

/// The last column, where clients are told apart.
const CLIENT_NAME: &str = "client_name";

fn head<'t>(
    before: impl IntoIterator<Item = &'t str>,
    behind: impl IntoIterator<Item = &'t str>,
) -> Vec<String> {
    let figures = [
        "requests",
        "characters",
        "audio_ms",
        "errors",
        "cache_hits",
        "vendor_cost_usd",
        "charge_usd",
        "vendor_cost_estimated_usd",
        "charge_estimated_usd",
    ];
    before.into_iter().chain(figures).chain(behind).map(str::to_owned).collect()
}

fn line<'t>(
    before: impl IntoIterator<Item = &'t str>,
    figures: &Figures,
    behind: impl IntoIterator<Item = &'t str>,
) -> Vec<String> {
    let Figures { requests, characters, audio_ms, errors, cache_hits, .. } = figures;
    let counts = [requests, characters, audio_ms, errors, cache_hits].map(u64::to_string);
    let costs = [
        &figures.vendor_cost_usd,
        &figures.charge_usd,
        &figures.vendor_cost_estimated_usd,
        &figures.charge_estimated_usd,
    ];
    let figures = counts.into_iter().chain(costs.map(String::clone));
    before.into_iter().map(cell).chain(figures).chain(behind.into_iter().map(cell)).collect()
}

fn csv(head: Vec<String>, rows: impl Iterator<Item = Vec<String>>) -> String {
    std::iter::once(head).chain(rows).map(|cells| cells.join(",") + "\r\n").collect()
}

/// A name as a cell. One that a spreadsheet would take for a formula gets an apostrophe before it: tags are the
/// clients' own words.
fn cell(name: &str) -> String {
    let name =
        if name.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{name}") } else { name.to_owned() };
    if name.contains([',', '"', '\r', '\n']) { format!("\"{}\"", name.replace('"', "\"\"")) } else { name }
}

impl From<&Sums> for Figures {
    fn from(sums: &Sums) -> Self {
        Self {
            requests: sums.requests,
            characters: sums.characters,
            audio_ms: sums.audio_ms,
            errors: sums.errors,
            cache_hits: sums.cache_hits,
            vendor_cost_nanos: sums.vendor_cost.get(),
            vendor_cost_usd: sums.vendor_cost.to_string(),
            vendor_cost_estimated_nanos: sums.vendor_cost_estimated.get(),
            vendor_cost_estimated_usd: sums.vendor_cost_estimated.to_string(),
            charge_nanos: sums.charge.get(),
            charge_usd: sums.charge.to_string(),
            charge_estimated_nanos: sums.charge_estimated.get(),
            charge_estimated_usd: sums.charge_estimated.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use billing::{Dimension, Nanos};
    use serde_json::{json, to_value};

    use super::*;

    fn names() -> ClientNames {
        [("cl_a".to_owned(), "Ann".to_owned())].into()
    }

    fn report() -> Report {
        let group = |day: &str, backend: Option<&str>| {
            BTreeMap::from([
                (Dimension::Day, Some(day.to_owned())),
                (Dimension::Backend, backend.map(str::to_owned)),
            ])
        };
        let sums = Sums {
            requests: 2,
            characters: 2000,
            audio_ms: 130_000,
            vendor_cost: Nanos::new(30_000_000),
            charge: Nanos::new(15_000_000),
            charge_estimated: Nanos::new(5_000_000),
            ..Sums::default()
        };
        let failed = Sums { requests: 1, errors: 1, ..Sums::default() };
        vec![(group("2026-10-30", Some("openai")), sums), (group("2026-10-31", None), failed)]
    }

    #[test]
    fn usage_is_told_by_group() {
        let body = to_value(UsageBody::new(&report(), &names())).unwrap();
        assert_eq!(body["rows"][1]["group"], json!({ "day": "2026-10-31", "backend": null }));
        assert_eq!(
            body["rows"][0],
            json!({
                "group": { "day": "2026-10-30", "backend": "openai" },
                "requests": 2, "characters": 2000, "audio_ms": 130_000, "errors": 0, "cache_hits": 0,
                "vendor_cost_nanos": 30_000_000, "vendor_cost_usd": "0.03",
                "vendor_cost_estimated_nanos": 0, "vendor_cost_estimated_usd": "0.00",
                "charge_nanos": 15_000_000, "charge_usd": "0.015",
                "charge_estimated_nanos": 5_000_000, "charge_estimated_usd": "0.005",
            })
        );
    }

    #[test]
    fn costs_are_told_all_together_and_told_apart() {
        let body =
            to_value(CostsBody::new("2026-10".parse().unwrap(), &Costs::of(&report()), &names())).unwrap();
        assert_eq!((&body["month"], &body["currency"]), (&json!("2026-10"), &json!("USD")));
        assert_eq!((&body["requests"], &body["vendor_cost_nanos"]), (&json!(3), &json!(30_000_000)));
        assert_eq!(body["by_backend"]["openai"]["charge_usd"], json!("0.015"));
        assert_eq!(body["by_backend"][""]["errors"], json!(1));
        assert_eq!(body["by_day"]["2026-10-31"]["requests"], json!(1));
    }

    #[test]
    fn costs_are_a_table_that_spreadsheets_read() {
        let csv = CostsBody::new("2026-10".parse().unwrap(), &Costs::of(&report()), &names()).to_csv();
        let lines: Vec<&str> = csv.split("\r\n").collect();
        assert_eq!(
            lines,
            [
                "by,name,requests,characters,audio_ms,errors,cache_hits,vendor_cost_usd,charge_usd,\
                 vendor_cost_estimated_usd,charge_estimated_usd,client_name",
                "month,2026-10,3,2000,130000,1,0,0.03,0.015,0.00,0.005,",
                "client,,3,2000,130000,1,0,0.03,0.015,0.00,0.005,",
                "backend,,1,0,0,1,0,0.00,0.00,0.00,0.00,",
                "backend,openai,2,2000,130000,0,0,0.03,0.015,0.00,0.005,",
                "voice,,3,2000,130000,1,0,0.03,0.015,0.00,0.005,",
                "day,2026-10-30,2,2000,130000,0,0,0.03,0.015,0.00,0.005,",
                "day,2026-10-31,1,0,0,1,0,0.00,0.00,0.00,0.00,",
                "",
            ]
        );
        let csv = UsageBody::new(&report(), &names()).to_csv();
        assert!(csv.starts_with("backend,day,requests,"), "{csv}");
        assert!(csv.contains("\r\n,2026-10-31,1,0,0,1,0,0.00,0.00,0.00,0.00\r\n"), "{csv}");
    }

    #[test]
    fn clients_have_their_names_beside_their_ids() {
        let of = |client: &str| {
            let group = [(Dimension::Client, Some(client.to_owned()))].into();
            (group, Sums { requests: 1, ..Sums::default() })
        };
        let report = vec![of("cl_a"), of("cl_gone")];
        let costs = CostsBody::new("2026-10".parse().unwrap(), &Costs::of(&report), &names());
        let body = to_value(&costs).unwrap();
        assert_eq!(body["by_client"]["cl_a"]["name"], json!("Ann"));
        assert_eq!(body["by_client"]["cl_gone"].get("name"), None, "it was forgotten");
        assert!(costs.to_csv().contains("\r\nclient,cl_a,1,0,0,0,0,0.00,0.00,0.00,0.00,Ann\r\n"));

        let usage = UsageBody::new(&report, &names());
        let body = to_value(&usage).unwrap();
        assert_eq!(
            (&body["rows"][0]["client_name"], body["rows"][1].get("client_name")),
            (&json!("Ann"), None)
        );
        let csv = usage.to_csv();
        assert!(csv.contains(",charge_estimated_usd,client_name\r\ncl_a,1,"), "{csv}");
        assert!(csv.contains(",Ann\r\ncl_gone,1,0,0,0,0,0.00,0.00,0.00,0.00,\r\n"), "{csv}");
    }

    #[test]
    fn a_name_is_a_cell_and_never_a_formula() {
        for (name, written) in [
            ("openai:alloy", "openai:alloy"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"\n", "\"say \"\"hi\"\"\n\""),
            ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""),
            ("-1", "'-1"),
        ] {
            assert_eq!(cell(name), written);
        }
    }
}
