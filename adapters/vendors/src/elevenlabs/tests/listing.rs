use std::collections::BTreeSet;

use outbound::Outbound;
use speech::{Codec, Date, ErrorKind, Gender, Model, Origin, Receipt, Voice};
use testing::server::{Server, answer};
use vendors::{Fault, Kind, Script, Vendor};

use super::{RACHEL, eleven, heard, patient, settings};

#[tokio::test]
async fn voices_are_listed_to_the_last_page_and_found_by_id_and_by_name() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    let backend = eleven(&vendor.base_url(), patient());
    assert!(backend.voices().is_empty());
    backend.refresh().await.unwrap();

    let voices = backend.voices();
    let pages = vendor.truth().iter().filter(|served| served.path == "/v2/voices").count();
    assert!(voices.len() > 300 && pages == voices.len().div_ceil(100), "{} on {pages} pages", voices.len());
    assert_eq!(voices.iter().map(|voice| &voice.id.voice).collect::<BTreeSet<_>>().len(), voices.len());
    assert!(voices.iter().all(|voice| !voice.languages.is_empty() && voice.id.backend == "eleven"));

    let rachel = backend.voice("rachel").unwrap();
    assert_eq!(backend.voice(RACHEL).unwrap(), rachel);
    assert_eq!((rachel.id.to_string(), rachel.gender), (format!("eleven:{RACHEL}"), Some(Gender::Female)));
    assert_eq!(rachel.labels.get("accent").map(String::as_str), Some("american"));
    assert!(
        rachel.preview_url.is_some() && rachel.languages.iter().any(|language| language.starts_with("en"))
    );

    let unlisted = backend.voice("abcdefghij0123456789").unwrap();
    assert_eq!(unlisted.id.to_string(), "eleven:abcdefghij0123456789");
    let error = backend.voice("nobody").unwrap_err();
    assert_eq!(
        (error.kind(), error.param(), error.allowed().len()),
        (ErrorKind::UnknownVoice, Some("voice"), 50)
    );
}

#[tokio::test]
async fn models_have_their_limits_and_the_usual_one_comes_first() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    let backend = eleven(&vendor.base_url(), patient());
    let ids = |models: &[speech::Model]| models.iter().map(|model| model.id.clone()).collect::<Vec<_>>();
    let before = backend.models();
    assert_eq!(before[0].id, "eleven_multilingual_v2");
    assert!(before.iter().all(|model| model.most_characters.is_some()));

    backend.refresh().await.unwrap();
    let models = backend.models();
    assert_eq!((models[0].id.as_str(), models[0].languages.len()), ("eleven_multilingual_v2", 29));
    assert!(ids(&models).contains(&"eleven_v4".to_owned()));
    assert!(!ids(&models).contains(&"eleven_multilingual_sts_v2".to_owned()), "it does not speak");
    let flash = models.iter().find(|model| model.id == "eleven_flash_v2_5").unwrap();
    assert_eq!(flash.most_characters, Some(40_000));

    let mut chosen = settings(&vendor.base_url());
    chosen.models = vec!["eleven_v3".into(), "eleven_of_tomorrow".into()];
    chosen.voices = vec![RACHEL.into(), "of-the-library".into()];
    let backend = crate::elevenlabs::open(chosen, Outbound::new(patient()).unwrap()).unwrap();
    assert_eq!(backend.voices().len(), 2);
    backend.refresh().await.unwrap();
    assert_eq!(ids(&backend.models()), ["eleven_v3", "eleven_of_tomorrow"]);
    assert_eq!(backend.models()[0].most_characters, Some(5_000));
    assert!(backend.voice("of-the-library").is_ok());
    assert_eq!(backend.voices().iter().filter(|voice| voice.id.voice == RACHEL).count(), 1);
}

