//! What one vendor alone makes, and what a vendor charges for that is not the client's own text.

use std::num::NonZeroU32;

use speech::{AudioFormat, Volume};

use super::*;

/// 8 bit/s: a second a byte.
const OWN: AudioFormat =
    AudioFormat { codec: Codec::Foreign("amr-wb-16000hz"), rate: NonZeroU32::new(16_000), bit_rate: Some(8) };

fn maker() -> Arc<Actor> {
    let anna = [("anna", Gender::Female)];
    Arc::new(Actor { own_codec: Some(OWN.codec), ..Actor::new("dear", "dear", &anna) })
}

fn asked(voice: &str, policy: Policy) -> SpeechRequest {
    let terms = Terms { format: OWN, routing: by(policy), ..Terms::new("r1", "local".into(), Door::Azure) };
    let text = SpeechText::new("A text as long as its sound, and then some more of it.", None).unwrap();
    SpeechRequest { text, voice: voice.into(), terms }
}

#[tokio::test]
async fn it_is_handed_on_as_it_is_whoever_else_would_be_cheaper() {
    let (_, cheap, own) = three();
    let house = house(&[&maker(), &cheap, &own]);
    for policy in [Policy::Exact, Policy::Equivalent, Policy::Cheapest, Policy::LocalFirst] {
        let spoken = house.engine.speak(asked("anna", policy)).await.unwrap();
        let mut audio = spoken.audio;
        let mut bytes = Vec::new();
        while let Some(chunk) = audio.next().await {
            bytes.extend(chunk.unwrap().bytes);
        }
        assert_eq!(bytes, asked("anna", policy).text.as_str().as_bytes(), "{policy:?}");
    }
    assert!(cheap.said().is_empty() && own.said().is_empty());
    let explanation = house.engine.explain(&asked("anna", Policy::Cheapest).terms, "anna", "Hello.").unwrap();
    assert_eq!(explanation.candidates.len(), 1);
    assert!(explanation.rejected.iter().any(|other| other.filter == "format"), "{explanation:?}");
}

#[tokio::test]
async fn nobody_else_is_asked_for_it_and_what_there_is_is_listed() {
    let (dear, cheap, _) = three();
    let house = house(&[&dear, &cheap]);
    for policy in [Policy::Exact, Policy::Equivalent] {
        let error = house.engine.speak(asked("anna", policy)).await.err().unwrap();
        assert_eq!((error.kind(), error.param()), (ErrorKind::InvalidParameter, Some("response_format")));
        assert!(error.allowed().iter().any(|name| name == "mp3"), "{error}");
        assert!(error.message().contains("amr-wb-16000hz"), "{error}");
    }
    assert!(dear.said().is_empty() && cheap.said().is_empty());
}

#[tokio::test]
async fn it_cannot_be_made_louder() {
    let maker = maker();
    let house = house(&[&maker]);
    let mut request = asked("anna", Policy::Exact);
    request.terms.volume = Volume::new(2.0).unwrap();
    let error = house.engine.speak(request).await.err().unwrap();
    assert_eq!((error.kind(), error.param()), (ErrorKind::InvalidParameter, Some("response_format")));
    assert!(maker.said().is_empty());
}

#[tokio::test]
async fn what_is_sent_is_held_estimated_and_charged_for() {
    const PREFACE: &str = "0123456789";
    let anna = [("anna", Gender::Female)];
    let wordy = Arc::new(Actor { preface: Some(PREFACE), ..Actor::new("dear", "dear", &anna) });
    let house = house(&[&wordy]);
    let request = asked("anna", Policy::Exact);
    let request = SpeechRequest { terms: Terms { format: Codec::Pcm.into(), ..request.terms }, ..request };
    let counted = PREFACE.len() + request.text.characters();
    // 100 dollars for a million.
    let price = Nanos::new(counted as i64 * 100_000);
    assert_eq!(house.engine.estimate(&request).unwrap().likely, price);
    listen(house.engine.speak(request.clone()).await.unwrap()).await.unwrap();
    house.engine.settled().await;
    let settlement = house.ledger.settlements().remove(0);
    assert_eq!(settlement.charge.nanos, price);
    assert_eq!(settlement.row.characters, Some(request.text.characters() as u64));
}
