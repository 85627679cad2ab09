use serde::Serialize;

/// The body of `GET /v1/user/subscription`: what was used of what, and constants. Every key that ElevenLabs' client for
/// JavaScript insists on is there.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Subscription {
    tier: &'static str,
    character_count: u64,
    character_limit: u64,
    max_character_limit_extension: Option<u64>,
    max_credit_limit_extension: &'static str,
    can_extend_character_limit: bool,
    allowed_to_extend_character_limit: bool,
    next_character_count_reset_unix: u64,
    voice_slots_used: u64,
    professional_voice_slots_used: u64,
    professional_voice_slots_used_in_workspace: u64,
    voice_limit: u64,
    max_voice_add_edits: Option<u64>,
    voice_add_edit_counter: u64,
    professional_voice_limit: u64,
    can_extend_voice_limit: bool,
    can_use_instant_voice_cloning: bool,
    can_use_professional_voice_cloning: bool,
    current_overage: Overage,
    currency: &'static str,
    status: &'static str,
    open_invoices: [(); 0],
    has_open_invoices: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Overage {
    amount: &'static str,
    currency: &'static str,
}

impl Subscription {
    /// So many characters used of so many, until then, Unix seconds.
    pub fn new(character_count: u64, character_limit: u64, next_reset_unix: u64) -> Self {
        Self {
            tier: "enterprise",
            character_count,
            character_limit,
            max_character_limit_extension: None,
            max_credit_limit_extension: "unlimited",
            can_extend_character_limit: false,
            allowed_to_extend_character_limit: false,
            next_character_count_reset_unix: next_reset_unix,
            voice_slots_used: 0,
            professional_voice_slots_used: 0,
            professional_voice_slots_used_in_workspace: 0,
            voice_limit: 0,
            max_voice_add_edits: None,
            voice_add_edit_counter: 0,
            professional_voice_limit: 0,
            can_extend_voice_limit: false,
            can_use_instant_voice_cloning: false,
            can_use_professional_voice_cloning: false,
            current_overage: Overage { amount: "0", currency: "usd" },
            currency: "usd",
            status: "active",
            open_invoices: [],
            has_open_invoices: false,
        }
    }
}

/// The body of `GET /v1/user`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct User {
    user_id: String,
    subscription: Subscription,
    is_new_user: bool,
    can_use_delayed_payment_methods: bool,
    is_onboarding_completed: bool,
    is_onboarding_checklist_completed: bool,
    created_at: i64,
    workspace_id: &'static str,
    seat_type: &'static str,
}

impl User {
    /// A client by its id; Unix seconds.
    pub fn new(user_id: impl Into<String>, subscription: Subscription, created_at: i64) -> Self {
        Self {
            user_id: user_id.into(),
            subscription,
            is_new_user: false,
            can_use_delayed_payment_methods: false,
            is_onboarding_completed: true,
            is_onboarding_checklist_completed: true,
            created_at,
            workspace_id: "soundboard",
            seat_type: "workspace_member",
        }
    }
}
