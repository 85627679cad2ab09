//! The symbols that Kokoro was trained on.
//!
//! Phonemes are written as misaki writes them: IPA, with `A I O Q W Y` for the diphthongs of "day, my, go (US), go
//! (GB), now, boy", `T` for the American tap, `ᵊ` and `ᵻ` for the weak vowels of "little" and "boxes".

/// The id that stands before and after the phonemes.
pub(crate) const PADDING: i64 = 0;

/// The most phonemes that the model takes at once, without the padding; a voice has a style for each length.
pub(crate) const MOST_PHONEMES: usize = 510;

/// Each symbol and its id, from the model's own configuration (Kokoro-82M v1.0).
#[rustfmt::skip]
const SYMBOLS: [(char, i64); 114] = [
    (';', 1), (':', 2), (',', 3), ('.', 4), ('!', 5), ('?', 6), ('—', 9), ('…', 10), ('"', 11), ('(', 12),
    (')', 13), ('“', 14), ('”', 15), (' ', 16), ('\u{303}', 17), ('ʣ', 18), ('ʥ', 19), ('ʦ', 20),
    ('ʨ', 21), ('ᵝ', 22), ('ꭧ', 23), ('A', 24), ('I', 25), ('O', 31), ('Q', 33), ('S', 35), ('T', 36),
    ('W', 39), ('Y', 41), ('ᵊ', 42), ('a', 43), ('b', 44), ('c', 45), ('d', 46), ('e', 47), ('f', 48),
    ('h', 50), ('i', 51), ('j', 52), ('k', 53), ('l', 54), ('m', 55), ('n', 56), ('o', 57), ('p', 58),
    ('q', 59), ('r', 60), ('s', 61), ('t', 62), ('u', 63), ('v', 64), ('w', 65), ('x', 66), ('y', 67),
    ('z', 68), ('ɑ', 69), ('ɐ', 70), ('ɒ', 71), ('æ', 72), ('β', 75), ('ɔ', 76), ('ɕ', 77), ('ç', 78),
    ('ɖ', 80), ('ð', 81), ('ʤ', 82), ('ə', 83), ('ɚ', 85), ('ɛ', 86), ('ɜ', 87), ('ɟ', 90), ('ɡ', 92),
    ('ɥ', 99), ('ɨ', 101), ('ɪ', 102), ('ʝ', 103), ('ɯ', 110), ('ɰ', 111), ('ŋ', 112), ('ɳ', 113),
    ('ɲ', 114), ('ɴ', 115), ('ø', 116), ('ɸ', 118), ('θ', 119), ('œ', 120), ('ɹ', 123), ('ɾ', 125),
    ('ɻ', 126), ('ʁ', 128), ('ɽ', 129), ('ʂ', 130), ('ʃ', 131), ('ʈ', 132), ('ʧ', 133), ('ʊ', 135),
    ('ʋ', 136), ('ʌ', 138), ('ɣ', 139), ('ɤ', 140), ('χ', 142), ('ʎ', 143), ('ʒ', 147), ('ʔ', 148),
    ('ˈ', 156), ('ˌ', 157), ('ː', 158), ('ʰ', 162), ('ʲ', 164), ('↓', 169), ('→', 171), ('↗', 172),
    ('↘', 173), ('ᵻ', 177),
];

/// The id of a symbol, if the model knows it.
pub(crate) fn id(symbol: char) -> Option<i64> {
    SYMBOLS.iter().find(|(known, _)| *known == symbol).map(|(_, id)| *id)
}

/// A symbol that has a sound or shapes one, in contrast to punctuation and spaces.
#[cfg(test)]
pub(crate) fn is_phoneme(symbol: char) -> bool {
    id(symbol).is_some_and(|id| id > 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_the_models_own() {
        assert_eq!(SYMBOLS.len(), 114);
        // The sum and the weighted sum of `vocab` in the model's configuration.
        assert_eq!(SYMBOLS.iter().map(|(_, id)| id).sum::<i64>(), 8952);
        let weighted: i64 = SYMBOLS.iter().map(|(symbol, id)| i64::from(u32::from(*symbol)) * id).sum();
        assert_eq!(weighted, 13184642);
        assert!(SYMBOLS.iter().all(|(_, id)| (1..178).contains(id)));
    }

    #[test]
    fn punctuation_is_no_phoneme() {
        assert!(";:,.!?—…\"()“” ".chars().all(|c| id(c).is_some() && !is_phoneme(c)));
        assert!("ˈAɹᵊ".chars().all(is_phoneme));
        assert_eq!(id('❓'), None);
    }
}
