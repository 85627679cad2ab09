//! A text beyond what a model takes at a time is said in parts.

use std::sync::Arc;
use std::task::{Context, Poll};

use futures::stream::{self, StreamExt};
use speech::{Boundary, BoxFuture, Clause, Codec, Reading, Sound, SpeechError, SpeechGraph, SpeechText};
use tower::{Service, ServiceExt as _};

use crate::chain::{Begin, Link, chain};
use crate::decode;
use crate::route::Call;

/// Splits calls whose text is too long for their model, between sentences where it can.
#[derive(Clone)]
pub(crate) struct Split<S> {
    inner: S,
}

impl<S> Split<S> {
    pub(crate) fn new(inner: S) -> Self {
        Self { inner }
    }
}

impl<S> Service<Call> for Split<S>
where
    S: Service<Call, Response = Sound, Error = SpeechError> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = Sound;
    type Error = SpeechError;
    type Future = BoxFuture<Result<Sound, SpeechError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), SpeechError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, call: Call) -> Self::Future {
        let limit = call.most_characters.unwrap_or(usize::MAX);
        if call.utterance.graph.text().characters() <= limit {
            return Box::pin(self.inner.call(call));
        }
        let inner = self.inner.clone();
        Box::pin(async move {
            call.tab.note(|state| state.in_parts = true);
            let links = stream::iter(begins(&inner, call)?);
            let sound =
                chain(links.boxed()).await.unwrap_or_else(|| Err(SpeechError::internal("a text of no part")));
            Ok(Sound::Samples(sound?))
        })
    }
}

/// The links that say a call's text, in as many parts as its model needs.
fn begins<S>(speaker: &S, call: Call) -> Result<Vec<Begin>, SpeechError>
where
    S: Service<Call, Response = Sound, Error = SpeechError> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    let limit = call.most_characters.unwrap_or(usize::MAX);
    let parts = parts(&call.utterance.graph, limit, Cut::Seldom)?;
    let begins = parts.into_iter().map(|Part { offset, rested, graph }| {
        let mut call = call.clone();
        call.utterance.graph = graph;
        call.utterance.delivery.format = Codec::Pcm.into();
        let speaker = speaker.clone();
        let begin: Begin = Box::new(move || {
            let speaking = speaker.clone().oneshot(call.clone());
            Box::pin(async move {
                let sound = decode::samples(speaking.await?).await?;
                Ok(Link { offset, rested, sound })
            })
        });
        begin
    });
    Ok(begins.collect())
}

/// Where a text is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// As seldom as the limit allows.
    Seldom,
    /// After each sentence.
    Sentences,
}

/// A part of a text.
#[derive(Debug)]
pub(crate) struct Part {
    /// Code points before it.
    pub(crate) offset: usize,
    /// Whether it begins where a clause has ended.
    pub(crate) rested: bool,
    pub(crate) graph: Arc<SpeechGraph>,
}

/// Parts of at most `limit` code points. They end where a clause ends; a clause that is itself too long ends anywhere
/// between two words.
pub(crate) fn parts(graph: &SpeechGraph, limit: usize, cut: Cut) -> Result<Vec<Part>, SpeechError> {
    let text: Vec<char> = graph.text().as_str().chars().collect();
    let end = |clause: &Clause| clause.span.offset + clause.span.length;
    let ends: Vec<usize> = graph.clauses().iter().map(end).collect();
    let sentences = graph.clauses().iter().filter(|clause| clause.ends >= Boundary::Sentence);
    let sentences: Vec<usize> = sentences.map(end).filter(|_| cut == Cut::Sentences).collect();
    let reading = Reading { markup: *graph.markup(), lexicon: graph.lexicon().clone(), ..Reading::default() };
    let mut parts = Vec::new();
    let (mut from, mut rested) = (0, true);
    while from < text.len() {
        let furthest = from.saturating_add(limit.max(1)).min(text.len());
        let clause = ends.iter().copied().filter(|end| (from + 1..=furthest).contains(end)).max();
        let word = || (from + 1..furthest).rev().find(|&at| text[at].is_whitespace());
        let sentence = sentences.iter().copied().find(|end| (from + 1..=furthest).contains(end));
        let to = match (sentence, furthest == text.len()) {
            (Some(sentence), _) => sentence,
            (None, true) => furthest,
            (None, false) => clause.or_else(word).unwrap_or(furthest),
        };
        let part: String = text[from..to].iter().collect();
        // What is left of a text behind its last clause has no sound.
        if let Ok(part) = SpeechText::new(part, None) {
            let graph = Arc::new(language::compile(part, &reading)?);
            parts.push(Part { offset: from, rested, graph });
        }
        (from, rested) = (to, ends.contains(&to));
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, limit: usize) -> Vec<(usize, String)> {
        let text = SpeechText::new(text, None).unwrap();
        let graph = language::compile(text, &Reading::default()).unwrap();
        let parts = parts(&graph, limit, Cut::Seldom).unwrap();
        parts.into_iter().map(|part| (part.offset, part.graph.text().as_str().to_owned())).collect()
    }

    #[test]
    fn a_long_text_is_cut_between_sentences_and_nothing_is_lost() {
        let text = "One is first. Two is second! Three, the naïve third, is last.";
        let parts = cut(text, 30);
        let joined: String = parts.iter().map(|(_, part)| part.as_str()).collect();
        assert_eq!(joined, text);
        assert_eq!(parts[0], (0, "One is first. Two is second!".to_owned()));
        assert!(parts.iter().all(|(_, part)| part.chars().count() <= 30), "{parts:?}");
        assert!(
            parts.iter().all(|(offset, part)| text
                .chars()
                .skip(*offset)
                .take(part.chars().count())
                .eq(part.chars()))
        );
    }

    #[test]
    fn only_the_end_of_a_clause_is_a_place_to_rest() {
        let text = SpeechText::new("One is. Two goes on and on.", None).unwrap();
        let graph = language::compile(text, &Reading::default()).unwrap();
        let rested: Vec<bool> =
            parts(&graph, 10, Cut::Seldom).unwrap().iter().map(|part| part.rested).collect();
        assert_eq!(rested, [true, true, false, false]);
    }

    #[test]
    fn a_clause_that_is_too_long_is_cut_between_words_and_a_word_anywhere() {
        assert_eq!(cut("alpha beta gamma", 11), [(0, "alpha beta".to_owned()), (10, " gamma".to_owned())]);
        assert_eq!(cut("abcdefgh", 5), [(0, "abcde".to_owned()), (5, "fgh".to_owned())]);
    }
}
