//! The mouth moves as the words are heard.

use speech::{TimingKind, WordTiming};

use crate::heard::{energy, speak, speak_seen};

const TEXT: &str = "My mama may be in Palermo, for 12 weeks. She chews; he thinks! Nobody knows what the weather \
                    will bring us after the long summer, and whether we will have enough to eat.";

fn ids(word: &WordTiming) -> Vec<u8> {
    word.visemes.iter().map(|viseme| viseme.id).collect()
}

#[tokio::test]
async fn every_word_has_its_shapes_in_order_and_within_its_time() {
    let heard = speak_seen(TEXT, "af_heart", 1.2).await.unwrap();
    assert!(heard.chunks.len() >= 3, "several pieces");
    let words = heard.words();
    for (word, next) in words.iter().zip(words.iter().skip(1).map(Some).chain([None])) {
        let at: Vec<u64> = word.visemes.iter().map(|viseme| viseme.at_ms).collect();
        assert_eq!(at.first(), Some(&word.start_ms), "{word:?}");
        assert!(at.is_sorted() && at.iter().all(|at| (word.start_ms..=word.end_ms).contains(at)), "{word:?}");
        assert!(word.visemes.iter().all(|viseme| viseme.kind == TimingKind::Measured && viseme.id <= 21));
        assert!(ids(word).windows(2).all(|pair| pair[0] != pair[1]), "{word:?}");
        let rests = next.is_none_or(|next| next.start_ms > word.end_ms + 50);
        assert_eq!(ids(word).last() == Some(&0), rests, "{word:?}");
    }
    let mama = words.iter().find(|word| word.text == "mama").unwrap();
    assert!(matches!(ids(mama)[..], [21, 1..=11, 21, 1..=11, ..]), "{mama:?}");
    let palermo = words.iter().find(|word| word.text == "Palermo").unwrap();
    assert_eq!(ids(palermo)[0], 21);
    let weeks = words.iter().find(|word| word.text == "weeks").unwrap();
    assert_eq!(ids(weeks), [7, 6, 20, 15, 0]);
}

#[tokio::test]
async fn they_are_told_to_who_wants_them_and_change_nothing_else() {
    let (plain, seen) =
        (speak(TEXT, "am_michael", 1.0).await.unwrap(), speak_seen(TEXT, "am_michael", 1.0).await.unwrap());
    assert!(plain.words().iter().all(|word| word.visemes.is_empty()));
    assert_eq!(plain.samples(), seen.samples());
    let blind = seen.words().into_iter().map(|word| WordTiming { visemes: Vec::new(), ..word });
    assert_eq!(plain.words(), blind.collect::<Vec<_>>());
}

/// Lips that meet can be heard: what is said through the open mouth that follows is louder.
#[tokio::test]
async fn lips_meet_where_it_is_softer() {
    let heard = speak_seen("Papa, Bobby, puppy. A baby. Pepper, happy, poppy, copper.", "af_heart", 1.0)
        .await
        .unwrap();
    let energy = energy(&heard.samples());
    let loud = |from: u64, to: u64| {
        let frames = &energy[from as usize / 5..(to as usize / 5).max(from as usize / 5 + 1)];
        frames.iter().sum::<f32>() / frames.len() as f32
    };
    let (mut softer, mut all) = (0, 0);
    for word in heard.words() {
        for shapes in word.visemes.windows(3) {
            let [lips, open, after] = shapes else { continue };
            if lips.id == 21 && (1..=11).contains(&open.id) {
                all += 1;
                softer += usize::from(loud(lips.at_ms, open.at_ms) < loud(open.at_ms, after.at_ms));
            }
        }
    }
    assert!(all >= 12 && softer * 10 >= all * 9, "{softer} of {all}");
}
