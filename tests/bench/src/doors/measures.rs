//! What is measured of a door.

use std::time::Duration;

use bytes::Bytes;
use http::Method;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::connection::{Connection, JSON};
use super::door::{self, Door, Post, Way};
use super::line::Line;
use super::{Programs, Times};
use crate::process::processor_time;
use crate::{Pair, Result, texts};

/// Rounds before the first that counts.
const WARM_UP: usize = 30;

/// Between two requests, for what the first leaves to be done behind its answer.
const REST: Duration = Duration::from_millis(1);

/// After so long without a byte, all that there is has come.
const QUIET: Duration = Duration::from_secs(1);

/// Characters of the text that stalls, and where: about a third of its audio.
const STALLING: usize = 600;
const STALLS_AFTER: usize = 600_000;

/// All about one door.
pub struct Measured {
    /// Which.
    pub door: &'static Door,
    /// Round after round, a pair for each length of text.
    pub rounds: Vec<Vec<Pair<Times>>>,
    /// What a request costs, for each length of text.
    pub costs: Vec<Cost>,
    /// What of a vendor's audio that stops in the middle got through; not of sockets.
    pub stalled: Option<Stalled>,
}

/// Processor time of a request through the gateway, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// The gateway's.
    pub gateway: f64,
    /// The fake vendor's.
    pub vendor: f64,
}

/// Milliseconds of audio, when the vendor had said nothing for a second though it had not ended.
#[derive(Clone, Copy, Debug)]
pub struct Stalled {
    /// That the vendor had handed to its socket.
    pub served: u64,
    /// That the gateway's client had.
    pub heard: usize,
}

/// Measures a door in so many rounds.
///
/// # Errors
/// An answer is an error, breaks off, or has not as much audio as the vendor's own.
pub async fn measure(door: &'static Door, programs: &Programs, rounds: usize) -> Result<Measured> {
    let texts: Vec<String> = door.lengths.iter().copied().map(texts::of_characters).collect();
    let mut lines = Pair {
        ours: Line::open(door, programs.gateway()).await?,
        theirs: Line::open(door, programs.vendor(door.vendor)).await?,
    };
    check_same_audio(&mut lines, &texts).await?;
    for _ in 0..WARM_UP {
        round(&mut lines, &texts).await?;
    }
    let mut taken = Vec::new();
    for _ in 0..rounds {
        taken.push(round(&mut lines, &texts).await?);
    }
    let mut costs = Vec::new();
    for text in &texts {
        costs.push(cost(&mut lines.ours, text, rounds, programs).await?);
    }
    let stalled = match door.way {
        Way::Http(post) => Some(stalled(door, post, programs).await?),
        Way::StreamInput | Way::Usp { .. } => None,
    };
    Ok(Measured { door, rounds: taken, costs, stalled })
}

async fn check_same_audio(lines: &mut Pair<Line>, texts: &[String]) -> Result<()> {
    for text in texts {
        let (ours, theirs) = (lines.ours.audio_ms(text).await?, lines.theirs.audio_ms(text).await?);
        if ours != theirs {
            return Err(format!("the gateway gave {ours} ms of audio, and the vendor {theirs} ms").into());
        }
    }
    Ok(())
}

/// Every text on both lines, all in random order.
async fn round(lines: &mut Pair<Line>, texts: &[String]) -> Result<Vec<Pair<Times>>> {
    let mut order: Vec<usize> = (0..texts.len()).collect();
    fastrand::shuffle(&mut order);
    let mut taken = Vec::new();
    for place in order {
        let text = &texts[place];
        let Pair { ours, theirs } = lines;
        let pair =
            Pair::take_at_random(async || rested(ours, text).await, async || rested(theirs, text).await);
        taken.push((place, pair.await?));
    }
    taken.sort_by_key(|(place, _)| *place);
    Ok(taken.into_iter().map(|(_, pair)| pair).collect())
}

async fn rested(line: &mut Line, text: &str) -> Result<Times> {
    sleep(REST).await;
    line.speak(text).await
}

/// Requests one after the other through the gateway, which has no other work.
async fn cost(line: &mut Line, text: &str, requests: usize, programs: &Programs) -> Result<Cost> {
    let used = || -> Result<[Duration; 2]> {
        Ok([processor_time(programs.gateway.pid())?, processor_time(programs.vendors.pid())?])
    };
    let [gateway_before, vendor_before] = used()?;
    for _ in 0..requests {
        line.speak(text).await?;
    }
    let [gateway, vendor] = used()?;
    let each = |time: Duration| time.as_secs_f64() * 1000.0 / requests as f64;
    Ok(Cost { gateway: each(gateway - gateway_before), vendor: each(vendor - vendor_before) })
}

/// A request whose vendor stops in the middle.
async fn stalled(door: &'static Door, post: Post, programs: &Programs) -> Result<Stalled> {
    let mut vendor = Connection::open(programs.vendor(door.vendor)).await?;
    vendor.fetch(Method::DELETE, "/__sim/truth").await?;
    let script = json!({"fault": "stall", "after_bytes": STALLS_AFTER});
    vendor.post("/__sim/script", JSON, door::bytes(&script), drop).await?;
    let mut connection = Connection::open(programs.gateway()).await?;
    let body = (post.body)(&texts::of_characters(STALLING));
    let mut answer = Vec::new();
    let heard = |piece: Bytes| answer.extend_from_slice(&piece);
    let answering = connection.post(door.path, post.headers, body, heard);
    if timeout(QUIET, answering).await.is_ok() {
        return Err("an answer ended that was to stall".into());
    }
    let truth = String::from_utf8(vendor.fetch(Method::GET, "/__sim/truth").await?)?;
    let served: Value = serde_json::from_str(truth.lines().next().ok_or("the vendor was not asked")?)?;
    Ok(Stalled {
        served: served["audio_ms_served"].as_u64().unwrap_or_default(),
        heard: post.framing.audio_ms(&answer)?,
    })
}
