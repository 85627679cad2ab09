//! Where texts come from.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use crate::failure::Failure;

/// A file's text, or standard input's for `-`.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    let (place, read) = if path == Path::new("-") {
        let mut bytes = Vec::new();
        ("standard input".to_owned(), io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes))
    } else {
        (path.display().to_string(), fs::read(path))
    };
    let bytes = read.map_err(|error| {
        Failure::usage(format_args!("{place} cannot be read: {error}; name a file that holds the text"))
    })?;
    let text = String::from_utf8(bytes).map(|text| match text.strip_prefix('\u{FEFF}') {
        // The mark that some editors put before UTF-8 is no part of the text.
        Some(text) => text.to_owned(),
        None => text,
    });
    text.map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::usage(format_args!(
            "{place} is not UTF-8 from byte {at} on; convert it, for example with iconv"
        ))
    })
}
