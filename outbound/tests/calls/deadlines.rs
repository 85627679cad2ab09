//! Nothing hangs.

use std::time::Duration;

use futures::StreamExt;
use outbound::{Deadlines, Refusal};
use speech::{Codec, ErrorKind, Receipt};
use testing::server::{Server, Step, begin};
use tokio::time::timeout;

use crate::{Tested, refused, remote, remote_at};

const SHORT: Duration = Duration::from_millis(200);
const SOON: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_connection_must_come_in_time() -> Tested {
    // It accepts and does not speak TLS.
    let mut server = Server::answering([vec![Step::Hang]]).await?;
    let deadlines = Deadlines { connect: SHORT, ..Deadlines::default() };
    let remote = remote_at(&format!("https://{}", server.address), deadlines, |_, _| Refusal::default())?;
    let error = refused(timeout(SOON, remote.get(["voices"]).send()).await?)?;
    assert_eq!(error.kind(), ErrorKind::DeadlineExceeded);
    timeout(SOON, server.hang_up()).await?;
    Ok(())
}

#[tokio::test]
async fn a_first_byte_must_come_in_time() -> Tested {
    for steps in [vec![Step::Hang], vec![begin(&[], b""), Step::Hang]] {
        let mut server = Server::answering([steps]).await?;
        let deadlines = Deadlines { first_byte: SHORT, ..Deadlines::default() };
        let call = remote(&server, deadlines)?.get(["speech"]);
        let heard = async { call.send().await?.audio(Codec::Mp3, 1000).await };
        assert_eq!(refused(timeout(SOON, heard).await?)?.kind(), ErrorKind::DeadlineExceeded);
        timeout(SOON, server.hang_up()).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_refusal_that_is_never_explained_is_still_one() -> Tested {
    let head = "HTTP/1.1 429 Too Many\r\ncontent-length: 100\r\n\r\n{";
    let mut server = Server::answering([vec![Step::Send(head.into()), Step::Hang]]).await?;
    let deadlines = Deadlines { first_byte: SHORT, ..Deadlines::default() };
    let call = remote(&server, deadlines)?.get(["speech"]);
    // Far below the idle deadline, which would be the next to end it.
    let error = refused(timeout(Duration::from_secs(15), call.send()).await?)?;
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    timeout(SOON, server.hang_up()).await?;
    Ok(())
}

#[tokio::test]
async fn a_sound_must_not_stall() -> Tested {
    let mut server = Server::answering([vec![begin(&[], b"sound"), Step::Hang]]).await?;
    let deadlines = Deadlines { idle: SHORT, ..Deadlines::default() };
    let answer = remote(&server, deadlines)?.get(["speech"]).send().await?;
    let mut audio = answer.audio(Codec::Mp3, 1000).await?;
    assert_eq!(audio.next().await.ok_or("no audio")??, "sound");
    let stalled = timeout(SOON, audio.next()).await?.ok_or("it ended well")?;
    assert_eq!(refused(stalled)?.kind(), ErrorKind::DeadlineExceeded);
    assert!(audio.next().await.is_none());
    timeout(SOON, server.hang_up()).await?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_slot_must_come_free_in_time() -> Tested {
    let remote = remote_at("http://127.0.0.1:1", Deadlines::default(), |_, _| Refusal::default())?;
    let first = remote.slot(&Receipt::default()).await?;
    let error = refused(remote.slot(&Receipt::default()).await)?;
    assert_eq!((error.kind(), error.wait()), (ErrorKind::Overloaded, Some(Duration::from_secs(1))));
    assert_eq!(error.message(), "The backend acme has as many requests at a time as it may have.");

    let mut sound = first.held_by(futures::stream::iter([1]).boxed());
    refused(remote.slot(&Receipt::default()).await)?;
    assert_eq!(sound.next().await, Some(1));
    assert_eq!(sound.next().await, None);
    let second = remote.slot(&Receipt::default()).await?;
    drop(second.held_by(futures::stream::pending::<()>().boxed()));
    remote.slot(&Receipt::default()).await?;
    Ok(())
}
