//! A gateway with several backends, two of them fake vendors.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;
use vendors::{Kind, Served, Vendor};

use super::server::config;
use super::tools::{Heard, Sdk, decode, voice_agent};
use super::{Server, eventually, http};

/// The application's own key.
const KEY: &str = "sk-of-the-application";

/// The gateway's key at both vendors, and the end of it that they keep.
/// Of letters that no request id has, which is hexadecimal: the log is searched for it.
const VENDORS_KEY: &str = "sk-of-the-gateway-zqxw";
pub(crate) const VENDORS_KEY_END: &str = "zqxw";

/// Voices that the fake ElevenLabs lists.
pub(crate) const ELEVENLABS_VOICES: usize = 348;

/// A gateway that knows one client, `app`, and the vendors behind it.
pub(crate) struct Federation {
    pub(crate) server: Server,
    pub(crate) openai: Vendor,
    pub(crate) elevenlabs: Vendor,
    folder: TempDir,
    certificate: Option<PathBuf>,
}

impl Federation {
    /// A gateway with those of `kokoro`, `openai` and `elevenlabs` behind it.
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
        let mut toml = "[clients.app]\nkeys = [{ env = \"E2E_APP_KEY\" }]\n".to_owned();
        for backend in backends {
            let settings = match *backend {
                "openai" => vendor(&openai, "models = [\"gpt-4o-mini-tts\", \"tts-1\", \"tts-1-hd\"]"),
                "elevenlabs" => vendor(&elevenlabs, ""),
                _ => String::new(),
            };
            write!(toml, "[backends.{backend}]\nkind = \"{backend}\"\n{settings}").unwrap();
        }
        let certificate = tls.then(|| certify(folder.path(), &mut toml));
        let config = config(&folder, &toml);
        let server = Server::keyed(KEY, certificate.as_deref(), |serve| {
            serve.arg("--config").arg(config).env("E2E_APP_KEY", KEY).env("E2E_VENDORS_KEY", VENDORS_KEY);
        });
        let federation = Self { server, openai, elevenlabs, folder, certificate };
        if backends.contains(&"elevenlabs") {
            eventually("list of ElevenLabs' voices", || {
                let voices = federation.server.get("/v1/audio/voices").json();
                let of_vendor =
                    |voice: &&Value| voice["backend"] == "elevenlabs" && voice["alias_of"].is_null();
                let listed = voices["voices"].as_array().unwrap().iter().filter(of_vendor).count();
                (listed == ELEVENLABS_VOICES).then_some(())
            });
        }
        federation
    }

    /// Plays these scenarios of an application: what each saw, by its name.
    pub(crate) fn play(&self, sdk: Sdk, scenarios: &[&str], formats: &[&str]) -> Value {
        let base_url =
            if sdk.is_openais() { self.server.base_url() } else { self.server.address().to_owned() };
        let (scenarios, formats) = (scenarios.join(","), formats.join(","));
        let folder = self.folder.path().to_string_lossy();
        sdk.play(&[&scenarios, &base_url, KEY, &folder, &formats], self.certificate.as_deref())
    }

    /// Plays one scenario of a voice agent.
    pub(crate) fn play_agent(&self, scenario: &str) -> Value {
        let folder = self.folder.path().to_string_lossy();
        let arguments = [scenario, self.server.address(), KEY, &folder];
        voice_agent(&arguments, self.certificate.as_deref())
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
        if backend == "openai" { &self.openai } else { &self.elevenlabs }
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
