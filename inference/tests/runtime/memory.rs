//! What sessions cost in memory.

use crate::kokoro::{MODEL, graph, hello, pool, store};
use inference::runtime::{Patience, Pool};

/// A line of `/proc/self/status`, in MiB.
fn mebibytes(line: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|found| found.strip_prefix(line)).unwrap();
    line.trim_start_matches(':').trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}

async fn speak(pool: &Pool, lengths: &[usize]) {
    for &times in lengths {
        pool.run(hello(times), Patience::Unlimited).await.unwrap();
    }
}

#[tokio::test]
async fn sessions_share_the_weights_and_memory_does_not_grow_with_the_text() {
    let graph = graph();
    let weights = store().bytes(MODEL).unwrap().len() as u64 >> 20;

    let first = pool(graph.clone(), 1, 1);
    speak(&first, &[1]).await;
    let one = mebibytes("VmRSS");
    let second = pool(graph, 1, 1);
    let two = mebibytes("VmRSS");
    println!("{one} MiB with one session, {two} MiB with two; the weights are {weights} MiB");
    assert!(two - one < weights * 2 / 3, "{one} MiB, then {two} MiB");
    drop(second);

    speak(&first, &[1, 2, 3, 4]).await;
    let short_text = mebibytes("VmHWM");
    for order in [[3, 1, 4, 2], [4, 2, 1, 3], [2, 4, 3, 1], [1, 4, 2, 3]] {
        speak(&first, &order).await;
    }
    let long_text = mebibytes("VmHWM");
    println!("{short_text} MiB at most for a text, {long_text} MiB for one five times as long");
    assert!(long_text <= short_text + short_text / 10, "{short_text} MiB, then {long_text} MiB");
}
