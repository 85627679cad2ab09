//! A document on Azure's WebSocket, and how it is answered there.

use std::future::pending;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use futures::{SinkExt as _, Stream, StreamExt as _};
use tokio::select;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::answer::Answer;
use crate::Result;
use crate::doors::{open_socket, ssml, usp};

/// What the turn is called.
const ID: &str = "4A1C8E1B2D3F4A5B8C9D0E1F2A3B4C5D";

/// How long a server may take to end the connection once it has closed the socket. One that was sent more than it reads does
/// not hear that we have heard it.
const FAREWELL: Duration = Duration::from_millis(50);

/// Has a document spoken on a socket of its own, in a frame of that kind.
///
/// # Errors
/// The socket is not opened.
pub(super) async fn send(gateway: SocketAddr, kind: Data, document: &[u8]) -> Result<Answer> {
    let (mut sink, mut stream) = open_socket(gateway, ssml::SOCKET, usp::KEY).await?.split();
    let messages = [usp::config(ID), usp::context(ID, false), Message::Frame(frame(kind, document))].map(Ok);
    let asking = async {
        // What could not be written shows in what is heard.
        let _ = sink.send_all(&mut futures::stream::iter(messages)).await;
        pending().await
    };
    // Who is refused in the middle of a document hears why before all of it is written.
    Ok(select! { answer = hear(&mut stream) => answer, never = asking => never })
}

/// A raw frame: a library would not put into a text frame what is no text.
fn frame(kind: Data, document: &[u8]) -> Frame {
    let lines = format!("Path: ssml\r\nX-RequestId: {ID}\r\nContent-Type: application/ssml+xml\r\n");
    let payload = match kind {
        Data::Binary => [&(lines.len() as u16).to_be_bytes(), lines.as_bytes(), document].concat(),
        _ => [lines.as_bytes(), b"\r\n", document].concat(),
    };
    Frame::message(Bytes::from(payload), OpCode::Data(kind), true)
}

/// Hears until the turn or the socket is over.
async fn hear(stream: &mut (impl Stream<Item = std::result::Result<Message, Error>> + Unpin)) -> Answer {
    while let Some(Ok(message)) = stream.next().await {
        match message {
            Message::Close(Some(close)) => {
                // To listen on is what answers it.
                let rest = async { while let Some(Ok(_)) = stream.next().await {} };
                let _ = timeout(FAREWELL, rest).await;
                return Answer::Closed(close.code.into());
            }
            Message::Text(text) if usp::is_end(&text) => return Answer::Spoken,
            _ => {}
        }
    }
    Answer::Dropped
}

#[cfg(test)]
mod tests {
    use tokio::net::{TcpListener, TcpStream};
    use tokio_tungstenite::WebSocketStream;
    use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};

    use super::*;

    /// More than the kernel holds for who does not read.
    const LARGE: usize = 16 << 20;

    /// Sends a document to a server that hears two messages and then ends the socket like this.
    async fn answered(document: usize, end: impl AsyncFnOnce(WebSocketStream<TcpStream>)) -> Answer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let document = vec![b'a'; document];
        let serving = async {
            let (stream, _) = listener.accept().await.unwrap();
            let config = WebSocketConfig::default().max_message_size(None).max_frame_size(None);
            let mut socket = tokio_tungstenite::accept_async_with_config(stream, Some(config)).await.unwrap();
            for path in ["speech.config", "synthesis.context"] {
                let message = socket.next().await.unwrap().unwrap().into_text().unwrap();
                assert!(message.starts_with(&format!("Path: {path}\r\n")), "{message}");
            }
            end(socket).await;
            pending().await
        };
        select! { answer = send(address, Data::Binary, &document) => answer.unwrap(), never = serving => never }
    }

    fn closing(code: u16) -> Message {
        Message::Close(Some(CloseFrame { code: code.into(), reason: "".into() }))
    }

    #[tokio::test]
    async fn a_code_is_heard_behind_the_document() {
        let answer = answered(10, async |mut socket| {
            socket.next().await.unwrap().unwrap();
            socket.send(closing(1007)).await.unwrap();
            while let Some(Ok(_)) = socket.next().await {}
        });
        assert_eq!(answer.await, Answer::Closed(1007));
    }

    #[tokio::test]
    async fn a_code_is_heard_in_the_middle_of_a_document_that_nobody_reads() {
        let answer = answered(LARGE, async |mut socket| {
            socket.send(closing(1009)).await.unwrap();
            pending().await
        });
        assert_eq!(answer.await, Answer::Closed(1009));
    }

    #[tokio::test]
    async fn a_connection_without_a_code_is_dropped() {
        assert_eq!(answered(LARGE, async |socket| drop(socket)).await, Answer::Dropped);
        let answer = answered(10, async |mut socket| socket.close(None).await.unwrap());
        assert_eq!(answer.await, Answer::Dropped);
    }

    #[tokio::test]
    async fn a_turn_that_ends_was_spoken() {
        let answer = answered(10, async |mut socket| {
            socket.next().await.unwrap().unwrap();
            socket.send("X-RequestId:1\r\nPath:turn.end\r\n\r\n{}".into()).await.unwrap();
        });
        assert_eq!(answer.await, Answer::Spoken);
    }

    #[test]
    fn a_document_is_behind_an_empty_line_or_the_length_of_the_head() {
        let text = frame(Data::Text, b"<\xff/>").into_payload();
        assert!(text.starts_with(b"Path: ssml\r\n") && text.ends_with(b"\r\n\r\n<\xff/>"));
        let binary = frame(Data::Binary, b"<\xff/>").into_payload();
        let (length, rest) = binary.split_at(2);
        let lines = usize::from(u16::from_be_bytes(length.try_into().unwrap()));
        assert_eq!(&rest[lines..], b"<\xff/>");
        assert!(rest[..lines].ends_with(b"application/ssml+xml\r\n"));
    }
}
