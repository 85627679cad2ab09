//! What there is to ask for.

use serde_json::Value;

use super::json;
use crate::client::Answer;
use crate::server::Server;

async fn get(server: &Server, path: &str) -> Answer {
    server.get(path).header("xi-api-key", "any").send().await
}

#[tokio::test]
async fn a_voice_in_full() {
    let server = Server::start().await;
    insta::assert_snapshot!(get(&server, "/v1/voices/tone").await.text(), @r#"{"voice_id":"tone","name":"TONE","category":"premade","labels":{"backend":"tone","gender":"female","language":"en-US"},"description":null,"preview_url":null,"available_for_tiers":[],"settings":{"stability":0.5,"use_speaker_boost":true,"similarity_boost":0.75,"style":0.0,"speed":1.0},"high_quality_base_model_ids":["sine-1"],"verified_languages":[{"language":"en","model_id":"sine-1","accent":null,"locale":"en-US","preview_url":null}],"is_owner":false,"is_legacy":false,"is_mixed":false}"#);
    let alias = json(&get(&server, "/v1/voices/21m00Tcm4TlvDq8ikWAM").await);
    insta::assert_snapshot!(
        format!("{} {} {}", alias["voice_id"], alias["name"], alias["labels"]),
        @r#""21m00Tcm4TlvDq8ikWAM" "TONE (21m00Tcm4TlvDq8ikWAM)" {"alias_of":"tone:tone","backend":"tone","gender":"female","language":"en-US"}"#
    );
    let full = json(&get(&server, "/v1/voices/tone%3Awords").await);
    assert_eq!((&full["voice_id"], &full["name"]), (&"tone:words".into(), &"WORDS".into()));
    insta::assert_snapshot!(get(&server, "/v1/voices/nobody").await.text(), @r#"{"detail":{"type":"not_found","code":"voice_not_found","message":"There is no voice \"nobody\". Allowed: alloy, tone, endless, gated, breaks, busy, mute, panics, words, vendor.","status":"voice_not_found","request_id":"req-4","param":"voice_id"}}"#);
}

#[tokio::test]
async fn every_voice_that_can_speak_by_every_name() {
    let server = Server::start().await;
    let voices = json(&get(&server, "/v1/voices?show_legacy=true").await);
    let shown: Vec<_> = voices["voices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|voice| format!("{} {} {}", voice["voice_id"], voice["name"], voice["labels"]))
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    "tone" "TONE" {"backend":"tone","gender":"female","language":"en-US"}
    "endless" "ENDLESS" {"backend":"tone","gender":"female","language":"en-US"}
    "gated" "GATED" {"backend":"tone","gender":"female","language":"en-US"}
    "breaks" "BREAKS" {"backend":"tone","gender":"female","language":"en-US"}
    "busy" "BUSY" {"backend":"tone","gender":"female","language":"en-US"}
    "mute" "MUTE" {"backend":"tone","gender":"female","language":"en-US"}
    "panics" "PANICS" {"backend":"tone","gender":"female","language":"en-US"}
    "words" "WORDS" {"backend":"tone","gender":"female","language":"en-US"}
    "vendor" "VENDOR" {"backend":"tone","gender":"female","language":"en-US"}
    "21m00Tcm4TlvDq8ikWAM" "TONE (21m00Tcm4TlvDq8ikWAM)" {"alias_of":"tone:tone","backend":"tone","gender":"female","language":"en-US"}
    "alloy" "TONE (alloy)" {"alias_of":"tone:tone","backend":"tone","gender":"female","language":"en-US"}
    "#);
}

#[tokio::test]
async fn pages_of_voices() {
    let server = Server::start().await;
    let (mut path, mut seen) = ("/v2/voices?page_size=4".to_owned(), Vec::new());
    loop {
        let page = json(&get(&server, &path).await);
        let ids: Vec<_> =
            page["voices"].as_array().unwrap().iter().map(|voice| voice["voice_id"].clone()).collect();
        seen.push(format!("{} {} {}", page["has_more"], page["total_count"], Value::from(ids)));
        match page["next_page_token"].as_str() {
            Some(token) => path = format!("/v2/voices?page_size=4&next_page_token={token}"),
            None => break,
        }
    }
    insta::assert_snapshot!(seen.join("\n"), @r#"
    true 11 ["tone","endless","gated","breaks"]
    true 11 ["busy","mute","panics","words"]
    false 11 ["vendor","21m00Tcm4TlvDq8ikWAM","alloy"]
    "#);
    let found = json(&get(&server, "/v2/voices?search=alloy&include_total_count=true").await);
    assert_eq!((&found["total_count"], &found["voices"][0]["voice_id"]), (&1.into(), &"alloy".into()));
    insta::assert_snapshot!(get(&server, "/v2/voices?page_size=101").await.show(), @r#"
    422 Unprocessable Entity
    {"detail":{"type":"validation_error","code":"invalid_parameters","message":"page_size must be a whole number from 1 to 100.","status":"invalid_parameters","request_id":"req-5","param":"page_size"}}
    "#);
}

#[tokio::test]
async fn the_settings_of_a_voice_are_the_default_ones() {
    let server = Server::start().await;
    insta::assert_snapshot!(get(&server, "/v1/voices/settings/default").await.text(), @r#"{"stability":0.5,"use_speaker_boost":true,"similarity_boost":0.75,"style":0.0,"speed":1.0}"#);
    let of_a_voice = get(&server, "/v1/voices/alloy/settings").await;
    assert_eq!(of_a_voice.body, get(&server, "/v1/voices/settings/default").await.body);
    assert_eq!(get(&server, "/v1/voices/nobody/settings").await.status, 404);
}

#[tokio::test]
async fn models_are_a_bare_list_for_who_sends_elevenlabs_header() {
    let server = Server::start().await;
    let models = json(&get(&server, "/v1/models").await);
    insta::assert_snapshot!(models[0], @r#"{"can_do_text_to_speech":true,"can_do_voice_conversion":false,"can_use_speaker_boost":false,"can_use_style":false,"concurrency_group":"standard","description":"Answered by tone.","languages":[],"max_characters_request_free_user":10000,"max_characters_request_subscribed_user":10000,"maximum_text_length_per_request":10000,"model_id":"tone","model_rates":{"character_cost_multiplier":1.0},"name":"tone","requires_alpha_access":false,"serves_pro_voices":false,"token_cost_factor":1.0}"#);
    let limits = models.as_array().unwrap().iter();
    let limits: Vec<_> = limits
        .map(|model| {
            format!("{} {} {}", model["model_id"], model["name"], model["maximum_text_length_per_request"])
        })
        .collect();
    insta::assert_snapshot!(limits.join("\n"), @r#"
    "tone" "tone" 10000
    "sine-1" "Sine" 10000
    "tts-1" "tts-1" 10000
    "tts-1-hd" "tts-1-hd" 10000
    "gpt-4o-mini-tts" "gpt-4o-mini-tts" 10000
    "gpt-4o-mini-tts-2025-03-20" "gpt-4o-mini-tts-2025-03-20" 10000
    "gpt-4o-mini-tts-2025-12-15" "gpt-4o-mini-tts-2025-12-15" 10000
    "eleven_multilingual_v2" "eleven_multilingual_v2" 10000
    "eleven_flash_v2_5" "eleven_flash_v2_5" 40000
    "eleven_turbo_v2_5" "eleven_turbo_v2_5" 40000
    "eleven_flash_v2" "eleven_flash_v2" 30000
    "eleven_turbo_v2" "eleven_turbo_v2" 30000
    "eleven_v3" "eleven_v3" 5000
    "eleven_v3_conversational" "eleven_v3_conversational" 5000
    "eleven_v4" "eleven_v4" 10000
    "eleven_v4_turbo" "eleven_v4_turbo" 10000
    "eleven_multilingual_v1" "eleven_multilingual_v1" 10000
    "eleven_monolingual_v1" "eleven_monolingual_v1" 10000
    "#);
    assert_eq!(json(&server.get("/v1/models").send().await)["object"], "list");
}

#[tokio::test]
async fn the_subscription_and_its_user() {
    let server = Server::start().await;
    let subscription = get(&server, "/v1/user/subscription").await;
    insta::assert_snapshot!(subscription.text(), @r#"{"tier":"enterprise","character_count":0,"character_limit":1000000000,"max_character_limit_extension":null,"max_credit_limit_extension":"unlimited","can_extend_character_limit":false,"allowed_to_extend_character_limit":false,"next_character_count_reset_unix":2678400,"voice_slots_used":0,"professional_voice_slots_used":0,"professional_voice_slots_used_in_workspace":0,"voice_limit":0,"max_voice_add_edits":null,"voice_add_edit_counter":0,"professional_voice_limit":0,"can_extend_voice_limit":false,"can_use_instant_voice_cloning":false,"can_use_professional_voice_cloning":false,"current_overage":{"amount":"0","currency":"usd"},"currency":"usd","status":"active","open_invoices":[],"has_open_invoices":false}"#);
    let mut user = json(&get(&server, "/v1/user").await);
    assert_eq!(user["subscription"].take(), json(&subscription));
    insta::assert_snapshot!(user, @r#"{"can_use_delayed_payment_methods":false,"created_at":43200,"is_new_user":false,"is_onboarding_checklist_completed":true,"is_onboarding_completed":true,"seat_type":"workspace_member","subscription":null,"user_id":"local","workspace_id":"soundboard"}"#);
}
