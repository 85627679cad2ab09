//! Shows which entries apply to a text, and lets it be heard.

use std::sync::Arc;

use language::{Class, English, Token};
use serde_json::{Value, json};
use speech::{Lexicon, Lexicons as _, Reading, SpeechGraph, SpeechText};
use store::{EVERYONE, Entry};

use super::{unkept, whose_name};
use crate::args::{Global, MarkupFlag, Speak, Test};
use crate::commands::{block_on, print, print_json, speak};
use crate::compose;
use crate::config::Config;
use crate::failure::Failure;

/// What an entry has changed.
struct Applied<'t> {
    written: &'t str,
    said: &'t str,
    kind: &'static str,
    client: &'t str,
}

/// Reads the text as a request of that client would be.
pub(super) fn run(client: &str, test: &Test, config: &Config, global: &Global) -> Result<(), Failure> {
    let text = SpeechText::new(test.text.clone(), None).map_err(speech::SpeechError::from)?;
    let (entries, lexicon) = block_on(async {
        let store = compose::store(config).await?;
        Ok((store.list().await.map_err(unkept)?, store.of(client).await?))
    })?;
    let own = own(entries, client)?;
    let graph = Arc::new(language::compile(text, &Reading { lexicon, ..Reading::default() })?);
    let normalised = language::normalise(&graph, English::American);
    let tokens = normalised.tokens.iter().map(|(token, _)| token);
    let applied: Vec<Applied<'_>> = tokens.filter_map(|token| applied(token, client, &own)).collect();
    let heard = heard(&graph, config, global)?;
    match global.json {
        true => print_json(&as_json(&normalised.text, &applied, heard.as_ref()))?,
        false => print(&as_text(&normalised.text, &applied, heard.as_ref()))?,
    }
    if test.aloud || test.output.is_some() {
        speak::with_lexicon_of(client, &spoken(test), config, global)?;
    }
    Ok(())
}

/// The client's own entries.
fn own(entries: Vec<Entry>, client: &str) -> Result<Lexicon, Failure> {
    let own = entries.into_iter().filter(|entry| entry.client == client);
    Ok(Lexicon::new(own.map(|entry| (entry.word, entry.saying)))?)
}

/// The entry that a token was said by, if it was.
fn applied<'t>(token: &'t Token, client: &'t str, own: &Lexicon) -> Option<Applied<'t>> {
    if !matches!(token.class, Class::Alias | Class::Respelling | Class::Ipa) {
        return None;
    }
    let words = token.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let owner = words.strip_suffix("'s").or_else(|| words.strip_suffix("’s")).unwrap_or(&words);
    let is_own = own.get(&words).or_else(|| own.get(owner)).is_some();
    Some(Applied {
        written: &token.text,
        said: &token.said,
        kind: token.class.name(),
        client: if is_own { client } else { EVERYONE },
    })
}

/// The phonemes that Kokoro's American and British voices get; none as long as ONNX Runtime is not here.
fn heard(graph: &Arc<SpeechGraph>, config: &Config, global: &Global) -> Result<Option<[String; 2]>, Failure> {
    let phonemes = compose::phonemes(config, global.cache.clone())?;
    Ok(phonemes.map(|phonemes| {
        [English::American, English::British].map(|english| {
            let words = phonemes.of(graph, english).into_iter().map(|(_, sound)| sound);
            words.collect::<Vec<_>>().join(" ")
        })
    }))
}

fn as_text(text: &str, applied: &[Applied<'_>], heard: Option<&[String; 2]>) -> String {
    let mut shown = format!("{text}\n");
    for Applied { written, said, kind, client } in applied {
        shown += &format!("\"{written}\" -> \"{said}\"  ({kind} of {})\n", whose_name(client));
    }
    if applied.is_empty() {
        shown += "no entry applies\n";
    }
    match heard {
        Some([american, british]) => shown += &format!("en-US  {american}\nen-GB  {british}\n"),
        None => shown += "to see phonemes, fetch ONNX Runtime: 'voice-soundboard models pull'\n",
    }
    shown
}

fn as_json(text: &str, applied: &[Applied<'_>], heard: Option<&[String; 2]>) -> Value {
    let applied = applied.iter().map(|Applied { written, said, kind, client }| {
        let client = (*client != EVERYONE).then_some(client);
        json!({ "written": written, "said": said, "kind": kind, "client": client })
    });
    let phonemes = heard.map(|[american, british]| json!({ "en-US": american, "en-GB": british }));
    json!({ "text": text, "applied": applied.collect::<Vec<_>>(), "phonemes": phonemes })
}

/// The same as a text to speak.
fn spoken(test: &Test) -> Speak {
    Speak {
        text: Some(test.text.clone()),
        file: None,
        voice: test.voice.clone(),
        output: test.output.clone(),
        format: None,
        speed: 1.0,
        model: None,
        markup: MarkupFlag::default(),
        timings: None,
        visemes: false,
        data: None,
    }
}
