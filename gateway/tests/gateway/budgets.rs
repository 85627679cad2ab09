//! What a client hears that may not have more.

use billing::{Action, Budget, Measure, Window};
use futures::StreamExt as _;

use crate::client::Answer;
use crate::server::{Server, say};

/// A budget that has room for nothing.
fn nothing(measure: Measure, window: Window) -> Budget {
    Budget { key: None, measure, limit: 0, window, action: Action::Refuse }
}

/// One that has room for one such request at a time: twice what `Hello, world.` can cost.
fn one_at_a_time() -> Budget {
    Budget { limit: 200_000, ..nothing(Measure::Money, Window::Month) }
}

async fn server(budget: Budget) -> Server {
    let server = Server::start().await;
    server.rows.limit([budget]);
    server
}

fn show(answer: &Answer) -> String {
    let headers = (answer.header("retry-after"), answer.header("x-should-retry"));
    format!("{} {headers:?}\n{}", answer.status, answer.text())
}

async fn ask(server: &Server, path: &str, body: &str) -> Answer {
    server.post(path).header("content-type", "application/json").body(body).send().await
}

/// Each door's words for the same refusal.
async fn all_doors(server: &Server) -> String {
    let native = ask(server, "/api/v1/speech", r#"{"text":"Hello, world.","voice":"tone"}"#).await;
    let elevenlabs = ask(server, "/v1/text-to-speech/tone", r#"{"text":"Hello, world."}"#).await;
    [show(&server.say("tone").await), show(&elevenlabs), show(&native)].join("\n")
}

#[tokio::test]
async fn a_budget_that_is_used_up() {
    let server = server(nothing(Measure::Money, Window::Month)).await;
    insta::assert_snapshot!(all_doors(&server).await, @r#"
    429 Too Many Requests ("2635200", "false")
    {"error":{"message":"The budget of this client (0.00 US dollars, window month) has no room left for this request.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}
    401 Unauthorized ("2635200", "-")
    {"detail":{"type":"quota_error","code":"quota_exceeded","message":"The budget of this client (0.00 US dollars, window month) has no room left for this request.","status":"quota_exceeded","request_id":"req-2","param":null}}
    402 Payment Required ("2635200", "-")
    {"error":{"code":"budget_exceeded","message":"The budget of this client (0.00 US dollars, window month) has no room left for this request.","param":null,"allowed":[],"request_id":"req-1"}}
    "#);
    assert_eq!(*server.work.begun.borrow(), 0, "nobody was asked to speak");
    let rows = server.rows.clone();
    server.ended().await;
    assert!(rows.charges().iter().all(|charge| charge.get() == 0));
    assert_eq!(rows.rows().len(), 3, "each leaves its row");
}

#[tokio::test]
async fn what_is_left_of_a_budget_is_on_hold() {
    let server = server(one_at_a_time()).await;
    let holder = server.speech(say("gated")).begin().await;
    insta::assert_snapshot!(all_doors(&server).await, @r#"
    429 Too Many Requests ("2", "-")
    {"error":{"message":"What is left of the budget of this client (0.0002 US dollars, window month) is on hold for requests that are running.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}
    401 Unauthorized ("2", "-")
    {"detail":{"type":"quota_error","code":"quota_exceeded","message":"What is left of the budget of this client (0.0002 US dollars, window month) is on hold for requests that are running.","status":"quota_exceeded","request_id":"req-3","param":null}}
    402 Payment Required ("2", "-")
    {"error":{"code":"budget_on_hold","message":"What is left of the budget of this client (0.0002 US dollars, window month) is on hold for requests that are running.","param":null,"allowed":[],"request_id":"req-2"}}
    "#);
    server.work.gate.send_replace(usize::MAX);
    assert!(Answer::read(holder).await.whole);
    insta::assert_snapshot!(show(&server.say("tone").await).lines().next().unwrap(), @r#"429 Too Many Requests ("2635200", "false")"#);
}

#[tokio::test]
async fn every_measure_and_window_is_named() {
    let of = async |measure, window| {
        let server = server(nothing(measure, window)).await;
        let answer = ask(&server, "/api/v1/speech", r#"{"text":"Hello.","voice":"tone"}"#).await;
        let message: serde_json::Value = serde_json::from_str(answer.text()).unwrap();
        format!("{} {}", answer.header("retry-after"), message["error"]["message"].as_str().unwrap())
    };
    insta::assert_snapshot!(of(Measure::Characters, Window::Day).await, @"43200 The budget of this client (0 characters, window day) has no room left for this request.");
    insta::assert_snapshot!(of(Measure::Audio, Window::Rolling { hours: 48 }).await, @"3600 The budget of this client (0 seconds of audio, window rolling_2d) has no room left for this request.");
}

#[tokio::test]
async fn a_budget_that_only_warns_says_so() {
    let budget = Budget { action: Action::Warn, ..nothing(Measure::Characters, Window::Day) };
    let over = server(budget).await.say("tone").await;
    assert_eq!((over.status.as_u16(), over.header("x-soundboard-budget")), (200, "exceeded"));
    let within = Server::start().await.say("tone").await;
    assert_eq!(within.header("x-soundboard-budget"), "-");
}

#[tokio::test]
async fn a_model_without_a_price_is_not_called() {
    let server = Server::unpriced().await;
    insta::assert_snapshot!(all_doors(&server).await, @r#"
    503 Service Unavailable ("-", "false")
    {"error":{"message":"Nobody has said what the model \"sine-1\" of the backend tone costs, so it is not called; whoever runs the gateway can add it to the rates.","type":"server_error","param":null,"code":"unknown_price"}}
    503 Service Unavailable ("-", "false")
    {"detail":{"type":"internal_error","code":"unknown_price","message":"Nobody has said what the model \"sine-1\" of the backend tone costs, so it is not called; whoever runs the gateway can add it to the rates.","status":"unknown_price","request_id":"req-2","param":null}}
    503 Service Unavailable ("-", "false")
    {"error":{"code":"unknown_price","message":"Nobody has said what the model \"sine-1\" of the backend tone costs, so it is not called; whoever runs the gateway can add it to the rates.","param":null,"allowed":[],"request_id":"req-1"}}
    "#);
    assert_eq!(*server.work.begun.borrow(), 0);
}

#[tokio::test]
async fn a_ledger_that_cannot_be_written_is_nobodys_licence_to_speak() {
    let server = Server::start().await;
    server.rows.broken.send_replace(true);
    insta::assert_snapshot!(all_doors(&server).await, @r#"
    503 Service Unavailable ("2", "-")
    {"error":{"message":"What speech costs cannot be written down just now, so nobody is asked to speak; the request may be tried again.","type":"server_error","param":null,"code":"ledger_unavailable"}}
    503 Service Unavailable ("2", "-")
    {"detail":{"type":"internal_error","code":"ledger_unavailable","message":"What speech costs cannot be written down just now, so nobody is asked to speak; the request may be tried again.","status":"ledger_unavailable","request_id":"req-2","param":null}}
    503 Service Unavailable ("2", "-")
    {"error":{"code":"ledger_unavailable","message":"What speech costs cannot be written down just now, so nobody is asked to speak; the request may be tried again.","param":null,"allowed":[],"request_id":"req-1"}}
    "#);
    assert_eq!(*server.work.begun.borrow(), 0);
    server.rows.broken.send_replace(false);
    assert_eq!(server.say("tone").await.status.as_u16(), 200, "service returns by itself");
}

#[tokio::test]
async fn events_that_have_begun_end_in_the_doors_own_words() {
    // So much audio that the hold, which is for the length that such a text usually has, does not do.
    let budget = Budget { limit: 10_000, ..nothing(Measure::Audio, Window::Day) };
    let server = server(budget).await;
    let body = say("endless").replace("\"pcm\"", "\"pcm\",\"stream_format\":\"sse\"");
    let answer = server.speech(body).send().await;
    assert_eq!(answer.status.as_u16(), 200);
    let last = answer.text().trim_end().rsplit("data: ").next().unwrap();
    insta::assert_snapshot!(last, @r#"{"type":"error","error":{"message":"The budget of this client (10 seconds of audio, window day) has no room left for this request.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}"#);
    let plain = server.say("endless").await;
    assert!(!plain.status.is_success() || !plain.whole, "audio breaks off");
}

#[tokio::test]
async fn a_socket_is_closed_with_the_vendors_word() {
    let server = server(nothing(Measure::Characters, Window::Day)).await;
    let url = format!("ws://{}/v1/text-to-speech/tone/stream-input", server.address);
    let (mut socket, _) = tokio_tungstenite::connect_async(url).await.unwrap();
    for text in [r#"{"text":" "}"#, r#"{"text":"Hello, world. "}"#, r#"{"text":""}"#] {
        futures::SinkExt::send(&mut socket, text.into()).await.unwrap();
    }
    let mut told = Vec::new();
    while let Some(Ok(message)) = socket.next().await {
        told.push(format!("{message:?}"));
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
    Text(Utf8Bytes(b"{\"message\":\"The budget of this client (0 characters, window day) has no room left for this request.\",\"error\":\"quota_exceeded\",\"code\":1008}"))
    Close(Some(CloseFrame { code: Policy, reason: Utf8Bytes(b"see the last message") }))
    "#);
}
