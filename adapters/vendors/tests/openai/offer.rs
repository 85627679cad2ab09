//! What a server offers.

use std::sync::Arc;

use outbound::Deadlines;
use speech::{Codec, Date, ErrorKind, Model, Origin, Receipt, Voice};
use testing::server::{Server, answer};
use vendors::{Fault, Kind, Script, Vendor};

use crate::{Tested, heard, open, open_with, refused, settings};

fn ids(models: &[Model]) -> Vec<&str> {
    models.iter().map(|model| model.id.as_str()).collect()
}

fn names(voices: &[Voice]) -> Vec<(&str, &str)> {
    voices.iter().map(|voice| (voice.id.voice.as_str(), voice.name.as_str())).collect()
}

#[tokio::test]
async fn openai_s_own_models_and_voices_are_known_and_all_of_them_end() -> Tested {
    let last_day = Some(Date::constant(2027, 1, 6));
    for base_url in [None, Some("https://api.openai.com/v1"), Some("https://api.openai.com/v1/")] {
        let openai = open_with(settings(base_url).ok_or("no settings")?, Deadlines::default())?;
        openai.refresh().await?;
        let models = openai.models();
        assert_eq!(
            ids(&models),
            [
                "gpt-4o-mini-tts",
                "gpt-4o-mini-tts-2025-03-20",
                "gpt-4o-mini-tts-2025-12-15",
                "tts-1",
                "tts-1-hd"
            ]
        );
        assert!(
            models
                .iter()
                .all(|model| model.deprecated_after == last_day && model.most_characters == Some(4096))
        );
        let voices = openai.voices();
        assert_eq!(voices.len(), 13);
        assert!(voices.iter().all(|voice| voice.deprecated_after == last_day));
    }
    let mut keyless = settings(None).ok_or("no settings")?;
    keyless.api_key = None;
    let error = open_with(keyless, Deadlines::default()).err().ok_or("it opened")?;
    assert_eq!(error.to_string(), "The backend acme needs an api_key.");
    Ok(())
}

#[tokio::test]
async fn a_follower_says_itself_what_it_offers() -> Tested {
    let server = Server::answering([
        answer(
            "200 OK",
            &[],
            br#"{"object":"list","data":[{"id":"babbage-002"},{"id":"kokoro"},{"id":"kokoro"},{"id":"tts-1"}]}"#,
        ),
        answer(
            "200 OK",
            &[],
            br#"{"voices":["af_bella","","a\nb",{"id":"af_sky","name":"Sky"},{"name":"am_adam"}]}"#,
        ),
        answer("500 Broken", &[], b""),
    ])
    .await?;
    let follower = open(&server.base_url())?;
    assert_eq!(ids(&follower.models()), ["tts-1", "tts-1-hd", "gpt-4o-mini-tts"]);
    follower.refresh().await?;
    let known = || (follower.models(), follower.voices());
    let (models, voices) = known();
    assert_eq!(ids(&models), ["kokoro", "tts-1"], "not those that write");
    assert_eq!(names(&voices), [("af_bella", "af_bella"), ("af_sky", "Sky"), ("am_adam", "am_adam")]);
    assert!(models.iter().all(|model| model.deprecated_after.is_none() && model.most_characters.is_none()));
    assert_eq!(follower.voice("af_sky")?.id.to_string(), "acme:af_sky");
    let error = refused(follower.voice("alloy"))?;
    assert_eq!(error.kind(), ErrorKind::UnknownVoice);
    assert_eq!(error.allowed(), ["af_bella", "af_sky", "am_adam"]);

    assert_eq!(refused(follower.refresh().await)?.kind(), ErrorKind::BackendFailed);
    assert_eq!(known(), (models, voices));
    Ok(())
}

