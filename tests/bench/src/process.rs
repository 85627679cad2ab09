//! Programs, watched from outside.

use std::fs;
use std::io::Read;
use std::process::{Command, Stdio};
use std::time::Duration;

use tokio::time::Instant;

use crate::Result;

/// What was seen of a program.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// From before it was started to the first byte of its output.
    pub first_byte: Duration,
    /// Bytes of output.
    pub bytes: u64,
    /// The most memory that it had resident, in bytes (`VmHWM`).
    pub peak: u64,
}

/// Runs a program to its end, reading its output as fast as it comes.
///
/// The peak is read again before each 4 KiB of output: a program that ends cannot be asked any more, but it
/// cannot end before the last of its audio has gone through the pipe, which holds 64 KiB.
///
/// # Errors
/// The program cannot be started, fails or writes nothing; or there is no `/proc` to read its memory from.
pub fn watch(command: &mut Command) -> Result<Run> {
    let start = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
    let mut output = child.stdout.take().ok_or("the program has no output")?;
    let (mut first_byte, mut bytes, mut peak) = (None, 0, None);
    let mut buffer = [0; 4096];
    loop {
        let read = output.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        first_byte.get_or_insert_with(|| start.elapsed());
        bytes += u64::try_from(read)?;
        peak = peak_of(child.id()).or(peak);
    }
    let status = child.wait()?;
    if !status.success() {
        return Err(format!("{command:?} failed: {status}").into());
    }
    let first_byte = first_byte.ok_or_else(|| format!("{command:?} wrote nothing"))?;
    let peak = peak.ok_or("the memory of a program can be read on Linux only")?;
    Ok(Run { first_byte, bytes, peak })
}

/// `VmHWM` of a process that still runs, in bytes; see proc_pid_status(5).
fn peak_of(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kib| kib * 1024)
}

/// The processor time that a process has used, all its threads together, to a hundredth of a second; see
/// proc_pid_stat(5).
///
/// # Errors
/// There is no such process, or no `/proc`.
pub fn processor_time(pid: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The second field is the name in brackets; user and system time are the 14th and 15th.
    let (_, fields) = stat.rsplit_once(')').ok_or("a process without a name")?;
    let ticks: u64 =
        fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Ok(Duration::from_millis(ticks * 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_read_to_its_end() {
        let run = watch(Command::new("head").args(["-c", "300000", "/dev/zero"])).unwrap();
        assert_eq!(run.bytes, 300_000);
        assert!(run.peak > 100_000, "{run:?}");
    }

    #[test]
    fn memory_shows_in_the_peak() {
        let kept = "s=$(head -c 40000000 /dev/zero | tr '\\0' x); echo \"$s\"";
        let run = watch(Command::new("sh").args(["-c", kept])).unwrap();
        assert!(run.peak > 40_000_000, "{run:?}");
    }

    #[test]
    fn work_takes_processor_time() {
        let mut child = Command::new("sh").args(["-c", "while :; do :; done"]).spawn().unwrap();
        let start = Instant::now();
        while processor_time(child.id()).unwrap() < Duration::from_millis(50) {
            assert!(start.elapsed() < Duration::from_secs(20));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(start.elapsed() >= Duration::from_millis(40), "{:?}", start.elapsed());
    }

    #[test]
    fn failures_are_told() {
        assert!(watch(Command::new("sh").args(["-c", "echo sound; exit 4"])).is_err());
        assert!(watch(&mut Command::new("true")).is_err());
    }
}
