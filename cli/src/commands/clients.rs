//! Says who may use the server, how much of it, and what they prefer.

use billing::{
    Accounts, Amendment, Budget, Client, LedgerError, Measure, Nanos, Preferences, Reports, Standing,
};
use jiff::Timestamp;
use serde_json::json;
use speech::{Clock as _, ErrorKind, SpeechError};
use store::Database;
use wire::soundboard::{AmendClient, ClientBody, ClientsBody, CreateClient};

use super::{block_on, columns, print, print_json};
use crate::args::{Clients, ClientsAction, Global};
use crate::compose;
use crate::config::Config;
use crate::environment::SystemClock;
use crate::failure::Failure;

/// Does what is asked about clients.
pub(crate) fn run(clients: &Clients, config: &Config, global: &Global) -> Result<(), Failure> {
    block_on(async {
        let store = opened(config).await?;
        match &clients.action {
            ClientsAction::Create { name, policy, fallback, budget } => {
                let preferences =
                    Preferences { policy: *policy, fallback: *fallback, ..Preferences::default() };
                create(&store, name, preferences, budget.budgets(None), global).await
            }
            ClientsAction::List => list(&store, global).await,
            ClientsAction::Show { client } => show(&store, &known(&store, client).await?, global).await,
            ClientsAction::Budget { client, key, budget, none } => {
                if !none && budget.budgets(None).is_empty() {
                    return Err(Failure::usage(
                        "give --budget-usd, --budget-characters or --budget-audio-seconds; or --none for no limit",
                    ));
                }
                let client = remembered(known(&store, client).await?)?;
                limit(&store, &client, key.as_deref(), budget.budgets(key.as_deref())).await?;
                show(&store, &client, global).await
            }
            ClientsAction::Set { client, preferences } => {
                let amendment = Amendment {
                    policy: preferences.policy.map(|policy| policy.0),
                    fallback: preferences.fallback.map(|fallback| fallback.0),
                    ..Amendment::default()
                };
                amend(&store, client, amendment, global).await
            }
            ClientsAction::Alias { client, alias, voice, .. } => {
                // What the API takes for a name is one here.
                let order = json!({ "aliases": { alias: voice } }).to_string();
                let order = AmendClient::from_json(order.as_bytes()).map_err(SpeechError::from)?;
                amend(&store, client, order.amendment, global).await
            }
            ClientsAction::Forget { client } => forget(&store, &known(&store, client).await?, global).await,
        }
    })
}

/// The database, with the clients of the configuration in it.
pub(super) async fn opened(config: &Config) -> Result<Database, Failure> {
    let store = compose::store(config).await?;
    compose::ensure_clients(&store, config).await?;
    Ok(store)
}

/// The client of that name or id.
pub(super) async fn known(store: &Database, name: &str) -> Result<Client, Failure> {
    store.client(name).await.map_err(unread)?.ok_or_else(|| {
        refused(
            "client",
            format!(
                "There is no client {name:?}; 'voice-soundboard clients list' shows those that there are."
            ),
        )
    })
}

/// Nothing is given to who was forgotten.
pub(super) fn remembered(client: Client) -> Result<Client, Failure> {
    match client.name {
        Some(_) => Ok(client),
        None => Err(refused("client", format!("{} was forgotten; create another client.", client.id))),
    }
}

/// Something that cannot be done as it was asked.
pub(super) fn refused(param: &'static str, message: String) -> Failure {
    SpeechError::new(ErrorKind::InvalidParameter, message).about(param).into()
}

pub(super) fn unread(error: LedgerError) -> Failure {
    Failure::machine("clients, keys and figures cannot be read or written", &error)
}

async fn create(
    store: &Database,
    name: &str,
    preferences: Preferences,
    budgets: Vec<Budget>,
    global: &Global,
) -> Result<(), Failure> {
    // What the API takes for a name is one here.
    let order = json!({ "name": name }).to_string();
    let CreateClient { name, .. } = CreateClient::from_json(order.as_bytes()).map_err(SpeechError::from)?;
    let (id, created_unix_ms) = (security::client_id(), SystemClock.unix_ms());
    let client = Client { id, name: Some(name.clone()), created_unix_ms, preferences };
    if !store.create(client.clone(), budgets).await.map_err(unread)? {
        return Err(refused("name", format!("There is a client {name:?} already.")));
    }
    show(store, &client, global).await
}

/// Has a client prefer something else.
async fn amend(store: &Database, client: &str, by: Amendment, global: &Global) -> Result<(), Failure> {
    let client = remembered(known(store, client).await?)?;
    if client.is_configured() {
        let message = format!(
            "The configuration names {}, and says what it prefers: change it there.",
            name_of(&client)
        );
        return Err(refused("client", message));
    }
    let is_known = |alias| client.preferences.aliases.contains_key(alias);
    if let Some((alias, _)) = by.aliases.iter().find(|(alias, voice)| voice.is_none() && !is_known(*alias)) {
        return Err(refused("alias", format!("{} has no alias {alias:?}.", name_of(&client))));
    }
    store.amend(&client.id, by).await.map_err(unread)?;
    show(store, &known(store, &client.id).await?, global).await
}

