//! Who asks how often.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::line::{Line, request};
use crate::Result;
use crate::doors::Times;

/// A way to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Load {
    /// So many, each of whom asks again as soon as it was answered.
    Closed(usize),
    /// So many requests a second, whoever was answered; they come at random, as those of people who do not know of
    /// each other.
    Open(u32),
}

/// Those that are measured.
pub const LOADS: [Load; 4] = [Load::Closed(1), Load::Closed(32), Load::Closed(256), Load::Open(500)];

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed(connections) => write!(f, "{connections} at a time"),
            Self::Open(rate) => write!(f, "{rate} a second"),
        }
    }
}

/// An answer may fail of anything, on any thread.
type Answered = std::result::Result<(Line, Times), String>;

impl Load {
    /// Asks for that long, and gives what each request took that was begun in that time.
    pub(super) async fn ask(self, to: SocketAddr, lasting: Duration) -> Result<Vec<Times>> {
        match self {
            Self::Closed(connections) => closed(to, connections, lasting).await,
            Self::Open(rate) => open(to, rate, lasting).await,
        }
    }
}

async fn closed(to: SocketAddr, connections: usize, lasting: Duration) -> Result<Vec<Times>> {
    let request = request(to);
    let mut lines = Vec::with_capacity(connections);
    for _ in 0..connections {
        lines.push(Line::open(to, Arc::clone(&request)).await?);
    }
    let end = Instant::now() + lasting;
    let mut asking = JoinSet::new();
    for mut line in lines {
        asking.spawn(async move {
            let mut taken = Vec::new();
            while Instant::now() < end {
                let times;
                (line, times) = ask(line).await?;
                taken.push(times);
            }
            Ok::<_, String>(taken)
        });
    }
    let mut taken = Vec::new();
    while let Some(asked) = asking.join_next().await {
        taken.extend(asked??);
    }
    Ok(taken)
}

async fn open(to: SocketAddr, rate: u32, lasting: Duration) -> Result<Vec<Times>> {
    let request = request(to);
    let idle: Arc<Mutex<Vec<Line>>> = Arc::default();
    let mut asking: JoinSet<std::result::Result<Times, String>> = JoinSet::new();
    let mut random = fastrand::Rng::new();
    let mut taken = Vec::new();
    let start = Instant::now();
    let mut at = start;
    while at < start + lasting {
        sleep_until(at).await;
        let line = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let (idle, request) = (Arc::clone(&idle), Arc::clone(&request));
        asking.spawn(async move {
            let line = match line {
                Some(line) => line,
                None => Line::open(to, request).await.map_err(|error| error.to_string())?,
            };
            let (line, times) = ask(line).await?;
            idle.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            Ok(times)
        });
        while let Some(asked) = asking.try_join_next() {
            taken.push(asked??);
        }
        // The gaps between events that do not know of each other are distributed exponentially.
        at += Duration::from_secs_f64(-(1.0 - random.f64()).ln() / f64::from(rate));
    }
    while let Some(asked) = asking.join_next().await {
        taken.push(asked??);
    }
    Ok(taken)
}

async fn ask(mut line: Line) -> Answered {
    match line.ask().await {
        Ok(times) => Ok((line, times)),
        Err(error) => Err(error.to_string()),
    }
}
