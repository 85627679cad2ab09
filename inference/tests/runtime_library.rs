//! Loading ONNX Runtime: once per process, hence alone in this one.

use std::fs;
use std::path::Path;

use inference::models::{Manifest, ModelStore, default_cache_dir};
use inference::runtime::{Runtime, RuntimeError};

#[test]
fn a_broken_library_is_an_error_that_names_it_and_the_right_one_still_loads() {
    let directory = tempfile::tempdir().unwrap();
    let broken = directory.path().join("broken.so");
    fs::write(&broken, b"\x7fELF and no more").unwrap();
    for path in [broken.as_path(), Path::new("/nowhere/libonnxruntime.so")] {
        let error = Runtime::load(path).unwrap_err();
        assert!(matches!(error, RuntimeError::Library { .. }), "{error}");
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    }

    let cache = default_cache_dir(|name| std::env::var_os(name)).unwrap();
    let store = ModelStore::open(Manifest::builtin().unwrap(), cache);
    let right = store.path("onnxruntime").expect("run `cargo xtask test`, which fetches the models");
    let runtime = Runtime::load(&right).unwrap();
    assert!(runtime.build().contains("git-commit-id"), "{}", runtime.build());

    assert_eq!(Runtime::load(&right).unwrap().build(), runtime.build());
    let error = Runtime::load(&broken).unwrap_err();
    assert!(matches!(error, RuntimeError::AnotherOne { .. }), "{error}");
}
