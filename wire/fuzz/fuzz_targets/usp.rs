//! Whatever the tests promise for any frame, for the frames that a fuzzer finds.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/frames/mod.rs"]
mod frames;

fuzz_target!(|frame: &[u8]| {
    if let Err(fault) = frames::check(frame) {
        panic!("{fault}");
    }
});
