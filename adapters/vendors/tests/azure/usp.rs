//! An Azure that says on its WebSocket what it is told to say.

use std::error::Error;

use futures::{SinkExt, StreamExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

/// What it does next.
pub(crate) enum Say {
    /// A message of that path with that body.
    Text(&'static str, String),
    /// A piece of audio.
    Audio(Vec<u8>),
    /// The end, with a code and a reason.
    Close(u16, &'static str),
    /// The end of the connection.
    Drop,
}

/// What a turn begins with.
pub(crate) fn begin() -> Vec<Say> {
    let tag = r#"{"context":{"serviceTag":"0123456789abcdef0123456789abcdef"}}"#;
    vec![Say::Text("turn.start", tag.to_owned()), Say::Text("response", tag.to_owned())]
}

/// A word, in milliseconds.
pub(crate) fn word(text: &str, start_ms: u64, end_ms: u64) -> Say {
    let (offset, duration) = (start_ms * 10_000, (end_ms - start_ms) * 10_000);
    let length = text.chars().count();
    Say::Text(
        "audio.metadata",
        format!(
            r#"{{"Metadata":[{{"Type":"WordBoundary","Data":{{"Offset":{offset},"Duration":{duration},"text":{{"Text":"{text}","Length":{length},"BoundaryType":"WordBoundary"}}}}}}]}}"#
        ),
    )
}

/// A shape of the mouth, in milliseconds.
pub(crate) fn viseme(id: u8, at_ms: u64) -> Say {
    let offset = at_ms * 10_000;
    let data = format!(
        r#"{{"Metadata":[{{"Type":"Viseme","Data":{{"Offset":{offset},"VisemeId":{id},"IsLastAnimation":true}}}}]}}"#
    );
    Say::Text("audio.metadata", data)
}

/// What was heard: how it was opened, and the three messages of the turn.
pub(crate) type Heard = JoinHandle<Option<Vec<String>>>;

/// Serves one turn; tells its base URL, and what it has heard once the client is gone.
pub(crate) async fn serve(script: Vec<Say>) -> Result<(String, Heard), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let base_url = format!("http://{}", listener.local_addr()?);
    Ok((base_url, tokio::spawn(async move { turn(listener, script).await })))
}

#[expect(clippy::result_large_err, reason = "the callback's type is tungstenite's")]
async fn turn(listener: TcpListener, script: Vec<Say>) -> Option<Vec<String>> {
    let mut heard = Vec::new();
    let (stream, _) = listener.accept().await.ok()?;
    let mut socket = accept_hdr_async(stream, |request: &Request, response: Response| {
        let header =
            |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok().map(str::to_owned));
        let key = header("ocp-apim-subscription-key").or_else(|| header("authorization"));
        heard.push(format!("{} {}", request.uri(), key.unwrap_or_default()));
        Ok(response)
    })
    .await
    .ok()?;
    while heard.len() < 4 {
        heard.push(socket.next().await?.ok()?.into_text().ok()?.as_str().to_owned());
    }
    let id = heard.last()?.lines().find_map(|line| line.strip_prefix("X-RequestId: "))?.to_owned();
    for say in script {
        let head = |path: &str| {
            format!("X-RequestId:{id}\r\nContent-Type:application/json; charset=utf-8\r\nPath:{path}\r\n")
        };
        let message = match say {
            Say::Text(path, body) => Message::text(format!("{}\r\n{body}", head(path))),
            Say::Audio(audio) => {
                let head = format!("{}X-StreamId:1\r\n", head("audio"));
                let length = u16::try_from(head.len()).ok()?.to_be_bytes();
                Message::binary([&length[..], head.as_bytes(), &audio].concat())
            }
            Say::Close(code, reason) => {
                Message::Close(Some(CloseFrame { code: code.into(), reason: reason.into() }))
            }
            Say::Drop => return Some(heard),
        };
        // A client may be gone before all is said.
        if socket.send(message).await.is_err() {
            break;
        }
    }
    while let Some(Ok(_)) = socket.next().await {}
    Some(heard)
}
