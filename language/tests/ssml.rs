//! SSML is read once: what is said of it, how, and what a vendor that reads SSML is sent.

use std::time::Duration;

use language::ssml::{MOST_BYTES, MOST_DEPTH, Manner, read, render, written};
use speech::{Notation, Reading, SpeechError, SpeechGraph, SpeechText, Speed};

const AZURES: &str = "<speak version=\"1.0\" xmlns=\"http://www.w3.org/2001/10/synthesis\" \
    xmlns:mstts=\"https://www.w3.org/2001/mstts\" xml:lang=\"en-US\">";

fn compiled(ssml: &str) -> Result<SpeechGraph, SpeechError> {
    let notation = Notation::Ssml { may_fetch: false };
    language::compile(SpeechText::new(ssml, None)?, &Reading { notation, ..Reading::default() })
}

fn refused(ssml: &str) -> String {
    compiled(ssml).err().map(|error| error.to_string()).unwrap_or_default()
}

/// The passages of a text: rest in milliseconds, rate, pitch, gain, words.
fn passages(ssml: &str) -> Vec<(u128, f32, f32, f32, String)> {
    let Ok(graph) = compiled(ssml) else { return Vec::new() };
    let Some(score) = graph.score() else { return Vec::new() };
    let shown = score.passages.iter().map(|passage| {
        let words =
            graph.plain().as_str()[passage.bytes.clone()].replace('\u{2029}', "¶").replace('\u{2028}', "‖");
        let tone = &passage.tone;
        (passage.rest.as_millis(), tone.rate, tone.pitch, tone.gain, words)
    });
    shown.collect()
}

#[test]
fn words_are_read_without_their_elements_and_know_where_they_stand() {
    let ssml = "<speak>\r\n  Hello &amp; <emphasis>wel</emphasis>come to <sub alias=\"the World Wide Web\">WWW</sub>.\n\n</speak>";
    let graph = compiled(ssml).unwrap();
    assert_eq!(graph.plain().as_str().trim(), "Hello & welcome to the World Wide Web.");
    let at = graph.plain().as_str().find("World").unwrap();
    let span = graph.plain().span(at..at + 5);
    assert_eq!(&ssml[span.offset..span.offset + span.length], "WWW");
    let at = graph.plain().as_str().find("welcome").unwrap();
    let span = graph.plain().span(at..at + 7);
    assert_eq!(&ssml[span.offset..span.offset + span.length], "wel</emphasis>come");
    assert_eq!(graph.score().unwrap().unsung, ["emphasis"]);
}

#[test]
fn a_change_of_tone_or_a_pause_begins_a_passage() {
    let ssml = "<speak>One <break time=\"500ms\"/>two <prosody rate=\"fast\" pitch=\"+12st\" volume=\"50\">three</prosody>. Four<break strength=\"weak\"/></speak>";
    assert_eq!(
        passages(ssml),
        [
            (0, 1.0, 1.0, 1.0, "One".to_owned()),
            (500, 1.0, 1.0, 1.0, "two".to_owned()),
            (0, 1.55, 2.0, 0.5, "three".to_owned()),
            (0, 1.0, 1.0, 1.0, ". Four".to_owned()),
        ]
    );
    assert_eq!(compiled(ssml).unwrap().score().unwrap().rest, Duration::from_millis(500));
}

#[test]
fn a_pause_that_is_none_or_too_long_is_named() {
    let unsung = |element: &str| {
        let graph = compiled(&format!("<speak>One {element} two.</speak>")).unwrap();
        (graph.score().unwrap().passages[1].rest.as_millis(), graph.score().unwrap().unsung.clone())
    };
    assert_eq!(unsung("<break time=\"20s\"/>"), (20_000, vec![]));
    assert_eq!(unsung("<break time=\"30s\"/>"), (20_000, vec!["break".to_owned()]));
    assert_eq!(unsung("<break time=\"soon\"/>"), (750, vec!["break.time".to_owned()]));
    assert_eq!(unsung("<break time=\"soon\" strength=\"weak\"/>"), (500, vec!["break.time".to_owned()]));
    assert_eq!(unsung("<break strength=\"huge\"/>"), (750, vec!["break.strength".to_owned()]));
}

