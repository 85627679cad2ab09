use super::*;

fn word(start_ms: u64) -> WordTiming {
    WordTiming {
        text: "naïve".into(),
        start_ms,
        end_ms: start_ms + 10,
        offset: 3,
        length: 5,
        kind: TimingKind::Estimated,
        letters: vec![start_ms, start_ms + 2],
        visemes: Vec::new(),
    }
}

/// Ten seconds at 1000 samples a second, of two and a half slices, with a word each second and one beyond the end.
fn recording() -> Recording {
    let chunk = |at: u64| AudioChunk {
        bytes: vec![at as u8; SLICE / 4].into(),
        words: vec![word(at * 1000), word(at * 1000 + if at == 9 { 5000 } else { 1 })],
        samples: 1000,
        last: at == 9,
    };
    let chunks: Vec<_> = (0..10).map(chunk).collect();
    Recording::of(SampleRate::new(1000).unwrap(), chunks.iter())
}

#[tokio::test]
async fn it_is_played_in_slices_with_each_word_where_it_begins() {
    let whole = Arc::new(recording());
    let Encoded { sample_rate, audio, cache } = Arc::clone(&whole).played();
    let chunks: Vec<_> = audio.map(Result::unwrap).collect().await;
    assert_eq!((sample_rate, cache), (whole.sample_rate, Some(CacheUse::Hit)));
    let shape: Vec<_> = chunks.iter().map(|chunk| (chunk.bytes.len(), chunk.samples, chunk.last)).collect();
    assert_eq!(shape, [(SLICE, 4000, false), (SLICE, 4000, false), (SLICE / 2, 2000, true)]);
    let begins: Vec<Vec<u64>> =
        chunks.iter().map(|chunk| chunk.words.iter().map(|word| word.start_ms / 1000).collect()).collect();
    assert_eq!(begins, [vec![0, 0, 1, 1, 2, 2, 3, 3], vec![4, 4, 5, 5, 6, 6, 7, 7], vec![8, 8, 9, 14]]);
    assert_eq!(Recording::of(sample_rate, chunks.iter()), *whole);
}

#[test]
fn a_file_holds_all_of_it_and_no_byte_of_it_may_change() {
    let (key, whole) = (Key::parse(&"ab".repeat(32)).unwrap(), recording());
    let file = whole.to_file(&key).unwrap();
    assert_eq!(Recording::from_file(&key, file.clone()), Some(whole));
    for at in (0..file.len()).step_by(997).chain(0..40) {
        let mut damaged = file.clone();
        damaged[at] ^= 0x10;
        assert_eq!(Recording::from_file(&key, damaged), None, "{at}");
        assert_eq!(Recording::from_file(&key, file[..at].to_vec()), None, "{at}");
    }
}
