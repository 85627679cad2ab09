//! Markdown and HTML out of a text: what is left is what a person would read aloud.
//!
//! Only marks are taken: whatever holds a letter or a figure stays, but for the addresses of links, the language of a
//! code block, and what is inside the angle brackets of an HTML tag. Where a mark could as well be meant (`5*3*2`,
//! `f[i](x)`, `x <y and z>`), it stays.

mod html;
mod writer;

use std::collections::HashMap;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use speech::{Markup, Plain, SpeechText};

use self::html::Fragment;
use self::writer::{Part, Writer};

/// What is read of a text.
pub(crate) fn plain(text: &SpeechText, markup: &Markup) -> Plain {
    let source = text.as_str();
    if !source.contains(is_mark) {
        return Plain::verbatim(text);
    }
    let mut reader = Reader {
        source,
        read: 0,
        open: Vec::new(),
        writer: Writer::new(source, *markup),
        small: None,
        last_closing: HashMap::new(),
    };
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    for (event, range) in Parser::new_ext(source, options).into_offset_iter() {
        reader.event(event, range);
    }
    reader.gap(source.len());
    reader.writer.build()
}

/// Characters that Markdown or HTML could begin with.
fn is_mark(c: char) -> bool {
    matches!(c, '#' | '*' | '_' | '-' | '+' | '>' | '<' | '=' | '~' | '`' | '|' | '[' | '&' | '\\' | ')')
        || c == '.'
        || ('\u{2028}'..='\u{2029}').contains(&c)
}

/// Walks through a text with the parser's events.
struct Reader<'t> {
    source: &'t str,
    /// Bytes of it that are done.
    read: usize,
    /// What is open, outermost first.
    open: Vec<Open>,
    writer: Writer<'t>,
    /// The source in small letters, once a tag is looked for.
    small: Option<String>,
    /// Bytes before the last closing tag of a name; 0 where there is none.
    last_closing: HashMap<String, usize>,
}

/// An element that has begun.
enum Open {
    /// It means nothing to a reader, or is read like the text around it.
    Through,
    /// Its marks are part of the text.
    Verbatim,
    /// A part that the client may have left out or announced.
    Part(Part),
}

