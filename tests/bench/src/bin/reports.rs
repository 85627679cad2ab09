//! How long a report takes over many requests, and that it equals the sum over their rows.
//!
//! The requests of a year, of fifty clients, with two voices each and a team, are made in the database
//! itself; their sums by the hour as a server adds them up, one upsert at a time, would be the same.

use std::path::Path;

use bench::Result;
use billing::{Costs, Dimension, Reports, Scope};
use clap::Parser;
use services::Postgres;
use sqlx::{AnyConnection, AssertSqlSafe, Connection};
use store::{Database, Location};
use tokio::time::Instant;

/// 2026-01-01, in hours since the Unix epoch.
const FIRST_HOUR: i64 = 490_896;

const HOUR_MS: i64 = 3_600_000;

/// Measures how long a report takes, on SQLite and on Postgres.
#[derive(Parser)]
struct Arguments {
    /// How many requests there are.
    #[arg(long, default_value_t = 10_000_000, value_name = "N")]
    rows: u32,
    /// How often each report is asked for; the median counts.
    #[arg(long, default_value_t = 7, value_name = "N")]
    rounds: usize,
}

/// Requests as they would have been settled, each in the next of the year's hours.
const REQUESTS: &str = "
    INSERT INTO requests (id, at_unix_ms, client, door, backend, voice, characters, audio_ms, total_ms, outcome,
                          model, language, tags, cache_hit, charge_nanos, charge_basis, vendor_cost_nanos, hour)
    SELECT 'r' || number, hour * 3600000, 'client' || (number / 8760 % 50), 'openai', 'openai', 'voice' || (number / 438000 % 2),
           number % 4000, number % 60000, 900, 'completed', 'tts-1', 'en',
           '{\"team\":\"' || (number / 8760 % 5) || '\"}', 0, number % 999999, 'reported', number % 888888, hour
    FROM (SELECT number, FIRST_HOUR + number % 8760 AS hour FROM numbers) AS requests";

const SUMS: &str = "
    INSERT INTO usage_hours (hour, grain, client, key, backend, voice, language, door, model, tags,
                             requests, characters, audio_ms, errors, cache_hits, vendor_cost, charge)
    SELECT hour, min(id), client, '', backend, voice, language, door, model, tags,
           count(*), sum(characters), sum(audio_ms), 0, sum(cache_hit), sum(vendor_cost_nanos), sum(charge_nanos)
    FROM requests GROUP BY hour, client, backend, voice, language, door, model, tags";

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    println!("| database | requests | sums | report | rows | median ms | target |");
    println!("|---|---|---|---|---|---|---|");
    let data = tempfile::tempdir()?;
    let file = data.path().join("soundboard.db");
    let url = format!("sqlite://{}", file.display());
    measure(
        &arguments,
        "SQLite",
        &Location::sqlite(data.path()),
        &url,
        "WITH RECURSIVE numbers(number) AS
        (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < ROWS)",
    )
    .await?;
    drop(data);
    let postgres = Postgres::start();
    let url = postgres.url();
    measure(
        &arguments,
        "Postgres",
        &Location::parse(&url, Path::new(""))?,
        &url,
        "WITH numbers AS (SELECT number FROM generate_series(CAST(1 AS BIGINT), ROWS) AS number)",
    )
    .await
}

async fn measure(
    arguments: &Arguments,
    name: &str,
    location: &Location,
    url: &str,
    numbers: &str,
) -> Result<()> {
    let database = Database::open(location).await?;
    let mut filling = AnyConnection::connect(url).await?;
    // `WITH` stands behind `INSERT INTO ...` in both dialects.
    let requests = REQUESTS.replace("    SELECT 'r'", &format!("    {numbers} SELECT 'r'"));
    let requests = requests.replace("ROWS", &arguments.rows.to_string());
    let requests = requests.replace("FIRST_HOUR", &FIRST_HOUR.to_string());
    for statement in [requests.as_str(), SUMS, "ANALYZE"] {
        sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut filling).await?;
    }
    let sums: i64 = sqlx::query_scalar("SELECT count(*) FROM usage_hours").fetch_one(&mut filling).await?;
    let charged = "SELECT CAST(sum(charge_nanos) AS BIGINT) FROM requests";
    let charged: i64 = sqlx::query_scalar(charged).fetch_one(&mut filling).await?;

    let hours = |from: i64, to: i64| Scope {
        from_unix_ms: (FIRST_HOUR + from) * HOUR_MS,
        to_unix_ms: (FIRST_HOUR + to) * HOUR_MS,
        client: None,
    };
    let all = database.usage(hours(0, 8760), vec![]).await?;
    if all.iter().map(|(_, sums)| sums.charge.get()).sum::<i64>() != charged {
        return Err("the report is not the sum over the rows".into());
    }
    let of_one = Scope { client: Some("client7".to_owned()), ..hours(0, 8760) };
    for (report, scope, group_by) in [
        ("costs of a month", hours(0, 744), Costs::DIMENSIONS.to_vec()),
        ("seven days by voice", hours(1000, 1168), vec![Dimension::Voice]),
        (
            "seven days by client, hour and team",
            hours(1000, 1168),
            vec![Dimension::Client, Dimension::Hour, Dimension::Tag("team".to_owned())],
        ),
        ("a year of one client by day", of_one, vec![Dimension::Day]),
        ("a year by client", hours(0, 8760), vec![Dimension::Client]),
    ] {
        let (mut times, mut rows) = (Vec::new(), 0);
        for _ in 0..arguments.rounds {
            let start = Instant::now();
            rows = database.usage(scope.clone(), group_by.clone()).await?.len();
            times.push(start.elapsed().as_secs_f64() * 1000.0);
        }
        times.sort_by(f64::total_cmp);
        let median = times.get(times.len() / 2).copied().unwrap_or_default();
        println!("| {name} | {} | {sums} | {report} | {rows} | {median:.0} | 1000 |", arguments.rows);
    }
    database.close().await;
    Ok(())
}
