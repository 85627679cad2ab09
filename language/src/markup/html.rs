//! Light HTML: tags, comments and entities, as people write them in texts. No document is built.

use std::ops::Range;

use super::writer::Part;

/// The longest entity is `&CounterClockwiseContourIntegral;`.
const LONGEST_ENTITY: usize = 33;

/// Bytes of a document type.
const LONGEST_DECLARATION: usize = 256;

/// A stretch of HTML.
#[derive(Debug, PartialEq)]
pub(super) enum Fragment {
    /// Words, or what only looks like a tag.
    Text,
    /// `&amp;`, as the character that it stands for.
    Entity(String),
    /// A comment or declaration.
    Comment,
    /// `<br>`, `<hr>`.
    Break,
    /// An image with its description.
    Image(String),
    /// `<sup>`.
    Superscript,
    /// A tag that begins a part, or means nothing to a reader, with its name in small letters: a tag only if it is closed
    /// somewhere. "Meet at <time>" is text.
    Open(Option<Part>, String),
    /// A tag that ends a part.
    Close(Part),
    /// A tag that a reader passes over.
    Ignored,
    /// The start of what is never read, with the name of the tag that ends it.
    Hidden(String),
}

/// The fragments of a piece of HTML, in order, without gaps.
pub(super) fn fragments(html: &str) -> Vec<(Fragment, Range<usize>)> {
    let mut found = Vec::new();
    let mut at = 0;
    // Comments that do not end are text; looked for once, or a row of them would take quadratic time.
    let mut last_comment_end = None;
    while let Some(rest) = html.get(at..).filter(|rest| !rest.is_empty()) {
        let (fragment, length) = match rest.as_bytes().first() {
            Some(b'<') if rest.starts_with("<!--") => {
                let last = *last_comment_end.get_or_insert_with(|| html.rfind("-->").unwrap_or(0));
                if last > at { comment(rest).unwrap_or((Fragment::Text, 4)) } else { (Fragment::Text, 4) }
            }
            Some(b'<') => tag(rest).unwrap_or((Fragment::Text, 1)),
            Some(b'&') => entity(rest).unwrap_or((Fragment::Text, 1)),
            Some(b']') if rest.starts_with("]]>") => (Fragment::Comment, 3),
            _ => (
                Fragment::Text,
                rest.get(1..).and_then(|rest| rest.find(['<', '&', ']'])).map_or(rest.len(), |at| at + 1),
            ),
        };
        found.push((fragment, at..at + length));
        at += length;
    }
    found
}

fn comment(html: &str) -> Option<(Fragment, usize)> {
    let comment = html.strip_prefix("<!--")?;
    Some((Fragment::Comment, comment.find("-->")? + 7))
}

/// A tag or declaration at the start of the text, and its length.
fn tag(html: &str) -> Option<(Fragment, usize)> {
    const MARK: &str = "<![CDATA[";
    if html.starts_with(MARK) {
        return Some((Fragment::Comment, MARK.len()));
    }
    if html.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("<!doctype")) || html.starts_with("<?xml")
    {
        let end = html.bytes().take(LONGEST_DECLARATION).position(|c| c == b'>')?;
        return Some((Fragment::Comment, end + 1));
    }
    let closes = html.starts_with("</");
    let inside = html.get(1 + usize::from(closes)..)?;
    let end = inside.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inside.len());
    let name = inside.get(..end)?.to_ascii_lowercase();
    let length = html.len() - inside.len() + end + tag_end(inside.get(end..)?)?;
    let part = match name.as_str() {
        "br" | "hr" => return Some((Fragment::Break, length)),
        "img" => return Some((Fragment::Image(description(html.get(..length)?)), length)),
        "sup" if !closes => return Some((Fragment::Superscript, length)),
        // They are often left open.
        "p" => return Some((open_or_close(Part::Paragraph, closes), length)),
        "li" | "dt" | "dd" => return Some((open_or_close(Part::Item, closes), length)),
        "tr" => return Some((open_or_close(Part::Row, closes), length)),
        "td" | "th" => return Some((open_or_close(Part::Cell, closes), length)),
        "wbr" | "meta" | "link" | "thead" | "tbody" | "tfoot" => return Some((Fragment::Ignored, length)),
        "script" | "style" if closes => return Some((Fragment::Ignored, length)),
        "script" | "style" => return Some((Fragment::Hidden(name), length)),
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Some(Part::Heading),
        "ul" | "ol" | "dl" => Some(Part::List),
        "em" | "strong" | "b" | "i" | "u" | "s" | "del" | "ins" | "mark" => Some(Part::Emphasis),
        "a" => Some(Part::Link),
        "code" | "pre" | "kbd" | "samp" => Some(Part::Code),
        "table" => Some(Part::Table),
        "caption" => Some(Part::Row),
        "div" | "section" | "article" | "header" | "footer" | "main" | "nav" | "aside" | "blockquote"
        | "title" => Some(Part::Paragraph),
        "sup" | "sub" | "span" | "small" | "big" | "font" | "label" | "abbr" | "cite" | "q" | "details"
        | "summary" | "html" | "head" | "body" | "figure" | "figcaption" | "time" | "center" | "button"
        | "tt" | "var" => None,
        _ => return None,
    };
    let fragment = match part {
        Some(part) if closes => Fragment::Close(part),
        None if closes => Fragment::Ignored,
        part => Fragment::Open(part, name),
    };
    Some((fragment, length))
}

