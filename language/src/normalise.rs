//! From clauses to tokens: what is said, and where it stands.

use std::ops::Range;
use std::sync::Arc;

use speech::{Boundary, Clause, Lexicon, Saying, SpeechGraph};

use crate::breaks::{could_abbreviate, has_stop};
use crate::english;
use crate::scripts::{Unreadable, unreadable};
use crate::sentence::{Match, Sentence};
use crate::settled::{around, settled};
use crate::{Class, Token};

/// Bytes of an endless sentence that are looked at at once: more than that many chunks of ordinary words.
const MOST_BYTES: usize = 4096;

/// Bytes of a word or two with their stops.
const END_BYTES: usize = 64;

/// Words that are looked at for one saying of the client's.
pub(crate) const MOST_WORDS: usize = 8;

/// Which English a text is read in: it decides what "3/4/2024" means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum English {
    /// Months before days.
    American,
    /// Days before months.
    British,
}

/// The tokens of a graph, sentence by sentence, in reading order; reads only as far as it is asked to.
///
/// Every character that is not white space is in the text, the lead or the trail of exactly one token.
pub struct Sentences {
    graph: Arc<SpeechGraph>,
    english: English,
    /// The clause that is read next.
    clause: usize,
    /// Bytes of the plain text that were read.
    read: usize,
}

impl Sentences {
    /// Reads a graph.
    pub fn new(graph: Arc<SpeechGraph>, english: English) -> Self {
        Self { graph, english, clause: 0, read: 0 }
    }
}

impl Iterator for Sentences {
    type Item = Vec<Token>;

    fn next(&mut self) -> Option<Vec<Token>> {
        let graph = Arc::clone(&self.graph);
        let rest = graph.clauses().get(self.clause..).unwrap_or_default();
        let sentence = until_its_end(rest);
        let (first, last) = (sentence.first()?, sentence.last()?);
        let start = self.read.max(first.bytes.start);
        let mut end = last.bytes.end;
        let plain = graph.plain().as_str();
        if end - start > MOST_BYTES {
            end = cut(plain, start);
        }
        let text = plain.get(start..end).unwrap_or_default();
        let parsed = Sentence::new(text, self.english == English::British);
        let tokens = Tokens { graph: &graph, clauses: sentence, start, end, sentence: &parsed };
        let tokens = tokens.read();
        self.read = end;
        while graph.clauses().get(self.clause).is_some_and(|clause| clause.bytes.end <= end) {
            self.clause += 1;
        }
        Some(tokens)
    }
}

/// The clauses up to the first that ends a sentence, as far as they are read at once.
fn until_its_end(clauses: &[Clause]) -> &[Clause] {
    let start = clauses.first().map_or(0, |clause| clause.bytes.start);
    let ends = |clause: &Clause| clause.ends >= Boundary::Sentence || clause.bytes.end - start > MOST_BYTES;
    let count = clauses.iter().position(ends).map_or(clauses.len(), |last| last + 1);
    clauses.get(..count).unwrap_or_default()
}

/// The end of about [`MOST_BYTES`] from there, at white space if there is any.
fn cut(plain: &str, start: usize) -> usize {
    let window = plain.get(start..plain.floor_char_boundary(start + MOST_BYTES)).unwrap_or_default();
    start + window.rfind(char::is_whitespace).filter(|at| *at > 0).unwrap_or(window.len())
}

/// Reads one sentence.
struct Tokens<'s> {
    graph: &'s SpeechGraph,
    clauses: &'s [Clause],
    /// Bytes of the plain text before the sentence.
    start: usize,
    /// Bytes of it before what follows; a sentence that is read in parts does not end with the first.
    end: usize,
    sentence: &'s Sentence<'s>,
}

