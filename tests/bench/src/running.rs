//! Servers, started as programs of their own.

use std::env;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;

use crate::Result;

/// A program that lies beside this one.
pub(crate) fn program(name: &str) -> Result<Command> {
    let path: PathBuf = env::current_exe()?.with_file_name(name);
    if !path.is_file() {
        return Err(format!("there is no {}: let `cargo xtask bench` build it", path.display()).into());
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
pub(crate) struct Running {
    child: Child,
    addresses: Vec<SocketAddr>,
}

impl Running {
    /// Starts it and reads what it prints, to the pipe that was made for it, until it has said that many addresses.
    pub(crate) fn start(mut command: Command, addresses: usize) -> Result<Self> {
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

    pub(crate) fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    pub(crate) fn pid(&self) -> u32 {
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
