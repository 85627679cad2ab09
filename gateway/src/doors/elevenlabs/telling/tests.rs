use ::speech::{AudioChunk, TimingKind};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::{FutureExt as _, StreamExt as _};
use proptest::prelude::*;
use serde_json::Value;

use super::*;

const RATE: SampleRate = SampleRate::new(1000).unwrap();

/// A word of the text; 100 milliseconds a word.
fn word(text: &[char], number: usize, offset: usize, length: usize) -> WordTiming {
    WordTiming {
        text: text[offset..offset + length].iter().collect(),
        start_ms: number as u64 * 100,
        end_ms: number as u64 * 100 + 90,
        offset,
        length,
        kind: TimingKind::Estimated,
        letters: Vec::new(),
        visemes: Vec::new(),
    }
}

/// The runs without white space.
fn words(text: &str) -> Vec<WordTiming> {
    let text: Vec<char> = text.chars().collect();
    let (mut words, mut offset) = (Vec::new(), 0);
    for run in text.split(|c| c.is_whitespace()) {
        if !run.is_empty() {
            words.push(word(&text, words.len(), offset, run.len()));
        }
        offset += run.len() + 1;
    }
    words
}

/// The objects of an answer in lines.
fn objects(telling: Telling, chunks: Vec<AudioChunk>) -> Vec<Value> {
    let audio = futures::stream::iter(chunks.into_iter().map(Ok)).boxed();
    let lines: Vec<Bytes> = telling.lines(audio, RATE).map(Result::unwrap).collect().now_or_never().unwrap();
    for line in &lines {
        assert!(line.len() < 100_000 && line.ends_with(b"\n"), "{}", line.len());
    }
    lines.iter().map(|line| serde_json::from_slice(line).unwrap()).collect()
}

fn joined(objects: &[Value]) -> String {
    let characters = objects.iter().filter_map(|object| object["alignment"]["characters"].as_array());
    characters.flatten().map(|character| character.as_str().unwrap()).collect()
}

fn times(objects: &[Value], key: &str) -> Vec<f64> {
    let times = objects.iter().filter_map(|object| object["alignment"][key].as_array());
    times.flatten().map(|time| time.as_f64().unwrap()).collect()
}

fn audio(objects: &[Value]) -> Vec<u8> {
    objects
        .iter()
        .flat_map(|object| STANDARD.decode(object["audio_base64"].as_str().unwrap()).unwrap())
        .collect()
}

proptest! {
    #[test]
    fn alignments_join_to_the_text_and_the_audio_to_the_file(
        text in "[a-zé日 .,\n\"\\\\]{0,60}",
        told in proptest::collection::vec(any::<bool>(), 60),
        sizes in proptest::collection::vec(0_usize..70_000, 1..6),
    ) {
        // Some words are never told, as a backend may do; each travels with some piece of the audio.
        let words: Vec<_> = words(&text).into_iter().zip(&told).filter_map(|(w, told)| told.then_some(w)).collect();
        let share = words.len().div_ceil(sizes.len()).max(1);
        let mut shares = words.chunks(share);
        let last = sizes.len() - 1;
        let chunks: Vec<_> = sizes.iter().enumerate().map(|(number, &size)| AudioChunk {
            bytes: vec![number as u8; size].into(),
            words: shares.next().unwrap_or_default().to_vec(),
            samples: 1000,
            last: number == last,
        }).collect();
        let file: Vec<u8> = chunks.iter().flat_map(|chunk| chunk.bytes.to_vec()).collect();
        let objects = objects(Telling::of(&text), chunks);
        prop_assert_eq!(joined(&objects), text);
        prop_assert_eq!(audio(&objects), file);
        let (starts, ends) =
            (times(&objects, "character_start_times_seconds"), times(&objects, "character_end_times_seconds"));
        prop_assert!(starts.iter().zip(&ends).all(|(start, end)| start <= end));
        prop_assert!(ends.iter().zip(starts.iter().skip(1)).all(|(end, next)| end <= next));
        if let Some(end) = ends.last() {
            prop_assert!(*end <= sizes.len() as f64 + 6.0);
        }
    }

    #[test]
    fn a_whole_answer_tells_the_same(text in "[a-zé .,]{0,60}") {
        let object: Value = serde_json::from_slice(&Telling::of(&text).whole(b"abcd", &words(&text), 9000)).unwrap();
        prop_assert_eq!(joined(std::slice::from_ref(&object)), text);
        prop_assert_eq!(audio(std::slice::from_ref(&object)), b"abcd");
        prop_assert_eq!(&object["alignment"], &object["normalized_alignment"]);
    }
}

#[test]
fn what_an_encoder_holds_back_waits_for_the_audio() {
    let text = "One two.";
    let chunk = |bytes: &'static [u8], words: Vec<WordTiming>, last| AudioChunk {
        bytes: bytes.into(),
        words,
        samples: 100,
        last,
    };
    let told = words(text);
    let chunks = vec![
        chunk(b"", told[..1].to_vec(), false),
        chunk(b"ab", told[1..].to_vec(), false),
        chunk(b"", vec![], true),
    ];
    let objects = objects(Telling::of(text), chunks);
    assert_eq!(objects.len(), 1);
    assert_eq!(joined(&objects), text);
}

#[test]
fn each_line_of_a_dialogue_says_who_speaks() {
    let inputs = [("anna", "One two. "), ("ben", "Three.")]
        .map(|(voice, text)| DialogueInput { text: text.into(), voice_id: voice.into() });
    let told = words("One two. Three.");
    let chunk = |number: usize| AudioChunk {
        bytes: Bytes::from_static(b"ab"),
        words: told[number..=number].to_vec(),
        samples: 100,
        last: number == 2,
    };
    let objects = objects(Telling::of_dialogue(&inputs), (0..3).map(chunk).collect());
    assert_eq!(joined(&objects), "One two. Three.");
    let segments: Vec<String> = objects.iter().map(|object| object["voice_segments"].to_string()).collect();
    insta::assert_snapshot!(segments.join("\n"), @r#"
    [{"character_end_index":3,"character_start_index":0,"dialogue_input_index":0,"end_time_seconds":0.09,"start_time_seconds":0.0,"voice_id":"anna"}]
    [{"character_end_index":5,"character_start_index":0,"dialogue_input_index":0,"end_time_seconds":0.19,"start_time_seconds":0.09,"voice_id":"anna"}]
    [{"character_end_index":1,"character_start_index":0,"dialogue_input_index":0,"end_time_seconds":0.2,"start_time_seconds":0.19,"voice_id":"anna"},{"character_end_index":7,"character_start_index":1,"dialogue_input_index":1,"end_time_seconds":0.29,"start_time_seconds":0.2,"voice_id":"ben"}]
    "#);
}

#[test]
fn a_line_stays_short_however_often_the_voice_changes() {
    let text = "a".repeat(1500);
    let inputs: Vec<_> = text
        .chars()
        .zip(["é".repeat(512), "\u{1}".repeat(512)].into_iter().cycle())
        .map(|(character, voice_id)| DialogueInput { text: character.into(), voice_id })
        .collect();
    let word = word(&text.chars().collect::<Vec<_>>(), 12_345_678, 0, text.len());
    let chunk =
        AudioChunk { bytes: vec![0; 2 * MOST_AUDIO].into(), words: vec![word], samples: 100, last: true };
    // That each line is short enough is seen there.
    let objects = objects(Telling::of_dialogue(&inputs), vec![chunk]);
    assert_eq!(joined(&objects), text);
    assert_eq!(audio(&objects).len(), 2 * MOST_AUDIO);
}