#[test]
fn silence_has_an_end() {
    let ssml = format!(
        "<speak>a{}b{}</speak>",
        "<break time=\"20s\"/>".repeat(1_000),
        "<break time=\"20s\"/>".repeat(1_000)
    );
    let graph = compiled(&ssml).unwrap();
    let score = graph.score().unwrap();
    assert_eq!(score.passages[1].rest + score.rest, Duration::from_secs(600));
    assert_eq!(score.unsung, ["break"]);
    let tailing = "<speak><voice name=\"v\"><mstts:silence type=\"Tailing\" value=\"2s\"/>One.</voice><voice name=\"w\">Two.</voice></speak>";
    let rests: Vec<u128> = passages(tailing).iter().map(|passage| passage.0).collect();
    assert_eq!(rests, [0, 2000]);
}

#[test]
fn a_document_in_another_language_is_not_read_in_english_words() {
    let ssml =
        "<speak xml:lang=\"de-DE\">am <say-as interpret-as=\"date\" format=\"dmy\">3/4/2024</say-as></speak>";
    let graph = compiled(ssml).unwrap();
    assert_eq!(graph.plain().as_str(), "am 3/4/2024");
    assert_eq!(graph.score().unwrap().unsung, ["say-as.date"]);
}

#[test]
fn what_is_said_of_words_holds_for_them_alone_and_once() {
    let graph = compiled(
        "<speak><phoneme ph=\"x\">a <phoneme ph=\"y\">b</phoneme></phoneme>, <phoneme ph=\"z\">c.</phoneme></speak>",
    );
    let graph = graph.unwrap();
    let sayings = graph.score().unwrap().sayings.iter();
    let said: Vec<_> =
        sayings.map(|(bytes, saying)| (&graph.plain().as_str()[bytes.clone()], saying.text())).collect();
    assert_eq!(said, [("a b", "x"), ("c", "z")]);
    assert!(graph.score().unwrap().unsung.is_empty());
    for part in [
        "un<phoneme ph='x'>do</phoneme>",
        "<phoneme ph='x'>tomato</phoneme>s",
        "<phoneme ph='x'>tomato</phoneme>'s",
    ] {
        let graph = compiled(&format!("<speak>{part}</speak>")).unwrap();
        let score = graph.score().unwrap();
        assert_eq!(
            (score.sayings.len(), score.unsung.as_slice()),
            (0, &["phoneme".to_owned()][..]),
            "{part}"
        );
    }
}

#[test]
fn names_of_what_is_left_out_have_room_in_a_header() {
    let many: String = (0..100).map(|number| format!("<odd{number}>a</odd{number}>")).collect();
    let long = format!("<{0}>a</{0}><say-as interpret-as=\"x&#10;y\">b</say-as>", "x".repeat(1_000));
    let graph = compiled(&format!("<speak>{many}{long}</speak>")).unwrap();
    let unsung = &graph.score().unwrap().unsung;
    assert_eq!((unsung.len(), unsung.last().map(String::as_str)), (33, Some("others")));
    let graph = compiled(&format!("<speak>{long}</speak>")).unwrap();
    assert_eq!(graph.score().unwrap().unsung, ["say-as", "others"]);
}

#[test]
fn sentences_and_paragraphs_end_where_their_elements_do() {
    let graph = compiled("<speak><p><s>One</s><s>two</s></p><p>three</p></speak>").unwrap();
    let clauses: Vec<_> =
        graph.clauses().iter().map(|clause| (graph.words_of(clause), clause.ends)).collect();
    use speech::Boundary::{Paragraph, Sentence};
    assert_eq!(clauses, [("One", Sentence), ("two", Paragraph), ("three", Paragraph)]);
}

#[test]
fn phonemes_and_manners_of_reading_are_said() {
    let graph = compiled("<speak>A <phoneme ph=\"təˈmeɪtoʊ\">tomato</phoneme>, a tomato, on <say-as interpret-as=\"date\" format=\"mdy\">3/4/2024</say-as>.</speak>").unwrap();
    let tokens: Vec<_> =
        language::Sentences::new(std::sync::Arc::new(graph), language::English::American).flatten().collect();
    let said: Vec<&str> = tokens.iter().map(|token| token.said.as_str()).collect();
    assert_eq!(said.join(" "), "A təˈmeɪtoʊ a tomato on March fourth twenty twenty-four");
    assert_eq!(tokens[1].class, language::Class::Ipa);
}

