//! A second is asked beside whoever is late: the faster of them is heard, and nobody pays for the other but we.

use std::thread;

use serde_json::json;
use services::Postgres;
use vendors::{Fault, Kind, Script, Vendor};

use crate::harness::federation::ELEVENLABS_VOICES;
use crate::harness::till::Books as Database;
use crate::harness::{Till, eventually, pcm_seconds};
use crate::money::truth::Books;

/// How many ask at a time, and how often so many do: at least, and at most until somebody is hedged.
const AT_ONCE: usize = 40;
const WAVES: usize = 2;
const MOST_WAVES: usize = 20;

/// What both fakes speak a character in.
const SECONDS_PER_CHARACTER: f64 = 0.065;

#[test]
fn whoever_is_heard_is_charged_for_and_whoever_is_not_is_paid_what_it_bills() {
    let databases = [Database::Sqlite, Database::Postgres(Postgres::shared().url_of_new_database())];
    thread::scope(|scope| {
        for database in databases {
            scope.spawn(|| hedged_on(database));
        }
    });
}

fn hedged_on(database: Database) {
    let elevenlabs = Vendor::start(Kind::ElevenLabs).unwrap();
    let till = Till::beside(database, "", |_| {
        let url = elevenlabs.base_url();
        format!(
            "[backends.elevenlabs]\nkind = \"elevenlabs\"\nbase_url = {url:?}\nconcurrency = {AT_ONCE}\n\
             api_key = {{ env = \"E2E_VENDORS_KEY\" }}\n[routing]\nhedge = 0.5\n"
        )
    });
    let server = till.open("");
    eventually("list of ElevenLabs' voices", || {
        let listed = server.get("/api/v1/voices?backend=elevenlabs&limit=1").json();
        (listed["total"] == ELEVENLABS_VOICES).then_some(())
    });
    let mut random = fastrand::Rng::new();
    eprintln!("seed {}", random.get_seed());
    let mut heard = Vec::new();
    let is_hedged = |heard: &[(String, String)]| heard.iter().any(|(_, backend)| backend == "elevenlabs");
    for wave in 0..=MOST_WAVES {
        if wave > WAVES && is_hedged(&heard) {
            break;
        }
        if wave > 0 {
            // A busy machine may be as slow by itself as a slow vendor is.
            let (slow, seconds) = (random.u32(5..12), 1 + wave as u64 / 3);
            till.vendor.script(Script::once(Fault::SlowFirstByte).seconds(seconds).times(slow));
        }
        let answers = thread::scope(|scope| {
            let asking = (0..AT_ONCE).map(|number| {
                let text = format!("Number {number} of wave {wave} is said by one of two.");
                let server = &server;
                scope.spawn(move || {
                    let answer = server.speak(&json!({ "voice": "alloy", "input": text }));
                    (answer, text.chars().count() as f64 * SECONDS_PER_CHARACTER)
                })
            });
            let asking: Vec<_> = asking.collect();
            asking.into_iter().map(|asking| asking.join().unwrap()).collect::<Vec<_>>()
        });
        for (answer, seconds) in answers {
            let said = |name| answer.header(name).to_owned();
            let (id, backend) = (said("x-soundboard-request-id"), said("x-soundboard-backend"));
            let is_hedge = said("x-soundboard-reason") == "hedged";
            assert_eq!(is_hedge, backend == "elevenlabs", "{backend}: {}", said("x-soundboard-reason"));
            let all = pcm_seconds(answer.audio().len());
            assert!((all - seconds).abs() < 0.01, "{all} s of {seconds}");
            heard.push((id, backend));
        }
    }
    assert!(is_hedged(&heard), "nobody was hedged");

    till.check();
    let vendors = [("openai", &till.vendor), ("elevenlabs", &elevenlabs)];
    let all_ended = || vendors.iter().all(|(_, vendor)| vendor.truth().iter().all(|served| served.ended));
    eventually("end of every request", || all_ended().then_some(()));
    assert!(!server.log().contains("panicked"), "{}", server.log());
    let truth = vendors.map(|(name, vendor)| (name.to_owned(), vendor.truth()));
    let books = Books::read(|sql| till.rows(sql), truth);
    books.are_the_truth();
    books.are_sound_where_one_is_heard();
    let booked = books.heard();
    assert_eq!(booked.len(), heard.len());
    for (id, backend) in &heard {
        assert_eq!(booked.get(id.as_str()), Some(&backend.as_str()), "{id}");
    }
    assert!(books.paid_twice() > 0, "no two have spoken for one request");
}
