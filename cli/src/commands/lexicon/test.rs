//! Shows which entries apply to a text, and lets it be heard.

use engine::{Class, English, Token};
use pronunciation::{Accent, from_ipa, with_s};
use speech::{Lexicon, Reading, SpeechText};
use store::Entry;

use super::{unkept, whose_name};
use crate::args::{Global, MarkupFlag, Speak, Test};
use crate::commands::{block_on, print, say_as, speak};
use crate::compose;
use crate::config::Config;
use crate::failure::Failure;

/// Reads the text as a request of that client would be.
pub(super) fn run(client: &str, test: &Test, config: &Config, global: &Global) -> Result<(), Failure> {
    let text = SpeechText::new(test.text.clone(), None).map_err(speech::SpeechError::from)?;
    let backends = compose::backends(config)?;
    let (entries, normalised) = block_on(async {
        let store = compose::store(config).await?;
        let entries = store.list().await.map_err(unkept)?;
        let engine = compose::engine(config, &backends).await?;
        let normalised = engine.normalise(client, text, Reading::default(), English::American).await?;
        Ok((entries, normalised))
    })?;
    if global.json {
        print(&say_as::as_body(normalised)?)?;
    } else {
        let own = own(entries, client)?;
        let applied: String =
            normalised.tokens.iter().filter_map(|(token, _)| line(token, client, &own)).collect();
        print(&format!("{}\n", normalised.text))?;
        print(if applied.is_empty() { "no entry applies\n" } else { &applied })?;
    }
    if test.aloud || test.output.is_some() {
        speak::as_client(client, &spoken(test), config, global)?;
    }
    Ok(())
}

/// The client's own entries.
fn own(entries: Vec<Entry>, client: &str) -> Result<Lexicon, Failure> {
    let own = entries.into_iter().filter(|entry| entry.client == client);
    Ok(Lexicon::new(own.map(|entry| (entry.word, entry.saying)))?)
}

/// `"W3C" -> "World Wide Web Consortium"  (alias of everyone)`, for a token that an entry has changed.
fn line(token: &Token, client: &str, own: &Lexicon) -> Option<String> {
    if !matches!(token.class, Class::Alias | Class::Respelling | Class::Ipa) {
        return None;
    }
    let words = token.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let owner = without_s(&words).unwrap_or(&words);
    let is_own = own.get(&words).or_else(|| own.get(owner)).is_some();
    let whose = whose_name(if is_own { client } else { store::EVERYONE });
    let (said, kind) = (&token.said, token.class.name());
    let phonemes = phonemes(token).map(|sounds| format!("  Kokoro: {sounds}")).unwrap_or_default();
    Some(format!("\"{words}\" -> \"{said}\"  ({kind} of {whose}){phonemes}\n"))
}

/// What Kokoro's American voices get for a token in IPA.
fn phonemes(token: &Token) -> Option<String> {
    let said = Some(token.said.as_str()).filter(|_| token.class == Class::Ipa)?;
    match without_s(said) {
        Some(stem) => Some(with_s(&from_ipa(stem, Accent::American).ok()?, Accent::American)),
        None => from_ipa(said, Accent::American).ok(),
    }
}

fn without_s(word: &str) -> Option<&str> {
    word.strip_suffix("'s").or_else(|| word.strip_suffix("’s"))
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
        data: None,
    }
}