#[test]
fn bookmarks_and_voices_are_known() {
    let ssml =
        "<speak><voice name=\"a\">Hi <bookmark mark=\"m\"/>you</voice><voice name=\"b\">Ho</voice></speak>";
    let graph = compiled(ssml).unwrap();
    let score = graph.score().unwrap();
    assert_eq!(score.cast("c"), ["a", "b"]);
    assert_eq!((score.marks[0].name.as_str(), score.marks[0].offset), ("m", ssml.find("<bookmark").unwrap()));
}

#[test]
fn a_vendor_gets_what_the_client_sent() {
    let ssml = format!(
        "{AZURES}<!-- gone --><voice name='x'><mstts:express-as style=\"sad\">A &lt; B &amp; C\r\n<![CDATA[<D>]]></mstts:express-as>\
         <vendor-thing a='1'>?</vendor-thing></voice></speak>"
    );
    let graph = compiled(&ssml).unwrap();
    assert_eq!(
        render(&graph, &Manner::of("en-US-AvaNeural")),
        format!(
            "{AZURES}<voice name=\"en-US-AvaNeural\"><mstts:express-as style=\"sad\">A &lt; B &amp; C\n&lt;D&gt;</mstts:express-as>\
             <vendor-thing a=\"1\">?</vendor-thing></voice></speak>"
        )
    );
}

#[test]
fn what_stands_in_no_voice_is_given_one() {
    let ssml = format!("{AZURES}Hi <break/><voice name=\"b\">you</voice>\n and <p>them</p></speak>");
    let rendered = render(&compiled(&ssml).unwrap(), &Manner::of("v"));
    let inside = "<voice name=\"v\">Hi <break/></voice><voice name=\"v\">you</voice><voice name=\"v\">\n and <p>them</p></voice></speak>";
    assert_eq!(rendered, format!("{AZURES}{inside}"));
}

#[test]
fn plain_words_get_only_the_markup_that_changes_something() {
    let text = "R&D </voice> \"now\" & then";
    let graph = language::compile(SpeechText::new(text, None).unwrap(), &Reading::default()).unwrap();
    let around = |inner: &str, mstts: &str| {
        format!(
            "<speak version=\"1.0\" xmlns=\"http://www.w3.org/2001/10/synthesis\"{mstts} xml:lang=\"en-US\">\
             <voice name=\"v\">{inner}</voice></speak>"
        )
    };
    let words = "R&amp;D &lt;/voice&gt; \"now\" &amp; then";
    assert_eq!(render(&graph, &Manner::of("v")), around(words, ""));
    let manner =
        Manner { speed: Speed::new(1.5).unwrap(), style: Some("a\"b"), degree: Some(1.5), ..Manner::of("v") };
    let inner = format!(
        "<mstts:express-as style=\"a&quot;b\" styledegree=\"1.5\"><prosody rate=\"1.5\">{words}</prosody></mstts:express-as>"
    );
    assert_eq!(render(&graph, &manner), around(&inner, " xmlns:mstts=\"https://www.w3.org/2001/mstts\""));
}

#[test]
fn nothing_is_fetched_unless_that_is_allowed() {
    let ssml = format!(
        "{AZURES}<voice name=\"v\"><audio src=\"https://x.example/a.wav\">a bell</audio><lexicon uri=\"https://x.example\"/>\
         <odd HREF=\"x\">kept</odd></voice></speak>"
    );
    let graph = compiled(&ssml).unwrap();
    assert_eq!(graph.score().unwrap().removed, ["audio", "lexicon", "odd"]);
    let hidden =
        "<speak src=\"y\"><p xmlns:xmlnsq=\"https://www.w3.org/2001/mstts\" xmlnsq:src=\"x\">a</p></speak>";
    assert_eq!(compiled(hidden).unwrap().score().unwrap().removed, ["p", "speak"]);
    assert!(render(&graph, &Manner::of("v")).contains("<voice name=\"v\">a bellkept</voice>"));
    let notation = Notation::Ssml { may_fetch: true };
    let reading = Reading { notation, ..Reading::default() };
    let graph = language::compile(SpeechText::new(ssml.as_str(), None).unwrap(), &reading).unwrap();
    assert_eq!(render(&graph, &Manner::of("v")), ssml);
}

