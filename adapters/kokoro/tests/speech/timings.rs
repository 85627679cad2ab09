//! Words are heard when the timings say so.

use speech::TimingKind;

use crate::heard::{RATE, energy, speak};

const TEXT: &str = "Well, “this” is it — café, $9.99 and 3 GHz. Tomorrow,  Dr. O’Neill\nwill read https://example.com aloud: \
                    three words, perhaps four. Nobody knows what the weather will bring us after the long summer.";

#[tokio::test]
async fn every_word_has_its_place_in_the_clients_text() {
    let heard = speak(TEXT, "af_heart", 1.0).await.unwrap();
    let words = heard.words();
    let chars: Vec<char> = TEXT.chars().collect();
    let mut covered = 0;
    for word in &words {
        let there: String = chars[word.offset..word.offset + word.length].iter().collect();
        assert_eq!(there, word.text);
        assert_eq!(word.kind, TimingKind::Measured);
        assert!(
            chars[covered..word.offset].iter().all(|c| !c.is_alphanumeric()),
            "a word is missing before {word:?}"
        );
        covered = word.offset + word.length;
    }
    assert!(chars[covered..].iter().all(|c| !c.is_alphanumeric()));
    assert!(words.iter().all(|word| word.start_ms < word.end_ms), "{words:#?}");
    assert!(words.windows(2).all(|pair| pair[0].end_ms <= pair[1].start_ms), "{words:#?}");
    assert!(words.last().unwrap().end_ms as f64 <= heard.seconds() * 1000.0);
}

#[tokio::test]
async fn words_travel_with_the_chunk_that_they_begin_in() {
    let heard = speak(TEXT, "bm_george", 1.3).await.unwrap();
    assert!(heard.chunks.len() >= 3, "several pieces");
    let mut start = 0;
    for chunk in &heard.chunks {
        let end = start + chunk.samples.len();
        for word in &chunk.words {
            let at = word.start_ms as usize * RATE / 1000;
            assert!((start.saturating_sub(24)..end).contains(&at), "{word:?} is not in {start}..{end}");
        }
        start = end;
    }
}

/// After a pause it can be seen in the energy when a word starts, before one when it ends.
#[tokio::test]
async fn words_start_where_sound_starts_and_end_where_it_ends() {
    let text = "Stop! One, two, three. Who knows? Birds sing. When he came home, she left. Good night. Take care. \
                Please write.";
    for voice in ["af_heart", "am_michael"] {
        let heard = speak(text, voice, 1.0).await.unwrap();
        let energy = energy(&heard.samples());
        let loud = |ms: u64| energy.get(ms as usize / 5).is_some_and(|energy| *energy > 0.006);
        // Silences of at least 80 ms, as (start, end).
        let mut silences = Vec::new();
        let mut since = 0;
        for ms in (0..=energy.len() as u64 * 5).step_by(5) {
            if loud(ms) {
                if ms - since >= 80 {
                    silences.push((since, ms));
                }
                since = ms + 5;
            }
        }
        let words = heard.words();
        assert!(silences.len() >= 5, "{voice}: {silences:?}");
        let mut edges = 0;
        for (from, to) in silences {
            // A stop consonant inside a word is silent too; every other silence must be the edge of two words.
            if words.iter().any(|word| word.start_ms < from && to < word.end_ms) {
                continue;
            }
            let next = (1..words.len()).min_by_key(|next| words[*next].start_ms.abs_diff(to)).unwrap();
            if from == 0 || words.last().is_some_and(|last| last.start_ms < from && last.end_ms <= to) {
                // Before the first word, after the last.
                continue;
            }
            let (before, after) = (&words[next - 1], &words[next]);
            edges += 1;
            assert!(after.start_ms.abs_diff(to) <= 40, "{voice}: {after:?} is heard at {to}");
            assert!(before.end_ms.abs_diff(from) <= 60, "{voice}: {before:?} is heard until {from}");
        }
        // Timings that are far off would put the silences inside words. Of the seven between sentences two may be
        // shorter than 80 ms, or be taken for that of a stop consonant.
        assert!(edges >= 5, "{voice}: only {edges} silences are edges of words");
    }
}
