//! Redis, as it is there, slow, gone and back.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use services::Redis as Server;
use speech::{Lease, Place, SharedLines, SharedShelf};
use store::{Redis, StoreError};
use tokio::net::TcpListener;
use tokio::task::yield_now;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsAcceptor;

/// Long enough for whatever is to come.
const IN_TIME: Duration = Duration::from_secs(60);

const DAY: Duration = Duration::from_hours(24);

fn node(server: &Server, name: &str) -> Redis {
    Redis::open(&server.url(), name).unwrap()
}

/// Asks until the answer is that.
async fn until<T: PartialEq>(wanted: T, mut ask: impl AsyncFnMut() -> T) {
    let asking = async {
        while ask().await != wanted {
            yield_now().await;
        }
    };
    timeout(IN_TIME, asking).await.expect("it comes in time");
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// What this thread says from here on.
    fn listen() -> (Self, tracing::subscriber::DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let said = tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false).finish();
        (log, tracing::subscriber::set_default(said))
    }

    /// How often that was said.
    fn said(&self, words: &str) -> usize {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap().matches(words).count()
    }
}

const LOST: &str = "Redis cannot be used";
const BACK: &str = "Redis can be used again";

#[tokio::test]
async fn what_one_puts_there_another_gets_as_long_as_it_lasts() {
    let server = Server::start();
    let (one, other) = (node(&server, "one"), node(&server, "other"));
    let bytes: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    assert_eq!(one.get("speech", 300_000).await, None);
    one.put("speech", bytes.clone(), DAY).await;
    assert_eq!(other.get("speech", 300_000).await, Some(bytes.clone()));
    assert_eq!(other.get("speech", 299_999).await, None, "it is too long");
    assert_eq!(other.get("another", 300_000).await, None);
    one.put("speech", bytes, Duration::from_millis(300)).await;
    until(None, async || other.get("speech", 300_000).await).await;
}

#[tokio::test]
async fn somebody_elses_things_under_our_name_are_nothing_and_no_outage() {
    let server = Server::start();
    let (log, _listening) = Log::listen();
    let ours = node(&server, "ours");
    let client = ::redis::Client::open(server.url()).unwrap();
    let mut theirs = client.get_multiplexed_async_connection().await.unwrap();
    ::redis::cmd("LPUSH").arg("soundboard:1:speech:a").arg("list").exec_async(&mut theirs).await.unwrap();
    ours.put("b", vec![1], DAY).await;
    assert_eq!(ours.get("a", 10).await, None);
    until(Some(vec![1]), async || ours.get("b", 10).await).await;
    assert_eq!(log.said(LOST), 0);
}

#[tokio::test]
async fn nobody_waits_for_one_that_stands_still_and_the_operator_is_told_once() {
    let server = Server::start();
    let (log, _listening) = Log::listen();
    let redis = node(&server, "node");
    redis.put("speech", vec![7; 1000], DAY).await;
    server.stop();
    let asked = Instant::now();
    assert_eq!(redis.get("speech", 1000).await, None);
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
    until(1, async || {
        redis.get("speech", 1000).await;
        log.said(LOST)
    })
    .await;
    let asked = Instant::now();
    for _ in 0..1000 {
        assert_eq!(redis.get("speech", 1000).await, None);
        assert_eq!(redis.stand(&place("line", 1), 1, LONG).await, None);
    }
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());

    server.cont();
    until(Some(vec![7; 1000]), async || redis.get("speech", 1000).await).await;
    assert_eq!((log.said(LOST), log.said(BACK)), (1, 1));
}

#[tokio::test]
async fn one_that_was_killed_is_used_again_once_it_is_there() {
    let server = Server::start();
    let (log, _listening) = Log::listen();
    let redis = node(&server, "node");
    redis.put("speech", vec![7], DAY).await;
    for outages in 1..3 {
        server.kill();
        until(outages, async || {
            assert_eq!(redis.get("speech", 1).await, None);
            log.said(LOST)
        })
        .await;
        server.restart();
        until(Some(vec![7]), async || {
            redis.put("speech", vec![7], DAY).await;
            redis.get("speech", 1).await
        })
        .await;
        assert_eq!((log.said(LOST), log.said(BACK)), (outages, outages));
    }
}

#[tokio::test]
async fn one_that_was_never_there_is_found_when_it_comes() {
    let server = Server::start();
    server.kill();
    let (log, _listening) = Log::listen();
    let redis = node(&server, "node");
    assert_eq!(redis.get("speech", 1).await, None);
    until(1, async || log.said(LOST)).await;
    server.restart();
    until(Some(0), async || redis.stand(&place("line", 1), 1, LONG).await).await;
    assert_eq!((log.said(LOST), log.said(BACK)), (1, 1));
}

#[tokio::test]
async fn one_that_takes_nothing_is_of_no_use() {
    let full = Server::with(&[["maxmemory", "1"], ["maxmemory-policy", "noeviction"]]);
    let (log, _listening) = Log::listen();
    let redis = node(&full, "node");
    let error = redis.check().await.unwrap_err();
    assert!(matches!(error, StoreError::Redis { .. }), "{error:?}");
    redis.put("speech", vec![7], DAY).await;
    assert_eq!(redis.get("speech", 1).await, None);
    assert_eq!(redis.stand(&place("line", 1), 1, LONG).await, None);
    assert_eq!(log.said(LOST), 1);
}