impl Tokens<'_> {
    fn read(&self) -> Vec<Token> {
        let chunks = self.sentence.chunks().len();
        let mut found: Vec<Match> = Vec::with_capacity(chunks);
        let mut at = 0;
        // A claimed lead or trail never reaches into another chunk.
        while at < chunks {
            let one = self
                .said_here(at)
                .or_else(|| said_by_client(self.sentence, at, self.graph.lexicon()))
                .unwrap_or_else(|| english::read(self.sentence, at));
            at += one.chunks.max(1);
            found.push(one);
        }
        let mut at = 0;
        let settled = settled(self.sentence, found).into_iter();
        settled
            .map(|one| {
                at += one.chunks.max(1);
                self.token(at - one.chunks.max(1), one)
            })
            .collect()
    }

    /// What the client says of the words that begin there and nowhere else.
    fn said_here(&self, at: usize) -> Option<Match> {
        let chunks = self.sentence.chunks().get(at..)?;
        let start = self.start + chunks.first()?.core_at();
        let saying = |last: &crate::sentence::Chunk<'_>| {
            self.graph.saying_of(&(start..self.start + last.core_at() + last.core.len()))
        };
        let (count, saying) =
            (1..).zip(chunks).take(MOST_WORDS).find_map(|(count, last)| Some((count, saying(last)?)))?;
        Some(said(saying, count, ""))
    }

    /// Puts a match into its place.
    fn token(&self, at: usize, found: Match) -> Token {
        let chunks = self.sentence.chunks();
        let first = chunks.get(at).copied().unwrap_or(crate::sentence::NOTHING);
        let next = at + found.chunks.max(1);
        let last = chunks.get(next - 1).copied().unwrap_or(first);
        let (lead, opened) = first.lead.split_at(first.lead.len().saturating_sub(found.opens));
        let (closed, trail) = last.trail.split_at(found.closes.min(last.trail.len()));
        let bytes = self.start + first.core_at() - opened.len()
            ..self.start + last.core_at() + last.core.len() + closed.len();
        let ends = self.ends(&bytes, chunks.get(next).map(|next| self.start + next.at));
        let mut trail = trail.to_owned();
        // The stop of "etc." at the end of a sentence ends that, too.
        if ends >= Some(Boundary::Sentence) && closed.ends_with('.') && !trail.contains(['.', '!', '?', '…'])
        {
            trail.insert(0, '.');
        }
        Token {
            text: self.graph.plain().as_str().get(bytes.clone()).unwrap_or_default().to_owned(),
            span: self.graph.plain().span(bytes),
            class: found.class,
            said: found.said,
            lead: lead.to_owned(),
            trail,
            ends,
        }
    }

    /// What ends between a token and the chunk after it. What ends inside a token is no end: "June 5, 2024".
    fn ends(&self, token: &Range<usize>, next: Option<usize>) -> Option<Boundary> {
        let next = next.unwrap_or(self.end);
        let first = self.clauses.partition_point(|clause| clause.bytes.end < token.end);
        let here = self.clauses.get(first..).unwrap_or_default();
        here.iter().take_while(|clause| clause.bytes.end <= next).map(|clause| clause.ends).max()
    }
}

/// The longest phrase of the client's lexicon that starts there, also with "'s" behind it.
fn said_by_client(sentence: &Sentence<'_>, at: usize, lexicon: &Lexicon) -> Option<Match> {
    let first = sentence.chunk(at)?;
    (1..=lexicon.longest()).rev().find_map(|chunks| {
        let last = at + chunks - 1;
        let mut phrase = first.core.to_owned();
        for next in at..last {
            // "St. Louis" is a phrase, "here, there" is none.
            let joined = sentence.chunk(next).is_some_and(|chunk| matches!(chunk.trail, "" | "."));
            let next = sentence.chunk(next + 1).filter(|next| joined && next.lead.is_empty())?;
            phrase.push(' ');
            phrase.push_str(next.core);
        }
        let owner = || phrase.strip_suffix("'s").or_else(|| phrase.strip_suffix("’s"));
        let (entry, suffix) = match lexicon.find(&phrase) {
            Some(entry) => (entry, ""),
            None => (lexicon.find(owner()?)?, "'s"),
        };
        let trail = sentence.chunk(last)?.trail;
        let closes = if trail.starts_with(entry.trail()) { entry.trail().len() } else { 0 };
        first
            .lead
            .ends_with(entry.lead())
            .then(|| said(entry.saying(), chunks, suffix).opening(entry.lead().len()).closing(closes))
    })
}

