//! Ordinary sentences are said as misaki says them, for Kokoro was trained on misaki's phonemes.

mod agreement;

use agreement::{Compared, Comparison};
use pronunciation::Accent;

/// The prose, and the sentences of the homographs without the homographs, in which we know better.
fn compare(comparison: &Comparison) -> Vec<Compared> {
    let prose = include_str!("prose.txt").lines().map(|line| (line, ""));
    let homographs = include_str!("homographs.tsv").lines().filter(|line| !line.starts_with('#'));
    let homographs = homographs.map(|line| {
        let columns: Vec<&str> = line.split('\t').collect();
        (columns[3], columns[1])
    });
    let same =
        |text: &str, word: &str| text.trim_matches(|c: char| !c.is_alphabetic()).eq_ignore_ascii_case(word);
    prose
        .chain(homographs)
        .flat_map(|(line, word)| {
            comparison.of(line).into_iter().filter(move |compared| !same(&compared.text, word))
        })
        .collect()
}

#[test]
fn ninety_nine_of_a_hundred_words_are_misakis() {
    for accent in [Accent::American, Accent::British] {
        let words = compare(&Comparison::new(accent));
        let differing = words.iter().filter(|word| word.ours != word.misaki);
        for word in differing.clone() {
            println!("{}: {}, misaki {}", word.text, word.ours, word.misaki);
        }
        let (different, all) = (differing.count(), words.len());
        println!("{accent:?}: {} of {all} words as misaki says them", all - different);
        assert!(all > 2_500, "{all} words compared");
        assert!(different * 100 <= all, "{different} of {all} differ");
    }
}
