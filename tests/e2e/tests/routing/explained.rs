//! Who would speak, told by the command line as it is told over HTTP; and nobody is asked to.

use serde_json::{Value, json};

use super::house::House;
use crate::harness::Ended;
use crate::harness::federation::speeches;
use crate::harness::http;

fn printed(ended: &Ended) -> Value {
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    serde_json::from_slice(&ended.stdout).unwrap()
}

fn lines(ended: &Ended) -> Vec<&str> {
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    str::from_utf8(&ended.stdout).unwrap().lines().collect()
}

#[test]
fn the_command_line_explains_a_route_as_the_server_does() {
    let house = House::open();
    for (arguments, query, policy, chosen) in [
        (&["alloy"][..], "voice=alloy", "equivalent", "openai:alloy"),
        (&["alloy", "--model", "tts-1"], "voice=alloy&model=tts-1", "equivalent", "openai:alloy"),
        (
            &["openai:alloy", "--characters", "10"],
            "voice=openai:alloy&characters=10",
            "exact",
            "openai:alloy",
        ),
        (
            &["EXAVITQu4vr4xnSDxMaL", "--policy", "cheapest", "--fallback", "none"],
            "voice=EXAVITQu4vr4xnSDxMaL&policy=cheapest&fallback=none",
            "cheapest",
            "openai:sage",
        ),
    ] {
        let told = house.server.get(&format!("/api/v1/routes/explain?{query}")).json();
        assert_eq!((&told["policy"], &told["chosen"]), (&json!(policy), &json!(chosen)), "{query}: {told}");
        let route = [&["route"], arguments].concat();
        assert_eq!(printed(&house.runs(&[&route[..], &["--json"]].concat())), told, "{arguments:?}");

        let ended = house.runs(&route);
        let lines = lines(&ended);
        let candidates = told["candidates"].as_array().unwrap();
        assert_eq!(lines[0], format!("policy {policy}, fallback {}", told["fallback"].as_str().unwrap()));
        for (line, candidate) in lines[2..].iter().zip(candidates) {
            assert!(line.starts_with(candidate["id"].as_str().unwrap()), "{line}: {candidate}");
        }
        let is_other = policy == "exact";
        assert_eq!(candidates.len() == 1, is_other, "{told}");
    }
    let nobody = house.runs(&["route", "alloy", "--policy", "local-only", "--json"]);
    let told = printed(&nobody);
    assert_eq!((&told["chosen"], &told["candidates"]), (&Value::Null, &json!([])), "{told}");
    let rejected = told["rejected"].as_array().unwrap();
    assert!(rejected.iter().all(|rejected| rejected["filter"] == "local") && rejected.len() > 1, "{told}");

    let unknown = house.runs(&["route", "nobody"]);
    assert_eq!(unknown.code, Some(3), "{}", unknown.stderr);
    assert!(unknown.stderr.contains("nobody"), "{}", unknown.stderr);
    let unknown = house.runs(&["route", "alloy", "--policy", "nearest"]);
    assert_eq!(unknown.code, Some(2), "{}", unknown.stderr);
    assert!(unknown.stderr.contains("local-only"), "names the policies: {}", unknown.stderr);
    assert!(speeches(&house.openai).is_empty() && speeches(&house.elevenlabs).is_empty());
}

#[test]
fn the_command_line_finds_the_voices_that_the_server_finds() {
    let house = House::open();
    let own = house.server.agent().get(format!("{}/v1/voices", house.elevenlabs.base_url()));
    let own = http::read(own.header("xi-api-key", "sk-anybody").call().unwrap()).json();
    let is_hers = |voice: &&Value| {
        let labels = &voice["labels"];
        labels["gender"] == "female" && labels["language"] == "en"
    };
    let hers = own["voices"].as_array().unwrap().iter().filter(is_hers).count();

    let arguments = ["voices", "--language", "en", "--gender", "female", "--limit", "500"];
    let found = printed(&house.runs(&[&arguments[..], &["--json"]].concat()));
    assert_eq!(found, house.server.get("/api/v1/voices?language=en&gender=female&limit=500").json());
    // OpenAI's nova is a woman's voice; of alloy and sage it is told that they are none, or nothing.
    let women = found["voices"].as_array().unwrap();
    assert_eq!((found["total"].as_u64().unwrap() as usize, women.len()), (hers + 1, hers + 1));
    assert_eq!(found["facets"]["backend"], json!({ "elevenlabs": hers, "openai": 1 }));
    for voice in women {
        let languages = voice["languages"].as_array().unwrap();
        let speaks_english = languages.iter().any(|tag| tag.as_str().unwrap().starts_with("en"));
        assert!(voice["gender"] == "female" && speaks_english, "{voice}");
    }
    let ended = house.runs(&arguments);
    let lines = lines(&ended);
    assert_eq!(lines.len(), women.len() + 1);
    for (line, voice) in lines[1..].iter().zip(women) {
        assert!(line.starts_with(voice["id"].as_str().unwrap()), "{line}: {voice}");
    }

    let refused = house.runs(&["voices", "--gender", "robot"]);
    assert_eq!(refused.code, Some(3), "{}", refused.stderr);
    assert!(refused.stderr.contains("neutral"), "says what is allowed: {}", refused.stderr);
    assert!(speeches(&house.openai).is_empty() && speeches(&house.elevenlabs).is_empty());
}
