use speech::{ErrorKind, TimingKind, WordTiming};
use tower::{ServiceExt, service_fn};

use super::*;
use crate::route::tests::call;

/// What comes out as PCM when these chunks go in, at 1000 samples a second.
async fn encode(chunks: Vec<Result<PcmChunk, SpeechError>>) -> Vec<Result<AudioChunk, ErrorKind>> {
    let chunks = std::sync::Mutex::new(Some(chunks));
    let speaking = service_fn(move |_: Call| {
        let chunks = stream::iter(chunks.lock().unwrap().take().unwrap()).boxed();
        async { Ok(Sound::from(PcmStream { sample_rate: SampleRate::new(1000).unwrap(), chunks })) }
    });
    let encoded = Encode::new(speaking).oneshot(call()).await.unwrap();
    encoded.audio.map(|chunk| chunk.map_err(|error| error.kind())).collect().await
}

#[tokio::test]
async fn a_long_chunk_leaves_in_slices_and_its_words_with_the_first() {
    let word = WordTiming {
        text: "a".into(),
        start_ms: 0,
        end_ms: 9,
        offset: 0,
        length: 1,
        kind: TimingKind::Measured,
        letters: Vec::new(),
        visemes: Vec::new(),
    };
    let chunk = PcmChunk { samples: vec![0.5; 450], words: vec![word.clone()] };
    let leaving: Vec<_> = encode(vec![Ok(chunk)]).await.into_iter().map(Result::unwrap).collect();
    let shape: Vec<_> =
        leaving.iter().map(|chunk| (chunk.samples, chunk.bytes.len(), chunk.words.len())).collect();
    assert_eq!(shape, [(200, 400, 1), (200, 400, 0), (50, 100, 0), (0, 0, 0)]);
    assert_eq!(leaving.iter().map(|chunk| chunk.last).collect::<Vec<_>>(), [false, false, false, true]);
    assert_eq!(leaving[0].words, [word]);
}

#[tokio::test]
async fn after_an_error_nothing_follows_that_could_pass_for_an_end() {
    let chunk = PcmChunk { samples: vec![0.0; 10], words: Vec::new() };
    let broken = SpeechError::new(ErrorKind::BackendFailed, "broken");
    let leaving = encode(vec![Ok(chunk.clone()), Err(broken), Ok(chunk)]).await;
    assert_eq!(leaving.len(), 2);
    assert_eq!(leaving[1], Err(ErrorKind::BackendFailed));
}
