//! Lays out misaki's gold lexicons (MIT), with a few words of our own, as two sorted texts that are searched as they are.
//!
//! One word a line, in the order of its bytes: the word, a tab, its sound; where the sound depends on the part of
//! speech, further tabs and `TAG=sound` follow. `TAG=` without a sound means that such a word is spelled.

use std::collections::HashMap;
use std::path::Path;
use std::{env, fs, io};

use misaki_rs::data::{load_gb_gold, load_us_gold};
use misaki_rs::lexicon::PhonemeEntry;

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=lexicon.tsv");
    let folder = env::var("OUT_DIR").map_err(io::Error::other)?;
    let folder = Path::new(&folder);
    let ours = fs::read_to_string("lexicon.tsv")?;
    fs::write(folder.join("american.txt"), table(load_us_gold(), &ours, 1))?;
    fs::write(folder.join("british.txt"), table(load_gb_gold(), &ours, 2))
}

/// misaki's entries, and those of our own that it lacks: a word a line, its sound in that column.
fn table(mut entries: HashMap<String, PhonemeEntry>, ours: &str, column: usize) -> String {
    for line in ours.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = line.split('\t').collect();
        if let (Some(word), Some(sound)) = (columns.first(), columns.get(column)) {
            let entry = PhonemeEntry::Simple((*sound).to_owned());
            entries.entry((*word).to_owned()).or_insert(entry);
        }
    }
    let mut lines: Vec<String> = entries.into_iter().map(|(word, entry)| line(&word, entry)).collect();
    lines.sort_unstable();
    lines.concat()
}

fn line(word: &str, entry: PhonemeEntry) -> String {
    match entry {
        PhonemeEntry::Simple(sound) => format!("{word}\t{sound}\n"),
        PhonemeEntry::Tagged(mut sounds) => {
            let default = sounds.remove("DEFAULT").flatten().unwrap_or_default();
            let mut tagged: Vec<String> = sounds
                .into_iter()
                .map(|(tag, sound)| format!("\t{tag}={}", sound.unwrap_or_default()))
                .collect();
            tagged.sort_unstable();
            format!("{word}\t{default}{}\n", tagged.concat())
        }
    }
}
