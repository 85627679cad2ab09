//! `/api/v1/voices` and `/api/v1/routes/explain`.

use billing::Preferences;
use engine::Defaults;
use gateway::Config;
use serde_json::{Value, json};
use speech::{Gender, Policy, Routing};

use crate::actor::Stage;
use crate::client::{Answer, Ask};
use crate::server::{House, Server, clients, config};

fn read(answer: &Answer) -> Value {
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
    serde_json::from_slice(&answer.body).unwrap()
}

fn ids(found: &Value) -> Vec<&str> {
    found["voices"].as_array().unwrap().iter().map(|voice| voice["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn voices_are_searched_a_page_at_a_time() {
    let server = Server::start().await;
    let all = read(&server.get("/api/v1/voices").send().await);
    let total = all["total"].as_u64().unwrap() as usize;
    assert!(ids(&all).contains(&"tone:tone") && ids(&all).len() == total && total > 2);
    assert_eq!(all["facets"]["backend"]["tone"], json!(total));
    let voice = all["voices"].as_array().unwrap().iter().find(|voice| voice["id"] == "tone:tone").unwrap();
    assert_eq!((&voice["backend"], &voice["status"]), (&json!("tone"), &json!("available")));

    let mut paged = Vec::new();
    let mut next = String::from("/api/v1/voices?limit=2");
    loop {
        let page = read(&server.get(&next).send().await);
        paged.extend(ids(&page).into_iter().map(str::to_owned));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        next = format!("/api/v1/voices?limit=2&cursor={cursor}");
    }
    assert_eq!(paged, ids(&all));
    let nobody = read(&server.get("/api/v1/voices?q=zzzzzzzzzz").send().await);
    assert_eq!((ids(&nobody).len(), &nobody["next_cursor"]), (0, &Value::Null));
}

#[tokio::test]
async fn an_unknown_filter_is_answered_with_those_that_are_known() {
    let server = Server::start().await;
    let refusal = server.get("/api/v1/voices?colour=red").send().await;
    assert_eq!(refusal.status.as_u16(), 400);
    let allowed: Value = serde_json::from_slice(&refusal.body).unwrap();
    let allowed = allowed["error"]["allowed"].as_array().unwrap();
    assert!(["q", "gender", "language", "cursor"].iter().all(|name| allowed.contains(&json!(name))));
    for wrong in ["gender=red", "limit=0", "sort=colour", "cursor=x"] {
        let refusal = server.get(&format!("/api/v1/voices?{wrong}")).send().await;
        assert_eq!(refusal.status.as_u16(), 400, "{wrong}: {}", refusal.text());
    }
}

#[tokio::test]
async fn a_voice_is_shown_by_any_of_its_names() {
    let server = Server::start().await;
    for (name, alias_of) in [
        ("tone:tone", None),
        ("tone%3Atone", None),
        ("tone", None),
        ("alloy", Some("tone:tone")),
        ("21m00Tcm4TlvDq8ikWAM", Some("tone:tone")),
    ] {
        let voice = read(&server.get(&format!("/api/v1/voices/{name}")).send().await);
        assert_eq!((&voice["id"], voice["alias_of"].as_str()), (&json!("tone:tone"), alias_of), "{name}");
        assert_eq!(voice["aliases"], json!(["21m00Tcm4TlvDq8ikWAM", "alloy"]));
        assert_eq!(voice["preview"], "/api/v1/voices/tone:tone/preview");
    }
    let near = read(&server.get("/api/v1/voices/tone/equivalents").send().await);
    assert_eq!(near, json!({"equivalents": []}), "there is no other backend");
    for nowhere in ["nobody", "nobody/equivalents", "nobody/preview", "tone:nobody", "%3Fzzz", "%FF"] {
        let answer = server.get(&format!("/api/v1/voices/{nowhere}")).send().await;
        assert_eq!(answer.status.as_u16(), 404, "{nowhere}: {}", answer.text());
        assert!(answer.text().contains("unknown_voice"), "{}", answer.text());
    }
    assert_eq!(read(&server.get("/api/v1/voices/changes").send().await)["next_before"], Value::Null);
}

#[tokio::test]
async fn a_voice_that_is_not_found_is_answered_in_the_engines_own_words() {
    let stage = Stage::open().await;
    stage.right.lists(&[("anna", Gender::Female)]);
    for (name, words, allowed) in [
        ("nobody", "There is no voice \"nobody\".", "alloy"),
        ("anna", "Several backends have a voice \"anna\"; name one of them.", "left:anna"),
        ("anna/preview", "Several backends have a voice \"anna\"; name one of them.", "right:anna"),
    ] {
        let answer = stage.server.get(&format!("/api/v1/voices/{name}")).send().await;
        let said: Value = serde_json::from_slice(&answer.body).unwrap();
        let error = &said["error"];
        assert_eq!((answer.status.as_u16(), &error["message"]), (404, &json!(words)), "{name}");
        assert!(error["allowed"].as_array().unwrap().contains(&json!(allowed)), "{said}");
    }
}

#[tokio::test]
async fn who_cannot_speak_now_and_who_is_in_no_list_are_shown_as_well() {
    let server = Server::start().await;
    let asleep = read(&server.get("/api/v1/voices/tone:foreign").send().await);
    assert_eq!(
        (&asleep["status"], &asleep["reason"]),
        (&json!("unavailable"), &json!("Its language is not spoken yet."))
    );
    let unlisted = read(&server.get("/api/v1/voices/ending").send().await);
    assert_eq!(
        (&unlisted["id"], &unlisted["kind"], &unlisted["deprecated_after"]),
        (&json!("tone:ending"), &json!("tone"), &json!("1970-01-31"))
    );
    assert_eq!(unlisted["models"], json!(["sine-1"]));
    let heard = server.get(unlisted["preview"].as_str().unwrap()).send().await;
    assert_eq!((heard.status.as_u16(), heard.header("x-soundboard-voice")), (200, "tone:ending"));
    read(&server.get("/api/v1/voices/ending/equivalents").send().await);
}

#[tokio::test]
async fn a_client_is_told_its_own_names_and_where_a_voice_is_heard() {
    let stage = Stage::open().await;
    stage.left.lists(&[("Anna / 2", Gender::Female)]);
    assert!(stage.server.engine.refresh().await);
    let found = read(&stage.server.get("/api/v1/voices?backend=left").send().await);
    let voice = &found["voices"][0];
    assert_eq!(
        (&voice["preview_url"], &voice["aliases"]),
        (&json!("https://left.example/Anna / 2.mp3"), &json!([]))
    );
    assert_eq!(voice["preview"], "/api/v1/voices/left:Anna%20%2F%202/preview");
    let heard = stage.server.get(voice["preview"].as_str().unwrap()).send().await;
    assert_eq!((heard.status.as_u16(), heard.header("x-soundboard-voice")), (200, "left:Anna / 2"));

    let aliases = [("host".to_owned(), "tone:words".to_owned())].into();
    let own = Preferences { aliases, ..Preferences::default() };
    let both = clients(&[("ann", "key-of-ann"), ("bob", "key-of-bob")]);
    let server = Server::of(both.routed(Routing::default(), [("ann".to_owned(), own)])).await;
    for (key, aliases) in [("key-of-ann", json!(["host"])), ("key-of-bob", json!([]))] {
        let found = read(&server.get("/api/v1/voices").key(key).send().await);
        let voices = found["voices"].as_array().unwrap();
        let words = voices.iter().find(|voice| voice["id"] == "tone:words").unwrap();
        assert_eq!(words["aliases"], aliases, "{key}");
    }
}

#[tokio::test]
async fn a_preview_is_spoken_and_paid_for_by_who_asks() {
    let server = Server::of(clients(&[("ann", "key-of-ann")])).await;
    let answer = server.get("/api/v1/voices/alloy/preview").key("key-of-ann").send().await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
    assert_eq!(
        (answer.header("content-type"), answer.header("x-soundboard-voice")),
        ("audio/mpeg", "tone:tone")
    );
    assert!(!answer.body.is_empty() && answer.whole);
    let rows = server.rows.clone();
    server.ended().await;
    let row = &rows.rows()[0];
    assert_eq!((&*row.payer.client, row.voice.as_deref()), ("ann", Some("tone")));
    assert!(row.characters.is_some_and(|characters| characters > 0));
}

#[tokio::test]
async fn a_preview_of_what_is_not_here_is_not_for_who_is_spoken_for_here_only() {
    let promised = Preferences { policy: Some(Policy::LocalOnly), ..Preferences::default() };
    let both = clients(&[("ann", "key-of-ann"), ("bob", "key-of-bob")]);
    let server = Server::of(both.routed(Routing::default(), [("ann".to_owned(), promised)])).await;
    let refusal = server.get("/api/v1/voices/tone/preview").key("key-of-ann").send().await;
    let said: Value = serde_json::from_slice(&refusal.body).unwrap();
    assert_eq!((refusal.status.as_u16(), &said["error"]["code"]), (422, &json!("no_candidate")));
    assert_eq!(*server.work.begun.borrow(), 0);
    let heard = server.get("/api/v1/voices/tone/preview").key("key-of-bob").send().await;
    assert_eq!(heard.status.as_u16(), 200, "{}", heard.text());
}

#[tokio::test]
async fn without_keys_no_foreign_page_has_a_preview_spoken() {
    let known = gateway::Origin::try_from("https://app.example".to_owned()).unwrap();
    let server = Server::configured(Config { cors_origins: vec![known], ..config() }).await;
    let own = format!("http://{}", server.address);
    let ask = async |headers: &[(&str, &str)]| {
        let ask = server.get("/api/v1/voices/tone/preview");
        headers.iter().fold(ask, |ask, (name, value)| ask.header(name, value)).send().await
    };
    for foreign in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
    ] {
        let refusal = ask(foreign).await;
        let said: Value = serde_json::from_slice(&refusal.body).unwrap();
        let code = &said["error"]["code"];
        assert_eq!((refusal.status.as_u16(), code), (403, &json!("origin_not_allowed")), "{foreign:?}");
    }
    assert_eq!(*server.work.begun.borrow(), 0);
    for known in [
        &[][..],
        &[("sec-fetch-site", "none")],
        &[("sec-fetch-site", "same-origin")],
        &[("sec-fetch-site", "cross-site"), ("origin", "https://app.example")],
        &[("origin", &own)],
    ] {
        assert_eq!(ask(known).await.status.as_u16(), 200, "{known:?}");
    }
    let keyed = Server::of(clients(&[("ann", "key-of-ann")])).await;
    let answer =
        keyed.get("/api/v1/voices/tone/preview").key("key-of-ann").header("sec-fetch-site", "cross-site");
    assert_eq!(answer.send().await.status.as_u16(), 200, "whoever has a key is no stranger");
}

#[tokio::test]
async fn who_only_wants_the_head_of_a_preview_is_refused_and_pays_nothing() {
    let server = Server::start().await;
    let refusal = Ask::new(server.address, "HEAD", "/api/v1/voices/tone/preview").send().await;
    assert_eq!((refusal.status.as_u16(), refusal.header("allow")), (405, "GET"));
    assert_eq!(*server.work.begun.borrow(), 0);
    let rows = server.rows.clone();
    server.ended().await;
    assert_eq!(rows.show(), "");
}

#[tokio::test]
async fn a_route_is_explained_without_a_word_spoken() {
    let server = Server::start().await;
    let explained =
        server.get("/api/v1/routes/explain?voice=tone:tone&policy=exact&characters=10").send().await;
    let explained = read(&explained);
    assert_eq!((&explained["policy"], &explained["chosen"]), (&json!("exact"), &json!("tone:tone")));
    let candidate = &explained["candidates"][0];
    assert_eq!(
        (&candidate["score"], &candidate["most_nanos"]),
        (&json!(1.0), &json!(100_000)),
        "{explained}"
    );
    for (wrong, param) in [
        ("voice=tone&policy=nearest", "policy"),
        ("voice=tone&fallback=x", "fallback"),
        ("policy=exact", "voice"),
        ("voice=tone&characters=0", "characters"),
        ("voice=tone&colour=red", "query"),
        ("voice=tone&language=klingon", "language"),
    ] {
        let refusal = server.get(&format!("/api/v1/routes/explain?{wrong}")).send().await;
        let said: Value = serde_json::from_slice(&refusal.body).unwrap();
        assert_eq!((refusal.status.as_u16(), &said["error"]["param"]), (400, &json!(param)), "{said}");
    }
    assert_eq!(*server.work.begun.borrow(), 0);
    let rows = server.rows.clone();
    server.ended().await;
    assert_eq!(rows.show(), "");
}

#[tokio::test]
async fn where_it_is_drawn_by_lot_each_ones_share_is_told_and_nobody_is_chosen() {
    let weights = [("left".to_owned(), 3.try_into().unwrap())].into();
    let routing = Defaults { weights, ..Defaults::default() };
    let stage = Stage::with(House { routing, ..House::default() }).await;
    let mut told = Vec::new();
    for _ in 0..20 {
        let path = "/api/v1/routes/explain?voice=berta&policy=weighted";
        told.push(read(&stage.server.get(path).send().await));
    }
    assert!(
        told.windows(2).all(|two| two[0] == two[1]),
        "every request has a lot of its own, and this is none"
    );
    let candidates = told[0]["candidates"].as_array().unwrap();
    let shares: Vec<_> = candidates
        .iter()
        .map(|candidate| {
            (
                candidate["id"].as_str().unwrap(),
                candidate["reason"].as_str().unwrap(),
                candidate["share"].as_f64().unwrap(),
            )
        })
        .collect();
    assert_eq!(shares, [("left:anna", "weighted", 0.75), ("right:berta", "exact", 0.25)]);
    assert_eq!(told[0]["chosen"], Value::Null);
    let drawn = async |number: usize| {
        let body = json!({"text": "Good morning.", "voice": "berta", "policy": "weighted"}).to_string();
        let ask = stage.server.post("/api/v1/speech").header("content-type", "application/json").body(body);
        let answer = ask.send().await;
        assert_eq!(answer.status.as_u16(), 200, "{number}: {}", answer.text());
        answer.header("x-soundboard-voice") == "left:anna"
    };
    let mut lots = 0;
    for number in 0..100 {
        lots += usize::from(drawn(number).await);
    }
    assert!((60..90).contains(&lots), "{lots} of a hundred");
    let sure = read(&stage.server.get("/api/v1/routes/explain?voice=berta&policy=cheapest").send().await);
    assert_eq!((sure["candidates"][0].get("share"), &sure["chosen"]), (None, &json!("right:berta")));
}
