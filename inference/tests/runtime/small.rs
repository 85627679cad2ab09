//! A graph on the thread that asks.

use inference::runtime::{OpenError, RunError, Small, Tensor};

use crate::kokoro::{hello, runtime, source};

#[test]
fn a_graph_runs_on_the_callers_thread_and_survives_a_wrong_input() {
    let mut small = Small::open(&runtime(), &source()).unwrap();
    let first = small.run(hello(1)).unwrap();
    assert!(matches!(&first[0], Tensor::F32 { data, .. } if data.len() > 24_000 / 2));
    assert!(matches!(small.run(vec![("speed", Tensor::f32([1], vec![1.0]))]), Err(RunError::Failed { .. })));
    assert!(small.run(hello(1)).unwrap() == first);
}

#[test]
fn bytes_that_are_no_model_are_refused() {
    assert!(matches!(Small::open(&runtime(), b"no model"), Err(OpenError::Refused { .. })));
}
