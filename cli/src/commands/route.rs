//! Shows whom a request would be routed to, and why. Nobody is asked to speak.

use std::sync::Arc;

use catalog::Query;
use speech::{Door, Ids as _, Routing, Terms};
use store::Database;
use wire::soundboard::RouteBody;

use super::clients::{known, opened, remembered};
use super::{LOCAL, block_on, columns, print, print_json};
use crate::args::{Global, Route};
use crate::compose;
use crate::config::Config;
use crate::environment::RandomIds;
use crate::failure::Failure;

/// Prints who may speak, the first to be asked first, and who may not; as JSON, what `GET /api/v1/routes/explain` answers
/// with.
pub(crate) fn run(route: &Route, config: &Config, global: &Global) -> Result<(), Failure> {
    let text = route.text.clone().unwrap_or_else(|| gateway::text_of(route.characters as usize));
    let backends = compose::backends(config)?;
    let body = block_on(async {
        let store = Arc::new(opened(config).await?);
        let terms = terms(route, config, &store).await?;
        let engine = compose::engine(store.clone(), store.clone(), store, config, &backends)?;
        engine.refresh().await;
        Ok(gateway::explained(engine.explain(&terms, &route.voice, &text)?))
    })?;
    if global.json {
        return print_json(&body);
    }
    print(&told(&body))
}

/// What its client, whoever runs this unless it says otherwise, would ask with.
async fn terms(route: &Route, config: &Config, store: &Database) -> Result<Terms, Failure> {
    let client = remembered(known(store, route.client.as_deref().unwrap_or(LOCAL)).await?)?;
    // What there is not, nobody speaks.
    Query::parse(route.language.iter().map(|tag| ("language", tag)))?;
    let asked = Routing { policy: route.policy, fallback: route.fallback, ..Routing::default() };
    let preferred = client.preferences.routing().or(compose::routing(config)?);
    Ok(Terms {
        model: route.model.clone(),
        language: route.language.clone(),
        routing: asked.under(preferred).map_err(|error| error.about("policy"))?,
        aliases: Arc::new(client.preferences.aliases),
        ..Terms::new(RandomIds.request_id(), client.id.into(), Door::Cli)
    })
}

fn told(body: &RouteBody) -> String {
    let head = ["VOICE", "MODEL", "SCORE", "AT MOST", "WHY"].map(str::to_owned);
    let candidates = body.candidates.iter().map(|candidate| {
        let most = format!("${}", candidate.most_usd);
        let (id, model) = (candidate.id.clone(), candidate.model.clone());
        let share = candidate.share.map(|share| format!(", {:.0}% of the time", share * 100.0));
        let why = format!("{}{}", candidate.reason, share.unwrap_or_default());
        [id, model, format!("{:.2}", candidate.score), most, why]
    });
    let rejected = body.rejected.iter().map(|rejected| {
        [rejected.id.clone(), format!("not by {}", rejected.filter), rejected.reason.clone()]
    });
    let told = format!("policy {}, fallback {}\n", body.policy, body.fallback);
    told + &columns(std::iter::once(head).chain(candidates)) + &columns(rejected)
}
