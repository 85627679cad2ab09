//! Light HTML: tags, comments and entities, as people write them in texts. No document is built.

use std::ops::Range;

use super::writer::Part;

/// The longest entity is `&CounterClockwiseContourIntegral;`.
const LONGEST_ENTITY: usize = 33;

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
    /// A tag that begins a part.
    Open(Part),
    /// A tag that ends a part.
    Close(Part),
    /// A tag that a reader passes over.
    Ignored,
}

/// The fragments of a piece of HTML, in order, without gaps.
pub(super) fn fragments(html: &str) -> Vec<(Fragment, Range<usize>)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = html.get(at..).filter(|rest| !rest.is_empty()) {
        let (fragment, length) = match rest.as_bytes().first() {
            Some(b'<') => tag(rest).unwrap_or((Fragment::Text, 1)),
            Some(b'&') => entity(rest).unwrap_or((Fragment::Text, 1)),
            _ => (Fragment::Text, rest.find(['<', '&']).unwrap_or(rest.len())),
        };
        found.push((fragment, at..at + length));
        at += length;
    }
    found
}

/// A tag, comment or declaration at the start of the text, and its length.
fn tag(html: &str) -> Option<(Fragment, usize)> {
    if let Some(comment) = html.strip_prefix("<!--") {
        return Some((Fragment::Comment, comment.find("-->").map_or(html.len(), |end| end + 7)));
    }
    if html.starts_with("<!") || html.starts_with("<?") {
        return Some((Fragment::Comment, html.find('>')? + 1));
    }
    let closes = html.starts_with("</");
    let inside = html.get(1 + usize::from(closes)..)?;
    let end = inside.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inside.len());
    let name = inside.get(..end)?.to_ascii_lowercase();
    let length = html.len() - inside.len() + end + tag_end(inside.get(end..)?)?;
    let fragment = match name.as_str() {
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => part(Part::Heading, closes),
        "ul" | "ol" | "dl" => part(Part::List, closes),
        "li" | "dt" | "dd" => part(Part::Item, closes),
        "em" | "strong" | "b" | "i" | "u" | "s" | "del" | "ins" | "mark" => part(Part::Emphasis, closes),
        "a" => part(Part::Link, closes),
        "code" | "pre" | "kbd" | "samp" => part(Part::Code, closes),
        "table" => part(Part::Table, closes),
        "tr" | "caption" => part(Part::Row, closes),
        "td" | "th" => part(Part::Cell, closes),
        "p" | "div" | "section" | "article" | "header" | "footer" | "main" | "nav" | "aside"
        | "blockquote" | "title" => part(Part::Paragraph, closes),
        "script" | "style" => part(Part::Hidden, closes),
        "br" | "hr" => Fragment::Break,
        "img" => Fragment::Image(description(html.get(..length)?)),
        "sup" if !closes => Fragment::Superscript,
        "sup" | "sub" | "span" | "small" | "big" | "font" | "label" | "abbr" | "cite" | "q" | "details"
        | "summary" | "html" | "head" | "body" | "meta" | "link" | "thead" | "tbody" | "tfoot" | "figure"
        | "figcaption" | "time" | "center" | "wbr" | "button" | "tt" | "var" => Fragment::Ignored,
        _ => return None,
    };
    Some((fragment, length))
}

fn part(part: Part, closes: bool) -> Fragment {
    if closes { Fragment::Close(part) } else { Fragment::Open(part) }
}

/// The bytes up to the end of a tag, past its name; none where it is no tag.
fn tag_end(attributes: &str) -> Option<usize> {
    let mut quoted = None;
    if !attributes.starts_with(|c: char| c.is_whitespace() || matches!(c, '/' | '>')) {
        return None;
    }
    for (at, c) in attributes.char_indices() {
        match (quoted, c) {
            (Some(quote), _) if c == quote => quoted = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quoted = Some(c),
            (None, '>') => return Some(at + 1),
            (None, '<') => return None,
            (None, _) => {}
        }
    }
    None
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
        assert_eq!(kinds("<b>"), [Fragment::Open(Part::Emphasis)]);
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
