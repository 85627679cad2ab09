//! Every fault of the fake vendor ends in one clear error, in time.

use std::time::Duration;

use outbound::Deadlines;
use speech::ErrorKind::{self, BackendFailed, DeadlineExceeded, QuotaExceeded, RateLimited};
use speech::{Codec, Receipt, SpeechError};
use testing::utterance;
use tokio::time::timeout;
use vendors::{Fault, Kind, Script, Vendor};

use crate::{KEY, Tested, all_of, heard, open_with, refused, settings};

const TEXT: &str = "The harbour was quiet that morning, and nobody spoke of it.";

const SHORT: Deadlines = Deadlines {
    connect: Duration::from_secs(5),
    first_byte: Duration::from_secs(1),
    idle: Duration::from_secs(1),
    total: Duration::from_secs(3),
    slot: Duration::from_secs(10),
};

/// What a listener gets when the vendor suffers that, and the receipt.
async fn fate(
    vendor: &Vendor,
    model: &str,
    script: Script,
) -> Result<(SpeechError, Receipt), Box<dyn std::error::Error>> {
    let mut set = settings(Some(&vendor.base_url())).ok_or("no settings")?;
    set.models = vec![model.to_owned()];
    // A byte a second is never too slow for the next byte, only for the whole.
    let idle = if script.fault == Fault::OneByteASecond { Duration::from_secs(20) } else { SHORT.idle };
    let backend = open_with(set, Deadlines { idle, ..SHORT })?;
    vendor.script(script);
    let receipt = Receipt::default();
    let said = async {
        let sound = backend.speak(utterance(TEXT, "alloy", Codec::Mp3.into()), receipt.clone()).await?;
        heard(sound).await
    };
    Ok((refused(timeout(Duration::from_secs(30), said).await?)?, receipt))
}

#[tokio::test]
async fn every_fault_is_one_clear_error_of_audio() -> Tested {
    every_fault_is_one_clear_error("tts-1").await
}

#[tokio::test]
async fn every_fault_is_one_clear_error_of_events() -> Tested {
    every_fault_is_one_clear_error("gpt-4o-mini-tts").await
}

async fn every_fault_is_one_clear_error(model: &str) -> Tested {
    let cut = |fault, after| Script::once(fault).after_bytes(after);
    let table: [(Script, ErrorKind, bool); 16] = [
        (Script::once(Fault::RateLimited), RateLimited, true),
        (Script::once(Fault::Quota), QuotaExceeded, false),
        (Script::once(Fault::ServerError), BackendFailed, true),
        (Script::once(Fault::Unavailable), BackendFailed, true),
        (Script::once(Fault::BadKey), BackendFailed, false),
        (Script::once(Fault::SlowFirstByte), DeadlineExceeded, true),
        (Script::once(Fault::OneByteASecond), DeadlineExceeded, true),
        (cut(Fault::Cut, 0), BackendFailed, true),
        (cut(Fault::Cut, 6_000), BackendFailed, true),
        (cut(Fault::Stall, 0), DeadlineExceeded, true),
        (cut(Fault::Stall, 6_000), DeadlineExceeded, true),
        (Script::once(Fault::WrongContentType), BackendFailed, true),
        (Script::once(Fault::JsonError), BackendFailed, true),
        (Script::once(Fault::JsonAsAudio), BackendFailed, true),
        (Script::once(Fault::GzipBomb), BackendFailed, true),
        (Script::once(Fault::ZeroAudio), BackendFailed, true),
    ];
    let vendor = Vendor::start(Kind::OpenAi)?;
    for (script, kind, retry) in table {
        let (error, receipt) = fate(&vendor, model, script).await?;
        let served = vendor.truth().pop().ok_or("no request")?;
        assert_eq!(receipt.is_taken(), served.billed_characters > 0, "{script:?}");
        assert_eq!(receipt.is_taken(), receipt.read().request_id.is_some(), "{script:?}");
        let all = all_of(&error);
        assert_eq!((error.kind(), error.may_succeed_later()), (kind, retry), "{model} {script:?} {all}");
        assert!(!all.contains("harbour") && !all.contains(KEY) && !all.contains("http:"), "{all}");
        let wait = (script.fault == Fault::RateLimited).then_some(Duration::from_secs(1));
        assert_eq!(error.wait(), wait, "{script:?}");
    }
    Ok(())
}

#[tokio::test]
async fn ten_gibibytes_are_not_taken() -> Tested {
    let vendor = Vendor::start(Kind::OpenAi)?;
    for model in ["tts-1", "gpt-4o-mini-tts"] {
        let mut set = settings(Some(&vendor.base_url())).ok_or("no settings")?;
        set.models = vec![model.to_owned()];
        vendor.script(Script::once(Fault::HugeBody));
        let backend = open_with(set, Deadlines::default())?;
        let said = utterance("Hello.", "alloy", Codec::Mp3.into());
        let sound = backend.speak(said, Receipt::default()).await?;
        let error = refused(timeout(Duration::from_secs(60), heard(sound)).await?)?;
        assert_eq!(error.message(), "The backend acme sent far more than was asked for.", "{model}");
    }
    Ok(())
}
