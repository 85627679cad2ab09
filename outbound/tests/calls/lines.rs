//! Slots of several gateways, on a real Redis.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::join_all;
use outbound::{Access, Deadlines, Key, Outbound, Refusal, Remote};
use secrecy::SecretString;
use services::Redis;
use speech::{ErrorKind, Receipt, SpeechError};
use testing::server::{Server, begin};
use tokio::task::yield_now;

use crate::{KEY, Tested, refused};

const PATIENT: Deadlines = Deadlines {
    connect: Duration::from_secs(60),
    first_byte: Duration::from_secs(60),
    idle: Duration::from_secs(60),
    total: Duration::from_secs(600),
    slot: Duration::from_secs(60),
};

const HASTY: Deadlines = Deadlines { slot: Duration::from_millis(300), ..PATIENT };

/// A gateway's way to a vendor, at which so many may speak with that key.
struct Node<'a> {
    name: &'a str,
    redis: &'a Redis,
    base_url: &'a str,
    /// Whether the key is shown; otherwise it only tells whose slots they are.
    is_shown: bool,
    key: &'a str,
    concurrency: usize,
    deadlines: Deadlines,
}

impl Node<'_> {
    fn remote(&self) -> Result<Remote, Box<dyn std::error::Error>> {
        let shared = Arc::new(store::Redis::open(&self.redis.url(), self.name)?);
        let secret = SecretString::from(self.key);
        let access = Access {
            name: "acme",
            base_url: self.base_url,
            key: self.is_shown.then_some(Key { header: "authorization", scheme: "Bearer ", secret: &secret }),
            account: Some(&secret),
            concurrency: NonZeroUsize::new(self.concurrency).ok_or("none may speak")?,
            read_refusal: |_, _| Refusal::default(),
        };
        Ok(Outbound::new(self.deadlines)?.sharing(shared).remote(access)?)
    }
}

fn node<'a>(name: &'a str, redis: &'a Redis) -> Node<'a> {
    let base_url = "http://127.0.0.1:1";
    Node { name, redis, base_url, is_shown: true, key: KEY, concurrency: 1, deadlines: HASTY }
}

/// Who is with the vendor, and how many at most were.
#[derive(Default)]
struct Counter {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Counter {
    fn come(&self) {
        self.most.fetch_max(self.now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
    }
    fn go(&self) {
        self.now.fetch_sub(1, Ordering::SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_gateways_with_a_hundred_requests_each_have_no_more_slots_than_one() -> Tested {
    let redis = Redis::start();
    let seen = Arc::new(Counter::default());
    let counter = Arc::clone(&seen);
    let vendor = Server::answering_by(move |_| {
        counter.come();
        vec![begin(&[], b"sound")]
    })
    .await?;
    let base_url = vendor.base_url();
    let nodes = ["one", "other"].map(|name| {
        Node { base_url: &base_url, concurrency: 3, deadlines: PATIENT, ..node(name, &redis) }.remote()
    });
    let speaking = nodes.into_iter().map(|remote| {
        let (remote, seen) = (remote.map_err(|error| error.to_string()), Arc::clone(&seen));
        async move {
            let remote = remote?;
            let asking = (0..100).map(|_| async {
                let slot = remote.slot(&Receipt::default()).await?;
                remote.get(["speech"]).send().await?;
                // Until as many were there at a time as may be, and then for others to come that may not.
                while seen.most.load(Ordering::SeqCst) < 3 {
                    yield_now().await;
                }
                for _ in 0..10 {
                    yield_now().await;
                }
                // Before the slot is anybody's.
                seen.go();
                drop(slot);
                Ok::<(), SpeechError>(())
            });
            let all: Result<Vec<()>, SpeechError> = join_all(asking).await.into_iter().collect();
            all.map(|all| all.len()).map_err(|error| error.to_string())
        }
    });
    let spoken: Result<Vec<usize>, String> = join_all(speaking).await.into_iter().collect();
    assert_eq!(spoken?, [100, 100]);
    assert_eq!(seen.most.load(Ordering::SeqCst), 3);
    Ok(())
}

#[tokio::test]
async fn who_has_waited_long_enough_is_refused_as_at_one_gateway() -> Tested {
    let redis = Redis::start();
    let (one, other) = (node("one", &redis).remote()?, node("other", &redis).remote()?);
    let slot = one.slot(&Receipt::default()).await?;
    let error = refused(other.slot(&Receipt::default()).await)?;
    assert_eq!((error.kind(), error.wait()), (ErrorKind::Overloaded, Some(Duration::from_secs(1))));
    assert_eq!(error.message(), "The backend acme has as many requests at a time as it may have.");
    drop(slot);
    // Who was refused has left the line.
    other.slot(&Receipt::default()).await?;
    Ok(())
}

#[tokio::test]
async fn another_key_or_another_address_is_another_line() -> Tested {
    let redis = Redis::start();
    let one = node("one", &redis);
    let _slot = one.remote()?.slot(&Receipt::default()).await?;
    Node { key: "another", ..node("other", &redis) }.remote()?.slot(&Receipt::default()).await?;
    Node { base_url: "http://127.0.0.1:2", ..node("other", &redis) }
        .remote()?
        .slot(&Receipt::default())
        .await?;
    let same = Node { base_url: "http://127.0.0.1:1/", ..node("other", &redis) }.remote()?;
    refused(same.slot(&Receipt::default()).await)?;
    Ok(())
}

#[tokio::test]
async fn accounts_that_show_no_key_have_a_line_each() -> Tested {
    let redis = Redis::start();
    let of = |name, key| Node { key, is_shown: false, ..node(name, &redis) }.remote();
    let _slot = of("one", KEY)?.slot(&Receipt::default()).await?;
    of("other", "another")?.slot(&Receipt::default()).await?;
    refused(of("other", KEY)?.slot(&Receipt::default()).await)?;
    Ok(())
}

#[tokio::test]
async fn while_redis_is_gone_each_gateway_has_its_own() -> Tested {
    let redis = Redis::start();
    let (one, other) = (node("one", &redis).remote()?, node("other", &redis).remote()?);
    let slot = one.slot(&Receipt::default()).await?;
    refused(other.slot(&Receipt::default()).await)?;
    redis.kill();
    let own = other.slot(&Receipt::default()).await?;
    refused(other.slot(&Receipt::default()).await)?;
    drop((slot, own));
    one.slot(&Receipt::default()).await?;
    Ok(())
}

#[tokio::test]
async fn a_gateway_that_waits_does_not_wait_for_a_redis_that_stands_still() -> Tested {
    let redis = Redis::start();
    let (one, other) = (node("one", &redis).remote()?, node("other", &redis));
    let other = Node { deadlines: PATIENT, ..other }.remote()?;
    let _slot = one.slot(&Receipt::default()).await?;
    let receipt = Receipt::default();
    let mut waiting = Box::pin(other.slot(&receipt));
    assert!(tokio::time::timeout(Duration::from_millis(300), &mut waiting).await.is_err());
    redis.stop();
    tokio::time::timeout(Duration::from_secs(20), waiting).await??;
    redis.cont();
    Ok(())
}
