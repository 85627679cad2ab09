//! Two vendors, each of which can stand in for the other, and a gateway before them.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use serde_json::{Value, json};
use tempfile::TempDir;
use vendors::{Kind, Served, Vendor};

use crate::harness::federation::{ELEVENLABS_VOICES, speeches};
use crate::harness::http::Answer;
use crate::harness::server::config;
use crate::harness::{Ended, Server, eventually, program, run, tools};
use crate::money::truth::Books;

/// How many ask at a time.
pub(super) const STREAMS: usize = 50;

/// The gateway's, at its vendors.
const KEY: &str = "sk-of-the-gateway-zqxw";

/// A name that each of the two has a voice for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Asked {
    pub(super) backend: &'static str,
    pub(super) voice: &'static str,
}

/// The one whose vendor is first, whom the other stands in for.
pub(super) const ASKED: [Asked; 2] = [
    Asked { backend: "openai", voice: "alloy" },
    Asked { backend: "elevenlabs", voice: "EXAVITQu4vr4xnSDxMaL" },
];

pub(super) struct House {
    pub(super) server: Server,
    pub(super) openai: Vendor,
    pub(super) elevenlabs: Vendor,
    config: PathBuf,
    _folder: TempDir,
}

impl House {
    /// A gateway with both vendors behind it.
    pub(super) fn open() -> Self {
        Self::beside("")
    }

    /// The same, with what that says in its configuration.
    pub(super) fn beside(more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let openai = Vendor::start(Kind::OpenAi).unwrap();
        let elevenlabs = Vendor::start(Kind::ElevenLabs).unwrap();
        let mut toml = String::new();
        for (kind, vendor, offer) in [
            ("openai", &openai, "models = [\"tts-1\"]\nvoices = [\"alloy\", \"nova\", \"sage\"]\n"),
            ("elevenlabs", &elevenlabs, ""),
        ] {
            let url = vendor.base_url();
            write!(
                toml,
                "[backends.{kind}]\nkind = \"{kind}\"\nbase_url = \"{url}\"\n\
                 api_key = {{ env = \"E2E_VENDORS_KEY\" }}\nconcurrency = {STREAMS}\n{offer}"
            )
            .unwrap();
        }
        let config = config(&folder, &(toml + more));
        let server = serve(Arc::new(tempfile::tempdir().unwrap()), &config);
        let house = Self { server, openai, elevenlabs, config, _folder: folder };
        eventually("list of ElevenLabs' voices", || {
            (house.listed("elevenlabs") == ELEVENLABS_VOICES).then_some(())
        });
        house
    }

    /// The same gateway once more, on the data that it leaves; `meanwhile`, it does not run.
    pub(super) fn again(self, meanwhile: impl FnOnce(&mut Self)) -> Self {
        let data = self.server.data();
        let mut house = self;
        house.server.terminate();
        assert!(house.server.wait().success(), "{}", house.server.log());
        meanwhile(&mut house);
        house.server = serve(data, &house.config);
        house
    }

    pub(super) fn vendor(&self, backend: &str) -> &Vendor {
        if backend == "openai" { &self.openai } else { &self.elevenlabs }
    }

    /// How many voices of that backend are found.
    pub(super) fn listed(&self, backend: &str) -> usize {
        let found = self.server.get(&format!("/api/v1/voices?backend={backend}&limit=1")).json();
        found["total"].as_u64().unwrap() as usize
    }

    /// Asks for that text by that voice, as PCM of 24 kHz.
    pub(super) fn asks(&self, voice: &str, headers: &[(&str, &str)], text: &str) -> Answer {
        self.server.speak_with(headers, &json!({ "voice": voice, "input": text }))
    }

    /// Many ask at the same time, each for the text of its number.
    pub(super) fn all_ask(
        &self,
        voice: &str,
        headers: &[(&str, &str)],
        text: impl Fn(usize) -> String,
    ) -> Vec<(String, Answer)> {
        thread::scope(|scope| {
            let asking: Vec<_> = (0..STREAMS)
                .map(|number| {
                    let text = text(number);
                    scope.spawn(move || {
                        let answer = self.asks(voice, headers, &text);
                        (text, answer)
                    })
                })
                .collect();
            asking.into_iter().map(|asking| asking.join().unwrap()).collect()
        })
    }

    /// What the program comes to, of this house's configuration, on data of its own.
    pub(super) fn runs(&self, arguments: &[&str]) -> Ended {
        let data = tempfile::tempdir().unwrap();
        let mut command = program();
        command.args(arguments).arg("--config").arg(&self.config).env("VOICE_SOUNDBOARD_DATA", data.path());
        run(command.env("E2E_VENDORS_KEY", KEY), b"")
    }

    /// Where the admin's listener is.
    pub(super) fn metrics(&self) -> String {
        let log = self.server.log();
        let (_, rest) = log.split_once("clients, costs and metrics on ").unwrap();
        let address = rest.split_whitespace().next().unwrap();
        let page = self.server.agent().get(format!("{address}/metrics")).call().unwrap();
        String::from_utf8(crate::harness::http::read(page).audio()).unwrap()
    }

    /// What was asked of a vendor that speaks, and the text of each.
    pub(super) fn said(&self, backend: &str) -> Vec<(Served, String)> {
        let field = if backend == "openai" { "input" } else { "text" };
        let text = |served: &Served| {
            let body: Value = serde_json::from_str(&served.body).unwrap();
            body[field].as_str().unwrap().to_owned()
        };
        let said = speeches(self.vendor(backend)).into_iter();
        said.map(|served| (served.clone(), text(&served))).collect()
    }

    /// Waits until everything has come to its end, stops the gateway, and holds its books against its vendors'.
    pub(super) fn closes_with_true_books(self) {
        self.closes().are_sound_with_fallback();
    }

    /// The same where each text is said by one of them to its end, as it was written.
    pub(super) fn closes_with_true_books_of_one_each(self) {
        self.closes().are_sound_where_one_is_heard();
    }

    fn closes(self) -> Books {
        let vendors = [("openai", &self.openai), ("elevenlabs", &self.elevenlabs)];
        let all_ended = || vendors.iter().all(|(_, vendor)| vendor.truth().iter().all(|served| served.ended));
        eventually("end of every request", || all_ended().then_some(()));
        let log = self.server.log();
        assert!(!log.contains("panicked"), "{log}");
        let database = self.server.data();
        drop(self.server.stop());
        let truth = vendors.map(|(name, vendor)| (name.to_owned(), vendor.truth()));
        let books = Books::read(|sql| tools::select(&database.path().join("soundboard.db"), sql), truth);
        books.are_the_truth();
        books
    }
}

fn serve(data: Arc<TempDir>, config: &PathBuf) -> Server {
    Server::on(data, |serve| {
        serve.arg("--config").arg(config).args(["--admin-listen", "127.0.0.1:0"]);
        serve.env("E2E_VENDORS_KEY", KEY);
    })
}
