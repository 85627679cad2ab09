//! Parts of speech: a linear model over hashed features, greedy from left to right.
//!
//! It was distilled from spaCy's `en_core_web_sm` by `training/tagger`, which also says how well it does.

use crate::features::{Seen, features};
use crate::tags::{TAGS, Tag};

/// Buckets' ends (u16), rows' checks (u16), rows' weights (i8); little-endian.
static MODEL: &[u8] = include_bytes!("../model/tagger.bin");

/// A feature's row is the lowest 21 bits of its hash: 12 bits for the bucket, 9 for the check.
const BUCKETS: usize = 1 << 12;
const ROW_BITS: u32 = 21;

/// All tags, in the order of their numbers.
const ALL: [Tag; TAGS] = [
    Tag::Noun,
    Tag::Name,
    Tag::Adjective,
    Tag::Adverb,
    Tag::Verb,
    Tag::Past,
    Tag::Gerund,
    Tag::Participle,
    Tag::Present,
    Tag::ThirdPerson,
    Tag::Modal,
    Tag::Determiner,
    Tag::Preposition,
    Tag::To,
    Tag::Pronoun,
    Tag::Possessive,
    Tag::Relative,
    Tag::Question,
    Tag::Conjunction,
    Tag::Number,
    Tag::Particle,
    Tag::Interjection,
    Tag::Other,
    Tag::Mark,
];

/// The tags of a sentence's words and marks.
pub(crate) fn tags(sentence: &[&str]) -> Vec<Tag> {
    let seen: Vec<Seen> = sentence.iter().map(|text| Seen::new(text)).collect();
    let mut before = [Tag::Mark as u8; 2];
    let mut tags = Vec::with_capacity(seen.len());
    for (at, text) in sentence.iter().enumerate() {
        let tag = match text.chars().any(char::is_alphanumeric) {
            true => best(&features(&seen, at, before)),
            false => Tag::Mark,
        };
        before = [tag as u8, before[0]];
        tags.push(tag);
    }
    tags
}

fn best(features: &[u32]) -> Tag {
    let mut scores = [0_i16; TAGS];
    for weights in features.iter().filter_map(|feature| weights(*feature)) {
        for (score, weight) in scores.iter_mut().zip(weights) {
            *score += i16::from(weight.cast_signed());
        }
    }
    let mut best = (i16::MIN, Tag::Noun);
    for (score, tag) in scores.into_iter().zip(ALL) {
        if score > best.0 {
            best = (score, tag);
        }
    }
    best.1
}

/// The weights of a feature, one a tag; `None` if the feature was not worth keeping.
fn weights(feature: u32) -> Option<&'static [u8]> {
    let row = feature & ((1 << ROW_BITS) - 1);
    let bucket = row as usize % BUCKETS;
    let check = (row as usize / BUCKETS) as u16;
    let end = |bucket: usize| number(bucket).map(usize::from);
    let rows = end(BUCKETS - 1)?;
    let from = if bucket == 0 { 0 } else { end(bucket - 1)? };
    let row = (from..end(bucket)?).find(|row| number(BUCKETS + row) == Some(check))?;
    let at = 2 * (BUCKETS + rows) + TAGS * row;
    MODEL.get(at..at + TAGS)
}

/// The two bytes at that place of the model's table of numbers.
fn number(place: usize) -> Option<u16> {
    let bytes = MODEL.get(2 * place..2 * place + 2)?;
    Some(u16::from_le_bytes([bytes[0], bytes[1]]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_is_whole() {
        let rows = usize::from(number(BUCKETS - 1).unwrap());
        assert!(rows > 10_000);
        assert_eq!(MODEL.len(), 2 * BUCKETS + (2 + TAGS) * rows);
        assert!(MODEL.len() <= 600_000);
    }

    #[test]
    fn tags_are_in_the_order_of_their_numbers() {
        assert!(ALL.iter().enumerate().all(|(at, tag)| at == *tag as usize));
    }

    #[test]
    fn plain_sentences_are_tagged() {
        use Tag::{Adjective, Determiner, Mark, Modal, Noun, Past, Preposition, Pronoun, To, Verb};
        assert_eq!(
            tags(&["She", "opened", "the", "old", "door", "to", "read", "in", "the", "garden", "."]),
            [Pronoun, Past, Determiner, Adjective, Noun, To, Verb, Preposition, Determiner, Noun, Mark]
        );
        assert_eq!(tags(&["They", "will", "record", "it"]), [Pronoun, Modal, Verb, Pronoun]);
    }
}
