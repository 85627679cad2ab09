//! A text that is still being written becomes sentences.

use speech::{Boundary, Node, Notation, Reading, Span, SpeechText, TextError};

/// Beyond so many code points nobody waits for the end of a sentence.
const MOST_WAITING: usize = 400;

/// The same of SSML, in bytes: until its elements are closed nobody can tell where a sentence ends, and each piece of it has
/// all that waits read again.
const MOST_WAITING_SSML: usize = 4096;

/// Gathers what one speaker writes until it can be spoken.
pub(crate) struct Gathering {
    notation: Notation,
    waiting: String,
    /// Code points before what waits.
    offset: usize,
}

/// Something that can be spoken by itself.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Gathered {
    pub(crate) offset: usize,
    pub(crate) text: String,
}

impl Gathering {
    /// Of what is written so.
    pub(crate) fn of(notation: Notation) -> Self {
        Self { notation, waiting: String::new(), offset: 0 }
    }

    /// The text goes on. What comes back is complete: a sentence is, once the next has begun.
    pub(crate) fn write(&mut self, text: &str) -> Option<Gathered> {
        self.waiting.push_str(text);
        let end = self.last_end()?;
        self.take(end)
    }

    /// Everything so far.
    pub(crate) fn flush(&mut self) -> Option<Gathered> {
        self.take(self.waiting.len())
    }

    fn take(&mut self, bytes: usize) -> Option<Gathered> {
        let rest = self.waiting.split_off(bytes);
        let text = std::mem::replace(&mut self.waiting, rest);
        let offset = self.offset;
        self.offset += text.chars().count();
        (!text.trim().is_empty()).then_some(Gathered { offset, text })
    }

    /// Where the last complete sentence ends, in bytes; of a sentence without end, its last clause or word, or all
    /// there is.
    fn last_end(&self) -> Option<usize> {
        let too_long = self.waiting.char_indices().nth(MOST_WAITING).map(|(byte, _)| byte);
        let text = match SpeechText::new(self.waiting.as_str(), None) {
            Ok(text) => text,
            Err(TextError::Blank | TextError::Silent) => return too_long.map(|_| self.waiting.len()),
            // Whoever compiles it says what is wrong.
            Err(_) => return Some(self.waiting.len()),
        };
        if let Notation::Ssml { .. } = self.notation {
            return self.last_end_of_ssml(text);
        }
        let graph = language::compile(text, &Reading::default()).ok()?;
        let (_, complete) = graph.clauses().split_last()?;
        let least = if too_long.is_some() { Boundary::Clause } else { Boundary::Sentence };
        let clause = complete.iter().rev().find(|clause| clause.ends >= least);
        let characters = clause.map(|clause| clause.span.offset + clause.span.length);
        let end = characters.and_then(|end| self.waiting.char_indices().nth(end)).map(|(byte, _)| byte);
        let word = || too_long.and_then(|_| self.waiting.rfind(char::is_whitespace));
        end.or_else(word).filter(|&end| end > 0).or(too_long.map(|_| self.waiting.len()))
    }

    /// The same of SSML, which must not be cut in an element.
    fn last_end_of_ssml(&self, text: SpeechText) -> Option<usize> {
        if self.waiting.len() > MOST_WAITING_SSML {
            return Some(self.waiting.len());
        }
        let reading = Reading { notation: self.notation, ..Reading::default() };
        let graph = language::compile(text, &reading).ok()?;
        let (_, complete) = graph.clauses().split_last()?;
        let sentences = complete.iter().rev().filter(|clause| clause.ends >= Boundary::Sentence);
        let mut ends = sentences.map(|clause| clause.span.offset + clause.span.length);
        // A document ends only as a whole.
        let outermost = graph.score().filter(|score| score.document.tag.is_empty())?.document.children.iter();
        let spans: Vec<Span> = outermost.filter_map(span_of_element).collect();
        let is_inside =
            |end: usize| spans.iter().any(|span| span.offset < end && end < span.offset + span.length);
        let end = ends.find(|end| !is_inside(*end))?;
        self.waiting.char_indices().nth(end).map(|(byte, _)| byte)
    }
}