#[test]
fn what_is_no_ssml_is_refused_with_its_place() {
    for (ssml, why) in [
        (
            "<speak>one\n  <p>two</speak>",
            "the end of another element than was begun last, at line 2, column 9",
        ),
        ("<speak>one", "an element that is not closed, at line 1, column 1"),
        ("one</p>", "the end of an element that was not begun, at line 1, column 4"),
        ("<!DOCTYPE speak><speak>a</speak>", "a DOCTYPE, which is not allowed, at line 1, column 1"),
        ("<speak><?php?>a</speak>", "a processing instruction, which is not allowed, at line 1, column 8"),
        ("<speak>a &nbsp; b</speak>", "an entity that is none of"),
        ("<speak a=\"&x;\">a</speak>", "an attribute with an entity"),
        ("<speak a=\"1\" a=\"2\">a</speak>", "attributes that are not well-formed"),
        ("<?xml version=\"1.0\" encoding=\"UTF-16\"?><speak>a</speak>", "an encoding that is not UTF-8"),
        ("<speak>&#7;a</speak>", "U+0007"),
        ("<speak x:y=\"1\">a</speak>", "a prefix that no xmlns declares"),
        ("<x:speak>a</x:speak>", "a prefix that no xmlns declares"),
        ("<speak>a</speak> b", "something beside its speak element"),
        ("<speak><1a>b</1a></speak>", "not allow"),
        ("<speak><break/></speak>", "Nothing is left"),
    ] {
        assert!(refused(ssml).contains(why), "{ssml}: {}", refused(ssml));
    }
    let deep = ["<speak>", &"<p>".repeat(200), "a", &"</p>".repeat(200), "</speak>"].concat();
    assert!(refused(&deep).contains(&format!("within {MOST_DEPTH} others")), "{}", refused(&deep));
    let wide = ["<speak ", &"a='' ".repeat(8_000), ">a</speak>"].concat();
    assert!(refused(&wide).contains("more than 32 attributes"), "{}", refused(&wide));
    let many = "<voice name='v'>a</voice>".repeat(51);
    assert!(refused(&many).contains("more than 50 voice"), "{}", refused(&many));
    assert!(refused(&"a ".repeat(MOST_BYTES)).contains("at most 65536"));
}

#[test]
fn a_bare_ampersand_means_itself() {
    assert_eq!(compiled("<speak>R&D & more</speak>").unwrap().plain().as_str(), "R&D & more");
}

mod any {
    use proptest::prelude::*;

    use super::*;

    /// A document of elements, attributes and text of every kind.
    fn document() -> impl Strategy<Value = String> {
        let name = prop::sample::select(vec![
            "p",
            "s",
            "prosody",
            "voice",
            "mstts:express-as",
            "emphasis",
            "odd",
            "sub",
        ]);
        let text = "[ a-z&<>'\"\n\t\u{e9}]{0,12}"
            .prop_map(|text| text.replace('&', "&amp;").replace('<', "&#60;").replace('>', "&gt;"));
        let value = "[ a-z0-9&<>'\u{e9}\n\t]{0,8}".prop_map(|text| {
            text.replace('&', "&amp;").replace('<', "&lt;").replace('\'', "&apos;").replace('\n', "&#10;")
        });
        let leaf = text.prop_map(|text| format!("{text}<!-- - --><break/>"));
        let tree = leaf.prop_recursive(4, 24, 4, move |inner| {
            let value = value.clone();
            (
                name.clone(),
                prop::collection::btree_map("[a-z]{1,4}", value, 0..3),
                prop::collection::vec(inner, 0..4),
            )
                .prop_map(|(name, attributes, children)| {
                    let attributes: String =
                        attributes.into_iter().map(|(name, value)| format!(" {name} = '{value}'")).collect();
                    format!("<{name}{attributes} >{}</{name}>", children.concat())
                })
        });
        prop::collection::vec(tree, 1..4).prop_map(|trees| {
            let open = AZURES;
            format!("<?xml version=\"1.0\"?>\n{open}x{}</speak >\n", trees.concat())
        })
    }

