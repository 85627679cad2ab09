//! Streams of frames or pages that each tell their own length.

use std::error::Error;

/// The length of the unit that these bytes begin, once there are enough of them to tell; an error where
/// nothing of the kind begins with them.
pub(crate) type Length = fn(&[u8]) -> Result<Option<usize>, &'static str>;

/// The most bytes of an ID3v2 tag: words, not pictures.
const LONGEST_TAG: usize = 1 << 20;

/// The length of the ID3v2 tag that these bytes begin, once they tell it.
pub(crate) fn tag_length(bytes: &[u8]) -> Result<Option<usize>, &'static str> {
    const HEADER: usize = 10;
    const FOOTER: u8 = 0x10;
    let Some(&[_, _, _, _, _, flags, ref size @ ..]) = bytes.first_chunk::<HEADER>() else { return Ok(None) };
    let size = size.iter().fold(0, |size, &seven| size << 7 | usize::from(seven & 0x7F));
    let length = HEADER + size + if flags & FOOTER == 0 { 0 } else { HEADER };
    if length > LONGEST_TAG { Err("a tag too large for speech") } else { Ok(Some(length)) }
}

/// What is wrong with a unit.
pub(crate) type Wrong = Box<dyn Error + Send + Sync>;

/// Puts units together again from bytes that were cut anywhere.
#[derive(Default)]
pub(crate) struct Units {
    waiting: Vec<u8>,
}

impl Units {
    /// Takes bytes and hands over each unit that they complete.
    pub(crate) fn split(
        &mut self,
        bytes: &[u8],
        length: Length,
        mut whole: impl FnMut(&[u8]) -> Result<(), Wrong>,
    ) -> Result<(), Wrong> {
        self.waiting.extend_from_slice(bytes);
        let mut start = 0;
        while let Some(length) = length(&self.waiting[start..])? {
            let Some(unit) = self.waiting.get(start..start + length) else { break };
            whole(unit)?;
            start += length;
        }
        self.waiting.drain(..start);
        Ok(())
    }

    /// Whether nothing is left of a unit that was cut short.
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}
