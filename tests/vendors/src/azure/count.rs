//! What Azure bills a document for.

/// Code points of an SSML document but for those of its `<speak>` and `<voice>` tags; a Han character counts twice. All
/// other markup counts, and so do spaces, comments and the XML declaration.
pub(super) fn billed(ssml: &str) -> usize {
    let mut count = 0;
    let mut rest = ssml;
    while let Some(start) = rest.find('<') {
        count += points(&rest[..start]);
        let (markup, behind) = rest.split_at(start + end_of_markup(&rest[start..]));
        if !is_free(&markup[start..]) {
            count += points(&markup[start..]);
        }
        rest = behind;
    }
    count + points(rest)
}

fn points(text: &str) -> usize {
    text.chars().map(|character| if is_han(character) { 2 } else { 1 }).sum()
}

/// Where the markup ends that a text starts with: a tag, a comment, a section of character data or an instruction.
fn end_of_markup(text: &str) -> usize {
    let closed_by = |end: &str| text.find(end).map_or(text.len(), |at| at + end.len());
    if text.starts_with("<!--") {
        return closed_by("-->");
    }
    if text.starts_with("<![CDATA[") {
        return closed_by("]]>");
    }
    if text.starts_with("<?") {
        return closed_by("?>");
    }
    let mut quote = None;
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (None, '>') => return at + 1,
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => {}
        }
    }
    text.len()
}

fn is_free(markup: &str) -> bool {
    let name = markup.trim_start_matches(['<', '/']);
    let name = name.split(|end: char| end.is_whitespace() || end == '>' || end == '/').next();
    let local = name.and_then(|name| name.rsplit(':').next());
    matches!(local, Some("speak" | "voice"))
}

/// The script Han: Chinese characters, Japanese kanji, Korean hanja (Unicode 17, `Scripts.txt`).
pub(super) fn is_han(character: char) -> bool {
    const RANGES: [(u32, u32); 22] = [
        (0x2E80, 0x2E99),
        (0x2E9B, 0x2EF3),
        (0x2F00, 0x2FD5),
        (0x3005, 0x3005),
        (0x3007, 0x3007),
        (0x3021, 0x3029),
        (0x3038, 0x303B),
        (0x3400, 0x4DBF),
        (0x4E00, 0x9FFF),
        (0xF900, 0xFA6D),
        (0xFA70, 0xFAD9),
        (0x16FE2, 0x16FE3),
        (0x16FF0, 0x16FF6),
        (0x20000, 0x2A6DF),
        (0x2A700, 0x2B81D),
        (0x2B820, 0x2CEAD),
        (0x2CEB0, 0x2EBE0),
        (0x2EBF0, 0x2EE5D),
        (0x2F800, 0x2FA1D),
        (0x30000, 0x3134A),
        (0x31350, 0x323AF),
        (0x323B0, 0x33479),
    ];
    let point = u32::from(character);
    RANGES.iter().any(|&(first, last)| (first..=last).contains(&point))
}
