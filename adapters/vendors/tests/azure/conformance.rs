//! What every backend must do, with a fake Azure behind it.

use speech::{Codec, Receipt};
use testing::utterance;
use vendors::{Kind, Vendor};

use crate::{Heard, Tested, document, heard, open};

const JENNY: &str = "en-US-JennyNeural";

#[tokio::test]
async fn it_conforms() -> Tested {
    let vendor = Vendor::start(Kind::Azure)?;
    let backend = open(&vendor.base_url())?;
    backend.refresh().await?;
    assert_eq!(backend.voices().len(), 500);
    let running = || vendor.truth().iter().filter(|served| !served.ended).count();
    testing::conforms(backend, JENNY, running).await;
    Ok(())
}

#[tokio::test]
async fn what_is_billed_is_what_azure_counts() -> Tested {
    let vendor = Vendor::start(Kind::Azure)?;
    let backend = open(&vendor.base_url())?;
    let rates = billing::Rates::builtin()?;
    let noon = speech::Clock::unix_ms(&testing::Noon);
    let rate = rates.at("azure", "azure", "neural", noon).ok_or("no rate")?;
    let texts = ["Hello & <good> bye.", "漢字 and kana かな."];
    let mut utterances: Vec<_> = texts.map(|text| utterance(text, JENNY, Codec::Pcm.into())).into();
    let source =
        r#"<speak><voice name="x">Say <emphasis>this</emphasis>, <break time="100ms"/>漢.</voice></speak>"#;
    utterances.push(document(source, JENNY, Codec::Pcm.into())?);
    for timed in [false, true] {
        for utterance in &utterances {
            let mut utterance = utterance.clone();
            utterance.delivery.timed = timed;
            utterance.delivery.speed = speech::Speed::new(1.5)?;
            let billed = backend.billed(&utterance).ok_or("nothing is billed")?;
            let receipt = Receipt::default();
            let sound = backend.speak(utterance, receipt.clone()).await?;
            let Heard { audio, words, .. } = heard(sound).await?;
            assert!(audio.len() > 10_000 && words.is_empty() != timed);
            let served = vendor.truth().pop().ok_or("nothing was served")?;
            assert_eq!(served.body, billed);
            assert_eq!(served.billed_characters, rate.count(&billed));
            assert_eq!(receipt.read().request_id, Some(served.request_id));
        }
    }
    Ok(())
}

#[tokio::test]
async fn words_and_shapes_of_the_mouth_are_those_of_the_text() -> Tested {
    let vendor = Vendor::start(Kind::Azure)?;
    let backend = open(&vendor.base_url())?;
    let text = "“It was,” said the well-known O'Hare, “the best of times!”";
    let mut utterance = utterance(text, JENNY, Codec::Mp3.into());
    (utterance.delivery.timed, utterance.delivery.visemes) = (true, true);
    let Heard { words, .. } = heard(backend.speak(utterance, Receipt::default()).await?).await?;
    let told: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(told, text.split_whitespace().collect::<Vec<_>>());
    assert!(words.iter().all(|word| !word.visemes.is_empty()));
    let times: Vec<u64> = words.iter().flat_map(|word| &word.visemes).map(|viseme| viseme.at_ms).collect();
    assert!(times.is_sorted(), "{times:?}");
    for (word, next) in words.iter().zip(&words[1..]) {
        assert!(word.visemes.iter().all(|viseme| viseme.at_ms < next.start_ms), "{}", word.text);
    }
    Ok(())
}
