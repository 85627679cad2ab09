//! Who asks, as ElevenLabs' applications want to know it before they begin.

use ::speech::SpeechError;
use axum::Json;
use axum::extract::{Extension, State};
use billing::{Action, Measure, Month, Payer, Scope, Standing};
use wire::elevenlabs::{Subscription, User};

use crate::doors::Rooms;
use crate::fault::{Fault, unavailable};
use crate::stack::Client;

/// What is left to who has no budget of characters: more than anybody speaks.
const PLENTY: u64 = 1_000_000_000;

/// `GET /v1/user`.
pub(super) async fn user(
    State(rooms): State<Rooms>,
    client: Option<Extension<Client>>,
) -> Result<Json<User>, Fault> {
    let payer = known(client)?;
    let subscription = subscription_of(&rooms, &payer).await?;
    Ok(Json(User::new(&*payer.client, subscription, rooms.since)))
}

/// `GET /v1/user/subscription`.
pub(super) async fn subscription(
    State(rooms): State<Rooms>,
    client: Option<Extension<Client>>,
) -> Result<Json<Subscription>, Fault> {
    subscription_of(&rooms, &known(client)?).await.map(Json)
}

fn known(client: Option<Extension<Client>>) -> Result<Payer, Fault> {
    let Some(Extension(Client { payer, .. })) = client else {
        return Err(SpeechError::internal("a request without client").into());
    };
    Ok(payer)
}

/// How many characters there are, and how many are used: applications ask whether their text fits in between.
///
/// Of a client with budgets of characters, it is the one that has the least left. Money has no price of a character that
/// holds for every voice, so for budgets of other things we do not make a number up: what was used is what was spoken this
/// month, and what is left is plenty as long as there is money at all, and nothing afterwards.
async fn subscription_of(rooms: &Rooms, payer: &Payer) -> Result<Subscription, Fault> {
    let now = rooms.clock.unix_ms();
    let standings = rooms.reports.standings(&payer.client, now).await.map_err(unavailable)?;
    let limits = |standing: &&Standing| {
        let key = standing.budget.key.as_deref();
        standing.budget.action != Action::Warn && key.is_none_or(|key| payer.key.as_deref() == Some(key))
    };
    let of_characters =
        standings.iter().filter(limits).filter(|standing| standing.budget.measure == Measure::Characters);
    if let Some(least) = of_characters.min_by_key(|standing| left(standing)) {
        let reset = least.budget.window.next_unix_ms(now);
        return Ok(Subscription::new(count(used(least)), count(least.budget.limit), count(reset / 1000)));
    }
    let month = Month::of(now);
    let (from_unix_ms, to_unix_ms) = (month.from_unix_ms(), month.to_unix_ms());
    let scope = Scope { from_unix_ms, to_unix_ms, client: Some(payer.client.to_string()) };
    let report = rooms.reports.usage(scope, Vec::new()).await.map_err(unavailable)?;
    let spoken: u64 = report.iter().map(|(_, sums)| sums.characters).sum();
    let is_used_up = standings.iter().filter(limits).any(|standing| left(standing) <= 0);
    let left = if is_used_up { 0 } else { PLENTY };
    Ok(Subscription::new(spoken, spoken.saturating_add(left), count(to_unix_ms / 1000)))
}

fn used(standing: &Standing) -> i64 {
    standing.spent.saturating_add(standing.held)
}

fn left(standing: &Standing) -> i64 {
    standing.budget.limit.saturating_sub(used(standing))
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}
