//! What goes out.

use outbound::{Deadlines, Key, Refusal};
use secrecy::SecretString;
use serde_json::Value;
use testing::server::{Server, answer};

use crate::{KEY, Tested, all_of, refused, remote, remote_at};

#[tokio::test]
async fn a_call_carries_what_it_must_and_no_more() -> Tested {
    let mut server = Server::answering([answer("200 OK", &[], b"{\"a\":1}")]).await?;
    let call = remote(&server, Deadlines::default())?
        .post(["text-to-speech", "a/b?c d"])
        .query("output_format", "mp3 & more")
        .json("{\"text\":\"Hi\"}");
    let answer: Value = call.send().await?.json().await?;
    assert_eq!(answer["a"], 1);
    let request = server.request().await.unwrap_or_default();
    let mut lines: Vec<_> = request.split("\r\n").collect();
    lines.sort_unstable();
    let mut expected = vec![
        "POST /v1/text-to-speech/a%2Fb%3Fc%20d?output_format=mp3+%26+more HTTP/1.1".to_owned(),
        "accept-encoding: identity".to_owned(),
        "accept: */*".to_owned(),
        format!("authorization: Bearer {KEY}"),
        "content-length: 13".to_owned(),
        "content-type: application/json".to_owned(),
        format!("host: {}", server.address),
        concat!("user-agent: voice-soundboard/", env!("CARGO_PKG_VERSION")).to_owned(),
        String::new(),
        "{\"text\":\"Hi\"}".to_owned(),
    ];
    expected.sort_unstable();
    assert_eq!(lines, expected);
    Ok(())
}

#[tokio::test]
async fn a_connection_is_used_again() -> Tested {
    let mut server = Server::answering([answer("200 OK", &[], b"[]")]).await?;
    let remote = remote(&server, Deadlines::default())?;
    for _ in 0..3 {
        remote.get(["voices"]).send().await?.json::<Value>().await?;
    }
    assert_eq!(server.connections(), 1);
    Ok(())
}

#[tokio::test]
async fn a_call_that_a_server_does_not_know_may_be_no_error() -> Tested {
    for (status, is_known) in
        [("404 Not Found", false), ("405 Not Allowed", false), ("501 No", false), ("200 OK", true)]
    {
        let server = Server::answering([answer(status, &[], b"{}")]).await?;
        let found = remote(&server, Deadlines::default())?.get(["audio", "voices"]).send_if_known().await?;
        assert_eq!(found.is_some(), is_known, "{status}");
    }
    let server = Server::answering([answer("500 Broken", &[], b"{}")]).await?;
    refused(remote(&server, Deadlines::default())?.get(["audio", "voices"]).send_if_known().await)?;
    Ok(())
}

#[tokio::test]
async fn a_base_url_is_checked_and_never_quoted() -> Tested {
    for (base, fault) in [
        ("not a url", "is no URL"),
        ("ftp://host/v1", "must begin with http:// or https://"),
        ("http://user:hidden@host/v1", "must not hold a user's name or password; set api_key"),
        ("https://host/v1?key=hidden", "must not have a query or a fragment"),
        ("https://host/v1#hidden", "must not have a query or a fragment"),
    ] {
        let error = refused(remote_at(base, Deadlines::default(), |_, _| Refusal::default()))?;
        assert_eq!(error.message(), format!("The base_url of the backend acme {fault}."));
        assert_eq!(error.param(), Some("base_url"));
        assert!(!all_of(&error).contains("hidden"));
    }
    Ok(())
}

#[tokio::test]
async fn a_key_that_is_renewed_takes_the_place_of_the_remotes_own() -> Tested {
    let mut server = Server::answering([answer("200 OK", &[], b"issued")]).await?;
    let remote = remote(&server, Deadlines::default())?;
    let token = SecretString::from("a-token");
    let key = |secret| Key { header: "authorization", scheme: "Bearer ", secret };
    let call = remote.post(["speech"]).header("x-format", "raw").body("application/ssml+xml", "<speak/>");
    assert_eq!(call.showing(key(&token))?.send().await?.text().await?, "issued");
    let request = server.request().await.unwrap_or_default();
    for line in ["authorization: Bearer a-token", "x-format: raw", "content-type: application/ssml+xml"] {
        assert!(request.contains(&format!("\r\n{line}\r\n")), "{request}");
    }
    assert!(!request.contains(KEY) && request.ends_with("\r\n\r\n<speak/>"), "{request}");
    let broken = SecretString::from("a-token\nand-more");
    let error = refused(remote.post(["speech"]).showing(key(&broken)))?;
    assert!(!all_of(&error).contains("a-token"), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_text_has_its_bounds_and_is_text() -> Tested {
    for body in [vec![b'x'; (64 << 10) + 1], vec![0xFF, 0xFE]] {
        let server = Server::answering([answer("200 OK", &[], &body)]).await?;
        let answer = remote(&server, Deadlines::default())?.get(["token"]).send().await?;
        refused(answer.text().await)?;
    }
    Ok(())
}
