//! The programs that are measured: the fake vendors, and a gateway whose backends they are.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use http::Method;
use tempfile::TempDir;
use tokio::time::{Instant, interval};

use super::connection::{Connection, KEY};
use super::door::Vendor;
use crate::Result;

/// How long the gateway may take until it would speak.
const PATIENCE: Duration = Duration::from_secs(20);

/// All that run. Dropping it stops them.
pub struct Programs {
    pub(super) vendors: Running,
    pub(super) gateway: Running,
    _data: TempDir,
}

impl Programs {
    /// Starts both, and waits until the gateway would speak. Its journal lies in the folder of temporary files.
    ///
    /// # Errors
    /// A program was not built (`cargo xtask bench` does it), or ends at once.
    pub async fn start() -> Result<Self> {
        let mut command = program("vendor-sim")?;
        command.args(["--openai", "0", "--elevenlabs", "0"]).stdout(Stdio::piped());
        let vendors = Running::start(command, 2)?;
        let data = tempfile::tempdir()?;
        let config = data.path().join("voice-soundboard.toml");
        fs::write(&config, configuration(&vendors.addresses))?;
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
            let mut connection = Connection::open(self.gateway.addresses[0]).await?;
            match connection.fetch(Method::GET, "/readyz").await {
                Ok(_) => return Ok(()),
                Err(error) if start.elapsed() > PATIENCE => return Err(error),
                Err(_) => {}
            }
        }
    }

    pub(super) fn gateway(&self) -> SocketAddr {
        self.gateway.addresses[0]
    }

    pub(super) fn vendor(&self, vendor: Vendor) -> SocketAddr {
        self.vendors.addresses[match vendor {
            Vendor::OpenAi => 0,
            Vendor::ElevenLabs => 1,
        }]
    }
}

fn configuration(vendors: &[SocketAddr]) -> String {
    format!(
        "listen = \"127.0.0.1:0\"\n\
         [backends.openai]\nkind = \"openai\"\napi_key = {{ env = \"BENCH_KEY\" }}\nbase_url = \"http://{}/v1\"\n\
         [backends.elevenlabs]\nkind = \"elevenlabs\"\napi_key = {{ env = \"BENCH_KEY\" }}\nbase_url = \"http://{}\"\n",
        vendors[0], vendors[1]
    )
}

/// A program that lies beside this one.
fn program(name: &str) -> Result<Command> {
    let path: PathBuf = env::current_exe()?.with_file_name(name);
    if !path.is_file() {
        return Err(format!("there is no {}: run `cargo xtask bench doors`", path.display()).into());
    }
    let mut command = Command::new(path);
    for (setting, _) in
        env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("VOICE_SOUNDBOARD_"))
    {
        command.env_remove(setting);
    }
    command.stdin(Stdio::null());
    Ok(command)
}

/// A server that has said where it listens.
pub(super) struct Running {
    child: Child,
    addresses: Vec<SocketAddr>,
}

impl Running {
    /// Starts it and reads what it prints, to the pipe that was made for it, until it has said that many addresses.
    fn start(mut command: Command, addresses: usize) -> Result<Self> {
        let mut child = command.spawn()?;
        let output: Option<Box<dyn Read + Send>> = match (child.stdout.take(), child.stderr.take()) {
            (Some(stdout), _) => Some(Box::new(stdout)),
            (None, stderr) => stderr.map(|stderr| Box::new(stderr) as _),
        };
        let mut running = Self { child, addresses: Vec::new() };
        let mut lines = BufReader::new(output.ok_or("a program without output")?).lines();
        let mut said = String::new();
        while running.addresses.len() < addresses {
            let Some(line) = lines.next() else { return Err(format!("{command:?} ended:\n{said}").into()) };
            let line = line?;
            running.addresses.extend(address_in(&line));
            said += &line;
            said += "\n";
        }
        // A full pipe would stop it.
        thread::spawn(move || lines.for_each(drop));
        Ok(running)
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address in `listening on http://127.0.0.1:8080` or `openai http://127.0.0.1:4801/v1`.
fn address_in(line: &str) -> Option<SocketAddr> {
    let (_, url) = line.split_once("http://")?;
    url.split('/').next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_in_what_programs_print() {
        let found = |line| address_in(line).map(|address| address.port());
        assert_eq!(found("openai http://127.0.0.1:4801/v1"), Some(4801));
        assert_eq!(found("2026-11-22T12:00:00Z  INFO listening on http://127.0.0.1:8080"), Some(8080));
        assert_eq!(found("ready to speak"), None);
    }
}
