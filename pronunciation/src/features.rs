//! What the tagger looks at. The trainer compiles this very file, so the two cannot differ.

/// How many features a word has.
pub(crate) const FEATURES: usize = 17;

/// A word or a mark of punctuation as the tagger sees it.
#[derive(Debug)]
pub(crate) struct Seen {
    word: String,
    shape: u8,
}

impl Seen {
    /// Letter case is kept apart from the letters; every number looks alike.
    pub(crate) fn new(text: &str) -> Self {
        let upper = text.chars().filter(|c| c.is_uppercase()).count();
        let first = text.starts_with(char::is_uppercase);
        let shape = match (first, upper) {
            (_, 0) => 0,
            (true, 1) => 1,
            (true, all) if all == text.chars().filter(|c| c.is_alphabetic()).count() => 2,
            _ => 3,
        } + if text.contains('-') { 4 } else { 0 };
        let number = text.starts_with(|c: char| c.is_ascii_digit());
        Self { word: if number { "0".to_owned() } else { text.to_lowercase() }, shape }
    }
}

/// The features of the word at a place, hashed. `before` are the numbers of the two tags before it, nearest first.
pub(crate) fn features(words: &[Seen], at: usize, before: [u8; 2]) -> [u32; FEATURES] {
    let word =
        |place: Option<usize>| place.and_then(|place| words.get(place)).map_or("|", |seen| &*seen.word);
    let this = word(Some(at));
    let (left, left2) = (word(at.checked_sub(1)), word(at.checked_sub(2)));
    let (right, right2) = (word(Some(at + 1)), word(Some(at + 2)));
    let shape = words.get(at).map_or(0, |seen| seen.shape);
    let right_shape = words.get(at + 1).map_or(0, |seen| seen.shape);
    let opens = matches!(left, "|" | "." | "!" | "?");
    let [tag, tag2] = before;
    [
        hash(0, &[this], &[]),
        hash(1, &[ending(this, 3)], &[]),
        hash(2, &[ending(this, 2)], &[shape]),
        hash(3, &[this], &[shape, u8::from(opens)]),
        hash(4, &[], &[shape, u8::from(opens), tag]),
        hash(5, &[], &[tag, tag2]),
        hash(6, &[this], &[tag]),
        hash(7, &[this], &[tag, tag2]),
        hash(8, &[left], &[]),
        hash(9, &[left, this], &[]),
        hash(10, &[right], &[]),
        hash(11, &[this, right], &[]),
        hash(12, &[ending(right, 3)], &[tag]),
        hash(13, &[left2], &[tag]),
        hash(14, &[right2], &[]),
        hash(15, &[ending(this, 3), ending(right, 2)], &[right_shape]),
        hash(16, &[this, ending(right, 3)], &[tag]),
    ]
}

/// The last letters of a word.
fn ending(word: &str, letters: usize) -> &str {
    let from = word.char_indices().rev().nth(letters - 1).map_or(0, |(place, _)| place);
    word.get(from..).unwrap_or(word)
}

/// FNV-1a over the template's number, the texts and the numbers; then mixed, so that all bits are good.
fn hash(template: u8, texts: &[&str], numbers: &[u8]) -> u32 {
    let mut hash = 0x811c_9dc5_u32;
    let mut add = |byte: u8| hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    add(template);
    for text in texts {
        text.bytes().for_each(&mut add);
        add(0xff);
    }
    numbers.iter().copied().for_each(&mut add);
    hash ^= hash >> 15;
    hash = hash.wrapping_mul(0x2c1b_3c6d);
    hash ^ (hash >> 13)
}
