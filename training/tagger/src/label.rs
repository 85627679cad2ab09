//! The teacher: spaCy's `en_core_web_sm` tagger, as the crate misaki-rs carries it (MIT).

use misaki_rs::spacy_tagger::{Tagger, hash_string};
use misaki_rs::spacy_tokenizer::{SpacyTokenizer, Token};

/// A word or a mark of punctuation, and the Penn tag that the teacher gives it.
pub struct Tagged {
    pub text: String,
    pub tag: String,
}

pub struct Teacher {
    tokenizer: SpacyTokenizer,
    tagger: Tagger,
}

impl Teacher {
    pub fn load() -> Self {
        Self { tokenizer: SpacyTokenizer::new(), tagger: Tagger::load() }
    }

    /// The words of a line, with the marks between them.
    ///
    /// The teacher's tokens are finer than ours ("do" "n't"): the parts of a word are joined, and the part with
    /// the most letters (capitals count double) gives the tag, as in misaki.
    pub fn label(&self, line: &str) -> Vec<Tagged> {
        let tokens = self.tokenizer.tokenize(line);
        let input: Vec<(String, String, bool)> = tokens.iter().map(input).collect();
        let tags = self.tagger.tag(&input);
        let mut words = Vec::new();
        let mut parts: Vec<(&str, &str)> = Vec::new();
        for (token, tag) in tokens.iter().zip(tags) {
            let text = token.text.as_str();
            if text.chars().any(char::is_alphanumeric) || matches!(text, "-" | "'" | "’") && !parts.is_empty()
            {
                parts.push((text, tag));
            } else {
                finish(&mut parts, &mut words);
                let mark: String = text.chars().filter(|c| ",.:;!?—…".contains(*c)).take(1).collect();
                if !mark.is_empty() {
                    words.push(Tagged { text: mark, tag: "PUNCT".to_owned() });
                }
            }
            if !token.whitespace.is_empty() {
                finish(&mut parts, &mut words);
            }
        }
        finish(&mut parts, &mut words);
        words
    }
}

fn input(token: &Token) -> (String, String, bool) {
    let norm = token.norm.clone().unwrap_or_else(|| misaki_rs::norms::norm_of(&token.text, hash_string));
    (token.text.clone(), norm, !token.whitespace.is_empty())
}

fn finish(parts: &mut Vec<(&str, &str)>, words: &mut Vec<Tagged>) {
    let weight = |text: &str| text.chars().map(|c| if c.is_uppercase() { 2 } else { 1 }).sum::<usize>();
    if let Some((_, tag)) = parts.iter().rev().max_by_key(|(text, _)| weight(text)) {
        let text: String = parts.iter().map(|(text, _)| *text).collect();
        let text = text.trim_end_matches(['-', '\'', '’']).replace('’', "'");
        words.push(Tagged { text, tag: (*tag).to_owned() });
    }
    parts.clear();
}
