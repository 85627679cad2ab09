//! What is derived from a model.

use std::fs;
use std::thread;

use inference::models::Checksum;
use inference::runtime::{GraphError, Patience};

use crate::kokoro::{DURATIONS, derivation, graph, hello, pool, runtime, source};

#[tokio::test]
async fn a_derived_graph_is_made_once_and_made_again_when_it_was_damaged() {
    let cache = tempfile::tempdir().unwrap();
    let derivation = derivation(cache.path(), &[DURATIONS]);
    assert!(derivation.cached().is_none());
    let source = source();
    // Two at once, as two processes would: they take turns.
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| derivation.make(&runtime(), source.clone()).unwrap());
        }
    });
    let made = fs::read(derivation.path()).unwrap();
    let sum = fs::read_to_string(derivation.path().with_extension("ort.sha256")).unwrap();
    assert!(sum.starts_with(&Checksum::of(&made).to_string()));
    assert!(derivation.cached().is_some());

    let mut damaged = made.clone();
    damaged[made.len() / 2] ^= 1;
    for damaged in [&damaged, &made[..made.len() - 1]] {
        fs::write(derivation.path(), damaged).unwrap();
        assert!(derivation.cached().is_none());
    }
    // What a process leaves that was killed while it wrote.
    fs::write(derivation.path().with_extension("part"), &made[..1000]).unwrap();
    let again = pool(derivation.make(&runtime(), source).unwrap(), 1, 1);
    assert!(derivation.cached().is_some());
    let usual = pool(graph(), 1, 1);
    assert!(
        again.run(hello(1), Patience::Unlimited).await.unwrap()
            == usual.run(hello(1), Patience::Unlimited).await.unwrap()
    );
}

#[tokio::test]
async fn where_nothing_can_be_kept_the_model_speaks_as_it_is() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let derivation = derivation(&file.path().join("not-a-directory"), &[DURATIONS]);
    let pool = pool(derivation.make(&runtime(), source()).unwrap(), 1, 1);
    assert_eq!(pool.run(hello(1), Patience::Unlimited).await.unwrap().len(), 2);
}

#[test]
fn what_is_not_the_model_and_what_is_not_in_it_is_refused() {
    let cache = tempfile::tempdir().unwrap();
    let mut other = source();
    other.push(0);
    let error = derivation(cache.path(), &[]).make(&runtime(), other).unwrap_err();
    assert!(matches!(error, GraphError::Source { .. }), "{error}");
    let unknown = derivation(cache.path(), &["/no/such/tensor"]);
    let error = unknown.make(&runtime(), source()).unwrap_err();
    assert!(matches!(error, GraphError::Refused { .. }), "{error}");
    assert!(unknown.cached().is_none());
    assert_ne!(unknown.path(), derivation(cache.path(), &[]).path());
}
