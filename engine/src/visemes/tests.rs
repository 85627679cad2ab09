use bytes::Bytes;
use futures::stream;
use speech::{AudioFormat, Codec, Door, Gender, SampleRate, Shape, SpeechRequest, SpeechText, Terms, Turn};
use testing::MemoryLedger;
use tower::{ServiceExt, service_fn};

use super::*;
use crate::Spoken;
use crate::route::tests::call;
use crate::tests::{Actor, house_with};

/// Opens and closes for each letter; the longer, the less it knows the language.
struct Lips;

impl Mouth for Lips {
    fn shapes(&self, word: &str, language: Option<&str>) -> Vec<Shape> {
        let letters = word.chars().filter(|letter| letter.is_alphanumeric());
        let open_ms = match language {
            Some("xx") => 50,
            Some("en-US") => 150,
            _ => 950,
        };
        letters.flat_map(|_| [(21, 50), (2, open_ms)]).map(|(id, lasts_ms)| Shape { id, lasts_ms }).collect()
    }
}

/// Its voice speaks American English.
fn actor() -> Arc<Actor> {
    Arc::new(Actor::new("one", "own", &[("anna", Gender::Female)]))
}

fn word(text: &str, start_ms: u64, end_ms: u64, letters: &[u64]) -> WordTiming {
    WordTiming {
        text: text.into(),
        start_ms,
        end_ms,
        offset: 0,
        length: text.chars().count(),
        kind: TimingKind::Measured,
        letters: letters.to_vec(),
        visemes: Vec::new(),
    }
}

/// What is seen of words that a vendor tells, by who asks for that in that language.
async fn seen(words: Vec<WordTiming>, visemes: bool, language: Option<&str>) -> Vec<WordTiming> {
    let speaking = service_fn(move |_: Call| {
        let chunk = EncodedChunk { bytes: Bytes::from_static(&[1]), words: words.clone() };
        let format = AudioFormat::from(Codec::Pcm).at(SampleRate::MIN);
        let sound = Sound::Encoded(EncodedStream { format, chunks: stream::iter([Ok(chunk)]).boxed() });
        async { Ok(sound) }
    });
    let mut call = call();
    call.backend = actor();
    call.utterance.delivery.visemes = visemes;
    call.utterance.delivery.language = language.map(str::to_owned);
    let sound = Show::new(speaking, Arc::new(Lips)).oneshot(call).await.unwrap();
    let Sound::Encoded(EncodedStream { mut chunks, .. }) = sound else { panic!("another kind of sound") };
    chunks.next().await.unwrap().unwrap().words
}

fn shapes(word: &WordTiming) -> Vec<(u8, u64)> {
    word.visemes.iter().map(|shape| (shape.id, shape.at_ms)).collect()
}

#[tokio::test]
async fn shapes_share_the_time_of_their_word_and_a_mark_closes_the_mouth() {
    let words = vec![word("ab", 100, 300, &[]), word("\"c,\"", 400, 500, &[]), word("—", 500, 600, &[])];
    let words = seen(words, true, Some("xx")).await;
    assert_eq!(shapes(&words[0]), [(21, 100), (2, 150), (21, 200), (2, 250)]);
    assert_eq!(shapes(&words[1]), [(21, 400), (2, 450), (0, 500)]);
    assert_eq!(shapes(&words[2]), [(0, 600)]);
    assert!(words.iter().flat_map(|word| &word.visemes).all(|shape| shape.kind == TimingKind::Estimated));
}

#[tokio::test]
async fn where_letters_have_times_shapes_keep_to_them() {
    // The second of two letters is held; the quotation mark before them and the full stop behind take time, too.
    let words = seen(vec![word("\"ab.", 0, 1000, &[0, 100, 200, 600])], true, Some("xx")).await;
    assert_eq!(shapes(&words[0]), [(21, 100), (2, 150), (21, 200), (2, 400), (0, 600)]);
    // Times that run back, or out of their word, take nothing with them.
    let words = seen(vec![word("abc", 100, 300, &[50, 40, 900])], true, Some("xx")).await;
    let at: Vec<u64> = words[0].visemes.iter().map(|shape| shape.at_ms).collect();
    assert!(at.is_sorted() && at.iter().all(|at| (100..=300).contains(at)), "{at:?}");
}

#[tokio::test]
async fn who_shows_itself_is_left_alone_and_nobody_else_is_shown_to_who_does_not_look() {
    let own = vec![Viseme { id: 7, at_ms: 1, kind: TimingKind::Measured }];
    let shown = WordTiming { visemes: own, ..word("ab", 0, 100, &[]) };
    assert_eq!(seen(vec![shown.clone()], true, None).await, [shown]);
    let plain = vec![word("ab", 0, 100, &[])];
    assert_eq!(seen(plain.clone(), false, None).await, plain);
}

#[tokio::test]
async fn who_is_not_told_a_language_speaks_the_voice_s_own() {
    let words = seen(vec![word("a", 0, 200, &[])], true, None).await;
    assert_eq!(shapes(&words[0]), [(21, 0), (2, 50)]);
}

/// Who wants to see everything.
fn terms(id: &str) -> Terms {
    Terms { timed: true, visemes: true, ..Terms::new(id, "local".into(), Door::Native) }
}

/// The words of a speech, each of which opens and closes within its time, and closes at its end.
async fn all_shown(spoken: Spoken) -> Vec<String> {
    let chunks: Vec<_> = spoken.audio.collect().await;
    let words = chunks.into_iter().flat_map(|chunk| chunk.unwrap().words);
    let (mut texts, mut until) = (Vec::new(), 0);
    for word in words {
        let at: Vec<u64> = word.visemes.iter().map(|shape| shape.at_ms).collect();
        assert_eq!((at.len() % 2, at[0], at[at.len() - 1]), (1, word.start_ms, word.end_ms), "{word:?}");
        assert!(at.is_sorted() && word.start_ms >= until, "{word:?}");
        until = word.end_ms;
        texts.push(word.text);
    }
    texts
}

#[tokio::test]
async fn words_that_nobody_timed_are_shown_within_their_times_in_each_line_of_a_dialogue() {
    let house = house_with(&[&actor()], MemoryLedger::default(), |parts| parts.mouth = Arc::new(Lips));
    let text = SpeechText::new("One, two. Three!", None).unwrap();
    let request = SpeechRequest { text, voice: "one:anna".into(), terms: terms("r1") };
    let spoken = house.engine.speak(request).await.unwrap();
    assert_eq!(all_shown(spoken).await, ["One,", "two.", "Three!"]);

    let turn = |text: &str| Turn { voice: "one:anna".into(), text: text.into(), flush: true };
    let turns = stream::iter([turn("One, two."), turn("Three!")]).boxed();
    let spoken = house.engine.converse(terms("r2"), &["one:anna".into()], turns).await.unwrap();
    assert_eq!(all_shown(spoken).await, ["One,", "two.", "Three!"]);
}
