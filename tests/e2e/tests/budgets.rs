//! What a client hears and pays that has a budget, to the cent.

use serde_json::{Value, json};
use vendors::{Fault, Kind, Script, Vendor};

use crate::harness::federation::speeches;
use crate::harness::http::Answer;
use crate::harness::till::{Books, PRICE};
use crate::harness::tools::Sdk;
use crate::harness::{Server, Till};

/// Characters of what the applications say.
const SAID: u64 = 40;

/// ElevenLabs' Rachel, for whom OpenAI's nova stands in.
const RACHEL: &str = "21m00Tcm4TlvDq8ikWAM";

/// What the follower costs: the least for a request is a hundred characters.
const CARD: &str = r#"
    [[rate]]
    backend = "follower"
    models = ["tts-1"]
    from = "2026-01-01"
    usd_per_million_characters = "1"
    usd_minimum = "0.0001"
"#;

/// A till with a dearer vendor beside it, and a follower one of whose models nobody has a price for.
fn market() -> (Till, Vendor) {
    let elevenlabs = Vendor::start(Kind::ElevenLabs).unwrap();
    let till = Till::beside(Books::Sqlite, CARD, |openai| {
        let backend = |name: &str, kind: &str, url: &str, offer: &str| {
            format!(
                "[backends.{name}]\nkind = \"{kind}\"\nbase_url = \"{url}\"\napi_key = {{ env = \"E2E_VENDORS_KEY\" }}\n{offer}\n"
            )
        };
        let dearer = backend("elevenlabs", "elevenlabs", &elevenlabs.base_url(), "");
        let offer = "models = [\"tts-1\", \"unpriced\"]\nvoices = [\"onyx\"]";
        dearer + &backend("follower", "openai", openai, offer)
    });
    (till, elevenlabs)
}

/// Posts to our own API.
fn ask(server: &Server, key: &str, path: &str, body: &Value) -> Answer {
    let authorization = format!("Bearer {key}");
    let headers = [("content-type", "application/json"), ("authorization", &authorization)];
    server.post_to(path, &headers, body.to_string().as_bytes())
}

fn speak(server: &Server, key: &str, voice: &str, text: &str) -> Answer {
    ask(server, key, "/api/v1/speech", &json!({ "text": text, "voice": voice, "format": "pcm" }))
}

/// The code and the message of a refusal, which has that status.
fn refusal(answer: &Answer, status: u16) -> (String, String) {
    assert_eq!(answer.status(), status, "{}", String::from_utf8_lossy(&answer.body));
    let error = answer.json()["error"].take();
    let text = |name: &str| error[name].as_str().unwrap().to_owned();
    (text("code"), text("message"))
}

/// What became of each request, and what it was charged, in order.
fn ends(till: &Till) -> Vec<(String, i64)> {
    let rows = till.rows("SELECT outcome, charge_nanos FROM requests ORDER BY at_unix_ms, id");
    let end =
        |row: &Value| (row["outcome"].as_str().unwrap().to_owned(), row["charge_nanos"].as_i64().unwrap());
    rows.iter().map(end).collect()
}

#[test]
fn openais_sdk_raises_what_it_raises_for_a_quota_and_does_not_try_again() {
    let till = Till::on(Books::Sqlite);
    // One character more than one request is too little for two.
    let key = till.client("thrifty", (SAID + 1) * PRICE);
    let server = till.open("");
    let seen = Sdk::OpenAiPython.play(&["used_up", &server.base_url(), &key], None)["used_up"].take();
    assert!(seen["affordable"].as_u64().unwrap() > 10_000, "{seen}");
    let raised = &seen["raised"];
    let told = json!([raised["class"], raised["status"], raised["code"], raised["type"]]);
    assert_eq!(told, json!(["RateLimitError", 429, "insufficient_quota", "insufficient_quota"]), "{raised}");
    assert_eq!(raised["should_retry"], "false", "for SDKs that look at no Retry-After");
    assert!(
        raised["message"].as_str().unwrap().contains("budget of this client (0.000615 US dollars"),
        "{raised}"
    );
    till.check();
    let charged = (SAID * PRICE) as i64;
    assert_eq!(
        ends(&till),
        [("completed".into(), charged), ("budget_exceeded".into(), 0)],
        "one row a request"
    );
    assert_eq!((speeches(&till.vendor).len(), till.billed()), (1, charged), "what is refused is not called");
}

#[test]
fn elevenlabs_sdk_is_told_its_true_figures_and_raises_what_it_raises_for_a_quota() {
    let george = "[voices]\nJBFqnCBsd6RMkjVDRZzb = \"openai:alloy\"\n";
    let till = Till::beside(Books::Sqlite, "", |_| george.to_owned());
    let key = till.client_on("counted", &["--budget-characters", "79", "--window", "month"]);
    let server = till.open("");
    let seen = Sdk::ElevenLabsPython.play(&["subscription,busy", server.address(), &key, "."], None);
    let told = &seen["subscription"];
    assert_eq!((&told["before"][0], &told["before"][1]), (&json!(0), &json!(79)), "{told}");
    assert_eq!((&told["after"][0], &told["after"][1]), (&json!(SAID), &json!(79)), "{told}");
    assert_eq!(told["after"][2].as_u64().unwrap() % 86_400, 0, "at midnight: {told}");
    let (status, detail) = (&seen["busy"]["status"], &seen["busy"]["detail"]);
    let told = json!([status, detail["status"], detail["type"]]);
    assert_eq!(told, json!([401, "quota_exceeded", "quota_error"]), "{seen}");
    assert!(detail["message"].as_str().unwrap().contains("(79 characters, window month)"), "{detail}");
    till.check();
    assert_eq!(ends(&till), [("completed".into(), (SAID * PRICE) as i64), ("budget_exceeded".into(), 0)]);
    assert_eq!(speeches(&till.vendor).len(), 1);
}

