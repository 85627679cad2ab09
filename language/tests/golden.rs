//! What is said for what is written: `golden/*.tsv`, a line per case with the class, the text and what is said.

use std::sync::Arc;

use language::{Class, English, Normalised, compile, normalise};
use speech::{Reading, SpeechText};

/// Every table.
const TABLES: [(&str, &str); 3] = [
    ("figures", include_str!("golden/figures.tsv")),
    ("writing", include_str!("golden/writing.tsv")),
    ("addresses", include_str!("golden/addresses.tsv")),
];

fn normalised(text: &str, english: English) -> Normalised {
    let spoken = SpeechText::new(text.replace("\\n", "\n"), None).map_err(Into::into);
    match spoken.and_then(|spoken| compile(spoken, &Reading::default())) {
        Ok(graph) => normalise(&Arc::new(graph), english),
        Err(error) => panic!("{text:?}: {error}"),
    }
}

/// Class, whether it is British, text, what is said.
fn cases(table: &str) -> impl Iterator<Item = (&str, English, &str, &str)> {
    table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| {
        let mut cells = line.split('\t');
        let [Some(class), Some(text), Some(said), None] = [(); 4].map(|()| cells.next()) else {
            panic!("not three cells: {line}")
        };
        match class.strip_suffix("/gb") {
            Some(class) => (class, English::British, text, said),
            None => (class, English::American, text, said),
        }
    })
}

#[test]
fn every_case_is_read_as_written_down() {
    let mut wrong = Vec::new();
    for (table, cells) in TABLES {
        for (class, english, text, said) in cases(cells) {
            let (found, said) = (normalised(text, english), said.replace("\\n", "\n"));
            if found.text != said {
                wrong.push(format!("{table}: {text:?}\n  is     {:?}\n  not    {said:?}", found.text));
            }
            let classes: Vec<_> = found.tokens.iter().map(|(token, _)| token.class.name()).collect();
            if !classes.contains(&class) {
                wrong.push(format!("{table}: {text:?} has no {class}: {classes:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_is_said_is_read_as_it_is() {
    for (_, english, text, _) in TABLES.into_iter().flat_map(|(_, cells)| cases(cells)) {
        let once = normalised(text, english).text;
        assert_eq!(normalised(&once, english).text, once, "{text:?}");
    }
}

#[test]
fn only_words_are_said() {
    for (_, english, text, _) in TABLES.into_iter().flat_map(|(_, cells)| cases(cells)) {
        for (token, _) in normalised(text, english).tokens {
            let speakable =
                |c: char| c.is_alphabetic() || speech::is_combining_mark(c) || matches!(c, '\'' | '-' | ',');
            let words = token.said.split(' ').all(|word| !word.is_empty() && word.chars().all(speakable));
            assert!(words || token.said.is_empty(), "{text:?}: {:?}", token.said);
            assert!(
                !token.said.is_empty() || matches!(token.class, Class::Pause | Class::Unreadable),
                "{token:?}"
            );
        }
    }
}

#[test]
fn the_tables_have_at_least_four_hundred_cases() {
    let count = TABLES.into_iter().flat_map(|(_, cells)| cases(cells)).count();
    assert!(count >= 400, "{count}");
}
