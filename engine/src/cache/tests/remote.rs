//! A cache that several gateways share, on a real Redis.

use std::time::Duration;

use services::Redis;
use tokio::time::{Instant, timeout};

use super::*;

const DAY: Duration = Duration::from_hours(24);

/// Where `node` keeps its things, beside what it keeps itself.
fn on(redis: &Redis, node: &str, own: CacheSettings) -> CacheSettings {
    let shelf = Arc::new(store::Redis::open(&redis.url(), node).unwrap());
    CacheSettings { remote: Some((shelf, DAY)), ..own }
}

fn nothing() -> CacheSettings {
    CacheSettings::default()
}

#[tokio::test]
async fn what_one_gateway_has_spoken_another_gives() {
    let redis = Redis::start();
    let (one, other) = (stage(&on(&redis, "one", in_memory())), stage(&on(&redis, "other", nothing())));
    let spoken = one.say("1", 0).await;
    assert_eq!(spoken.0, CacheUse::Miss);
    one.engine.settled().await;
    for id in ["2", "3"] {
        assert_eq!(heard(other.ask(id).await).await, (CacheUse::Hit, spoken.1.clone()));
    }
    assert_eq!((one.called(), other.called()), (1, 0));
    assert_eq!(other.settled().await["2"], (DONE, true, 3, vec![]));
}

#[tokio::test]
async fn another_client_of_another_gateway_is_another() {
    let redis = Redis::start();
    let (one, other) = (stage(&on(&redis, "one", nothing())), stage(&on(&redis, "other", nothing())));
    one.say("1", 0).await;
    one.engine.settled().await;
    let mut stranger = request("2", "one:anna");
    stranger.terms.client = "ben".into();
    let (spoken, ()) = tokio::join!(other.ask_of(stranger), async {
        let feed = other.call(0).await;
        feed.unbounded_send(samples(300, 0.5)).unwrap();
        feed.close_channel();
    });
    assert_eq!(heard(spoken).await.0, CacheUse::Miss);
}

#[tokio::test]
async fn what_is_found_there_comes_nearer() {
    let redis = Redis::start();
    let remote = |node| {
        let shelf = Arc::new(store::Redis::open(&redis.url(), node).unwrap());
        Some(Remote::new(shelf, DAY))
    };
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::open(folder.path(), 1 << 20, Arc::new(Noon)).unwrap();
    let far = Shelf::new(0, None, remote("far"));
    let near = [Shelf::new(1 << 20, None, remote("memory")), Shelf::new(0, Some(disk), remote("disk"))];
    let key = Key::parse(&"ab".repeat(32)).unwrap();
    let chunk = AudioChunk { bytes: vec![7; 1000].into(), samples: 1000, last: true, words: Vec::new() };
    let recording = Arc::new(Recording::of(SampleRate::new(1000).unwrap(), [chunk].iter()));
    far.keep(key, &recording).unwrap().await;
    for shelf in &near {
        assert!(!shelf.has(&key));
        assert_eq!(shelf.find(&key).await, Some(recording.clone()));
        let brought = async {
            while !shelf.has(&key) {
                yield_now().await;
            }
        };
        timeout(Duration::from_secs(60), brought).await.unwrap();
    }
    redis.kill();
    assert_eq!(far.find(&key).await, None);
    for shelf in &near {
        assert_eq!(shelf.find(&key).await, Some(recording.clone()));
    }
}

#[tokio::test]
async fn a_redis_that_is_gone_or_stands_still_is_a_miss_and_nobody_waits_for_it() {
    let breaks: [fn(&Redis); 2] = [Redis::kill, Redis::stop];
    for breaks in breaks {
        let redis = Redis::start();
        let stage = stage(&on(&redis, "one", nothing()));
        let spoken = stage.say("1", 0).await.1;
        stage.engine.settled().await;
        assert_eq!(heard(stage.ask("2").await).await.0, CacheUse::Hit);
        breaks(&redis);
        let asked = Instant::now();
        assert_eq!(stage.say("3", 1).await, (CacheUse::Miss, spoken.clone()));
        assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
        redis.restart();
        // Until it is used again, each speech is its own.
        let mut number = 2;
        let back = async {
            loop {
                let spoken = tokio::select! {
                    spoken = stage.ask("4") => spoken,
                    never = stage.speak_on(number) => match never {},
                };
                match heard(spoken).await.0 {
                    CacheUse::Hit => break,
                    _ => number = stage.called(),
                }
                stage.engine.settled().await;
            }
        };
        timeout(Duration::from_secs(60), back).await.unwrap();
    }
}

/// A shelf that passes on what it is told, and knows under which names.
#[derive(Debug)]
struct Overheard {
    redis: store::Redis,
    names: Mutex<Vec<String>>,
}

impl SharedShelf for Overheard {
    fn get(&self, name: &str, most_bytes: usize) -> BoxFuture<Option<Vec<u8>>> {
        locked(&self.names).push(name.to_owned());
        self.redis.get(name, most_bytes)
    }
    fn put(&self, name: &str, bytes: Vec<u8>, lasts: Duration) -> BoxFuture<()> {
        self.redis.put(name, bytes, lasts)
    }
}

#[tokio::test]
async fn what_is_damaged_there_or_is_no_recording_is_spoken_anew_and_replaced() {
    let redis = Redis::start();
    let shelf = Arc::new(Overheard {
        redis: store::Redis::open(&redis.url(), "one").unwrap(),
        names: Mutex::default(),
    });
    let stage = stage(&CacheSettings { remote: Some((shelf.clone(), DAY)), ..nothing() });
    let spoken = stage.say("1", 0).await.1;
    stage.engine.settled().await;
    let name = locked(&shelf.names)[0].clone();
    assert!(name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}");
    let whole = shelf.redis.get(&name, 1 << 20).await.unwrap();
    let flipped = whole.iter().enumerate().map(|(at, byte)| if at == 99 { byte ^ 1 } else { *byte });
    for (number, damaged) in
        [flipped.collect(), whole[..99].to_vec(), b"hello".to_vec()].into_iter().enumerate()
    {
        shelf.redis.put(&name, damaged, DAY).await;
        assert_eq!(
            stage.say(&format!("damaged {number}"), number + 1).await,
            (CacheUse::Miss, spoken.clone())
        );
        stage.engine.settled().await;
        let again = stage.ask(&format!("mended {number}")).await;
        assert_eq!(heard(again).await, (CacheUse::Hit, spoken.clone()));
    }
}

#[tokio::test]
async fn a_hundred_at_once_are_spoken_once_where_it_is_the_only_shelf() {
    let redis = Redis::start();
    let stage = stage(&on(&redis, "one", nothing()));
    let asking = (0..100).map(|id| {
        let asking = stage.ask_of(request(id, "one:anna"));
        async move { heard(asking.await).await }
    });
    let (all, ()) = tokio::join!(join_all(asking), async {
        let feed = stage.call(0).await;
        feed.unbounded_send(samples(500, 0.5)).unwrap();
        feed.close_channel();
    });
    assert!(all.iter().all(|(_, bytes)| *bytes == all[0].1));
    assert_eq!(stage.called(), 1);
}