impl Reader<'_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Text(text) | Event::InlineMath(text) | Event::DisplayMath(text) => self.text(&text, range),
            Event::Code(code) => {
                self.gap(range.start);
                self.writer.open(Part::Code, range.start);
                self.inside(&code, range.clone());
                self.writer.close(Part::Code, range.end);
                self.read = range.end;
            }
            Event::InlineHtml(_) => {
                self.gap(range.start);
                self.html(range);
            }
            // A block of HTML is read whole when it begins.
            Event::Html(_) => {}
            Event::TaskListMarker(done) => {
                self.gap(range.start);
                self.writer.replace(range.clone(), if done { "Done:" } else { "" });
                self.read = range.end;
            }
            Event::SoftBreak | Event::HardBreak | Event::Rule => {
                self.gap(range.start);
                self.gap_or_marks(range);
            }
            Event::FootnoteReference(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        self.gap(range.start);
        let part = match &tag {
            Tag::Heading { .. } => Some(Part::Heading),
            Tag::List(_) => Some(Part::List),
            Tag::Item => Some(Part::Item),
            Tag::CodeBlock(CodeBlockKind::Fenced(_)) => Some(Part::Code),
            Tag::Table(_) => Some(Part::Table),
            Tag::TableHead | Tag::TableRow => Some(Part::Row),
            Tag::TableCell => Some(Part::Cell),
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough if !self.is_inside_a_word(&range) => {
                Some(Part::Emphasis)
            }
            Tag::Link { .. } if !self.follows_a_word(range.start) => Some(Part::Link),
            Tag::Image { .. } if !self.follows_a_word(range.start) => Some(Part::Image),
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. } => None,
            Tag::HtmlBlock => {
                self.html(range.clone());
                return self.open.push(Open::Through);
            }
            _ => return self.open.push(Open::Through),
        };
        let Some(part) = part else { return self.open.push(Open::Verbatim) };
        self.writer.open(part, range.start);
        self.open.push(Open::Part(part));
        if let Tag::CodeBlock(CodeBlockKind::Fenced(_)) = tag {
            // The fence, and the name of the language.
            let fence = self.source.get(range.clone()).and_then(|block| block.find('\n'));
            self.read = fence.map_or(range.end, |line| range.start + line);
        }
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        if matches!(
            tag,
            TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Item | TagEnd::HtmlBlock | TagEnd::TableCell
        ) {
            self.writer.end_tags();
        }
        match self.open.pop() {
            None | Some(Open::Through) => {}
            Some(Open::Verbatim) => {
                self.writer.copy(self.read.max(range.start)..range.end);
                self.read = self.read.max(range.end);
            }
            Some(Open::Part(part)) => {
                match tag {
                    // The address of a link.
                    TagEnd::Link | TagEnd::Image => self.read = self.read.max(range.end),
                    TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::CodeBlock => {
                        self.gap(range.end);
                    }
                    _ => {}
                }
                self.writer.close(part, self.read);
            }
        }
    }

    /// Words, as they stand or with an entity or escape resolved.
    fn text(&mut self, text: &str, range: Range<usize>) {
        // The white space before a block of HTML comes once that is read.
        if range.end < self.read {
            return;
        }
        self.gap(range.start);
        self.inside(text, range.clone());
        self.read = range.end;
    }

    /// What the parser made of a range: copied where it stands there like that.
    fn inside(&mut self, text: &str, range: Range<usize>) {
        let whole = self.source.get(range.clone()).unwrap_or_default();
        let marks = whole.len() - whole.trim_matches('`').len();
        match whole.find(text).filter(|_| whole.len() == text.len() || marks > 0) {
            Some(at) => self.writer.copy(range.start + at..range.start + at + text.len()),
            None => self.writer.replace(range, text),
        }
    }

    /// What lies between two events: marks, which go, and white space, which stays. Anything else was text after all.
    fn gap(&mut self, end: usize) {
        if end > self.read {
            self.gap_or_marks(self.read..end);
        }
    }

    fn gap_or_marks(&mut self, range: Range<usize>) {
        let gap = self.source.get(range.clone()).unwrap_or_default();
        let is_text = gap.contains(char::is_alphanumeric) || matches!(self.open.last(), Some(Open::Verbatim));
        if is_text {
            self.writer.copy(range.clone());
        } else {
            // A space behind a mark belongs to it: "# Title".
            let only_space = gap.chars().all(char::is_whitespace);
            let stays = |c: char| if only_space { c.is_whitespace() } else { matches!(c, '\n' | '\r') };
            for (at, c) in gap.char_indices().filter(|(_, c)| stays(*c)) {
                let at = range.start + at;
                self.writer.copy(at..at + c.len_utf8());
            }
        }
        self.read = self.read.max(range.end);
    }

    fn html(&mut self, range: Range<usize>) {
        let source = self.source.get(range.clone()).unwrap_or_default();
        for (fragment, place) in html::fragments(source) {
            let place = range.start + place.start..range.start + place.end;
            match fragment {
                Fragment::Text => self.writer.copy(place),
                Fragment::Entity(character) => self.writer.replace(place, &character),
                Fragment::Break => self.writer.break_line(place),
                Fragment::Image(description) => {
                    self.writer.open(Part::Image, place.start);
                    self.writer.replace(place.clone(), &description);
                    self.writer.close(Part::Image, place.end);
                }
                Fragment::Superscript if self.precedes_a_number(place.end) => self.writer.replace(place, "^"),
                Fragment::Open(_, name) if !name.is_empty() && !self.closes_after(&name, place.end) => {
                    self.writer.copy(place);
                }
                Fragment::Open(Some(part), _) => self.writer.open_tag(part, place.start),
                Fragment::Close(part) => self.writer.close_tag(part, place.end),
                Fragment::Hidden(name) => match self.closing(&name, place.end) {
                    Some(end) => self.writer.hide_until(end),
                    None => self.writer.copy(place),
                },
                Fragment::Superscript | Fragment::Open(None, _) | Fragment::Ignored | Fragment::Comment => {}
            }
        }
        self.read = self.read.max(range.end);
    }

    /// Whether a tag is closed behind that place. The last closing tag of each name is looked for once.
    fn closes_after(&mut self, name: &str, at: usize) -> bool {
        if let Some(last) = self.last_closing.get(name) {
            return *last > at;
        }
        let last = self.small().rfind(&format!("</{name}")).unwrap_or(0);
        self.last_closing.insert(name.to_owned(), last);
        last > at
    }

    /// Where the tag that closes it begins.
    fn closing(&mut self, name: &str, at: usize) -> Option<usize> {
        if !self.closes_after(name, at) {
            return None;
        }
        let closing = format!("</{name}");
        self.small().get(at..)?.find(&closing).map(|found| at + found)
    }

    /// The source in small letters; the same bytes.
    fn small(&mut self) -> &str {
        let source = self.source;
        self.small.get_or_insert_with(|| source.to_ascii_lowercase())
    }

    /// "5*3*2": marks with letters or figures on both sides of both are meant.
    fn is_inside_a_word(&self, range: &Range<usize>) -> bool {
        let after = self.source.get(range.end..).and_then(|rest| rest.chars().next());
        self.follows_a_word(range.start) && after.is_some_and(char::is_alphanumeric)
    }

    fn precedes_a_number(&self, at: usize) -> bool {
        self.source.get(at..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || c == '-'))
    }

    fn follows_a_word(&self, at: usize) -> bool {
        let before = self.source.get(..at).and_then(|before| before.chars().next_back());
        before.is_some_and(char::is_alphanumeric)
    }
}

#[cfg(test)]
mod tests {
    use speech::Manner;

    use super::*;

    fn read(text: &str) -> String {
        read_with(text, Markup::default())
    }

    fn read_with(text: &str, markup: Markup) -> String {
        let text = SpeechText::new(text, None).unwrap();
        plain(&text, &markup).as_str().replace('\u{2028}', "‖").replace('\u{2029}', "¶")
    }

