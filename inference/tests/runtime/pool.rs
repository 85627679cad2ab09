//! Who waits, who is turned away, who is let go.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use inference::runtime::{Patience, RunError, Tensor};
use tokio::time::{Instant, timeout};

use crate::kokoro::{graph, hello, pool};

const LONG: Patience = Patience::AtMost(Duration::from_secs(600));

/// Lets a run join the queue, and no more.
async fn start<T>(mut run: Pin<&mut impl Future<Output = T>>) {
    poll_fn(|context| {
        assert!(run.as_mut().poll(context).is_pending());
        Poll::Ready(())
    })
    .await;
}

fn is_busy<T>(result: Result<T, RunError>) -> bool {
    matches!(result, Err(RunError::Busy { retry_after }) if !retry_after.is_zero())
}

#[tokio::test]
async fn the_same_input_gives_the_same_bytes_on_any_session_whatever_ran_before() {
    let (fresh, used) = (pool(graph(), 1, 1), pool(graph(), 1, 1));
    for times in [1, 3] {
        used.run(hello(times), LONG).await.unwrap();
    }
    let (one, other) = tokio::join!(fresh.run(hello(2), LONG), used.run(hello(2), LONG));
    assert!(one.unwrap() == other.unwrap());
}

#[tokio::test]
async fn durations_times_600_are_the_length_of_the_audio() {
    let pool = pool(graph(), 1, 1);
    for times in [1, 3] {
        let [audio, durations] = pool.run(hello(times), LONG).await.unwrap().try_into().unwrap();
        assert_eq!(durations.shape(), [1, 15 * times as i64 + 2]);
        let (audio, durations) = (audio.into_f32().unwrap(), durations.into_i64().unwrap());
        assert!(durations.iter().all(|&frames| frames > 0));
        assert_eq!(durations.iter().sum::<i64>() * 600, audio.len() as i64);
        let power = audio.iter().map(|sample| sample * sample).sum::<f32>() / audio.len() as f32;
        assert!(power > 1e-4 && audio.iter().all(|sample| sample.abs() < 1.0), "power {power}");
    }
}

#[tokio::test]
async fn a_full_queue_turns_away_who_begins_and_never_who_already_speaks() {
    let pool = pool(graph(), 1, 1);
    let mut running = pin!(pool.run(hello(2), Patience::Unlimited));
    let mut waiting = pin!(pool.run(hello(1), Patience::Unlimited));
    start(running.as_mut()).await;
    start(waiting.as_mut()).await;
    assert!(is_busy(pool.run(hello(1), LONG).await));
    let mut speaking = pin!(pool.run(hello(1), Patience::Unlimited));
    start(speaking.as_mut()).await;
    // First come, first served.
    assert!(running.await.is_ok());
    let speaking = tokio::select! {
        biased;
        _ = speaking.as_mut() => panic!("the last to come was served first"),
        result = waiting => {
            assert!(result.is_ok());
            speaking
        }
    };
    assert!(speaking.await.is_ok());
}

#[tokio::test]
async fn who_waited_too_long_is_turned_away_and_leaves_the_queue() {
    let pool = pool(graph(), 1, 1);
    let mut running = pin!(pool.run(hello(4), Patience::Unlimited));
    start(running.as_mut()).await;
    let impatient = Patience::AtMost(Duration::from_millis(20));
    assert!(is_busy(pool.run(hello(1), impatient).await));
    assert!(is_busy(pool.run(hello(1), impatient).await));
    assert!(running.await.is_ok());
    assert!(pool.run(hello(1), LONG).await.is_ok());
}

#[tokio::test]
async fn who_hangs_up_frees_the_session_at_once_and_leaves_it_whole() {
    let pool = pool(graph(), 1, 1);
    let before = pool.run(hello(1), LONG).await.unwrap();
    let begin = Instant::now();
    pool.run(hello(12), LONG).await.unwrap();
    let whole = begin.elapsed();

    // One run is stopped in its midst, one is dropped while it waits.
    let queued = {
        let mut running = pin!(pool.run(hello(12), LONG));
        let mut waiting = pin!(pool.run(hello(12), LONG));
        start(running.as_mut()).await;
        let both = async { tokio::join!(running, waiting.as_mut()) };
        assert!(timeout(whole / 4, both).await.is_err());
        Instant::now()
    };
    let after = pool.run(hello(1), LONG).await.unwrap();
    let freed = queued.elapsed();
    println!("a run of {whole:?} was stopped, and another had run to its end, {freed:?} later");
    assert!(freed < whole / 2, "{freed:?} of {whole:?}");
    assert!(before == after);

    assert!(timeout(whole / 4, pool.run(hello(12), LONG)).await.is_err());
    let begin = Instant::now();
    drop(pool);
    assert!(begin.elapsed() < whole / 2, "the pool waited for a run that nobody wants");
}

#[tokio::test]
async fn a_run_that_fails_is_an_error_and_the_next_one_succeeds() {
    let pool = pool(graph(), 1, 1);
    let swap = |name: &str, tensor: Tensor| {
        let mut inputs = hello(1);
        inputs.iter_mut().find(|input| input.0 == name).unwrap().1 = tensor;
        inputs
    };
    for inputs in [
        Vec::new(),
        vec![("nobody", Tensor::f32([1], vec![1.0]))],
        swap("speed", Tensor::i64([1], vec![1])),
        swap("tokens", Tensor::i64([1, 5], vec![0, 1])),
        swap("tokens", Tensor::i64([1, 2], vec![0, 1_000_000])),
        swap("style", Tensor::f32([2, 256], vec![0.0; 512])),
    ] {
        let what = format!("{inputs:?}");
        let error = pool.run(inputs, LONG).await.unwrap_err();
        assert!(matches!(error, RunError::Failed { .. }), "{what}: {error}");
    }
    assert!(pool.run(hello(1), LONG).await.is_ok());
}
