//! Reports equal the sum over the requests' rows, exactly.

use std::collections::BTreeMap;
use std::sync::Arc;

use billing::{
    Accounts, Basis, Budget, Client, Costs, Dimension, Ledger, Nanos, Outcome, Preferences, Report, Reports,
    Scope, Settlement, Standing, Sums, Window,
};
use speech::{Door, ErrorKind};
use store::Database;

use crate::both::on_both;
use crate::site::{AT, Site, a_month, attempt, hold, is_refused, settlement};

on_both!(
    every_combination_equals_the_sum_over_the_rows,
    figures_are_told_apart_in_order,
    a_scope_takes_whole_hours_and_one_client,
    nothing_is_a_sum_too,
    a_months_costs_add_up,
    hours_that_fit_no_sum_are_at_the_end_of_the_range,
    what_an_older_program_estimated_is_found,
    budgets_stand_as_they_are_counted,
);

pub(crate) const ALWAYS: Scope = Scope { from_unix_ms: 0, to_unix_ms: 4_102_444_800_000, client: None };

const HOUR_MS: i64 = 3_600_000;

/// The values of a report's one dimension, and what was charged.
pub(crate) fn charges(report: &Report) -> Vec<(String, i64)> {
    let value = |group: &BTreeMap<Dimension, Option<String>>| {
        group
            .values()
            .map(|value| value.clone().unwrap_or_else(|| "none".to_owned()))
            .collect::<Vec<_>>()
            .join(" ")
    };
    report.iter().map(|(group, sums)| (value(group), sums.charge.get())).collect()
}

/// Settlements that differ in everything, in an order that repeats.
fn settlements(count: usize) -> Vec<Settlement> {
    let some = |names: &[Option<&str>], at: usize| names[at % names.len()].map(str::to_owned);
    let settlement = |number: usize| {
        let mut settled = settlement(&format!("r{number:03}"), number as i64 * 7);
        let row = &mut settled.row;
        row.at_unix_ms = AT + (number as i64 % 5 - 2) * 20 * HOUR_MS / 2 + number as i64;
        row.payer.client = ["ann", "bob", "local"][number % 3].into();
        row.payer.key = some(&[Some("vs_aaaaaaaaaa"), None], number / 2).map(Into::into);
        row.backend = some(&[Some("openai"), Some("kokoro"), None], number / 3);
        row.voice = row.backend.as_ref().and_then(|_| some(&[Some("alloy"), Some("Élodie")], number / 5));
        row.language = some(&[Some("en"), None, Some("de-AT")], number);
        row.model = row.backend.clone();
        row.door = [Door::OpenAi, Door::ElevenLabs, Door::Cli][number / 4 % 3];
        row.characters = Some(number as u64).filter(|count| count % 9 != 0);
        row.cache_hit = number.is_multiple_of(6);
        row.outcome = match number % 4 {
            0 => Outcome::Failed(ErrorKind::Overloaded),
            1 => Outcome::HungUp,
            2 => Outcome::Lost,
            _ => Outcome::Completed,
        };
        row.tags = Arc::new(match number % 4 {
            0 => BTreeMap::new(),
            1 => [("team".to_owned(), "a".to_owned())].into(),
            2 => [("team".to_owned(), "a".to_owned()), ("$x[0]".to_owned(), "ü\"".to_owned())].into(),
            _ => [("team".to_owned(), "b".to_owned())].into(),
        });
        settled.attempts =
            (1..=number % 3).map(|attempts| attempt(attempts as u32, 1000 + number as i64)).collect();
        if let Some(first) = settled.attempts.first_mut().filter(|_| number % 5 > 2) {
            first.basis = Basis::Estimated;
        }
        settled.charge = Settlement::charge(settled.row.outcome, &settled.attempts);
        settled
    };
    (0..count).map(settlement).collect()
}