fn open_or_close(part: Part, closes: bool) -> Fragment {
    if closes { Fragment::Close(part) } else { Fragment::Open(Some(part), String::new()) }
}

/// Attributes that HTML writes without a value.
const ALONE: [&str; 14] = [
    "async",
    "autofocus",
    "checked",
    "controls",
    "defer",
    "disabled",
    "hidden",
    "loop",
    "muted",
    "nowrap",
    "open",
    "readonly",
    "required",
    "selected",
];

/// The bytes up to the end of a tag, past its name; none where it is no tag, since something in it is no attribute.
fn tag_end(attributes: &str) -> Option<usize> {
    let mut rest = attributes;
    loop {
        let spaced = rest.trim_start();
        let apart = spaced.len() < rest.len();
        rest = spaced.strip_prefix('/').unwrap_or(spaced);
        if let Some(after) = rest.strip_prefix('>') {
            return Some(attributes.len() - after.len());
        }
        let end =
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '@' | '.')))?;
        let (name, after) = rest.split_at(end);
        if name.is_empty() || !apart {
            return None;
        }
        rest = match after.trim_start().strip_prefix('=') {
            Some(value) => past_value(value.trim_start())?,
            None if ALONE.contains(&name.to_ascii_lowercase().as_str()) => after,
            None => return None,
        };
    }
}

/// What follows the value of an attribute.
fn past_value(value: &str) -> Option<&str> {
    match value.chars().next()? {
        quote @ ('"' | '\'') => value.get(1..)?.split_once(quote).map(|(_, after)| after),
        _ => value.get(value.find(|c: char| c.is_whitespace() || matches!(c, '>' | '<' | '"' | '\''))?..),
    }
}

/// The `alt` of an image.
fn description(tag: &str) -> String {
    let Some((_, after)) = tag.split_once("alt=") else { return String::new() };
    let value = match after.chars().next() {
        Some(quote @ ('"' | '\'')) => after.get(1..).and_then(|value| value.split(quote).next()),
        _ => after.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next(),
    };
    html_escape::decode_html_entities(value.unwrap_or_default()).into_owned()
}

/// An entity at the start of the text, and its length.
fn entity(html: &str) -> Option<(Fragment, usize)> {
    let length = html.bytes().take(LONGEST_ENTITY).position(|c| c == b';')? + 1;
    let entity = html.get(..length)?;
    let character = html_escape::decode_html_entities(entity);
    (character != entity).then(|| (Fragment::Entity(character.into_owned()), length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tags_that_html_has_are_tags() {
        let kinds =
            |html: &str| fragments(html).into_iter().map(|(fragment, _)| fragment).collect::<Vec<_>>();
        assert_eq!(kinds("<b>"), [Fragment::Open(Some(Part::Emphasis), "b".into())]);
        assert_eq!(kinds("</P >"), [Fragment::Close(Part::Paragraph)]);
        assert_eq!(kinds("<img alt='a &lt; b' src=\"x>y\"/>"), [Fragment::Image("a < b".into())]);
        assert_eq!(kinds("<T>"), [Fragment::Text, Fragment::Text]);
        assert_eq!(kinds("<b"), [Fragment::Text, Fragment::Text]);
        assert_eq!(
            kinds("&eacute;&nothing;"),
            [Fragment::Entity("é".into()), Fragment::Text, Fragment::Text]
        );
    }
}
