//! How phonemes look: Azure's visemes, which are numbered as Microsoft's speech API has done since 1998.
//! <https://learn.microsoft.com/azure/ai-services/speech-service/how-to-speech-synthesis-viseme>

use speech::Shape;

/// The viseme of silence.
const SILENCE: u8 = 0;

/// A mouth that rests for longer than this, in milliseconds, closes.
const REST_MS: u32 = 50;

/// Symbols without a sound of their own, at which a reader may rest.
const MARKS: &str = " ;:,.!?—…\"()“”";

/// The visemes of the symbols, as the tables of `en-US` and `en-GB` have them, and those of other languages for what English
/// has not: <https://learn.microsoft.com/azure/ai-services/speech-service/speech-ssml-phonetic-sets>. Between them, how many
/// milliseconds such a sound lasts by itself: Klatt's inherent durations (1979), of which only the proportions matter.
#[rustfmt::skip]
const VISEMES: [(&[u8], u32, &str); 34] = [
    (&[1], 140, "æaʌøɤ"), (&[1], 120, "əᵊɚ"), (&[2], 240, "ɑɒ"), (&[3], 240, "ɔ"), (&[4], 150, "ɛeœyɐ"),
    (&[4], 160, "ʊ"), (&[5], 180, "ɜ"), (&[6], 155, "iɨɯ"), (&[6], 135, "ɪ"), (&[6], 110, "ᵻ"), (&[6], 80, "jʝ"),
    (&[7], 210, "u"), (&[7], 80, "wɥ"), (&[8], 220, "o"),
    (&[4, 6], 190, "A"), (&[8, 4], 220, "O"), (&[1, 4], 220, "Q"), (&[9], 260, "W"), (&[10], 280, "Y"),
    (&[11], 250, "I"),
    (&[12], 80, "hxçχ"), (&[13], 80, "ɹrɻʁ"), (&[14], 80, "lʎ"), (&[15], 105, "szʂ"), (&[16], 105, "ʃʒɕScɟ"),
    (&[17], 50, "ð"), (&[18], 100, "fɸ"), (&[18], 60, "vʋ"), (&[19], 75, "tdnθʈɖɳɲʔ"), (&[19], 20, "Tɾɽ"),
    (&[19, 15], 105, "ʦʣ"), (&[19, 16], 105, "ʧʤʨʥꭧ"), (&[20], 80, "kɡqŋɴɣɰ"), (&[21], 80, "pbmβ"),
];

/// The visemes of a symbol, one after the other; none of a mark: of stress, length, tone, or punctuation.
pub fn visemes(symbol: char) -> &'static [u8] {
    row(symbol).map_or(&[], |(ids, _)| ids)
}

/// The shapes of a sound that is said at a usual pace.
///
/// ```
/// let ids: Vec<u8> = pronunciation::usual_shapes("mˈɑmə").iter().map(|shape| shape.id).collect();
/// assert_eq!(ids, [21, 2, 21, 1]);
/// ```
pub fn usual_shapes(sound: &str) -> Vec<Shape> {
    shapes(sound.chars().map(|symbol| (symbol, row(symbol).map_or(0, |(_, usual_ms)| usual_ms))))
}

/// The shapes of symbols that last so many milliseconds each. A stress mark lends its time to what it stands before,
/// any other mark to what it stands after; a long one between two words is silence.
pub fn shapes(symbols: impl IntoIterator<Item = (char, u32)>) -> Vec<Shape> {
    let mut shapes: Vec<Shape> = Vec::new();
    let mut lent = 0;
    for (symbol, lasts_ms) in symbols {
        let ids: &[u8] = match visemes(symbol) {
            [] if MARKS.contains(symbol) && lasts_ms > REST_MS => &[SILENCE],
            ids => ids,
        };
        match (ids, shapes.last_mut()) {
            ([], Some(last)) if !"ˈˌ".contains(symbol) => last.lasts_ms += lasts_ms,
            ([], _) => lent += lasts_ms,
            (ids, _) => {
                let each = (std::mem::take(&mut lent) + lasts_ms) / ids.len() as u32;
                ids.iter().for_each(|&id| take(&mut shapes, Shape { id, lasts_ms: each }));
            }
        }
    }
    shapes
}

/// Goes on with a shape, or takes the next.
fn take(shapes: &mut Vec<Shape>, next: Shape) {
    match shapes.last_mut() {
        Some(last) if last.id == next.id => last.lasts_ms += next.lasts_ms,
        _ => shapes.push(next),
    }
}

fn row(symbol: char) -> Option<(&'static [u8], u32)> {
    VISEMES.iter().find(|(.., symbols)| symbols.contains(symbol)).map(|&(ids, usual_ms, _)| (ids, usual_ms))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbols::SYMBOLS;

    #[test]
    fn every_symbol_has_a_shape_and_only_marks_have_none() {
        let without: String = SYMBOLS.chars().filter(|symbol| visemes(*symbol).is_empty()).collect();
        assert_eq!(without, "\u{303}ᵝˈˌːʰʲ↓→↗↘");
        let shown: String = VISEMES.iter().map(|(.., symbols)| *symbols).collect();
        for symbol in shown.chars() {
            assert!(SYMBOLS.contains(symbol), "{symbol} is no symbol");
            assert_eq!(shown.matches(symbol).count(), 1, "{symbol} comes twice");
        }
        let ids = VISEMES.iter().flat_map(|(ids, ..)| ids.iter().copied());
        let ids: std::collections::BTreeSet<u8> = ids.collect();
        assert!(ids.iter().copied().eq(1..=21), "each of Azure's is somebody's: {ids:?}");
        assert!(MARKS.chars().all(|mark| visemes(mark).is_empty()));
    }

    #[test]
    fn stress_lends_its_time_forwards_length_backwards_and_equals_are_one() {
        let told = |symbols: &[(char, u32)]| -> Vec<(u8, u32)> {
            shapes(symbols.iter().copied()).iter().map(|shape| (shape.id, shape.lasts_ms)).collect()
        };
        assert_eq!(told(&[('ˈ', 25), ('ɑ', 100), ('ː', 50), ('m', 75)]), [(2, 175), (21, 75)]);
        assert_eq!(told(&[('t', 50), ('d', 25), ('s', 10)]), [(19, 75), (15, 10)]);
        assert_eq!(told(&[('ʧ', 100), ('A', 200)]), [(19, 50), (16, 50), (4, 100), (6, 100)]);
        assert_eq!(told(&[('b', 50), (',', 75), (' ', 25), ('p', 50)]), [(21, 50), (0, 100), (21, 50)]);
        assert_eq!(told(&[('b', 50), (' ', 25), ('p', 50)]), [(21, 125)]);
        assert_eq!(told(&[('ˈ', 25)]), []);
    }
}
