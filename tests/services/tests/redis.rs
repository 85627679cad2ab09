//! A Redis of one's own, ended in every way.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use services::Redis;

/// The first line of the answer.
fn ask(redis: &Redis, command: &str) -> std::io::Result<String> {
    let url = redis.url();
    let mut stream = TcpStream::connect(url.strip_prefix("redis://").unwrap_or(&url))?;
    stream.set_read_timeout(Some(Duration::from_millis(500)))?;
    stream.write_all(format!("{command}\r\n").as_bytes())?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer)?;
    Ok(answer.trim_end().to_owned())
}

#[test]
fn it_is_a_test_s_own_with_its_settings() {
    let (plain, closed) = (Redis::start(), Redis::with(&[["requirepass", "hush"]]));
    assert_eq!(ask(&plain, "SET a 1").unwrap(), "+OK");
    assert!(ask(&closed, "GET a").unwrap().starts_with("-NOAUTH"));
    assert_ne!(plain.url(), closed.url());
}

#[test]
fn killed_it_is_gone_and_comes_back_empty() {
    let redis = Redis::start();
    ask(&redis, "SET a 1").unwrap();
    redis.kill();
    assert!(ask(&redis, "GET a").is_err());
    redis.restart();
    assert_eq!(ask(&redis, "GET a").unwrap(), "$-1");
}

#[test]
fn stopped_it_neither_answers_nor_refuses() {
    let redis = Redis::start();
    redis.stop();
    assert!(ask(&redis, "PING").is_err());
    redis.cont();
    assert_eq!(ask(&redis, "PING").unwrap(), "+PONG");
}

#[test]
fn dropped_it_leaves_nothing_whatever_was_done_to_it() {
    let ends: [fn(&Redis); 3] = [|_| {}, Redis::kill, Redis::stop];
    for end in ends {
        let redis = Redis::start();
        let address = redis.url().strip_prefix("redis://").map(str::to_owned).unwrap();
        end(&redis);
        drop(redis);
        assert!(TcpStream::connect(address).is_err());
    }
}
