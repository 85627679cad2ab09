//! What becomes of a request when Azure fails.

use std::time::Duration;

use adapters::{Auth, AzureSettings};
use futures::future::join_all;
use outbound::Deadlines;
use speech::{Backend, Codec, ErrorKind, Receipt, SpeechError};
use testing::utterance;
use vendors::{Fault, Kind, Script, Vendor};

use crate::{Heard, KEY, Tested, all_of, heard, open_with, settings};

const TEXT: &str = "It was the best of times, it was the worst of times.";

const JENNY: &str = "en-US-JennyNeural";

/// Less than the second between two bytes, and far more than the loopback takes.
fn impatient() -> Deadlines {
    Deadlines {
        connect: Duration::from_secs(5),
        first_byte: Duration::from_secs(2),
        idle: Duration::from_millis(900),
        total: Duration::from_secs(30),
        slot: Duration::from_secs(1),
    }
}

async fn said(backend: &dyn Backend, is_timed: bool, receipt: &Receipt) -> Result<Heard, SpeechError> {
    let mut utterance = utterance(TEXT, JENNY, Codec::Mp3.into());
    utterance.delivery.timed = is_timed;
    heard(backend.speak(utterance, receipt.clone()).await?).await
}

#[tokio::test]
async fn every_fault_of_a_call_and_of_a_socket_is_one_clear_error_in_time() -> Tested {
    use ErrorKind::{BackendFailed, DeadlineExceeded, RateLimited};
    let faults = [
        (Script::once(Fault::RateLimited), RateLimited, true),
        (Script::once(Fault::Quota), RateLimited, true),
        (Script::once(Fault::ServerError), BackendFailed, true),
        (Script::once(Fault::Unavailable), BackendFailed, true),
        (Script::once(Fault::BadKey), BackendFailed, false),
        (Script::once(Fault::SlowFirstByte), DeadlineExceeded, true),
        (Script::once(Fault::OneByteASecond), DeadlineExceeded, true),
        (Script::once(Fault::Cut), BackendFailed, true),
        (Script::once(Fault::Cut).after_bytes(10_000), BackendFailed, true),
        (Script::once(Fault::Stall), DeadlineExceeded, true),
        (Script::once(Fault::Stall).after_bytes(10_000), DeadlineExceeded, true),
        (Script::once(Fault::WrongContentType), BackendFailed, true),
        (Script::once(Fault::JsonError), BackendFailed, true),
        (Script::once(Fault::JsonAsAudio), BackendFailed, true),
        (Script::once(Fault::HugeBody), BackendFailed, true),
        (Script::once(Fault::ZeroAudio), BackendFailed, true),
        (Script::once(Fault::GzipBomb), BackendFailed, true),
    ];
    let of_way = async |is_timed: bool| -> Tested {
        let vendor = Vendor::start(Kind::Azure)?;
        let backend = open_with(settings(&vendor.base_url(), AzureSettings::default())?, impatient())?;
        for (script, kind, again) in faults {
            if is_timed && script.fault == Fault::GzipBomb {
                continue;
            }
            vendor.script(script);
            let receipt = Receipt::default();
            let Err(error) = said(&*backend, is_timed, &receipt).await else {
                return Err(format!("{:?} was taken for speech, timed: {is_timed}", script.fault).into());
            };
            assert_eq!(error.kind(), kind, "{:?}, timed: {is_timed}: {error}", script.fault);
            assert_eq!(error.may_succeed_later(), again, "{:?}, timed: {is_timed}: {error}", script.fault);
            let served = vendor.truth().pop().ok_or("nothing was asked")?;
            assert_eq!(
                receipt.is_taken(),
                served.billed_characters > 0,
                "{:?}, timed: {is_timed}",
                script.fault
            );
            let all = all_of(&error);
            assert!(!all.contains(KEY) && !all.contains("best of times"), "{all}");
        }
        // None of it has worn anything out.
        let Heard { audio, words, .. } = said(&*backend, is_timed, &Receipt::default()).await?;
        assert!(audio.len() > 10_000 && words.is_empty() != is_timed);
        Ok(())
    };
    join_all([true, false].map(of_way)).await.into_iter().collect()
}

#[tokio::test]
async fn tokens_end_and_are_renewed_for_calls_and_sockets() -> Tested {
    let vendor = Vendor::start(Kind::Azure)?;
    let azure = AzureSettings { auth: Auth::Token, ..AzureSettings::default() };
    let backend = open_with(settings(&vendor.base_url(), azure)?, impatient())?;
    let issued = || vendor.truth().iter().filter(|served| served.path.ends_with("issueToken")).count();
    backend.refresh().await?;
    for (number, is_timed) in [(1, false), (1, true), (2, false), (3, true)] {
        if number > 1 {
            vendor.expire_tokens();
        }
        assert!(said(&*backend, is_timed, &Receipt::default()).await?.audio.len() > 10_000);
        assert_eq!(issued(), number, "timed: {is_timed}");
    }
    let shown = vendor.truth().into_iter().filter(|served| !served.path.ends_with("issueToken"));
    assert!(shown.into_iter().all(|served| !served.headers.contains_key("ocp-apim-subscription-key")));
    Ok(())
}
