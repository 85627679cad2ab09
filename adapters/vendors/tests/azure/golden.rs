//! The bytes that are sent.

use adapters::AzureSettings;
use outbound::Deadlines;
use serde_json::json;
use speech::{AudioFormat, Codec, Receipt, Speed, Utterance};
use testing::server::{Server, answer};
use testing::utterance;

use crate::{AVA, Heard, KEY, Tested, document, heard, open, open_with, settings};

/// What Azure is sent for an utterance, with the key and the address replaced, and what it is said to give.
async fn sent_with(
    azure: AzureSettings,
    utterance: Utterance,
) -> Result<(String, AudioFormat), Box<dyn std::error::Error>> {
    let mut server = Server::answering([answer("200 OK", &["content-type: audio/x-wav"], &[1, 2])]).await?;
    let base_url = format!("http://{}", server.address);
    let backend = open_with(settings(&base_url, azure)?, Deadlines::default())?;
    let Heard { format, audio, words } = heard(backend.speak(utterance, Receipt::default()).await?).await?;
    assert_eq!((audio.len(), words.len()), (2, 0));
    let request = server.request().await.ok_or("no request")?;
    let request = request.replace(KEY, "[key]").replace(&server.address.to_string(), "[address]");
    Ok((request.replace("\r\n", "\n"), format))
}

async fn sent(utterance: Utterance) -> Result<String, Box<dyn std::error::Error>> {
    Ok(sent_with(AzureSettings::default(), utterance).await?.0)
}

