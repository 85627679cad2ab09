//! The ledger is what the vendors served, to the character and to the nano-dollar: whatever breaks there, and whenever
//! the client hangs up.

mod calls;
mod market;
mod seeds;
pub(crate) mod truth;

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use vendors::{Fault, Script};

use crate::harness::federation::speeches;
use crate::harness::text_of;
use crate::harness::tools::Sdk;
use calls::{Call, HangUp};
use market::Market;

/// Longer than any deadline of the gateway's.
const PATIENCE: Duration = Duration::from_secs(90);

/// Longer than it takes to hear the end of anything that goes on.
const SHORT_PATIENCE: Duration = Duration::from_secs(5);

/// Everything that a vendor can do, each at a stall of its own.
fn scripts() -> Vec<(&'static str, Script)> {
    let later = 40_000;
    vec![
        ("calm", Script::once(Fault::None)),
        ("rate-limited", Script::once(Fault::RateLimited)),
        ("quota", Script::once(Fault::Quota)),
        ("server-error", Script::once(Fault::ServerError)),
        ("unavailable", Script::once(Fault::Unavailable)),
        ("bad-key", Script::once(Fault::BadKey)),
        ("slow", Script::once(Fault::SlowFirstByte).seconds(1)),
        ("silent", Script::once(Fault::SlowFirstByte)),
        ("trickle", Script::once(Fault::OneByteASecond)),
        ("cut", Script::once(Fault::Cut)),
        ("cut-later", Script::once(Fault::Cut).after_bytes(later)),
        ("stall", Script::once(Fault::Stall)),
        ("stall-later", Script::once(Fault::Stall).after_bytes(later)),
        ("page", Script::once(Fault::WrongContentType)),
        ("error", Script::once(Fault::JsonError)),
        ("error-as-audio", Script::once(Fault::JsonAsAudio)),
        ("huge", Script::once(Fault::HugeBody)),
        ("packed", Script::once(Fault::GzipBomb)),
        ("empty", Script::once(Fault::ZeroAudio)),
        ("too-short", Script::once(Fault::TooShort)),
    ]
}

#[test]
fn whatever_breaks_and_whenever_the_client_hangs_up_the_ledger_is_the_truth() {
    let scripts = scripts();
    let market = Market::of(scripts.iter().map(|(name, _)| (*name).to_owned()));
    let text = text_of(600);
    let lengths: BTreeMap<Call, usize> = Call::ALL
        .into_iter()
        .map(|call| (call, call.make(&market, "calm", &text, HangUp::Never, PATIENCE)))
        .collect();
    assert!(lengths.values().all(|length| *length > 20), "each is heard to its end: {lengths:?}");
    for (name, script) in &scripts {
        market.stall(name).script(script.times(0));
    }
    thread::scope(|scope| {
        for (name, script) in &scripts {
            for call in Call::ALL {
                let (market, text, length) = (&market, &text, lengths[&call]);
                scope.spawn(move || {
                    for hang_up in HangUp::of(length) {
                        // Of those that fall silent each is given up once, and otherwise hung up on.
                        let is_endless = script.fault == Fault::OneByteASecond;
                        let hears_it_out = hang_up == HangUp::Never && !is_endless;
                        let patience = if hears_it_out { PATIENCE } else { SHORT_PATIENCE };
                        call.make(market, name, text, hang_up, patience);
                    }
                });
            }
        }
    });
    let books = market.close();
    books.are_the_truth();
    books.are_sound();
    // At the fourteen stalls that take a call, five of each vendor's before it is left alone, and five of each socket's.
    let (_, paid) = books.calls_charged_and_paid();
    assert!(paid >= 14 * 3 * 5, "{paid} calls were taken");
}

#[test]
fn an_sdk_that_tries_again_is_charged_for_what_it_got_and_we_for_what_the_vendor_served() {
    let faults = [Fault::RateLimited, Fault::ServerError, Fault::JsonError, Fault::Cut, Fault::ZeroAudio];
    let market = Market::of(["retried".to_owned()]);
    let stall = market.stall("retried");
    for sdk in [Sdk::OpenAiPython, Sdk::OpenAiJavaScript] {
        for fault in faults {
            stall.openai.script(Script::once(fault));
            market.play(sdk, "busy");
        }
    }
    let statuses: Vec<u16> = speeches(&stall.openai).iter().map(|served| served.status).collect();
    assert_eq!(statuses, [[429, 200], [500, 200], [200, 200], [200, 200], [200, 200]].concat().repeat(2));
    let books = market.close();
    books.are_the_truth();
    books.are_sound();
    // Of twenty calls four were refused and six broken off: the client pays for the ten that it heard, we for sixteen.
    assert_eq!(books.calls_charged_and_paid(), (10, 16));
}
