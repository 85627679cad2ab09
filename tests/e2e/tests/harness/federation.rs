//! A gateway with several backends, most of them fake vendors.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;
use vendors::{Kind, Served, Vendor};

use super::server::config;
use super::tools::{Heard, Sdk, decode, voice_agent};
use super::{Server, eventually, http, program, run};

/// The application's own key.
const KEY: &str = "sk-of-the-application";

/// The gateway's key at every vendor, and the end of it that they keep.
/// Of letters that no request id has, which is hexadecimal: the log is searched for it.
const VENDORS_KEY: &str = "sk-of-the-gateway-zqxw";
pub(crate) const VENDORS_KEY_END: &str = "zqxw";

/// Voices that the fake ElevenLabs lists.
pub(crate) const ELEVENLABS_VOICES: usize = 348;

/// Voices that the fake Azure lists.
const AZURE_VOICES: usize = 500;

/// A gateway that knows one client, `app`, and the vendors behind it.
pub(crate) struct Federation {
    pub(crate) server: Server,
    pub(crate) openai: Vendor,
    pub(crate) elevenlabs: Vendor,
    pub(crate) azure: Vendor,
    folder: TempDir,
    certificate: Option<PathBuf>,
}

impl Federation {
    /// A gateway with those of `kokoro`, `openai`, `elevenlabs` and `azure` behind it.
    pub(crate) fn of(backends: &[&str]) -> Self {
        Self::start(backends, false)
    }

    /// The same with TLS.
    pub(crate) fn behind_tls(backends: &[&str]) -> Self {
        Self::start(backends, true)
    }

    fn start(backends: &[&str], tls: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let openai = Vendor::start(Kind::OpenAi).unwrap();
        let elevenlabs = Vendor::start(Kind::ElevenLabs).unwrap();
        let azure = Vendor::start(Kind::Azure).unwrap();
        let mut toml = "[clients.app]\nkeys = [{ env = \"E2E_APP_KEY\" }]\n".to_owned();
        for backend in backends {
            let settings = match *backend {
                "openai" => vendor(&openai, "models = [\"gpt-4o-mini-tts\", \"tts-1\", \"tts-1-hd\"]"),
                "elevenlabs" => vendor(&elevenlabs, ""),
                "azure" => vendor(&azure, ""),
                _ => String::new(),
            };
            write!(toml, "[backends.{backend}]\nkind = \"{backend}\"\n{settings}").unwrap();
        }
        let certificate = tls.then(|| certify(folder.path(), &mut toml));
        let config = config(&folder, &toml);
        let server = Server::keyed(KEY, certificate.as_deref(), |serve| {
            serve.arg("--config").arg(config).env("E2E_APP_KEY", KEY).env("E2E_VENDORS_KEY", VENDORS_KEY);
        });
        let federation = Self { server, openai, elevenlabs, azure, folder, certificate };
        for (backend, count) in [("elevenlabs", ELEVENLABS_VOICES), ("azure", AZURE_VOICES)] {
            if backends.contains(&backend) {
                federation.lists(backend, count);
            }
        }
        federation
    }

    /// Waits until a vendor's voices are known.
    fn lists(&self, backend: &str, count: usize) {
        eventually("list of the vendor's voices", || {
            let voices = self.server.get("/v1/audio/voices").json();
            let of_vendor = |voice: &&Value| voice["backend"] == backend && voice["alias_of"].is_null();
            (voices["voices"].as_array().unwrap().iter().filter(of_vendor).count() == count).then_some(())
        });
    }

    /// Plays these scenarios of an application: what each saw, by its name. Beside them it is told the formats it is to ask
    /// for, or the voice.
    pub(crate) fn play(&self, sdk: Sdk, scenarios: &[&str], asked: &[&str]) -> Value {
        self.play_with(KEY, sdk, scenarios, asked)
    }

    /// The same with another key.
    pub(crate) fn play_with(&self, key: &str, sdk: Sdk, scenarios: &[&str], asked: &[&str]) -> Value {
        let base_url =
            if sdk.is_openais() { self.server.base_url() } else { self.server.address().to_owned() };
        let (scenarios, asked) = (scenarios.join(","), asked.join(","));
        let folder = self.folder.path().to_string_lossy();
        sdk.play(&[&scenarios, &base_url, key, &folder, &asked], self.certificate.as_deref())
    }

    /// The key of a client who may have nothing spoken any more.
    pub(crate) fn key_of_the_broke(&self) -> String {
        let data = self.server.data();
        let prints = |arguments: &[&str]| {
            let ended = run(program().args(arguments).arg("--data").arg(data.path()), b"");
            assert_eq!(ended.code, Some(0), "{arguments:?}: {}", ended.stderr);
            String::from_utf8(ended.stdout).unwrap().trim_end().to_owned()
        };
        prints(&["clients", "create", "broke", "--budget-characters", "1", "--window", "month"]);
        prints(&["keys", "create", "--client", "broke"])
    }

    /// Plays one scenario of a voice agent.
    pub(crate) fn play_agent(&self, scenario: &str) -> Value {
        let folder = self.folder.path().to_string_lossy();
        let arguments = [scenario, self.server.address(), KEY, &folder];
        voice_agent(&arguments, self.certificate.as_deref())
    }

    /// The application's own key.
    pub(crate) fn key(&self) -> &'static str {
        KEY
    }

    /// Keeps something as an application would.
    pub(crate) fn keep(&self, name: &str, bytes: &[u8]) {
        fs::write(self.folder.path().join(name), bytes).unwrap();
    }

    /// What an application kept under that name.
    pub(crate) fn kept(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder.path().join(name)).unwrap()
    }

    /// How that sounds.
    pub(crate) fn heard(&self, names: &[&str]) -> Vec<Heard> {
        decode(&names.iter().map(|name| self.folder.path().join(name)).collect::<Vec<_>>())
    }

    /// The vendor of that name.
    pub(crate) fn vendor(&self, backend: &str) -> &Vendor {
        match backend {
            "openai" => &self.openai,
            "azure" => &self.azure,
            _ => &self.elevenlabs,
        }
    }
}

fn vendor(vendor: &Vendor, more: &str) -> String {
    let url = vendor.base_url();
    format!("base_url = \"{url}\"\napi_key = {{ env = \"E2E_VENDORS_KEY\" }}\nconcurrency = 8\n{more}\n")
}

/// A certificate of the test's own, which the server shows.
fn certify(folder: &Path, toml: &mut String) -> PathBuf {
    let own = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    fs::write(&certificate, own.cert.pem()).unwrap();
    fs::write(&key, own.signing_key.serialize_pem()).unwrap();
    write!(toml, "[tls]\ncert = {certificate:?}\nkey = {key:?}\n").unwrap();
    certificate
}

/// What was asked of a vendor that speaks.
pub(crate) fn speeches(vendor: &Vendor) -> Vec<Served> {
    vendor.truth().into_iter().filter(|served| served.method == "POST").collect()
}

/// The vendor's answer to that very request, once more.
pub(crate) fn replay(vendor: &Vendor, served: &Served) -> Vec<u8> {
    let base = vendor.base_url();
    let origin = base.strip_suffix("/v1").unwrap_or(&base);
    let post = http::agent(None)
        .post(format!("{origin}{}?{}", served.path, served.query))
        .header("authorization", "Bearer sk-anybody")
        .header("xi-api-key", "sk-anybody")
        .content_type("application/json");
    http::read(post.send(served.body.as_bytes()).unwrap()).audio()
}
