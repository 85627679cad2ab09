//! nginx, as quick as it is with a file: one process, `sendfile`, and no log.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::Result;

const FILE: &str = "speech.mp3";

/// How often it is looked for until it listens, and how long is waited in between.
const TRIES: u32 = 500;
const BETWEEN: Duration = Duration::from_millis(10);

pub(super) struct Nginx {
    child: Child,
    pub(super) address: SocketAddr,
    _folder: TempDir,
}

impl Nginx {
    /// Serves a file of these bytes.
    pub(super) async fn start(bytes: &[u8]) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join(FILE), bytes)?;
        // Free a moment ago.
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let (path, settings) = (folder.path().display(), folder.path().join("nginx.conf"));
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|what| format!("{what}_temp_path {path}/{what};"))
            .concat();
        std::fs::write(
            &settings,
            format!(
                "daemon off; master_process off; pid {path}/pid; error_log {path}/errors;
                 events {{ worker_connections 4096; }}
                 http {{
                     access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; {temporary}
                     keepalive_timeout 600; keepalive_requests 1000000000;
                     types {{ audio/mpeg mp3; }}
                     server {{ listen {address}; root {path}; }}
                 }}"
            ),
        )?;
        let mut command = Command::new("nginx");
        command
            .arg("-p")
            .arg(folder.path())
            .arg("-e")
            .arg(folder.path().join("errors"))
            .arg("-c")
            .arg(settings);
        let child = command.stdin(Stdio::null()).spawn()?;
        let nginx = Self { child, address, _folder: folder };
        for _ in 0..TRIES {
            if TcpStream::connect(address).await.is_ok() {
                return Ok(nginx);
            }
            sleep(BETWEEN).await;
        }
        Err("nginx does not listen".into())
    }

    /// A request for the file.
    pub(super) fn request(&self) -> Arc<[u8]> {
        format!("GET /{FILE} HTTP/1.1\r\nhost: {}\r\n\r\n", self.address).into_bytes().into()
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
