//! Bars of plain Unicode.

use std::collections::BTreeMap;

use billing::{Month, Nanos, Sums};
use jiff::Timestamp;

/// Cells of the longest bar, and parts of a cell.
const CELLS: i128 = 40;
const PARTS: i128 = 8;

/// A bar of each day's charge, up to today.
pub(super) fn of(month: Month, now_unix_ms: i64, by_day: &BTreeMap<String, Sums>) -> String {
    let today = Timestamp::from_millisecond(now_unix_ms).unwrap_or_default().strftime("%Y-%m-%d").to_string();
    let charge = |day: &str| by_day.get(day).map_or(Nanos::ZERO, |sums| sums.charge);
    let most = by_day.values().map(|sums| sums.charge).max().unwrap_or_default();
    let days = month.days().take_while(|day| *day <= today);
    days.map(|day| {
        let charge = charge(&day);
        let bar = bar(charge, most);
        let space = if bar.is_empty() { "" } else { " " };
        format!("{day}  {bar}{space}{charge} USD\n")
    })
    .collect()
}

/// As long beside the longest as its charge beside the most; never nothing of something.
fn bar(charge: Nanos, most: Nanos) -> String {
    let (charge, most) = (i128::from(charge.get().max(0)), i128::from(most.get().max(1)));
    let parts = (charge * CELLS * PARTS / most).max(i128::from(charge > 0));
    let full = usize::try_from(parts / PARTS).unwrap_or_default();
    let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let rest =
        usize::try_from(parts % PARTS).ok().and_then(|part| rest.get(part)).copied().unwrap_or_default();
    "█".repeat(full) + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_the_charges_and_end_today() {
        let sums = |nanos| Sums { charge: Nanos::new(nanos), ..Sums::default() };
        let by_day = [
            ("2026-10-01".to_owned(), sums(1_000_000_000)),
            ("2026-10-03".to_owned(), sums(262_500_000)),
            ("2026-10-04".to_owned(), sums(1)),
        ];
        let noon_of_the_fourth = 1_790_812_800_000 + 84 * 3_600_000;
        let chart = of("2026-10".parse().unwrap(), noon_of_the_fourth, &by_day.into());
        let expected = format!(
            "2026-10-01  {} 1.00 USD\n2026-10-02  0.00 USD\n2026-10-03  {}▌ 0.2625 USD\n2026-10-04  ▏ 0.000000001 USD\n",
            "█".repeat(40),
            "█".repeat(10),
        );
        assert_eq!(chart, expected);
    }

    #[test]
    fn a_month_that_is_over_is_shown_whole_and_one_to_come_not_at_all() {
        let days =
            |month: &str| of(month.parse().unwrap(), 1_790_812_800_000, &BTreeMap::new()).lines().count();
        assert_eq!((days("2026-09"), days("2026-10"), days("2026-11")), (30, 1, 0));
    }
}
