use std::time::Duration;

use futures::StreamExt;
use futures::future::join_all;
use futures::stream;
use outbound::Deadlines;
use speech::{Backend, Codec, ErrorKind, Origin, Piece, Receipt, Sound, SpeechError};
use vendors::{Fault, Kind, Script, Vendor};

use super::{Heard, KEY, RACHEL, TEXT, eleven, heard};

/// The four calls and the socket.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Call {
    Convert,
    Stream,
    WithTimestamps,
    StreamWithTimestamps,
    StreamInput,
}

const CALLS: [Call; 5] =
    [Call::Convert, Call::Stream, Call::WithTimestamps, Call::StreamWithTimestamps, Call::StreamInput];

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

async fn sound(backend: &dyn Backend, call: Call, receipt: Receipt) -> Result<Sound, SpeechError> {
    let mut utterance = testing::utterance(TEXT, RACHEL, Codec::Mp3.into());
    utterance.delivery.whole = matches!(call, Call::Convert | Call::WithTimestamps);
    utterance.delivery.timed = matches!(call, Call::WithTimestamps | Call::StreamWithTimestamps);
    if call != Call::StreamInput {
        return backend.speak(utterance, receipt).await;
    }
    let pieces = [Piece { text: TEXT.into(), flush: false }];
    backend.follow(&utterance.delivery).unwrap()(stream::iter(pieces).boxed(), receipt).await
}

async fn said(backend: &dyn Backend, call: Call, receipt: &Receipt) -> Result<Heard, SpeechError> {
    heard(sound(backend, call, receipt.clone()).await?).await
}

#[tokio::test]
async fn every_fault_of_every_call_is_one_clear_error_in_time() {
    use ErrorKind::{BackendFailed, DeadlineExceeded, QuotaExceeded, RateLimited};
    let faults = [
        (Script::once(Fault::RateLimited), RateLimited, true),
        (Script::once(Fault::Quota), QuotaExceeded, false),
        (Script::once(Fault::ServerError), BackendFailed, true),
        (Script::once(Fault::Unavailable), BackendFailed, true),
        (Script::once(Fault::BadKey), BackendFailed, false),
        (Script::once(Fault::SlowFirstByte), DeadlineExceeded, true),
        (Script::once(Fault::OneByteASecond), DeadlineExceeded, true),
        (Script::once(Fault::Cut), BackendFailed, true),
        (Script::once(Fault::Cut).after_bytes(20_000), BackendFailed, true),
        (Script::once(Fault::Stall), DeadlineExceeded, true),
        (Script::once(Fault::Stall).after_bytes(20_000), DeadlineExceeded, true),
        (Script::once(Fault::WrongContentType), BackendFailed, true),
        (Script::once(Fault::JsonError), BackendFailed, true),
        (Script::once(Fault::JsonAsAudio), BackendFailed, true),
        (Script::once(Fault::HugeBody), BackendFailed, true),
        (Script::once(Fault::ZeroAudio), BackendFailed, true),
        (Script::once(Fault::GzipBomb), BackendFailed, true),
    ];
    let of_call = async |call: Call| {
        let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
        let backend = eleven(&vendor.base_url(), impatient());
        for (script, kind, again) in faults {
            if call == Call::StreamInput && script.fault == Fault::GzipBomb {
                continue;
            }
            vendor.script(script);
            let receipt = Receipt::default();
            let Err(error) = said(&*backend, call, &receipt).await else {
                panic!("{call:?} took {:?} for speech", script.fault)
            };
            assert_eq!(error.kind(), kind, "{call:?} of {:?}: {error}", script.fault);
            assert_eq!(error.may_succeed_later(), again, "{call:?} of {:?}: {error}", script.fault);
            let served = vendor.truth().pop().unwrap();
            assert_eq!(receipt.is_taken(), served.billed_characters > 0, "{call:?} of {:?}", script.fault);
            // A socket says nothing of its cost.
            let told = (receipt.is_taken() && call != Call::StreamInput).then_some(served.credits);
            assert_eq!(receipt.read().characters, told, "{call:?} of {:?}", script.fault);
            let everything = format!("{error} {error:?}");
            assert!(!everything.contains(KEY) && !everything.contains("best of times"), "{everything}");
        }
        // None of it has worn anything out.
        let Heard { audio, .. } = said(&*backend, call, &Receipt::default()).await.unwrap();
        assert!(audio.len() > 10_000, "{call:?}");
    };
    join_all(CALLS.map(of_call)).await;
}

#[tokio::test]
async fn a_limit_says_when_to_come_back() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    let backend = eleven(&vendor.base_url(), impatient());
    vendor.script(Script::once(Fault::RateLimited));
    let Err(error) = sound(&*backend, Call::Stream, Receipt::default()).await else {
        panic!("it was to be refused")
    };
    assert_eq!(error.wait(), Some(Duration::from_secs(1)));
}

#[tokio::test]
async fn a_voice_that_was_listed_and_is_gone_is_not_the_clients_fault() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    let backend = eleven(&vendor.base_url(), impatient());
    backend.refresh().await.unwrap();
    vendor.remove_voice(RACHEL);
    for call in CALLS {
        let error = said(&*backend, call, &Receipt::default()).await.err();
        let fault = error.map(|error| (error.kind(), error.origin(), error.may_succeed_later()));
        assert_eq!(fault, Some((ErrorKind::UnknownVoice, Origin::Backend, false)), "{call:?}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_the_clients_fault() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    let backend = eleven(&vendor.base_url(), impatient());
    let mut utterance = testing::utterance(TEXT, "abcdefghij0123456789", Codec::Mp3.into());
    let Err(error) = backend.speak(utterance.clone(), Receipt::default()).await else {
        panic!("nobody has this voice")
    };
    assert_eq!((error.kind(), error.param()), (ErrorKind::UnknownVoice, Some("voice")));
    assert_eq!(error.origin(), Origin::Client, "it is in no list");
    utterance.delivery.voice = RACHEL.into();
    utterance.delivery.model = Some("eleven_of_tomorrow".into());
    let Err(error) = backend.speak(utterance, Receipt::default()).await else {
        panic!("nobody has this model")
    };
    assert_eq!((error.kind(), error.param()), (ErrorKind::UnknownModel, Some("model")));
    let long = testing::utterance(&TEXT.repeat(200), RACHEL, Codec::Mp3.into());
    let Err(error) = backend.speak(long, Receipt::default()).await else { panic!("the text is too long") };
    assert_eq!((error.kind(), error.param()), (ErrorKind::InvalidText, Some("input")));
}
