//! Trains the tagger of the crate `pronunciation`.
//!
//! `train-tagger label < corpus.txt > labelled.txt` lets the teacher tag the sentences; `train-tagger train
//! labelled.txt tagger.bin` learns from nine tenths of them and measures on the tenth.

#[path = "../../../pronunciation/src/features.rs"]
mod features;
mod label;
#[path = "../../../pronunciation/src/tags.rs"]
mod tags;
mod train;

use std::io::{self, BufRead, BufWriter, Write};

use features::Seen;
use label::Teacher;
use tags::Tag;
use train::{Model, Sentence};

const SEED: u64 = 20;
const EPOCHS: usize = 6;
const FEATURES_KEPT: usize = 22_500;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["label"] => label(),
        ["train", labelled, model] => train(labelled, model),
        _ => Err(io::Error::other("label | train LABELLED MODEL")),
    }
}

fn label() -> io::Result<()> {
    let teacher = Teacher::load();
    let mut out = BufWriter::new(io::stdout());
    for line in io::stdin().lock().lines() {
        for word in teacher.label(&line?) {
            write!(out, "{}\t{} ", word.text.replace(' ', ""), word.tag)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn train(labelled: &str, file: &str) -> io::Result<()> {
    let (mut learnt, mut held_out) = (Vec::new(), Vec::new());
    for (number, line) in std::fs::read_to_string(labelled)?.lines().enumerate() {
        let (words, tags) = line
            .split(' ')
            .filter_map(|word| word.split_once('\t'))
            .map(|(word, tag)| (Seen::new(word), number_of(tag)))
            .unzip();
        let sentence = Sentence { words, tags };
        if number % 10 == 9 { held_out.push(sentence) } else { learnt.push(sentence) }
    }
    let percent =
        |(right, all): (usize, usize)| format!("{:.2} % of {all}", 100.0 * right as f64 / all as f64);
    let mut model = Model::new();
    model.train(&learnt, EPOCHS, SEED);
    println!("all features: {}", percent(model.score(&held_out)));
    model.prune(&learnt, FEATURES_KEPT);
    model.train(&learnt, EPOCHS, SEED);
    println!("kept features: {}", percent(model.score(&held_out)));
    model.quantise();
    println!("rounded: {}", percent(model.score(&held_out)));
    let bytes = model.file();
    println!("{} bytes", bytes.len());
    std::fs::write(file, bytes)
}

/// The number of the teacher's tag among ours.
fn number_of(penn: &str) -> u8 {
    let tag = match penn {
        "NN" | "NNS" => Tag::Noun,
        "NNP" | "NNPS" => Tag::Name,
        "JJ" | "JJR" | "JJS" | "AFX" => Tag::Adjective,
        "RB" | "RBR" | "RBS" => Tag::Adverb,
        "VB" => Tag::Verb,
        "VBD" => Tag::Past,
        "VBG" => Tag::Gerund,
        "VBN" => Tag::Participle,
        "VBP" => Tag::Present,
        "VBZ" => Tag::ThirdPerson,
        "MD" => Tag::Modal,
        "DT" | "PDT" => Tag::Determiner,
        "IN" => Tag::Preposition,
        "TO" => Tag::To,
        "PRP" => Tag::Pronoun,
        "PRP$" => Tag::Possessive,
        "WDT" => Tag::Relative,
        "WP" | "WP$" | "WRB" => Tag::Question,
        "CC" => Tag::Conjunction,
        "CD" => Tag::Number,
        "RP" => Tag::Particle,
        "UH" => Tag::Interjection,
        "PUNCT" => Tag::Mark,
        _ => Tag::Other,
    };
    tag as u8
}
