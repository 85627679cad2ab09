//! A server of the test's own, on a port and a data folder of its own.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use rustix::process::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::http::Response;
use ureq::{Agent, Body};

use super::http::{self, Answer, Coming};
use super::{SENTENCE, eventually, process, program, tools};

/// A running server; dropping it stops it.
pub(crate) struct Server {
    process: Child,
    address: String,
    data: Arc<TempDir>,
    log: Log,
    agent: Agent,
    /// What its own requests are sent with.
    key: Option<&'static str>,
    ended: bool,
}

/// Everything that the server has printed so far.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Server {
    /// One without a configuration file: keyless, for this machine only.
    pub(crate) fn start() -> Self {
        Self::on(fresh_data(), |_| ())
    }

    /// One whose command the caller completes.
    pub(crate) fn with(complete: impl FnOnce(&mut Command)) -> Self {
        Self::on(fresh_data(), complete)
    }

    /// One on data that an earlier server left.
    pub(crate) fn again(data: Arc<TempDir>) -> Self {
        Self::on(data, |_| ())
    }

    /// One that wants a key, and shows that certificate if there is one.
    pub(crate) fn keyed(
        key: &'static str,
        certificate: Option<&Path>,
        complete: impl FnOnce(&mut Command),
    ) -> Self {
        Self::reached(fresh_data(), http::agent(certificate), Some(key), complete)
    }

    /// One on that data.
    pub(crate) fn on(data: Arc<TempDir>, complete: impl FnOnce(&mut Command)) -> Self {
        Self::reached(data, http::agent(None), None, complete)
    }

    fn reached(
        data: Arc<TempDir>,
        agent: Agent,
        key: Option<&'static str>,
        complete: impl FnOnce(&mut Command),
    ) -> Self {
        let mut command = serve(data.path());
        complete(&mut command);
        let mut process =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let log = Log::default();
        log.follow(process.stdout.take().unwrap());
        log.follow(process.stderr.take().unwrap());
        let address = eventually("line that says where the server listens", || {
            if let Some(status) = process.try_wait().unwrap() {
                panic!("the server ended with {status}:\n{}", log.text());
            }
            listening_on(&log.text())
        });
        let server = Self { process, address, data, log, agent, key, ended: false };
        eventually("readiness", || (server.get("/readyz").status() == 200).then_some(()));
        server
    }

    /// `http://127.0.0.1:PORT`, or with `https`.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// What an SDK wants as its base URL.
    pub(crate) fn base_url(&self) -> String {
        format!("{}/v1", self.address)
    }

    pub(crate) fn agent(&self) -> &Agent {
        &self.agent
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Everything that it has printed so far.
    pub(crate) fn log(&self) -> String {
        self.log.text()
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        let mut get = self.agent.get(format!("{}{path}", self.address));
        if let Some(key) = self.key {
            get = get.header("authorization", format!("Bearer {key}"));
        }
        http::read(get.call().unwrap())
    }

    /// Asks for speech: [`SENTENCE`] as PCM, but for what `changes` says.
    pub(crate) fn speak(&self, changes: &Value) -> Answer {
        self.speak_with(&[], changes)
    }

    /// The same with request headers.
    pub(crate) fn speak_with(&self, headers: &[(&str, &str)], changes: &Value) -> Answer {
        let mut all = vec![("content-type", "application/json")];
        all.extend(headers);
        self.post(&all, request(changes).to_string().as_bytes())
    }

    /// The same, without waiting for the end.
    pub(crate) fn begin(&self, changes: &Value) -> Coming {
        let coming = self.ask("/v1/audio/speech", &request(changes));
        assert_eq!(coming.head.status(), 200);
        coming
    }

    /// Posts JSON to that path, and hands over the answer while it is still coming.
    pub(crate) fn ask(&self, path: &str, body: &Value) -> Coming {
        self.ask_with(path, &[], body)
    }

    /// The same with request headers.
    pub(crate) fn ask_with(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Coming {
        let headers = [&[("content-type", "application/json")], headers].concat();
        http::coming(self.send(path, &headers, body.to_string().as_bytes()))
    }

    /// Posts any bytes to the speech endpoint.
    pub(crate) fn post(&self, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.post_to("/v1/audio/speech", headers, body)
    }

    /// Posts any bytes to that path.
    pub(crate) fn post_to(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        http::read(self.send(path, headers, body))
    }

    fn send(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Response<Body> {
        let mut post = self.agent.post(format!("{}{path}", self.address));
        if let Some(key) = self.key {
            post = post.header("authorization", format!("Bearer {key}"));
        }
        for (name, value) in headers {
            post = post.header(*name, *value);
        }
        post.send(body).unwrap()
    }

    /// Its journal as it is now: one object a row, oldest first.
    pub(crate) fn rows(&self) -> Vec<Value> {
        tools::rows(&self.data.path().join("soundboard.db"))
    }

    /// The journal once it has that many rows.
    pub(crate) fn rows_once(&self, count: usize) -> Vec<Value> {
        eventually(&format!("journal of {count} rows"), || {
            let rows = self.rows();
            (rows.len() >= count).then_some(rows)
        })
    }

    /// Asks it to stop.
    pub(crate) fn terminate(&self) {
        process::signal(&self.process, Signal::TERM);
    }

    /// Waits for its end.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.ended = true;
        self.process.wait().unwrap()
    }

    /// Asks it to stop, waits until it has, and returns its journal.
    pub(crate) fn stop(mut self) -> Vec<Value> {
        self.terminate();
        let status = self.wait();
        assert!(status.success(), "{status}:\n{}", self.log());
        self.rows()
    }

    /// Ends it as a power cut would, while others look on.
    pub(crate) fn kill_now(&self) {
        process::signal(&self.process, Signal::KILL);
    }

    /// Ends it as a power cut would, and returns the data it leaves.
    pub(crate) fn kill(mut self) -> Arc<TempDir> {
        process::signal(&self.process, Signal::KILL);
        self.wait();
        Arc::clone(&self.data)
    }

    /// Where its data lies.
    pub(crate) fn data(&self) -> Arc<TempDir> {
        Arc::clone(&self.data)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !self.ended {
            self.terminate();
            self.wait();
        }
        if thread::panicking() {
            eprintln!("the server had printed:\n{}", self.log());
        }
    }
}

impl Log {
    fn text(&self) -> String {
        self.0.lock().unwrap().clone()
    }

    fn follow(&self, output: impl Read + Send + 'static) {
        let log = self.clone();
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let mut text = log.0.lock().unwrap();
                text.push_str(&line);
                text.push('\n');
            }
        });
    }
}

/// `serve` on any free port, with that data folder.
pub(crate) fn serve(data: &Path) -> Command {
    let mut command = program();
    command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data);
    command
}

/// A configuration file in that folder.
pub(crate) fn config(folder: &TempDir, toml: &str) -> PathBuf {
    let file = folder.path().join("config.toml");
    std::fs::write(&file, toml).unwrap();
    file
}

fn fresh_data() -> Arc<TempDir> {
    Arc::new(tempfile::tempdir().unwrap())
}

/// The address in "listening on http://127.0.0.1:40123".
fn listening_on(log: &str) -> Option<String> {
    let (_, rest) = log.split_once("listening on ")?;
    // The line may not be complete yet.
    let (line, _) = rest.split_once('\n')?;
    let (scheme, rest) = line.split_once("://")?;
    let address = rest.split(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ':'))).next()?;
    Some(format!("{scheme}://{address}"))
}

/// [`SENTENCE`] as PCM, but for what `changes` says.
pub(crate) fn request(changes: &Value) -> Value {
    let mut request =
        json!({ "model": "tts-1", "voice": "af_heart", "input": SENTENCE, "response_format": "pcm" });
    for (field, value) in changes.as_object().unwrap() {
        request[field] = value.clone();
    }
    request
}