async fn written(site: &Site, settlements: &[Settlement]) -> Database {
    let database = site.open().await;
    let settled =
        futures::future::join_all(settlements.iter().map(|settled| database.settle(settled.clone())));
    for settled in settled.await {
        settled.unwrap();
    }
    database
}

/// What a row says of a dimension, read from nothing but the row.
fn value(settled: &Settlement, dimension: &Dimension) -> Option<String> {
    let row = &settled.row;
    let time = jiff::Timestamp::from_millisecond(row.at_unix_ms).unwrap().to_string();
    match dimension {
        Dimension::Client => Some(row.payer.client.to_string()),
        Dimension::Key => row.payer.key.as_ref().map(ToString::to_string),
        Dimension::Voice => Some(format!("{}:{}", row.backend.as_ref()?, row.voice.as_ref()?)),
        Dimension::Language => row.language.clone(),
        Dimension::Backend => row.backend.clone(),
        Dimension::Door => Some(row.door.name().to_owned()),
        Dimension::Model => row.model.clone(),
        Dimension::Day => Some(time[..10].to_owned()),
        Dimension::Hour => Some(time[..13].to_owned()),
        Dimension::Tag(name) => row.tags.get(name).cloned(),
    }
}

/// The report as it must be, added up here, row by row.
fn added_up(settlements: &[Settlement], dimensions: &[Dimension]) -> Report {
    let mut report: BTreeMap<_, Sums> = BTreeMap::new();
    for settled in settlements {
        let group: BTreeMap<_, _> =
            dimensions.iter().map(|dimension| (dimension.clone(), value(settled, dimension))).collect();
        let sums = report.entry(group).or_default();
        let row = &settled.row;
        sums.requests += 1;
        sums.characters += row.characters.unwrap_or_default();
        sums.audio_ms += row.audio_ms;
        sums.errors += u64::from(matches!(row.outcome, Outcome::Failed(_)));
        sums.cache_hits += u64::from(row.cache_hit);
        sums.vendor_cost =
            settled.attempts.iter().map(|attempt| attempt.cost).chain([sums.vendor_cost]).sum();
        sums.charge = sums.charge.plus(settled.charge.nanos);
        let estimated = settled.attempts.iter().filter(|attempt| attempt.basis == Basis::Estimated);
        let cost = estimated.map(|attempt| attempt.cost);
        sums.vendor_cost_estimated = cost.chain([sums.vendor_cost_estimated]).sum();
        if settled.charge.basis == Basis::Estimated {
            sums.charge_estimated = sums.charge_estimated.plus(settled.charge.nanos);
        }
    }
    report.into_iter().collect()
}

async fn every_combination_equals_the_sum_over_the_rows(site: &Site) {
    let settlements = settlements(360);
    let database = written(site, &settlements).await;
    site.assert_books_agree().await;
    let dimensions = [
        Dimension::Client,
        Dimension::Key,
        Dimension::Voice,
        Dimension::Language,
        Dimension::Backend,
        Dimension::Door,
        Dimension::Model,
        Dimension::Day,
        Dimension::Hour,
        Dimension::Tag("team".into()),
        Dimension::Tag("$x[0]".into()),
    ];
    for chosen in 0_u32..1 << dimensions.len() {
        // Three at a time, and all.
        if chosen.count_ones() > 3 && chosen.count_ones() < 11 {
            continue;
        }
        let some: Vec<Dimension> = dimensions
            .iter()
            .enumerate()
            .filter(|(at, _)| chosen >> at & 1 == 1)
            .map(|(_, it)| it.clone())
            .collect();
        let report = database.usage(ALWAYS, some.clone()).await.unwrap();
        assert_eq!(report, added_up(&settlements, &some), "{some:?}");
    }
}