fn span_of_element(node: &Node) -> Option<Span> {
    match node {
        Node::Element(element) => Some(element.span),
        Node::Text { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is gathered of these pieces, and of the flush at the end.
    fn gather<'t>(pieces: impl IntoIterator<Item = &'t str>) -> Vec<(usize, String)> {
        let mut gathering = Gathering::of(Notation::Plain);
        let mut gathered: Vec<_> = pieces.into_iter().filter_map(|piece| gathering.write(piece)).collect();
        gathered.extend(gathering.flush());
        gathered.into_iter().map(|Gathered { offset, text }| (offset, text)).collect()
    }

    #[test]
    fn a_sentence_is_complete_when_the_next_begins_and_nothing_is_lost() {
        let text = "Dr. Smith came at 3.15 p.m. sharp. \"Really?\" she asked. Naïve, he said: yes";
        for length in 1..=text.len() {
            let characters: Vec<char> = text.chars().collect();
            let pieces: Vec<String> = characters.chunks(length).map(|piece| piece.iter().collect()).collect();
            let gathered = gather(pieces.iter().map(String::as_str));
            let joined: String = gathered.iter().map(|(_, text)| text.as_str()).collect();
            assert_eq!(joined, text, "in pieces of {length}");
            let mut offset = 0;
            for (at, text) in &gathered {
                assert_eq!(*at, offset);
                offset += text.chars().count();
            }
        }
        let words: Vec<&str> = text.split_inclusive(' ').collect();
        assert_eq!(gather(words)[0], (0, "Dr. Smith came at 3.15 p.m. sharp.".to_owned()));
    }

    #[test]
    fn a_sentence_without_end_is_not_waited_for() {
        let gathered = gather(["word "; 200]);
        assert!(gathered.len() >= 2, "{}", gathered.len());
        assert!(gathered.iter().all(|(_, text)| text.chars().count() <= MOST_WAITING + 5));
    }

    #[test]
    fn nothing_waits_for_ever() {
        for endless in ["a", " ", "!", "🙂"] {
            let mut gathering = Gathering::of(Notation::Plain);
            for _ in 0..3000 {
                gathering.write(endless);
                assert!(gathering.waiting.chars().count() <= MOST_WAITING, "{endless:?}");
            }
        }
        let mut gathering = Gathering::of(Notation::Plain);
        gathering.write("It is ");
        let gathered = gathering.write("\u{202E}late");
        assert_eq!(gathered.map(|gathered| gathered.text), Some("It is \u{202E}late".to_owned()));
    }

    #[test]
    fn white_space_alone_is_nothing_to_say_but_counts() {
        assert_eq!(gather([" ", "\n"]), []);
        let mut gathering = Gathering::of(Notation::Plain);
        assert_eq!(gathering.write("  "), None);
        assert_eq!(gathering.flush(), None);
        assert_eq!(gathering.write("Hi."), None);
        assert_eq!(gathering.flush(), Some(Gathered { offset: 2, text: "Hi.".into() }));
    }

    #[test]
    fn ssml_is_cut_between_sentences_and_never_in_an_element() {
        let mut gathering = Gathering::of(Notation::Ssml { may_fetch: false });
        let mut gathered = Vec::new();
        let text = "Hi. <sub alias=\"Dr. No. Then\">N</sub> came <break time=\"1.5s\"/> late. <p>One. Two.</p> Three. Four";
        for c in text.chars() {
            gathered.extend(gathering.write(&c.to_string()));
        }
        gathered.extend(gathering.flush());
        let texts: Vec<&str> = gathered.iter().map(|gathered| gathered.text.as_str()).collect();
        assert_eq!(texts.concat(), text);
        assert!(texts.len() >= 3 && texts.contains(&"Hi."), "{texts:?}");
        for text in texts {
            language::ssml::read(&SpeechText::new(text, None).unwrap()).unwrap();
        }
    }
}
