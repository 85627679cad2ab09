//! A gateway with many stalls behind it. Each has a fake OpenAI and a fake ElevenLabs of its own, so that what is scripted
//! for one is suffered there alone, and all can be asked at the same time.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use tempfile::TempDir;
use vendors::{Kind, Script, Vendor};

use super::truth::Books;
use crate::harness::server::config;
use crate::harness::tools::{self, Sdk};
use crate::harness::{Server, eventually};

pub(super) struct Market {
    pub(super) server: Server,
    stalls: Vec<Stall>,
    requests: AtomicUsize,
    folder: TempDir,
}

pub(super) struct Stall {
    pub(super) name: String,
    pub(super) openai: Vendor,
    pub(super) elevenlabs: Vendor,
}

impl Market {
    pub(super) fn of(names: impl IntoIterator<Item = String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let stalls: Vec<Stall> = names.into_iter().map(Stall::open).collect();
        // Whoever is asked answers for it: no stall helps another out.
        let mut toml = "[routing]\npolicy = \"exact\"\n[http]\nmax_sockets_per_key = 1000\n".to_owned();
        for stall in &stalls {
            stall.configure(&mut toml);
        }
        if let [stall] = stalls.as_slice() {
            write!(toml, "[voices]\nalloy = \"openai-{}:alloy\"\n", stall.name).unwrap();
        }
        let config = config(&folder, &toml);
        let server = Server::with(|serve| {
            serve.arg("--config").arg(config).env("E2E_VENDORS_KEY", "sk-of-a-test");
        });
        Self { server, stalls, requests: AtomicUsize::new(0), folder }
    }

    pub(super) fn stall(&self, name: &str) -> &Stall {
        self.stalls.iter().find(|stall| stall.name == name).unwrap()
    }

    /// Another number with each call.
    pub(super) fn number(&self) -> usize {
        self.requests.fetch_add(1, Ordering::Relaxed)
    }

    /// Plays one scenario of an application.
    pub(super) fn play(&self, sdk: Sdk, scenario: &str) -> Value {
        let folder = self.folder.path().to_string_lossy();
        sdk.play(&[scenario, &self.server.base_url(), "nobody's", &folder, ""], None)
    }

    /// Waits until everything has come to its end, stops the gateway, and opens its books.
    pub(super) fn close(self) -> Books {
        let database = self.server.data().path().join("soundboard.db");
        eventually("end of what was held", || {
            tools::select(&database, "SELECT request FROM holds").is_empty().then_some(())
        });
        eventually("end of every request", || {
            let all_ended = |vendor: &Vendor| vendor.truth().iter().all(|served| served.ended);
            let ended =
                self.stalls.iter().all(|stall| all_ended(&stall.openai) && all_ended(&stall.elevenlabs));
            ended.then_some(())
        });
        let data = self.server.data();
        let log = self.server.log();
        assert!(!log.contains("panicked"), "{log}");
        drop(self.server.stop());
        let truth = self.stalls.iter().flat_map(|Stall { name, openai, elevenlabs }| {
            [("openai", openai), ("elevenlabs", elevenlabs)]
                .map(|(kind, vendor)| (format!("{kind}-{name}"), vendor.truth()))
        });
        Books::read(|sql| tools::select(&data.path().join("soundboard.db"), sql), truth)
    }
}

impl Stall {
    fn open(name: String) -> Self {
        let openai = Vendor::start(Kind::OpenAi).unwrap();
        Self { name, openai, elevenlabs: Vendor::start(Kind::ElevenLabs).unwrap() }
    }

    pub(super) fn vendor(&self, is_openai: bool) -> &Vendor {
        if is_openai { &self.openai } else { &self.elevenlabs }
    }

    /// What the next requests suffer, at both vendors.
    pub(super) fn script(&self, script: Script) {
        self.openai.script(script);
        self.elevenlabs.script(script);
    }

    fn configure(&self, toml: &mut String) {
        for (kind, vendor, offer) in [
            (
                "openai",
                &self.openai,
                "models = [\"tts-1\", \"gpt-4o-mini-tts\"]\nvoices = [\"alloy\", \"nova\"]",
            ),
            ("elevenlabs", &self.elevenlabs, "models = [\"eleven_multilingual_v2\", \"eleven_flash_v2_5\"]"),
        ] {
            let (name, url) = (&self.name, vendor.base_url());
            write!(
                toml,
                "[backends.{kind}-{name}]\nkind = \"{kind}\"\nbase_url = \"{url}\"\napi_key = {{ env = \"E2E_VENDORS_KEY\" }}\n\
                 concurrency = 16\n{offer}\n"
            )
            .unwrap();
        }
    }
}
