//! Redis: a memory that several gateways share, and that none of them needs.
//!
//! Everything in it has an end, and everything but the lines of those who speak may be thrown away at any time. Names begin
//! with `soundboard:` and the version of what lies there. Redis 5 is the oldest that will do, and what speaks its language,
//! such as Valkey, will, too.

mod lines;
mod link;
mod shelf;

use std::fmt;
use std::sync::{Arc, Mutex};

use redis::io::tcp::TcpSettings;
use redis::{Client, ConnectionAddr, IntoConnectionInfo as _};

use crate::StoreError;
use lines::Places;
use link::Link;

/// What the names of all our keys begin with.
const PREFIX: &str = "soundboard:1:";

/// A Redis. To clone it is cheap; to show it does not show its password.
#[derive(Clone)]
pub struct Redis {
    link: Arc<Link>,
    /// What this program is called in lines.
    node: Arc<str>,
    /// Where it stands.
    places: Arc<Mutex<Places>>,
}

impl Redis {
    /// Reads the configuration's `redis`: `redis://HOST`, or `rediss://HOST` for TLS, perhaps with a user, a password, a port
    /// and the number of a database. Nobody is asked before there is something to ask for. `node` is this program's, and
    /// no other's.
    ///
    /// # Errors
    /// [`StoreError::NoRedis`].
    pub fn open(url: &str, node: &str) -> Result<Self, StoreError> {
        let info = Some(url).filter(|url| url.starts_with("redis://") || url.starts_with("rediss://"));
        let info = info.and_then(|url| url.into_connection_info().ok()).ok_or(StoreError::NoRedis)?;
        if matches!(info.addr(), ConnectionAddr::TcpTls { insecure: true, .. }) {
            return Err(StoreError::NoRedis);
        }
        let place = info.addr().to_string();
        let info = info.set_tcp_settings(TcpSettings::default().set_nodelay(true));
        let client = Client::open(info).map_err(|_| StoreError::NoRedis)?;
        Ok(Self { link: Link::new(client, place), node: node.into(), places: Arc::default() })
    }

    /// Whether it is there and can be written.
    ///
    /// # Errors
    /// [`StoreError::Redis`].
    pub async fn check(&self) -> Result<(), StoreError> {
        self.link.check().await
    }
}

/// Where it is.
impl fmt::Display for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.link.fmt(f)
    }
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redis({self})")
    }
}
