//! Bytes that gateways keep for each other.

use std::time::Duration;

use redis::cmd;
use speech::{BoxFuture, SharedShelf};

use super::{PREFIX, Redis};

/// How long reading may keep a listener waiting: far less than a vendor takes to begin.
const READING: Duration = Duration::from_millis(100);

/// How long writing may take, for which nobody waits.
const WRITING: Duration = Duration::from_secs(2);

impl SharedShelf for Redis {
    fn get(&self, name: &str, most_bytes: usize) -> BoxFuture<Option<Vec<u8>>> {
        let (link, name) = (self.link.clone(), key(name));
        Box::pin(async move {
            let asking = link.ask(READING, async |mut connections| {
                // One byte more than is wanted tells that there are too many. What is not there is empty.
                let mut get = cmd("GETRANGE");
                get.arg(name).arg(0).arg(most_bytes).query_async::<Vec<u8>>(&mut connections.bulk).await
            });
            asking.await.filter(|bytes| (1..=most_bytes).contains(&bytes.len()))
        })
    }

    fn put(&self, name: &str, bytes: Vec<u8>, lasts: Duration) -> BoxFuture<()> {
        let (link, name) = (self.link.clone(), key(name));
        Box::pin(async move {
            let asking = link.ask(WRITING, async |mut connections| {
                let mut set = cmd("SET");
                set.arg(name).arg(bytes).arg("PX").arg(milliseconds(lasts));
                set.exec_async(&mut connections.bulk).await
            });
            asking.await;
        })
    }
}

fn key(name: &str) -> String {
    format!("{PREFIX}speech:{name}")
}

/// At least one: Redis takes no less.
pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX).max(1)
}
