use bytes::Bytes;
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use reqwest::Url;
use reqwest::header::{HeaderName, HeaderValue};
use speech::{ErrorKind, SpeechError};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config};

use crate::{Remote, refusal};

/// The most bytes of a message.
const MOST_MESSAGE_BYTES: usize = 16 << 20;

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// An open WebSocket. Dropping both halves closes the connection.
pub struct Socket {
    /// Where messages go out.
    pub sender: SocketSender,
    /// Where they come in. Somebody must read, or pings stay without answer.
    pub receiver: SocketReceiver,
}

/// The half that sends.
pub struct SocketSender {
    remote: Remote,
    sink: SplitSink<Stream, Message>,
}

/// The half that receives.
pub struct SocketReceiver {
    remote: Remote,
    stream: SplitStream<Stream>,
}

/// What comes in.
#[derive(Clone, PartialEq, Eq)]
pub enum Frame {
    /// A text message.
    Text(String),
    /// A binary message.
    Binary(Bytes),
    /// The other side has closed with another code than 1000.
    Closed {
        /// Why, by number.
        code: u16,
        /// Why, in its words, which may be anybody's.
        reason: String,
    },
}

/// Nobody's text belongs in a log.
impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::Binary(bytes) => write!(f, "Binary({} bytes)", bytes.len()),
            Self::Closed { code, .. } => write!(f, "Closed({code})"),
        }
    }
}

impl Socket {
    pub(crate) async fn open(
        remote: Remote,
        mut url: Url,
        shown: Option<(HeaderName, HeaderValue)>,
    ) -> Result<Self, SpeechError> {
        let scheme = if url.scheme() == "https" { "wss" } else { "ws" };
        url.set_scheme(scheme).map_err(|()| SpeechError::internal("a base_url without a host"))?;
        let mut request = url.as_str().into_client_request().map_err(|error| broken(&remote, error))?;
        if let Some((header, value)) = shown {
            request.headers_mut().insert(header, value);
        }
        let config = WebSocketConfig::default()
            .max_message_size(Some(MOST_MESSAGE_BYTES))
            .max_frame_size(Some(MOST_MESSAGE_BYTES));
        let connector = Connector::Rustls(remote.outbound().tls.clone());
        let connecting = connect_async_tls_with_config(request, Some(config), true, Some(connector));
        let (stream, _) = match timeout(remote.deadlines().connect, connecting).await {
            Ok(connected) => connected.map_err(|error| refused(&remote, error))?,
            Err(_) => return Err(remote.error(ErrorKind::DeadlineExceeded)),
        };
        let (sink, stream) = stream.split();
        Ok(Self {
            sender: SocketSender { remote: remote.clone(), sink },
            receiver: SocketReceiver { remote, stream },
        })
    }
}

impl SocketSender {
    /// Sends a message.
    ///
    /// # Errors
    /// When the connection is gone, or takes no more within the idle deadline.
    pub async fn send(&mut self, message: String) -> Result<(), SpeechError> {
        let remote = &self.remote;
        match timeout(remote.deadlines().idle, self.sink.send(Message::text(message))).await {
            Ok(sent) => sent.map_err(|error| broken(remote, error)),
            Err(_) => Err(remote.error(ErrorKind::DeadlineExceeded)),
        }
    }
}

impl SocketReceiver {
    /// The next text message; none once the other side has closed in the ordinary way. It may take for ever: only the
    /// adapter knows when an answer is due, and asks with [`Remote::in_time`].
    ///
    /// # Errors
    /// When the connection breaks, is closed with another code than 1000, or carries what is no text.
    pub async fn next(&mut self) -> Option<Result<String, SpeechError>> {
        Some(match self.frame().await? {
            Ok(Frame::Text(text)) => Ok(text),
            Ok(Frame::Binary(_)) => Err(self.remote.failed("sent a message that is no text")),
            Ok(Frame::Closed { code, .. }) => {
                Err(self.remote.failed("closed the connection").caused_by(format!("close code {code}")))
            }
            Err(error) => Err(error),
        })
    }

    /// The next message of either kind, or how the other side has closed; none once it has in the ordinary way. It may
    /// take for ever, as [`next`](Self::next) may.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn frame(&mut self) -> Option<Result<Frame, SpeechError>> {
        loop {
            return match self.stream.next().await? {
                Ok(Message::Text(text)) => Some(Ok(Frame::Text(text.as_str().to_owned()))),
                Ok(Message::Binary(bytes)) => Some(Ok(Frame::Binary(bytes))),
                Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => continue,
                Ok(Message::Close(None)) => None,
                Ok(Message::Close(Some(close))) if close.code == CloseCode::Normal => None,
                Ok(Message::Close(Some(close))) => Some(Ok(Frame::Closed {
                    code: close.code.into(),
                    reason: close.reason.as_str().to_owned(),
                })),
                Err(error) => Some(Err(broken(&self.remote, error))),
            };
        }
    }
}

/// The upgrade was refused, or the server not reached.
fn refused(remote: &Remote, error: tungstenite::Error) -> SpeechError {
    match error {
        tungstenite::Error::Http(response) => {
            let body = response.body().as_deref().unwrap_or_default();
            let (name, read) = (remote.name(), remote.read_refusal());
            refusal::refused(name, response.status(), response.headers(), read, body)
        }
        error => remote.failed("cannot be reached").caused_by(error),
    }
}

fn broken(remote: &Remote, error: tungstenite::Error) -> SpeechError {
    remote.failed("broke off").caused_by(error)
}
