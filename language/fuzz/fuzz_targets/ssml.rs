//! Whatever the tests promise for any document, for the documents that a fuzzer finds.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/documents/mod.rs"]
mod documents;

fuzz_target!(|text: &str| {
    if let Err(fault) = documents::check(text) {
        panic!("{fault}");
    }
});
