//! The access log: one line for each answer, and nobody's text.

use std::io::Write;
use std::sync::{Arc, LazyLock, Mutex};

use http_body_util::BodyExt as _;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt as _;

use crate::client::Ask;
use crate::server::{Server, config, say};

/// As long as there is but one subscriber, any thread that comes to a line first, though it has none, decides for all whether
/// somebody wants it. This is the second.
static NOBODYS: LazyLock<tracing::Dispatch> =
    LazyLock::new(|| tracing::Dispatch::new(tracing_subscriber::registry()));

/// All that is logged on this thread, which is the one that the server of a test runs on.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// As the program logs at its most talkative: without the spans of traces.
    pub(crate) fn begin() -> (Self, tracing::subscriber::DefaultGuard) {
        Self::of(Targets::new().with_default(LevelFilter::TRACE).with_target("trace", LevelFilter::OFF))
    }

    /// All there is.
    pub(crate) fn of_everything() -> (Self, tracing::subscriber::DefaultGuard) {
        Self::of(Targets::new().with_default(LevelFilter::TRACE))
    }

    fn of(targets: Targets) -> (Self, tracing::subscriber::DefaultGuard) {
        LazyLock::force(&NOBODYS);
        let log = Self::default();
        let lines = fmt::layer().with_writer(log.clone()).without_time().with_ansi(false);
        let subscriber = tracing_subscriber::registry().with(lines.with_filter(targets));
        (log, tracing::subscriber::set_default(subscriber))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// The access lines, without what changes from run to run.
    fn access(&self) -> String {
        let text = self.text();
        let lines = text.lines().map(str::trim).filter(|line| line.contains(" access: "));
        let stable = |line: &str| {
            line.split(' ')
                .filter(|word| !word.starts_with("ms="))
                .collect::<Vec<_>>()
                .join(" ")
                .trim()
                .to_owned()
        };
        lines.map(stable).collect::<Vec<_>>().join("\n")
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn every_answer_has_its_line() {
    let (log, _guard) = Log::begin();
    let server = Server::with(config(), &[("ann", "secret-of-ann")]).await;
    server.speech(say("tone")).key("secret-of-ann").send().await;
    server.speech(say("breaks")).key("secret-of-ann").send().await;
    server.speech(say("panics")).key("secret-of-ann").send().await;
    server.speech(say("tone")).key("wrong").send().await;
    server.get("/v1/models/sine-1?api_key=secret").key("secret-of-ann").send().await;
    server.get("/v1/secret-path").key("secret-of-ann").send().await;
    server.get("/v1/audio/speech").key("secret-of-ann").send().await;
    let exact = |ask: Ask| ask.key("secret-of-ann").header("x-soundboard-content-length", "exact");
    exact(server.speech(say("tone"))).send().await;
    exact(server.speech(say("tone"))).send_h2().await;
    let mut left = server.speech(say("endless")).key("secret-of-ann").begin().await;
    left.body_mut().frame().await.unwrap().unwrap();
    drop(left);
    server.ended().await;
    let access = log.access();
    let (finished, left) = access.rsplit_once('\n').unwrap();
    insta::assert_snapshot!(finished, @r#"
    INFO request{id="req-1"}: access: method="POST" path="/v1/audio/speech" status=200 client="ann" bytes=14400 complete=true
    INFO request{id="req-2"}: access: method="POST" path="/v1/audio/speech" status=200 client="ann" bytes=4800 complete=false
    INFO request{id="req-3"}: access: method="POST" path="/v1/audio/speech" status=500 client="ann" bytes=134 complete=true
    INFO request{id="req-4"}: access: method="POST" path="-" status=401 client="-" bytes=173 complete=true
    INFO request{id="req-5"}: access: method="GET" path="/v1/models/{id}" status=200 client="ann" bytes=66 complete=true
    INFO request{id="req-6"}: access: method="GET" path="-" status=404 client="ann" bytes=170 complete=true
    INFO request{id="req-7"}: access: method="GET" path="/v1/audio/speech" status=405 client="ann" bytes=147 complete=true
    INFO request{id="req-8"}: access: method="POST" path="/v1/audio/speech" status=200 client="ann" bytes=14400 complete=true
    INFO request{id="req-9"}: access: method="POST" path="/v1/audio/speech" status=200 client="ann" bytes=14400 complete=true
    "#);
    assert!(left.contains("status=200") && left.contains("complete=false"), "{left}");
}

#[tokio::test]
async fn a_failure_in_mid_speech_is_logged_under_its_request() {
    let (log, _guard) = Log::begin();
    let server = Server::start().await;
    server.speech(say("breaks")).send().await;
    server.speech(say("breaks")).send_h2().await;
    let events = say("breaks").replace("}", r#","stream_format":"sse"}"#);
    server.speech(events).send().await;
    server.ended().await;
    let text = log.text();
    let failures: Vec<_> =
        text.lines().map(str::trim).filter(|line| line.contains("The sine broke.")).collect();
    insta::assert_snapshot!(failures.join("\n"), @r#"
    WARN request{id="req-1"}: gateway::stack::rescue: The sine broke. kind="backend_failed" causes="a secret cause"
    WARN request{id="req-2"}: gateway::stack::rescue: The sine broke. kind="backend_failed" causes="a secret cause"
    WARN request{id="req-3"}: gateway::stack::rescue: The sine broke. kind="backend_failed" causes="a secret cause"
    "#);
}

#[tokio::test]
async fn nobodys_text_and_no_key_is_in_any_log_line_at_any_level() {
    let (log, _guard) = Log::of_everything();
    let server = Server::with(config(), &[("ann", "secret-of-ann")]).await;
    let body = |voice: &str| say(voice).replace("Hello, world.", "My diagnosis is private.");
    for voice in ["tone", "breaks", "panics", "busy", "nobody"] {
        server.speech(body(voice)).key("secret-of-ann").send().await;
    }
    for end in [r#""lexicon":[{"word":"diagnosis","alias":"diagnosis"}]}"#, r#""diagnosis":1}"#, ""] {
        let body = format!(r#"{{"text":"My diagnosis is private.",{end}"#);
        let ask = server.post("/api/v1/normalize").header("content-type", "application/json").body(body);
        ask.key("secret-of-ann").send().await;
    }
    server.speech(body("tone")).key("secret-of-eve").send().await;
    server.speech(body("tone").replace("}", "")).key("secret-of-ann").send().await;
    server.get("/v1/models?api_key=secret-of-ann").key("secret-of-ann").send().await;
    for voice in ["words/with-timestamps", "breaks/stream", "nobody", "tone?seed=My+diagnosis"] {
        let ask =
            server.asks(&format!("/v1/text-to-speech/{voice}"), r#"{"text":"My diagnosis is private."}"#);
        ask.header("xi-api-key", "secret-of-ann").send().await;
    }
    for owner in ["ann", "eve"] {
        let path = format!("/v1/text-to-speech/tone/stream-input?xi-api-key=secret-of-{owner}");
        let socket = server.get(&path).header("connection", "upgrade").header("upgrade", "websocket");
        socket.begin().await;
    }
    server.ended().await;
    let text = log.text();
    assert!(text.contains("The sine broke"), "the log is being read");
    for secret in ["diagnosis", "secret-of"] {
        assert!(!text.contains(secret), "{secret} is in the log:\n{text}");
    }
}
