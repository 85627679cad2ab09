//! Who can speak.

use serde_json::Value;
use speech::Gender;

use crate::actor::Actor;
use crate::server::{House, Server};

const LISTS: [&str; 2] = ["/cognitiveservices/voices/list", "/tts/cognitiveservices/voices/list"];

#[tokio::test]
async fn a_voice_in_full_at_both_paths() {
    let server = Server::start().await;
    let mut lists = Vec::new();
    for path in LISTS {
        let answer = server.get(path).send().await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/json"));
        lists.push(serde_json::from_slice::<Value>(&answer.body).unwrap());
    }
    assert_eq!(lists[0], lists[1]);
    let voices = lists[0].as_array().unwrap();
    let names: Vec<_> = voices.iter().map(|voice| voice["ShortName"].as_str().unwrap()).collect();
    insta::assert_snapshot!(names.join(" "), @"tone:breaks tone:busy tone:endless tone:gated tone:mute tone:panics tone:tone tone:vendor tone:words");
    let words = voices.iter().find(|voice| voice["ShortName"] == "tone:words").unwrap();
    insta::assert_snapshot!(words, @r#"{"DisplayName":"WORDS","Gender":"Female","LocalName":"WORDS","Locale":"en-US","LocaleName":"en-US","Name":"tone:words","SampleRateHertz":"24000","ShortName":"tone:words","Status":"GA","VoiceType":"Neural"}"#);
}

/// What the SDK for JavaScript does with each voice that it is given.
#[tokio::test]
async fn every_voice_has_what_the_sdks_take_for_granted() {
    let server = Server::start().await;
    let answer = server.get(LISTS[0]).send().await;
    for voice in serde_json::from_slice::<Vec<Value>>(&answer.body).unwrap() {
        for field in
            ["Name", "DisplayName", "LocalName", "ShortName", "Locale", "LocaleName", "SampleRateHertz"]
        {
            assert!(voice[field].as_str().is_some_and(|text| !text.is_empty()), "{field} of {voice}");
        }
        assert!(["Female", "Male", "Neutral"].contains(&voice["Gender"].as_str().unwrap()));
        assert!(voice["VoiceType"].is_string() && voice["Status"].is_string());
    }
}

#[tokio::test]
async fn a_voice_of_azures_own_keeps_its_name_unless_another_has_it() {
    // Its kind is its name.
    let azure = Actor::new("azure", &[("en-US-AvaNeural", Gender::Female), ("words", Gender::Male)]);
    let server = Server::of_house(House { others: vec![azure], ..House::default() }).await;
    let answer = server.get(LISTS[0]).send().await;
    let voices: Vec<Value> = serde_json::from_slice(&answer.body).unwrap();
    let names: Vec<_> = voices.iter().map(|voice| voice["ShortName"].as_str().unwrap()).collect();
    assert!(names.contains(&"en-US-AvaNeural") && names.contains(&"azure:words"), "{names:?}");
    assert!(names.contains(&"tone:words") && !names.contains(&"words"), "{names:?}");
}
