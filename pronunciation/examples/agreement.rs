//! How often a text is said as misaki says it: `cargo run --release -p pronunciation --example agreement -- TEXT`.
//!
//! TEXT has one sentence a line. Words that misaki does not know (its silver lexicon is taken away, as ours) and words
//! with digits are left out. Prints the words that differ most often, then the agreement.

#[path = "../tests/agreement/mod.rs"]
mod agreement;

use std::collections::BTreeMap;

use agreement::Comparison;
use pronunciation::Accent;

fn main() -> std::io::Result<()> {
    let file = std::env::args().nth(1).unwrap_or_default();
    let comparison = Comparison::new(Accent::American);
    let mut differences: BTreeMap<[String; 3], usize> = BTreeMap::new();
    let (mut same, mut all) = (0, 0);
    for line in std::fs::read_to_string(file)?.lines() {
        for word in comparison.of(line) {
            all += 1;
            if word.ours == word.misaki {
                same += 1;
            } else {
                *differences.entry([word.text, word.ours, word.misaki]).or_default() += 1;
            }
        }
    }
    let mut differences: Vec<_> = differences.into_iter().collect();
    differences.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    for ([text, ours, misaki], count) in differences.into_iter().take(150) {
        println!("{count} {text}: {ours}, misaki {misaki}");
    }
    println!("{same} of {all} words: {:.2} %", 100.0 * f64::from(same) / f64::from(all));
    Ok(())
}
