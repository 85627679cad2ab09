//! What of a text nobody could read.

use std::collections::BTreeMap;

use unicode_script::UnicodeScript;

use crate::english::{Kind, kind};

/// Single characters that are named; more are counted together.
const MOST_CHARACTERS: usize = 16;

/// A script without a sure rule, or a character without a name, and how often it stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// "script:han", "character:U+E000", "character:other".
    pub name: String,
    /// Code points.
    pub characters: usize,
}

/// Everything in a plain text that is not said since no rule is sure, by name. Letters of Latin, Greek, Cyrillic,
/// Armenian and Georgian script, Hangul and kana are read; kana among Chinese characters are not.
pub fn unreadable(plain: &str) -> Vec<Unreadable> {
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    let mut singles = 0;
    let mut rest = plain;
    while let Some(first) = rest.chars().next() {
        let is_foreign = |c| matches!(kind(c), Kind::Sure | Kind::Unsure);
        if !is_foreign(first) {
            if kind(first) == Kind::Unknown {
                let name = format!("character:U+{:04X}", u32::from(first));
                let known = found.contains_key(&name);
                singles += usize::from(!known);
                let name =
                    if known || singles <= MOST_CHARACTERS { name } else { "character:other".to_owned() };
                *found.entry(name).or_default() += 1;
            }
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            continue;
        }
        let (word, after) = rest.split_at(rest.find(|c| !is_foreign(c)).unwrap_or(rest.len()));
        rest = after;
        if word.chars().any(|c| kind(c) == Kind::Unsure) {
            for c in word.chars() {
                *found.entry(format!("script:{}", c.script().full_name().to_lowercase())).or_default() += 1;
            }
        }
    }
    found.into_iter().map(|(name, characters)| Unreadable { name, characters }).collect()
}
