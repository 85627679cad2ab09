//! The list of voices.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::cast::LOCALES;
use crate::roster::Voice;
use crate::sim::Sim;

const JENNY: &str = "assistant chat customerservice newscast angry cheerful sad excited friendly terrified shouting \
                     unfriendly whispering hopeful";
const GUY: &str =
    "newscast angry cheerful sad excited friendly terrified shouting unfriendly whispering hopeful";
const ARIA: &str = "chat customerservice narration-professional newscast-casual newscast-formal cheerful empathetic \
                    angry sad excited friendly terrified shouting unfriendly whispering hopeful";
const XIAOXIAO: &str = "assistant chat customerservice newscast affectionate angry calm cheerful disgruntled fearful \
                        gentle lyrical sad serious poetry-reading friendly chat-casual whispering sorry excited";
const ROLES: &str =
    "YoungAdultFemale YoungAdultMale OlderAdultFemale OlderAdultMale SeniorFemale SeniorMale Girl Boy";

/// What only the real list knows of a voice: its name in its own script, its styles, its roles.
const PARTICULARS: [(&str, &str, &str, &str); 11] = [
    ("en-US-AvaMultilingualNeural", "Ava Multilingual", "", ""),
    ("en-US-Ava:DragonHDLatestNeural", "Ava Dragon HD Latest", "", ""),
    ("de-DE-KatjaNeural", "Katja", "", ""),
    ("es-ES-ElviraNeural", "Elvira", "", ""),
    ("en-US-JennyNeural", "Jenny", JENNY, ""),
    ("en-US-GuyNeural", "Guy", GUY, ""),
    ("en-US-AriaNeural", "Aria", ARIA, ""),
    ("en-GB-SoniaNeural", "Sonia", "cheerful sad", ""),
    ("fr-FR-DeniseNeural", "Denise", "cheerful sad excited whispering", ""),
    ("zh-CN-XiaoxiaoNeural", "晓晓", XIAOXIAO, ROLES),
    ("ja-JP-NanamiNeural", "七海", "chat customerservice cheerful", ""),
];

pub(super) async fn all(State(sim): State<Arc<Sim>>) -> Json<Value> {
    Json(sim.roster.now().iter().map(described).collect())
}

/// Whether there is such a voice, by its short name or by its long one. Of a deployment's own voices only the deployment
/// knows.
pub(super) fn who_speaks(sim: &Sim, query: &HashMap<String, String>) -> impl Fn(&str) -> bool {
    let is_deployed = query.contains_key("deploymentId");
    move |name| !name.is_empty() && (is_deployed || sim.roster.has(&short(name)))
}

fn short(name: &str) -> String {
    let long = name.strip_prefix(LONG).and_then(|name| name.strip_suffix(')'));
    long.map_or_else(|| name.to_owned(), |name| name.replace(", ", "-"))
}

const LONG: &str = "Microsoft Server Speech Text to Speech Voice (";

fn described(voice: &Voice) -> Value {
    let (locale, own) = voice.id.rsplit_once('-').unwrap_or_default();
    let labels: HashMap<_, _> = voice.labels.into_iter().collect();
    let particulars = PARTICULARS.iter().find(|(id, ..)| *id == voice.id);
    let &(_, local, styles, roles) = particulars.unwrap_or(&("", voice.name.as_str(), "", ""));
    // The others' particulars, always the same for the same voice.
    let turn: usize = voice.id.bytes().map(usize::from).sum();
    let is_fine = turn.is_multiple_of(9);
    let mut json = json!({
        "Name": format!("{LONG}{locale}, {own})"),
        "DisplayName": voice.name,
        "LocalName": local,
        "ShortName": voice.id,
        "Gender": capital(labels["gender"]),
        "Locale": locale,
        "LocaleName": LOCALES.iter().find(|(known, _)| *known == locale).map(|(_, name)| name),
        "SampleRateHertz": if is_fine { "48000" } else { "24000" },
        "VoiceType": voice.category,
        "Status": match turn {
            _ if particulars.is_some() => "GA",
            _ if turn.is_multiple_of(29) => "Deprecated",
            _ if turn.is_multiple_of(11) => "Preview",
            _ => "GA",
        },
    });
    let styles = if turn.is_multiple_of(13) && particulars.is_none() { "cheerful sad" } else { styles };
    if voice.id.contains("Multilingual") {
        let others = LOCALES.iter().map(|(other, _)| *other).filter(|other| *other != locale);
        json["SecondaryLocaleList"] = others.step_by(3).collect();
    }
    for (name, list) in [("StyleList", styles), ("RolePlayList", roles)] {
        if !list.is_empty() {
            json[name] = list.split(' ').collect();
        }
    }
    if is_fine {
        json["ExtendedPropertyMap"] = json!({"IsHighQuality48K": "True"});
    }
    if voice.category == "Neural" {
        json["WordsPerMinute"] = (110 + turn % 80).to_string().into();
    }
    if turn.is_multiple_of(2) {
        json["VoiceTag"] =
            json!({"TailoredScenarios": ["Chat", "Narration"], "VoicePersonalities": ["Warm", "Clear"]});
    }
    json
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(word.len().min(1));
    first.to_uppercase() + rest
}