async fn list(store: &Database, global: &Global) -> Result<(), Failure> {
    let mut clients = Vec::new();
    for client in store.clients().await.map_err(unread)? {
        let budgets = store.budgets(&client.id).await.map_err(unread)?;
        clients.push((client, budgets));
    }
    if global.json {
        let clients = clients.into_iter();
        let clients =
            clients.map(|(client, budgets)| ClientBody::new(client, budgets.into_iter().map(Into::into)));
        return print_json(&json!(ClientsBody { clients: clients.collect() }));
    }
    let head = ["CLIENT", "ID", "SINCE", "PREFERS", "BUDGETS"].map(str::to_owned);
    let rows = clients.into_iter().map(|(client, budgets)| {
        let budgets: Vec<String> = budgets.iter().map(in_words).collect();
        let prefers = preferred(&client.preferences);
        [name_of(&client).to_owned(), client.id, moment(client.created_unix_ms), prefers, budgets.join("; ")]
    });
    print(&columns(std::iter::once(head).chain(rows)))
}

async fn show(store: &Database, client: &Client, global: &Global) -> Result<(), Failure> {
    let standings = store.standings(&client.id, SystemClock.unix_ms()).await.map_err(unread)?;
    if global.json {
        let budgets = standings.into_iter().map(Into::into);
        return print_json(&json!(ClientBody::new(client.clone(), budgets)));
    }
    let since = moment(client.created_unix_ms);
    print(&format!("{}: client {} since {since}\n", name_of(client), client.id))?;
    if client.preferences != Preferences::default() {
        print(&format!("prefers {}\n", preferred(&client.preferences)))?;
    }
    if standings.is_empty() {
        return print("no budget: no limit\n");
    }
    let head = ["BUDGET", "SPENT", "ON HOLD", "LEFT"].map(str::to_owned);
    let rows = standings.iter().map(|Standing { budget, spent, held }| {
        let left = budget.limit.saturating_sub(*spent).saturating_sub(*held).max(0);
        let amount = |count| amount(budget.measure, count);
        [in_words(budget), amount(*spent), amount(*held), amount(left)]
    });
    print(&columns(std::iter::once(head).chain(rows)))
}

/// Gives a client, or one of its keys, these budgets in place of those that it has.
async fn limit(
    store: &Database,
    client: &Client,
    key: Option<&str>,
    budgets: Vec<Budget>,
) -> Result<(), Failure> {
    if let Some(prefix) = key
        && store.key(prefix).await.map_err(unread)?.is_none_or(|key| key.client != client.id)
    {
        return Err(refused("key", format!("{} has no key {prefix}.", name_of(client))));
    }
    let mut all = store.budgets(&client.id).await.map_err(unread)?;
    all.retain(|budget| budget.key.as_deref() != key);
    all.extend(budgets);
    store.set_budgets(&client.id, all).await.map_err(unread)
}

async fn forget(store: &Database, client: &Client, global: &Global) -> Result<(), Failure> {
    store.forget(&client.id).await.map_err(unread)?;
    match global.json {
        true => print_json(&json!({ "forgotten": client.id })),
        false => print(&format!("{} is forgotten; its sums stay under {}\n", name_of(client), client.id)),
    }
}

fn name_of(client: &Client) -> &str {
    client.name.as_deref().unwrap_or("(forgotten)")
}

/// `policy local-only, fallback none, narrator = kokoro:bm_george`.
fn preferred(Preferences { policy, fallback, aliases }: &Preferences) -> String {
    let policy = policy.map(|policy| format!("policy {}", policy.name()));
    let fallback = fallback.map(|fallback| format!("fallback {}", fallback.name()));
    let aliases = aliases.iter().map(|(alias, voice)| format!("{alias} = {voice}"));
    policy.into_iter().chain(fallback).chain(aliases).collect::<Vec<_>>().join(", ")
}

/// `20.00 USD, month, refuse`; of a key's own with its prefix before it.
fn in_words(budget: &Budget) -> String {
    let of = budget.key.as_ref().map(|key| format!("{key}: ")).unwrap_or_default();
    let action = json!(budget.action);
    let action = action.as_str().unwrap_or_default();
    format!("{of}{}, {}, {action}", amount(budget.measure, budget.limit), budget.window)
}

fn amount(measure: Measure, count: i64) -> String {
    match measure {
        Measure::Money => format!("{} USD", Nanos::new(count)),
        Measure::Characters => format!("{count} characters"),
        Measure::Audio => format!("{}.{:03} s", count / 1000, count % 1000),
    }
}

/// To the second, UTC.
pub(super) fn moment(unix_ms: i64) -> String {
    let time = Timestamp::from_millisecond(unix_ms).unwrap_or_default();
    time.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use billing::{Action, Window};

    use super::*;

    #[test]
    fn a_budget_reads_as_it_was_said() {
        let budget = |key: Option<&str>, measure, limit| {
            in_words(&Budget {
                key: key.map(str::to_owned),
                measure,
                limit,
                window: Window::Month,
                action: Action::Refuse,
            })
        };
        assert_eq!(budget(None, Measure::Money, 30_000_000), "0.03 USD, month, refuse");
        assert_eq!(budget(Some("vs_a"), Measure::Characters, 5), "vs_a: 5 characters, month, refuse");
        assert_eq!(budget(None, Measure::Audio, 60_005), "60.005 s, month, refuse");
    }

    #[test]
    fn times_are_told_to_the_second() {
        assert_eq!(moment(1_790_812_800_999), "2026-10-01 00:00:00");
    }
}
