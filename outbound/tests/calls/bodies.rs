//! What may come back.

use std::time::Duration;

use futures::StreamExt;
use outbound::Deadlines;
use serde_json::Value;
use speech::{Codec, ErrorKind};
use testing::server::{Server, Step, answer, begin, chunk};
use tokio::time::timeout;

use crate::{Tested, refused, remote};

const SOON: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_json_document_has_its_bounds() -> Tested {
    let endless = vec![begin(&["content-type: application/json"], b"["), Step::Flood(chunk(&[b' '; 65_536]))];
    let mut server = Server::answering([endless]).await?;
    let answer = remote(&server, Deadlines::default())?.get(["voices"]).send().await?;
    let error = refused(timeout(SOON, answer.json::<Value>()).await?)?;
    assert_eq!(error.message(), "The backend acme sent far more than was asked for.");
    timeout(SOON, server.hang_up()).await?;
    Ok(())
}

#[tokio::test]
async fn an_error_s_body_has_its_bounds_and_the_status_counts() -> Tested {
    let head = "HTTP/1.1 429 Too Many\r\ntransfer-encoding: chunked\r\nretry-after: 3\r\n\r\n";
    let endless = vec![Step::Send(head.into()), Step::Flood(chunk(&[b' '; 65_536]))];
    let mut server = Server::answering([endless]).await?;
    let call = remote(&server, Deadlines::default())?.get(["voices"]);
    let error = refused(timeout(SOON, call.send()).await?)?;
    assert_eq!((error.kind(), error.wait()), (ErrorKind::RateLimited, Some(Duration::from_secs(3))));
    timeout(SOON, server.hang_up()).await?;
    Ok(())
}

#[tokio::test]
async fn audio_beyond_its_bound_is_a_failure() -> Tested {
    let flood = vec![begin(&["content-type: audio/mpeg"], b"\xFF\xF3"), Step::Flood(chunk(&[7; 4096]))];
    let mut server = Server::answering([flood]).await?;
    let answer = remote(&server, Deadlines::default())?.post(["speech"]).json("{}").send().await?;
    let mut audio = answer.audio(Codec::Mp3, 100_000).await?;
    let mut bytes = 0;
    let error = loop {
        match timeout(SOON, audio.next()).await?.ok_or("it ended well")? {
            Ok(piece) => bytes += piece.len(),
            Err(error) => break error,
        }
    };
    assert!(bytes <= 100_000);
    assert_eq!(error.message(), "The backend acme sent far more than was asked for.");
    assert!(audio.next().await.is_none());
    timeout(SOON, server.hang_up()).await?;
    Ok(())
}

#[tokio::test]
async fn nothing_is_unpacked() -> Tested {
    for encoding in ["gzip", "br", "deflate", "zstd", "gzip, identity"] {
        let header = format!("content-encoding: {encoding}");
        let server = Server::answering([answer("200 OK", &[&header], b"\x1f\x8b")]).await?;
        let remote = remote(&server, Deadlines::default())?;
        let send = async || remote.get(["speech"]).send().await;
        // The head is there to be read: what it says was done may have to be paid for.
        assert_eq!(send().await?.header("content-encoding"), Some(encoding));
        for error in [
            refused(send().await?.audio(Codec::Mp3, 1000).await)?,
            refused(send().await?.stream(&[""], 1000).await)?,
            refused(send().await?.json::<Value>().await)?,
        ] {
            assert_eq!(error.message(), "The backend acme packed its answer, which nobody asked for.");
        }
    }
    let server = Server::answering([answer("200 OK", &["content-encoding: identity"], b"{}")]).await?;
    remote(&server, Deadlines::default())?.get(["speech"]).send().await?.json::<Value>().await?;
    Ok(())
}

#[tokio::test]
async fn json_of_another_shape_is_a_failure_that_quotes_nothing() -> Tested {
    let server = Server::answering([answer("200 OK", &[], br#"{"hidden":1"#)]).await?;
    let error =
        refused(remote(&server, Deadlines::default())?.get(["voices"]).send().await?.json::<Value>().await)?;
    assert_eq!(error.message(), "The backend acme sent JSON that cannot be read.");
    assert!(!crate::all_of(&error).contains("hidden"));
    Ok(())
}

#[tokio::test]
async fn a_cut_is_not_an_end() -> Tested {
    let whole = answer("200 OK", &["content-type: audio/mpeg"], &[1; 100]);
    let Some(Step::Send(whole)) = whole.first() else { return Err("no answer".into()) };
    let short = whole.get(..whole.len() - 10).unwrap_or_default().to_vec();
    for cut in [
        vec![Step::Send(short), Step::Close],
        vec![begin(&["content-type: audio/mpeg"], &[1; 90]), Step::Close],
    ] {
        let server = Server::answering([cut]).await?;
        let answer = remote(&server, Deadlines::default())?.get(["speech"]).send().await?;
        let audio: Vec<_> = answer.audio(Codec::Mp3, 1000).await?.collect().await;
        let last = audio.into_iter().next_back().ok_or("nothing came")?;
        assert_eq!(refused(last)?.message(), "The backend acme broke off.");
    }
    Ok(())
}

#[tokio::test]
async fn who_drops_a_sound_hangs_up() -> Tested {
    let flood = vec![begin(&["content-type: audio/mpeg"], b"\xFF\xF3"), Step::Flood(chunk(&[7; 4096]))];
    let mut server = Server::answering([flood]).await?;
    let answer = remote(&server, Deadlines::default())?.get(["speech"]).send().await?;
    let mut audio = answer.audio(Codec::Mp3, u64::MAX).await?;
    audio.next().await.ok_or("no audio")??;
    drop(audio);
    timeout(SOON, server.hang_up()).await?;
    Ok(())
}