#[tokio::test]
async fn a_plain_text() -> Tested {
    let request = sent(utterance("Grüße & \"Welt\" <3", AVA, Codec::Pcm.into())).await?;
    insta::assert_snapshot!(request, @r#"
    POST /cognitiveservices/v1 HTTP/1.1
    accept-encoding: identity
    ocp-apim-subscription-key: [key]
    x-microsoft-outputformat: raw-24khz-16bit-mono-pcm
    content-type: application/ssml+xml
    accept: */*
    user-agent: voice-soundboard/0.1.0
    host: [address]
    content-length: 154

    <speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="en-US"><voice name="en-US-AvaNeural">Grüße &amp; "Welt" &lt;3</voice></speak>
    "#);
    Ok(())
}

#[tokio::test]
async fn a_text_with_all_there_is_to_say_of_it() -> Tested {
    let mut utterance = utterance("Hello.", AVA, AudioFormat::from(Codec::Ulaw));
    let delivery = &mut utterance.delivery;
    delivery.speed = Speed::new(1.25)?;
    delivery.language = Some("en-GB".into());
    delivery.instructions = Some("Whisper.".into());
    let extras = json!({ "style": "cheerful", "styledegree": "1.5", "role": "Girl", "seed": 7 });
    delivery.extras = extras.as_object().ok_or("no object")?.clone().into_iter().collect();
    let backend = open("http://127.0.0.1:9")?;
    assert_eq!(backend.leaves_out(&utterance), ["seed", "instructions"]);
    let billed = backend.billed(&utterance).ok_or("nothing is billed")?;
    let request = sent(utterance).await?;
    assert!(request.ends_with(&format!("\n\n{billed}")), "what is billed is what is sent");
    insta::assert_snapshot!(request, @r#"
    POST /cognitiveservices/v1 HTTP/1.1
    accept-encoding: identity
    ocp-apim-subscription-key: [key]
    x-microsoft-outputformat: raw-8khz-8bit-mono-mulaw
    content-type: application/ssml+xml
    accept: */*
    user-agent: voice-soundboard/0.1.0
    host: [address]
    content-length: 293

    <speak version="1.0" xmlns="http://www.w3.org/2001/10/synthesis" xmlns:mstts="https://www.w3.org/2001/mstts" xml:lang="en-GB"><voice name="en-US-AvaNeural"><mstts:express-as style="cheerful" styledegree="1.5" role="Girl"><prosody rate="1.25">Hello.</prosody></mstts:express-as></voice></speak>
    "#);
    Ok(())
}

#[tokio::test]
async fn a_document() -> Tested {
    let source = r#"<speak xmlns="http://www.w3.org/2001/10/synthesis" version="1.0" xml:lang="de-DE"><voice name="x">Hallo <break time="200ms"/> A &amp; O.</voice></speak>"#;
    insta::assert_snapshot!(sent(document(source, AVA, Codec::Alaw.into())?).await?, @r#"
    POST /cognitiveservices/v1 HTTP/1.1
    accept-encoding: identity
    ocp-apim-subscription-key: [key]
    x-microsoft-outputformat: raw-8khz-8bit-mono-alaw
    content-type: application/ssml+xml
    accept: */*
    user-agent: voice-soundboard/0.1.0
    host: [address]
    content-length: 166

    <speak xmlns="http://www.w3.org/2001/10/synthesis" version="1.0" xml:lang="de-DE"><voice name="en-US-AvaNeural">Hallo <break time="200ms"/> A &amp; O.</voice></speak>
    "#);
    Ok(())
}

#[tokio::test]
async fn a_voice_of_the_account_speaks_where_it_is_deployed() -> Tested {
    let deployments = [("OurNeural".to_owned(), "5f4a-63c1".to_owned())].into();
    let azure = AzureSettings { deployments, ..AzureSettings::default() };
    let backend = open_with(settings("http://127.0.0.1:9", azure.clone())?, Deadlines::default())?;
    assert_eq!(backend.model_of(&backend.voice("OurNeural")?).as_deref(), Some("custom"));
    assert!(backend.models().iter().any(|model| model.id == "custom"));
    let mut utterance = utterance("Hello.", "OurNeural", Codec::Pcm.into());
    for (id, dropped) in [("5f4a-63c1", Vec::new()), ("another", vec!["deploymentId".to_owned()])] {
        utterance.delivery.extras = [("deploymentId".to_owned(), json!(id))].into_iter().collect();
        assert_eq!(backend.leaves_out(&utterance), dropped);
    }
    let (request, _) = sent_with(azure, utterance).await?;
    let first = request.lines().next();
    assert_eq!(first, Some("POST /cognitiveservices/v1?deploymentId=5f4a-63c1 HTTP/1.1"));
    assert!(request.contains(r#"<voice name="OurNeural">"#), "{request}");
    Ok(())
}

#[tokio::test]
async fn what_only_azure_makes_is_asked_for_by_its_name() -> Tested {
    let wanted = AudioFormat::from(Codec::Foreign("amr-wb-16000hz"));
    let (request, given) = sent_with(AzureSettings::default(), utterance("Hello.", AVA, wanted)).await?;
    assert!(request.contains("\nx-microsoft-outputformat: amr-wb-16000hz\n"), "{request}");
    assert!(wanted.is_met_by(given));
    Ok(())
}

#[test]
fn what_it_cannot_do_it_says() -> Tested {
    let backend = open("http://127.0.0.1:9")?;
    let mut utterance = utterance("Hello.", AVA, Codec::Mp3.into());
    assert_eq!(backend.leaves_out(&utterance), [""; 0]);
    utterance.delivery.speed = Speed::new(4.0)?;
    let extras = json!({ "styledegree": 1.5, "role": 7, "style": null, "voice_settings": {} });
    utterance.delivery.extras = extras.as_object().ok_or("no object")?.clone().into_iter().collect();
    assert_eq!(backend.leaves_out(&utterance), ["voice_settings", "styledegree", "role", "speed"]);
    let billed = backend.billed(&utterance).ok_or("nothing is billed")?;
    assert!(billed.contains(r#"<prosody rate="2">"#) && !billed.contains("express-as"), "{billed}");
    Ok(())
}

#[test]
fn settings_that_cannot_be_used_are_named() -> Tested {
    let fault = |change: fn(&mut adapters::Settings)| {
        let mut set = settings("http://127.0.0.1:9", AzureSettings::default())?;
        change(&mut set);
        let error = open_with(set, Deadlines::default()).err().ok_or("it was opened")?;
        let error = error.downcast::<speech::SpeechError>()?;
        assert!(!error.to_string().contains(KEY), "{error}");
        Ok::<_, Box<dyn std::error::Error>>(error.param())
    };
    assert_eq!(fault(|set| set.base_url = None)?, Some("region"));
    assert_eq!(fault(|set| set.azure.region = Some("westeurope".into()))?, Some("region"));
    let with_region: fn(&mut adapters::Settings) = |set| {
        (set.base_url, set.azure.region, set.api_key) = (None, Some("westeurope".into()), None);
    };
    assert_eq!(fault(with_region)?, Some("api_key"));
    assert_eq!(fault(|set| set.models = vec!["m".into()])?, Some("models"));
    let with_token: fn(&mut adapters::Settings) = |set| {
        (set.azure.auth, set.azure.token_url) = (adapters::Auth::Token, Some("ftp://nowhere".into()));
    };
    assert_eq!(fault(with_token)?, Some("token_url"));
    Ok(())
}
