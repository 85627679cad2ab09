//! The lists: ElevenLabs' voices, models and account; what all fakes' lists have in common.

use std::collections::BTreeSet;

use serde_json::Value;
use vendors::{Kind, Vendor};

use crate::client::get;

fn ids(voices: &Value) -> Vec<String> {
    let voices = voices["voices"].as_array().unwrap();
    voices.iter().map(|voice| voice["voice_id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_voices_page_through_to_the_end() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    let all = ids(&get(&vendor, "/v1/voices").json());
    assert!(all.len() > 300);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "every id once");
    for page_size in [1, 7, 100] {
        let mut paged = Vec::new();
        let mut query = format!("page_size={page_size}");
        loop {
            let page = get(&vendor, &format!("/v2/voices?{query}")).json();
            assert_eq!(page["total_count"], all.len());
            paged.extend(ids(&page));
            match page["next_page_token"].as_str() {
                Some(token) => {
                    assert_eq!((&page["has_more"], ids(&page).len()), (&true.into(), page_size));
                    query = format!("page_size={page_size}&next_page_token={token}");
                }
                None => {
                    assert_eq!(page["has_more"], false);
                    break;
                }
            }
        }
        assert_eq!(paged, all);
    }
    assert_eq!(ids(&get(&vendor, "/v2/voices").json()).len(), 10, "the default");
    for query in ["page_size=101", "page_size=0", "page_size=many"] {
        assert_eq!(get(&vendor, &format!("/v2/voices?{query}")).status, 422, "{query}");
    }
    assert_eq!(get(&vendor, "/v2/voices?next_page_token=made-up").status, 400);
}

#[test]
fn voices_are_searched_sorted_and_told_apart() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    let george = get(&vendor, "/v2/voices?search=GEORGE").json();
    assert_eq!(ids(&george), ["JBFqnCBsd6RMkjVDRZzb"]);
    assert_eq!(george["voices"][0], get(&vendor, "/v1/voices/JBFqnCBsd6RMkjVDRZzb").json());
    assert_eq!(george["voices"][0]["labels"]["accent"], "british");
    let premade =
        get(&vendor, "/v2/voices?category=premade&sort=name&sort_direction=desc&page_size=100").json();
    assert_eq!((&premade["total_count"], &premade["voices"][0]["name"]), (&28.into(), &"Will".into()));
    let nobody = get(&vendor, "/v1/voices/nobody");
    assert_eq!((nobody.status, &nobody.json()["detail"]["code"]), (404, &"voice_not_found".into()));
    assert_eq!(get(&vendor, "/v1/voices/settings/default").json()["similarity_boost"], 0.75);
}

#[test]
fn models_are_a_bare_array_with_their_limits() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    let models = get(&vendor, "/v1/models").json();
    let models = models.as_array().unwrap();
    assert!(models.len() >= 10);
    let flash = models.iter().find(|model| model["model_id"] == "eleven_flash_v2_5").unwrap();
    assert_eq!(flash["maximum_text_length_per_request"], 40_000);
    assert_eq!(flash["model_rates"]["character_cost_multiplier"], 0.5);
    assert_eq!(flash["languages"].as_array().unwrap().len(), 32);
    assert!(models.iter().any(|model| model["can_do_text_to_speech"] == false));
}

#[test]
fn the_subscription_has_every_field_that_an_sdk_requires() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    let subscription = get(&vendor, "/v1/user/subscription").json();
    for field in [
        "tier",
        "character_count",
        "character_limit",
        "max_credit_limit_extension",
        "can_extend_character_limit",
        "allowed_to_extend_character_limit",
        "voice_slots_used",
        "professional_voice_slots_used",
        "professional_voice_slots_used_in_workspace",
        "voice_limit",
        "voice_add_edit_counter",
        "professional_voice_limit",
        "can_extend_voice_limit",
        "can_use_instant_voice_cloning",
        "can_use_professional_voice_cloning",
        "current_overage",
        "status",
        "open_invoices",
        "has_open_invoices",
    ] {
        assert!(!subscription[field].is_null(), "{field}");
    }
}

/// Everything that pages of a hundred tell, and how many they were.
fn paged(vendor: &Vendor) -> (Vec<Value>, usize) {
    let (mut voices, mut pages, mut query) = (Vec::new(), 0, "page_size=100".to_owned());
    loop {
        let page = get(vendor, &format!("/v2/voices?{query}")).json();
        pages += 1;
        voices.extend(page["voices"].as_array().unwrap().iter().cloned());
        match page["next_page_token"].as_str() {
            Some(token) => query = format!("page_size=100&next_page_token={token}"),
            None => return (voices, pages),
        }
    }
}

