//! Texts of any length, in memory that does not grow with them.

use std::io::Read;
use std::process::Stdio;

use crate::harness::process::peak_mib;
use crate::harness::{pcm_seconds, plausible, program, text_of};

/// Speaks a text to standard output; the peak memory in MiB that it took, and the seconds of sound.
fn spoken(text: &str) -> (f64, f64) {
    let folder = tempfile::tempdir().unwrap();
    let mut child = program()
        .args(["speak", "-", "-o", "-", "--format", "pcm", "--data"])
        .arg(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), text.as_bytes()).unwrap();
    let mut sound = child.stdout.take().unwrap();
    let (mut bytes, mut peak) = (0, 0.0);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = sound.read(&mut buffer).unwrap();
        if read == 0 {
            break;
        }
        bytes += read;
        peak = peak_mib(child.id()).unwrap_or(peak);
    }
    assert!(child.wait().unwrap().success());
    (peak, pcm_seconds(bytes))
}

#[test]
fn three_times_the_text_takes_no_more_memory() {
    let (short, long) = (text_of(900), text_of(2700));
    let (short_peak, short_seconds) = spoken(&short);
    let (long_peak, long_seconds) = spoken(&long);
    assert!(plausible(short_seconds, &short) && plausible(long_seconds, &long));
    assert!(
        long_peak < short_peak * 1.1,
        "{short_seconds:.0} s of speech took {short_peak:.0} MiB, {long_seconds:.0} s took {long_peak:.0} MiB"
    );
}
