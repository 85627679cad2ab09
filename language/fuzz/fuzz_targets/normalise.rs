//! Whatever the tests promise for any text, for the texts that a fuzzer finds.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/invariants/mod.rs"]
mod invariants;

fuzz_target!(|text: &str| {
    if let Err(fault) = invariants::check(text) {
        panic!("{fault}");
    }
});