#[tokio::test]
async fn a_password_opens_it_and_is_shown_to_nobody() {
    let server = Server::with(&[["requirepass", "hush-hush"]]);
    let with = |password: &str| {
        let url = server.url().replace("redis://", &format!("redis://:{password}@"));
        Redis::open(&url, "node").unwrap()
    };
    with("hush-hush").check().await.unwrap();
    for redis in [with("wrong-one"), node(&server, "node")] {
        let error = redis.check().await.unwrap_err();
        let shown = format!("{error} {error:?} {redis:?}");
        assert!(!shown.contains("wrong-one") && !shown.contains("hush"), "{shown}");
        assert!(error.to_string().contains("user and password"), "{error}");
    }
}

#[tokio::test]
async fn rediss_is_tls_and_not_with_everybody() {
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
    let tls = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("rediss://:hush@localhost:{}", listener.local_addr().unwrap().port());
    let redis = Redis::open(&url, "node").unwrap();
    let (checked, handshake) = tokio::join!(redis.check(), async {
        let (stream, _) = listener.accept().await.unwrap();
        TlsAcceptor::from(Arc::new(tls)).accept(stream).await.map(drop)
    });
    let StoreError::Redis { source, .. } = checked.unwrap_err() else { panic!("it is not believed") };
    assert!(source.to_string().contains("UnknownIssuer"), "{source}");
    assert!(handshake.unwrap_err().to_string().contains("alert"));
}

const LONG: Lease = Lease { waiting: IN_TIME, speaking: IN_TIME };

fn place(line: &str, number: u64) -> Place {
    Place { line: line.into(), number }
}

#[tokio::test]
async fn who_came_first_is_first_and_so_many_may_speak() {
    let server = Server::start();
    let (one, other) = (node(&server, "one"), node(&server, "other"));
    let places = [1, 2].map(|number| place("line", number));
    let [first, second] = &places;
    // The same numbers at two nodes are four places.
    let stand = async || {
        let mut ahead = Vec::new();
        for (redis, place) in [(&one, first), (&other, first), (&other, second), (&one, second)] {
            ahead.push(redis.stand(place, 2, LONG).await.unwrap());
        }
        ahead
    };
    assert_eq!(stand().await, [0, 0, 1, 2]);
    assert_eq!(stand().await, [0, 0, 1, 2], "to ask again changes nothing");
    other.leave(first).await;
    assert_eq!(other.stand(second, 2, LONG).await, Some(0));
    assert_eq!(one.stand(second, 2, LONG).await, Some(1));
    assert_eq!(one.stand(&place("another line", 1), 1, LONG).await, Some(0));
    // Who has left and comes again is last.
    assert_eq!(stand().await, [0, 2, 0, 1]);
    one.leave_all().await;
    assert_eq!(other.stand(first, 2, LONG).await, Some(0));
    assert_eq!(one.stand(first, 2, LONG).await, Some(1));
}

#[tokio::test]
async fn whoever_is_not_heard_of_any_more_is_gone_when_its_lease_ends() {
    let server = Server::start();
    let (dead, living) = (node(&server, "dead"), node(&server, "living"));
    let short = Lease { waiting: Duration::from_millis(200), speaking: Duration::from_millis(500) };
    assert_eq!(dead.stand(&place("line", 1), 1, short).await, Some(0));
    assert_eq!(dead.stand(&place("line", 2), 1, short).await, Some(1));
    let asked = Instant::now();
    assert_eq!(living.stand(&place("line", 3), 1, LONG).await, Some(2));
    until(Some(1), async || living.stand(&place("line", 3), 1, LONG).await).await;
    until(Some(0), async || living.stand(&place("line", 3), 1, LONG).await).await;
    assert!(asked.elapsed() > Duration::from_millis(400), "{:?}", asked.elapsed());
}

#[tokio::test]
async fn who_speaks_keeps_its_place_as_long_as_it_is_heard_of() {
    let server = Server::start();
    let (one, other) = (node(&server, "one"), node(&server, "other"));
    let short = Lease { waiting: IN_TIME, speaking: Duration::from_millis(500) };
    assert_eq!(one.stand(&place("line", 1), 1, short).await, Some(0));
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_millis(1500) {
        one.hold(&place("line", 1), short).await;
        assert_eq!(other.stand(&place("line", 1), 1, short).await, Some(1));
    }
    until(Some(0), async || other.stand(&place("line", 1), 1, short).await).await;
}

#[tokio::test]
async fn what_redis_forgets_of_who_speaks_it_is_told_again() {
    let server = Server::start();
    let (one, other) = (node(&server, "one"), node(&server, "other"));
    assert_eq!(one.stand(&place("line", 1), 1, LONG).await, Some(0));
    server.restart();
    // It waits at a Redis that knows nobody else, and who speaks is before it all the same.
    until(true, async || {
        one.hold(&place("line", 1), LONG).await;
        matches!(other.stand(&place("line", 1), 1, LONG).await, Some(1))
    })
    .await;
    one.leave(&place("line", 1)).await;
    assert_eq!(other.stand(&place("line", 1), 1, LONG).await, Some(0));
}

#[tokio::test]
async fn what_is_left_while_redis_stands_still_is_left_when_it_goes_on() {
    const HOUR: Duration = Duration::from_hours(1);
    let lease = Lease { waiting: HOUR, speaking: HOUR };
    let server = Server::start();
    let (one, other) = (node(&server, "one"), node(&server, "other"));
    let places = [1, 2].map(|number| place("line", number));
    assert_eq!(one.stand(&places[0], 2, lease).await, Some(0));
    server.stop();
    // It is answered when nobody waits for the answer any more.
    assert_eq!(one.stand(&places[1], 2, lease).await, None);
    for place in &places {
        one.leave(place).await;
    }
    server.cont();
    until(Some(0), async || other.stand(&place("line", 3), 1, lease).await).await;
}
