/// The longest line that is taken. Its audio is base64; ElevenLabs' own lines stay below 100 KB.
const LONGEST: usize = 16 * 1024 * 1024;

/// Bytes that arrive cut anywhere, as the lines that they are.
#[derive(Default)]
pub struct Lines {
    /// The line that has begun.
    held: Vec<u8>,
}

/// A line without an end in sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a line of more than {LONGEST} bytes")]
pub struct LineTooLong;

impl Lines {
    /// The lines that end with these bytes, without those that are blank.
    ///
    /// # Errors
    /// When the line that has begun is longer than any could be.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Vec<u8>>, LineTooLong> {
        let end = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |last| last + 1);
        let (ended, begun) = bytes.split_at(end);
        let mut lines = Vec::new();
        if !ended.is_empty() {
            self.held.extend_from_slice(ended);
            lines.extend(
                self.held.split(|&byte| byte == b'\n').filter(|line| !is_blank(line)).map(<[u8]>::to_vec),
            );
            self.held.clear();
        }
        self.held.extend_from_slice(begun);
        if self.held.len() > LONGEST { Err(LineTooLong) } else { Ok(lines) }
    }

    /// The last line, which nothing ends.
    pub fn finish(&mut self) -> Option<Vec<u8>> {
        Some(std::mem::take(&mut self.held)).filter(|line| !is_blank(line))
    }
}

fn is_blank(line: &[u8]) -> bool {
    line.trim_ascii().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn however_bytes_are_cut_they_are_the_same_lines(
            text in "([a-z]{0,6}(\n|\r\n| )){0,12}[a-z]{0,6}",
            cuts in proptest::collection::vec(1_usize..9, 0..80),
        ) {
            let mut lines = Lines::default();
            let mut found = Vec::new();
            let mut rest = text.as_bytes();
            for cut in cuts {
                let (now, later) = rest.split_at(cut.min(rest.len()));
                found.extend(lines.push(now).unwrap());
                rest = later;
            }
            found.extend(lines.push(rest).unwrap());
            found.extend(lines.finish());
            let found: Vec<&str> = found.iter().map(|line| std::str::from_utf8(line).unwrap().trim()).collect();
            let expected: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
            proptest::prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_line_without_end_is_given_up() {
        let mut lines = Lines::default();
        let piece = vec![b'a'; LONGEST / 2];
        assert_eq!(lines.push(&piece), Ok(vec![]));
        assert_eq!(lines.push(&piece), Ok(vec![]));
        assert_eq!(lines.push(b"a"), Err(LineTooLong));
    }
}