    /// The same tree as an independent parser reads it.
    fn tree(xml: &str) -> Result<Vec<String>, roxmltree::Error> {
        let document = roxmltree::Document::parse(xml)?;
        let mut events = Vec::new();
        for node in document.descendants() {
            if node.is_element() {
                events.push(format!("{:?} in {}", node.tag_name(), node.ancestors().count()));
                let mut attributes: Vec<String> =
                    node.attributes().map(|it| format!("{:?}={:?}", it.name(), it.value())).collect();
                attributes.sort();
                events.extend(attributes);
            } else if node.is_text() {
                // A comment parts a text in two.
                let text = node.text().unwrap_or_default();
                match events.last_mut().filter(|last| last.starts_with("text ")) {
                    Some(last) => last.push_str(text),
                    None => events.push(format!("text {text}")),
                }
            }
        }
        Ok(events)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn what_is_written_is_the_same_document(ssml in document()) {
            let Ok(text) = SpeechText::new(ssml.as_str(), None) else { return Ok(()) };
            let again = written(&read(&text).unwrap());
            prop_assert_eq!(tree(&again).unwrap(), tree(&ssml).unwrap());
            let text = SpeechText::new(again.as_str(), None).unwrap();
            prop_assert_eq!(written(&read(&text).unwrap()), again);
        }

        #[test]
        fn every_word_is_in_a_passage_and_nothing_makes_it_panic(ssml in document(), noise in "[<>/&;a-z \"'=!?\\[\\]-]{0,60}") {
            let _ = compiled(&noise);
            if let Ok(graph) = compiled(&ssml) {
                let score = graph.score().unwrap();
                let said: String = score.passages.iter().map(|it| &graph.plain().as_str()[it.bytes.clone()]).collect();
                let solid = |text: &str| text.chars().filter(|c| speech::has_sound(*c)).collect::<String>();
                prop_assert_eq!(solid(&said), solid(graph.plain().as_str()));
                prop_assert!(score.passages.windows(2).all(|pair| pair[0].bytes.end <= pair[1].bytes.start));
            }
        }
    }
}

/// What a document becomes for who takes so many code points at a time.
fn shares(ssml: &str, most: usize) -> Vec<String> {
    let Ok(graph) = compiled(ssml) else { return Vec::new() };
    let shares = language::ssml::shares(&graph, most);
    shares.iter().filter_map(|share| Some(written(&share.score()?.document))).collect()
}

#[test]
fn a_long_document_is_cut_between_its_sentences_and_what_stands_open_is_opened_again() {
    let ssml = "<speak><voice name=\"a\">One <break/>is. <prosody rate=\"fast\">Two &amp; two. Three.</prosody>\
                <bookmark mark=\"m\"/> Four.</voice></speak>";
    assert_eq!(shares(ssml, 50), [ssml]);
    assert_eq!(
        shares(ssml, 9),
        [
            "<speak><voice name=\"a\">One <break/>is. <prosody rate=\"fast\">Two &amp; two.</prosody></voice></speak>",
            "<speak><voice name=\"a\"><prosody rate=\"fast\"> Three.</prosody><bookmark mark=\"m\"/> Four.</voice></speak>",
        ]
    );
}

#[test]
fn nothing_is_cut_through_that_belongs_together() {
    let ssml = "<speak>One <phoneme alphabet=\"ipa\" ph=\"x\">two.</phoneme> Three <sub alias=\"four. Five.\">6</sub> seven.</speak>";
    assert_eq!(
        shares(ssml, 1),
        [
            "<speak>One <phoneme alphabet=\"ipa\" ph=\"x\">two.</phoneme></speak>",
            "<speak> Three <sub alias=\"four. Five.\">6</sub></speak>",
            "<speak> seven.</speak>",
        ]
    );
}

#[test]
fn what_is_said_slowly_or_in_silence_is_as_long_as_it_takes() {
    let extent = |ssml: &str| language::ssml::extent(&compiled(ssml).unwrap());
    assert_eq!(extent("<speak>Hello, you. </speak>"), 5);
    assert_eq!(extent("<speak>你好世界。</speak>"), 5);
    assert_eq!(extent("<speak>12345</speak>"), 5);
    assert_eq!(extent("<speak><prosody rate=\"50%\">12345</prosody></speak>"), 10);
    assert_eq!(extent("<speak>1234<break time=\"2s\"/>5</speak>"), 13);
}
