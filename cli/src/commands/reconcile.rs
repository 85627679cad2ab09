//! Holds the ledger against what a vendor says that it served.

mod export;

use billing::{Calls, Counts, Difference, Estimated, Month, Nanos, Quantity, Record};
use serde_json::json;
use speech::Clock as _;

use super::clients::unread;
use super::{block_on, print, print_json};
use crate::args::{Global, Reconcile};
use crate::compose;
use crate::config::Config;
use crate::environment::SystemClock;
use crate::failure::{Exit, Failure};
use crate::input;

/// Prints every difference; ends with an exit code of its own where there is one.
pub(crate) fn run(asked: &Reconcile, config: &Config, global: &Global) -> Result<(), Failure> {
    if !config.backends.contains_key(&asked.backend) {
        let names: Vec<&str> = config.backends.keys().map(String::as_str).collect();
        return Err(Failure::usage(format_args!(
            "there is no backend {:?} in the configuration; there are: {}",
            asked.backend,
            names.join(", ")
        )));
    }
    let month = asked.month.unwrap_or_else(|| Month::of(SystemClock.unix_ms()));
    let text = input::read(&asked.export)?;
    let records = export::read(&text)
        .map_err(|error| Failure::usage(format_args!("{}: {error}", asked.export.display())))?;
    let records: Vec<Record> = records.into_iter().filter(|record| may_be_of(record, month)).collect();
    let calls = block_on(async {
        let store = compose::books(config).await?;
        store.calls(&asked.backend, month.from_unix_ms(), month.to_unix_ms()).await.map_err(unread)
    })?;
    let differences = billing::reconcile(&calls, &records);
    let estimated = Estimated::among(&calls);
    if global.json {
        print_json(&json!({
            "backend": asked.backend,
            "month": month.to_string(),
            "calls": calls.len(),
            "records": records.len(),
            "estimated": {
                "calls": estimated.calls,
                "cost_nanos": estimated.cost,
                "cost_usd": estimated.cost.to_string(),
            },
            "differences": differences,
        }))?;
    } else {
        for difference in &differences {
            print(&format!("{}\n", in_words(difference)))?;
        }
        if estimated.calls > 0 {
            let Estimated { calls, cost } = estimated;
            print(&format!("{}: {calls} calls, {cost} USD, estimated\n", asked.backend))?;
        }
        let (calls, records, found) = (calls.len(), records.len(), differences.len());
        print(&format!(
            "{month}, {}: {calls} calls here, {records} records there, {found} differences\n",
            asked.backend
        ))?;
    }
    if differences.is_empty() { Ok(()) } else { Err(Failure::Quiet(Exit::Backend)) }
}

/// A record that names no day is the month's that was asked for.
fn may_be_of(record: &Record, month: Month) -> bool {
    record.day.is_none_or(|day| month.days().any(|of_month| of_month == day.to_string()))
}

fn in_words(difference: &Difference) -> String {
    match difference {
        Difference::MissingHere { subject, there } => {
            format!("{subject}: not in the ledger; the vendor has {}", counts(there))
        }
        Difference::MissingThere { subject, here } => {
            format!("{subject}: not in the export; the ledger has {}", counts(here))
        }
        Difference::Differs { subject, quantity: Quantity::CostNanos, here, there } => {
            format!("{subject}: {} USD here, {} USD there", Nanos::new(*here), Nanos::new(*there))
        }
        Difference::Differs { subject, quantity, here, there } => {
            format!("{subject}: {here} {quantity} here, {there} there")
        }
    }
}

fn counts(counts: &Counts) -> String {
    let counted = [
        (Quantity::Calls, Some(counts.calls)),
        (Quantity::Characters, counts.characters),
        (Quantity::Credits, counts.credits),
        (Quantity::InputTokens, counts.input_tokens),
        (Quantity::OutputTokens, counts.output_tokens),
    ];
    let counted = counted.into_iter().filter_map(|(quantity, count)| Some(format!("{} {quantity}", count?)));
    let cost = counts.cost.map(|cost| format!("{cost} USD"));
    counted.chain(cost).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use billing::Subject;

    use super::*;

    #[test]
    fn a_difference_says_who_has_what() {
        let subject = Subject::Call { request_id: "req_7".into() };
        let there = Counts { calls: 1, characters: Some(5), ..Counts::default() };
        let missing = Difference::MissingHere { subject: subject.clone(), there };
        assert_eq!(
            in_words(&missing),
            "request req_7: not in the ledger; the vendor has 1 calls, 5 characters"
        );
        let differs = |quantity, here, there| {
            in_words(&Difference::Differs { subject: subject.clone(), quantity, here, there })
        };
        assert_eq!(differs(Quantity::Credits, 3, 4), "request req_7: 3 credits here, 4 there");
        assert_eq!(
            differs(Quantity::CostNanos, 75_000, 0),
            "request req_7: 0.000075 USD here, 0.00 USD there"
        );
    }

    #[test]
    fn a_record_of_another_month_is_left_out() {
        let record = |day: &str| Record { day: day.parse().ok(), ..Record::default() };
        let october = "2026-10".parse().unwrap();
        assert!(may_be_of(&record("2026-10-01"), october) && may_be_of(&record("2026-10-31"), october));
        assert!(!may_be_of(&record("2026-09-30"), october) && !may_be_of(&record("2025-10-01"), october));
        assert!(may_be_of(&Record::default(), october));
    }
}