#[tokio::test]
async fn what_was_known_stays_known_when_nobody_answers() {
    let json = &["content-type: application/json"];
    let models = answer("200 OK", json, br#"[{"model_id":"m","maximum_text_length_per_request":7}]"#);
    let twins = br#"{"voices":[{"voice_id":"a","name":"Ann"},{"voice_id":"b","name":"ann"}],"has_more":false,"next_page_token":"t"}"#;
    let answers = [models, answer("200 OK", json, twins), answer("500 Oh", &[], b"")];
    let server = Server::answering(answers).await.unwrap();
    let backend = eleven(&format!("http://{}", server.address), patient());
    backend.refresh().await.unwrap();
    let known = (backend.models(), backend.voices());
    assert_eq!((known.0[0].most_characters, known.1.len()), (Some(7), 2));

    assert_eq!(backend.refresh().await.unwrap_err().kind(), ErrorKind::BackendFailed);
    assert_eq!((backend.models(), backend.voices()), known);
    assert_eq!(backend.voice("Ann").unwrap_err().allowed(), ["a", "b"]);
}

/// The second run is told by the shelf what the first was told by the vendor.
#[tokio::test]
async fn after_a_restart_all_voices_are_there_while_the_vendor_is_down() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    let before = eleven(&vendor.base_url(), patient());
    before.refresh().await.unwrap();
    let kept = serde_json::to_string(&(before.models().to_vec(), before.voices().to_vec())).unwrap();
    vendor.break_lists(true);
    vendor.script(Script::once(Fault::Unavailable));

    let after = eleven(&vendor.base_url(), patient());
    let (models, voices) = serde_json::from_str(&kept).unwrap();
    after.recall(models, voices);
    assert!(after.refresh().await.is_err());
    assert_eq!((after.models(), after.voices()), (before.models(), before.voices()));
    assert_eq!(after.voice("rachel").unwrap(), before.voice(RACHEL).unwrap());
    let error = testing::refuses(&*after, RACHEL).await;
    assert_eq!((error.origin(), error.may_succeed_later()), (Origin::Backend, true));

    let said = testing::utterance("Hello.", RACHEL, Codec::Mp3.into());
    let sound = after.speak(said, Receipt::default()).await.unwrap();
    assert!(heard(sound).await.unwrap().audio.len() > 1_000);
    vendor.break_lists(false);
    vendor.remove_voice(RACHEL);
    let anna = vendor.add_voice("Anna");
    after.refresh().await.unwrap();
    after.recall(before.models().to_vec(), before.voices().to_vec());
    assert!(after.voice("Anna").unwrap().id.voice == anna && after.voice("rachel").is_err());
}

#[tokio::test]
async fn what_is_set_now_holds_for_what_is_recalled() {
    let mut set = settings("http://127.0.0.1:1");
    set.models = vec!["of-tomorrow".into(), "m".into()];
    set.voices = vec!["b".into(), "c".into()];
    set.deprecated_after = Some(Date::constant(2030, 5, 1));
    let backend = crate::elevenlabs::open(set.clone(), Outbound::new(patient()).unwrap()).unwrap();
    let model = Model { most_characters: Some(7), ..backend.models()[0].clone() };
    let models = ["l", "m"].map(|id| Model { id: id.into(), deprecated_after: None, ..model.clone() });
    let voice = |id, name: &str| Voice { name: name.into(), ..Voice::named("eleven", id) };
    backend.recall(models.into(), vec![voice("a", "Anna"), voice("b", "Bert")]);
    let models = backend.models();
    assert_eq!(models.iter().map(|model| model.id.as_str()).collect::<Vec<_>>(), ["of-tomorrow", "m"]);
    assert_eq!(models[1].most_characters, Some(7));
    assert_eq!(
        backend.voices().iter().map(|voice| voice.name.as_str()).collect::<Vec<_>>(),
        ["Anna", "Bert", "c"]
    );
    assert!(models.iter().all(|model| model.deprecated_after == set.deprecated_after));
    assert!(backend.voices().iter().all(|voice| voice.deprecated_after == set.deprecated_after));
    backend.recall(Vec::new(), Vec::new());
    assert_eq!((backend.models(), backend.voices().len()), (models, 2), "no model is no list");
}

#[tokio::test]
async fn ten_thousand_voices_are_listed_and_found() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    vendor.list_voices(12_345);
    let backend = eleven(&vendor.base_url(), patient());
    backend.refresh().await.unwrap();
    let voices = backend.voices();
    assert_eq!(voices.len(), 12_345);
    let last = voices.last().unwrap();
    assert_eq!(backend.voice(&last.name.to_uppercase()).unwrap(), *last);
    assert_eq!(backend.voice("nobody").unwrap_err().allowed().len(), 50);
}

#[tokio::test]
async fn a_list_without_end_is_given_up() {
    let json = &["content-type: application/json"];
    let models = answer("200 OK", json, br#"[{"model_id":"m"}]"#);
    let page =
        answer("200 OK", json, br#"{"voices":[{"voice_id":"a"}],"has_more":true,"next_page_token":"t"}"#);
    let server = Server::answering([models, page]).await.unwrap();
    let backend = eleven(&format!("http://{}", server.address), patient());
    assert_eq!(backend.refresh().await.unwrap_err().kind(), ErrorKind::BackendFailed);
    assert!(backend.voices().is_empty());
    assert_eq!(backend.models()[0].id, "m");
}