#[test]
fn ten_thousand_voices_are_listed_and_always_the_same() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    vendor.list_voices(10_000);
    let (voices, pages) = paged(&vendor);
    assert_eq!((voices.len(), pages), (10_000, 100));
    let values = |of: &dyn Fn(&Value) -> &Value| {
        voices.iter().map(|voice| of(voice).as_str().unwrap().to_owned()).collect::<BTreeSet<_>>().len()
    };
    assert_eq!((values(&|voice| &voice["voice_id"]), values(&|voice| &voice["name"])), (10_000, 10_000));
    for (label, at_least) in [("gender", 3), ("age", 3), ("language", 15), ("accent", 18), ("use_case", 7)] {
        assert!(values(&|voice| &voice["labels"][label]) >= at_least, "{label}");
    }
    let again = Vendor::start(Kind::ElevenLabs).unwrap();
    again.list_voices(10_000);
    assert_eq!(paged(&again).0, voices);
    again.list_voices(28);
    assert_eq!(ids(&get(&again, "/v1/voices").json()), ids(&serde_json::json!({"voices": voices[..28]})));
}

#[test]
fn voices_come_go_and_are_renamed() {
    for kind in [Kind::ElevenLabs, Kind::OpenAi, Kind::Azure] {
        let vendor = Vendor::start(kind).unwrap();
        vendor.list_voices(30);
        let listed = || {
            let (path, list, fields) = match kind {
                Kind::ElevenLabs => ("/v1/voices", "/voices", ["voice_id", "name"]),
                Kind::OpenAi => ("/audio/voices", "/voices", ["id", "name"]),
                Kind::Azure => ("/cognitiveservices/voices/list", "", ["ShortName", "DisplayName"]),
            };
            let pair = |voice: &Value| fields.map(|field| voice[field].as_str().unwrap().to_owned());
            let voices = get(&vendor, path).json();
            voices.pointer(list).unwrap().as_array().unwrap().iter().map(pair).collect::<Vec<_>>()
        };
        let before = listed();
        assert_eq!(before.len(), 30);
        let (anna, bert) = (vendor.add_voice("Anna"), vendor.add_voice("Bert"));
        assert!(anna != bert && vendor.rename_voice(&anna, "Anne") && vendor.remove_voice(&before[7][0]));
        assert!(!vendor.remove_voice(&before[7][0]) && !vendor.rename_voice("nobody", "Anne"));
        let mut after = before.clone();
        after.remove(7);
        after.extend([[anna, "Anne".into()], [bert, "Bert".into()]]);
        assert_eq!(listed(), after);
    }
}

#[test]
fn whoever_is_listed_speaks_and_nobody_else() {
    let vendor = Vendor::start(Kind::OpenAi).unwrap();
    let speak = |voice: &str| {
        let asked = serde_json::json!({"model": "tts-1", "input": "Hello.", "voice": voice});
        crate::client::post(&vendor, "/audio/speech", &asked).status
    };
    assert_eq!((get(&vendor, "/audio/voices").status, speak("alloy")), (404, 200));
    let anna = vendor.add_voice("Anna");
    assert_eq!((get(&vendor, "/audio/voices").status, speak(&anna), speak("Anna")), (200, 200, 400));
    vendor.remove_voice("alloy");
    assert_eq!(speak("alloy"), 400);

    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    let speak = |voice: &str| {
        let asked = serde_json::json!({"text": "Hello."});
        crate::client::post(&vendor, &format!("/v1/text-to-speech/{voice}"), &asked).status
    };
    let anna = vendor.add_voice("Anna");
    assert_eq!(speak(&anna), 200);
    vendor.remove_voice(&anna);
    assert_eq!(speak(&anna), 404);
}

#[test]
fn lists_can_break_while_voices_speak() {
    let azure = (Kind::Azure, "/tts/cognitiveservices/voices/list");
    for (kind, path) in [(Kind::OpenAi, "/models"), (Kind::ElevenLabs, "/v2/voices"), azure] {
        let vendor = Vendor::start(kind).unwrap();
        vendor.break_lists(true);
        assert_eq!(get(&vendor, path).status, 503);
        vendor.break_lists(false);
        assert_eq!(get(&vendor, path).status, 200);
    }
}

#[test]
fn a_list_that_is_held_is_that_of_the_moment_when_it_is_let_go() {
    let vendor = Vendor::start(Kind::ElevenLabs).unwrap();
    vendor.hold_lists();
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| ids(&get(&vendor, "/v1/voices").json()));
        while vendor.truth().is_empty() {
            std::thread::yield_now();
        }
        let id = vendor.add_voice("Nova Latecomer");
        vendor.let_go();
        assert_eq!(asking.join().unwrap().last(), Some(&id));
    });
}
