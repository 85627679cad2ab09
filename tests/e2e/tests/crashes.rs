//! The gateway dies, anywhere: nothing is lost, nothing counts twice.

use std::collections::BTreeMap;
use std::net::TcpStream;
use std::thread;

use serde_json::json;
use services::Postgres;
use tungstenite::Message;
use vendors::{Kind, Vendor};

use crate::harness::till::{Books, PRICE};
use crate::harness::{Server, Stopwatch, Till, eventually, text_of};

/// A voice of ElevenLabs.
const VOICE: &str = "elevenlabs:EXAVITQu4vr4xnSDxMaL";

/// How a text comes to its vendor.
#[derive(Clone, Copy, Debug)]
enum Asked {
    /// In one call.
    Whole,
    /// In two, of ElevenLabs: it is longer than its model takes.
    InParts,
    /// While it is written, on a socket of ElevenLabs.
    Dictated,
}

/// How much of a text the vendor bills for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Billed {
    Nothing,
    Part,
    All,
}

use Asked::{Dictated, InParts, Whole};
use Billed::{All, Nothing, Part};

/// Where the process ends, with what the vendor bills for the request by then, and whether the books say that all of it
/// was spoken; else they say nothing of it.
///
/// A request whose vendor was about to be called is settled as if it had been: nobody can know any more.
const ENDS: [(Asked, &str, Billed, bool); 25] = [
    (Whole, "hold=return", Nothing, false),
    (Whole, "commit=return", Nothing, false),
    (Whole, "committed=return", Nothing, true),
    (Whole, "held=return", Nothing, true),
    (Whole, "called=return", Nothing, true),
    (Whole, "answered=return", All, true),
    (Whole, "settle=return", All, true),
    // The first is the hold's.
    (Whole, "commit=1*off->return", All, true),
    (Whole, "committed=1*off->return", All, true),
    (Whole, "settled=return", All, true),
    (InParts, "called=return", Nothing, true),
    (InParts, "grow=return", Part, true),
    (InParts, "grown=return", Part, true),
    (InParts, "called=1*off->return", Part, true),
    (InParts, "answered=1*off->return", All, true),
    (InParts, "settle=return", All, true),
    (InParts, "settled=return", All, true),
    // On a socket, text is paid for before it is sent.
    (Dictated, "held=return", Nothing, false),
    (Dictated, "called=return", Nothing, false),
    (Dictated, "answered=return", Nothing, false),
    (Dictated, "grow=return", Nothing, false),
    (Dictated, "committed=1*off->return", Nothing, true),
    (Dictated, "grown=return", Nothing, true),
    (Dictated, "settle=return", All, true),
    (Dictated, "settled=return", All, true),
];

impl Asked {
    /// A text like no other.
    fn text(self, number: usize) -> String {
        match self {
            Self::Whole | Self::Dictated => "a".repeat(100 + number),
            Self::InParts => format!("{} {}.", text_of(10_050), "a".repeat(number)),
        }
    }

    /// What a character costs, in nano-dollars.
    fn price(self) -> u64 {
        match self {
            Self::Whole => PRICE,
            Self::InParts => 100_000,
            Self::Dictated => 50_000,
        }
    }

    /// Asks for it: whether it was said to its end.
    fn is_said(self, server: &Server, text: &str) -> bool {
        match self {
            Self::Whole => server.tries(None, text.len()).is_ok(),
            Self::InParts => {
                let body = json!({ "text": text, "voice": VOICE, "model": "eleven_multilingual_v2", "format": "pcm" });
                server.tries_to_post("/api/v1/speech", None, &body).is_ok()
            }
            Self::Dictated => dictate(server, text).is_ok(),
        }
    }
}

/// Says a text to ElevenLabs' socket, and hears what there is to hear.
fn dictate(server: &Server, text: &str) -> tungstenite::Result<()> {
    let address = server.address().strip_prefix("http://").unwrap();
    let url = format!("ws://{address}/v1/text-to-speech/{VOICE}/stream-input?model_id=eleven_flash_v2_5");
    let line = TcpStream::connect(address)?;
    let (mut socket, _) = tungstenite::client(url, line).map_err(|error| match error {
        tungstenite::HandshakeError::Failure(error) => error,
        tungstenite::HandshakeError::Interrupted(_) => unreachable!("the line waits"),
    })?;
    for text in [" ", text, ""] {
        socket.send(Message::text(json!({"text": text}).to_string()))?;
    }
    while !matches!(socket.read()?, Message::Close(_)) {}
    Ok(())
}