async fn figures_are_told_apart_in_order(site: &Site) {
    let mut early = settlement("r1", 1);
    early.row.at_unix_ms = AT - 24 * HOUR_MS;
    let mut late = settlement("r2", 2);
    late.row.at_unix_ms = AT + HOUR_MS;
    let database = written(site, &[late, early, settlement("r3", 4)]).await;
    let by = async |dimension| charges(&database.usage(ALWAYS, vec![dimension]).await.unwrap());
    let days =
        [("2026-10-30", 1), ("2026-10-31", 4), ("2026-11-01", 2)].map(|(day, sum)| (day.to_owned(), sum));
    assert_eq!(by(Dimension::Day).await, days);
    let hours = [("2026-10-30T23", 1), ("2026-10-31T23", 4), ("2026-11-01T00", 2)];
    assert_eq!(by(Dimension::Hour).await, hours.map(|(hour, sum)| (hour.to_owned(), sum)));
    assert_eq!(by(Dimension::Voice).await, [("openai:alloy".to_owned(), 7)]);
    assert_eq!(by(Dimension::Tag("cost centre".into())).await, [("none".to_owned(), 7)]);
}

async fn a_scope_takes_whole_hours_and_one_client(site: &Site) {
    let at = |number: i64, client: &str| {
        let mut settled = settlement(&format!("{client}{number}"), 1 << number);
        settled.row.at_unix_ms = AT - AT % HOUR_MS + number * HOUR_MS - 1;
        settled.row.payer.client = client.into();
        settled
    };
    let all: Vec<_> = (0..4).map(|number| at(number, "ann")).chain([at(5, "bob")]).collect();
    let database = written(site, &all).await;
    let (start, end) = (AT - AT % HOUR_MS, AT - AT % HOUR_MS + 2 * HOUR_MS);
    let charged = async |from_unix_ms, to_unix_ms, client: Option<&str>| {
        let scope = Scope { from_unix_ms, to_unix_ms, client: client.map(str::to_owned) };
        database.usage(scope, vec![]).await.unwrap()[0].1.charge.get()
    };
    assert_eq!(charged(start, end, None).await, 0b110, "up to, not including");
    assert_eq!(charged(start + 1, end + HOUR_MS - 1, None).await, 0b110, "of the hours that they lie in");
    assert_eq!(charged(0, i64::MAX, None).await, 0b10_1111);
    assert_eq!(charged(0, i64::MAX, Some("ann")).await, 0b1111);
    assert_eq!(charged(0, i64::MAX, Some("' OR ''='")).await, 0);
}

async fn nothing_is_a_sum_too(site: &Site) {
    let database = site.open().await;
    assert_eq!(database.usage(ALWAYS, vec![]).await.unwrap(), [(BTreeMap::new(), Sums::default())]);
    assert_eq!(database.usage(ALWAYS, vec![Dimension::Voice]).await.unwrap(), []);
    assert_eq!(database.standings("nobody", AT).await.unwrap(), []);
}

async fn a_months_costs_add_up(site: &Site) {
    let settlements = settlements(120);
    let database = written(site, &settlements).await;
    let report = database.usage(ALWAYS, Costs::DIMENSIONS.to_vec()).await.unwrap();
    let costs = Costs::of(&report);
    assert_eq!(costs.total, added_up(&settlements, &[])[0].1);
    for (figures, dimension) in [
        (&costs.by_client, Dimension::Client),
        (&costs.by_backend, Dimension::Backend),
        (&costs.by_voice, Dimension::Voice),
        (&costs.by_day, Dimension::Day),
    ] {
        let expected = added_up(&settlements, std::slice::from_ref(&dimension));
        let expected =
            expected.into_iter().map(|(group, sums)| (group[&dimension].clone().unwrap_or_default(), sums));
        assert_eq!(figures, &expected.collect(), "{dimension}");
    }
}

