//! The database goes away, in every way that one does: what cannot be written down is not bought, what was bought is
//! written down later, and nobody has to restart anything.

mod disk;
mod slots;

use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;

use serde_json::json;
use services::Postgres;
use vendors::{Fault, Script};

use crate::harness::till::{Books, PRICE, line};
use crate::harness::{Server, Stopwatch, Till, eventually};
use disk::{FailingDisk, SmallDisk};
use slots::Slots;

/// Characters of each request.
const LENGTH: usize = 100;
/// How many ask all the time until they are refused; of these, how many the vendor lets wait for so many seconds, in
/// which the database goes away; and how many ask while it is away.
const BUSY: usize = 4;
const WAITING: usize = 2;
const SLOWLY_SECONDS: u64 = 3;
const MORE: usize = 3;

/// Seconds within which a request is refused, and within which one is served again.
const SOON: f64 = 8.0;
const SOON_AGAIN: f64 = 15.0;

#[test]
fn a_postgres_that_is_killed() {
    let postgres = Postgres::start();
    let till = on(&postgres);
    let server = till.open("");
    outlives(&till, &server, || postgres.kill(), |()| unready(&server, || postgres.restart()));
}

#[test]
fn a_postgres_that_stands_still() {
    let postgres = Postgres::start();
    let till = on(&postgres);
    let server = till.open("");
    outlives(&till, &server, || postgres.stop(), |()| unready(&server, || postgres.cont()));
}

#[test]
fn a_postgres_all_of_whose_connections_others_have() {
    let postgres = Postgres::with(&[slots::SETTING]);
    let till = on(&postgres);
    let server = till.open("");
    outlives(&till, &server, || Slots::take_all(&postgres), |slots| unready(&server, || slots.give_back()));
}

#[test]
fn a_disk_that_is_full() {
    let mut till = Till::on(Books::Sqlite);
    let (server, disk) = SmallDisk::under(&mut till);
    outlives(&till, &server, || disk.fill(), |()| unready(&server, || disk.empty()));
}

#[test]
fn a_disk_that_keeps_nothing() {
    let till = Till::on(Books::Sqlite);
    let (server, disk) = FailingDisk::under(&till);
    outlives(&till, &server, || disk.fail(), |()| disk.work());
}

fn on(postgres: &Postgres) -> Till {
    Till::on(Books::Postgres(postgres.url_of_new_database()))
}

/// Mends what the gateway knows to be broken: whoever asks whether it is ready is told.
fn unready(server: &Server, mend: impl FnOnce()) {
    assert_eq!(server.get("/readyz").status(), 503);
    mend();
}

/// A gateway, and what it has answered.
struct Watched<'a> {
    till: &'a Till,
    server: &'a Server,
    served: AtomicI64,
    refused: AtomicI64,
}

/// Breaks the database while requests run, and mends it: what was heard, refused and paid for must be what it should.
fn outlives<T>(till: &Till, server: &Server, breaks: impl FnOnce() -> T, mends: impl FnOnce(T)) {
    let watched = Watched { till, server, served: AtomicI64::new(0), refused: AtomicI64::new(0) };
    let broken = thread::scope(|scope| {
        for _ in 0..BUSY {
            scope.spawn(|| while watched.is_served() {});
        }
        eventually("request that is served", || (watched.served.load(Ordering::Relaxed) > 0).then_some(()));
        let slowly = Script::once(Fault::SlowFirstByte).seconds(SLOWLY_SECONDS).times(WAITING as u32);
        till.vendor.script(slowly);
        eventually("request that waits", || (watched.waiting() == WAITING).then_some(()));
        breaks()
    });
    let heard = till.vendor.truth().len();
    thread::scope(|scope| {
        for _ in 0..MORE {
            scope.spawn(|| assert!(!watched.is_served(), "it cannot be written down, and is served"));
        }
    });
    assert_eq!(till.vendor.truth().len(), heard, "the vendor is called for what is refused");

    mends(broken);
    let mended = Stopwatch::start();
    eventually("service", || watched.is_served().then_some(()));
    let seconds = mended.seconds();
    assert!(seconds < SOON_AGAIN, "it served again after {seconds} s");
    assert_eq!(server.get("/readyz").status(), 200);
    watched.check();
}

impl Watched<'_> {
    /// Whether one more request is served; else it is refused as it should be.
    fn is_served(&self) -> bool {
        let asked = Stopwatch::start();
        let answer = self.server.speak(&line(LENGTH));
        if answer.status() == 200 {
            self.served.fetch_add(1, Ordering::Relaxed);
            return true;
        }
        let seconds = asked.seconds();
        assert!(seconds < SOON, "it was refused after {seconds} s");
        assert_eq!(answer.status(), 503, "{}", String::from_utf8_lossy(&answer.body));
        let error = answer.error();
        assert_eq!((&error["type"], &error["code"]), (&json!("server_error"), &json!("ledger_unavailable")));
        assert!(["1", "2"].contains(&answer.header("retry-after")), "{answer:?}");
        self.refused.fetch_add(1, Ordering::Relaxed);
        false
    }

    /// How many the vendor lets wait.
    fn waiting(&self) -> usize {
        self.till.vendor.truth().iter().filter(|served| served.fault == Some(Fault::SlowFirstByte)).count()
    }

    /// Every request that was served has its row, and what the vendor bills is what the ledger says, to the nano-dollar.
    fn check(&self) {
        let (served, refused) = (self.served.load(Ordering::Relaxed), self.refused.load(Ordering::Relaxed));
        let completed = "SELECT count(*) AS rows FROM requests WHERE outcome = 'completed'";
        eventually("row of each request", || (self.till.number(completed) >= served).then_some(()));
        self.till.check();
        assert_eq!(self.till.number(completed), served);
        // Some were refused before anybody asked what they would cost.
        let failed = "SELECT count(*) AS rows FROM requests WHERE outcome <> 'completed'";
        let failed = self.till.number(failed);
        assert!(failed <= refused, "{failed} rows of {refused} that were refused");
        let charged = "SELECT CAST(sum(charge_nanos) AS BIGINT) AS nanos FROM requests";
        let due = served * LENGTH as i64 * PRICE as i64;
        assert_eq!(self.till.vendor.truth().len() as i64, served);
        assert_eq!((self.till.billed(), self.till.vendor_cost(), self.till.number(charged)), (due, due, due));
    }
}
