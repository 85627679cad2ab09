//! The account behind every key.

use axum::Json;
use serde_json::{Value, json};

/// Requests that the vendor lets run at the same time.
pub(crate) const MOST_CONCURRENT: usize = 15;

pub(crate) async fn subscription() -> Json<Value> {
    Json(json!({
        "tier": "creator",
        "character_count": 1234,
        "character_limit": 100_000,
        "max_credit_limit_extension": "unlimited",
        "can_extend_character_limit": true,
        "allowed_to_extend_character_limit": true,
        "next_character_count_reset_unix": 1_798_761_600,
        "voice_slots_used": 4,
        "professional_voice_slots_used": 0,
        "professional_voice_slots_used_in_workspace": 0,
        "voice_limit": 30,
        "max_voice_add_edits": 95,
        "voice_add_edit_counter": 4,
        "professional_voice_limit": 1,
        "can_extend_voice_limit": false,
        "can_use_instant_voice_cloning": true,
        "can_use_professional_voice_cloning": true,
        "currency": "usd",
        "current_overage": {"amount": "0.00", "currency": "usd"},
        "status": "active",
        "billing_period": "monthly_period",
        "character_refresh_period": "monthly_period",
        "next_invoice": null,
        "open_invoices": [],
        "has_open_invoices": false,
    }))
}
