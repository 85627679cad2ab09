//! How a document is answered.

use std::collections::BTreeMap;
use std::fmt;

/// One answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// To a request.
    Status(u16),
    /// A socket was closed with this code.
    Closed(u16),
    /// The connection ended without a status or a code.
    Dropped,
    /// A turn was spoken to its end on a socket.
    Spoken,
}

impl Answer {
    /// Whether it is audio.
    pub fn is_speech(self) -> bool {
        matches!(self, Self::Status(200) | Self::Spoken)
    }

    /// Whether it says that the document cannot be: a bad request, too large, no such type; no text or no SSML, too large.
    pub fn is_refusal(self) -> bool {
        matches!(self, Self::Status(400 | 413 | 415) | Self::Closed(1007 | 1009))
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "{status}"),
            Self::Closed(code) => write!(f, "close {code}"),
            Self::Dropped => f.write_str("DROPPED, no code"),
            Self::Spoken => f.write_str("SPOKEN"),
        }
    }
}

/// All the answers to one document, and how often each came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers(BTreeMap<Answer, usize>);

impl Answers {
    /// Whether every answer is the same refusal.
    pub fn are_one_refusal(&self) -> bool {
        self.0.len() == 1 && self.0.keys().all(|answer| answer.is_refusal())
    }
}

impl Extend<Answer> for Answers {
    fn extend<I: IntoIterator<Item = Answer>>(&mut self, answers: I) {
        answers.into_iter().for_each(|answer| *self.0.entry(answer).or_default() += 1);
    }
}

impl fmt::Display for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted: Vec<_> = self.0.iter().map(|(answer, times)| format!("{times} × {answer}")).collect();
        f.write_str(&counted.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(all: &[Answer]) -> Answers {
        let mut answers = Answers::default();
        answers.extend(all.iter().copied());
        answers
    }

    #[test]
    fn answers_are_counted() {
        let answers = answers(&[Answer::Dropped, Answer::Closed(1009), Answer::Closed(1009)]);
        assert_eq!(answers.to_string(), "2 × close 1009, 1 × DROPPED, no code");
    }

    #[test]
    fn a_document_is_refused_if_it_always_is_and_always_the_same_way() {
        for refusal in [Answer::Status(400), Answer::Status(413), Answer::Closed(1007), Answer::Closed(1009)]
        {
            assert!(answers(&[refusal, refusal]).are_one_refusal(), "{refusal}");
            assert!(!answers(&[refusal, Answer::Closed(1008), refusal]).are_one_refusal());
        }
        assert!(!answers(&[Answer::Status(400), Answer::Status(413)]).are_one_refusal());
        for other in
            [Answer::Status(200), Answer::Status(429), Answer::Closed(1011), Answer::Dropped, Answer::Spoken]
        {
            assert!(!answers(&[other]).are_one_refusal(), "{other}");
        }
        assert!(!answers(&[]).are_one_refusal());
    }
}
