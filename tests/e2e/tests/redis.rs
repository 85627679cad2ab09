//! Two gateways on one Redis, each with its own books, and one vendor behind both.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use serde_json::json;
use services::Redis;
use tempfile::TempDir;
use vendors::{Fault, Kind, Script, Vendor};

use crate::harness::server::config;
use crate::harness::{Server, Stopwatch, eventually, program, run};

struct Pair {
    redis: Redis,
    vendor: Vendor,
    nodes: [Server; 2],
    config: PathBuf,
    _folder: TempDir,
}

/// What keeps the URL of Redis out of the configuration.
const REDIS: &str = "E2E_REDIS";

/// So many may speak at a time.
const SLOTS: usize = 2;

impl Pair {
    fn open() -> Self {
        let (redis, vendor) = (Redis::start(), Vendor::start(Kind::OpenAi).unwrap());
        let folder = tempfile::tempdir().unwrap();
        let toml = format!(
            "redis = {{ env = \"{REDIS}\" }}\n[cache]\nredis_seconds = 600\n[backends.openai]\nkind = \"openai\"\n\
             base_url = {:?}\napi_key = {{ env = \"E2E_VENDORS_KEY\" }}\nconcurrency = {SLOTS}\nmodels = [\"tts-1\"]\n\
             voices = [\"alloy\"]\n",
            vendor.base_url()
        );
        let config = config(&folder, &toml);
        let node = || {
            Server::on(Arc::new(tempfile::tempdir().unwrap()), |serve| {
                serve.arg("--config").arg(&config).env(REDIS, redis.url());
                serve.env("E2E_VENDORS_KEY", "of-the-gateway");
            })
        };
        let nodes = [node(), node()];
        Self { redis, vendor, nodes, config, _folder: folder }
    }

    /// How many are in Redis.
    fn recordings(&self) -> usize {
        let address = self.redis.url().replace("redis://", "");
        let mut redis = TcpStream::connect(address).unwrap();
        redis.write_all(b"KEYS soundboard:1:speech:*\r\n").unwrap();
        let mut count = String::new();
        BufReader::new(redis).read_line(&mut count).unwrap();
        count.trim_end().strip_prefix('*').unwrap().parse().unwrap()
    }

    /// What `doctor` says of Redis, and whether it ended well.
    fn doctor(&self) -> (bool, String) {
        let data = tempfile::tempdir().unwrap();
        let mut doctor = program();
        doctor.arg("--config").arg(&self.config).arg("doctor").env("VOICE_SOUNDBOARD_DATA", data.path());
        doctor.env(REDIS, self.redis.url()).env("E2E_VENDORS_KEY", "of-the-gateway");
        let ended = run(&mut doctor, b"");
        let said = String::from_utf8(ended.stdout).unwrap();
        let line = said
            .lines()
            .find(|line| line.contains(" redis "))
            .unwrap_or_else(|| panic!("{said}{}", ended.stderr));
        (ended.code == Some(0), line.to_owned())
    }
}

#[test]
fn what_one_has_spoken_the_other_gives_and_its_vendor_is_not_called_again() {
    let pair = Pair::open();
    let [one, other] = &pair.nodes;
    let asked = json!({ "voice": "openai:alloy", "input": "The kettle is on." });
    let spoken = one.speak(&asked);
    assert_eq!(spoken.header("x-soundboard-cache"), "miss");
    eventually("recording in Redis", || (pair.recordings() == 1).then_some(()));
    let given = other.speak(&asked);
    assert_eq!(given.header("x-soundboard-cache"), "hit");
    assert_eq!(given.audio(), spoken.audio());
    assert_eq!(pair.vendor.truth().len(), 1);
}

#[test]
fn two_gateways_have_no_more_slots_than_one() {
    const REQUESTS: usize = 12;
    let pair = Pair::open();
    pair.vendor.script(Script::once(Fault::SlowFirstByte).seconds(1).times(REQUESTS as u32));
    // Those whose answer has not begun are with the vendor, whatever the gateway knows by then.
    let waiting = || pair.vendor.truth().iter().filter(|served| served.status == 0).count();
    let mut seen = BTreeSet::new();
    thread::scope(|scope| {
        let asking: Vec<_> = (0..REQUESTS)
            .map(|number| {
                let node = &pair.nodes[number % 2];
                let text = format!("This is sentence number {number}.");
                scope.spawn(move || node.speak(&json!({ "voice": "openai:alloy", "input": text })).status())
            })
            .collect();
        eventually("end of all requests", || {
            seen.insert(waiting());
            asking.iter().all(|asking| asking.is_finished()).then_some(())
        });
        for asking in asking {
            assert_eq!(asking.join().unwrap(), 200);
        }
    });
    assert_eq!(seen.last(), Some(&SLOTS), "{seen:?}");
    assert_eq!(pair.vendor.truth().len(), REQUESTS);
}

#[test]
fn a_redis_that_goes_and_comes_back_costs_nobody_an_answer() {
    let pair = Pair::open();
    assert!(pair.doctor().0);
    let speak = |node: &Server, text: String| {
        let asked = Stopwatch::start();
        let answer = node.speak(&json!({ "voice": "openai:alloy", "input": text }));
        assert_eq!(answer.status(), 200);
        assert!(asked.seconds() < 5.0, "{} s", asked.seconds());
        answer.header("x-soundboard-cache").to_owned()
    };
    let outages: [[fn(&Redis); 2]; 2] = [[Redis::kill, Redis::restart], [Redis::stop, Redis::cont]];
    for (outage, [breaks, mends]) in outages.into_iter().enumerate() {
        breaks(&pair.redis);
        for number in 0..20 {
            let text = format!("Outage {outage}, sentence {number}.");
            assert_eq!(pair.nodes.each_ref().map(|node| speak(node, text.clone())), ["miss", "miss"]);
        }
        let (is_well, line) = pair.doctor();
        assert!(!is_well && line.starts_with("NEEDED"), "{line}");
        mends(&pair.redis);
        let mut number = 0;
        eventually("shared cache", || {
            number += 1;
            let text = format!("After outage {outage}, sentence {number}.");
            pair.nodes
                .each_ref()
                .map(|node| speak(node, text.clone()))
                .contains(&"hit".to_owned())
                .then_some(())
        });
    }
    for node in &pair.nodes {
        let said = |words| node.log().matches(words).count();
        eventually("word of the second return", || (said("Redis can be used again") == 2).then_some(()));
        assert_eq!(said("Redis cannot be used"), 2, "{}", node.log());
    }
}