fn said(saying: &Saying, chunks: usize, suffix: &str) -> Match {
    match saying {
        Saying::Alias(text) => Match::many(chunks, Class::Alias, english::said(text) + suffix),
        Saying::Respelling(text) => Match::many(chunks, Class::Respelling, text.clone() + suffix),
        Saying::Ipa(text) => Match::many(chunks, Class::Ipa, text.clone() + suffix),
    }
}

/// What of a graph nobody can read, by name; see [`unreadable`]. What the client has a saying for is said.
pub fn left_out(graph: &SpeechGraph, english: English) -> Vec<Unreadable> {
    let all = unreadable(graph.plain().as_str());
    let has_sayings = graph.score().is_some_and(|score| !score.sayings.is_empty());
    if all.is_empty() || (graph.lexicon().is_empty() && !has_sayings) {
        return all;
    }
    let is_given = |token: &Token| matches!(token.class, Class::Alias | Class::Respelling | Class::Ipa);
    let tokens = Sentences::new(Arc::new(graph.clone()), english).flatten().filter(|token| !is_given(token));
    unreadable(&tokens.map(|token| token.text).collect::<Vec<_>>().join(" "))
}

/// As much of the end of a text as tells whether a sentence ends with it.
fn end_of(text: &str) -> &str {
    text.get(text.ceil_char_boundary(text.len().saturating_sub(END_BYTES))..).unwrap_or_default()
}

/// The normalised text: what is said with the punctuation around it, and where each token's words stand in it.
pub struct Normalised {
    /// The text. To normalise it again changes nothing.
    pub text: String,
    /// Every token with the code points of `text` before its words, and their number.
    pub tokens: Vec<(Token, speech::Span)>,
}

/// Normalises a whole graph.
pub fn normalise(graph: &Arc<SpeechGraph>, english: English) -> Normalised {
    let mut normalised = Normalised { text: String::new(), tokens: Vec::new() };
    let mut characters = 0;
    let mut push = |text: &mut String, part: &str| {
        text.push_str(part);
        characters += part.chars().count();
        characters
    };
    let mut ended: Option<Option<Boundary>> = None;
    let mut opens_paragraph = true;
    for token in Sentences::new(Arc::clone(graph), english).flatten() {
        let text = &mut normalised.text;
        let (mut lead, mut trail) = around(&token.said, &token.lead, &token.trail);
        let is_said = !token.said.is_empty();
        // Read again, a stop before any words would end the paragraph before it.
        if opens_paragraph {
            let free = if is_said { lead.rfind(' ').map_or(0, |at| at + 1) } else { lead.len() };
            if lead.get(..free).is_some_and(has_stop) {
                lead.drain(..free);
            }
            if !is_said && has_stop(&trail) {
                trail.clear();
            }
        }
        opens_paragraph &= !is_said;
        opens_paragraph |= token.ends == Some(Boundary::Paragraph);
        let silent = lead.is_empty() && token.said.is_empty() && trail.is_empty();
        let separator = match ended {
            None => "",
            _ if silent => "",
            Some(Some(Boundary::Paragraph)) => "\n\n",
            // "the letter x. Smith": with a capital its stop would be that of an initial.
            Some(Some(Boundary::Sentence)) if could_abbreviate(end_of(text), &token.said) => "\n\n",
            Some(_) => " ",
        };
        push(text, separator);
        let offset = push(text, &lead);
        let end = push(text, &token.said);
        push(text, &trail);
        ended = match ended {
            Some(before) if silent => Some(before.max(token.ends)),
            None if silent => None,
            _ => Some(token.ends),
        };
        normalised.tokens.push((token, speech::Span { offset, length: end - offset }));
    }
    normalised
}
