use std::sync::Arc;

use bytes::Bytes;
use speech::{AudioFormat, Codec, Reading, SampleRate, SpeechText};
use tokio::time::sleep;
use tower::{ServiceExt, service_fn};

use super::*;
use crate::route::tests::call;

const TEXT: &str = "One, two. Three!";

/// A call that wants times, for [`TEXT`].
fn timed_call(whole: bool) -> Call {
    let mut call = call();
    let text = SpeechText::new(TEXT, None).unwrap();
    call.utterance.graph = Arc::new(language::compile(text, &Reading::default()).unwrap());
    call.utterance.delivery.timed = true;
    call.utterance.delivery.whole = whole;
    call
}

/// What is heard when a vendor gives so many milliseconds of PCM in each chunk.
async fn listen(call: Call, chunks_ms: &[usize]) -> Result<Vec<Result<EncodedChunk, ErrorKind>>, ErrorKind> {
    let chunks: Vec<_> = chunks_ms
        .iter()
        .map(|ms| Ok(EncodedChunk { bytes: Bytes::from(vec![1; ms * 16]), words: Vec::new() }))
        .collect();
    let chunks = std::sync::Mutex::new(Some(chunks));
    let speaking = service_fn(move |_: Call| {
        let chunks = stream::iter(chunks.lock().unwrap().take().unwrap()).boxed();
        let format = AudioFormat::from(Codec::Pcm).at(SampleRate::new(8000).unwrap());
        let sound = Sound::Encoded(EncodedStream { format, chunks });
        async { Ok(sound) }
    });
    let speech = Listen::new(speaking).oneshot(call).await.map_err(|error| error.kind())?;
    let Sound::Encoded(EncodedStream { chunks, .. }) = speech else { panic!("another kind of sound") };
    Ok(chunks.map(|chunk| chunk.map_err(|error| error.kind())).collect().await)
}

#[tokio::test]
async fn no_audio_is_an_ordinary_error() {
    assert_eq!(listen(call(), &[]).await, Err(ErrorKind::BackendFailed));
    assert_eq!(listen(call(), &[0, 0]).await, Err(ErrorKind::BackendFailed));
}

#[tokio::test]
async fn a_speech_far_too_short_for_its_text_ends_in_an_error() {
    // Eleven letters last 183 ms at the very least.
    let heard = listen(timed_call(false), &[100, 80]).await.unwrap();
    assert_eq!(heard.last().unwrap(), &Err(ErrorKind::BackendFailed));
    let heard = listen(timed_call(false), &[100, 90]).await.unwrap();
    assert!(heard.iter().all(Result::is_ok));
    // "Hello." may take no time at all.
    assert!(listen(call(), &[1]).await.unwrap().iter().all(Result::is_ok));
}

/// What is heard of a vendor that gives so much sound every so often, without end, and for how long it is listened to.
async fn trickle(every: Duration, ms: usize, at_most: usize) -> (Vec<Result<(), ErrorKind>>, Duration) {
    let drop_of_sound = move |_| async move {
        sleep(every).await;
        Ok(EncodedChunk { bytes: Bytes::from(vec![1; ms * 16]), words: Vec::new() })
    };
    let speaking = service_fn(move |_: Call| {
        let chunks = stream::iter(0..).then(drop_of_sound).boxed();
        let format = AudioFormat::from(Codec::Pcm).at(SampleRate::new(8000).unwrap());
        async move { Ok(Sound::Encoded(EncodedStream { format, chunks })) }
    });
    let began = Instant::now();
    let Sound::Encoded(EncodedStream { chunks, .. }) = Listen::new(speaking).oneshot(call()).await.unwrap()
    else {
        panic!("another kind of sound")
    };
    let heard = chunks.take(at_most).map(|chunk| chunk.map(drop).map_err(|error| error.kind()));
    (heard.collect().await, began.elapsed())
}

#[tokio::test(start_paused = true)]
async fn a_speech_that_trickles_ends_in_an_error() {
    let (heard, lasted) = trickle(Duration::from_secs(10), 10, 1000).await;
    assert_eq!(heard, [[Ok(()); 6].as_slice(), &[Err(ErrorKind::DeadlineExceeded)]].concat());
    assert_eq!(lasted, Duration::from_secs(70));
}

#[tokio::test(start_paused = true)]
async fn a_speech_slower_than_it_is_heard_is_worth_waiting_for() {
    let (heard, lasted) = trickle(Duration::from_secs(4), 1000, 1000).await;
    assert!(heard.iter().all(Result::is_ok));
    assert_eq!(lasted, Duration::from_secs(4000));
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_is_not_the_vendors_fault() {
    let chunk = || Ok(EncodedChunk { bytes: Bytes::from(vec![1; 16]), words: Vec::new() });
    let chunks = stream::repeat_with(chunk).take(100).boxed();
    let format = AudioFormat::from(Codec::Pcm).at(SampleRate::new(8000).unwrap());
    let sound = Sound::Encoded(EncodedStream { format, chunks });
    let Sound::Encoded(EncodedStream { mut chunks, .. }) = heard(sound, || 0, || true, None) else {
        panic!("another kind of sound")
    };
    while let Some(chunk) = chunks.next().await {
        assert!(chunk.is_ok());
        sleep(PATIENCE).await;
    }
}

#[tokio::test]
async fn words_that_nobody_timed_are_told_once_in_order_and_within_the_audio() {
    for (whole, chunks) in
        [(false, [300, 300, 300, 300]), (false, [50, 50, 50, 50]), (true, [300, 300, 300, 300])]
    {
        let heard = listen(timed_call(whole), &chunks).await.unwrap();
        let words: Vec<WordTiming> = heard.into_iter().flat_map(|chunk| chunk.unwrap().words).collect();
        let places: Vec<_> =
            words.iter().map(|word| (word.text.as_str(), word.offset, word.length)).collect();
        assert_eq!(places, [("One,", 0, 4), ("two.", 5, 4), ("Three!", 10, 6)]);
        let times: Vec<u64> = words.iter().flat_map(|word| [word.start_ms, word.end_ms]).collect();
        assert!(times.is_sorted() && times[5] <= chunks.iter().sum::<usize>() as u64, "{times:?}");
        assert!(words.iter().all(|word| word.kind == speech::TimingKind::Estimated));
        if whole {
            assert!(times[5].abs_diff(1200) <= 1, "the last word ends with the audio: {times:?}");
        }
    }
}

#[tokio::test]
async fn nobody_estimates_what_nobody_wants() {
    let mut call = timed_call(false);
    call.utterance.delivery.timed = false;
    let heard = listen(call, &[300, 300]).await.unwrap();
    assert!(heard.iter().all(|chunk| chunk.as_ref().unwrap().words.is_empty()));
}
