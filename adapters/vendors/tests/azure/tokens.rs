//! An account that shows tokens.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use adapters::{Auth, AzureSettings};
use futures::future::join_all;
use outbound::Deadlines;
use speech::{Backend, Codec, ErrorKind, Receipt, SpeechError};
use testing::server::{Server, answer};
use testing::utterance;
use tokio::time;

use crate::{AVA, KEY, Tested, all_of, heard, open_with, refused, settings};

/// A server that issues `token-1`, `token-2` and so on, and takes the tokens from that number on.
async fn server(
    first_taken: usize,
) -> Result<(Server, Arc<AtomicUsize>, Arc<dyn Backend>), Box<dyn std::error::Error>> {
    let issued = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&issued);
    let server = Server::answering_by(move |request| {
        if request.starts_with("POST /sts/v1.0/issueToken ") {
            return match request.contains(&format!("ocp-apim-subscription-key: {KEY}\r\n")) {
                true => {
                    let number = count.fetch_add(1, Ordering::SeqCst) + 1;
                    answer("200 OK", &["content-type: text/plain"], format!("token-{number}").as_bytes())
                }
                false => answer("401 Unauthorized", &[], b""),
            };
        }
        let shown = request.lines().find_map(|line| line.strip_prefix("authorization: Bearer token-"));
        let number = shown.and_then(|number| number.parse().ok()).unwrap_or(0);
        match number >= first_taken && !request.contains(KEY) {
            true => answer("200 OK", &["content-type: audio/mpeg"], &[0xFF, 0xF3]),
            false => answer("401 Unauthorized", &[], b""),
        }
    });
    let server = server.await?;
    let azure = AzureSettings { auth: Auth::Token, ..AzureSettings::default() };
    let backend = open_with(settings(&format!("http://{}", server.address), azure)?, Deadlines::default())?;
    Ok((server, issued, backend))
}

async fn said(backend: &dyn Backend) -> Result<usize, SpeechError> {
    let sound = backend.speak(utterance("Hello.", AVA, Codec::Mp3.into()), Receipt::default()).await?;
    Ok(heard(sound).await?.audio.len())
}

#[tokio::test]
async fn one_token_does_for_all_who_wait_and_for_nine_minutes() -> Tested {
    let (_server, issued, backend) = server(1).await?;
    for outcome in join_all((0..4).map(|_| said(&*backend))).await {
        assert_eq!(outcome?, 2);
    }
    assert_eq!(issued.load(Ordering::SeqCst), 1);
    for (minutes, tokens) in [(8, 1), (2, 2), (8, 2)] {
        time::pause();
        time::advance(Duration::from_secs(minutes * 60)).await;
        time::resume();
        assert_eq!(said(&*backend).await?, 2);
        assert_eq!(issued.load(Ordering::SeqCst), tokens);
    }
    Ok(())
}

#[tokio::test]
async fn a_token_that_is_not_taken_is_renewed_at_once() -> Tested {
    let (_server, issued, backend) = server(2).await?;
    for outcome in join_all((0..4).map(|_| said(&*backend))).await {
        assert_eq!(outcome?, 2);
    }
    assert_eq!(issued.load(Ordering::SeqCst), 2, "one new token does for all");
    Ok(())
}

#[tokio::test]
async fn when_no_token_is_taken_the_key_is_at_fault() -> Tested {
    let (_server, issued, backend) = server(100).await?;
    let receipt = Receipt::default();
    let said = backend.speak(utterance("Hello.", AVA, Codec::Mp3.into()), receipt.clone()).await;
    let error = refused(said)?;
    assert_eq!(error.message(), "The backend acme refused the gateway's own key.");
    assert!(!error.may_succeed_later() && !receipt.is_taken());
    assert_eq!(issued.load(Ordering::SeqCst), 2);
    let all = all_of(&error);
    assert!(!all.contains("token-") && !all.contains(KEY), "{all}");
    Ok(())
}

#[tokio::test]
async fn where_none_is_issued_those_who_wait_are_told_together() -> Tested {
    let mut server = Server::answering([answer("429 Too Many Requests", &["retry-after: 3"], b"")]).await?;
    let azure = AzureSettings { auth: Auth::Token, ..AzureSettings::default() };
    let backend = open_with(settings(&format!("http://{}", server.address), azure)?, Deadlines::default())?;
    for outcome in join_all((0..4).map(|_| said(&*backend))).await {
        assert_eq!(refused(outcome)?.kind(), ErrorKind::RateLimited);
    }
    assert_eq!(server.connections(), 1);
    Ok(())
}