#[test]
fn our_own_door_asks_for_payment_and_tells_money_that_is_gone_from_money_on_hold() {
    let till = Till::on(Books::Sqlite);
    let key = till.client("thrifty", 1000 * PRICE);
    let server = till.open("");
    till.vendor.script(Script::once(Fault::Stall).after_bytes(10_000));
    let text = "a".repeat(600);
    let body = json!({ "text": text, "voice": "alloy", "format": "pcm" });
    let mut holder = server.ask_with("/api/v1/speech", &[("authorization", &format!("Bearer {key}"))], &body);
    holder.read(1000);
    let on_hold = speak(&server, &key, "alloy", &text);
    assert_eq!(on_hold.header("retry-after"), "2");
    let (code, message) = refusal(&on_hold, 402);
    assert_eq!(code, "budget_on_hold");
    assert!(
        message.contains("the budget of this client (0.015 US dollars, window month) is on hold"),
        "{message}"
    );
    drop(holder);
    till.check();

    let gone = speak(&server, &key, "alloy", &text);
    let (code, message) = refusal(&gone, 402);
    assert_eq!(code, "budget_exceeded");
    assert!(message.contains("The budget of this client (0.015 US dollars, window month)"), "{message}");
    let wait: u64 = gone.header("retry-after").parse().unwrap();
    assert!((1..=31 * 86_400).contains(&wait), "until the month ends: {wait}");
    assert_eq!((speeches(&till.vendor).len(), till.vendor_cost()), (1, till.billed()));
}

#[test]
fn a_budget_that_warns_is_served_and_one_that_throttles_by_whoever_is_cheaper() {
    let (till, elevenlabs) = market();
    let warned = till.client_on("warned", &["--budget-usd", "0.001", "--action", "warn"]);
    let throttled = till.client_on("throttled", &["--budget-usd", "0.002", "--action", "throttle"]);
    let server = till.open("");
    let text = "a".repeat(100);
    let told = |answer: &Answer| {
        let header = |name| answer.header(name).to_owned();
        (
            answer.status(),
            header("x-soundboard-voice"),
            header("x-soundboard-reason"),
            header("x-soundboard-budget"),
        )
    };
    let warning = speak(&server, &warned, "alloy", &text);
    assert_eq!(told(&warning), (200, "openai:alloy".into(), "exact".into(), "exceeded".into()));

    // A cent for Rachel, three twentieths of one for nova.
    let cheaper = speak(&server, &throttled, RACHEL, &text);
    assert_eq!(told(&cheaper), (200, "openai:nova".into(), "throttled".into(), String::new()));
    assert_eq!(cheaper.header("x-soundboard-requested-voice"), RACHEL);
    // Even nova is too dear now, and onyx is no woman; but he is near alloy, and a tenth of a thousandth of a dollar is left.
    assert_eq!(refusal(&speak(&server, &throttled, RACHEL, &text), 402).0, "budget_exceeded");
    let cheapest = speak(&server, &throttled, "alloy", &text);
    assert_eq!(told(&cheapest), (200, "follower:onyx".into(), "throttled".into(), String::new()));
    till.check();
    let (charged, least) = ((100 * PRICE) as i64, 100_000);
    let ends = ends(&till).into_iter().map(|(_, charge)| charge);
    assert_eq!(ends.collect::<Vec<_>>(), [charged, charged, 0, least]);
    assert_eq!((speeches(&till.vendor).len(), speeches(&elevenlabs).len()), (3, 0));
    assert_eq!(till.vendor_cost(), 2 * charged + least);
}

#[test]
fn an_estimate_is_what_is_charged_and_who_has_no_price_is_not_called() {
    let (till, elevenlabs) = market();
    let key = till.client("rich", 1_000_000_000);
    let server = till.open("");
    let texts = ["Short.".to_owned(), "Zwölf Boxkämpfer. 十二人 🥊 ".repeat(9)];
    let mut estimates = Vec::new();
    for voice in ["alloy", "follower:onyx", RACHEL] {
        for text in &texts {
            let body = json!({ "text": text, "voice": voice, "format": "pcm" });
            let estimate = ask(&server, &key, "/api/v1/estimate", &body).json();
            assert_eq!(estimate["characters"], json!(text.chars().count()), "{estimate}");
            assert_eq!(estimate["estimate_nanos"], estimate["most_nanos"], "{estimate}");
            estimates.push(estimate["estimate_nanos"].as_i64().unwrap());
            speak(&server, &key, voice, text).audio();
        }
    }
    till.check();
    let charges: Vec<i64> = ends(&till).into_iter().map(|(_, charge)| charge).collect();
    assert_eq!(charges, estimates);
    assert!(estimates.iter().all(|nanos| *nanos >= 90_000), "{estimates:?}");
    assert_eq!(estimates[2], 100_000, "the least for a request");
    assert_eq!((speeches(&till.vendor).len(), speeches(&elevenlabs).len()), (4, 2));

    let body = json!({ "text": "Short.", "voice": "follower:onyx", "model": "unpriced" });
    for path in ["/api/v1/estimate", "/api/v1/speech"] {
        assert_eq!(refusal(&ask(&server, &key, path, &body), 503).0, "unknown_price");
    }
    assert_eq!(speeches(&till.vendor).len(), 4, "nobody was called");
}
