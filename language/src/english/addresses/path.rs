//! "notes.txt", "/usr/local/bin", "C:\Temp\x.log", "../src", "~/.bashrc", "--dry-run".

use super::spelling::spelled;
use crate::Class;
use crate::sentence::{Match, Sentence};

/// What files are: the ends of their names.
const KINDS: &[&str] = &[
    "7z", "aac", "avi", "bak", "bash", "bat", "bin", "bmp", "bz2", "c", "cc", "cfg", "conf", "cpp", "cs",
    "css", "csv", "dat", "db", "deb", "dll", "dmg", "doc", "docx", "env", "epub", "exe", "flac", "gif", "go",
    "gz", "h", "hpp", "htm", "html", "ico", "ini", "ipynb", "iso", "jar", "java", "jpeg", "jpg", "js",
    "json", "jsx", "key", "kt", "lock", "log", "lua", "m4a", "md", "mjs", "mkv", "mov", "mp3", "mp4", "odt",
    "ogg", "onnx", "opus", "parquet", "pdf", "pem", "php", "pkl", "png", "ppt", "pptx", "ps1", "psd", "py",
    "rar", "rb", "rpm", "rs", "rst", "rtf", "scala", "sh", "so", "sql", "srt", "svg", "swift", "tar", "tex",
    "tgz", "tif", "tiff", "tmp", "toml", "ts", "tsv", "tsx", "ttf", "txt", "vue", "wasm", "wav", "webm",
    "webp", "woff", "xls", "xlsx", "xml", "yaml", "yml", "zip", "zst",
];

/// Reads what a slash, a dot or a backslash opens or ends.
pub(super) fn rule(sentence: &Sentence<'_>, at: usize) -> Option<Match> {
    let chunk = sentence.chunk(at)?;
    let core = chunk.core;
    if core.is_empty() {
        return None;
    }
    if !chunk.lead.is_empty()
        && let Some(found) = opened(chunk.lead, core, chunk.trail)
    {
        return Some(found);
    }
    let drive = core.as_bytes();
    let on_drive = matches!(drive, [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic());
    let ends = chunk.trail.len() - chunk.trail.trim_start_matches(['/', '\\']).len();
    if on_drive || core.contains('\\') || (ends > 0 && !matches!(core, "w" | "W" | "+")) {
        // Letters that nobody can read make no path.
        let name = Some(spelled(core)).filter(|name| !name.is_empty())?;
        let said = name + &said_signs(chunk.trail.get(..ends).unwrap_or_default());
        return Some(Match::one(Class::File, said).closing(ends));
    }
    None
}

/// With "/", "./", "~/", ".", "\" or "--" before it.
fn opened(lead: &str, core: &str, trail: &str) -> Option<Match> {
    let signs = lead.len() - lead.trim_end_matches(['/', '\\', '.', '~', '-', '_']).len();
    let opening = lead.get(lead.len() - signs..).unwrap_or_default();
    let letter = core.starts_with(|c: char| c.is_ascii_alphabetic());
    let path = opening.contains(['/', '\\']);
    let hidden = opening == "." && letter;
    let flag = letter && matches!(opening, "--") && core.starts_with(|c: char| c.is_ascii_lowercase())
        || opening == "-" && core.len() == 1 && letter;
    if !path && !hidden && !flag {
        return None;
    }
    let name = if flag { flag_said(core) } else { spelled(core) };
    if name.is_empty() {
        return None;
    }
    let ends = if path { trail.len() - trail.trim_start_matches(['/', '\\']).len() } else { 0 };
    let said = format!(
        "{} {}{}",
        said_signs(opening).trim_start(),
        name,
        said_signs(trail.get(..ends).unwrap_or_default())
    );
    let class =
        if flag || hidden && core.chars().all(char::is_uppercase) { Class::Code } else { Class::File };
    Some(Match::one(class, said.trim_end()).opening(signs).closing(ends))
}

/// "dry-run" is said as words; an option's value after its equals sign.
fn flag_said(core: &str) -> String {
    if core.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')) {
        core.split(['-', '_']).map(super::super::writing::fragment).collect::<Vec<_>>().join(" ")
    } else {
        spelled(core)
    }
}

fn said_signs(signs: &str) -> String {
    signs
        .chars()
        .map(|sign| match sign {
            '/' => " slash",
            '\\' => " backslash",
            '.' => " dot",
            '~' => " tilde",
            '_' => " underscore",
            _ => " dash",
        })
        .collect()
}

/// Reads a name with a known end: "notes.txt", "src/main.rs", also with a line number, "main.rs:12".
pub(super) fn file(sentence: &Sentence<'_>, at: usize) -> Option<Match> {
    let core = sentence.core(at);
    let (name, line) = core.split_once(':').unwrap_or((core, ""));
    let (head, end) = name.rsplit_once('.')?;
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | '+' | '@');
    let known = KINDS.contains(&end.to_ascii_lowercase().as_str());
    let letters = head.chars().any(char::is_alphabetic) || end.len() > 1 && !head.is_empty();
    let line_holds = line.bytes().all(|b| b.is_ascii_digit() || b == b':');
    let initials = head.split('.').all(|part| part.len() == 1) && end.len() == 1;
    (known
        && letters
        && line_holds
        && !initials
        && head.chars().all(is_name)
        && !(line.is_empty() && core.contains(':')))
    .then(|| {
        Match::one(
            Class::File,
            if line.is_empty() { spelled(name) } else { format!("{}, {}", spelled(name), lines(line)) },
        )
    })
}

/// "line twelve".
fn lines(line: &str) -> String {
    let parts = line.split(':').filter(|part| !part.is_empty()).zip(["line", "column"]);
    parts
        .map(|(number, what)| format!("{what} {}", super::super::cardinals::cardinal(number)))
        .collect::<Vec<_>>()
        .join(", ")
}
