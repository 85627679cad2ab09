//! What is measured of a load.

use std::process;
use std::time::Duration;

use tokio::time::Instant;

use super::disk;
use super::load::Load;
use super::programs::{Gateway, Programs};
use crate::doors::Times;
use crate::process::processor_time;
use crate::statistics::quantile;
use crate::{Pair, Result};

/// How long each gateway is asked before its first round.
const WARM_UP: Duration = Duration::from_secs(1);

/// All about one load.
pub struct Measured {
    /// Which.
    pub load: Load,
    /// Of each ledger, round after round: the gateway with it, and the one without any.
    pub ledgers: Vec<(&'static str, Vec<Pair<Served>>)>,
    /// How long the disk took for a page, round after round, in milliseconds.
    pub fsync: Vec<f64>,
}

/// How one gateway served one round.
#[derive(Clone, Copy, Debug)]
pub struct Served {
    /// Requests.
    pub per_second: f64,
    /// Medians, in milliseconds.
    pub times: Times,
    /// What one request in a hundred took longer than, to its end, in milliseconds.
    pub slowest: f64,
    /// Processor time of a request, in microseconds: the gateway's,
    pub gateway: f64,
    /// the vendor's,
    pub vendor: f64,
    /// and that of who asks.
    pub asking: f64,
}

/// Measures a load in so many rounds, in each of which every gateway is asked for `lasting`, in random order.
///
/// # Errors
/// A request is not answered with speech.
pub async fn measure(load: Load, programs: &Programs, rounds: usize, lasting: Duration) -> Result<Measured> {
    let gateways: Vec<&Gateway> = [&programs.without].into_iter().chain(&programs.with).collect();
    for gateway in &gateways {
        load.ask(gateway.address(), WARM_UP).await?;
    }
    let mut ledgers: Vec<_> = programs.with.iter().map(|gateway| (gateway.ledger, Vec::new())).collect();
    let mut fsync = Vec::new();
    for _ in 0..rounds {
        fsync.push(disk::fsync(programs.directory())?);
        let mut order: Vec<usize> = (0..gateways.len()).collect();
        fastrand::shuffle(&mut order);
        let mut served = Vec::new();
        for place in order {
            served.push((place, serve(load, programs, gateways[place], lasting).await?));
        }
        served.sort_by_key(|(place, _)| *place);
        let (_, theirs) = served[0];
        for ((_, pairs), (_, ours)) in ledgers.iter_mut().zip(&served[1..]) {
            pairs.push(Pair { ours: *ours, theirs });
        }
    }
    Ok(Measured { load, ledgers, fsync })
}

async fn serve(load: Load, programs: &Programs, gateway: &Gateway, lasting: Duration) -> Result<Served> {
    let used = || -> Result<[Duration; 3]> {
        let of = |pid| processor_time(pid);
        Ok([of(gateway.pid())?, of(programs.vendor())?, of(process::id())?])
    };
    let (before, start) = (used()?, Instant::now());
    let taken = load.ask(gateway.address(), lasting).await?;
    let (after, seconds) = (used()?, start.elapsed().as_secs_f64());
    let requests = taken.len() as f64;
    let each = |of: usize| (after[of] - before[of]).as_secs_f64() * 1e6 / requests;
    let quantile = |figure: fn(&Times) -> f64, share| quantile(taken.iter().map(figure), share);
    let end = |times: &Times| times.end;
    Ok(Served {
        per_second: requests / seconds,
        times: Times { first_audio: quantile(|times| times.first_audio, 0.5), end: quantile(end, 0.5) },
        slowest: quantile(end, 0.99),
        gateway: each(0),
        vendor: each(1),
        asking: each(2),
    })
}
