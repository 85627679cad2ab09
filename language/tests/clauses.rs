//! Where texts are cut, shown as a reader would mark them: `|` a clause, `‖` a sentence, `¶` a paragraph.

use language::compile;
use speech::{Boundary, Reading, SpeechText};

fn marked(text: &str) -> String {
    let Ok(speakable) = SpeechText::new(text, None) else { panic!("{text:?} cannot be spoken") };
    let Ok(graph) = compile(speakable, &Reading::default()) else { panic!("{text:?} has no words") };
    let mut marked = String::new();
    for clause in graph.clauses() {
        marked.push_str(graph.words_of(clause));
        marked.push(match clause.ends {
            Boundary::Clause => '|',
            Boundary::Sentence => '‖',
            Boundary::Paragraph => '¶',
        });
    }
    marked
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(marked(text), expected, "{text:?}");
}

#[test]
fn sentences_end_at_their_stops() {
    check("One. Two! Three? Four", "One.‖Two!‖Three?‖Four¶");
    check("What?! No... Yes.", "What?!‖No...‖Yes.¶");
    check("i like it. it is good.", "i like it.‖it is good.¶");
    check("So did I. Then she left.", "So did I.‖Then she left.¶");
}

#[test]
fn quotes_and_brackets_close_the_sentence_they_belong_to() {
    check("“Go.” He went.", "“Go.”‖He went.¶");
    check("\"Go!\" he said.", "\"Go!\"|he said.¶");
    check("He left (at last.) She stayed.", "He left|(at last.)‖She stayed.¶");
    check("It works (mostly). Really.", "It works|(mostly).‖Really.¶");
}

#[test]
fn stops_of_abbreviations_end_nothing() {
    check("Dr. Smith met Mrs. Jones.", "Dr. Smith met Mrs. Jones.¶");
    check("Use a tool, e.g. a saw, i.e. this.", "Use a tool,|e.g. a saw,|i.e. this.¶");
    check("J. R. R. Tolkien wrote it.", "J. R. R. Tolkien wrote it.¶");
    check("The U.S. Army left the U.S. The war was over.", "The U.S. Army left the U.S.‖The war was over.¶");
    check(
        "Apples, pears, etc. are fruit. See Fig. 3 and No. 5.",
        "Apples,|pears,|etc. are fruit.‖See Fig. 3 and No. 5.¶",
    );
    check("At 5 p.m. we met. At 6 p.m. The end.", "At 5 p.m. we met.‖At 6 p.m.‖The end.¶");
    check("On Main St. The door is red.", "On Main St.‖The door is red.¶");
}

#[test]
fn numbers_and_addresses_stay_whole() {
    check("Pi is 3.14, a lot is 1,000,000.", "Pi is 3.14,|a lot is 1,000,000.¶");
    check(
        "See https://example.com/a?b=c,d. Or example.org!",
        "See https://example.com/a?b=c,d.‖Or example.org!¶",
    );
    check("Version 1.2.3 came at 3:30.", "Version 1.2.3 came at 3:30.¶");
    check("Pages 1–5 and well-known e-mails.", "Pages 1–5 and well-known e-mails.¶");
}

#[test]
fn ellipses_hold_the_voice_or_end_it() {
    check("Well... maybe.", "Well...|maybe.¶");
    check("Well… Maybe.", "Well…‖Maybe.¶");
}

#[test]
fn clauses_end_at_commas_dashes_and_brackets() {
    check("Yes, no; so: go", "Yes,|no;|so:|go¶");
    check("He came—late—home.", "He came—|late—|home.¶");
    check("He came - late -- home.", "He came -|late --|home.¶");
    check("One (two) three [four] five", "One|(two)|three|[four]|five¶");
}

#[test]
fn lines_flow_unless_they_were_broken_on_purpose() {
    check("the quick\nbrown fox", "the quick\nbrown fox¶");
    check("Chapter One\nIt was dark.", "Chapter One|It was dark.¶");
    check("Buy:\n- milk\n- eggs", "Buy:‖milk‖eggs¶");
    check("1. First item\n2. Second item", "1. First item‖2. Second item¶");
    let wrapped = "When the long line reached its edge at last, it broke before\nAlice could say a word.";
    assert_eq!(marked(wrapped).matches('|').count(), 1, "only the comma");
}

#[test]
fn blank_lines_end_paragraphs() {
    check("One\n\ntwo", "One¶two¶");
    check("One.\r\n\r\nTwo.", "One.¶Two.¶");
    check("One.\n \t\nTwo.\n\n", "One.¶Two.¶");
}

#[test]
fn wide_stops_need_no_space() {
    check("今日は。元気？はい、元気です。", "今日は。‖元気？‖はい、|元気です。¶");
    check("「はい。」と言った", "「はい。」‖と言った¶");
}

#[test]
fn punctuation_alone_belongs_to_its_neighbour() {
    check("Yes. ... No.", "Yes. ...‖No.¶");
    check("... Yes.", "... Yes.¶");
    check("— Hello — ?", "— Hello — ?¶");
    check("(!) Look", "(!) Look¶");
}
