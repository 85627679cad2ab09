//! The programs that are measured: nginx, and gateways that differ in nothing but their ledger.

use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::Arc;

use tempfile::TempDir;

use super::nginx::Nginx;
use crate::Result;
use crate::ledger::{Keeping, request, speech};
use crate::running::{Running, program};

/// More than the one speech.
const CACHE_BYTES: u64 = 64 << 20;

/// Whoever is asked, and what it is called in the table.
pub(super) struct Server {
    pub(super) name: &'static str,
    pub(super) address: SocketAddr,
    pub(super) request: Arc<[u8]>,
    pub(super) pid: u32,
    /// Whether it has a cache that must hit.
    pub(super) is_ours: bool,
}

/// All that run. Dropping it stops them.
pub struct Programs {
    /// nginx first.
    pub(super) servers: Vec<Server>,
    _nginx: Nginx,
    _running: Vec<Running>,
    _data: Vec<TempDir>,
}

impl Programs {
    /// Starts them. What they keep lies in the folder of temporary files.
    ///
    /// # Errors
    /// One of them ends at once.
    pub async fn start() -> Result<Self> {
        let vendor = Running::start(itself("vendor")?, 1)?;
        let nginx = Nginx::start(&speech()).await?;
        let mut servers = vec![Server {
            name: "nginx",
            address: nginx.address,
            request: nginx.request(),
            pid: nginx.pid(),
            is_ours: false,
        }];
        let (mut running, mut data) = (vec![], vec![]);
        for (name, keeping) in
            [("without a ledger", Keeping::Nothing), ("with a ledger, SQLite", Keeping::Everything)]
        {
            let folder = tempfile::tempdir()?;
            let mut command = itself("gateway")?;
            command.arg("--vendor").arg(vendor.addresses()[0].to_string());
            command.arg("--keeping").arg(format!("{keeping:?}").to_lowercase());
            command.arg("--data").arg(folder.path()).arg("--cache-bytes").arg(CACHE_BYTES.to_string());
            let gateway = Running::start(command, 1)?;
            let address = gateway.addresses()[0];
            let (request, pid) = (request(address), gateway.pid());
            servers.push(Server { name, address, request, pid, is_ours: true });
            running.push(gateway);
            data.push(folder);
        }
        running.push(vendor);
        Ok(Self { servers, _nginx: nginx, _running: running, _data: data })
    }
}

/// This program in another part.
fn itself(part: &str) -> Result<Command> {
    let mut command = program("cache")?;
    command.arg(part).stdout(Stdio::piped());
    Ok(command)
}