async fn hours_that_fit_no_sum_are_at_the_end_of_the_range(site: &Site) {
    let end = |number: i64, nanos: i64, count: u64| {
        let mut settled = settlement(&format!("r{number}"), nanos);
        settled.row.at_unix_ms = AT - number * HOUR_MS;
        (settled.row.characters, settled.row.audio_ms) = (Some(count), count);
        settled
    };
    // Beyond what a double can tell apart, and beyond four bytes.
    let wide = (1 << 53) + 1;
    let exact = [end(0, wide, 1 << 33), end(1, wide, (1 << 32) - 1), end(2, 1, 1)];
    let database = written(site, &exact).await;
    database.set_budgets("ann", vec![a_month(i64::MAX)]).await.unwrap();
    let sums = async || database.usage(ALWAYS, vec![]).await.unwrap()[0].1.clone();
    assert_eq!((sums().await.charge, sums().await.characters), (Nanos::new(2 * wide + 1), 3 << 32));
    assert_eq!(database.standings("ann", AT).await.unwrap()[0].spent, 2 * wide + 1);

    for number in 3..6 {
        database.settle(end(number, i64::MAX, u64::MAX)).await.unwrap();
    }
    let (most, count) = (Nanos::new(i64::MAX), i64::MAX.unsigned_abs());
    let Sums { charge, vendor_cost, characters, audio_ms, .. } = sums().await;
    assert_eq!((charge, vendor_cost, characters, audio_ms), (most, most, count, count));
    assert_eq!(database.standings("ann", AT).await.unwrap()[0].spent, i64::MAX);
    assert!(is_refused(&database.hold(hold("r9", 1)).await.unwrap()));

    let (name, preferences) = (Some("Ann".into()), Preferences::default());
    let ann = Client { id: "ann".into(), name, created_unix_ms: AT, preferences };
    assert!(database.create(ann, vec![]).await.unwrap());
    assert!(database.forget("ann").await.unwrap());
    assert_eq!(sums().await.charge, most);
}

async fn what_an_older_program_estimated_is_found(site: &Site) {
    let settlements = settlements(60);
    let database = written(site, &settlements).await;
    let now = database.usage(ALWAYS, vec![Dimension::Client]).await.unwrap();
    assert!(now.iter().any(|(_, sums)| sums.charge_estimated > Nanos::ZERO));
    database.close().await;
    for sql in [
        "ALTER TABLE usage_hours DROP COLUMN charge_estimated",
        "ALTER TABLE usage_hours DROP COLUMN vendor_cost_estimated",
        "DELETE FROM _sqlx_migrations WHERE description = 'estimates'",
    ] {
        site.execute(sql).await.unwrap();
    }
    let database = site.open().await;
    assert_eq!(database.usage(ALWAYS, vec![Dimension::Client]).await.unwrap(), now);
    site.assert_books_agree().await;
}

async fn budgets_stand_as_they_are_counted(site: &Site) {
    let database = site.open().await;
    let a_day = Budget { window: Window::Day, ..a_month(50) };
    let of_key = |key: &str| Budget { key: Some(key.into()), ..a_month(70) };
    let budgets = [a_month(1000), a_day, of_key("vs_aaaaaaaaaa"), of_key("vs_bbbbbbbbbb")];
    database.set_budgets("ann", budgets.to_vec()).await.unwrap();
    let mut yesterday = settlement("r1", 40);
    yesterday.row.at_unix_ms = AT - 24 * HOUR_MS;
    database.settle(yesterday).await.unwrap();
    database.settle(settlement("r2", 7)).await.unwrap();
    database.hold(hold("r3", 5)).await.unwrap();
    let stand = |spent: [i64; 4], held: [i64; 4]| -> Vec<Standing> {
        let sums = spent.into_iter().zip(held);
        budgets
            .iter()
            .cloned()
            .zip(sums)
            .map(|(budget, (spent, held))| Standing { budget, spent, held })
            .collect()
    };
    assert_eq!(database.standings("ann", AT).await.unwrap(), stand([47, 7, 47, 0], [5, 5, 5, 0]));
    let next_month = AT + HOUR_MS;
    assert_eq!(database.standings("ann", next_month).await.unwrap(), stand([0; 4], [0; 4]));
}