    #[test]
    fn text_without_marks_stays_as_it_is() {
        for text in [
            "Plain words.\n\nAnd 3 * 4 = 12, a_b, 5*3*2 and f[i](x).",
            "x <y and z> w, a < b > c, List<T>, <3",
            "C:\\dir and \\d+ and [1] and #1 and #tag",
            "-15 degrees\n+1 555\n1986 was good.\n\n    An indented line.",
            "~10 or ~20, snake_case_word, AT&T & me, a|b",
            "[Note]: read this\n\nwell",
        ] {
            assert_eq!(read(text), text);
        }
    }

    #[test]
    fn markdown_is_read_and_not_spelled() {
        assert_eq!(
            read("# Title\nText with **bold**, *slanted* and `code_it`."),
            "Title¶\nText with bold, slanted and code_it."
        );
        assert_eq!(read("See [the manual](https://example.org \"Here\")."), "See the manual.");
        assert_eq!(read("- milk\n- **eggs**\n1. one\n2. two").replace('\n', ""), "milk‖eggs‖1. one‖2. two‖");
        assert_eq!(read("```rust\nlet x = 1;\n```\nAfter").trim(), "let x = 1;\n‖\nAfter");
        assert_eq!(read("> quoted\n> twice"), "quoted\ntwice");
        assert_eq!(read("Fish &amp; chips \\* &copy; ~~no~~ yes"), "Fish & chips * © no yes");
        assert_eq!(read("**GPU**s and a ![drawing](x.png) [x] here"), "GPUs and a drawing [x] here");
        assert_eq!(read("- [ ] to do\n- [x] done").replace('\n', ""), " to do‖Done: done‖");
    }

    #[test]
    fn tables_are_read_row_by_row() {
        assert_eq!(
            read("| Name | Age |\n|---|---|\n| Ann | 31 |\n| Bob | 42 |\n")
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" "),
            "Name, Age‖ Ann, 31‖ Bob, 42‖¶"
        );
    }

    #[test]
    fn html_is_read_and_not_spelled() {
        assert_eq!(read("<p>Hello <b>you</b> &amp; me.<br>Bye</p>").trim(), "Hello you & me.‖Bye¶");
        assert_eq!(
            read("A <i>word</i>, H<sub>2</sub>O, 10<sup>6</sup>, 1<sup>st</sup>."),
            "A word, H2O, 10^6, 1st."
        );
        assert_eq!(read("  <p>Hello</p>").trim(), "Hello¶");
        assert_eq!(read("<ul><li>one</li><li>two</li></ul>").trim(), "one‖two‖");
        assert_eq!(read("<!-- nothing -->\n<script>var x = 1;</script>\nSeen").trim(), "Seen");
        assert_eq!(read("<a href='x'>link</a> <img src=x alt=\"a cat\"> end"), "link a cat end");
    }

    #[test]
    fn what_only_looks_like_a_tag_is_text() {
        for text in [
            "The <script> tag runs code. Put it last.",
            "<big grin> and <time out>, a <b and c> d",
            "Meet at <time> in the <small voice> room.",
            "<!important note> and <!-- no end",
            "a <code b c",
        ] {
            assert_eq!(read(text), text);
        }
        assert_eq!(read("<![CDATA[Hello there]]> now"), "Hello there now");
        let skip = Markup { emphasis: Manner::Skip, headings: Manner::Skip, ..Markup::default() };
        assert_eq!(
            read_with("One <b>two<b> three</b> four.\n\nFive <h1>six.", skip),
            "One \n\nFive <h1>six."
        );
        assert_eq!(read("<SCRIPT>a<script>b</SCRIPT>c <style>d</style> e").trim(), "c  e");
    }

    #[test]
    fn each_part_can_be_skipped_or_announced() {
        let text = "# Top\n\nOne *two* [three](x) `four`.\n\n- five\n\n| six |\n|--|\n| seven |\n";
        let all = |manner| Markup {
            headings: manner,
            lists: manner,
            emphasis: manner,
            links: manner,
            code: manner,
            tables: manner,
        };
        let words = |markup| {
            read_with(text, markup).replace(['¶', '‖'], "").split_whitespace().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(words(all(Manner::Keep)), "Top One two three four. five six seven");
        assert_eq!(words(all(Manner::Skip)), "One .");
        assert_eq!(
            words(all(Manner::Announce)),
            "Heading: Top One emphasis: two link: three code: four. List: five Table: six seven"
        );
    }

    #[test]
    fn what_is_read_knows_its_place() {
        let text = SpeechText::new("Ünder [the *müll*](x) &amp; <b>é</b>", None).unwrap();
        let plain = plain(&text, &Markup::default());
        assert_eq!(plain.as_str(), "Ünder the müll & é");
        let place = |word: &str| {
            let at = plain.as_str().find(word).unwrap();
            let span = plain.span(at..at + word.len());
            text.as_str().chars().skip(span.offset).take(span.length).collect::<String>()
        };
        assert_eq!(["Ünder", "the", "müll", "&", "é"].map(place), ["Ünder", "the", "müll", "&amp;", "é"]);
    }
}
