//! Lists the voices. Needs no model, and asks the vendors.

use std::collections::BTreeMap;

use serde_json::json;
use speech::{Voice, VoiceId, VoiceStatus};

use super::{block_on, columns, print, print_json};
use crate::args::{Global, Voices};
use crate::compose;
use crate::config::Config;
use crate::failure::Failure;

/// Prints the voices that the filters leave.
pub(crate) fn run(filters: &Voices, config: &Config, global: &Global) -> Result<(), Failure> {
    let backends = compose::backends(config)?;
    let catalogue = compose::catalogue(config, &backends)?;
    block_on(async {
        catalogue.refresh().await;
        Ok(())
    })?;
    let voices: Vec<Voice> =
        catalogue.voices().into_iter().filter(|voice| is_wanted(voice, filters)).collect();
    let aliases = catalogue.aliases();
    if global.json {
        return print_json(&json!({ "total": voices.len(), "voices": voices }));
    }
    let head = ["VOICE", "NAME", "LANGUAGE", "GENDER", "ALSO CALLED", "STATUS"].map(str::to_owned);
    let rows = voices.iter().map(|voice| row(voice, &aliases));
    print(&columns(std::iter::once(head).chain(rows)))
}

fn is_wanted(voice: &Voice, filters: &Voices) -> bool {
    let language = filters.language.as_deref();
    language.is_none_or(|wanted| voice.languages.iter().any(|tag| speaks(tag, wanted)))
        && filters.gender.is_none_or(|wanted| voice.gender == Some(wanted.into()))
}

/// `en` takes in `en-GB`, not the other way round (RFC 4647, basic filtering).
fn speaks(tag: &str, wanted: &str) -> bool {
    let (tag, wanted) = (tag.to_ascii_lowercase(), wanted.to_ascii_lowercase());
    tag.strip_prefix(&wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

fn row(voice: &Voice, aliases: &BTreeMap<String, VoiceId>) -> [String; 6] {
    let aliases = aliases.iter().filter(|(_, target)| **target == voice.id);
    let gender = serde_json::to_value(voice.gender).unwrap_or_default();
    [
        voice.id.to_string(),
        voice.name.clone(),
        voice.languages.join(", "),
        gender.as_str().unwrap_or("-").to_owned(),
        aliases.map(|(alias, _)| alias.as_str()).collect::<Vec<_>>().join(", "),
        match &voice.status {
            VoiceStatus::Available => "available".to_owned(),
            VoiceStatus::Unavailable { reason } => reason.clone(),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_takes_in_its_regions_only() {
        assert!(speaks("en-GB", "en") && speaks("en-GB", "EN-gb") && speaks("en", "en"));
        assert!(!speaks("en", "en-GB") && !speaks("eng", "en") && !speaks("de-DE", "en"));
    }
}
