//! Requests beside one another.

use std::num::NonZeroUsize;

use futures::{StreamExt, TryStreamExt, future::join_all};
use kokoro::Config;
use speech::{Backend, ErrorKind, Receipt};

use crate::heard::{open, samples, speak, utterance};

#[tokio::test]
async fn the_same_request_gives_the_same_samples_whatever_else_is_spoken() {
    let text = "The same words, in the same voice. They give the same sound, each and every time they are asked for.";
    let alone = speak(text, "af_heart", 1.1).await.unwrap();
    let others = ["Something else.", text, "12 monkeys!", text];
    let beside = join_all(others.map(|text| speak(text, "af_heart", 1.1))).await;
    for same in [1, 3] {
        let heard = beside[same].as_ref().unwrap();
        assert_eq!(heard.samples(), alone.samples());
        assert_eq!(heard.words(), alone.words());
    }
}

#[tokio::test]
async fn who_hangs_up_frees_the_session_and_who_waits_too_long_is_sent_away() {
    let config = Config { sessions: NonZeroUsize::new(1), queue: 8, longest_wait_ms: 2_000 };
    let kokoro = open(&config);
    // At a quarter of the speed even a first piece keeps the only session for many seconds.
    let long = "The old man walked slowly along the empty beach while the sun went down behind the hills. "
        .repeat(20);
    let busy = tokio::spawn(kokoro.speak(utterance(&long, "af_heart", 0.25), Receipt::default()));
    tokio::task::yield_now().await;
    let refused = loop {
        match kokoro.speak(utterance("Hi.", "af_heart", 4.0), Receipt::default()).await {
            // It came before the long one.
            Ok(_) => continue,
            Err(error) => break error,
        }
    };
    assert_eq!(refused.kind(), ErrorKind::Overloaded);
    assert!(refused.wait().is_some());
    assert!(!busy.is_finished(), "the long one is still being worked on");
    busy.abort();
    assert!(busy.await.is_err_and(|error| error.is_cancelled()));
    let heard = samples(kokoro.speak(utterance("Hi.", "af_heart", 4.0), Receipt::default()).await.unwrap());
    let chunks: Vec<_> = heard.chunks.try_collect().await.unwrap();
    assert_eq!(chunks[0].words[0].text, "Hi");
}

#[tokio::test]
async fn a_stream_that_is_dropped_in_the_middle_leaves_nothing_running() {
    let config = Config { sessions: NonZeroUsize::new(1), queue: 8, longest_wait_ms: 2_000 };
    let kokoro = open(&config);
    let long =
        "Yes, and the old man walked slowly along the empty beach while the sun went down behind the hills. "
            .repeat(20);
    let mut stream =
        samples(kokoro.speak(utterance(&long, "af_heart", 0.5), Receipt::default()).await.unwrap());
    // The next piece is on the session from here on.
    let next = futures::poll!(stream.chunks.next());
    assert!(next.is_ready(), "the first chunk is there as soon as the stream is");
    assert!(futures::poll!(stream.chunks.next()).is_pending());
    drop(stream);
    assert!(kokoro.speak(utterance("Hi.", "af_heart", 4.0), Receipt::default()).await.is_ok());
}
