//! Says how words are said.

mod test;

use std::path::Path;

use pronunciation::{Accent, from_ipa};
use serde_json::json;
use speech::{ErrorKind, Lexicon, Saying, SpeechError};
use store::{EVERYONE, Entry, MOST_ENTRIES, StoreError};

use super::{LOCAL, block_on, columns, print, print_json};
use crate::args::{self, Add, Global, LexiconAction};
use crate::compose;
use crate::config::Config;
use crate::failure::Failure;
use crate::input;

/// Does what is asked about the lexicons.
pub(crate) fn run(lexicon: &args::Lexicon, config: &Config, global: &Global) -> Result<(), Failure> {
    let client = lexicon.client.as_deref();
    known(client, config)?;
    let whose = client.unwrap_or(EVERYONE);
    match &lexicon.action {
        LexiconAction::Add(add) => add_one(whose, add, config, global),
        LexiconAction::Import { file } => import(whose, file, config, global),
        LexiconAction::List => list(client, config, global),
        LexiconAction::Remove { word } => remove(whose, word, config, global),
        LexiconAction::Test(test) => test::run(client.unwrap_or(LOCAL), test, config, global),
    }
}

/// An entry of a client that never asks would never be heard.
fn known(client: Option<&str>, config: &Config) -> Result<(), Failure> {
    let Some(name) = client.filter(|name| *name != LOCAL && !config.clients.contains_key(*name)) else {
        return Ok(());
    };
    let names: Vec<&str> = config.clients.keys().map(String::as_str).chain([LOCAL]).collect();
    Err(Failure::usage(format_args!(
        "there is no client {name:?} in the configuration; there are: {}; leave --client away for everyone",
        names.join(", ")
    )))
}

fn add_one(whose: &str, add: &Add, config: &Config, global: &Global) -> Result<(), Failure> {
    let saying = add.saying().ok_or_else(|| Failure::usage("give --alias, --respelling or --ipa"))?;
    let entries = checked([(add.word.clone(), saying)])?;
    keep(whose, &entries, config)?;
    report(whose, &entries, global)
}

fn import(whose: &str, file: &Path, config: &Config, global: &Global) -> Result<(), Failure> {
    let text = input::read(file)?;
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    let mut entries = Vec::new();
    for (number, line) in lines {
        let entry = entry(line).ok_or_else(|| {
            Failure::usage(format_args!(
                "line {number} of {} is no word, kind (alias, respelling or ipa) and saying with tabs between them",
                file.display()
            ))
        })?;
        checked([entry.clone()]).map_err(|error| in_line(number, &error))?;
        entries.push(entry);
    }
    let entries = checked(entries)?;
    keep(whose, &entries, config)?;
    report(whose, &entries, global)
}

fn entry(line: &str) -> Option<(String, Saying)> {
    let mut cells = line.split('\t').map(|cell| cell.trim().to_owned());
    let (word, kind, saying) = (cells.next()?, cells.next()?, cells.next()?);
    let saying = match kind.as_str() {
        "alias" => Saying::Alias(saying),
        "respelling" => Saying::Respelling(saying),
        "ipa" => Saying::Ipa(saying),
        _ => return None,
    };
    cells.next().is_none().then_some((word, saying))
}

/// The same error, with the line of the file that it is about.
fn in_line(number: usize, error: &SpeechError) -> SpeechError {
    SpeechError::new(error.kind(), format!("Line {number}: {}", error.message())).about("lexicon")
}

/// Entries that every backend can say.
fn checked(entries: impl IntoIterator<Item = (String, Saying)>) -> Result<Lexicon, SpeechError> {
    let lexicon = Lexicon::new(entries)?;
    for (_, saying) in lexicon.entries() {
        if let Saying::Ipa(ipa) = saying
            && let Err(error) = from_ipa(ipa, Accent::American)
        {
            let place = error.place;
            let message = format!("This is not English IPA: look at character {place}, counting from 0.");
            return Err(SpeechError::invalid_parameter("ipa", message));
        }
    }
    Ok(lexicon)
}

fn keep(whose: &str, entries: &Lexicon, config: &Config) -> Result<(), Failure> {
    block_on(async {
        let store = compose::store(config).await?;
        store.add(whose, entries).await.map_err(unkept)
    })
}

fn report(whose: &str, entries: &Lexicon, global: &Global) -> Result<(), Failure> {
    let entries = entries.entries().map(|(word, saying)| Entry {
        client: whose.to_owned(),
        word: word.to_owned(),
        saying: saying.clone(),
    });
    show(entries, global)
}

fn list(client: Option<&str>, config: &Config, global: &Global) -> Result<(), Failure> {
    let entries = block_on(async {
        let store = compose::store(config).await?;
        store.list().await.map_err(unkept)
    })?;
    show(entries.into_iter().filter(|entry| client.is_none_or(|client| entry.client == client)), global)
}

fn show(entries: impl Iterator<Item = Entry>, global: &Global) -> Result<(), Failure> {
    if global.json {
        let entries = entries.map(|Entry { client, word, saying }| {
            let mut entry = json!(saying);
            entry["client"] = if client == EVERYONE { json!(null) } else { json!(client) };
            entry["word"] = json!(word);
            entry
        });
        return print_json(&json!({ "entries": entries.collect::<Vec<_>>() }));
    }
    let head = ["CLIENT", "WORD", "KIND", "SAYING"].map(str::to_owned);
    let rows = entries.map(|entry| {
        [
            whose_name(&entry.client).to_owned(),
            entry.word,
            entry.saying.kind().to_owned(),
            entry.saying.text().to_owned(),
        ]
    });
    print(&columns(std::iter::once(head).chain(rows)))
}

fn whose_name(client: &str) -> &str {
    if client == EVERYONE { "everyone" } else { client }
}

fn remove(whose: &str, word: &str, config: &Config, global: &Global) -> Result<(), Failure> {
    let word = word.split_whitespace().collect::<Vec<_>>().join(" ");
    let removed = block_on(async {
        let store = compose::store(config).await?;
        store.remove(whose, &word).await.map_err(unkept)
    })?;
    if !removed {
        let message = format!(
            "There is no such entry of {}; 'voice-soundboard lexicon list' shows those that there are.",
            whose_name(whose)
        );
        return Err(SpeechError::new(ErrorKind::InvalidParameter, message).about("word").into());
    }
    match global.json {
        true => print_json(&json!({ "removed": word })),
        false => Ok(()),
    }
}

fn unkept(error: StoreError) -> Failure {
    match error {
        StoreError::LexiconFull { entries } => {
            let message = format!(
                "The lexicon would have {entries} entries and is left as it was; at most {MOST_ENTRIES} are allowed."
            );
            SpeechError::new(ErrorKind::InvalidParameter, message).about("lexicon").into()
        }
        error => Failure::machine("the lexicon is as it was", &error),
    }
}
