//! A WebSocket of whichever protocol.

use std::net::SocketAddr;

use futures::StreamExt;
use http::header::HeaderName;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};

use super::connection::KEY;
use crate::Result;

pub(crate) type Socket = WebSocketStream<TcpStream>;

/// Opens one, with the key in the header where its vendor looks for it.
pub(crate) async fn open(address: SocketAddr, path: &str, key: HeaderName) -> Result<Socket> {
    let mut request = format!("ws://{address}{path}").into_client_request()?;
    request.headers_mut().insert(key, KEY.parse()?);
    let tcp = TcpStream::connect(address).await?;
    tcp.set_nodelay(true)?;
    Ok(client_async(request, tcp).await?.0)
}

/// The next message.
pub(super) async fn hear(socket: &mut Socket) -> Result<Message> {
    match socket.next().await.ok_or("the socket was closed")?? {
        Message::Close(frame) => Err(format!("the socket was closed: {frame:?}").into()),
        message => Ok(message),
    }
}
