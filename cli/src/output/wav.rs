//! The sizes in the head of a WAV file.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};

/// What precedes the samples in the WAV that our encoder writes: RIFF head, `fmt ` and the head of `data`.
const HEAD: u64 = 44;

/// Replaces the placeholder sizes of a WAV file that was written as a stream.
pub(super) fn exact_sizes(file: &mut File) -> io::Result<()> {
    let length = file.seek(SeekFrom::End(0))?;
    // Beyond 4 GiB the format has no true size; the placeholder means "until the end" and is right.
    let (Ok(riff), Some(data)) = (u32::try_from(length.saturating_sub(8)), length.checked_sub(HEAD)) else {
        return Ok(());
    };
    for (at, size) in [(4, riff), (40, data as u32)] {
        file.seek(SeekFrom::Start(at))?;
        file.write_all(&size.to_le_bytes())?;
    }
    file.seek(SeekFrom::End(0))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::num::NonZeroU32;

    use super::*;

    #[test]
    fn a_file_is_patched_as_the_encoder_s_own_room_would() {
        let rate = NonZeroU32::new(24_000).expect("not zero");
        let mut encoder = audio::encoder(speech::Codec::Wav.into(), rate).expect("WAV is known");
        let mut streamed = Vec::new();
        encoder.encode(&[0.25; 999], &mut streamed).expect("it encodes");
        encoder.finish(&mut streamed).expect("it ends");

        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(&streamed).expect("it is written");
        exact_sizes(&mut file).expect("it is patched");
        let mut patched = Vec::new();
        file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_end(&mut patched)).expect("it is read");

        assert_ne!(patched, streamed);
        audio::set_exact_sizes(&mut streamed);
        assert_eq!(patched, streamed);
    }
}
