//! ElevenLabs' lists: voices, models, the account.

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
