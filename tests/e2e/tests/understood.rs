//! Speech that is understood: what whisper writes down is what was to be said.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use serde_json::json;

use crate::harness::{Server, tools};

/// Plain sentences: every word has one spelling, and nothing is written in figures.
const SENTENCES: [&str; 20] = [
    "The morning train leaves the station a little before noon.",
    "My sister keeps two brown horses behind the house.",
    "Please close the window, because the rain is coming in.",
    "We walked along the river until it was too dark to see.",
    "The baker on the corner sells warm bread every day.",
    "He put the letter on the table and forgot about it.",
    "There is nothing better than hot soup on a cold night.",
    "The children built a small boat out of old wood.",
    "Can you tell me how to get to the museum?",
    "She has worked in the same garden for most of her life.",
    "The doctor said that the wound would heal within a month.",
    "All the lights went out, and nobody knew why.",
    "A good map is worth more than a fast car.",
    "They sang together while they washed the dishes.",
    "The teacher asked us to read the first page again.",
    "I would like a cup of coffee without sugar, please.",
    "The old bridge was built by the people of the village.",
    "When the snow melts, the fields turn green again.",
    "His brother plays the piano better than anyone I know.",
    "We should leave now if we want to be home for dinner.",
];

#[test]
fn twenty_plain_sentences_are_understood() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<PathBuf> = SENTENCES
        .iter()
        .enumerate()
        .map(|(number, sentence)| {
            let file = folder.path().join(format!("{number}.wav"));
            fs::write(&file, server.speak(&json!({ "input": sentence, "response_format": "wav" })).audio())
                .unwrap();
            file
        })
        .collect();
    let (mut wrong, mut said, mut misheard) = (0, 0, String::new());
    for (sentence, heard) in SENTENCES.iter().zip(tools::transcribe(&files)) {
        let (sentence_words, heard_words) = (words(sentence), words(&heard));
        let errors = edits(&sentence_words, &heard_words);
        if errors > 0 {
            misheard.push_str(&format!("\n  {sentence}\n  {heard}"));
        }
        wrong += errors;
        said += sentence_words.len();
    }
    let rate = 100.0 * wrong as f64 / said as f64;
    // Past the test runner's capture: the figure is worth seeing when all is well, too.
    writeln!(std::io::stderr(), "word error rate: {rate:.1} % ({wrong} of {said} words){misheard}").unwrap();
    assert!(rate <= 5.0, "word error rate {rate:.1} %:{misheard}");
}

#[test]
fn twenty_five_hard_sentences_are_understood() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let arm = folder.path().join("ours");
    fs::create_dir(&arm).unwrap();
    let hard = fs::read_to_string(tools::words().join("hard.tsv")).unwrap();
    let mut ids = Vec::new();
    for row in hard.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = row.split('\t').collect();
        let [id, "ci", written, _] = fields[..] else { continue };
        if id != "id" {
            let wav = server.speak(&json!({ "input": written, "response_format": "wav" })).audio();
            fs::write(arm.join(format!("{id}.wav")), wav).unwrap();
            ids.push(id);
        }
    }
    assert_eq!(ids.len(), 25);
    let spoken = json!({ "arms": ["ours"], "ids": ids });
    fs::write(folder.path().join("spoken.json"), spoken.to_string()).unwrap();
    let judged = &tools::judge(folder.path())["ours"];
    let misheard = judged["sentences"].as_array().unwrap().iter().filter(|sentence| sentence["errors"] != 0);
    let misheard: String = misheard
        .map(|sentence| {
            format!("\n  {}\n  {}  {}", sentence["written"], sentence["heard"], sentence["missing"])
        })
        .collect();
    let rate = 100.0 * judged["wer"].as_f64().unwrap();
    writeln!(std::io::stderr(), "word error rate of hard sentences: {rate:.1} %{misheard}").unwrap();
    assert!(rate <= 9.0, "word error rate {rate:.1} %:{misheard}");
    assert_eq!(judged["missing"], json!([]), "words that must be heard:{misheard}");
}

#[test]
fn the_judge_of_hard_sentences_is_right() {
    let (passed, printed) = tools::judge_the_judge();
    assert!(passed, "{printed}");
}

/// Lower-case words; neither punctuation nor the kind of apostrophe makes a difference.
pub(crate) fn words(text: &str) -> Vec<String> {
    let kept = |c: char| if c.is_alphanumeric() || c == '\'' { c } else { ' ' };
    let plain: String = text.to_lowercase().replace('’', "'").chars().map(kept).collect();
    plain.split_whitespace().map(str::to_owned).collect()
}

/// The fewest words to put in, take out or replace (Levenshtein).
pub(crate) fn edits(from: &[String], to: &[String]) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, said) in from.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, heard) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(said != heard);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[test]
fn errors_are_counted_in_words() {
    let edits = |from: &str, to: &str| edits(&words(from), &words(to));
    assert_eq!(edits("It’s a fine, fine day!", "it's a fine fine day"), 0);
    assert_eq!(edits("one two three", "one too three"), 1);
    assert_eq!(edits("one two three", "two three four"), 2);
    assert_eq!(edits("one two", ""), 2);
}
