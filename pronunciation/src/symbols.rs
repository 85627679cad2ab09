//! The symbols of the model.

/// The symbols of Kokoro-82M v1.0 that have a sound or shape one.
pub(crate) const SYMBOLS: &str = "\u{303}ʣʥʦʨᵝꭧAIOQSTWYᵊabcdefhijklmnopqrstuvwxyzɑɐɒæβɔɕçɖðʤəɚɛɜɟɡɥɨɪʝɯɰŋɳɲɴøɸθœɹɾɻʁɽʂʃʈʧʊʋʌɣɤχʎʒʔˈˌːʰʲ↓→↗↘ᵻ";

/// What is said for a text in which nothing has a sound: "uh".
const HESITATION: &str = "ˈʌ";

pub(crate) fn is_symbol(symbol: char) -> bool {
    SYMBOLS.contains(symbol)
}

/// A sound in the model's symbols: the lexicon's taps and glottal stops as misaki writes them for Kokoro, nothing that
/// the model does not know, and never empty.
pub(crate) fn spoken(sound: &str) -> String {
    let mut spoken = String::with_capacity(sound.len());
    for symbol in sound.chars() {
        match symbol {
            'ɾ' => spoken.push('T'),
            'ʔ' => spoken.push('t'),
            ' ' if !spoken.is_empty() && !spoken.ends_with(' ') => spoken.push(' '),
            symbol if is_symbol(symbol) => spoken.push(symbol),
            _ => {}
        }
    }
    spoken.truncate(spoken.trim_end().len());
    if !spoken.contains(char::is_alphabetic) {
        return HESITATION.to_owned();
    }
    spoken
}
