//! The programs that are measured: the fake vendors, and a gateway whose backends they are.

use std::fs;
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use http::Method;
use tempfile::TempDir;
use tokio::time::{Instant, interval};

use super::connection::{Connection, KEY};
use super::door::Vendor;
use super::ssml::VOICE;
use crate::Result;
use crate::running::{Running, program};

/// How long the gateway may take until it would speak.
const PATIENCE: Duration = Duration::from_secs(20);

/// All that run. Dropping it stops them.
pub struct Programs {
    pub(super) vendors: Running,
    pub(crate) gateway: Running,
    _data: TempDir,
}

impl Programs {
    /// Starts both, and waits until the gateway would speak. Its journal lies in the folder of temporary files.
    ///
    /// # Errors
    /// A program was not built (`cargo xtask bench` does it), or ends at once.
    pub async fn start() -> Result<Self> {
        let mut command = program("vendor-sim")?;
        command.args(["--openai", "0", "--elevenlabs", "0", "--azure", "0"]).stdout(Stdio::piped());
        let vendors = Running::start(command, 3)?;
        let data = tempfile::tempdir()?;
        let config = data.path().join("voice-soundboard.toml");
        fs::write(&config, configuration(vendors.addresses()))?;
        let mut command = program("voice-soundboard")?;
        command.arg("serve").arg("--config").arg(&config).arg("--data").arg(data.path());
        command.env("BENCH_KEY", KEY).stderr(Stdio::piped());
        let gateway = Running::start(command, 1)?;
        let programs = Self { vendors, gateway, _data: data };
        programs.ready().await?;
        Ok(programs)
    }

    async fn ready(&self) -> Result<()> {
        let start = Instant::now();
        let mut times = interval(Duration::from_millis(50));
        loop {
            times.tick().await;
            match self.would_speak().await {
                Ok(()) => return Ok(()),
                Err(error) if start.elapsed() > PATIENCE => return Err(error),
                Err(_) => {}
            }
        }
    }

    /// Of Azure's voices the gateway knows from Azure's list alone.
    async fn would_speak(&self) -> Result<()> {
        let mut connection = Connection::open(self.gateway()).await?;
        connection.fetch(Method::GET, "/readyz").await?;
        let voices = connection.fetch(Method::GET, "/cognitiveservices/voices/list").await?;
        let is_listed = String::from_utf8(voices)?.contains(VOICE);
        if is_listed { Ok(()) } else { Err(format!("the gateway lists no {VOICE}").into()) }
    }

    pub(crate) fn gateway(&self) -> SocketAddr {
        self.gateway.addresses()[0]
    }

    pub(super) fn vendor(&self, vendor: Vendor) -> SocketAddr {
        self.vendors.addresses()[match vendor {
            Vendor::OpenAi => 0,
            Vendor::ElevenLabs => 1,
            Vendor::Azure => 2,
        }]
    }
}

fn configuration(vendors: &[SocketAddr]) -> String {
    let backends = [("openai", "/v1"), ("elevenlabs", ""), ("azure", "")];
    let backend = |((kind, path), vendor): ((&str, &str), &SocketAddr)| {
        format!(
            "[backends.{kind}]\nkind = \"{kind}\"\napi_key = {{ env = \"BENCH_KEY\" }}\nbase_url = \"http://{vendor}{path}\"\n"
        )
    };
    let backends: String = backends.into_iter().zip(vendors).map(backend).collect();
    // The gateway does not see that who was sent a close for too long a message has gone.
    format!("listen = \"127.0.0.1:0\"\n{backends}[http]\nmax_sockets_per_key = 1000\n")
}
