//! Searches the voices of every backend. Needs no model, and asks the vendors.

use std::collections::BTreeMap;

use catalog::{Entry, Query};
use speech::{Aliases, VoiceId, VoiceStatus};

use super::{block_on, columns, print, print_json};
use crate::args::{Global, Voices};
use crate::compose;
use crate::config::Config;
use crate::failure::Failure;

/// Prints a page of the voices that the filters leave; as JSON, what `GET /api/v1/voices` answers with.
pub(crate) fn run(voices: &Voices, config: &Config, global: &Global) -> Result<(), Failure> {
    let query = Query::parse(voices.parameters())?;
    let backends = compose::backends(config)?;
    let catalogue = compose::catalogue(config, &backends)?;
    block_on(async {
        catalogue.refresh().await;
        Ok(())
    })?;
    let index = catalogue.index();
    let page = index.search(&query);
    let aliases = catalogue.aliases(&Aliases::new());
    if global.json {
        return print_json(&gateway::listed(&page, &aliases));
    }
    let head = ["VOICE", "NAME", "LANGUAGE", "GENDER", "ALSO CALLED", "STATUS"].map(str::to_owned);
    let rows = page.voices.iter().map(|entry| row(entry, &aliases));
    print(&columns(std::iter::once(head).chain(rows)))?;
    match &page.next_cursor {
        Some(cursor) => print(&format!("{} of {}; more: --cursor {cursor}\n", page.voices.len(), page.total)),
        None => Ok(()),
    }
}

fn row(Entry { voice, .. }: &Entry, aliases: &BTreeMap<String, VoiceId>) -> [String; 6] {
    let aliases = aliases.iter().filter(|(_, target)| **target == voice.id);
    [
        voice.id.to_string(),
        voice.name.clone(),
        voice.languages.join(", "),
        voice.gender.map_or("-", speech::Gender::name).to_owned(),
        aliases.map(|(alias, _)| alias.as_str()).collect::<Vec<_>>().join(", "),
        match &voice.status {
            VoiceStatus::Available => "available".to_owned(),
            VoiceStatus::Unavailable { reason } => reason.clone(),
        },
    ]
}
