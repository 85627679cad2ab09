//! The programs that are measured: a vendor, and gateways that differ in nothing but their ledger.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use services::Postgres;
use tempfile::TempDir;

use super::gateway::Keeping;
use crate::Result;
use crate::running::{Running, program};

/// A gateway, and what it is called in the table.
pub(super) struct Gateway {
    pub(super) ledger: &'static str,
    running: Running,
    data: TempDir,
}

/// All that run. Dropping it stops them.
pub struct Programs {
    vendor: Running,
    /// The one without a ledger.
    pub(super) without: Gateway,
    /// Those with one.
    pub(super) with: Vec<Gateway>,
    _postgres: Postgres,
}

impl Programs {
    /// Starts them. What they keep lies in the folder of temporary files; Postgres is as durable as it is by default.
    ///
    /// # Errors
    /// One of them ends at once.
    pub fn start() -> Result<Self> {
        let mut command = itself("vendor")?;
        command.stdout(Stdio::piped());
        let vendor = Running::start(command, 1)?;
        let address = vendor.addresses()[0];
        let postgres = Postgres::start();
        let with = vec![
            Gateway::start("SQLite", address, "sqlite", Keeping::Everything)?,
            Gateway::start("Postgres", address, &postgres.url_of_new_database(), Keeping::Everything)?,
        ];
        let without = Gateway::start("none", address, "sqlite", Keeping::Nothing)?;
        Ok(Self { vendor, without, with, _postgres: postgres })
    }

    pub(super) fn vendor(&self) -> u32 {
        self.vendor.pid()
    }

    /// Where SQLite is.
    pub(super) fn directory(&self) -> &Path {
        self.without.data.path()
    }
}

impl Gateway {
    fn start(ledger: &'static str, vendor: SocketAddr, database: &str, keeping: Keeping) -> Result<Self> {
        let data = tempfile::tempdir()?;
        let mut command = itself("gateway")?;
        command.arg("--vendor").arg(vendor.to_string()).arg("--database").arg(database);
        command.arg("--keeping").arg(format!("{keeping:?}").to_lowercase()).arg("--data").arg(data.path());
        command.stdout(Stdio::piped());
        Ok(Self { ledger, running: Running::start(command, 1)?, data })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.running.addresses()[0]
    }

    pub(super) fn pid(&self) -> u32 {
        self.running.pid()
    }
}

/// This program in another part.
fn itself(part: &str) -> Result<Command> {
    let mut command = program("ledger")?;
    command.arg(part);
    Ok(command)
}