/// The second run is told by the shelf what the first was told by the vendor.
#[tokio::test]
async fn after_a_restart_all_voices_are_there_while_the_vendor_is_down() -> Tested {
    let vendor = Vendor::start(Kind::OpenAi)?;
    vendor.list_voices(5_000);
    let before = open(&vendor.base_url())?;
    before.refresh().await?;
    let kept = serde_json::to_string(&(before.models().to_vec(), before.voices().to_vec()))?;
    let last = before.voices().last().map(|voice| voice.id.voice.clone()).ok_or("no voices")?;
    vendor.break_lists(true);
    vendor.script(Script::once(Fault::Unavailable));

    let after = open(&vendor.base_url())?;
    let (models, voices) = serde_json::from_str(&kept)?;
    after.recall(models, voices);
    assert!(after.refresh().await.is_err());
    assert_eq!((after.models(), after.voices()), (before.models(), before.voices()));
    assert_eq!(after.voices().len(), 5_000);
    assert_eq!(testing::refuses(&*after, &last).await.origin(), Origin::Backend);

    let said = testing::utterance("Hello.", &last, Codec::Mp3.into());
    assert!(heard(after.speak(said, Receipt::default()).await?).await?.1.len() > 1_000);
    vendor.break_lists(false);
    vendor.list_voices(20);
    after.refresh().await?;
    after.recall(before.models().to_vec(), before.voices().to_vec());
    assert_eq!(after.voices().len(), 20, "the vendor has been asked");
    Ok(())
}

#[tokio::test]
async fn what_is_known_or_set_is_not_recalled() -> Tested {
    let other = open("http://127.0.0.1:1")?;
    let (models, voices) =
        (vec![Model { id: "m".into(), ..other.models()[0].clone() }], vec![Voice::named("acme", "a")]);
    let openai = open_with(settings(None).ok_or("no settings")?, Deadlines::default())?;
    openai.recall(models.clone(), voices.clone());
    assert_eq!((openai.models().len(), openai.voices().len()), (5, 13));
    let mut set = settings(Some("http://127.0.0.1:1")).ok_or("no settings")?;
    set.voices = vec!["tara".to_owned()];
    let follower = open_with(set, Deadlines::default())?;
    follower.recall(models.clone(), voices.clone());
    assert_eq!((ids(&follower.models()), names(&follower.voices())), (vec!["m"], vec![("tara", "tara")]));
    other.recall(models, voices);
    other.recall(Vec::new(), Vec::new());
    assert_eq!((ids(&other.models()), names(&other.voices())), (vec!["m"], vec![("a", "a")]));
    Ok(())
}

#[tokio::test]
async fn what_a_follower_makes_of_instructions_nobody_knows() -> Tested {
    let openai = open_with(settings(None).ok_or("no settings")?, Deadlines::default())?;
    let follower = open("http://127.0.0.1:1")?;
    assert_eq!((openai.capabilities().emotion, follower.capabilities().emotion), (true, false));
    Ok(())
}

#[tokio::test]
async fn a_follower_may_have_no_lists() -> Tested {
    for status in ["404 Not Found", "405 Method Not Allowed"] {
        let server = Server::answering([answer(status, &[], b"{}")]).await?;
        let follower = open(&server.base_url())?;
        follower.refresh().await?;
        assert_eq!((follower.models().len(), follower.voices().len()), (3, 13));
    }
    let server = Server::answering([
        answer("200 OK", &[], br#"{"data":[]}"#),
        answer("200 OK", &[], br#"{"voices":[]}"#),
    ])
    .await?;
    let follower = open(&server.base_url())?;
    follower.refresh().await?;
    assert_eq!((follower.models().len(), follower.voices().len()), (3, 13));
    Ok(())
}

#[tokio::test]
async fn what_is_set_is_not_asked_for() -> Tested {
    let mut server = Server::answering([answer("500 Broken", &[], b"")]).await?;
    let mut set = settings(Some(&server.base_url())).ok_or("no settings")?;
    set.models = vec!["orpheus".to_owned()];
    set.voices = vec!["tara".to_owned(), "leo".to_owned()];
    set.deprecated_after = Some(Date::constant(2030, 5, 1));
    let backend = open_with(set, Deadlines::default())?;
    backend.refresh().await?;
    assert_eq!(server.connections(), 0);
    assert_eq!(ids(&backend.models()), ["orpheus"]);
    assert_eq!(names(&backend.voices()), [("tara", "tara"), ("leo", "leo")]);
    let ends: Vec<_> = backend.voices().iter().map(|voice| voice.deprecated_after).collect();
    assert_eq!(ends, [Some(Date::constant(2030, 5, 1)); 2]);
    assert!(Arc::ptr_eq(&backend.models(), &backend.models()));
    Ok(())
}
