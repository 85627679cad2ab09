//! Writes what is read of a text, with the parts that a client wants left out or announced.

use std::ops::Range;

use speech::{Manner, Markup, Plain, PlainBuilder, Span};

/// A part of a text that its markup names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A heading.
    Heading,
    /// A whole list.
    List,
    /// One item of it.
    Item,
    /// Stressed or struck words.
    Emphasis,
    /// The words of a link.
    Link,
    /// The description of an image.
    Image,
    /// Code.
    Code,
    /// A whole table.
    Table,
    /// One row of it.
    Row,
    /// One cell of a row.
    Cell,
    /// A paragraph.
    Paragraph,
}

/// Copies stretches of the source from left to right.
pub(super) struct Writer<'t> {
    source: &'t str,
    markup: Markup,
    plain: PlainBuilder,
    /// The last place whose offset was counted, in bytes and in code points.
    counted: (usize, usize),
    /// Parts that are open and left out.
    skipping: usize,
    /// The same by HTML's tags, which may never be closed.
    skipping_tags: usize,
    /// Bytes of the source that are never read, whatever is in them: a script, a style sheet.
    hidden_until: usize,
    /// The last character that is not blank.
    last: Option<char>,
    /// A comma is due before the next cell of a row.
    in_row: bool,
}

impl<'t> Writer<'t> {
    pub(super) fn new(source: &'t str, markup: Markup) -> Self {
        let plain = PlainBuilder::default();
        Self {
            source,
            markup,
            plain,
            counted: (0, 0),
            skipping: 0,
            skipping_tags: 0,
            hidden_until: 0,
            last: None,
            in_row: false,
        }
    }

    pub(super) fn build(self) -> Plain {
        self.plain.build()
    }

    /// Appends a stretch of the source as it is.
    pub(super) fn copy(&mut self, range: Range<usize>) {
        let text = self.source.get(range.clone()).unwrap_or_default();
        let offset = self.offset(range.start);
        if self.is_read(range.start) {
            self.plain.copy(text, offset);
            self.remember(text);
        }
    }

    /// Appends what is read for a stretch of the source.
    pub(super) fn replace(&mut self, range: Range<usize>, text: &str) {
        let offset = self.offset(range.start);
        let length = self.source.get(range.clone()).unwrap_or_default().chars().count();
        if self.is_read(range.start) {
            self.plain.replace(Span { offset, length }, text);
            self.remember(text);
        }
    }

    /// Leaves out what stands before that place.
    pub(super) fn hide_until(&mut self, end: usize) {
        self.hidden_until = self.hidden_until.max(end);
    }

    /// Begins a part that a tag of HTML names.
    pub(super) fn open_tag(&mut self, part: Part, at: usize) {
        match self.manner(part) {
            Manner::Skip => self.skipping_tags += 1,
            Manner::Keep | Manner::Announce => self.open(part, at),
        }
    }

    /// Ends it.
    pub(super) fn close_tag(&mut self, part: Part, at: usize) {
        match self.manner(part) {
            Manner::Skip => self.skipping_tags = self.skipping_tags.saturating_sub(1),
            Manner::Keep | Manner::Announce => self.close(part, at),
        }
    }

    /// A tag that was not closed in its block leaves out nothing behind it.
    pub(super) fn end_tags(&mut self) {
        self.skipping_tags = 0;
    }

    fn is_read(&self, at: usize) -> bool {
        self.skipping == 0 && self.skipping_tags == 0 && at >= self.hidden_until
    }

    fn remember(&mut self, text: &str) {
        self.last = text.trim_end_matches([' ', '\n', '\r', '\t']).chars().next_back().or(self.last);
    }

    /// Begins a part.
    pub(super) fn open(&mut self, part: Part, at: usize) {
        let announced = match self.manner(part) {
            Manner::Keep => "",
            Manner::Skip => {
                self.skipping += 1;
                return;
            }
            Manner::Announce => name(part),
        };
        match part {
            Part::Heading | Part::Paragraph | Part::Table => self.end(at, '\u{2029}'),
            Part::List | Part::Item => self.end(at, '\u{2028}'),
            Part::Cell if self.in_row => self.replace(at..at, ", "),
            _ => {}
        }
        self.in_row = part == Part::Cell;
        self.announce(announced, at);
    }

    /// Ends a part.
    pub(super) fn close(&mut self, part: Part, at: usize) {
        if self.manner(part) == Manner::Skip {
            self.skipping = self.skipping.saturating_sub(1);
            return;
        }
        match part {
            Part::Heading | Part::Paragraph | Part::Table => self.end(at, '\u{2029}'),
            Part::Item | Part::Row => self.end(at, '\u{2028}'),
            // Code within a line goes on with it.
            Part::Code if self.plain.as_str().ends_with('\n') => self.end(at, '\u{2028}'),
            _ => {}
        }
        self.in_row = part == Part::Cell;
    }

    /// A line ends here on purpose.
    pub(super) fn break_line(&mut self, range: Range<usize>) {
        self.end(range.start, '\u{2028}');
    }

    /// Marks that something ends here, unless it has ended already.
    fn end(&mut self, at: usize, separator: char) {
        if self.last.is_some_and(|last| last != '\u{2029}' && last != separator) {
            self.replace(at..at, separator.encode_utf8(&mut [0; 4]));
        }
    }

    fn announce(&mut self, name: &str, at: usize) {
        if name.is_empty() {
            return;
        }
        let begins = self.last.is_none() || self.plain.as_str().ends_with(['\n', '\u{2028}', '\u{2029}']);
        let mut words = name.to_owned();
        if let Some(first) = words.get_mut(..1).filter(|_| begins) {
            first.make_ascii_uppercase();
        }
        self.replace(at..at, &format!("{words}: "));
    }

    fn manner(&self, part: Part) -> Manner {
        match part {
            Part::Heading => self.markup.headings,
            Part::List => self.markup.lists,
            Part::Emphasis => self.markup.emphasis,
            Part::Link | Part::Image => self.markup.links,
            Part::Code => self.markup.code,
            Part::Table => self.markup.tables,
            Part::Item | Part::Row | Part::Cell | Part::Paragraph => Manner::Keep,
        }
    }

    /// Code points before a byte. The source is walked through once.
    fn offset(&mut self, byte: usize) -> usize {
        let (from, offset) = if byte >= self.counted.0 { self.counted } else { (0, 0) };
        let offset = offset + self.source.get(from..byte).map_or(0, |skipped| skipped.chars().count());
        self.counted = (byte, offset);
        offset
    }
}

/// What a listener is told.
fn name(part: Part) -> &'static str {
    match part {
        Part::Heading => "heading",
        Part::List => "list",
        Part::Emphasis => "emphasis",
        Part::Link => "link",
        Part::Image => "image",
        Part::Code => "code",
        Part::Table => "table",
        Part::Item | Part::Row | Part::Cell | Part::Paragraph => "",
    }
}
