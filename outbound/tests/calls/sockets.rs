//! WebSockets.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use outbound::{Deadlines, Frame, Refusal, Socket};
use speech::{ErrorKind, SpeechError};
use testing::server::{Server, Step, answer};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};

use crate::{KEY, Tested, all_of, refused, remote, remote_at};

const SOON: Duration = Duration::from_secs(20);

/// Both ends of a connection, and the path and key that it was opened with.
#[expect(clippy::result_large_err, reason = "the callback's type is tungstenite's")]
async fn pair() -> Result<(Socket, WebSocketStream<TcpStream>, String), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let base = format!("http://{}/v1", listener.local_addr()?);
    let remote = remote_at(&base, Deadlines::default(), |_, _| Refusal::default())?;
    let query = [("model_id", "a b")];
    let accepted = async {
        let mut opened = String::new();
        let (stream, _) = listener.accept().await?;
        let socket = accept_hdr_async(stream, |request: &Request, response: Response| {
            let key = request.headers().get("authorization").map(|key| key.to_str().unwrap_or_default());
            opened = format!("{} {}", request.uri(), key.unwrap_or_default());
            Ok(response)
        });
        let socket = socket.await?;
        Ok::<_, Box<dyn std::error::Error>>((socket, opened))
    };
    let (ours, theirs) = tokio::join!(remote.socket(["stream-input"], &query), accepted);
    let (theirs, opened) = theirs?;
    Ok((ours?, theirs, opened))
}

#[tokio::test]
async fn messages_go_both_ways_and_pings_are_answered() -> Tested {
    let (mut ours, mut theirs, opened) = pair().await?;
    assert_eq!(opened, format!("/v1/stream-input?model_id=a+b Bearer {KEY}"));
    ours.sender.send("hello".to_owned()).await?;
    assert_eq!(theirs.next().await.ok_or("nothing")??, Message::text("hello"));
    theirs.send(Message::Ping("are you there".into())).await?;
    theirs.send(Message::text("welcome")).await?;
    assert_eq!(ours.receiver.next().await.ok_or("nothing")??, "welcome");
    assert_eq!(theirs.next().await.ok_or("nothing")??, Message::Pong("are you there".into()));
    theirs.close(Some(CloseFrame { code: CloseCode::Normal, reason: "".into() })).await?;
    assert!(ours.receiver.next().await.is_none());
    Ok(())
}

#[tokio::test]
async fn another_end_than_an_ordinary_one_is_an_error() -> Tested {
    let (mut ours, mut theirs, _) = pair().await?;
    theirs.close(Some(CloseFrame { code: CloseCode::Policy, reason: "hidden".into() })).await?;
    let error = refused(ours.receiver.next().await.ok_or("it ended well")?)?;
    assert_eq!(error.message(), "The backend acme closed the connection.");
    assert!(all_of(&error).contains("1008") && !all_of(&error).contains("hidden"));

    let (mut ours, theirs, _) = pair().await?;
    drop(theirs);
    let error = refused(ours.receiver.next().await.ok_or("it ended well")?)?;
    assert_eq!(error.message(), "The backend acme broke off.");

    let (mut ours, mut theirs, _) = pair().await?;
    theirs.send(Message::binary(vec![1])).await?;
    let error = refused(ours.receiver.next().await.ok_or("it ended well")?)?;
    assert_eq!(error.message(), "The backend acme sent a message that is no text.");
    Ok(())
}

#[tokio::test]
async fn frames_are_of_either_kind_and_tell_how_a_socket_was_closed() -> Tested {
    let (mut ours, mut theirs, _) = pair().await?;
    theirs.send(Message::text("words")).await?;
    theirs.send(Message::binary(vec![1, 2])).await?;
    theirs.close(Some(CloseFrame { code: CloseCode::Invalid, reason: "hidden".into() })).await?;
    let mut frames = Vec::new();
    for _ in 0..3 {
        frames.push(ours.receiver.frame().await.ok_or("nothing")??);
    }
    let closed = Frame::Closed { code: 1007, reason: "hidden".into() };
    assert_eq!(frames, [Frame::Text("words".into()), Frame::Binary(vec![1, 2].into()), closed]);
    assert_eq!(format!("{frames:?}"), "[Text(5 bytes), Binary(2 bytes), Closed(1007)]");
    let (mut ours, mut theirs, _) = pair().await?;
    theirs.close(Some(CloseFrame { code: CloseCode::Normal, reason: "".into() })).await?;
    assert!(ours.receiver.frame().await.is_none());
    Ok(())
}

#[tokio::test]
async fn a_message_has_its_bounds() -> Tested {
    let (mut ours, mut theirs, _) = pair().await?;
    let flood = tokio::spawn(async move { theirs.send(Message::text("x".repeat((16 << 20) + 1))).await });
    let error = refused(timeout(SOON, ours.receiver.next()).await?.ok_or("it ended well")?)?;
    assert_eq!(error.kind(), ErrorKind::BackendFailed);
    drop(ours);
    drop(timeout(SOON, flood).await?);
    Ok(())
}

#[tokio::test]
async fn who_drops_a_socket_hangs_up() -> Tested {
    let (ours, mut theirs, _) = pair().await?;
    drop(ours);
    assert!(timeout(SOON, theirs.next()).await?.is_none_or(|message| message.is_err()));
    Ok(())
}

/// What opening one gets when the server answers just that.
async fn fate(steps: Vec<Step>, deadlines: Deadlines) -> Result<SpeechError, Box<dyn std::error::Error>> {
    let server = Server::answering([steps]).await?;
    let remote = remote(&server, deadlines)?;
    Ok(refused(timeout(SOON, remote.socket(["stream-input"], &[])).await?)?)
}

#[tokio::test]
async fn a_refused_upgrade_means_what_its_status_means() -> Tested {
    let error = fate(answer("401 Unauthorized", &[], b"{}"), Deadlines::default()).await?;
    assert_eq!(error.message(), "The backend acme refused the gateway's own key.");
    assert!(!error.may_succeed_later() && !all_of(&error).contains(KEY));
    let error = fate(answer("429 Too Many", &["retry-after: 2"], b"{}"), Deadlines::default()).await?;
    assert_eq!((error.kind(), error.wait()), (ErrorKind::RateLimited, Some(Duration::from_secs(2))));
    let error = fate(answer("200 OK", &[], b"{}"), Deadlines::default()).await?;
    assert_eq!(error.kind(), ErrorKind::BackendFailed);
    Ok(())
}

#[tokio::test]
async fn an_upgrade_must_come_in_time() -> Tested {
    let short = Deadlines { connect: Duration::from_millis(200), ..Deadlines::default() };
    assert_eq!(fate(vec![Step::Hang], short).await?.kind(), ErrorKind::DeadlineExceeded);
    Ok(())
}
