//! What the normaliser promises for every text.

use std::sync::Arc;

use language::{Class, English, compile, normalise, unreadable};
use speech::{Reading, SpeechGraph, SpeechText, has_sound};

/// A text's graph, if it can be spoken.
pub(crate) fn graph(text: &str) -> Option<Arc<SpeechGraph>> {
    let text = SpeechText::new(text, None).ok()?;
    compile(text, &Reading::default()).ok().map(Arc::new)
}

/// Checks all that holds for a text in both Englishes; says what does not.
pub(crate) fn check(text: &str) -> Result<(), String> {
    let Some(graph) = graph(text) else { return Ok(()) };
    for english in [English::American, English::British] {
        let once = normalise(&graph, english);
        covers(&graph, &once)?;
        speakable(&graph, &once)?;
        stands_where_it_says(&once)?;
        let Some(again) = self::graph(&once.text) else { continue };
        let twice = normalise(&again, english);
        if twice.text != once.text {
            let same = once.text.chars().zip(twice.text.chars()).take_while(|(a, b)| a == b).count();
            let here = |text: &str| text.chars().skip(same.saturating_sub(40)).take(80).collect::<String>();
            let text: String = text.chars().take(200).collect();
            return Err(format!("{text:?} is read {:?}, and that {:?}", here(&once.text), here(&twice.text)));
        }
    }
    Ok(())
}

/// Every character that is not white space is in one token, in order, and its span is the client's.
fn covers(graph: &SpeechGraph, normalised: &language::Normalised) -> Result<(), String> {
    let plain = graph.plain().as_str();
    let mut parts = String::new();
    let mut last = 0;
    for (token, _) in &normalised.tokens {
        // A stop that ends an abbreviation and its sentence is shown twice.
        let doubled = token.text.ends_with('.') && token.trail.starts_with('.');
        parts.push_str(&token.lead);
        parts.push_str(&token.text);
        parts.push_str(token.trail.get(usize::from(doubled)..).unwrap_or_default());
        if token.span.offset < last {
            return Err(format!("{plain:?}: {token:?} starts before {last}"));
        }
        last = token.span.offset;
    }
    let bare = |text: &str| -> String { text.chars().filter(|c| !c.is_whitespace()).collect() };
    if bare(plain) == bare(&parts) { Ok(()) } else { Err(format!("{plain:?} is cut into {parts:?}")) }
}

/// Only words are said, and what sounds is said or named.
fn speakable(graph: &SpeechGraph, normalised: &language::Normalised) -> Result<(), String> {
    let letter = |c: char| c.is_alphabetic() || speech::is_combining_mark(c) || matches!(c, '\'' | '-' | ',');
    for (token, _) in &normalised.tokens {
        let words = token.said.split(' ').all(|word| !word.is_empty() && word.chars().all(letter));
        if !words && !token.said.is_empty() {
            return Err(format!("{token:?} is no words"));
        }
        let silent = matches!(token.class, Class::Pause | Class::Unreadable);
        if token.said.is_empty() != silent {
            return Err(format!("{token:?} says too little or too much"));
        }
        let sounds = token.lead.chars().chain(token.trail.chars()).any(has_sound);
        if sounds {
            return Err(format!("{token:?} leaves out what sounds"));
        }
        if token.class == Class::Unreadable && unreadable(graph.plain().as_str()).is_empty() {
            return Err(format!("{token:?} is not named"));
        }
    }
    Ok(())
}

/// The span of what is said is its place in the normalised text.
fn stands_where_it_says(normalised: &language::Normalised) -> Result<(), String> {
    let chars: Vec<char> = normalised.text.chars().collect();
    for (token, span) in &normalised.tokens {
        let there: Option<String> =
            chars.get(span.offset..span.offset + span.length).map(|part| part.iter().collect());
        if there.as_deref() != Some(&token.said) {
            return Err(format!("{token:?} does not stand at {span:?}"));
        }
    }
    Ok(())
}