#[test]
fn a_gateway_that_dies_anywhere_loses_nothing_and_counts_nothing_twice() {
    for books in [Books::Sqlite, Books::Postgres(Postgres::shared().url_of_new_database())] {
        let elevenlabs = Vendor::start(Kind::ElevenLabs).unwrap();
        let till = Till::beside(books, "", |_| {
            let url = elevenlabs.base_url();
            format!(
                "[backends.elevenlabs]\nkind = \"elevenlabs\"\nbase_url = {url:?}\n\
                 api_key = {{ env = \"E2E_VENDORS_KEY\" }}\nmodels = [\"eleven_flash_v2_5\", \"eleven_multilingual_v2\"]\n"
            )
        });
        let billed = || -> u64 {
            let served = till.vendor.truth().into_iter().chain(elevenlabs.truth());
            served.map(|served| served.billed_characters).sum()
        };
        let mut due = BTreeMap::new();
        for (at, (asked, place, of_vendor, is_booked)) in ENDS.into_iter().enumerate() {
            let (text, before) = (asked.text(at), billed());
            let characters = text.len() as u64;
            let mut server = till.open(place);
            assert!(!asked.is_said(&server, &text), "{asked:?}, {place}: the gateway answered to the end");
            server.wait();
            let share = match billed() - before {
                0 => Nothing,
                some if some < characters => Part,
                _ => All,
            };
            assert_eq!(share, of_vendor, "{asked:?}, {place}: what the vendor bills");
            if is_booked {
                due.insert(characters as i64, (characters * asked.price()) as i64);
            }
        }
        let restarted = Stopwatch::start();
        let server = till.open("");
        till.check();
        assert!(restarted.seconds() < 60.0, "a hold was older than a minute");
        let booked = till.rows(
            "SELECT CAST(sum(characters) AS BIGINT) AS characters, CAST(sum(nanos) AS BIGINT) AS nanos
             FROM ledger WHERE attempt > 0 AND kind = 'settle' GROUP BY request HAVING sum(nanos) > 0",
        );
        let booked: BTreeMap<i64, i64> = booked
            .iter()
            .map(|row| (row["characters"].as_i64().unwrap(), row["nanos"].as_i64().unwrap()))
            .collect();
        assert_eq!(booked, due);
        assert_eq!(server.tries(None, 50).map(|(status, _)| status), Ok(200), "it serves again");
        dictate(&server, "It does.").unwrap();
    }
}

/// Kills the gateway again and again while many ask, and compares at the end.
#[test]
fn a_gateway_that_is_killed_at_random_loses_nothing_and_counts_nothing_twice() {
    const LIVES: u64 = 6;
    for till in Till::on_each() {
        let mut seed = std::process::id().wrapping_mul(2_654_435_761);
        eprintln!("seed {seed}");
        for _ in 0..LIVES {
            let server = till.open("");
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let least = u64::from(seed >> 16) % 40;
            let before = till.vendor.truth().len() as u64;
            thread::scope(|scope| {
                for asking in 0..12 {
                    let server = &server;
                    scope.spawn(move || while server.tries(None, 60 + asking).is_ok() {});
                }
                eventually("request", || (till.vendor.truth().len() as u64 >= before + least).then_some(()));
                server.kill_now();
            });
            drop(server.kill());
        }
        let _server = till.open("");
        till.check();
        let lost = till.number("SELECT count(*) AS lost FROM requests WHERE outcome = 'lost'");
        let (billed, booked) = (till.billed(), till.vendor_cost());
        assert!(billed > 0 && lost > 0, "nothing was spoken, or nothing was lost: {billed}, {lost}");
        // Of each request that was running, nobody can know whether the vendor heard of it.
        assert!(booked >= billed, "{booked} < {billed}: something is lost");
        assert!(booked - billed <= lost * 71 * PRICE as i64, "{booked} > {billed}, {lost} lost");
        let each = till.number("SELECT CAST(max(calls) AS BIGINT) AS calls FROM (SELECT count(*) AS calls FROM ledger WHERE attempt > 0 GROUP BY request) AS counted");
        assert_eq!(each, 1, "one call for each request");
    }
}
