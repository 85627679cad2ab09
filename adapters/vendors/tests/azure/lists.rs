//! Who speaks.

use speech::{ErrorKind, Gender, Voice};
use testing::server::{Server, answer};

use crate::{AVA, KEY, Tested, open, refused};

const LIST: &str = r#"[
    {"Name":"Microsoft Server Speech Text to Speech Voice (en-US, AvaNeural)","DisplayName":"Ava","LocalName":"Ava",
     "ShortName":"en-US-AvaNeural","Gender":"Female","Locale":"en-US","LocaleName":"English (United States)",
     "SampleRateHertz":"24000","VoiceType":"Neural","Status":"GA","WordsPerMinute":"146",
     "StyleList":["chat","cheerful"],"RolePlayList":["Girl"],
     "VoiceTag":{"TailoredScenarios":["Chat"],"VoicePersonalities":["Pleasant","Friendly"]}},
    {"DisplayName":"Ava","ShortName":"en-US-Ava:DragonHDLatestNeural","Gender":"Female","Locale":"en-US",
     "SecondaryLocaleList":["de-DE","en-US"],"VoiceType":"NeuralHD","Status":"Preview"},
    {"DisplayName":"Yunxi","ShortName":"zh-CN-YunxiNeural","Gender":"Male","Locale":"zh-CN","Status":"Deprecated"}
]"#;

#[tokio::test]
async fn the_list_is_asked_for_and_read() -> Tested {
    let mut server =
        Server::answering([answer("200 OK", &["content-type: application/json"], LIST.as_bytes())]).await?;
    let backend = open(&format!("http://{}", server.address))?;
    assert_eq!(backend.voices().len(), 0);
    backend.refresh().await?;
    let request = server.request().await.ok_or("no request")?.replace(KEY, "[key]");
    let request = request.replace(&server.address.to_string(), "[address]").replace("\r\n", "\n");
    insta::assert_snapshot!(request, @r"
    GET /cognitiveservices/voices/list HTTP/1.1
    accept-encoding: identity
    ocp-apim-subscription-key: [key]
    accept: */*
    user-agent: voice-soundboard/0.1.0
    host: [address]
    ");
    let voices = backend.voices();
    let ids: Vec<&str> = voices.iter().map(|voice| voice.id.voice.as_str()).collect();
    assert_eq!(ids, [AVA, "en-US-Ava:DragonHDLatestNeural", "zh-CN-YunxiNeural"]);
    let ava = backend.voice(AVA)?;
    assert_eq!(
        (ava.name.as_str(), ava.gender, ava.languages.clone()),
        ("Ava", Some(Gender::Female), vec!["en-US".to_owned()])
    );
    assert_eq!(ava.labels.get("StyleList").map(String::as_str), Some("chat,cheerful"));
    assert_eq!(ava.labels.get("VoicePersonalities").map(String::as_str), Some("Pleasant,Friendly"));
    let model = |voice: &Voice| backend.model_of(voice);
    assert_eq!(model(&ava).as_deref(), Some("neural"));
    let hd = backend.voice("en-US-Ava:DragonHDLatestNeural")?;
    assert_eq!(
        (model(&hd).as_deref(), hd.languages.clone()),
        (Some("neural-hd"), vec!["en-US".to_owned(), "de-DE".to_owned()])
    );
    assert!(hd.description.is_some_and(|description| description.contains("preview")));
    Ok(())
}

#[tokio::test]
async fn a_voice_is_found_by_its_name_and_one_that_may_be_there_by_its_shape() -> Tested {
    let server =
        Server::answering([answer("200 OK", &["content-type: application/json"], LIST.as_bytes())]).await?;
    let backend = open(&format!("http://{}", server.address))?;
    backend.refresh().await?;
    assert_eq!(backend.voice("yunxi")?.id.voice, "zh-CN-YunxiNeural");
    assert_eq!(backend.voice("zh-cn-yunxineural")?.id.voice, "zh-CN-YunxiNeural");
    let several = refused(backend.voice("Ava"))?;
    assert_eq!((several.kind(), several.allowed().len()), (ErrorKind::UnknownVoice, 2));
    let unlisted = backend.voice("de-DE-KatjaNeural")?;
    assert_eq!(unlisted.languages, ["de-DE"]);
    assert_eq!(backend.model_of(&unlisted).as_deref(), Some("neural"));
    for name in ["no-voice-has-this-name", "Neural", "alloy", "en-US-'/><Neural", "kokoro:af_heart"] {
        let error = refused(backend.voice(name))?;
        assert_eq!(error.kind(), ErrorKind::UnknownVoice, "{name}");
        assert!(error.allowed().iter().any(|known| known == AVA), "{name}");
    }
    Ok(())
}

#[tokio::test]
async fn what_was_known_stays_known_when_a_list_cannot_be_had() -> Tested {
    let answers =
        [answer("200 OK", &[], LIST.as_bytes()), answer("200 OK", &[], b"[]"), answer("503 Busy", &[], b"")];
    let server = Server::answering(answers).await?;
    let backend = open(&format!("http://{}", server.address))?;
    backend.refresh().await?;
    for _ in 0..2 {
        assert_eq!(refused(backend.refresh().await)?.kind(), ErrorKind::BackendFailed);
        assert_eq!(backend.voices().len(), 3);
    }
    let other = open("http://127.0.0.1:9")?;
    other.recall(Vec::new(), backend.voices().to_vec());
    assert_eq!(other.voices().len(), 3);
    assert_eq!(other.model_of(&other.voice("en-US-Ava:DragonHDLatestNeural")?).as_deref(), Some("neural-hd"));
    Ok(())
}
